"""The page of codes: what the practice's care setting may bill in the month, on which claims, and where that stands."""

from __future__ import annotations

from typing import Any

from config.care_settings import care_setting
from config.month import Month
from config.setting_table import setting_view
from tasks.send.render import render
from tasks.send.words import month_name

CODES_PAGE = "codes.html"


def codes_view(setting: str, month: Month) -> dict[str, Any]:
    """The setting's month as plain values; InputError when there is no such setting."""
    return setting_view(care_setting(setting), month) | {"month_name": month_name(month)}


def render_codes(setting: str, month: Month, practice_name: str = "") -> str:
    """The page as HTML that needs nothing from elsewhere; with the practice's name it links the month's report."""
    return render("reports/codes.html.j2", practice_name=practice_name, **codes_view(setting, month))


def codes_markdown(setting: str, month: Month) -> str:
    """The same in short, for the Prefect UI: claims, and each program's codes."""
    view = codes_view(setting, month)
    if not view["codes"]:
        return view["nothing"]
    lines = [
        f"## {view['words']}, {view['month_name']}",
        "",
        "| claim | fields | paid by | sure |",
        "|---|---|---|---|",
    ]
    for claim in view["claims"]:
        kept = ("Place of service", "Type of bill", "Revenue code")
        fields = ", ".join(f"{name.lower()} {claim['fields'][name]}" for name in kept if name in claim["fields"])
        lines.append(f"| {claim['title']} | {fields} | {claim['fields']['Paid by']} | {claim['confidence']} |")
    lines += ["", "| program | codes |", "|---|---|"]
    lines += [f"| {row['name']} | {', '.join(code['code'] for code in row['codes'])} |" for row in view["programs"]]
    return "\n".join([*lines, "", f"Each with its source in `{CODES_PAGE}` beside the report."])
