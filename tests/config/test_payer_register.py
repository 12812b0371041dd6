"""The register of payers is dated, sourced and without overlap, and says of each payer what its source says."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from config import payer_register
from config.contract import inputs
from config.errors import InputError, RuleError
from config.month import Month
from config.payer_entries import PayerEntry
from config.payer_questions import questions
from config.payer_register import Plan, all_entries, all_order, plain, register_in
from config.payer_settings import payer_settings
from tasks.cover import order
from tests.payer_kinds import PAYER_KINDS

LETTERS = inputs()["coverages"].column("plan_letter").values
DAY = dt.date(2026, 10, 31)
REGISTER = register_in(Month(2026, 10))


@pytest.mark.parametrize("kind", PAYER_KINDS)
def test_every_kind_of_payer_has_an_entry_in_every_month_since_the_first(kind: str) -> None:
    for year in range(2015, 2027):
        entry = register_in(Month(year, 1)).find(kind, dt.date(year, 1, 31))
        assert entry is not None, (kind, year)


def test_entries_speak_only_of_what_the_contract_knows() -> None:
    programs = {"ccm", "pcm", "apcm", "bhi", "cocm", "cpm", "rpm"}
    for entry in all_entries():
        assert set(entry.kinds) <= set(PAYER_KINDS), entry.name
        assert set(entry.plan_letters) <= set(LETTERS), entry.name
        assert set(entry.programs) <= programs, entry.name
        assert set(entry.savings_programs) <= set(inputs()["coverages"].column("savings_program").values)


def test_every_plan_letter_has_an_entry_of_its_own() -> None:
    found = {letter: REGISTER.find("medigap", DAY, plan_letter=letter) for letter in LETTERS}
    assert all(entry is not None and letter in entry.plan_letters for letter, entry in found.items())
    takes = {letter: (entry.takes_coinsurance, entry.takes_deductible) for letter, entry in found.items() if entry}
    assert takes["G"] == ("all", "none")
    assert takes["F"] == ("all", "all")
    assert (takes["K"], takes["L"]) == (("50%", "none"), ("75%", "none"))
    assert takes["N"] == ("unknown", "none")
    assert takes["GHD"] == ("unknown", "unknown")


def test_what_is_only_recalled_says_so() -> None:
    for entry in [*all_entries(), *all_order()[0], *all_order()[1]]:
        assert ("ecalled" in entry.source) == (entry.confidence == "unverified"), entry.name


def test_a_qualified_medicare_beneficiary_owes_nothing_and_that_is_from_the_primary_source() -> None:
    entry = REGISTER.find("qmb", DAY)
    assert entry is not None
    assert (entry.patient_owes, entry.confidence) == ("never", "primary")


@pytest.mark.parametrize(
    ("name", "day", "covers", "first"),
    [
        ("Horizon BCBSNJ", DAY, "no", True),
        ("HORIZON BCBSNJ.", DAY, "no", True),
        ("Horizon BCBSNJ", DAY, "yes", False),
        ("Horizon", DAY, "by_policy", True),  # a part of a name is no name
        ("Anthem Blue Cross & Blue Shield of Georgia", dt.date(2019, 2, 22), "by_policy", True),
        ("Anthem Blue Cross & Blue Shield of Georgia", dt.date(2019, 2, 23), "yes", True),
        ("Regence BlueShield", dt.date(2024, 5, 31), "by_policy", True),
        ("Regence BlueShield", dt.date(2024, 6, 1), "yes", True),
        ("Independence Blue Cross", DAY, "no", True),
        ("EmblemHealth", DAY, "yes", True),
        ("Highmark", DAY, "by_policy", True),
        ("Trillium Group Health", DAY, "by_policy", True),
    ],
)
def test_named_policies_by_day_and_place(name: str, day: dt.date, covers: str, first: bool) -> None:
    found = register_in(Month.of(day)).find("commercial", day, payer_name=name, is_first=first)
    assert found is not None
    assert found.covers == covers


def test_a_plan_of_medicare_advantage_with_a_policy() -> None:
    def covers(day: dt.date) -> str:
        found = register_in(Month.of(day)).find("medicare_advantage", day, payer_name="Regence Medicare Advantage")
        assert found is not None
        return f"{found.name}: {found.covers}"

    assert covers(dt.date(2018, 12, 31)) == "medicare_advantage: by_plan"
    assert covers(dt.date(2019, 1, 1)) == "regence_advantage_2019: yes"
    assert covers(dt.date(2024, 6, 1)) == "regence_2024: yes"


def test_the_practice_says_which_policy_a_payer_follows() -> None:
    found = REGISTER.find("commercial", DAY, payer_name="Some Trade Name", policy="independence")
    assert found is not None
    assert (found.covers, found.patient_owes) == ("no", "not_billed")
    behind = REGISTER.find("commercial", DAY, payer_name="Independence Blue Cross", is_first=False)
    assert behind is not None
    assert (behind.name, behind.patient_owes) == ("commercial", "unknown"), "its policy says nothing of a second place"


def test_never_is_said_by_the_program_of_the_beneficiaries_alone() -> None:
    entry = next(one for one in all_entries() if one.name == "independence")
    with pytest.raises(ValueError, match="not_billed"):
        PayerEntry.model_validate(entry.model_dump() | {"patient_owes": "never"})


def test_savings_programs_pay_premiums_only() -> None:
    found = REGISTER.find("medicaid", DAY, savings_program="slmb", state="WI")
    assert found is not None
    assert (found.name, found.takes_coinsurance) == ("savings_program_without_protection", "none")


def test_each_contradiction_has_a_function_or_is_seen_in_eligibility_answers() -> None:
    of_coverages = [one.name for one in all_order()[1] if one.about == "coverages"]
    functions = [name for name, found in vars(order).items() if callable(found) and hasattr(found, "__code__")]
    assert of_coverages == [name for name in functions if not name.startswith("_")]


def test_what_is_recalled_never_holds_a_month() -> None:
    recalled = [one for one in all_order()[1] if one.confidence == "unverified"]
    assert recalled
    assert not [one.name for one in recalled if one.holds]


def test_the_five_steps_of_finding_out() -> None:
    steps = [one.step for one in questions().steps]
    assert steps == ["eligibility", "policy", "fee_schedule", "representative", "test_claim"]
    assert questions().confidence_of("policy") == "primary"
    assert questions().confidence_of("dream") is None


@pytest.mark.parametrize(("opened", "due"), [(13, 27), (14, 30), (15, 30), (16, 30), (12, 27)])
def test_a_payer_is_to_be_asked_by_a_working_day(opened: int, due: int) -> None:
    thanksgiving = [dt.date(2026, 11, 26)]
    assert questions().due(dt.date(2026, 11, opened), thanksgiving) == dt.date(2026, 11, due)


def test_a_plan_is_known_by_its_identifier_else_by_its_name() -> None:
    assert Plan("commercial", "syn41", "A").key == Plan("commercial", "SYN41", "Another spelling").key
    assert Plan("commercial", "", "Trillium Group-Health").key == Plan("commercial", "", "trillium group health").key
    assert Plan("medigap", "X", "A", "G").key != Plan("medigap", "X", "A", "N").key
    assert plain("Blue Cross & Blue Shield") == plain("BLUE CROSS AND BLUE SHIELD")


ENTRY = """entries:
  - name: {name}
    kinds: [commercial]
    covers: {covers}
    bill: "The plan"
    words: "Words enough for it"
    since: {since}
    until: {until}
    confidence: primary
    source: "A source with words"
