"""The contract and the rules as Markdown, made from the files that the program itself reads."""

from __future__ import annotations

from typing import Any

from config.care_settings import care_setting, loaded_month
from config.contract import (
    Column,
    Table,
    answer_outputs,
    claim_outputs,
    inputs,
    outputs,
    source_outputs,
    worklist_outputs,
)
from config.month import Month
from config.rulebook import Rule, RuleBook, load_rulebook
from config.setting_table import setting_view


def input_contract() -> str:
    """Every input table with its columns."""
    parts = [
        "# Input tables",
        "One file a table (`<table>.csv`, `.xlsx` or `.parquet`), or a table or view of that name in a database. "
        "Column names in any case and order; further columns are ignored. Empty, `N/A`, `NULL` and `-` mean missing. "
        "Dates as 2026-10-05 or 10/05/2026; times as 2026-10-05T09:12:00, read on the practice's clock unless they "
        "carry an offset.",
    ]
    return "\n\n".join(parts + [_table(table) for table in inputs().values()]) + "\n"


def output_contract() -> str:
    """Every output file with its columns."""
    parts = [
        "# Output files",
        "Under `out/<practice>/<month>/`. Money is in whole cents; times are in seconds unless named otherwise.",
    ]
    parts += [_table(table) for table in outputs().values()]
    parts += [
        "# About the month's claims",
        "In the folder `claims` of the month, with the 837 files and the superbill as XLSX.",
    ]
    parts += [_table(table) for table in claim_outputs().values()]
    parts += ["# About what payers answered", "In the folder `answers` of the practice, the denials as XLSX too."]
    parts += [_table(table) for table in answer_outputs().values()]
    parts += [
        "# What is to be done",
        "In the folder `worklists` of the practice; the cases as XLSX too.",
    ]
    # A worklist may be called like the month's file that it comes of; the folder tells them apart.
    parts += [_table(table).replace("## ", "## worklists/", 1) for table in worklist_outputs().values()]
    parts += ["# About the whole source", "In the output folder itself, beside the practices' folders."]
    return "\n\n".join(parts + [_table(table) for table in source_outputs().values()]) + "\n"


def _table(table: Table) -> str:
    title = f"## {table.file or table.table}"
    need = "" if table.file or table.required else " May be left out; then none are known."
    lines = [
        title,
        "",
        f"{table.meaning}{need} Key: {', '.join(table.key)}.",
        "",
        "| column | type | meaning |",
        "|---|---|---|",
    ]
    lines += [f"| {column.name} | {_type(column)} | {_cell(column.meaning)} |" for column in table.columns]
    return "\n".join(lines)


def _type(column: Column) -> str:
    text = " ".join(
        filter(None, [column.type, f"({column.unit})" if column.unit else "", "required" if column.required else ""])
    )
    if column.values:
        text += ": " + ", ".join(column.values)
    if column.refers_to:
        text += f" → {column.refers_to}"
    return text


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def rulebook_text(month: Month) -> str:
    """The rules, families and numbers that hold in the month, each with its source and how sure it is."""
    book = load_rulebook(month)
    parts = [
        f"# Rules for {month}",
        f"Fingerprint {book.digest}. An unverified rule warns; it never blocks a claim.",
        _families(book),
    ]
    topics = dict.fromkeys(rule.topic for rule in book.rules.values())
    parts += [f"## {topic.capitalize()}\n\n" + "\n".join(_rule(rule) for rule in book.topic(topic)) for topic in topics]
    return "\n\n".join(parts) + "\n"


def _families(book: RuleBook) -> str:
    lines = [
        "## Families of codes",
        "",
        "| family | first code | further units | sure | source |",
        "|---|---|---|---|---|",
    ]
    for family, entry in book.families:
        further = (
            f"{entry.further} per {entry.further_minutes} min, at most {entry.further_cap}" if entry.further else "none"
        )
        first = f"{entry.first} from {entry.first_minutes} min"
        lines.append(f"| {family.family} | {first} | {further} | {entry.confidence} | {_cell(entry.source)} |")
    return "\n".join(lines)


def _rule(rule: Rule) -> str:
    until = "" if rule.until.startswith("9999") else f" to {rule.until}"
    fix = f" Fix ({rule.owner.replace('_', ' ')}): {rule.fix}." if rule.fix else ""
    denial = f" Prevents {rule.denial}." if rule.denial else ""
    return (
        f"- **{rule.name}** ({rule.effect.replace('_', ' ')}, since {rule.since}{until}): {rule.words}.{fix}{denial} "
        f"*{rule.confidence}: {rule.source}*"
    )


def setting_text(name: str, month_text: str) -> str:
    """What the setting may bill in that month and on which claims, with sources, as Markdown."""
    setting, month = care_setting(name), loaded_month(month_text)
    view = setting_view(setting, month)
    parts = [f"# {view['words']}, {month}"]
    if not view["codes"]:
        return f"{parts[0]}\n\n{view['nothing']}\n"
    parts.append("\n".join(f"- {row['words']} ({row['span']}). {_proof(row)}" for row in view["allowed"]))
    for claim in view["claims"]:
        lines = [
            f"## {claim['title']}",
            "",
            f"Carries {claim['codes']} codes; {claim['span']}.",
            "",
            "| field | value |",
        ]
        lines += ["|---|---|", *(f"| {field} | {_cell(words)} |" for field, words in claim["fields"].items()), ""]
        lines += [f"- {note}" for note in claim["notes"]]
        lines += [f"- Sources disagree: {words}" for words in claim["disagreements"]]
        lines.append(f"- {_proof(claim)}")
        parts.append("\n".join(lines))
    for program in view["programs"]:
        known = "" if program["decided"] else " (known beside it, not decided)"
        parts.append(f"## {program['name']}{known}\n\n{_codes(program['codes'])}")
    return "\n\n".join(parts) + "\n"


def _codes(rows: list[dict[str, Any]]) -> str:
    opps = "status_words" in rows[0]
    names = ["code", "what", "unit", "needs base", "most", "unit limit", "who", "needs"]
    names += (["hospital status"] if opps else []) + ["in force", "source"]
    lines = ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
    for row in rows:
        cells = [row["code"], row["words"], row["unit"], row["base"], row["most"], row["limit"], row["performer"]]
        cells += [row["needs"], *([row["status_words"]] if opps else []), row["span"], _proof(row)]
        lines.append("| " + " | ".join(_cell(cell) for cell in cells) + " |")
    return "\n".join(lines)


def _proof(row: dict[str, Any]) -> str:
    return f"*{row['confidence']}: {row['source']}*"
