"""Whether a month may be billed is said before Prefect is waited for."""

from __future__ import annotations

import pytest

from config.errors import InputError
from config.month import Month
from flows import prefect_server
from tasks.claim.ahead import ahead
from tasks.claim.signed import refuse_unsigned
from tasks.store import Store, claims
from tasks.store.records import Basis, Cycle, Digests
from tests.claim.signed_months import NOW
from tests.send.frames import nothing

OCTOBER = Month(2026, 10)


def decide(store: Store, practice_id: str) -> Cycle:
    frames = nothing()
    cases = frames.pop("copay_cases")
    frames.pop("changes")
    basis = Basis(Digests("i", "s", "r"), {}, "{}", b"")
    return store.save_cycle(practice_id, OCTOBER, basis, frames, cases, lambda *_: []).cycle


def test_one_signed_practice_is_enough_and_none_or_the_other_is_refused(store: Store) -> None:
    with pytest.raises(InputError, match="no decided 2026-10"):
        refuse_unsigned(store, OCTOBER, None)
    decide(store, "P1")
    second = decide(store, "P2")
    with pytest.raises(InputError, match="P1, 2026-10: revision 1 is not signed off"):
        refuse_unsigned(store, OCTOBER, None)
    with store.writing() as connection:
        claims.sign(connection, second, "B. Iller", NOW)
    refuse_unsigned(store, OCTOBER, None)
    refuse_unsigned(store, OCTOBER, "P2")
    with pytest.raises(InputError, match="P1, 2026-10: revision 1 is not signed off"):
        refuse_unsigned(store, OCTOBER, "P1")


def test_a_practice_that_is_none_is_told_those_that_are_known(store: Store) -> None:
    with pytest.raises(InputError, match="no decided 2026-10 of practice P9 in this database; run it first"):
        ahead(store, "P9", OCTOBER, None)
    decide(store, "P1")
    with pytest.raises(InputError, match="There is no practice 'P9' in this database; known are P1"):
        ahead(store, "P9", OCTOBER, None)
    with pytest.raises(InputError, match="no decided 2026-09 of practice P1 in this database; run it first"):
        ahead(store, "P1", Month(2026, 9), None)


def test_nobody_waits_for_the_server_where_something_is_wrong_already(monkeypatch: pytest.MonkeyPatch) -> None:
    def look() -> None:
        raise InputError("not signed off")

    class Server:
        def use(self) -> None:
            raise AssertionError("it is waited for")

    monkeypatch.setattr(prefect_server, "begin_server", Server)
    with pytest.raises(InputError, match="not signed off"), prefect_server.flow_on_terminal(None, look):
        raise AssertionError("the flow ran")
