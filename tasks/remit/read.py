"""An 835 file as frames: payments, claims, lines, adjustments of claims and lines, and those of the provider."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import oxedi
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from config.errors import InputError
from tasks.remit.faults import faults
from tasks.remit.layout import INPATIENT_REMARKS, MODIFIERS, OUTPATIENT_REMARKS, layout

LARGEST = 512 * 1024 * 1024
LONGEST = 1000  # of a text, in bytes: far more than any that an 835 holds
_OTHERS = {
    "837": "claims (837)",
    "999": "an acknowledgement (999)",
    "277": "a claim status (277)",
    "271": "eligibility (271)",
    "820": "premium payments (820)",
}


class SetAsideError(InputError):
    """A remittance file that is not posted; the sentence says why and what to ask for."""


@dataclass
class Remittance:
    """What one file says. Rows refer to their payment and claim by place; cents are whole numbers, texts never missing.

    `fault` of a claim is empty, or why it cannot be posted. Names of patients are not kept: claims have numbers.
    """

    payments: pd.DataFrame  # payer_name payer_id payee_id trace_number payment_date payment_cents
    claims: pd.DataFrame  # payment control_number status charge_cents paid_cents ... service_date fault
    lines: pd.DataFrame  # claim line code modifiers units charge_cents paid_cents remarks service_date
    adjustments: pd.DataFrame  # claim line position adjustment_group reason cents quantity; line 0 is the whole claim
    provider_adjustments: pd.DataFrame  # payment position reason reference cents


def read(name: str, content: bytes) -> Remittance:
    """The file's frames. SetAsideError, naming file, place and remedy, when it is no whole and readable 835."""
    ask = "ask the payer or clearinghouse for the 835 again"
    if len(content) > LARGEST:
        raise SetAsideError(f"{name}: the file is larger than {LARGEST >> 20} MB; have it split by payment.")
    content = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    try:
        found = oxedi.parse(content, spec=layout())
    except oxedi.ParseError:
        what = "it is empty" if not content else "it does not begin as an X12 interchange does"
        raise SetAsideError(f"{name}: {what}; give the 835 as the payer sent it.") from None
    tables = {kind: pa.table(found.tables[kind]) for kind in found.tables}
    kinds = set(_text(tables["payments"]["transaction"]))
    if kinds - {"835"} or not kinds:
        other = next((_OTHERS[kind] for kind in sorted(kinds) if kind in _OTHERS), "something else")
        raise SetAsideError(f"{name}: the file holds {other if kinds else 'no payment'}, not an 835; give remittances.")
    whole, of_claims = faults(found, tables["claims"]["segment"].to_numpy())
    if whole:
        raise SetAsideError(f"{name}: {whole}; nothing of it was posted, {ask}.")
    try:
        return _frames(tables, of_claims)
    except OverflowError as error:
        raise SetAsideError(f"{name}: {error}; {ask}.") from None


def _frames(tables: dict[str, pa.Table], of_claims: dict[int, str]) -> Remittance:
    payments, claims, services, changes = (tables[name] for name in ("payments", "claims", "services", "adjustments"))
    debit = pc.fill_null(pc.equal(payments["credit_debit_flag"], b"D"), False).to_numpy()
    heads = pd.DataFrame(
        {
            "payer_name": _text(payments["payer_name"]),
            "payer_id": _text(payments["payer_identifier"]),
            "payee_id": _text(payments["payee_id"]),
            "trace_number": _text(payments["trace_number"]),
            "payment_date": _dates(pc.coalesce(payments["payment_date"], payments["production_date"])),
            "payment_cents": _cents(payments["total_payment_amount"]) * np.where(debit, -1, 1),
        }
    )
    heads["payer_id"] = heads["payer_id"].where(heads["payer_id"] != "", heads["payer_name"])
    remark_columns = [*(f"outpatient_{n}" for n in OUTPATIENT_REMARKS), *(f"inpatient_{n}" for n in INPATIENT_REMARKS)]
    status = _text(claims["claim_status"])
    answers = pd.DataFrame(
        {
            "payment": claims["payment"].to_numpy(),
            "control_number": _text(claims["claim_id"]),
            "status": status,
            "payer_order": status.map({"1": 1, "19": 1, "2": 2, "20": 2, "3": 3, "21": 3}).fillna(0).astype("int64"),
            "charge_cents": _cents(claims["charge_amount"]),
            "paid_cents": _cents(claims["payment_amount"]),
            "patient_cents": _cents(claims["patient_responsibility"]),
            "payer_claim_number": _text(claims["payer_control_number"]),
            "crossover_payer": _text(pc.coalesce(claims["crossover_name"], claims["crossover_id"])),
            "remarks": _joined([_text(claims[column]) for column in remark_columns]),
        }
    )
    answers["position"] = answers.groupby("payment").cumcount() + 1
    answers["service_date"] = _dates(claims["statement_from"])
    answers["fault"] = pd.Series(of_claims, dtype="str").reindex(answers.index).fillna("")
    place = pd.Series(services["claim"].to_numpy(), dtype="int64")
    number = (place.groupby(place).cumcount() + 1).to_numpy()
    lines = pd.DataFrame(
        {
            "claim": place,
            "line": number,
            "code": _text(services["procedure_code"]).str.upper(),
            "submitted_code": _text(services["submitted_code"]).str.upper(),
            "our_line": _text(services["line_item_control_number"]),
            "modifiers": _joined([_text(services[f"modifier_{n}"]) for n in MODIFIERS]),
            "units": _whole(services["units_paid"]).fillna(1),  # a count left out means one
            "charge_cents": _cents(services["charge_amount"]),
            "paid_cents": _cents(services["payment_amount"]),
            "remarks": _remarks(tables["remarks"], len(place)),
            "service_date": _dates(services["service_date"]),
        }
    )
    adjustments = pd.DataFrame(
        {
            "claim": changes["claim"].to_numpy(),
            "line": np.r_[number, 0][pc.fill_null(changes["service"], -1).to_numpy()],
            "adjustment_group": _text(changes["group_code"]),
            "reason": _text(changes["reason_code"]).str.upper(),
            "cents": _cents(changes["amount"]),
            "quantity": _whole(changes["quantity"]),
        }
    )
    unsaid = pc.is_null(claims["patient_responsibility"]).to_numpy(zero_copy_only=False)
    shares = adjustments[adjustments["adjustment_group"] == "PR"].groupby("claim")["cents"].sum()
    answers.loc[unsaid, "patient_cents"] = shares.reindex(answers.index[unsaid], fill_value=0)
    adjustments["position"] = adjustments.groupby(["claim", "line"]).cumcount() + 1
    others = tables["provider_adjustments"]
    provider = pd.DataFrame(
        {
            "payment": others["payment"].to_numpy(),
            "reason": _text(others["reason_code"]),
            "reference": _text(others["reference_id"]),
            "cents": _cents(others["amount"]),
        }
    )
    provider["position"] = provider.groupby("payment").cumcount() + 1
    return Remittance(heads, answers, lines, adjustments, provider)


