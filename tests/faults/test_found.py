"""What the fault table counts as lost, twice or otherwise."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.faults.found import Found, Kept, compare
from tests.faults.served import Served
from tests.faults.table import KINDS, asked
from tests.faults.typed import Desk
from tests.flows.mail_server import Received

WHOLE = Kept({"cycles": Counter({("P1", "1"): 1, ("P2", "1"): 1})}, {"a.csv": b"1"}, {"<1>": "sent", "<2>": "pending"})
TAKEN = {"<1>": 1}


def found(ours: Kept, received: dict[str, int] | None = None) -> Found:
    return compare(ours, WHOLE, TAKEN if received is None else received)


def test_the_same_month_is_clean() -> None:
    assert found(WHOLE) == Found(rows=2, lost=0, twice=0, files=0, mail_lost=0, mail_twice=0, mail_asked=0)
    assert found(WHOLE).clean


@pytest.mark.parametrize(
    ("ours", "received", "what"),
    [
        (replace(WHOLE, rows={"cycles": Counter({("P1", "1"): 1})}), TAKEN, {"lost": 1}),
        (replace(WHOLE, rows={}), TAKEN, {"lost": 2}),
        (replace(WHOLE, rows={"cycles": Counter({("P1", "1"): 2, ("P2", "1"): 1})}), TAKEN, {"twice": 1}),
        (replace(WHOLE, rows={"cycles": Counter({("P1", "2"): 1, ("P2", "1"): 1})}), TAKEN, {"lost": 1, "twice": 1}),
        (replace(WHOLE, files={"a.csv": b"2", "b.csv": b""}), TAKEN, {"files": 2}),
        (WHOLE, {"<1>": 2}, {"mail_twice": 1}),
        (WHOLE, {}, {"mail_lost": 1}),
        (replace(WHOLE, mail={"<2>": "pending"}), {}, {"mail_lost": 1}),
    ],
)
def test_whatever_is_otherwise_is_counted(ours: Kept, received: dict[str, int], what: dict[str, int]) -> None:
    nothing = Found(rows=2, lost=0, twice=0, files=0, mail_lost=0, mail_twice=0, mail_asked=0)
    assert found(ours, received) == replace(nothing, **what)
    assert not found(ours, received).clean


def test_a_mail_of_which_a_person_is_told_is_not_lost() -> None:
    told = found(replace(WHOLE, mail={"<1>": "uncertain", "<2>": "pending"}), {})
    assert (told.mail_lost, told.mail_asked) == (0, 1)
    assert told.clean


def test_mails_of_all_runs_of_a_month_are_counted_together(tmp_path: Path) -> None:
    served = object.__new__(Served)
    received = Received()
    served.desk = Desk(tmp_path, tmp_path, {}, received)
    served.up = SimpleNamespace(run=lambda *_, **given: str(given["out"]))
    for name in ("of the first run", "of the second run"):
        assert served.asked(tmp_path) == str(tmp_path)
        received.ids[name] += 1
    assert set(received.ids) == {"of the first run", "of the second run"}


def test_no_kind_named_means_every_kind() -> None:
    assert asked([]).kinds == list(KINDS)
    assert asked(["disk", "--steps", "store,send"]).kinds == ["disk"]
    with pytest.raises(SystemExit):
        asked(["flood"])
