"""At a month's end each reader is reminded on its days, in a few lines; a month opened again says what changed."""

from __future__ import annotations

import re
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pandas as pd
import pytest

from config.deadlines import Deadlines
from tasks.send import month_end
from tasks.send.messages import Message, MonthEnd, Reopened, compose
from tasks.send.month_end import compose_overdue, compose_release, compose_reminders, month_end_of, reminds_on
from tasks.send.queries import compose_queries
from tasks.send.query_rows import came_of
from tasks.send.report import render_report, report_view
from tasks.send.told import Told
from tasks.send.words import dollars
from tasks.store.changes import changes as changes_between
from tasks.store.claims import SignOff
from tasks.store.records import Cycle, Digests
from tests.send.month import SECRETS, context

DAYS = Deadlines(date(2026, 11, 4), date(2026, 11, 5), date(2026, 11, 6))
AT = datetime(2026, 11, 1, tzinfo=UTC)
PRACTICE = {"practice_name": "Maple Street", "billing_email": "billing@maple.example"}


def cycle(revision: int = 1) -> Cycle:
    return Cycle(1, "P1", context().month, revision, "decided", Digests("", "", ""), "", AT)


def reminders(day: int, signed: bool = False) -> list[str]:
    told = context()
    today = date(2026, 11, day)
    made = compose_reminders(cycle(), MonthEnd(DAYS), PRACTICE, told.frames, told.staff, signed, today)
    assert bool(made) <= reminds_on(DAYS, today)
    assert not [secret for secret in SECRETS for one in made if secret in one.subject + one.html + one.text]
    return [f"{one.audience} {one.subject}" for one in made]


def test_care_managers_who_have_something_to_do_are_reminded_of_the_cut_off() -> None:
    head = "care_manager Maple Street · October 2026 · cut-off Wed, November 4, 2026: "
    assert reminders(2) == []
    for day in (3, 4):
        assert reminders(day, signed=True) == [
            f"{head}2 holds to fix, 2 co-pay calls", f"{head}1 short of minutes",
        ]  # fmt: skip


def test_who_fell_short_is_nothing_to_do_once_nothing_can_be_added() -> None:
    def of_nobody(day: int) -> Message:
        made = compose(context(end=MonthEnd(DAYS), today=date(2026, 11, day)))
        return next(one for one in made if one.audience == "care_manager" and not one.recipient)

    before, after = of_nobody(4), of_nobody(5)
    assert before.subject.endswith("1 short of minutes")
    assert "stayed short" not in before.text + before.html
    assert after.subject.endswith("nothing to do")
    for text in (after.text, " ".join(after.html.split())):
        assert "1 patient stayed short of minutes; nothing can be added to the month any more." in text
        assert "Nearest first" not in text
        assert "nearest first" not in text


def test_a_reminder_of_the_day_before_comes_on_the_working_day_before_and_once() -> None:
    closed = (date(2026, 11, 3), date(2026, 11, 9))
    days = Deadlines(date(2026, 11, 4), date(2026, 11, 5), date(2026, 11, 6), closed)
    assert [day for day in range(1, 13) if reminds_on(days, date(2026, 11, day))] == [2, 4, 5, 6, 10]
    told, tenth = context(), date(2026, 11, 10)
    (late,) = compose_reminders(cycle(), MonthEnd(days), PRACTICE, told.frames, told.staff, False, tenth)
    assert "sign-off was due Fri, November 6, 2026" in late.subject


def test_billing_is_told_of_hand_over_and_sign_off_until_somebody_signs() -> None:
    (fifth,) = reminders(5)
    assert "hand-over: 2 ready to bill, 2 on hold; sign-off due Fri, November 6, 2026" in fifth
    assert "sign-off due" in reminders(6)[0]
    assert "sign-off was due" in reminders(9)[0], "the working day after"
    assert reminders(6, signed=True) == reminders(9, signed=True) == reminders(10) == []
    assert "sign-off" not in reminders(5, signed=True)[0]


