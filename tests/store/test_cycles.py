"""A month is saved once, whole, and says what a correction changed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pandas as pd
import pytest

from config.contract import outputs
from config.errors import InputError
from config.frames import as_contract, empty
from config.month import Month
from tasks.store import open_store
from tasks.store.cycles import SAVED
from tasks.store.records import Digests
from tests.store.months import BASIS, DIGESTS, OCTOBER, case, month, no_cases, save
from tests.store.processes import go, start, together

pytestmark = pytest.mark.slow


def same_tables(store, cycle, frames):
    for name in SAVED:
        pd.testing.assert_frame_equal(store.frame(name, cycle), frames[name])


def test_what_is_saved_comes_back_in_its_order_and_types(store):
    assert store.latest("P1", OCTOBER) is None
    frames = month(300)
    saved = save(store, frames)
    assert (saved.new, saved.cycle.revision, saved.cycle.digests) == (True, 1, DIGESTS)
    assert saved.changes.empty
    same_tables(store, saved.cycle, frames)
    assert store.latest("P1", OCTOBER) == saved.cycle
    assert store.latest("P2", OCTOBER) is None


def test_missing_values_empty_texts_and_odd_letters_survive(store):
    frames = month(4)
    decisions = frames["decisions"]
    decisions["reason"] = ["", None, 'say "no", twice\r\nplease', "Zoë \\. \\N \t';--\N{GRINNING FACE}"]
    decisions["service_date"] = pd.to_datetime(pd.Series([None, "1900-01-01", "2026-10-31", "2199-12-31"])).astype(
        "datetime64[ns]"
    )
    decisions["minutes"] = pd.array([None, 0, -1, 2**62], dtype="Int64")
    frames["candidates"]["chosen"] = pd.array([None, True, False, None], dtype="boolean")
    saved = save(store, frames)
    same_tables(store, saved.cycle, frames)
    assert store.frame("decisions", saved.cycle)["reason"].isna().tolist() == [False, True, False, False]
    assert not save(store, frames).new


def test_a_nul_is_stored_as_the_sign_for_an_unknown_letter(store):
    frames = month(2)
    frames["findings"]["numbers"] = ["a\0b", "c"]
    assert store.frame("findings", save(store, frames).cycle)["numbers"].tolist() == ["a\ufffdb", "c"]


def test_empty_frames(store):
    frames = {name: empty(outputs()[name]) for name in SAVED}
    saved = save(store, frames)
    same_tables(store, saved.cycle, frames)
    assert not save(store, frames).new


def test_the_same_month_again_writes_nothing(store):
    first = save(store, month())
    again = save(store, {name: frame.iloc[::-1] for name, frame in month().items()})
    assert not again.new
    assert again.cycle == first.cycle
    assert again.changes.empty
    assert len(store.messages(first.cycle)) == 1


def test_a_result_that_stands_keeps_its_revision_with_what_was_last_known_of_it(store):
    first = save(store, month())
    other = Digests("other input", DIGESTS.settings, DIGESTS.rulebook)
    frames = month()
    frames["checks"]["failed"] = pd.array([3], dtype="Int64")
    frames["signals"] = as_contract(pd.DataFrame({"signal": ["x"], "subject": ["S1"]}), outputs()["signals"])
    again = save(store, frames, basis=replace(BASIS, digests=other))
    assert (again.new, again.cycle.revision, again.cycle.id) == (False, 1, first.cycle.id)
    assert again.cycle.digests == other
    assert store.latest("P1", OCTOBER) == again.cycle
    same_tables(store, again.cycle, frames)
    assert store.checks_before("P1", OCTOBER.next)["failed"].tolist() == [3]
    assert len(store.messages(again.cycle)) == 1
    assert save(store, frames, basis=replace(BASIS, digests=other)).cycle == again.cycle
    changed = month()
    changed["decisions"].loc[1, "outcome"] = "hold"
    second = save(store, changed)
    assert (second.cycle.revision, second.cycle.digests) == (2, DIGESTS)
    same_tables(store, again.cycle, frames)


def test_a_correction_is_the_next_revision_with_its_changes(store):
    save(store, month(6))
    frames = month(6)
    decisions = frames["decisions"]
    gone = decisions.loc[5, "case_number"]
    decisions.loc[0, ["outcome", "codes", "expected_cents"]] = ["hold", "", None]
    frames["decisions"] = decisions.drop(index=5).reset_index(drop=True)
    saved = save(store, frames)
    assert (saved.new, saved.cycle.revision) == (True, 2)
    told = saved.changes[["case_number", "field", "before", "after"]].to_numpy().tolist()
    assert told == [
        ["C-000001", "codes", "99490 x1", ""],
        ["C-000001", "expected_cents", "6100", ""],
        ["C-000001", "outcome", "bill", "hold"],
        [gone, "enrolled", "yes", "no"],
        [gone, "expected_cents", "0", ""],
        [gone, "outcome", "short", ""],
    ]
    again = save(store, frames)
    assert (again.new, again.cycle.revision) == (False, 2)
    pd.testing.assert_frame_equal(again.changes, saved.changes)
    assert [message.subject for message in store.messages(again.cycle)] == ["Revision 2: 6 changes"]


def test_back_to_the_first_result_is_a_third_revision(store):
    changed = month()
    changed["decisions"].loc[1, "outcome"] = "hold"
    revisions = [save(store, frames).cycle.revision for frames in (month(), changed, month())]
    assert revisions == [1, 2, 3]


def test_practices_and_months_are_apart(store):
    assert save(store, month()).cycle.revision == 1
    assert save(store, month(), practice="P2").cycle.revision == 1
    assert save(store, month(), month=OCTOBER.next).cycle.revision == 1


def test_nothing_is_left_when_composing_fails(store):
    def fail(revision, changes):
        raise RuntimeError("template")

    with pytest.raises(RuntimeError, match="template"):
        store.save_cycle("P1", OCTOBER, BASIS, month(), case(), fail)
    assert store.latest("P1", OCTOBER) is None
    assert store.open_copay_cases("P1").empty
    assert save(store, month()).cycle.revision == 1


def test_a_frame_that_does_not_fit_is_named_without_its_content(store):
    frames = month()
    with pytest.raises(ValueError, match=r"^frames to save are missing: findings$"):
        save(store, {name: frame for name, frame in frames.items() if name != "findings"})
    with pytest.raises(ValueError, match=r"^findings: column rule is missing$"):
        save(store, frames | {"findings": frames["findings"].drop(columns="rule")})
    wrong = frames["decisions"].astype({"minutes": object}).assign(minutes="Mrs Smith")
    with pytest.raises(ValueError, match=r"^decisions\.minutes: not every value is int64$") as caught:
        save(store, frames | {"decisions": wrong})
    assert caught.value.__cause__ is None
    nobody = frames["time_ledger"].assign(patient_id=None)
    with pytest.raises(ValueError, match=r"^time_ledger: 10 rows have no patient_id$"):
        save(store, frames | {"time_ledger": nobody})
    assert store.latest("P1", OCTOBER) is None


def test_two_decisions_for_one_patient_are_refused(store):
    save(store, month())
    frames = month()
    frames["decisions"].loc[1, "patient_id"] = frames["decisions"].loc[0, "patient_id"]
    with pytest.raises(ValueError, match="more than one decision"):
        save(store, frames)


def test_categories_dates_and_plain_numbers_are_taken_too(store):
    frames = month()
    loose = frames["time_ledger"].astype({"program": "category", "seconds": "int64", "entry_id": object})
    loose["performed_date"] = loose["performed_date"].dt.date
    saved = save(store, frames | {"time_ledger": loose})
    same_tables(store, saved.cycle, frames)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("stopped_after", "earlier"),
    [("candidates", False), ("time_ledger", True), ("messages", False), ("messages", True)],
)
def test_killed_while_saving_leaves_all_or_nothing(url, stopped_after, earlier):
    store = open_store(url)
    if earlier:
        save(store, month(39))
    worker = start(stopped_after, url)
    go(worker)
    assert worker.said() == "stopped"
    worker.kill()

    before = store.latest("P1", OCTOBER)
    assert (before.revision if before else None) == (1 if earlier else None)
    if before:
        same_tables(store, before, month(39))
    saved = save(store, month(40))
    assert (saved.new, saved.cycle.revision) == (True, 2 if earlier else 1)
    same_tables(store, saved.cycle, month(40))
    assert len(store.messages(saved.cycle)) == 1
    assert not save(store, month(40)).new
    store.close()


def test_two_processes_save_the_same_month_once(url):
    assert sorted(together("save", url)) == ["1 False", "1 True"]
    store = open_store(url)
    assert len(store.pending_messages()) == 1
    store.close()


@pytest.mark.slow
def test_threads_save_their_practices_side_by_side(store):
    practices = [f"P{number}" for number in range(6)]
    with ThreadPoolExecutor(6) as threads:
        saved = list(
            threads.map(lambda practice: save(store, month(500, practice=practice), practice=practice), practices)
        )
    assert [one.cycle.revision for one in saved] == [1] * 6
    for one, practice in zip(saved, practices, strict=True):
        same_tables(store, one.cycle, month(500, practice=practice))


def test_history_is_of_the_latest_revisions_before(store):
    for ago, checked in ((14, 1), (13, 2), (1, 3), (0, 4)):
        service = OCTOBER
        for _ in range(ago):
            service = service.previous
        frames = month(3)
        save(store, frames, month=service)
        frames["decisions"].loc[1, "outcome"] = "hold"
        frames["checks"] = frames["checks"].assign(rows=checked)
        save(store, frames, month=service)
    checks = store.checks_before("P1", OCTOBER)
    assert checks.to_numpy().tolist() == [
        ["2025-09", "patients", "name_missing", 2, 0],
        ["2026-09", "patients", "name_missing", 3, 0],
    ]
    nothing = store.checks_before("P2", OCTOBER)
    assert nothing.empty
    assert nothing.columns.tolist() == ["month", "table", "check", "rows", "failed"]


def test_explain_gives_every_row_of_a_case(store):
    frames = month(5, entries_each=3)
    ids = frames["decisions"]["patient_id"].sort_values(ignore_index=True)
    store.case_numbers("P1", ids)
    september = month(5)
    september["decisions"]["outcome"] = "hold"
    save(store, september, month=OCTOBER.previous)
    save(store, frames)
    told = store.explain("C-000002")
    assert set(told["time_ledger"]["patient_id"]) == {ids[1]}
    assert {name: len(frame) for name, frame in told.items()} == {
        "decisions": 1,
        "findings": 1,
        "candidates": 1,
        "claim_lines": 1,
        "time_ledger": 3,
        "changes": 0,
        "quarantine": 1,
    }
    assert told["decisions"]["outcome"].item() != "hold"
    assert store.explain("2", "P1", Month(2026, 9))["decisions"]["outcome"].item() == "hold"
    pd.testing.assert_frame_equal(
        told["decisions"],
        as_contract(frames["decisions"][frames["decisions"]["patient_id"] == ids[1]], outputs()["decisions"]),
    )


def test_explain_says_what_it_cannot_find(store):
    with pytest.raises(InputError, match="That is not a case number"):
        store.explain("C 12 x")
    with pytest.raises(InputError, match="There is no case C-000001;"):
        store.explain("C-1")
    store.case_numbers("P1", pd.Series(["a"]))
    store.case_numbers("P2", pd.Series(["b"]))
    with pytest.raises(InputError, match="exists in the practices P1, P2"):
        store.explain("C-1")
    with pytest.raises(InputError, match="neither a decision nor time in 2026-10"):
        store.explain("C-1", "P2", OCTOBER)
    with pytest.raises(InputError, match="There is no case C-000002 of practice P2"):
        store.explain("C-2", "P2")


@pytest.mark.slow
def test_a_large_panel(store):
    frames = month(8_000, entries_each=3)
    saved = save(store, frames, no_cases())
    same_tables(store, saved.cycle, frames)
    assert not save(store, frames).new
