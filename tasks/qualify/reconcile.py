"""The three totals, rows, seconds and patients, each with its parts; a run whose totals do not tie fails."""

from __future__ import annotations

import pandas as pd

from config.errors import FaultError
from config.frames import among


class TotalsDoNotTieError(FaultError):
    """A fault of this program, not of the data: something was lost or counted twice."""


def reconcile(
    read: dict[str, int],
    aside: pd.DataFrame,
    set_aside: dict[str, int],
    accepted: dict[str, pd.DataFrame],
    decided: dict[str, pd.DataFrame],
) -> pd.DataFrame:
    """The totals in the columns of config/outputs/reconciliation.yaml.

    `read`: rows of each table as the source had them for this practice; `aside`: quarantined and rejected rows;
    `set_aside`: time entries of other months by reason. Raises TotalsDoNotTieError naming the total when its parts do
    not add up to what came in.
    """
    totals: list[tuple[str, str, int]] = []
    for table, rows in read.items():
        parts = {"accepted": len(accepted[table])}
        for name in ("quarantined", "rejected"):
            ours = aside[(aside["table"] == table) & (aside["disposition"] == name)]
            # One line of a log may hold several entries, so the line alone does not tell rows apart.
            place = ["source_file", "source_line"] + (["row_key"] if name == "quarantined" else [])
            parts[name] = len(ours.drop_duplicates(place))
        if table == "time_entries":
            parts |= set_aside
        totals += _total(f"rows:{table}", rows, parts)
    ledger = decided["time_ledger"]
    by_reason = ledger.groupby("disposition", observed=True)["seconds"].sum()
    logged = int(accepted["time_entries"]["seconds"].sum())
    totals += _total("seconds", logged, {str(name): int(amount) for name, amount in by_reason.items()})
    patients = accepted["patients"]
    for program, rows in decided["decisions"].groupby("program", sort=False):
        outcomes = rows["outcome"].value_counts(sort=False)
        parts = {str(name): int(amount) for name, amount in outcomes.items()}
        taking_part = among(patients["patient_id"], rows["patient_id"])
        parts["not_enrolled"] = int((~taking_part).sum())
        totals += _total("patients" if program == "ccm" else f"patients:{program}", len(patients), parts)
    frame = pd.DataFrame(totals, columns=["total", "part", "amount"])
    return frame.astype({"total": "str", "part": "str", "amount": "Int64"})


def _total(name: str, amount: int, parts: dict[str, int]) -> list[tuple[str, str, int]]:
    if sum(parts.values()) != amount:
        raise TotalsDoNotTieError(f"{name}: {amount} came in, the parts add up to {sum(parts.values())}: {parts}")
    return [(name, "in", amount), *((name, part, number) for part, number in parts.items())]
