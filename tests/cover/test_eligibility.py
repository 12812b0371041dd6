"""Eligibility answers are read whole or set aside by name; what they show is dated and says no more than it does."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from x12sdk.io import X12ModelReader

from config.eligibility_findings import findings
from tasks.cover.eligibility import SetAsideError, read
from tests.cover.answers_271 import (
    DEDUCTIBLE,
    HOSPICE,
    MBI,
    MEDICARE,
    NURSING,
    OTHER_PAYER,
    PART_B,
    PLAN,
    QMB,
    Asked,
    answer,
)

SAMPLES = Path(__file__).parent / "samples"
TODAY = dt.date(2026, 10, 6)
# What the validator says wrongly: it takes EB01 R for the Red Cross and forbids the plan's number (REF 18) that the
# guide asks for, and it holds the refusal of a subscriber against the codes of the receiver, so 75 is strange to it.
WRONGLY = ("{'18'} are not valid for American Red Cross", "input_value='75'")


def shown(content: bytes) -> pd.DataFrame:
    return read("answers.271", content, TODAY)


def whats(content: bytes) -> list[str]:
    return list(shown(content)["what"])


def row(content: bytes, what: str) -> pd.Series:
    found = shown(content)
    return found[found["what"] == what].iloc[0]


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.271")), ids=lambda path: path.stem)
def test_samples_are_valid_answers(path: Path) -> None:
    try:
        with X12ModelReader(path.read_text("ascii")) as reader:
            assert list(reader.models())
    except ValueError as error:
        complaints = str(error).split("\nloop_")[1:]
        others = [one for one in complaints if not any(known in one for known in WRONGLY)]
    else:
        others = []
    assert others == []


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        ("part_b_and_deductible", ["part_a", "part_b", "deductible_left"]),
        ("advantage_plan", ["part_a", "part_b", "medicare_advantage"]),
        ("qmb", ["part_a", "part_b", "qmb"]),
        ("payer_before_medicare", ["part_a", "part_b", "other_payer"]),
        ("hospice_and_nursing_facility", ["part_a", "part_b", "hospice", "facility"]),
        ("not_found", ["refused"]),
        ("insurer", ["active"]),
    ],
)
def test_samples_show_what_they_say(sample: str, expected: list[str]) -> None:
    assert whats((SAMPLES / f"{sample}.271").read_bytes()) == expected


def test_every_finding_is_shown_by_some_sample_or_case() -> None:
    every = {what for path in SAMPLES.glob("*.271") for what in whats(path.read_bytes())}
    every |= set(whats(answer(Asked(benefits=("EB*6**30", "DTP*291*D8*20260101")))))
    assert {one.what for one in findings()} <= every


def test_several_people_of_one_file_stay_apart() -> None:
    found = shown((SAMPLES / "several_people.271").read_bytes())
    by_person = found.groupby("member_id")["what"].agg(list)
    assert by_person["2AA1TE5MK74"] == ["part_a", "part_b", "qmb"]
    assert by_person["9ZZ9TE9ZZ99"] == ["refused"]
    assert by_person["3BB2TE5MK75"][-1] == "medicare_advantage"


def test_days_numbers_and_amounts() -> None:
    content = answer(Asked(benefits=(*MEDICARE, *DEDUCTIBLE, *PLAN, *OTHER_PAYER, *HOSPICE, *NURSING)))
    plan = row(content, "medicare_advantage")
    assert (plan["detail"], plan["payer_name"], str(plan["begin_date"].date())) == (
        "H9901-001",
        "BUCKEYE ADVANTAGE PLUS",
        "2026-09-01",
    )
    assert pd.isna(plan["end_date"])
    assert row(content, "deductible_left")["cents"] == 4150, "what remains, not the year's amount"
    assert row(content, "other_payer")["detail"] == "12"
    stay = row(content, "facility")
    assert (str(stay["begin_date"].date()), str(stay["end_date"].date())) == ("2026-10-03", "2026-10-20")
    assert set(shown(content)["birth_date"].astype("str")) == {"1940-01-01"}


def test_names_and_addresses_are_not_kept() -> None:
    text = shown((SAMPLES / "several_people.271").read_bytes()).to_csv()
    assert not [word for word in ("DOE", "JAMIE", "MILL LANE", "45402") if word in text]


def test_a_service_among_several_and_other_separators() -> None:
    content = answer(
        Asked(benefits=("EB*R**33^30*HN", "REF*18*H1", "DTP*290*D8*20260101")), separators="|'>:", breaks=False
    )
    assert whats(content) == ["medicare_advantage"]


def test_an_insurers_words_are_not_medicares() -> None:
    assert whats(answer(Asked(benefits=("EB*1**30*HM*GOLD HMO",)))) == ["active"]


def test_who_is_refused_shows_nothing_else() -> None:
    content = answer(Asked(benefits=MEDICARE, refusals=("72", "71")))
    assert whats(content) == ["refused", "refused"]
    assert list(shown(content)["detail"]) == ["72", "71"]


def test_a_refusal_of_the_receiver_is_one_of_everybody() -> None:
    text = answer(Asked(), Asked("2AA1TE5MK74")).decode().replace("HL*3*2*22*0", "AAA*N**43*C~\nHL*3*2*22*0", 1)
    found = shown(recounted(text.encode()))
    assert list(found["what"]) == ["refused", "refused"]
    assert set(found["detail"]) == {"43"}


def recounted(content: bytes) -> bytes:
    """The file with the right count in SE01."""
    parts = [part.strip() for part in content.decode().split("~") if part.strip()]
    begin = next(place for place, part in enumerate(parts) if part.startswith("ST*"))
    end = next(place for place, part in enumerate(parts) if part.startswith("SE*"))
    parts[end] = f"SE*{end - begin + 1}*{parts[end].split('*')[2]}"
    return "~\n".join([*parts, ""]).encode()


def test_a_dependent_goes_by_the_subscribers_number() -> None:
    content = answer(Asked("SYN0001", "19600101", ("EB*1**30*CI",)))
    child = "HL*4*3*23*0~\nTRN*2*000004*9CLEARING0~\nNM1*03*1*DOE*ALEX~\nDMG*D8*20100101*M~\nEB*1**30*CI~\nSE*"
    found = shown(recounted(content.decode().replace("HL*3*2*22*0", "HL*3*2*22*1").replace("SE*", child, 1).encode()))
    assert list(found["member_id"]) == ["SYN0001", "SYN0001"]
    assert list(found["birth_date"].dt.year) == [1960, 2010]


BROKEN = (
    ("DTP*291*D8*20261399", "a month that there is not"),
    ("DTP*291*RD8*20261031-20261001", "an end before its beginning"),
    ("DTP*291*RD8*20261001", "half of a span"),
    ("DTP*291*D8*20261001-20261031", "a span called a day"),
    ("DTP*291*D8*", "nothing"),
    ("DTP*291*D8*99991231", "a year beyond all years"),
)


@pytest.mark.parametrize(("day", "why"), BROKEN, ids=[why for _, why in BROKEN])
def test_a_day_that_cannot_be_read_is_told_and_costs_no_other_person(day: str, why: str) -> None:
    content = answer(Asked(benefits=("EB*1**30*MB", day)), Asked("2AA1TE5MK74", benefits=PART_B))
    found = shown(content)
    assert list(found["what"]) == ["unreadable", "part_b"]


@pytest.mark.parametrize("amount", ["-1", "1E9", "0.001", "many", "NaN", "99999999999"])
def test_an_amount_that_cannot_be_read_is_told(amount: str) -> None:
    assert whats(answer(Asked(benefits=(f"EB*C**30*MB**29*{amount}",)))) == ["unreadable"]


GOOD = answer(Asked(benefits=(*MEDICARE, *QMB)))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it is empty"),
        (b"%PDF-1.7", "does not begin as an X12"),
        (b"ISA*00*short", "does not begin as an X12"),
        (GOOD[: len(GOOD) // 2], "it ends before its last part does"),
        (GOOD.replace(b"SE*", b"SE*9"), "a count at the end"),
        (GOOD.replace(b"GE*1*1~", b"GE*1*2~"), "a control number at the end"),
        (GOOD.replace(b"ST*271*", b"ST*270*"), "inquiries (270), not a 271"),
        (GOOD.replace(b"ST*271*", b"ST*835*"), "remittances (835), not a 271"),
        (GOOD.replace(b"005010X279A1", b"004010X092A1"), "its version is not 005010X279A1"),
        (GOOD.replace(b"BHT*0022*11*ASK0001*20261005", b"BHT*0022*11*ASK0001*20261399"), "BHT04"),
        (answer(Asked(benefits=MEDICARE), day="20270101"), "yet to come"),
        (answer(), "it speaks of nobody"),
        (GOOD.replace(b"EB*1**30*MA~", b"CLP*1*2*3~"), "a segment that a 271 does not know"),
    ],
)
def test_a_file_that_is_no_whole_answer_is_set_aside_by_name(content: bytes, said: str) -> None:
    with pytest.raises(SetAsideError) as caught:
        shown(content)
    sentence = str(caught.value)
    assert sentence.startswith("answers.271: ")
    assert said in sentence
    assert MBI not in sentence
    assert "\n" not in sentence


def test_two_groups_and_two_interchanges_are_read_on() -> None:
    second = answer(Asked("2AA1TE5MK74", benefits=PART_B), number=2)
    assert sorted(set(shown(GOOD + second)["member_id"])) == [MBI, "2AA1TE5MK74"]


def test_nothing_hostile_gets_out_of_a_cell() -> None:
    content = answer(
        Asked("=CMD()|'X'!A1", benefits=("EB*R**30*HN", "REF*18*'; DROP TABLE eligibility; --", "DTP*290*D8*20260101"))
    )
    found = shown(content.replace(b"CMS*****PI*CMS", b"\xff\xfe\x00CMS*****PI*CMS"))
    assert list(found["member_id"]) == ["CMDXA1"]
    assert "\0" not in found.to_csv()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.binary(min_size=0, max_size=3))
def test_whatever_is_done_to_a_byte_it_is_read_or_set_aside(place: int, put: bytes) -> None:
    content = GOOD[:place] + put + GOOD[place + 1 :]
    try:
        found = shown(content)
    except SetAsideError:
        return
    assert len(found)
    assert set(found["what"]) <= {one.what for one in findings()} | {"refused", "unreadable", "nothing"}
