"""Killed while it posts and run again, the database comes out as if nothing had happened; two at once post once."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest

from tasks.remit.post import post
from tasks.store import open_store
from tasks.store.claim_tables import claims, ledger
from tasks.store.remit_tables import (
    adjustments,
    claim_payments,
    denial_codes,
    denial_events,
    denials,
    line_payments,
    overpayments,
    provider_adjustments,
    refunds,
    remittance_files,
    remittances,
    suspense_events,
)
from tests.remit.billed import bill, bill_as_answered, rows
from tests.remit.test_samples import file

TODAY = date(2026, 11, 24)
SAMPLE = "every_kind_with_withholding"
NOT_OF_THE_MOMENT = {"at", "imported_at", "updated_at", "created_at"}
LEAVES_GAPS = ("denial_events", "id")  # the numbers of a rolled-back insert are not given again
TABLES = (remittance_files, remittances, claim_payments, line_payments, adjustments, denials, denial_events,
          denial_codes, overpayments, provider_adjustments, refunds, suspense_events, claims, ledger)  # fmt: skip


def everything(store) -> dict[str, list]:
    return {
        table.name: rows(
            store,
            table,
            *(c.name for c in table.c if (table.name, c.name) != LEAVES_GAPS and c.name not in NOT_OF_THE_MOMENT),
        )
        for table in TABLES
    }


def start(url: str, path, place: str = "") -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.remit.posting", url, str(path), *([place] if place else [])]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def ready(url: str, tmp_path):
    store = open_store(url)
    bill_as_answered(store, file(SAMPLE))
    bill(store, ("OLD", "99490"), state="voided")
    path = tmp_path / f"{SAMPLE}.835"
    path.write_bytes(file(SAMPLE))
    return store, path


@pytest.mark.slow
@pytest.mark.parametrize("place", ["keep_file", "_write", "update_claims", "open_new", "settle", "_recovered"])
def test_killed_while_posting_and_run_again_is_the_same(url, tmp_path, place):
    store, path = ready(url, tmp_path)
    untouched = everything(store)
    worker = start(url, path, place)
    assert worker.stdout.readline() == "stopped\n"
    worker.kill()
    worker.communicate()
    assert everything(store) == untouched
    done = post(store, path.name, path.read_bytes(), TODAY)
    assert (done.state, done.denials) == ("posted", 12)
    again, _ = ready(f"sqlite:///{tmp_path / 'other.db'}", tmp_path)
    post(again, path.name, path.read_bytes(), TODAY)
    assert everything(store) == everything(again)
    assert post(store, path.name, path.read_bytes(), TODAY).state == "repeated"
    again.close()
    store.close()


@pytest.mark.slow
def test_two_processes_post_the_same_file_once(url, tmp_path):
    store, path = ready(url, tmp_path)
    workers = [start(url, path) for _ in range(3)]
    told = sorted(worker.communicate(timeout=120)[0].strip() for worker in workers)
    assert told == ["posted", "repeated", "repeated"]
    assert len(rows(store, claim_payments, "id")) == 18
    store.close()
