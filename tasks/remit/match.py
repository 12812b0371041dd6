"""Whose answer it is: the claim by its number, its lines by code and modifiers; what fits nowhere waits in suspense."""

from __future__ import annotations

import pandas as pd
from sqlalchemy.engine import Connection

from tasks.store.payees import OTHER_PAYEE, is_anothers, posted_before

# Why an answer waits, what it means, and what ends the wait. The first four are tried again at every import.
SUSPENSE = {
    "unknown_claim": (
        "No claim of ours has this number",
        "Find the claim and give it to it: ccm suspense assign NUMBER --claim CLAIM; it is tried again by itself",
    ),
    "other_charge": ("The charge is not that of our claim", "Compare with the claim; ask the payer what it answers"),
    "unknown_line": ("A service line is not on our claim", "Compare with the claim; ask the payer what it answers"),
    OTHER_PAYEE: (
        "The payment went to an NPI that is none of the practice's",
        "Ask the payer whose money it is; where that NPI is the practice's, give one answer to its claim (ccm suspense"
        " assign NUMBER --claim CLAIM): the others that were paid to it follow by themselves",
    ),
    "out_of_balance": ("Charge, payment and adjustments do not tie", "Ask the payer for a corrected remittance"),
    "unreadable": ("An amount or code cannot be read", "Ask the payer for a corrected remittance"),
    "no_payment": ("A status that is no payment, denial or reversal", "Nothing is posted; ask the payer what it means"),
}
TRIED_AGAIN = ("unknown_claim", "other_charge", "unknown_line", OTHER_PAYEE)
POSTED_STATUSES = ("1", "2", "3", "4", "19", "20", "21", "22", "23")


def match(
    answers: pd.DataFrame, answer_lines: pd.DataFrame, claims: pd.DataFrame, lines: pd.DataFrame
) -> tuple[pd.DataFrame, pd.Series]:
    """The answers with `claim_number` and `suspense_reason`, one of them empty; and the claim's line of each line.

    `answer_lines` names its answer by `answer`, the place in `answers`.
    """
    found = claims.set_index("claim_number")["charge_cents"].reindex(answers["control_number"]).reset_index(drop=True)
    found.index = answers.index
    why = answers["fault"].where(answers["fault"] == "", answers["fault"].map(_named)).astype("str")
    why = _first(why, ~answers["status"].isin(POSTED_STATUSES), "no_payment")
    why = _first(why, found.isna(), "unknown_claim")
    why = _first(why, found.fillna(0) != answers["charge_cents"].abs(), "other_charge")
    claim_line = line_places(answers, answer_lines, lines)
    lost = answer_lines.loc[(claim_line == 0).to_numpy(), "answer"].unique()
    why = _first(why, pd.Series(answers.index.isin(lost), index=answers.index), "unknown_line")
    known = answers["control_number"].where(why == "", "")
    return answers.assign(claim_number=known.astype("str"), suspense_reason=why), claim_line


def wait_for_payee(connection: Connection, matched: pd.DataFrame, claims: pd.DataFrame) -> pd.DataFrame:
    """The matched answers, which have their `payee`; one of money paid to an NPI that is not its practice's waits."""
    practice = claims.set_index("claim_number")["practice_id"].reindex(matched["claim_number"]).to_numpy()
    pairs = matched[["payee"]].assign(practice_id=practice)[(matched["claim_number"] != "").to_numpy()]
    others = [pair for pair in pairs.drop_duplicates().itertuples(index=False, name=None)
              if is_anothers(connection, pair[1], pair[0])]  # fmt: skip
    waits = pairs.index[pd.MultiIndex.from_frame(pairs).isin(others)]
    # What takes back or corrects an answer that is posted goes where that one is.
    mine = matched.loc[waits, ["claim_number", "payee"]].itertuples(index=False, name=None)
    waits = [place for place, one in zip(waits, mine, strict=True) if not posted_before(connection, *one)]
    held = matched.index.isin(waits)
    why = matched["suspense_reason"].mask(held, OTHER_PAYEE)
    return matched.assign(claim_number=matched["claim_number"].mask(held, ""), suspense_reason=why)


def _named(fault: str) -> str:
    return fault if fault.split(":")[0] in SUSPENSE else f"unreadable: {fault}"


def _first(why: pd.Series, applies: pd.Series, reason: str) -> pd.Series:
    return why.mask((why == "") & applies.to_numpy(), reason)


def line_places(answers: pd.DataFrame, answer_lines: pd.DataFrame, lines: pd.DataFrame) -> pd.Series:
    """The line of the claim that each answer line is about: by our own line number, where the payer gives it back with
    its code; else by code as sent and modifiers, then by code alone.

    Of several lines of one code the first answers the first; more answers than lines go to the last, as when a payer
    splits a line.
    """
    given = answer_lines.reset_index(drop=True)
    code = given["submitted_code"].where(given["submitted_code"] != "", given["code"])
    given = pd.DataFrame(
        {
            "claim_number": answers["control_number"].reindex(given["answer"]).to_numpy(),
            "answer": given["answer"],
            "code": code,
            "modifiers": given["modifiers"].map(_sorted),
        }
    )
    ours = lines[["claim_number", "line", "code"]].assign(modifiers=lines["modifiers"].map(_sorted))
    result = pd.Series(0, index=answer_lines.index, dtype="int64")
    told = pd.to_numeric(answer_lines["our_line"], errors="coerce").fillna(0).astype("int64").reset_index(drop=True)
    known = pd.MultiIndex.from_frame(given[["claim_number", "code"]].assign(line=told)).isin(
        pd.MultiIndex.from_frame(ours[["claim_number", "code", "line"]])
    )
    result[known] = told.to_numpy()[known]
    for keys in (["code", "modifiers"], ["code"]):
        left = given[(result == 0).to_numpy()]
        if left.empty:
            break
        left = left.assign(nth=left.groupby(["answer", *keys]).cumcount())
        right = ours.assign(nth=ours.groupby(["claim_number", *keys]).cumcount())
        most = right.groupby(["claim_number", *keys])["nth"].max().rename("most").reset_index()
        left = left.reset_index().merge(most, on=["claim_number", *keys], how="inner")
        left["nth"] = left[["nth", "most"]].min(axis=1)
        both = left.merge(right[["claim_number", *keys, "nth", "line"]], on=["claim_number", *keys, "nth"])
        result.iloc[both["index"].to_numpy()] = both["line"].astype("int64").to_numpy()
    return result


def _sorted(modifiers: str) -> str:
    return modifiers if " " not in modifiers else " ".join(sorted(modifiers.split()))
