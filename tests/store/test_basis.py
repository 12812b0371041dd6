"""What a revision was decided from is kept beside it, and comes back as it was."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from config.errors import InputError
from tests.store.months import BASIS, DIGESTS, month, save


def test_what_a_month_was_decided_from_comes_back_to_its_types(store):
    kinds = {
        "day": pd.to_datetime(["2026-10-01", None]).astype("datetime64[ns]"),
        "count": pd.array([1, None], "Int64"),
        "said": pd.array([True, None], "boolean"),
        "program": pd.Categorical(["ccm", None], ["apcm", "ccm", "rpm"]),
        "text": pd.array(["Zoë", None], "str"),
    }
    basis = replace(BASIS, tables={"stays": pd.DataFrame(kinds), "visits": pd.DataFrame(kinds).iloc[:0]})
    first = save(store, month(), basis=basis)
    kept = store.basis(first.cycle)
    assert (kept.settings, kept.rulebook, kept.digests) == (basis.settings, basis.rulebook, basis.digests)
    for name, frame in basis.tables.items():
        pd.testing.assert_frame_equal(kept.tables[name], frame)

    other = replace(
        BASIS, digests=replace(DIGESTS, input="other", rulebook="others"), rulebook=b"others", settings="[]"
    )
    again = save(store, month(), basis=other)
    assert not again.new
    kept = store.basis(again.cycle)
    assert (list(kept.tables), kept.settings, kept.rulebook) == (["stays"], "[]", b"others")
    changed = month()
    changed["decisions"].loc[1, "outcome"] = "hold"
    second = save(store, changed)
    assert store.basis(second.cycle).rulebook == b"rules"
    assert store.basis(again.cycle).rulebook == b"others"
    with pytest.raises(InputError, match="is not in this database; run the month again"):
        store.basis(replace(first.cycle, id=4711))