def test_an_earlier_month_that_nobody_signed_off_is_told_with_the_day_it_was_due() -> None:
    made = compose_overdue(cycle(2), DAYS.sign_off, PRACTICE, date(2026, 12, 7))
    assert made.subject == "Maple Street · October 2026 · sign-off was due Fri, November 6, 2026"
    assert (made.kind, made.recipient) == ("signoff-2026-10", "billing@maple.example")
    assert "ccm sign-off --month 2026-10 --practice P1" in " ".join(made.text.split())


def test_a_release_says_who_answered_for_what() -> None:
    made = compose_release(cycle(2), PRACTICE, context().frames["claim_lines"], "A. Biller", date(2026, 11, 6))
    assert made.subject == "Maple Street · October 2026 · released: 2 patients, 3 claim lines, $179.31 expected"
    assert "Revision 2 was signed off by A. Biller" in made.text
    assert "ccm claims --month 2026-10 --practice P1." in " ".join(made.text.split())
    assert (made.kind, made.month) == ("release-2026-10-2", "2026-11-06")
    assert "Before it" not in made.text


@pytest.mark.parametrize(
    ("expected", "difference"), [(24544, "$66.13 less"), (11318, "$66.13 more"), (17931, "the same amount")]
)
def test_a_release_after_a_reopening_says_the_difference(expected: int, difference: str) -> None:
    before = Reopened(1, "C. Coder", date(2026, 11, 4), 3, expected)
    lines, today = context().frames["claim_lines"], date(2026, 11, 6)
    made = compose_release(cycle(2), PRACTICE, lines, "A. Biller", today, before=before)
    for text in (made.text, made.html):
        flat = " ".join(text.split())
        assert f"Before it, revision 1 was signed off by C. Coder on Wed, Nov 4: 3 ready, {dollars(expected)}" in flat
        assert f"Now 2 ready, $179.31: {difference}. Only the changed claims go out." in flat


@pytest.mark.parametrize("form", ["html", "text"])
def test_the_messages_of_a_month_name_its_days_and_what_was_signed_before(form: str) -> None:
    before = Reopened(1, "A. Biller", date(2026, 11, 6), 3, 24544)
    made = compose(context(revision=2, end=MonthEnd(DAYS, before), today=date(2026, 11, 5)))
    manager, billing = (" ".join(getattr(one, form).split()) for one in (made[0], made[-1]))
    assert "Cut-off: the end of Wed, Nov 4 (passed)." in manager
    assert "Hand-over Thu, Nov 5, sign-off by Fri, Nov 6." in billing
    assert "Revision 1 was signed off by A. Biller on Fri, Nov 6: 3 ready, $245.44. Now 2 ready, $179.31." in billing
    first = compose(context(end=MonthEnd(DAYS)))[-1]
    assert "Opened again" not in first.html
    assert "OPENED AGAIN" not in first.text


def test_the_day_of_a_sign_off_is_that_of_the_practices_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """At half past eight in the evening in Ohio it is the next day in UTC."""
    signed = SignOff("A. Biller", datetime(2026, 11, 6, 1, 30, tzinfo=UTC))
    monkeypatch.setattr(month_end, "last_signed", lambda *asked: (cycle(), signed) if len(asked) == 3 else None)
    practices = {"practices": pd.DataFrame({"practice_id": ["P1"], "time_zone": ["America/New_York"]})}
    store = SimpleNamespace(
        reading=nullcontext,
        frame=lambda name, _: context().frames[name],
        kept_tables=lambda _, *names: {name: practices[name] for name in names},
    )
    found = month_end_of(store, "P1", context().month, None).reopened
    assert found is not None
    assert found.signed_on == date(2026, 11, 5)