def payment_keys(payments: pd.DataFrame) -> pd.Series:
    """By what each payment is known again in another file: payer, payee, trace number, date and amount."""
    names = ["payer_id", "payee_id", "trace_number", "payment_date", "payment_cents"]
    told = payments[names].astype({"payment_date": "str"}).apply(lambda row: "|".join(map(str, row)), axis=1)
    return told.map(_digest).astype("str")


def content_digests(read: Remittance) -> list[str]:
    """A fingerprint of what each payment says of claims, lines and adjustments."""
    by_claim = read.claims["payment"]
    found = [hashlib.sha256() for _ in range(len(read.payments))]
    for frame, owner in (
        (read.claims.drop(columns="fault"), by_claim),
        (read.lines, read.lines["claim"].map(by_claim)),
        (read.adjustments, read.adjustments["claim"].map(by_claim)),
        (read.provider_adjustments, read.provider_adjustments["payment"]),
    ):
        # Dates are no part of it: payments posted before they were read must be known again.
        told = frame.drop(columns=["payment", "claim", "service_date"], errors="ignore")
        rows = pd.util.hash_pandas_object(told, index=False).to_numpy()
        for place, rows_of_one in pd.Series(rows).groupby(owner.to_numpy()):
            found[int(place)].update(rows_of_one.to_numpy().tobytes())
    return [one.hexdigest() for one in found]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _text(column: pa.ChunkedArray) -> pd.Series:
    values = column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
    if (pc.max(pc.binary_length(values)).as_py() or 0) > LONGEST:
        raise OverflowError("a name or number in it is longer than any in an 835")
    coded = values.dictionary_encode()
    words = [
        (word or b"").decode("utf-8", "replace").replace("\0", "\ufffd").strip()
        for word in coded.dictionary.to_pylist()
    ]
    places = coded.indices.fill_null(len(words)).to_numpy(zero_copy_only=False)
    return pd.Series(np.array([*words, ""], dtype=object)[places], dtype="str")


def _cents(column: pa.ChunkedArray) -> np.ndarray:
    try:
        amounts = column.cast(pa.decimal128(16, 2))
    except pa.ArrowInvalid:
        raise OverflowError("an amount is larger than any payment can be") from None
    cents = pc.multiply(amounts, pa.scalar(Decimal(100), pa.decimal128(3, 0)))
    return pc.fill_null(cents.cast(pa.int64()), 0).to_numpy()


def _whole(column: pa.ChunkedArray) -> pd.Series:
    """Units: a fraction of one counts as none, a missing count as one not known."""
    return (
        pd.Series(pc.cast(column, pa.float64()).to_numpy(zero_copy_only=False))
        .astype("float64")
        .round()
        .astype("Int64")
    )


def _dates(column: pa.ChunkedArray) -> pd.Series:
    return pd.Series(column.cast(pa.timestamp("ns")).to_numpy(zero_copy_only=False)).astype("datetime64[ns]")


def _joined(columns: list[pd.Series]) -> pd.Series:
    """What stands in the columns, with a blank between; most rows have at most one."""
    found = columns[0].copy()
    for column in columns[1:]:
        has = (column != "").to_numpy()
        if has.any():
            found.loc[has] = (found[has] + " " + column[has]).str.strip()
    return found


def _remarks(table: pa.Table, lines: int) -> pd.Series:
    mine = pc.equal(table["list"], b"HE")
    codes = pa.table({"line": table["service"], "code": pa.array(_text(table["code"]))}).filter(mine)
    of_line = codes.group_by("line", use_threads=False).aggregate([("code", "list")])
    joined = pd.Series(
        pc.binary_join(of_line["code_list"], pa.scalar(" ", pa.large_string())).to_pandas().to_numpy(),
        index=of_line["line"].to_numpy(),
    )
    return joined.reindex(range(lines)).fillna("").astype("str")
