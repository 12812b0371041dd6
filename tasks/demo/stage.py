"""The stage on which defects are seeded: plain patients, free hours, and edits that are made all at once at the end."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
import pandas as pd

from config.contract import inputs
from config.month import Month
from tasks.demo.entries import Vocabulary
from tasks.demo.log import EMPTY, TIMER, joined_logs
from tasks.demo.log import log as empty_log
from tasks.demo.numbers import text_id
from tasks.demo.roster import Roster
from tasks.demo.truth import Row, Truth
from tasks.demo.workday import SLOTS, working_days

KEY_LETTERS = {"conditions": "K", "coverages": "V", "consents": "N", "stays": "H", "other_services": "O"}
KEY_WIDTHS = {"stays": 6, "other_services": 6}


class Stage:
    """Hands out free time, takes new rows and edits, and remembers what must become of them."""

    def __init__(
        self, tables: dict[str, pd.DataFrame], log: pd.DataFrame, roster: Roster, words: Vocabulary, truth: Truth
    ) -> None:
        self.tables, self.log, self.roster, self.words, self.truth = tables, log, roster, words, truth
        self.month: Month = truth.month
        self.days: list[date] = working_days(self.month).astype(object).tolist()
        self.rows: list[dict[str, Any]] = []
        self.taken: set[tuple[int, date, int]] = set()
        self.turn: dict[int, int] = defaultdict(int)
        self.dropped: list[tuple[str, str]] = []
        self.changed: list[tuple[str, str, str, object]] = []
        self.added: dict[str, list[dict[str, object]]] = defaultdict(list)
        self.firsts: dict[str, pd.DataFrame] = {}
        self.cleared: list[tuple[int, date]] = []

    def free(self, *people: int, since: int = 2, until: int = -2) -> datetime:
        """A start with twenty minutes for these people that no one else gets; `since`, `until` slice working days."""
        days = self.days[since:until]
        places = len(days) * len(SLOTS)
        for step in range(places):
            place = (self.turn[people[0]] + step) % places
            day, slot = days[place % len(days)], place // len(days)
            if not any((person, day, slot) in self.taken for person in people):
                self.taken.update((person, day, slot) for person in people)
                self.turn[people[0]] = place + 1
                return datetime.combine(day, time()) + timedelta(
                    seconds=SLOTS[slot] + 7 * (step + len(self.rows)) % 120
                )
        raise RuntimeError("the demo has more defects than its care managers have evenings")

    def manager(self, patient: int) -> int:
        """The patient's care manager."""
        return int(self.roster.manager[patient])

    def entry(self, patient: int, person: int, start: datetime, lasts: int, /, **other: object) -> int:
        """Adds a row of the log with start, end and length; `other` overrides columns. Returns its handle."""
        row = {
            **EMPTY,
            "patient": patient,
            "person": person,
            "program": 0,
            "start": start,
            "end": start + timedelta(seconds=lasts),
            "seconds": lasts,
            "activity": 0,
            "source": TIMER,
            "entered": start + timedelta(seconds=max(lasts, 0) + 5),
            "country": 0,
            "handle": len(self.rows),
        }
        self.rows.append(row | other)
        return len(self.rows) - 1

    def expect(self, pattern: int, name: str, handle: int, kind: str, expect: object, note: str = "") -> None:
        """What must become of a row of the log."""
        patient = self.words.patients[self.rows[handle]["patient"]]
        self.truth.add(pattern, name, Row("time_entries", handle=handle), patient, kind, expect, note)

    def expect_in(
        self,
        pattern: int,
        name: str,
        table: str,
        key: str,
        patient: int,
        kind: str,
        expect: str,
        note: str,
        copy: int = 0,
    ) -> None:
        """What must become of a row of another table, by its key."""
        self.truth.add(
            pattern, name, Row(table, key=key, copy=copy), self.roster.patient_ids[patient], kind, expect, note
        )

    def drop(self, table: str, patient: int) -> None:
        """Takes the patient's rows out of a table."""
        self.dropped.append((table, self.roster.patient_ids[patient]))

    def change(self, table: str, patient: int, column: str, value: object) -> None:
        """Changes a column in all rows of the patient."""
        self.changed.append((table, self.roster.patient_ids[patient], column, value))

    def add(self, table: str, patient: int, **row: object) -> str:
        """Adds a row for the patient at the end of a table; returns its key."""
        key = inputs()[table].key[0]
        number = len(self.tables[table]) + len(self.added[table]) + 1
        name = text_id(KEY_LETTERS[table], number, KEY_WIDTHS.get(table, 7))
        self.added[table].append({key: name, "patient_id": self.roster.patient_ids[patient]} | row)
        return str(row.get(key, name))

    def first_row(self, table: str, patient: int) -> dict[str, Any]:
        """The patient's first row in a table as it was before the edits."""
        if table not in self.firsts:
            frame = self.tables[table]
            rows = frame[frame["patient_id"].isin(self.roster.patient_ids[self.roster.cast])]
            self.firsts[table] = rows.drop_duplicates("patient_id").set_index("patient_id", drop=False)
        return self.firsts[table].loc[self.roster.patient_ids[patient]].to_dict()

    def clear(self, patient: int, since: date) -> None:
        """Takes the patient's honest work on and after that day out of the log."""
        self.cleared.append((patient, since))

    def finish(self) -> pd.DataFrame:
        """Makes all edits in the tables; returns the log with the new rows."""
        for table in {name for name, *_ in self.dropped} | {name for name, *_ in self.changed} | set(self.added):
            self.tables[table] = self._edited(table)
        log = self.log
        if self.cleared:
            since = np.full(self.roster.size, np.datetime64("NaT"), "datetime64[s]")
            for patient, day in self.cleared:
                since[patient] = np.datetime64(day)
            when = log["start"].fillna(log["day"]).to_numpy().astype("datetime64[s]")
            log = log[~(when >= since[log["patient"].to_numpy()])]
        if not self.rows:
            return log
        new = pd.DataFrame(self.rows)
        return joined_logs([log, empty_log(len(new), **{name: new[name].to_numpy() for name in new})])

    def _edited(self, table: str) -> pd.DataFrame:
        frame = self.tables[table]
        gone = {patient for name, patient in self.dropped if name == table}
        if gone:
            frame = frame[~frame["patient_id"].isin(gone)]
        if self.added[table]:
            new = pd.DataFrame(self.added[table])
            frame = pd.concat([frame, new.astype({name: frame[name].dtype for name in new})])
        frame = frame.reset_index(drop=True)
        edits = [edit for edit in self.changed if edit[0] == table]
        wanted = {patient for _, patient, _, _ in edits}
        here = frame["patient_id"][frame["patient_id"].isin(wanted)]
        places: dict[str, list[int]] = defaultdict(list)
        for place, patient in here.items():
            places[patient].append(int(place))
        for column in dict.fromkeys(edit[2] for edit in edits):
            values = frame[column].copy()
            is_day = pd.api.types.is_datetime64_dtype(values)
            for _, patient, name, value in edits:
                if name == column:
                    values.iloc[places[patient]] = pd.Timestamp(value) if is_day else value
            frame[column] = values
        return frame
