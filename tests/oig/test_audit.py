"""Of the errors that two audits found among paid claims none goes out, and no sound patient-month waits for them."""

from __future__ import annotations

import random

import pytest

from tests.oig.audit import audited, decided
from tests.oig.year import AUDITS, MAKERS, Audit

pytestmark = pytest.mark.slow  # thousands of patient-months


@pytest.mark.parametrize("audit", AUDITS, ids=lambda audit: audit.name)
def test_every_kind_of_error_is_caught_and_nothing_sound_is_held(audit: Audit) -> None:
    result = audited(audit, one_in=400, sound_months=300)
    for kind in audit.found:
        made, wrong = result.of(kind)
        assert made
        assert wrong == 0, {how: count for how, count in result.wrong.items() if count}
    made, held = result.of("sound")
    assert (made, held) == (300, 0), {how: count for how, count in result.wrong.items() if count}


def test_the_kinds_stand_in_the_audits_proportions() -> None:
    result = audited(AUDITS[1], one_in=2000, sound_months=1)
    assert [result.of(kind)[0] for kind in AUDITS[1].found] == [19, 5, 1]


def test_without_the_other_claim_every_one_of_them_would_go_out() -> None:
    for kind in ("duplicate", "overlap"):
        chance = random.Random(kind)
        several = [MAKERS[kind]("2018-05", chance) for _ in range(30)]
        alone = [one._replace(facts={"staff": one.facts["staff"]}, ledger=()) for one in several]
        assert decided("2018-05", "office", several).of(kind) == (30, 0)
        assert decided("2018-05", "office", alone).of(kind) == (30, 30)
