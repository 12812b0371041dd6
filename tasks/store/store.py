"""The store: everything the month leaves behind, on SQLite or PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Lock

import pandas as pd
import pyarrow as pa
from sqlalchemy.engine import URL, Connection, Engine

from config.contract import outputs
from config.month import Month
from tasks.progress import Taken
from tasks.store import basis as bases
from tasks.store import bulk, case_numbers, case_work, cases, cycles, history, outbox
from tasks.store.answer_counts import AnswerCounts, answer_counts
from tasks.store.digest import fingerprints
from tasks.store.engine import WAIT_SECONDS, WRITES, connect, parse, place_errors
from tasks.store.records import Basis, Cycle, Saved, StoredMessage
from tasks.store.schema import step_runs
from tasks.store.trend import trend
from tasks.store.upgrade import upgrade


def open_store(url: str, wait_seconds: float = WAIT_SECONDS) -> Store:
    """The store at that address, its tables brought to this version; SQLite files are created.

    Raises InputError for an address that is none, PlaceError when the database cannot be used.
    """
    parsed = parse(url)
    with place_errors(parsed):
        engine = connect(parsed, wait_seconds)
        try:
            upgrade(engine)
        except BaseException:
            engine.dispose()
            raise
    return Store(engine, parsed)


class Store:
    """One database. May be used from several threads; every method is one transaction.

    Whatever the database complains of is raised as a PlaceError.
    """

    def __init__(self, engine: Engine, url: URL) -> None:
        self.engine = engine
        self._url = url
        # SQLite knows one writer; threads of one process take turns here, however long each one writes.
        self._turn = Lock()

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()

    def case_numbers(self, practice_id: str, patient_ids: pd.Series) -> pd.Series:
        """The case number of each row, aligned; patients without one get the next, in the order of their id."""
        given = self._known_numbers(practice_id)
        if len(case_numbers.unnumbered(given, patient_ids)):
            with self.writing() as connection:
                given = case_numbers.assign(connection, practice_id, patient_ids)
        return case_numbers.as_text(patient_ids, given)

    def known_case_numbers(self, practice_id: str, patient_ids: pd.Series) -> pd.Series:
        """The case number of each row, aligned; missing where the patient has none yet. Writes nothing."""
        return case_numbers.as_text(patient_ids, self._known_numbers(practice_id))

    def _known_numbers(self, practice_id: str) -> pa.Table:
        with self.reading() as connection:
            return case_numbers.known(connection, practice_id)

    def patient(self, case_number: str, practice_id: str | None = None) -> tuple[str, str]:
        """Practice and patient of a case; InputError when there is none, or one in more than one practice."""
        with self.reading() as connection:
            return case_numbers.patient(connection, case_number, practice_id)

    def practices(self, month: Month) -> list[str]:
        """The practices of which the month was saved, in order."""
        with self.reading() as connection:
            return cycles.practices(connection, month)

    def latest(self, practice_id: str, month: Month) -> Cycle | None:
        """The newest revision of the month; None when it was never saved."""
        with self.reading() as connection:
            return cycles.latest(connection, practice_id, month)

    def decided(self, practice_id: str) -> list[Cycle]:
        """The newest revision of every saved month of the practice, the oldest month first."""
        with self.reading() as connection:
            return cycles.of_each_month(connection, practice_id)

    def every_practice(self) -> list[str]:
        """The practices of which any month was saved, in order."""
        with self.reading() as connection:
            return case_work.practices_with_months(connection)

    def frame(self, name: str, cycle: Cycle) -> pd.DataFrame:
        """An output table of that cycle, rows in the order in which they were saved, typed by the contract."""
        with self.reading() as connection:
            return bulk.read_cycle(connection, outputs()[name], cycle.id)

    def save_cycle(
        self,
        practice_id: str,
        month: Month,
        basis: Basis,
        frames: Mapping[str, pd.DataFrame],
        copay_cases: pd.DataFrame,
        messages: cycles.Compose,
        beside: cycles.Beside | None = None,
        by: str = "",
    ) -> Saved:
        """The month is saved, whole or not at all.

        A first result is revision 1, another result the next revision with its changes. The same decided again, without
        news of a co-pay case, gives what is stored: no revision, no message; only where the basis (by its digests),
        checks, signals, reconciliation or the words about what was decided differ, those of this run are put in place
        of the earlier ones.
        `messages(revision, changes)` composes the outbox of a new revision, `beside` keeps what else follows from the
        month, new or not; both run inside the transaction, so that a run that dies leaves all of it or nothing.
        """
        tables = cycles.prepared(frames, copay_cases)
        found = fingerprints(tables)
        now = outbox.utc_now()
        with self.writing() as connection:
            saved = cycles.save(connection, practice_id, month, basis, found, tables, messages, now, by)
            if beside is not None:
                beside(connection, saved)
        return saved

    def basis(self, cycle: Cycle, names: Sequence[str] = ()) -> Basis:
        """What that cycle was decided from, of its tables those named, or all; InputError when it is not there."""
        with self.reading() as connection:
            return bases.of_cycle(connection, cycle, names)

    def kept_table(self, cycle: Cycle, name: str) -> pd.DataFrame | None:
        """One of the tables that cycle was decided from; None when it had no such table, or none is kept."""
        return self.kept_tables(cycle, name).get(name)

    def kept_tables(self, cycle: Cycle, *names: str) -> dict[str, pd.DataFrame]:
        """Those of the tables that cycle was decided from which are kept."""
        with self.reading() as connection:
            return bases.tables_of(connection, cycle.id, names)

    def open_copay_cases(self, practice_id: str) -> pd.DataFrame:
        """The practice's open co-pay cases in contract columns."""
        with self.reading() as connection:
            return cases.open_cases(connection, practice_id)

    def checks_before(self, practice_id: str, before: Month, months: int = 13) -> pd.DataFrame:
        """The checks of the months before, the latest revision of each, oldest first."""
        with self.reading() as connection:
            return history.checks_before(connection, practice_id, before, months)

    def trend(self, practice_id: str, until: Month, months: int = 13) -> pd.DataFrame:
        """What each of so many months up to that one came to; a month that was never saved has no row."""
        with self.reading() as connection:
            return trend(connection, practice_id, until, months)

    def offered(self, practice_id: str, month: Month) -> pd.DataFrame:
        """The claim lines that any revision of the practice's month offered, each once; empty before its first run."""
        with self.reading() as connection:
            return history.offered(connection, practice_id, month)

    def answer_counts(self, practice_id: str) -> AnswerCounts:
        """How many of the practice's claims payers answered and denied, in a few rows."""
        with self.reading() as connection:
            return answer_counts(connection, practice_id)

    def explain(
        self, case_number: str, practice_id: str | None = None, month: Month | None = None
    ) -> dict[str, pd.DataFrame]:
        """Every row about a case in its latest, or the given, month, by table; InputError when there is none."""
        with self.reading() as connection:
            return history.explain(connection, case_number, practice_id, month)

    def messages(self, cycle: Cycle) -> list[StoredMessage]:
        """Every message of that revision, whatever became of it."""
        with self.reading() as connection:
            return outbox.of_cycle(connection, cycle)

    def pending_messages(self, practice_id: str | None = None) -> list[StoredMessage]:
        """What waits to be sent, oldest first. What a dead sender left in the middle has become uncertain."""
        with self.writing() as connection:
            outbox.settle(connection, outbox.utc_now())
            return outbox.in_state(connection, "pending", practice_id)

    def uncertain_messages(self, practice_id: str | None = None) -> list[StoredMessage]:
        """What may or may not have been sent; nobody sends it again unasked."""
        with self.reading() as connection:
            return outbox.in_state(connection, "uncertain", practice_id)

    def undelivered_messages(self, practice_id: str) -> list[StoredMessage]:
        """What was refused for good, and what nobody knows to have arrived."""
        with self.reading() as connection:
            return [one for state in ("failed", "uncertain") for one in outbox.in_state(connection, state, practice_id)]

    def newest_messages(self, practice_id: str | None = None, most: int = 200) -> tuple[list[StoredMessage], int]:
        """The newest messages, newest first, and how many older ones there are."""
        with self.reading() as connection:
            return outbox.newest(connection, practice_id, most)

    def mark_bounced(self, message_id: str, words: str) -> bool | None:
        """The message came back and has failed for good; whether that is news, None when there is no such message."""
        with self.writing() as connection:
            return outbox.bounced(connection, message_id, words)

    def claim_for_sending(self, message_id: int) -> bool:
        """True when the message is now this caller's to send, and that is on disk; False when it is not to be sent."""
        with self.writing() as connection:
            return outbox.claim(connection, message_id, outbox.utc_now())

    def mark_sent(self, message_id: int) -> bool:
        """The claimed message is sent; False when it was not claimed."""
        with self.writing() as connection:
            return outbox.finish(connection, message_id, "sent", "", outbox.utc_now())

    def mark_failed(self, message_id: int, error: str, retry: bool) -> bool:
        """The claimed message was surely not sent: it waits again, or has failed for good."""
        with self.writing() as connection:
            return outbox.finish(connection, message_id, "pending" if retry else "failed", error, None)

    def record_steps(self, run_id: str, practice_id: str, month: Month, steps: Sequence[Taken]) -> None:
        """Each step of a run is on record once, with all its time and the rows of its largest part."""
        of_run = {"run_id": run_id, "practice_id": practice_id, "month": str(month), "recorded_at": outbox.utc_now()}
        rows = []
        for name in dict.fromkeys(taken.step for taken in steps):
            parts = [taken for taken in steps if taken.step == name]
            seconds, most = sum(part.seconds for part in parts), max(part.rows for part in parts)
            rows.append(of_run | {"step": name, "seconds": seconds, "rows": most})
        if rows:
            with self.writing() as connection:
                connection.execute(step_runs.insert(), rows)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to read from, in one transaction."""
        with place_errors(self._url), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection whose writes are kept together at the end, or not at all."""
        if self.engine.dialect.name != "sqlite":
            with place_errors(self._url), self.engine.begin() as connection:
                yield connection
            return
        with self._turn, place_errors(self._url), self._writer() as connection, connection.begin():
            yield connection

    def _writer(self) -> Connection:
        return self.engine.connect().execution_options(**{WRITES: True})
