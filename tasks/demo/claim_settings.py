"""What claims, letters and messages of a synthetic practice need: a settings file with parties that do not exist."""

from __future__ import annotations

import pandas as pd
import yaml

SETTINGS = "settings.yaml"
AUDIENCES = ("operations", "compliance", "data_owner", "quality", "board")  # those whose address stands in no table
HEAD = "# What claims, letters and messages of the synthetic practices need; nobody and no address in it is real.\n"
# Towns of the practices' states with a ZIP code of nine digits whose last four belong to nobody.
TOWNS = {
    "OH": ("Dayton", "45402-0000"),
    "IL": ("Springfield", "62701-0000"),
    "CO": ("Pueblo", "81003-0000"),
    "CA": ("Ventura", "93001-0000"),
    "MI": ("Lansing", "48933-0000"),
}


def claim_settings_text(practices: pd.DataFrame) -> str:
    """The settings file for the practices of that table; the same table gives the same text."""
    rows = {}
    for number, row in enumerate(practices.to_dict("records"), start=1):
        city, zip_code = TOWNS[str(row["state"])]
        billing = {"street": f"{100 * number} Maple Street", "city": city, "state": row["state"], "zip": zip_code}
        rows[str(row["practice_id"])] = {
            "claims": {
                "charge_percent_of_allowed": 150,
                "submitter": {
                    "name": row["practice_name"],
                    "id": f"SYN{number:05d}",
                    "contact": "Billing desk",
                    "phone": f"5555550{100 + number % 100}",
                    "email": row["billing_email"],
                },
                "receiver": {"name": "Synthetic Clearing House", "id": "SYNHOUSE"},
                "billing": {**billing, "taxonomy": "207Q00000X"},
            },
            "messages": {who: f"{who}@{str(row['billing_email']).partition('@')[2]}" for who in AUDIENCES},
            "letters": {
                **billing,
                "zip": zip_code[:5],
                "phone": f"5555550{100 + number % 100}",
                "hours": {"en": "Monday to Friday, 8 a.m. to 5 p.m.", "es": "de lunes a viernes, de 8 a. m. a 5 p. m."},
            },
        }
    return HEAD + yaml.safe_dump({"practices": rows}, sort_keys=False, allow_unicode=True)
