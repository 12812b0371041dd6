"""What stands of a claim after every answer to it: reversals net out, a correction takes its forerunner's place."""

from __future__ import annotations

import pandas as pd

from tasks.store.standing import REVERSED

Frames = dict[str, pd.DataFrame]

FORWARDED = ("19", "20", "21")
LEAST_SHARE = 100  # less than this part of what a contract took counts as nothing left


def with_kinds(adjustments: pd.DataFrame, answers: pd.DataFrame, kinds: pd.Series) -> pd.DataFrame:
    """The standing answers' adjustments with their `kind`: patient_share, contractual, earlier_payer, denial or other.

    `kinds` has one by group and reason, as "CO 45". What takes nothing off is `other`.
    """
    mine = adjustments.merge(
        answers.loc[answers["standing"], ["id", "claim_number", "payer_order"]],
        left_on="claim_payment_id",
        right_on="id",
    )
    pair = mine["adjustment_group"] + " " + mine["reason"]
    mine["kind"] = pair.map(kinds).fillna("denial").astype("str")
    mine["kind"] = mine["kind"].mask((mine["kind"] == "denial") & (mine["cents"] <= 0), "other")
    return mine


def nothing_left(adjustments: pd.DataFrame, answer_lines: pd.DataFrame, answers: pd.DataFrame) -> pd.DataFrame:
    """The adjustments, with a denial where a contract took all of a charge and left nothing, not even to the patient.

    Nothing is written off in silence.
    """
    owner = ["claim_payment_id", "line"]
    settled = adjustments["kind"].isin(["patient_share", "earlier_payer", "denial"])
    settled &= adjustments["cents"] > 0
    # A cent left to the patient or the payer before is no settlement of a charge of which a contract took the rest.
    sums = [adjustments["cents"].where(which, 0).groupby([adjustments[name] for name in owner]).transform("sum")
            for which in (settled, adjustments["kind"] == "contractual")]  # fmt: skip
    settled &= (adjustments["kind"] == "denial") | (sums[0] * LEAST_SHARE >= sums[1])
    some = adjustments.loc[settled, owner].drop_duplicates()
    paid = answer_lines.loc[answer_lines["paid_cents"] != 0, owner]
    whole = answers.loc[answers["paid_cents"] != 0, ["id"]].rename(columns={"id": "claim_payment_id"}).assign(line=0)
    fine = pd.MultiIndex.from_frame(pd.concat([some, paid, whole]))
    off = ~pd.MultiIndex.from_frame(adjustments[owner]).isin(fine)
    # What takes money off a claim as a whole leaves nothing only where none of its lines is paid or settled.
    lined = pd.Index(pd.concat([some, paid])["claim_payment_id"].unique())
    off &= ~((adjustments["line"] == 0) & adjustments["claim_payment_id"].isin(lined)).to_numpy()
    change = (
        pd.Series(off, index=adjustments.index) & (adjustments["kind"] == "contractual") & (adjustments["cents"] > 0)
    )
    return adjustments.assign(kind=adjustments["kind"].mask(change, "denial"))


