"""People named on cases: in whatever case the identifier is written, and never two people for one."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from config.errors import InputError
from tasks.route.determinations import decide
from tasks.route.people import as_on_file, known_staff
from tests.route.made import CASES, NUMBER


def of(staff: list[str], practitioners: list[str]) -> dict[str, pd.DataFrame]:
    people = {"staff": ("staff_id", staff), "practitioners": ("practitioner_id", practitioners)}
    return {name: pd.DataFrame({key: pd.Series(ids, dtype="str")}) for name, (key, ids) in people.items()}


def test_small_and_capital_letters_are_one_person() -> None:
    tables = of(["S1", "maja"], ["D1"])
    assert [known_staff(tables, "answered_by", who) for who in ("s1", " MAJA ", "d1", "S1", "")] == [
        "S1", "maja", "D1", "S1", "",
    ]  # fmt: skip


def test_who_might_be_two_people_is_refused() -> None:
    tables = of(["ab", "Ab"], ["AB"])
    assert known_staff(tables, "--by", "Ab") == "Ab"
    with pytest.raises(InputError, match="--by: that may be AB or Ab or ab; write the one that is meant"):
        known_staff(tables, "--by", "aB")


def test_who_is_unknown_is_refused_with_those_who_are_and_never_quoted() -> None:
    with pytest.raises(InputError, match="neither the staff nor the practitioners table; known are D1, S1") as refused:
        known_staff(of(["S1"], ["D1"]), "answered_by", "Mrs. Pine")
    assert "Pine" not in str(refused.value)
    assert as_on_file(of(["S1"], ["D1"]), "Mrs. Pine") == "Mrs. Pine"


def test_a_practice_without_staff_names_whom_it_likes() -> None:
    assert known_staff(of([], ["D1"]), "--by", " Cora ") == "Cora"


def test_nobody_is_their_own_second_person() -> None:
    told = {"household": 1, "income_cents": 1_800_000, "ground": "attested", "decided_by": "S1", "settings": CASES}
    much = CASES.four_eyes_above_cents + 1
    with pytest.raises(InputError, match="needs a second person"):
        decide(NUMBER, kind="hardship", day=date(2026, 10, 12), amount_cents=much, second_by="s1", **told)
