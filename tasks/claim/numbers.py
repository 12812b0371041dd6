"""Claim numbers: what a payer sends back with its answer. They say nothing about a person."""

from __future__ import annotations

import re

LONGEST = 20  # of a patient control number
PROGRAMS = {"ccm": "C", "pcm": "P", "apcm": "A", "bhi": "B", "cocm": "K", "cpm": "N", "rpm": "R"}
CLAIMS = {"professional": "P", "facility": "F"}


def claim_number(
    tag: str, case_number: str, month: str, program: str, claim: str, payer_order: int, version: int
) -> str:
    """The number: the practice's letters, case, year and month, program, claim, order of the payer, version.

    Two claims never share one. ValueError when it would be longer than payers keep.
    """
    case = re.sub(r"[^0-9]", "", case_number)
    when = month[2:4] + month[5:7]
    number = f"{tag}{case}{when}{PROGRAMS[program]}{CLAIMS[claim]}{payer_order}{version:02d}"
    if len(number) > LONGEST or version > 99:
        raise ValueError("a claim number of more than twenty characters")
    return number
