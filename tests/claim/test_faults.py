"""Every single fault in our own claim files is noticed before it leaves; a sound file is not complained of."""

from __future__ import annotations

import pytest

from tests.claim.faults import CHILD, FAULTS, SECOND, Fault, noticed, sound

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("form", ["837P", "837I", CHILD, SECOND])
def test_a_sound_file_is_not_complained_of(form: str) -> None:
    assert noticed(form, sound(form).content) == set()


# Each form's first fault and every fourth are tried quickly.
EACH = [
    pytest.param(
        fault,
        id=f"{fault.form}: {fault.name}",
        marks=() if place % 4 == 0 or fault.form != FAULTS[place - 1].form else pytest.mark.slow,
    )
    for place, fault in enumerate(FAULTS)
]


@pytest.mark.parametrize("fault", EACH)
def test_a_fault_is_noticed(fault: Fault) -> None:
    text = sound(fault.form).content.decode()
    changed = fault.change(text)
    assert changed != text, "the fault changes nothing"
    assert noticed(fault.form, changed.encode())


def test_there_are_faults_that_only_the_scrub_notices() -> None:
    unseen = [fault for fault in FAULTS if "NPI: wrong" in fault.name or "pointer to" in fault.name]
    for fault in unseen:
        who = noticed(fault.form, fault.change(sound(fault.form).content.decode()).encode())
        assert who.isdisjoint({"pyx12", "x12sdk"})
        assert who
