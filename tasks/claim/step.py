"""Claim lines as Prefect runs it."""

from __future__ import annotations

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from config.care_settings import care_setting
from config.rulebook import RuleBook
from config.settings import PracticeSettings
from tasks.claim.claims import on_claims
from tasks.claim.superbill import claim_lines
from tasks.progress import step


@task(name="write the claim lines", cache_policy=NO_CACHE)
def write_claim_lines(
    decided: dict[str, pd.DataFrame], tables: dict[str, pd.DataFrame], book: RuleBook, settings: PracticeSettings
) -> pd.DataFrame:
    """One line for every code that bills, with all that billing otherwise looks up by hand."""
    with step("claim", "writing the claim lines") as done:
        chronic = frozenset(code for code, status in book.chronic.items() if status == 1)
        lines = claim_lines(decided["decisions"], decided["code_lines"], tables, chronic)
        setting = care_setting(str(tables["practices"]["setting"].iloc[0]))
        lines = on_claims(lines, setting, book, settings.claims_here)
        unpriced = int(lines["expected_cents"].isna().sum())
        done(f"{len(lines):,} claim lines" + (f", {unpriced:,} of them without a loaded rate" if unpriced else ""))
    return lines
