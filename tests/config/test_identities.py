"""A free text with a patient in it is refused, whatever way it is written; what payers' texts say is not."""

from __future__ import annotations

import pandas as pd
import pytest

from config.errors import InputError
from config.identities import Identities, identities_of

PATIENTS = pd.DataFrame(
    {
        "patient_id": ["100234", "7", "100236"],
        "mrn": ["00100234", "99490", None],
        "first_name": ["Jamie", "María José", "Grace"],
        "last_name": ["Doe", "O'Neil-Ruiz", "Hill"],
        "birth_date": pd.to_datetime(["1947-03-09", "1938-12-24", "1926-10-20"]),
        "phone": ["(937) 555-0142", "555-0177", None],
        "address": ["12 Mill Lane, Apt 4", "P.O. Box 88", "40 March Road"],
    }
)
COVERAGES = pd.DataFrame(
    {
        "member_id": ["1EG4-TE5-MK73", None],
        "subscriber_first_name": [None, "Robin"],
        "subscriber_last_name": [None, "Birch"],
        "subscriber_birth_date": pd.to_datetime([None, "1950-02-01"]),
    }
)
KNOWN = identities_of(PATIENTS, COVERAGES)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Policy 12, asked for Jamie Doe", "name"),
        ("DOE, Jamie", "name"),
        ("Jamie Doe's card", "name"),
        ("jamie a. doe called", "name"),
        ("call of Mrs. Doe", "name"),
        ("Sra. O'Neil Ruiz", "name"),
        ("Maria O\N{RIGHT SINGLE QUOTATION MARK}Neil-Ruiz", "name"),
        ("Maria Jose oneil ruiz", "name"),
        ("Robin Birch", "name"),
        ("dob 1947-03-09", "birth_date"),
        ("3/9/47", "birth_date"),
        ("born 09.03.1947", "birth_date"),
        ("03091947", "birth_date"),
        ("March 9, 1947", "birth_date"),
        ("9 mar 1947", "birth_date"),
        ("9 de marzo de 1947", "birth_date"),
        ("Dec. 24th, 1938", "birth_date"),
        ("member 1EG4TE5MK73", "number"),
        ("1eg4 te5 mk73", "number"),
        ("MRN00100234", "number"),
        ("record 100234", "number"),
        ("937.555.0142", "phone"),
        ("+1 (937) 555-0142", "phone"),
        ("call 555-0177 back", "phone"),
        ("lives at 12 Mill Ln.", "address"),
        ("12 MILL LANE APT 4", "address"),
        ("PO Box 88", "address"),
    ],
)
def test_an_identity_is_found_however_it_is_written(text: str, kind: str) -> None:
    assert KNOWN.found_in(text) == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Policy 12 of 2026, page 88: 99490, 99439",
        "Grace period: see the manual of Hill Physicians",  # a given and a family name of one patient, apart
        "Jamie of the provider line",  # a given name alone
        "Doe Health Plan",  # a family name alone
        "Jamie Hill, provider representative",  # of two patients
        "valid to 10/20/26",  # a year of two digits that is 2026
        "answered 2026-03-09",
        "reference 1002345",
        "800-555-0142",  # another area code
        "reference 5550177",  # seven digits that are not written as a telephone number
        "12 March 2026, room 40",
        "asked for C-100234 and T-100236",  # a case and a task
        "7",
    ],
)
def test_what_payers_say_is_no_identity(text: str) -> None:
    assert KNOWN.found_in(text) == []


def test_the_sentence_names_place_and_kind_and_not_what_was_found() -> None:
    with pytest.raises(InputError, match=r"^--note: a patient's name and birth date stands in the text") as caught:
        KNOWN.refuse("--note", "Jamie Doe, 3/9/1947")
    assert not {"Jamie", "Doe", "1947"} & set(str(caught.value).replace(",", " ").split())


def test_where_nobody_is_known_nothing_is_refused() -> None:
    assert Identities().found_in("Jamie Doe") == []
    assert identities_of(pd.DataFrame(), pd.DataFrame()) == Identities()