def denied_lines(frames: Frames, answers: pd.DataFrame, adjustments: pd.DataFrame) -> pd.DataFrame:
    """One row a claim's line that a standing answer denies, wholly or in part: its main code, remarks, cents, answer.

    Line 0 is the claim as a whole. The first payer's denial goes before a later one's; a line that another payer of the
    same place in the order allowed is not denied.
    """
    places = frames["answer_lines"][["claim_payment_id", "line", "claim_line", "remarks"]]
    found = adjustments[adjustments["kind"] == "denial"].merge(places, how="left", on=["claim_payment_id", "line"])
    found["claim_line"] = found["claim_line"].fillna(0).astype("int64")
    found["remarks"] = found["remarks"].fillna("")
    found = found.sort_values(["cents", "position"], ascending=[False, True], kind="stable")
    keys = ["claim_number", "payer_order", "claim_payment_id", "claim_line"]
    one = found.groupby(keys, sort=False).agg(
        adjustment_group=("adjustment_group", "first"), reason=("reason", "first"), denied_cents=("cents", "sum"),
        remarks=("remarks", "first"),
    ).reset_index()  # fmt: skip
    by_others = allowed(frames, answers, adjustments)
    same = one.merge(by_others, on=["claim_number", "payer_order", "claim_line"], suffixes=("", "_by"))
    other = same.loc[same["claim_payment_id"] != same["claim_payment_id_by"], ["claim_payment_id", "claim_line"]]
    one = one[~pd.MultiIndex.from_frame(one[["claim_payment_id", "claim_line"]]).isin(pd.MultiIndex.from_frame(other))]
    one = one.sort_values(["payer_order", "denied_cents", "claim_payment_id"], ascending=[True, False, True])
    one = one.drop_duplicates(["claim_number", "claim_line"]).rename(columns={"claim_line": "line"})
    of_claim = answers.set_index("id")[["remarks", "payment_date", "payer_id", "payer_name"]]
    head = of_claim.reindex(one["claim_payment_id"]).reset_index(drop=True)
    one = one.reset_index(drop=True)
    one["remarks"] = (one["remarks"] + " " + head["remarks"]).str.strip()
    return one.assign(payment_date=head["payment_date"], payer_id=head["payer_id"], payer_name=head["payer_name"])


def allowed(frames: Frames, answers: pd.DataFrame, adjustments: pd.DataFrame) -> pd.DataFrame:
    """Which standing answers paid a line something or put something of it to the patient."""
    lines = frames["answer_lines"].merge(
        answers.loc[answers["standing"], ["id", "claim_number", "payer_order"]],
        left_on="claim_payment_id",
        right_on="id",
    )
    share = adjustments.loc[adjustments["kind"] == "patient_share"].groupby(["claim_payment_id", "line"])["cents"].sum()
    patient = share.reindex(pd.MultiIndex.from_frame(lines[["claim_payment_id", "line"]]), fill_value=0).to_numpy()
    lines = lines.assign(allowed_cents=lines["paid_cents"] + patient)
    return lines.loc[
        lines["allowed_cents"] > 0,
        ["claim_number", "payer_order", "claim_payment_id", "claim_line", "allowed_cents"],
    ]


def left_by_first(answers: pd.DataFrame, adjustments: pd.DataFrame) -> set[str]:
    """The claims on which a later payer's payment stands although the payer before it took its own back and allowed
    nothing since; what the later one paid after that word it paid knowing it.
    """
    shares = adjustments.loc[(adjustments["kind"] == "patient_share") & (adjustments["cents"] > 0), "claim_payment_id"]
    taken = answers.loc[answers["status"] == REVERSED, ["claim_number", "payer_order"]].drop_duplicates()
    both = answers.merge(taken, on="claim_number", suffixes=("", "_taken"))
    # Where two payers took theirs back, each of them is asked for on its own.
    both["one"] = both["claim_number"] + " " + both["payer_order_taken"].astype("str")
    own = both[both["payer_order"] == both["payer_order_taken"]]
    allows = own[own["standing"] & ((own["paid_cents"] > 0) | own["id"].isin(shares))]
    later = both[(both["payer_order"] > both["payer_order_taken"]) & both["standing"] & (both["paid_cents"] > 0)]
    later = later[~later["one"].isin(allows["one"])]
    spoke = own.groupby("one")["payment_date"].max().reindex(later["one"]).to_numpy()
    silent = ~later["one"].isin(own.loc[own["standing"], "one"])
    return set(later.loc[silent | (later["payment_date"] <= spoke), "claim_number"])


def settled(frames: Frames, answers: pd.DataFrame, adjustments: pd.DataFrame) -> pd.Series:
    """What each standing answer paid, put to the patient or took for sequestration, by answer and line of the claim."""
    lines = frames["answer_lines"][["claim_payment_id", "line", "claim_line", "paid_cents"]]
    counted = (adjustments["kind"] == "patient_share") | (adjustments["reason"] == "253")
    shares = adjustments[counted].groupby(["claim_payment_id", "line"])["cents"].sum()
    also = shares.reindex(pd.MultiIndex.from_frame(lines[["claim_payment_id", "line"]]), fill_value=0).to_numpy()
    lines = lines.assign(cents=lines["paid_cents"] + also)
    return lines.groupby(["claim_payment_id", "claim_line"])["cents"].sum()


