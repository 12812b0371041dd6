"""What was known of a claim when it left: findings of its decision, warnings of its scrub, and what rules look at."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tasks.store.claim_tables import claim_findings
from tasks.store.remittances import DAY, NUMBER, TEXT, asked, select

_CYCLE = """denied_claims AS a JOIN claims AS c ON c.claim_number = a.claim_number
    JOIN cycles AS y ON y.practice_id = c.practice_id AND y.month = c.month AND y.revision = c.revision"""
_OF_PATIENT = "{table}.cycle_id = y.id AND {table}.patient_id = c.patient_id AND {table}.program = c.program"
_DECIDED = {
    "d.minutes": NUMBER, "d.minutes_missing": NUMBER, "d.family": TEXT, "d.codes": TEXT, "l.consent_date": DAY,
    "l.care_plan_date": DAY, "l.diagnoses": TEXT, "l.place_of_service": TEXT, "l.bill_type": TEXT,
    "l.billing_npi": TEXT, "l.revenue_code": TEXT, "c.rendering_npi": TEXT, "c.payer_id": TEXT,
    "c.payer_order": NUMBER, "c.month": TEXT,
}  # fmt: skip
FACTS = tuple(name.partition(".")[2] for name in _DECIDED)


def keep_warnings(
    connection: Connection, sent: Iterable[Mapping[str, Any]], control_numbers: Collection[int], scrub: pd.DataFrame
) -> None:
    """The claims of these files have on record what the scrub had warned of.

    `sent` are claims as they are stored, `scrub` the month's worklist. Call it in the transaction that sends them.
    """
    keys = ("patient_id", "program", "claim", "payer_order")
    mine = [row for row in sent if row["control_number"] in control_numbers]
    numbers = pd.DataFrame([{name: row[name] for name in ("claim_number", *keys)} for row in mine])
    warned = scrub[scrub["outcome"] == "warn"].drop_duplicates([*keys, "line", "rule"])
    if numbers.empty or warned.empty:
        return
    both = numbers.astype(warned[list(keys)].dtypes.to_dict()).merge(warned, on=list(keys))
    rows = both[["claim_number", "line", "rule", "numbers", "denial"]].astype({"line": "int64"}).fillna("")
    if len(rows):
        connection.execute(sa.insert(claim_findings), rows.to_dict("records"))


def known_of(connection: Connection, claim_numbers: pd.Series) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The findings of these claims, and what was decided of them and is on their first line.

    Findings have claim_number, line, rule, numbers and denial; line 0 is the patient-month, whose decision they are of.
    Facts have the claim_number and FACTS. Of a claim whose revision is not in the database there are no findings of the
    decision, and only those facts that the claim itself has.
    """
    with asked(connection, claim_numbers, "denied_claims"):
        told = {"c.claim_number": TEXT, "f.rule": TEXT, "f.numbers": TEXT, "f.denial": TEXT}
        mine = f"{_CYCLE} JOIN findings AS f ON {_OF_PATIENT.format(table='f')}"
        # A family that the record does not support was not billed: the finding says nothing of the claim.
        decided = select(connection, told, f"{mine} AND f.outcome <> 'unsupported'")
        columns = {"f.claim_number": TEXT, "f.line": NUMBER} | {name: told[name] for name in list(told)[1:]}
        mine = "denied_claims AS a JOIN claim_findings AS f ON f.claim_number = a.claim_number"
        scrubbed = select(connection, columns, mine)
        source = f"""{_CYCLE.replace("JOIN cycles", "LEFT JOIN cycles")}
            LEFT JOIN decisions AS d ON {_OF_PATIENT.format(table="d")}
            LEFT JOIN claim_lines AS l ON {_OF_PATIENT.format(table="l")} AND l.claim = c.claim AND l.line = 1"""
        facts = select(connection, {"c.claim_number": TEXT, **_DECIDED}, source)
    findings = pd.concat([decided.assign(line=0), scrubbed], ignore_index=True)
    findings["line"] = findings["line"].astype("int64")
    return findings.fillna({"numbers": "", "denial": ""}), facts.drop_duplicates("claim_number")
