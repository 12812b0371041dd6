"""Modifiers that the practice recorded for the month's lines, as facts of the patient-month."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.frames import Texts
from config.line_modifiers import EVERY, RECORDED

if TYPE_CHECKING:
    from tasks.qualify.months import Facts


def add_line_modifiers(facts: Facts) -> None:
    """`hospice_modifier` says why care beside a hospice election is paid, `separate_codes` which codes carry a modifier
    for work of their own; both empty where nothing is on record.
    """
    recorded = facts.tables.get(RECORDED)
    texts = Texts(("hospice_modifier", "separate_codes"), facts.size, "")
    if recorded is not None:
        row = {patient: place for place, patient in enumerate(facts.frame["patient_id"])}
        names = ["patient_id", "code", "use", "modifier"]
        for patient, code, use, modifier in recorded[names].itertuples(index=False, name=None):
            if patient == EVERY or patient not in row:
                continue
            if use == "hospice":
                texts["hospice_modifier"][row[patient]] = modifier
            elif use == "separate_work":
                texts["separate_codes"][row[patient]] += f" {code}"
    for name, text in texts.columns():
        facts.frame[name] = text
