"""What stops a month says where it stands and what to do, and repeats nothing that is no code."""

from __future__ import annotations

import pytest

from config.contract import inputs
from config.errors import DataStopError
from config.month import Month
from tasks.check.flags import flags_for
from tests.check.frames import AS_OF, MONTH, check, example, frame, settings

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ({"practices": [example("practices", billing_npi=None)]}, r"practices\.csv, line 2: .*billing_npi"),
        ({"practices": [example("practices", setting="zoo")]}, r"practices\.csv, line 2: .*setting"),
        ({"practices": [example("practices", time_zone="Ohio")]}, r"practices\.csv, line 2: .*America/New_York"),
        ({"practitioners": [example("practitioners")] * 2}, r"practitioners\.csv, line 2: .*twice \(1 more"),
        (
            {"other_services": [example("other_services", code="9949O")]},
            r"^other_services\.csv, line 2: .*no procedure code",
        ),
        ({"staff": [example("staff")] * 2}, r"staff\.csv, line 2: .*twice"),
        ({"staff": [example("staff", staff_id="D1")]}, r"staff\.csv, line 2: .*practitioner"),
        (
            {"practices": [example("practices", place_of_service="10")]},
            r"^practices\.csv, line 2: the place of service .* \(place_of_service '10'\); .* \(never 02 or 10",
        ),
        ({"practices": [example("practices", setting="zoo")]}, r"\(setting 'zoo'\)"),
        ({"practices": [example("practices", state="ZZ")]}, r"^practices\.csv, line 2: the state .*\(state 'ZZ'\)"),
        (
            {"practices": [example("practices", locality="99999-99")]},
            r"^practices\.csv, line 2: the locality is not .*\(locality '99999-99'\); write carrier and locality",
        ),
        (
            {"practices": [example("practices", state="CA")]},
            r"^practices\.csv, line 2: the locality lies in another state .*\(locality '15202-00'\); ",
        ),
        ({"patients": []}, "^patients: the practice has no patients"),
        ({"time_entries": []}, "^time_entries: there is no time entry"),
    ],
)
def test_what_stops_the_month_says_where_and_what_to_do(rows, said):
    with pytest.raises(DataStopError, match=said) as stopped:
        check(**rows)
    sentence = str(stopped.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert "100234" not in sentence


def test_what_no_code_is_stands_in_no_sentence_that_stops():
    with pytest.raises(DataStopError) as stopped:
        check(practices=[example("practices", place_of_service="123-45-6789")])
    assert "123-45" not in str(stopped.value)


def test_localities_from_before_the_loaded_ones_stop_nothing():
    practices = frame("practices", [example("practices", locality="01112-03")])
    said = [
        flags_for(inputs()["practices"], practices, {}, settings(), month, AS_OF)["is_locality_unknown"].any()
        for month in (Month(2016, 10), Month(2019, 12), Month(2020, 1), MONTH)
    ]
    assert said == [False, False, True, True]


@pytest.mark.parametrize(
    ("state", "locality", "elsewhere"),
    [
        ("OH", "15202-00", False),
        (" oh ", "15202-00", False),
        ("CA", "15202-00", True),
        ("CA", "01112-05", False),
        ("MD", "12202-01", False),  # the capital's locality takes in its suburbs
        ("VA", "12202-01", False),
        ("PA", "12202-01", True),
        ("GU", "01212-01", False),  # no locality is loaded under Guam's own letters
        ("CA", None, False),
        (None, "15202-00", False),
        ("CA", "99999-99", False),  # which is unknown, and said to be
    ],
)
def test_state_and_locality_belong_together(state, locality, elsewhere):
    practices = frame("practices", [example("practices", state=state, locality=locality)])
    flags = flags_for(inputs()["practices"], practices, {}, settings(), MONTH, AS_OF)
    assert flags["is_locality_elsewhere"].tolist() == [elsewhere]
