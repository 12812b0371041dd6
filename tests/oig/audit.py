"""Decides a year with the errors of both audits and prints how many of each kind go out, and what is held wrongly."""

from __future__ import annotations

import sys
from collections import Counter
from typing import NamedTuple

import pandas as pd

from config.month import Month
from tasks.qualify.decide import decide
from tasks.qualify.earlier_runs import with_earlier_claims
from tests.oig.year import AUDITS, Audit, PatientMonth, months_of
from tests.qualify.cases import rulebook, settings_of, tables_of


class Result(NamedTuple):
    """Patient-months of a year by kind and by how they came about: all, and those that went wrong."""

    made: Counter[tuple[str, str]]
    wrong: Counter[tuple[str, str]]

    def of(self, kind: str) -> tuple[int, int]:
        """How many of the kind were made, and how many of them went wrong."""
        made, wrong = (sum(count for (own, _), count in each.items() if own == kind) for each in self)
        return made, wrong


def decided(month: str, setting: str, several: list[PatientMonth]) -> Result:
    """One practice's month. An error goes wrong when it is billed, a sound patient-month when it is not."""
    service_month = Month.parse(month)
    tables = tables_of([one.facts | {"setting": setting} for one in several], service_month)
    tables["practitioners"]["npi"] = tables["practitioners"]["practitioner_id"]  # each one's own
    earlier = pd.DataFrame(
        [
            {
                "patient_id": f"P{number}",
                "program": "ccm",
                "code": code,
                "service_date": pd.Timestamp(day),
                "rendering_npi": "D2",
            }
            for number, one in enumerate(several, start=1)
            for code, day in one.ledger
        ],
        columns=["patient_id", "program", "code", "service_date", "rendering_npi"],
    )
    tables = with_earlier_claims(tables, earlier, service_month, rulebook(service_month), settings_of())
    result = decide(tables, service_month, rulebook(service_month), settings_of())
    outcomes = result["decisions"].query("program == 'ccm'").set_index("patient_id")["outcome"]
    lines = result["code_lines"].groupby("patient_id")["code"].agg(set).to_dict()
    made, wrong = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for number, one in enumerate(several, start=1):
        sent = lines.get(f"P{number}", set())
        made[one.kind, one.how] += 1
        if one.kind == "sound":
            wrong[one.kind, one.how] += outcomes[f"P{number}"] != "bill"
        else:
            wrong[one.kind, one.how] += one.wrong_code in sent if one.wrong_code else bool(sent)
    return Result(made, wrong)


def audited(audit: Audit, one_in: int = 20, sound_months: int = 3000, seed: int = 5) -> Result:
    """The whole year of an audit."""
    total = Result(Counter(), Counter())
    for (month, setting), several in months_of(audit, one_in, sound_months, seed).items():
        made, wrong = decided(month, setting, several)
        total.made.update(made)
        total.wrong.update(wrong)
    return total


def table(audit: Audit, result: Result) -> list[str]:
    """The lines to print of one audit."""
    lines = [f"{audit.name}, as a year of {audit.year}"]
    for (kind, how), made in sorted(result.made.items()):
        wrong = result.wrong[kind, how]
        good, word = made - wrong, "billed" if kind == "sound" else "caught"
        lines.append(f"  {kind:10} {how:28} {made:6} {word} {good:6}  missed {wrong:4}")
    for kind in [*audit.found, "sound"]:
        made, wrong = result.of(kind)
        word = "held wrongly" if kind == "sound" else "billed in spite of the error"
        lines.append(f"  {kind:10} all {made:6}, {word}: {wrong}")
    return lines


def main() -> int:
    """Prints both; the exit code says how many patient-months went wrong."""
    wrong = 0
    for audit in AUDITS:
        result = audited(audit)
        print("\n".join(table(audit, result)))
        wrong += sum(result.wrong.values())
    return min(wrong, 100)


if __name__ == "__main__":
    sys.exit(main())