"""


def written(folder: Path, *entries: tuple[str, str, str, str]) -> Path:
    path = folder / "register.yaml"
    parts = [ENTRY.format(name=name, covers=covers, since=since, until=until) for name, covers, since, until in entries]
    path.write_text("entries:\n" + "".join(part.removeprefix("entries:\n") for part in parts), "utf-8")
    return path


def test_an_overlap_is_refused_by_name(tmp_path: Path) -> None:
    path = written(tmp_path, ("one", '"yes"', "2015-01-01", "2020-01-01"), ("two", '"no"', "2020-01-01", "2021-01-01"))
    with pytest.raises(RuleError, match="one and two speak of the same payer"):
        all_entries(path)


def test_spans_that_follow_one_another_are_taken(tmp_path: Path) -> None:
    path = written(tmp_path, ("one", '"yes"', "2015-01-01", "2019-12-31"), ("two", '"no"', "2020-01-01", "2021-01-01"))
    assert [entry.name for entry in all_entries(path, None)] == ["one", "two"]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (("one", "yes", "2015-01-01", "2020-01-01"), "covers"),  # unquoted, YAML reads it as true
        (("one", '"yes"', "2020-01-01", "2015-01-01"), "ends before it begins"),
        (("One", '"yes"', "2015-01-01", "2020-01-01"), "name"),
    ],
)
def test_a_wrong_entry_is_refused(tmp_path: Path, entry: tuple[str, str, str, str], said: str) -> None:
    with pytest.raises(RuleError, match=said):
        all_entries(written(tmp_path, entry))


SETTINGS = """practices:
  P1:
    payers:
      policies: {policies}
      register:
        - {{{who}, covers: "yes", since: 2026-01-01, valid_until: {until}, words: "Pays as Medicare",
           confidence: primary, source: "Contract, page 4"}}
"""


def test_what_the_practice_knows_of_its_payers(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(
        SETTINGS.format(policies='{"22099": horizon_new_jersey}', who="payer_ids: [SYN11]", until="2026-12-31"), "utf-8"
    )
    found = payer_settings("P1", path)
    assert found.policies == {"22099": "horizon_new_jersey"}
    own = found.register_[0]
    assert own.speaks_of("syn11", "", "H1-1", DAY)
    assert not own.speaks_of("SYN12", "", "", DAY)
    assert not own.speaks_of("SYN11", "", "", dt.date(2027, 1, 1))
    assert payer_settings("P2", path).register_ == ()


@pytest.mark.parametrize(
    ("policies", "who", "until", "said"),
    [
        ('{"1": no_such}', "payer_ids: [A]", "2026-12-31", "no_such"),
        ("{}", "plans: [A]", "2026-12-31", "payer_ids or payer_names"),
        ("{}", "payer_ids: [A]", "2025-12-31", "valid_until"),
        ("{}", "payer_ids: [A], colour: red", "2026-12-31", "colour"),
    ],
)
def test_a_wrong_setting_is_one_sentence(tmp_path: Path, policies: str, who: str, until: str, said: str) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(SETTINGS.format(policies=policies, who=who, until=until), "utf-8")
    with pytest.raises(InputError, match=said) as caught:
        payer_settings("P1", path)
    assert "\n" not in str(caught.value)
    assert "P1" in str(caught.value)


def test_the_register_ships_beside_the_other_payer_files() -> None:
    assert {path.name for path in payer_register.FOLDER.glob("*.yaml")} == {
        "kinds.yaml", "register.yaml", "order.yaml", "questions.yaml", "eligibility.yaml", "medicaid_states.yaml",
    }  # fmt: skip
