"""Who covers it from the files to the decision: asked, answered, contradicted, as a user does it."""

from __future__ import annotations

import csv
import sys
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console
from typer.testing import CliRunner

from config.month import Month
from flows.cli import app, main
from flows.coverage_commands import print_told
from flows.payer_answers import record_answer
from flows.replay import replay_month
from flows.who_covers import print_case, print_matrix
from tasks.demo.write import write_demo_data
from tests.cover.answers_271 import MEDICARE, PLAN, Asked, answer
from tests.days import practice_today

MONTH = "2026-10"
TODAY = practice_today()
SAID = ("--answer", "covers", "--step", "policy", "--source", "Policy 12")
TOLD = {"answer": "covers", "step": "policy", "source": "Provider manual 2026, page 88", "reference_number": ""}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("who") / "source"
    write_demo_data(folder, 40, 1, 7, Month(2026, 10), dirty=False)
    return folder


@pytest.fixture(scope="module")
def out(source: Path, prefect_server: None) -> Path:
    return run(source)


def run(source: Path) -> Path:
    from flows.monthly_cycle import monthly_cycle

    out = source.parent / "out"
    monthly_cycle(month=MONTH, source=str(source), out=str(out))
    return out


def rows(out: Path, name: str) -> list[dict[str, str]]:
    with (out / "P1" / MONTH / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def outcomes(out: Path) -> dict[str, tuple[str, str]]:
    found = [one for one in rows(out, "decisions.csv") if one["program"] == "ccm"]
    return {one["case_number"]: (one["outcome"], one["reason"]) for one in found}


def database(out: Path) -> str:
    return f"sqlite:///{out / 'ccm.db'}"


def printed(act, *arguments: object) -> str:
    console = Console(width=200, file=StringIO(), record=True)
    act(console, *arguments)
    return console.export_text()


def billing_mail(out: Path) -> str:
    return "".join(path.read_text("utf-8") for path in (out / "P1" / MONTH / "messages").glob("*billing*"))


@pytest.mark.slow
def test_a_plan_is_asked_once_and_its_answer_changes_every_patient_of_it(source: Path, out: Path) -> None:
    tasks = rows(out, "coverage/coverage_tasks.csv")
    without = [one for one in tasks if one["case_number"]]
    assert all((one["reason"], one["owner"]) == ("unknown_payer", "billing") for one in without)
    assert (f"{len(without)} patient" in billing_mail(out)) == bool(without)
    assert (out / "P1" / MONTH / "coverage" / "coverage_tasks.xlsx").stat().st_size > 2000
    covered = rows(out, "coverage/coverage.csv")
    plans = [one for one in covered if one["payer_kind"] == "medicare_advantage"]
    decided = outcomes(out)
    mine = next(one for one in plans if decided[one["case_number"]] == ("hold", "medicare_advantage"))
    assert (mine["answer"], mine["reason"], mine["bill_first"]) == ("unknown", "medicare_advantage", "true")
    of_plan = {one["case_number"] for one in plans if one["task_number"] == mine["task_number"]}
    task = next(one for one in tasks if one["task_number"] == mine["task_number"])
    assert (task["state"], int(task["patients"])) == ("open", len(of_plan))
    assert len({one["task_number"] for one in tasks}) == len(tasks)
    assert mine["task_number"] in billing_mail(out)

    matrix = printed(print_matrix, database(out), Month(2026, 10), None)
    assert mine["task_number"] in matrix
    assert not [one for one in covered if one["patient_id"] in matrix]
    of_states = {f"medicaid {one['plan'][:2]}" for one in covered if one["payer_kind"] == "medicaid"}
    assert of_states, "the sample has none"
    assert {one for one in of_states if one in matrix} == of_states
    case = printed(print_case, database(out), mine["case_number"], Month(2026, 10), None)
    assert ": unknown" in case
    assert f"({mine['task_number']})" in case
    assert "To be asked by" in case
    settled = next(one for one in covered if one["bill_first"] == "true" and one["answer"] == "covers" and not any(
        other["task_number"] for other in covered if other["case_number"] == one["case_number"]))  # fmt: skip
    case_of = ("coverage", "--patient", settled["case_number"], "--database", database(out))
    said = CliRunner().invoke(app, case_of)
    assert (said.exit_code, "Nothing has to be asked." in said.output) == (0, True), "its last month, without a task"
    assert mine["patient_id"] not in case

    told = TOLD | {"needs_authorization": False, "takes_coinsurance": "", "takes_deductible": "", "patient_owes": ""}
    told |= {"filing_days": 180}
    answer_it = (mine["task_number"], None, told | {"note": ""}, "kim", None, "2026-10-01", "2099-12-31", TODAY)
    said = printed(record_answer, database(out), *answer_it)
    assert "2099-12-31" in said
    assert "Run again for practice P1: 2026-10" in said
    assert "replaces" not in said
    limit = "takes a claim until: 2027-04-29 for 2026-10-31 (the payer's own answer)"
    assert limit not in case
    assert limit in printed(print_case, database(out), mine["case_number"], Month(2026, 10), None)
    not_yet = f"1 recorded answer is not in it yet ({mine['task_number']}; "
    assert "not in it yet" not in matrix
    assert not_yet in printed(print_matrix, database(out), Month(2026, 10), None)
    own = source.parent / "own.yaml"
    own.write_text(f"practices: {{P1: {{filing_days: {{{mine['payer_id']}: 90}}}}}}\n", "utf-8")
    theirs = printed(print_case, database(out), mine["case_number"], Month(2026, 10), None, own)
    assert "takes a claim until: 2027-01-29 for 2026-10-31 (the practice's own terms with the payer)" in theirs
    again = printed(record_answer, database(out), *answer_it)
    assert "on record already" in again
    assert "Run again" in again, "it was not run since"
    run(source)
    assert "not in it yet" not in printed(print_matrix, database(out), Month(2026, 10), None)
    after = outcomes(out)
    assert after[mine["case_number"]] == ("bill", "")
    assert all(after[case][1] != "medicare_advantage" for case in of_plan)
    again = next(one for one in rows(out, "coverage/coverage.csv") if one["case_number"] == mine["case_number"])
    assert (again["answer"], again["reason"], again["valid_until"]) == ("covers", "recorded_answer", "2099-12-31")
    assert mine["task_number"] not in {one["task_number"] for one in rows(out, "coverage/coverage_tasks.csv")}
    others = {case: found for case, found in after.items() if case not in of_plan}
    assert others == {case: found for case, found in decided.items() if case not in of_plan}
    console = Console(width=200, file=StringIO())
    assert replay_month(console, database(out), Month(2026, 10), None), "the answers are kept with the month"


@pytest.mark.slow
def test_an_eligibility_answer_holds_what_it_contradicts_and_a_bad_file_is_named(source: Path, out: Path) -> None:
    from flows.eligibility import eligibility

    decided = outcomes(out)
    covered = [one for one in rows(out, "coverage/coverage.csv") if one["payer_kind"] == "medicare_part_b"]
    mine = next(one for one in covered if decided[one["case_number"]][0] == "bill")
    coverages = pd.read_csv(source / "coverages.csv", dtype=str)
    patients = pd.read_csv(source / "patients.csv", dtype=str).set_index("patient_id")
    member = coverages.loc[coverages["patient_id"] == mine["patient_id"], "member_id"].iloc[0]
    born = patients.loc[mine["patient_id"], "birth_date"].replace("-", "")
    good, bad = source.parent / "good.271", source.parent / "bad.271"
    other = coverages.loc[coverages["member_id"].notna() & (coverages["member_id"] != member), "member_id"].iloc[0]
    people = (Asked(member, born, (*MEDICARE, *PLAN)), Asked("9ZZ9ZZ9ZZ99"), Asked(other, "19010101", MEDICARE))
    good.write_bytes(answer(*people))
    bad.write_bytes(b"not an answer")
    found = eligibility([str(bad), str(good)], out=str(out))
    assert [(one["file_name"], one["state"]) for one in found] == [("bad.271", "quarantined"), ("good.271", "read")]
    assert found[0]["reason"].startswith("bad.271: it does not begin as an X12 interchange does")
    assert found[1]["shows"]["medicare_advantage"] == 1
    assert found[1]["unmatched"] == [2, 3]
    assert found[1]["contradictions"] == {"plan_not_on_file": 1}
    assert found[1]["run_again"] == [("P1", MONTH)]
    listed = pd.read_csv(out / "eligibility_answers.csv", dtype=str)
    assert list(listed["state"]) == ["matched", "not_found", "other_birth_date"]
    assert (listed["case_number"][0], listed["contradictions"][0]) == (mine["case_number"], "plan_not_on_file")
    said = printed(print_told, found, out)
    assert "good.271: 2 of 3 match no patient: answers 2, 3" in said
    assert "contradicts what is on file: 1 plan not on file" in said
    assert "Run again for practice P1: 2026-10" in said
    assert member not in said
    case = printed(print_case, database(out), mine["case_number"], Month(2026, 10), None)
    assert "conflicting" in case
    assert "2026-10 was decided before" in case
    assert "H9901-001" in case
    assert member not in str(found)
    assert eligibility([str(good)], out=str(out))[0]["state"] == "repeated"
    run(source)
    assert outcomes(out)[mine["case_number"]] == ("hold", "eligibility_says_otherwise")
    again = eligibility([str(good)], out=str(out))[0]
    assert (again["contradictions"], again["run_again"]) == ({"plan_not_on_file": 1}, [])
    case = printed(print_case, database(out), mine["case_number"], Month(2026, 10), None)
    assert "decided before" not in case
    queries = rows(out, "coverage/coverage_queries.csv")
    query = next(one for one in queries if one["case_number"] == mine["case_number"])
    assert (query["contradiction"], query["holds"]) == ("plan_not_on_file", "true")
    assert "H9901-001" in query["shown"]
    assert "contradiction" in billing_mail(out)
    assert mine["patient_id"] not in billing_mail(out)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("answer", "T-000999", *SAID), "T-000999"),
        (("answer", "X", *SAID), "That is no verification task"),
        (("answer", "T-999", *SAID[:-1], "", "--on", "soon"), "T-000999"),  # before all that is wrong beside it
        (("--month", "2031-01"), "There is no decided 2031-01"),
        ((), "Say which month"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    arguments: tuple[str, ...],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture,
) -> None:
    place = ("--database", f"sqlite:///{tmp_path / 'ccm.db'}")
    monkeypatch.setattr(sys, "argv", ["ccm", "coverage", *arguments, *place])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 2
    shown = capsys.readouterr().err
    assert said in shown.replace("\n", " ")
    assert len(shown.strip().splitlines()) == 1
