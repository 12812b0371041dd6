"""The audit packet of one case, written for its owner's eyes only."""

from __future__ import annotations

from pathlib import Path

from config.errors import InputError
from config.month import Month
from config.rulebook_archive import restored
from tasks.send.audit_packet import packet_view, render_packet, write_private
from tasks.store import modifiers
from tasks.store.afterwards import afterwards
from tasks.store.store import open_store


def write_audit_packet(path: Path, case: str, month: Month | None, practice_id: str | None, database: str) -> None:
    """The packet of the case's latest, or the given, month is in that file, from the inputs that are stored."""
    store = open_store(database)
    try:
        practice, patient = store.patient(case, practice_id)
        found = store.explain(case, practice, month)
        if found["decisions"].empty:
            raise InputError(f"Case {case} was not decided in that month, so there is nothing to show a reviewer.")
        cycle = store.latest(practice, Month.parse(str(found["decisions"]["month"].iloc[0])))
        if cycle is None:
            raise InputError(f"Case {case} is in no stored month.")
        basis = store.basis(cycle)
        with store.reading() as connection:
            recorded = modifiers.history(connection, practice, str(cycle.month))
            since = afterwards(connection, cycle, patient)
        view = packet_view(found, cycle, basis, restored(basis.rulebook), patient, recorded, since)
        write_private(path, render_packet(view))
    finally:
        store.close()
