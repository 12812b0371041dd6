"""Which defects are seeded, how often, and in what order when there is not room for all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tasks.demo.chart_defects import CHART_DEFECTS
from tasks.demo.clock_defects import CLOCK_DEFECTS
from tasks.demo.entries import Vocabulary
from tasks.demo.entry_defects import ENTRY_DEFECTS
from tasks.demo.exports import EXPORTS
from tasks.demo.roster import Roster
from tasks.demo.signals import is_late, seen
from tasks.demo.stage import Stage
from tasks.demo.truth import Row, Truth
from tasks.demo.work import CCM, FIVE_MINUTES, ONE_LENGTH

PATIENTS_FOR_ONE_MORE = 1500
HONEST = 100_000_000  # handles of rows that were not added beside the honest ones begin here
SET_ASIDE_SHARE = 0.03  # of the entries: well below the share at which the checks stop a month


@dataclass(frozen=True)
class Defect:
    """A way to put something wrong: for how many patients at once, and how many time entries are set aside by it."""

    pattern: int
    name: str
    patients: int
    set_aside: int
    seed: Callable[[Stage, list[int]], None]


ONCE = {name for _, name, *_ in EXPORTS}  # a file of each form is enough
DEFECTS = [Defect(*spec) for spec in [*CLOCK_DEFECTS, *ENTRY_DEFECTS, *CHART_DEFECTS, *EXPORTS]]


@dataclass(frozen=True)
class Programme:
    """What will be seeded how often, and what found no room."""

    chosen: list[tuple[Defect, int]]
    left_out: list[str]

    @property
    def cast(self) -> int:
        """How many patients it takes."""
        return sum(defect.patients * times for defect, times in self.chosen)


def choose_defects(patients: int, entries: float) -> Programme:
    """One of each pattern first, then the variants, while patients and entries last; more in a larger practice."""
    times = max(1, round(patients / PATIENTS_FOR_ONE_MORE))
    firsts = list({defect.pattern: defect for defect in reversed(DEFECTS)}.values())[::-1]
    order = firsts + [defect for defect in DEFECTS if defect not in firsts]
    room, aside = patients // 2, entries * SET_ASIDE_SHARE
    chosen, left_out = [], []
    for defect in order:
        many = 1 if defect.name in ONCE else times
        if defect.patients * many > room or defect.set_aside * many > aside:
            left_out.append(defect.name)
            continue
        room -= defect.patients * many
        aside -= defect.set_aside * many
        chosen.append((defect, many))
    return Programme(chosen, left_out)


def seed_defects(
    programme: Programme,
    tables: dict[str, pd.DataFrame],
    log: pd.DataFrame,
    roster: Roster,
    words: Vocabulary,
    truth: Truth,
) -> pd.DataFrame:
    """Changes the tables, tells the truth, and returns the log with the defects in it; a patient is used once."""
    stage = Stage(tables, log, roster, words, truth)
    free = np.flatnonzero(roster.cast).tolist()
    # Round by round, so that those of one kind are spread over the care managers.
    for turn in range(max((times for _, times in programme.chosen), default=0)):
        for defect, times in programme.chosen:
            if turn < times:
                found = _next_together(free, roster.practice, defect.patients)
                if found:
                    defect.seed(stage, found)
                else:
                    truth.left_out.append(defect.name)
    truth.left_out.extend(programme.left_out)
    _expect_signals(stage)
    return stage.finish()


def _next_together(free: list[int], practice: np.ndarray, count: int) -> list[int]:
    """Takes the next so many patients of one practice off the list; none when no practice has so many left."""
    for first in range(len(free) - count + 1):
        together = free[first : first + count]
        if practice[together[0]] == practice[together[-1]]:
            del free[first : first + count]
            return together
    return []


def _expect_signals(stage: Stage) -> None:
    """Five people of the first practice shape their time when they have enough of it (see work.py and signals.py)."""
    when = stage.log["start"].fillna(stage.log["day"]).to_numpy().astype("datetime64[M]")
    month = stage.log[when == np.datetime64(stage.month.first, "M")]
    roster = stage.roster
    for person, odd, signal in (
        (roster.device_aide[0], month["seconds"] % FIVE_MINUTES == 0, "round_numbers"),
        (roster.counsellor[0], month["seconds"] == ONE_LENGTH, "identical_durations"),
    ):
        theirs = (month["person"] == person).to_numpy()
        if theirs.any() and odd[theirs].mean() > 0.5:
            row = Row("staff", key=roster.person_ids[person])
            stage.truth.add(2, signal, row, "", "signal", signal, "lengths that no clock has measured")
    for person, signal, note in seen(month, roster, stage.month, CCM):
        table = "practitioners" if person < len(stage.tables["practitioners"]) else "staff"
        pattern = 8 if signal == "entered_after_close" else 2
        stage.truth.add(pattern, signal, Row(table, key=roster.person_ids[person]), "", "signal", signal, note)
    for place in month.index[is_late(month, roster, stage.month)]:
        stage.log.loc[place, "handle"] = HONEST + place
        row, patient = Row("time_entries", handle=HONEST + int(place)), roster.patient_ids[stage.log["patient"][place]]
        stage.truth.add(8, "written_late", row, patient, "warn", "entered_late", "entered days after the month's end")
