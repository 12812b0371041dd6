"""A signed-off month to its file of claims, step by step: `python -m tests.bench.claim_steps COUNT FOLDER [DATABASE]`.

Three kinds of months (25 and 45 minutes of staff, 65 of the practitioner) are copied to as many patients as asked for.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import astuple
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import prefect  # noqa: F401 - its import is not what is measured

from config.month import Month
from config.rulebook import load_rulebook
from config.rulebook_archive import archived
from tasks.claim.readback import lines_written
from tasks.claim.signed import SignedMonth
from tasks.claim.step import draft_claims, send_claims
from tasks.send.step import write_claims
from tasks.store import claims as stored
from tasks.store.records import Basis, Digests
from tasks.store.step import Place, open_place
from tests.bench.measure import Measured, measure
from tests.claim.signed_months import CHARGES, PARTIES, signed
from tests.qualify.cases import settings_of
from tests.send.frames import nothing

MONTH = Month(2026, 10)
SEED = ({"staff": "25"}, {"staff": "45"}, {"practitioner": "65"})


def main(count: int, folder: Path, database: str | None = None) -> dict[str, Measured]:
    """Seconds and peak memory of every step; the file lies in the folder as claims.x12."""
    took: dict[str, Measured] = {}

    def timed(name: str, work: Callable[[], Any]) -> Any:
        result, took[name] = measure(work)
        return result

    place = billing_place(folder, database)
    keep_month(place, count, signed(*SEED))
    month, drafts = timed("assemble and scrub", lambda: draft_claims.fn(place, "P1", MONTH))
    billed = timed("number, write, keep, look again", lambda: send_claims.fn(place, month, drafts))
    timed("folder and workbook", lambda: write_claims.fn(place, "P1", MONTH, billed.files, billed.frames, month.lines))
    (file,) = billed.files.values()
    numbers = {row["claim_number"]: row for row in billed.frames["claims_sent"].to_dict("records")}
    known = {
        str(key): {name: str(row[name]) for name in ("patient_id", "case_number", "program", "claim")}
        | {"practice_id": "P1", "month": str(MONTH)}
        for key, row in numbers.items()
    }
    lines = timed("of it: read the file back", lambda: lines_written(file, known))
    if len(numbers) != count or lines["claim_number"].nunique() != count:
        raise SystemExit(f"{len(numbers):,} claims were sent, not {count:,}")
    (folder / "claims.x12").write_bytes(file)
    place.store.close()
    return took


def billing_place(folder: Path, database: str | None = None) -> Place:
    """A place whose settings have all that claims need."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / "settings.yaml"
    claims = PARTIES | {"charge_percent_of_allowed": 150}
    settings.write_text(json.dumps({"practices": {"P1": {"claims": claims, "charges_cents": CHARGES}}}), "utf-8")
    return open_place(str(folder), database, str(settings))


def keep_month(place: Place, count: int, seed: SignedMonth) -> None:
    """The month of that many patients, copies of those of the seed, is decided, signed off, and in the database."""
    copies, kinds = np.arange(count), sorted(set(seed.lines["patient_id"]))
    whose = np.array([kinds[number % len(kinds)] for number in copies])
    names = pd.DataFrame({"patient_id": whose, "copy": [f"B{number:06d}" for number in copies]})
    names["case"] = [f"C-{number + 1:06d}" for number in copies]

    def copied(frame: pd.DataFrame) -> pd.DataFrame:
        if "patient_id" not in frame or frame.empty:
            return frame
        both = names.merge(frame, on="patient_id", how="inner")
        both["patient_id"] = both["copy"].astype(frame["patient_id"].dtype)
        if "case_number" in frame:
            both["case_number"] = both["case"].astype(frame["case_number"].dtype)
        if "member_id" in frame:  # each is a person of their own, with a number of their own
            numbers = both["member_id"].astype("str").str[:5] + both["copy"].str[1:]
            both["member_id"] = numbers.astype(frame["member_id"].dtype)
        return both[list(frame)].astype(frame.dtypes.to_dict())

    tables = {name: copied(frame) for name, frame in seed.tables.items()}
    book = load_rulebook(MONTH)
    frames = nothing() | {"claim_lines": copied(seed.lines)}
    cases = frames.pop("copay_cases")
    frames.pop("changes")
    basis = Basis(Digests("i", "s", book.digest), tables, settings_of().model_dump_json(), archived(book))
    saved = place.store.save_cycle("P1", MONTH, basis, frames, cases, lambda *_: [])
    with place.store.writing() as connection:
        stored.sign(connection, saved.cycle, "Bench", datetime.now(UTC))


if __name__ == "__main__":
    found = main(int(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
    print(json.dumps({name: astuple(row) for name, row in found.items()}))
