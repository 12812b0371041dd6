"""Contested matters are settings with a stated safe value, and the shipped settings take it."""

from __future__ import annotations

from typing import get_args

import pytest

from config.contested import POLICIES, choices, contested
from config.settings import PracticeSettings, practice_settings
from tests.qualify.cases import settings_of


def test_shipped_settings_are_the_safe_ones():
    assert [choice.contested.setting for choice in choices(practice_settings("P1"), "rhc") if not choice.is_safe] == []


@pytest.mark.parametrize("entry", contested(), ids=lambda entry: entry.setting)
def test_every_value_has_its_words(entry):
    if entry.setting == POLICIES:
        assert set(entry.values) == {""}
        return
    field = PracticeSettings.model_fields[entry.setting].annotation
    if field is bool:
        assert set(entry.values) == {"true", "false"}
    elif get_args(field):
        assert set(entry.values) == set(get_args(field))


def test_another_value_is_told_as_such():
    found = {
        choice.contested.setting: choice for choice in choices(settings_of(count_prior_authorization=True), "office")
    }
    assert found["count_prior_authorization"].answer == "it counts as care management"
    assert not found["count_prior_authorization"].is_safe
    assert found["extra_personal_units"].answer == "2"
    assert "clinic_codes" not in found


def test_matters_of_clinics_are_told_to_clinics_only():
    assert "clinic_codes" in {choice.contested.setting for choice in choices(practice_settings("P1"), "fqhc")}


def test_policies_of_insurers_are_told_by_payer():
    shipped, named = (
        {one.contested.setting: one for one in choices(settings_of(), "office", policies)}[POLICIES]
        for policies in ({}, {"22099": "horizon_new_jersey"})
    )
    assert shipped.is_safe
    assert "not billed on anybody's policy" in shipped.answer
    assert (named.answer, named.is_safe) == ("22099 follows horizon new jersey", False)