def balances(claims: pd.DataFrame, answers: pd.DataFrame, adjustments: pd.DataFrame) -> pd.DataFrame:
    """What became of each claim's charge: paid, taken off by contract, denied, owed by the patient, and what is open.

    The patient owes what the last payer in the order left to them; `waiting` says that a payer it was forwarded to has
    not answered yet, and nobody bills the patient before.
    """
    standing = answers[answers["standing"]]
    sums = adjustments.pivot_table(index="claim_number", columns="kind", values="cents", aggfunc="sum", fill_value=0)
    result = claims[["claim_number", "charge_cents"]].set_index("claim_number")
    result["paid_cents"] = answers.groupby("claim_number")["paid_cents"].sum()
    for kind in ("contractual", "denial", "other", "earlier_payer"):
        result[f"{kind}_cents"] = sums.get(kind, 0)
    last = standing.groupby("claim_number")["payer_order"].max().rename("last")
    shares = adjustments[adjustments["kind"] == "patient_share"].merge(last, on="claim_number")
    shares = shares[shares["payer_order"] == shares["last"]]
    result["patient_cents"] = shares.groupby("claim_number")["cents"].sum()
    sent_on = standing[standing["status"].isin(FORWARDED)]
    sent_on = sent_on.merge(last, on="claim_number")
    sent_on = sent_on[sent_on["payer_order"] == sent_on["last"]]
    result = result.fillna(0).astype("int64")
    explained = ["paid_cents", "contractual_cents", "denial_cents", "other_cents", "patient_cents"]
    result["open_cents"] = result["charge_cents"] - result[explained].sum(axis=1)
    # Where the first payer's answer is not here, what it settled is known only from the second's.
    alone = ~result.index.isin(standing.loc[standing["payer_order"] == 1, "claim_number"])
    result["open_cents"] -= result["earlier_payer_cents"].where(alone, 0)
    result["waiting"] = result.index.isin(sent_on["claim_number"])
    result["crossover_payer"] = sent_on.groupby("claim_number")["crossover_payer"].last()
    result["crossover_payer"] = result["crossover_payer"].fillna("").astype("str")
    heard = standing.groupby("claim_number")
    result["answered_date"] = heard["payment_date"].max().reindex(result.index).astype("datetime64[ns]")
    result["payers_answered"] = heard["payer_order"].max().reindex(result.index, fill_value=0).astype("int64")
    return result


def states(frames: Frames, answers: pd.DataFrame, denied: pd.DataFrame) -> pd.DataFrame:
    """The state of each answered claim: paid, part_paid, denied, reversed or written, and the payer's number for it."""
    claims = frames["claims"].set_index("claim_number")
    standing = answers[answers["standing"]]
    seen = standing.groupby("claim_number")["id"].count().reindex(claims.index, fill_value=0)
    undone = answers.loc[answers["status"] == REVERSED, "claim_number"].unique()
    lines = frames["lines"].groupby("claim_number")["line"].count().reindex(claims.index, fill_value=0)
    refused = denied.groupby("claim_number")["line"].agg(["count", "min"]).reindex(claims.index)
    whole = (refused["min"] == 0) | (refused["count"] >= lines)
    paid = standing.groupby("claim_number")["paid_cents"].sum().reindex(claims.index, fill_value=0)
    state = pd.Series("paid", index=claims.index).mask(refused["count"].notna(), "part_paid")
    state = state.mask(refused["count"].notna() & whole & (paid == 0), "denied")
    state = state.mask((seen == 0).to_numpy(), "written")
    state = state.mask((seen == 0).to_numpy() & claims.index.isin(undone), "reversed")
    own = answers[answers["payer_claim_number"] != ""].groupby("claim_number")["payer_claim_number"].last()
    mine = standing[standing["payer_claim_number"] != ""].merge(
        frames["claims"][["claim_number", "payer_order"]], on=["claim_number", "payer_order"]
    )
    number = mine.groupby("claim_number")["payer_claim_number"].last().reindex(claims.index)
    return pd.DataFrame(
        {"state": state, "payer_claim_number": number.fillna(own.reindex(claims.index)).fillna("").astype("str")}
    )
