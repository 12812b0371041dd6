"""The approval of a month in the Prefect UI: what is shown, and what each answer leads to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from rich.console import Console

from config.approval import approval_settings
from config.errors import InputError
from config.month import Month
from flows import approval
from flows.approval_form import MonthApproval
from flows.prefect_api import PrefectApi
from flows.sign_off import sign_off, sign_off_month
from flows.waiting_runs import asked_alone, let_go, settled
from tasks.send.approval import approval_markdown, compose_waiting
from tasks.store import approvals, month_life
from tests.flows.test_decide_case import MONTH, Desk

pytestmark = pytest.mark.slow

ASKED = approvals.Request("P1", "2026-10", 1, "run-1", 1, "", datetime(2026, 11, 5, 15, tzinfo=UTC))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path)
    made.run()
    return made


def own(folder: Path, text: str) -> Path:
    path = folder / "settings.yaml"
    path.write_text(f"defaults:\n  approval: {{{text}}}\n", "utf-8")
    return path


def answer(**given: str) -> MonthApproval:
    return MonthApproval(**given)


def states(desk: Desk) -> list[tuple[str, str, str]]:
    with desk.place.store.reading() as connection:
        moves = month_life.history(connection, "P1", MONTH)
    return [(one.state, one.moved_by, one.reason) for one in moves]


def test_an_empty_answer_holds_and_the_month_is_asked_about_again(desk: Desk) -> None:
    following = approval.take(desk.place, ASKED, answer())
    assert following is not None
    assert (following.round, following.note) == (2, "Nobody was named, so the month goes on waiting.")
    assert answer() == MonthApproval(decision="hold", reviewer="", reason="")
    held = approval.take(desk.place, following, answer(reviewer="S. Igner", reason="a note is missing"))
    assert held is not None
    assert (held.round, held.note) == (3, "Held by S. Igner: a note is missing")
    assert states(desk)[-1] == ("decided", "S. Igner", "held: a note is missing")
    assert settled(desk.place.store, held) is None
    with desk.place.store.reading() as connection:
        assert approvals.last_of_run(connection, "run-1") == held

    refused = approval.take(desk.place, held, answer(decision="return to the care team", reviewer="S. Igner"))
    assert refused is None
    assert states(desk)[-1] == ("open", "S. Igner", "no reason given")
    assert settled(desk.place.store, held) == "returned to the care team by S. Igner"


@pytest.mark.slow
@pytest.mark.usefixtures("prefect_server")
def test_a_sign_off_in_the_form_is_that_of_the_command(desk: Desk, tmp_path: Path) -> None:
    place = replace(desk.place, settings=own(tmp_path, "other_than_preparer: true"))
    refused = approval.take(place, ASKED, answer(decision="sign off", reviewer="a.  preparer"))
    assert refused is not None
    assert "ran in the name of a.  preparer, and somebody else signs it off" in refused.note
    with pytest.raises(InputError, match="somebody else signs it off here"):
        sign_off_month(Console(quiet=True), desk.database, MONTH, "P1", "A. Preparer", place.settings)
    for no_person in ("the schedule", "CCM"):
        with pytest.raises(InputError, match="is no person; name the one who signs it off"):
            sign_off_month(Console(quiet=True), desk.database, MONTH, "P1", no_person, place.settings)
    assert approval.take(place, refused, answer(decision="sign off", reviewer="S. Igner")) is None
    assert states(desk)[-1] == ("signed_off", "S. Igner", "")
    assert settled(place.store, refused) == "signed off by S. Igner"
    assert any(one.kind.startswith("release") for one in place.store.pending_messages("P1"))


def test_what_happened_while_the_run_was_suspended_is_noticed(desk: Desk) -> None:
    assert settled(desk.place.store, ASKED) is None
    desk.decide("C-000001", "hold")
    desk.run()
    assert settled(desk.place.store, ASKED) == "revision 2 was decided in the meantime"
    with pytest.raises(InputError, match="revision 2 was decided in the meantime"):
        sign_off(desk.place.store, MONTH, "P1", "S. Igner", None, revision=1)
    sign_off_month(Console(quiet=True), desk.database, MONTH, "P1", "C. Ommand")
    assert settled(desk.place.store, replace(ASKED, revision=2)) == "signed off by C. Ommand"


def test_whoever_decided_cases_by_hand_does_not_sign_what_a_schedule_prepared(desk: Desk, tmp_path: Path) -> None:
    settings = own(tmp_path, "other_than_preparer: true")
    desk.place.by = month_life.SCHEDULE
    desk.decide("C-000001", "hold", by="B. Iller")
    desk.run()
    assert states(desk)[-1][:2] == ("decided", "the schedule")
    with pytest.raises(InputError, match=r"b\. iller decided cases of the month by hand, and somebody"):
        sign_off_month(Console(quiet=True), desk.database, MONTH, "P1", "b. iller", settings)
    sign_off_month(Console(quiet=True), desk.database, MONTH, "P1", "S. Igner", settings)
    assert states(desk)[-1][:2] == ("signed_off", "S. Igner")


def test_the_form_shows_the_month_in_counts_and_names_nobody(desk: Desk) -> None:
    cycle = desk.place.store.latest("P1", MONTH)
    assert cycle is not None
    claims = ["2 claims would be written now, 1 held:", "1 · the address is not whole"]
    text = approval_markdown(desk.place.store, cycle, "out/P1/2026-10/report.html", claims)
    for said in ("P1 · 2026-10 · revision 1", "| ready to bill | 1 |", "| | this month |\n", "2026-09 was not run.",
                 "**Reconciliation.**", "**Exceptions.**", "On hold, 1: No consent is on file",
                 "**Claims.** 2 claims would be written now, 1 held:\n\n- 1 · the address is not whole",
                 "out/P1/2026-10/report.html"):  # fmt: skip
        assert said in text
    for hidden in ("Doe", "Jamie", "C-000001", "12 Mill Lane"):
        assert hidden not in text


def test_a_waiting_approval_is_reminded_of_and_escalated(desk: Desk) -> None:
    cycle = desk.place.store.latest("P1", MONTH)
    assert cycle is not None
    practice, addresses = {"billing_email": "b@maple.example"}, {"operations": "ops@maple.example"}

    def told(day: int, *closed: date) -> list[tuple[str, str]]:
        given = (cycle, ASKED, practice, approval_settings("P1"), addresses, date(2026, 11, day), "", closed)
        return [(one.audience, one.recipient) for one in compose_waiting(*given)]

    assert told(5) == []
    assert told(6) == [("billing", "b@maple.example")]
    assert told(7) == [], "a Saturday"
    assert told(6, date(2026, 11, 6)) == [], "the practice is closed"
    assert told(9, date(2026, 11, 6)) == [("billing", "b@maple.example")], "one working day later"
    assert told(9) == [("billing", "b@maple.example"), ("operations", "ops@maple.example")]


def test_without_a_deployment_nothing_waits(desk: Desk) -> None:
    done = {"practice_id": "P1", "revision": 1}
    assert approval.approval_asked(desk.place, Month(2026, 10), done, None) == done
    assert approval.answered_since(str(desk.place.out), "", "", "") is None
    assert approval.runs_of_their_own({"P1": MONTH, "P2": MONTH}, None) == []
    with pytest.raises(InputError, match="Only a run of a deployment can wait"):
        approval.approval_asked(desk.place, MONTH, done, approval=True)


@pytest.mark.usefixtures("prefect_server")
def test_one_run_waits_for_a_month_and_none_once_it_is_settled(desk: Desk) -> None:
    """Runs of a real server, suspended by hand: what Prefect knows of them decides who asks and who ends."""
    from prefect import flow
    from prefect.client.orchestration import get_client
    from prefect.settings import PREFECT_API_URL
    from prefect.states import Completed, Suspended

    api = PrefectApi(PREFECT_API_URL.value() or "")

    @flow(name="waiting")
    def waiting() -> None:
        """Never carried out."""

    with get_client(sync_client=True) as client:
        deployment = client.create_deployment(client.create_flow(waiting), "waiting")
        made = [
            client.create_flow_run_from_deployment(deployment, name=f"run {number}", state=Suspended())
            for number in range(3)
        ]
        first, second, third = (replace(ASKED, flow_run_id=str(run.id)) for run in made)

        def state(asked: approvals.Request) -> str:
            return str(client.read_flow_run(asked.flow_run_id).state_name)  # type: ignore[arg-type]

        assert asked_alone(desk.place.store, api, first) == ""
        assert asked_alone(desk.place.store, api, first) == "", "begun again it asks the same"
        assert asked_alone(desk.place.store, api, second) == "run 0"
        assert let_go(desk.place.store, api, "P1", MONTH) == [], "the month waits, and so does its run"
        desk.decide("C-000001", "hold")
        desk.run()
        assert asked_alone(desk.place.store, api, replace(second, revision=2)) == "", (
            "another revision, a question anew"
        )
        assert let_go(desk.place.store, api, "P1", MONTH, second.flow_run_id) == ["run 0"]
        assert [state(one) for one in (first, second)] == ["Resuming", "Suspended"]
        client.set_flow_run_state(made[0].id, Completed(), force=True)

        console = Console(record=True, width=200)
        unreached = PrefectApi("http://127.0.0.1:1/api")
        sign_off_month(console, desk.database, MONTH, "P1", "C. Ommand", None, unreached)
        assert "does not answer" in console.export_text()
        sign_off_month(console, desk.database, MONTH, "P1", "C. Ommand", None, api)
        assert "the run run 1 waited for it and ends now" in console.export_text()
        assert state(second) == "Resuming"
        assert asked_alone(desk.place.store, api, replace(third, revision=2)) == "run 1", "it has not ended yet"
    late = approval.take(
        desk.place, replace(third, revision=2), answer(decision="return to the care team", reviewer="L")
    )
    assert late is not None, "what is signed off stays so"
    assert "cannot become open from there" in late.note
    assert states(desk)[-1][:2] == ("signed_off", "C. Ommand")