@pytest.mark.parametrize("form", ["html", "text"])
def test_a_month_run_again_before_its_second_sign_off_says_what_changed_since_the_first(form: str) -> None:
    """Revision 2 took case 2 out, revision 3 only changed case 5: who signs 3 answers for both."""
    now = context().frames
    then = now["decisions"].copy()
    then.loc[then["case_number"] == "C-000002", "outcome"] = "bill"
    then.loc[then["case_number"] == "C-000005", "expected_cents"] = 6613
    last = changes_between(then.assign(outcome=now["decisions"]["outcome"]), now["decisions"])
    signed = MonthEnd(DAYS, Reopened(1, "A. Biller", date(2026, 11, 6), 3, 24544, then))
    frames = {**now, "changes": last}

    def told(revision: int, end: MonthEnd) -> str:
        found = compose(context(revision=revision, frames=frames, end=end))[-1]
        return " ".join(re.sub(r"<[^>]*>", " ", getattr(found, form)).split())

    words = told(3, signed)
    assert "since revision 1, which was signed off" in words.lower()
    assert "C-000002 outcome" in words
    itself = MonthEnd(DAYS, replace(signed.reopened, revision=3), signed.reopened)
    assert "since revision 1, which was signed off" in told(3, itself).lower(), "and once 3 is signed off itself"
    for revision, end in ((2, signed), (3, MonthEnd(DAYS)), (3, MonthEnd(DAYS, replace(signed.reopened, revision=2)))):
        words = told(revision, end)
        assert f"since revision {revision - 1}" in words.lower()
        assert "which was signed off" not in words.lower()
        assert "C-000002 outcome" not in words


def test_the_report_of_a_month_run_again_shows_it_against_what_was_signed_off() -> None:
    now = context().frames
    then = now["decisions"].assign(outcome="bill")
    end = MonthEnd(DAYS, Reopened(1, "A. Biller", date(2026, 11, 6), 3, 24544, then))
    told = Told("P1", context().month, {}, dict(now), end=end)
    since, changed = told.since_signed(3, now["changes"])
    page = render_report(report_view({**now, "changes": changed}, "Maple Street", context().month, 3, since=since))
    assert "What changed since revision 1, which was signed off" in page
    assert '<th scope="row" class="hard">C-000006</th>' in page
    assert told.since_signed(2, now["changes"])[1] is now["changes"]


@pytest.mark.parametrize("form", ["html", "text"])
def test_after_the_cut_off_nobody_is_told_to_enter_minutes(form: str) -> None:
    def told(day: int) -> tuple[str, str]:
        found = compose(context(end=MonthEnd(DAYS), today=date(2026, 11, day)))
        (one,) = [one for one in found if one.kind == "worklist-S2"]
        return one.subject, " ".join(getattr(one, form).split())

    subject, text = told(4)
    assert "1 short of minutes" in subject
    assert "may be entered with a reason until Wed, Nov 4" in text
    assert "C-000004" in text
    subject, text = told(5)
    assert "short of minutes" not in subject
    assert "1 patient stayed short of minutes; nothing can be added to the month any more" in text
    assert "may be entered" not in text
    assert "C-000004" not in text


def test_a_message_about_queries_lists_those_that_concern_its_reader() -> None:
    from config.query_kinds import query_settings
    from tasks.query.lists import listed
    from tasks.query.machine import Query

    asked = {"month": "2026-10", "program": "ccm", "kind": "note_approved", "rule": "time_unapproved", "about": "E1"}
    asked |= {"question": "Was it approved?", "asked_by": "B1", "asked": date(2026, 11, 2), "round": 1}
    made = [
        Query(1, case_number="C-000001", asked_to="S1", state="told", **asked),
        Query(2, case_number="C-000002", asked_to="S2", state="escalated", **asked),
        Query(3, case_number="C-000003", asked_to="", state="asked", **asked),
        Query(4, case_number="C-000004", asked_to="S1", state="answered", answer="no", answered_by="S1", **asked),
    ]
    rows = listed(made, query_settings("P1"), date(2026, 11, 9))
    assert [row["query_number"] for row in came_of(rows)] == ["Q-000002", "Q-000003", "Q-000004"]
    found = compose_queries("P1", PRACTICE, rows, context().staff, ["", "S1", "S3"], date(2026, 11, 9))
    assert list(found) == ["", "S1"], "who has none gets no message"
    for text in (found["S1"].text, found["S1"].html):
        assert "Q-000001" in text
        assert "Q-000004" not in text
    assert "the patient has no care manager to ask" in found[""].text
    assert (found["S1"].recipient, found["S1"].kind) == ("maja@maple.example", "queries-S1")
