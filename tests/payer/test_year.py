"""A year of three practices and eight payers: what the payers' books say is what our lists say, claim by claim.

`python -m tests.payer.test_year` prints the table of the year.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
import sqlalchemy as sa

from tasks.remit.worklist import answers_of, waiting
from tasks.store.claim_tables import claims, ledger
from tasks.store.remit_tables import claim_payments, provider_adjustments, remittances
from tests.payer.tie import accounts_of, differences
from tests.payer.year import SETTINGS, Row, Year

pytestmark = [pytest.mark.slow, pytest.mark.timeout(7200)]
HEAD = ("month", "837P", "837I", "second", "corrected", "resent", "appeals", "files", "BPR")


def test_a_year_ties_claim_by_claim_to_the_cent(tmp_path: Path) -> None:
    year = Year(tmp_path)
    for row in year.months():
        assert differences(year.store, SETTINGS, year.payers.values()) == [], row.month
        assert waiting(year.store).empty
    total = sum(year.table[1:], year.table[0])
    assert len(year.table) == 12
    assert min(total.professional, total.institutional, total.second, total.corrections) > 0
    assert min(total.resent, total.appeals) > 0
    paid, kept, sums = _sums(year)
    assert total.bpr == sums == paid - kept
    books = accounts_of(year.payers.values())
    assert paid == sum(account.paid for account in books.values())
    assert paid == _sum(year, ledger.c.paid_cents)
    _every_claim_is_answered(year, set(books))
    year.store.close()


def _every_claim_is_answered(year: Year, answered: set[str]) -> None:
    """But for voids, which are answered by the reversal of what they take back."""
    with year.store.reading() as connection:
        sent = connection.execute(sa.select(claims.c.claim_number, claims.c.frequency)).all()
    assert {number for number, frequency in sent if frequency != "8"} == answered
    listed = {
        row for practice in SETTINGS for row in answers_of(year.store, practice)["claim_balances"]["claim_number"]
    }
    assert listed == answered


def _sums(year: Year) -> tuple[int, int, int]:
    columns = (claim_payments.c.paid_cents, provider_adjustments.c.cents, remittances.c.payment_cents)
    paid, kept, sums = (_sum(year, column) for column in columns)
    return paid, kept, sums


def _sum(year: Year, column: sa.Column[int]) -> int:
    with year.store.reading() as connection:
        return int(connection.execute(sa.select(sa.func.sum(column))).scalar() or 0)


def table(rows: list[Row]) -> str:
    """The year as a table, with its sums."""
    lines = [HEAD] + [tuple(map(str, vars(row).values())) for row in [*rows, sum(rows[1:], rows[0])]]
    return "\n".join("".join(f"{cell:>11}" for cell in line) for line in lines)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        whole = Year(Path(folder))
        for _ in whole.months():
            print(*differences(whole.store, SETTINGS, whole.payers.values()), sep="\n")
        print(table(whole.table))
