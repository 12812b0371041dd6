"""Time and memory of one payment for many claims: `python -m tests.bench.remittances 100000 [DATABASE]`.

A third of the claims has two lines, the second of them denied; a tenth is denied whole.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from tasks.remit.post import post
from tasks.remit.read import read
from tasks.store import Store, open_store
from tasks.store.claim_tables import claim_service_lines, claims
from tasks.store.remittances import add
from tests.remit import billed
from tests.remit.answers import interchange, remittance

ANSWERED = "NM1*QC*1*DOE*JAN****MI*1EG4TE5MK73\nMOA***MA01*MA18"
PAID = "SVC*HC:99490*100*47.42**1\nDTM*472*20261031\nCAS*CO*45*39.51**253*.97\nCAS*PR*2*12.10"
DENIED = "SVC*HC:99490*100*0**1\nDTM*472*20261031\nCAS*CO*B20*100\nLQ*HE*N472"
FURTHER = "SVC*HC:99439*80*0**1\nDTM*472*20261031\nCAS*CO*151*80\nLQ*HE*N362"


def main() -> None:
    """Print what reading and posting took."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(sys.argv[2] if len(sys.argv) > 2 else f"sqlite:///{Path(folder) / 'ccm.db'}")
        bill(store, count)
        content = payment(count)
        measure(f"read {count:,} answers, {len(content) >> 20} MiB", lambda: read("bench.835", content))
        measure("post them", lambda: print(post(store, "bench.835", content, date(2026, 11, 24))))
        store.close()


def measure(what: str, work) -> None:
    """Print wall and processor seconds of the work, and the peak of memory so far."""
    wall, processor = time.perf_counter(), time.process_time()
    work()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"{what}: {time.perf_counter() - wall:.1f} s, processor {time.process_time() - processor:.1f} s, {peak} MiB")


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
