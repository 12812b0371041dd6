"""The audit packet: one patient-month with everything it was decided from, on a page that a reviewer reads alone."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from config.contested import POLICIES, Choice, choices
from config.contract import inputs
from config.errors import PlaceError
from config.month import time_zone
from config.rulebook import Rule, RuleBook
from config.settings import stored_settings
from tasks.send import words
from tasks.send.case import case_view, text
from tasks.send.packet_afterwards import afterwards_view
from tasks.send.render import render
from tasks.store.afterwards import Afterwards
from tasks.store.modifiers import Entry
from tasks.store.records import Basis, Cycle

Frames = Mapping[str, pd.DataFrame]
CHART = (
    "consents", "care_plans", "visits", "coverages", "stays", "conditions", "medical_decisions", "other_services",
    "copay_responses", "alignments",
)  # fmt: skip
ANSWERS = "payer_answers"
HEAD = ("patient_id", "mrn", "last_name", "first_name", "birth_date", "sex", "death_date", "enrolled_date")


def packet_view(
    found: Frames, cycle: Cycle, basis: Basis, book: RuleBook, patient_id: str, recorded: Sequence[Entry],
    since: Afterwards,
) -> dict[str, Any]:  # fmt: skip
    """Everything the packet says; the chart and the time are those that the decision took, as they were stored.

    `recorded` are the month's entries of modifiers in their order, those that a claim took since the decision too.
    `since` is what became of the patient-month.
    """
    view = case_view(found)
    programs = [row["program"] for row in view["programs"]]
    patient = _mine(basis.tables["patients"], patient_id)
    practice = basis.tables["practices"].iloc[0]
    people = _people(basis.tables)
    practitioners = [people.get(text(one), text(one)) for one in found["decisions"]["practitioner_id"].unique()]
    return view | {
        "practice_name": text(practice["practice_name"]),
        "setting": words.plain(text(practice["setting"])),
        "time_zone": text(practice["time_zone"]),
        "patient": {words.plain(name): text(patient[name].iloc[0]) for name in HEAD} if len(patient) else {},
        "practitioners": practitioners,
        "revision": cycle.revision,
        "created_at": text(pd.Timestamp(cycle.created_at).tz_localize(None).floor("s")),
        "fingerprints": {
            "rulebook": cycle.digests.rulebook,
            "settings": cycle.digests.settings,
            "input": cycle.digests.input,
            "result": cycle.result_digest,
        },
        "settings": basis.settings,
        "choices": _choices(basis, text(practice["setting"]), patient_id),
        "entries": _entries(basis.tables, found["time_ledger"], patient_id, people),
        "modifiers": _modifiers(recorded, patient_id),
        "chart": [_chart(name, basis.tables[name], patient_id) for name in CHART if name in basis.tables],
        "rules": _rules(book, programs, found["findings"]),
        "thresholds": _thresholds(book, programs),
        "afterwards": afterwards_view(since, time_zone(text(practice["time_zone"]))),
    }


def _choices(basis: Basis, care_setting: str, patient_id: str) -> list[Choice]:
    """How the practice answered where sources disagree; of insurers, what the decision took of this patient's."""
    found = choices(stored_settings(basis.settings), care_setting)
    if ANSWERS not in basis.tables:  # a month that was stored before answers were kept
        return found
    answers = _mine(basis.tables[ANSWERS], patient_id)
    insurers = answers[answers["payer_kind"].isin(["commercial", "other"])].to_dict("records")
    if not insurers:
        return found
    said = "; ".join(
        f"{text(row['payer_name']) or 'an insurer without a name'}: {words.plain(text(row['answer']))}, "
        f"{text(row['evidence'])}"
        for row in insurers
    )
    return [one._replace(answer=said) if one.contested.setting == POLICIES else one for one in found]


def render_packet(view: Mapping[str, Any]) -> str:
    """The packet as one HTML page that needs nothing from elsewhere."""
    return render("reports/audit_packet.html.j2", **view)


