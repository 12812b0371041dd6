"""A practice's terms with its payers, where its own settings are good and where they are not."""

from __future__ import annotations

import pytest

from config.errors import InputError
from tasks.store.terms import terms_of


def test_settings_of_one_practice_that_cannot_be_used_keep_back_no_other(store, tmp_path):
    settings = tmp_path / "settings.yaml"
    settings.write_text("practices: {P1: {filing_days: {MEDB: many}}, P2: {filing_days: {MEDB: 200}}}\n", "utf-8")
    with store.reading() as connection:
        found = terms_of(connection, ["P1", "P2"], settings)
        assert dict(found.filing) == {("P2", "MEDB"): 200}
        assert found.ask["P1"] == found.ask["P2"] > 0
        settings.write_text("practices: [", "utf-8")
        with pytest.raises(InputError, match="the settings cannot be read"):
            terms_of(connection, ["P1", "P2"], settings)
