"""Each state, district and territory has its own row in the register, dated, with a source or the day of the search."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from config import payer_register
from config.errors import RuleError
from config.medicaid_states import STATES as STATES_FILE
from config.medicaid_states import state_entries
from config.month import Month
from config.payer_entries import PayerEntry
from config.payer_register import all_entries, register_in

DAY = dt.date(2026, 10, 31)
REGISTER = register_in(Month(2026, 10))
POSTAL = (
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR "
    "PA RI SC SD TN TX UT VT VA WA WV WI WY AS GU MP PR VI"
)
STATES = POSTAL.split()


@pytest.mark.parametrize("state", STATES)
def test_every_state_has_a_medicaid_of_its_own_and_none_is_taken_to_pay_or_not(state: str) -> None:
    for day in (dt.date(2015, 1, 31), DAY):
        found = register_in(Month.of(day)).find("medicaid", day, state=state.lower())
        assert found is not None
        assert found.states == (state,)
        assert (found.covers, found.patient_owes, found.takes_coinsurance) == ("unknown", "unknown", "unknown")
    qmb = REGISTER.find("qmb", DAY, state=state)
    assert qmb is not None
    assert (qmb.covers, qmb.patient_owes) == ("yes", "never")


def test_no_two_states_share_a_program_and_the_readme_names_those_of_which_something_is_told() -> None:
    mine = [entry for entry in all_entries() if entry.name.startswith("medicaid_")]
    assert sorted(entry.states[0] for entry in mine) == sorted(STATES)
    assert len({entry.bill for entry in mine}) == len(STATES)
    said = (Path(payer_register.__file__).parent / "payers" / "README.md").read_text("utf-8")
    about = said.partition("**Medicaid by state.**")[2].partition("\n- ")[0]
    told = {entry.states[0] for entry in mine if not entry.source.startswith("Searched on ")}
    assert {one for one in STATES if f"(`{one}`)" in about} == told
    assert "unknown" in about


def test_a_medicaid_without_a_state_that_has_one_is_not_that_of_any() -> None:
    for state in ("", "ZZ", "OHIO", "FM"):
        found = REGISTER.find("medicaid", DAY, state=state)
        assert found is not None
        assert (found.name, found.covers) == ("medicaid", "by_state"), state


@pytest.mark.parametrize(
    ("day", "first", "covers"),
    [(DAY, True, "yes"), (dt.date(2019, 3, 3), True, "unknown"), (DAY, False, "unknown")],
)
def test_a_plan_of_medicaid_with_a_notice_of_its_own(day: dt.date, first: bool, covers: str) -> None:
    name = {"payer_name": "Health Plan of San Joaquin", "state": "CA"}
    found = register_in(Month.of(day)).find("medicaid", day, **name, is_first=first)
    assert found is not None
    assert found.covers == covers
    assert (found.authorization, found.codes) == (("needed", ("99490",)) if covers == "yes" else ("unknown", ()))


OF_A_STATE = """  - {{state: {state}, name: Ohio, program: Ohio Medicaid, covers: {covers}, since: {since}, {more}}}
"""
FOUND = 'words: "Its fee schedule has the codes", source: "Fee schedule of 2026-07-01", confidence: primary'


def ohio(covers: str, more: str, since: str = "2015-01-01", state: str = "OH") -> str:
    return OF_A_STATE.format(state=state, covers=covers, since=since, more=more)


def of_states(folder: Path, *rows: str) -> list[PayerEntry]:
    """All states as they are, but Ohio as these rows say."""
    lines = STATES_FILE.read_text("utf-8").splitlines(keepends=True)
    path = folder / "medicaid_states.yaml"
    path.write_text("".join([*(line for line in lines if 'state: "OH"' not in line), *rows]), "utf-8")
    return state_entries(path)


def test_what_a_state_says_counts_from_its_day_and_what_was_before_stays(tmp_path: Path) -> None:
    before = OF_A_STATE.format(
        state="OH", covers="unknown", since="2015-01-01", more="until: 2026-06-30, searched: 2026-11-28"
    )
    after = OF_A_STATE.format(
        state="OH", covers='"yes"', since="2026-07-01", more=FOUND + ', codes_not_covered: ["99491"]'
    )
    found = [entry for entry in of_states(tmp_path, before, after) if entry.states == ("OH",)]
    assert [(one.name, one.covers, one.confidence) for one in found] == [
        ("medicaid_ohio_until_2026", "unknown", "unverified"), ("medicaid_ohio", "yes", "primary"),
    ]  # fmt: skip
    assert (found[1].codes_not_covered, found[1].patient_owes) == (("99491",), "unknown")
    overlap = after.replace("2026-07-01, words", "2026-06-30, words")
    with pytest.raises(RuleError, match=r"medicaid_states.yaml, OH: the entry since 2026-06-30"):
        of_states(tmp_path, before, overlap)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("", "OH has no row; add one, with covers: unknown"),
        (
            ohio("unknown", "searched: 2026-11-28", state="ZZ"),
            "'ZZ' is no",
        ),
        (
            ohio('"no"', "searched: 2026-11-28"),
            "not beside one",
        ),
        (ohio('"no"', "agency: It"), "name the source"),
        (ohio("by_plan", FOUND), "covers"),
        (
            ohio('"yes"', FOUND + ', codes: ["99409"]'),
            "OH: .*not in the code catalogue",
        ),
        (ohio('"yes"', FOUND + ", pays: 9"), "OH: 'pays'"),
    ],
)
def test_a_wrong_row_of_a_state_is_refused_by_its_place(row: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=said):
        of_states(tmp_path, row)
