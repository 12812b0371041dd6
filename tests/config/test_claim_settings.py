"""What claims need of the settings, and what is said when it is missing or wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config.claim_settings import claim_settings
from config.errors import InputError
from config.settings import practice_settings

SETTINGS = """
defaults:
  claims: {usage: production, payers: {"15202": {takes_replacements: true}}}
practices:
  P1:
    claims:
      submitter: {name: Maple, id: SUB1, contact: Billing Desk, phone: "9375550100"}
      receiver: {name: Example Clearing House, id: RCV1}
      billing: {street: 400 Maple Street, city: Dayton, state: OH, zip: 45402-1234, taxonomy: 207Q00000X}
      payers: {SYN1: {crosses_over: true}}
"""


def read(folder: Path, text: str) -> Path:
    (folder / "mine.yaml").write_text(text, "utf-8")
    return folder / "mine.yaml"


def test_claims_are_laid_over_one_another_key_by_key(tmp_path: Path) -> None:
    found = claim_settings("P1", read(tmp_path, SETTINGS))
    assert found.usage == "production"
    assert found.billing.zip == "454021234"
    assert set(found.payers) == {"15202", "SYN1"}
    assert found.revenue_codes["052X"] == "0521", "what ships stays"


def test_they_are_no_part_of_what_a_decision_depends_on(tmp_path: Path) -> None:
    assert practice_settings("P1", read(tmp_path, SETTINGS)).digest == practice_settings("P1").digest


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("      submitter: {.*\n", "", r"P1: claims\.submitter must be set before claims can be written; .*mine\.yaml"),
        ("45402-1234", "'45402'", r"mine\.yaml: P1: setting 'claims\.billing\.zip': write the ZIP code with all nine"),
        ("45402-1234", "454021234", r"setting 'claims\.billing': write zip in quotes, or it loses its zeros"),
        ("9375550100", "937-555-0100", r"setting 'claims\.submitter\.phone': write ten digits with nothing between"),
        ("receiver:", "reciever:", r"P1: claims\.receiver must be set"),
        (
            "id: RCV1",
            'id: "RCV*1"',
            r"setting 'claims\.receiver\.id': write two to fifteen letters, digits, dots or dashes",
        ),
        ("state: OH", "state: Ohio", r"setting 'claims\.billing\.state': write the two capital letters"),
        ("usage: production", "usage: live", r"setting 'claims\.usage': write 'test' or 'production'; see"),
        (
            "crosses_over",
            "crosses",
            r"setting 'claims\.payers\.SYN1\.crosses': there is no such key, perhaps 'crosses_over' was meant",
        ),
        ("practices:", "practises:", r"setting 'practises': at its top .* perhaps 'practices' was meant"),
    ],
)
def test_what_is_missing_or_wrong_is_named_in_one_sentence(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    text = re.sub(old, new, SETTINGS)
    assert text != SETTINGS
    with pytest.raises(InputError, match=sentence) as caught:
        claim_settings("P1", read(tmp_path, text))
    assert "\n" not in str(caught.value)


def test_without_a_file_it_says_so() -> None:
    with pytest.raises(InputError, match=r"claims\.submitter, claims\.receiver, claims\.billing must .*--settings"):
        claim_settings("P1")


def test_a_charge_below_what_is_allowed_is_refused(tmp_path: Path) -> None:
    text = SETTINGS.replace("usage: production", "usage: production, charge_percent_of_allowed: 80")
    with pytest.raises(InputError, match=r"charge_percent_of_allowed': it must be at least 100"):
        claim_settings("P1", read(tmp_path, text))
