"""Every claim file of the synthetic months, clean and dirty, of each kind of place, passes both readers."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import yaml
from rich.console import Console

from config.month import Month
from flows.claims import claims
from flows.monthly_cycle import monthly_cycle
from flows.sign_off import sign_off_month
from tasks.demo.claim_settings import SETTINGS
from tasks.demo.write import write_demo_data
from tests.claim.signed_months import CHARGES
from tests.claim.validators import complaints, named
from tests.payer.practice import CHOSEN

pytestmark = pytest.mark.slow
PLACES = {
    "office": "11",
    "hopd_on_campus": "22",
    "rhc": "72",
    "fqhc": "50",
    "hopd_off_campus": "19",
    "cah_method_1": "22",
    "nursing_facility": "32",
    "assisted_living": "13",
    "home": "12",
}
FORMS = {"office": {"837P"}, "hopd_on_campus": {"837P", "837I"}, "rhc": {"837I"}, "fqhc": {"837I"},
         "hopd_off_campus": {"837P", "837I"}, "cah_method_1": {"837P", "837I"}, "cah_method_2": {"837I"},
         "nursing_facility": {"837P"}, "assisted_living": {"837P"}, "home": {"837P"}}  # fmt: skip
THREE = ("office", "hopd_on_campus", "rhc")
MONTHS = [(setting, dirty) for setting in FORMS for dirty in (False, True) if dirty or setting in THREE]


@pytest.mark.parametrize(("setting", "dirty"), MONTHS)
def test_every_file_of_a_demo_month_passes_both_readers(
    tmp_path: Path, prefect_server: None, setting: str, dirty: bool
) -> None:
    source, out = tmp_path / "source", tmp_path / "out"
    write_demo_data(source, 60, 1, 7, Month(2026, 10), dirty=dirty)
    practices = pd.read_csv(source / "practices.csv", dtype="str")
    practices.assign(setting=setting, place_of_service=PLACES.get(setting, "")).to_csv(
        source / "practices.csv", index=False
    )
    everything = yaml.safe_load((source / SETTINGS).read_text("utf-8"))
    everything["practices"]["P1"]["charges_cents"] = CHARGES  # a hospital's own part has no rate of the year yet
    everything["practices"]["P1"]["claims"] |= CHOSEN.get(setting, {})
    (source / SETTINGS).write_text(yaml.safe_dump(everything), "utf-8")
    monthly_cycle(month="2026-10", source=str(source), out=str(out), settings=str(source / SETTINGS))
    sign_off_month(Console(quiet=True), f"sqlite:///{out / 'ccm.db'}", Month(2026, 10), "P1", "A. Biller")
    (summary,) = claims(month="2026-10", out=str(out), settings=str(source / SETTINGS))
    assert summary["sent"] > 10, summary["needs"]
    files = sorted((out / "P1" / "2026-10" / "claims").glob("*.x12"))
    assert {file.name[:4] for file in files} == FORMS[setting]
    for file in files:
        content = file.read_bytes()
        assert complaints(content) == [], file.name
        if file.name.startswith("837P"):
            assert {one[5].partition(":")[0] for one in named(content, "CLM")} == {PLACES[setting]}