def write_private(path: Path, page: str) -> None:
    """The page is on the disk, whole, and only its owner may read it; PlaceError when it cannot be written."""
    new = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new.unlink(missing_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
            stream.write(page)
        new.replace(path)
    except OSError as error:
        raise PlaceError(f"{path}: the packet cannot be written ({error.strerror}); give another place.") from error


def _mine(frame: pd.DataFrame, patient_id: str) -> pd.DataFrame:
    return frame[(frame["patient_id"] == patient_id).to_numpy(bool)]


def _people(tables: Frames) -> dict[str, str]:
    """Who it is by identifier: name and credential."""
    found = {}
    for table, key in (("staff", "staff_id"), ("practitioners", "practitioner_id")):
        for row in tables[table].to_dict("records"):
            found[text(row[key])] = f"{text(row['name'])}, {text(row['credential'])}"
    return found


def _entries(tables: Frames, ledger: pd.DataFrame, patient_id: str, people: Mapping[str, str]) -> list[dict[str, str]]:
    """Every time entry of the patient, part by part, with who did it and what became of it."""
    zone = time_zone(text(tables["practices"]["time_zone"].iloc[0]))
    entries = _mine(tables["time_entries"], patient_id).drop_duplicates("entry_id").set_index("entry_id")
    rows = []
    for part in ledger.sort_values(["performed_date", "entry_id", "part"]).to_dict("records"):
        entry = entries.loc[part["entry_id"]]
        rows.append(
            {
                "entry": text(part["entry_id"]),
                "day": text(part["performed_date"]),
                "start": _start(entry, zone),
                "length": length_in_words(part["seconds"]),
                "who": people.get(text(part["performer_id"]), text(part["performer_id"])),
                "class": words.plain(text(part["performer_class"])),
                "activity": words.plain(text(entry["activity"])),
                "program": text(part["program"]),
                "disposition": words.disposition(text(part["disposition"])),
                "place": f"{text(entry['source_file'])}, line {text(entry['source_line'])}",
            }
        )
    return sorted(rows, key=lambda row: (row["day"], row["start"]))


def length_in_words(seconds: int) -> str:
    """A length that nobody takes for a time of day: `21 min`, `21 min 30 s`."""
    minutes, rest = divmod(int(seconds), 60)
    return " ".join(filter(None, (f"{minutes:,} min" if minutes or not rest else "", f"{rest} s" if rest else "")))


def _start(entry: pd.Series, zone: ZoneInfo) -> str:
    """When the entry began by the practice's clock; nothing where only its day is known."""
    if not entry["has_clock"]:
        return ""
    return f"{datetime.fromtimestamp(int(entry['start_s']), UTC).astimezone(zone):%H:%M:%S}"


def _modifiers(recorded: Sequence[Entry], patient_id: str) -> list[dict[str, str]]:
    """What the practice put on lines of the patient's month or took off, with who decided it and why; of one line and
    use the last counts.
    """
    mine = [one for one in recorded if one.patient_id == patient_id]
    last = {one.place: one for one in mine}
    return [
        {
            "code": one.code,
            "modifier": one.modifier or "taken off",
            "counts": "yes" if last[one.place] is one and one.modifier else "no",
            "why": one.why,
            "recorded_by": one.recorded_by,
            "recorded_date": f"{one.recorded_at:%Y-%m-%d}",
        }
        for one in mine
    ]


def _chart(name: str, frame: pd.DataFrame, patient_id: str) -> dict[str, Any]:
    columns = [column.name for column in inputs()[name].columns if column.name != "patient_id"]
    mine = _mine(frame, patient_id)
    shown = [column for column in columns if column in mine and mine[column].notna().any()]
    rows = [[text(row[column]) for column in shown] for row in mine.to_dict("records")]
    return {"name": words.capital(words.plain(name)), "columns": [words.plain(one) for one in shown], "rows": rows}


def _rules(book: RuleBook, programs: list[str], findings: pd.DataFrame) -> list[dict[str, Any]]:
    """The rules that the decision asked, met ones first; the source of those is that of the finding, as stored."""
    met = findings.astype("str").drop_duplicates(["rule", "source", "confidence", "outcome"])
    proofs = dict(list(met.groupby("rule", sort=False)))
    return [
        {
            "name": words.plain(rule.name),
            "words": rule.words,
            "span": f"{rule.since} to {'today' if rule.until == '9999-12' else rule.until}",
            "met": rule.name in proofs,
        }
        | _said_of(rule, proofs.get(rule.name))
        for rule in sorted(book.rules.values(), key=lambda rule: rule.name not in proofs)
        if rule.topic != "scrub" and (not rule.programs or set(rule.programs) & set(programs))
    ]


def _said_of(rule: Rule, rows: pd.DataFrame | None) -> dict[str, str]:
    if rows is None:
        return {"outcome": words.plain(rule.effect), "source": rule.source, "confidence": rule.confidence}
    said = {name: "; ".join(rows[name].unique()) for name in ("outcome", "source", "confidence")}
    return said | {"outcome": words.plain(said["outcome"])}


def _thresholds(book: RuleBook, programs: list[str]) -> list[dict[str, str]]:
    rows = []
    for family, entry in book.families:
        if family.program in programs:
            needs = f"{entry.first} from {entry.first_minutes} min" if entry.first_minutes else f"{entry.first} a month"
            more = f"; {entry.further} each {entry.further_minutes} min more" if entry.further else ""
            until = "today" if entry.until == "9999-12" else entry.until
            span = f"{entry.since} to {until}"
            rows.append({"words": family.words, "needs": needs + more, "span": span, "source": entry.source})
    return rows
