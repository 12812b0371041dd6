"""The kinds of payer that a coverage may name, for every test that goes through them."""

from __future__ import annotations

from config.contract import inputs

PAYER_KINDS = inputs()["coverages"].column("payer_kind").values
