"""What time was logged as, in the words of any log."""

from __future__ import annotations

import pytest

from config.activities import activity_kind


@pytest.mark.parametrize(
    ("activity", "kind"),
    [
        ("office_visit", "visit"),
        ("Office Visit", "visit"),
        ("E/M visit", "visit"),
        ("E&M", "visit"),
        ("annual wellness visit", "visit"),
        ("AWV G0439", "visit"),
        ("office visit 99213", "visit"),
        ("99214", "visit"),
        ("Visits", "visit"),
        ("prior_authorization", "prior_authorization"),
        ("Prior Authorization", "prior_authorization"),
        ("prior auth.", "prior_authorization"),
        ("phone_call", ""),
        ("Post-visit follow-up call", ""),
        ("visit planning", ""),
        ("authorization of home health", ""),
        ("99490", ""),
        ("", ""),
    ],
)
def test_a_visit_and_a_prior_authorization_are_known_in_any_writing(activity: str, kind: str) -> None:
    assert activity_kind(activity) == kind
