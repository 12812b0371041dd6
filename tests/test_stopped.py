"""Every error of the list that can be seen before billing has a check that stops it, and a case of its own."""

from __future__ import annotations

import pytest

from config.denials import denials
from config.rulebook import all_rules
from tests.stopped import STOPPED, WARNED, case_of


def test_every_error_that_can_be_seen_has_its_case() -> None:
    assert set(STOPPED) == {error.name for error in denials().errors if error.stopped_by}


@pytest.mark.parametrize("error", STOPPED)
def test_the_case_meets_a_check_of_its_error(error: str) -> None:
    _, rule, _ = STOPPED[error]
    assert all(rule in one.stopped_by for one in denials().errors if one.name == error)
    assert case_of(error)["finding"]


@pytest.mark.parametrize("error", STOPPED)
def test_an_error_is_stopped_or_only_recalled(error: str) -> None:
    """The claim of the case does not leave; it goes out with a warning only where the rule is no more than recalled."""
    _, name, _ = STOPPED[error]
    (effect,) = {rule.effect for rule in all_rules() if rule.name == name}
    recalled = all(rule.confidence == "unverified" for rule in all_rules() if rule.name == name)
    assert (effect == "warn") == (recalled or error in WARNED)
    assert case_of(error).get("outcome") != ("bill" if effect != "warn" else "hold")
