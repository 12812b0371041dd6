"""From a decided month to its claim files, as a biller goes: sign off, write, look, write again."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

import pytest
from rich.console import Console

from config.errors import InputError, PlaceError
from config.month import Month
from flows.claims import claims
from flows.claims_ahead import show_ahead
from flows.monthly_cycle import monthly_cycle
from flows.sign_off import sign_off_month
from tasks.demo.write import write_demo_data
from tasks.store.store import open_store
from tests.claim.validators import complaints, named
from tests.flows.test_month import ccm, content

pytestmark = pytest.mark.slow
MONTH = "2026-10"
SETTINGS = """
practices:
  P1:
    claims:
      charge_percent_of_allowed: 150
      submitter: {name: Maple, id: SUB1, contact: Billing Desk, phone: "9375550100"}
      receiver: {name: Example Clearing House, id: RCV1}
      billing: {street: 400 Maple Street, city: Dayton, state: OH, zip: 45402-1234, taxonomy: 207Q00000X}
"""


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory, prefect_server: None) -> Path:
    """The results of a decided month, not signed off."""
    place = tmp_path_factory.mktemp("claims")
    write_demo_data(place / "source", 40, 1, 5, Month(2026, 10), dirty=False)
    monthly_cycle(month=MONTH, source=str(place / "source"), out=str(place / "out"))
    (place / "settings.yaml").write_text(SETTINGS, "utf-8")
    return place


@pytest.fixture
def place(decided: Path, tmp_path: Path) -> Path:
    shutil.copytree(decided, tmp_path / "place")
    return tmp_path / "place"


def sign(place: Path, by: str = "A. Biller", settings: Path | None = None) -> str:
    console = Console(record=True, width=200)
    sign_off_month(console, f"sqlite:///{place / 'out' / 'ccm.db'}", Month(2026, 10), "P1", by, settings)
    return console.export_text()


def bill(place: Path, settings: str = "settings.yaml") -> dict[str, object]:
    (summary,) = claims(month=MONTH, out=str(place / "out"), settings=str(place / settings) if settings else None)
    return summary


def folder(place: Path) -> Path:
    return place / "out" / "P1" / MONTH / "claims"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_sign_off_tells_quality_and_board_once_what_their_pages_say(place: Path) -> None:
    own = place / "own.yaml"
    own.write_text("defaults: {messages: {quality: q@maple.example, board: b@maple.example}}\n", "utf-8")
    said = sign(place, settings=own)
    assert "P1 · October 2026 · revision 1: signed off by A. Biller, 20" in said
    assert "expected" in said
    assert "billing: " in said
    assert "quality: q@maple.example, waits in the outbox" in said
    assert "Its claims may go out: ccm claims --month 2026-10 --practice P1." in said
    again = sign(place, "Somebody Else", own)
    assert "was signed off by A. Biller, 20" in again
    assert "nothing changes" in again
    assert "Another run" not in again
    store = open_store(f"sqlite:///{place / 'out' / 'ccm.db'}")
    told = {one.audience: one for one in store.pending_messages("P1") if one.kind.startswith("figures")}
    store.close()
    assert {name: one.recipient for name, one in told.items()} == {
        "board": "b@maple.example",
        "quality": "q@maple.example",
    }
    assert "Expected: $" in told["board"].text
    assert "$" not in told["quality"].text
    pages = place / "out" / "P1" / MONTH
    enrolled = re.search(r"Enrolled: (\S+)", told["quality"].text)
    for page in ("stakeholder.html", "stakeholder_quality.html"):
        assert enrolled
        assert f'<span class="tile-number">{enrolled[1]}</span>' in (pages / page).read_text("utf-8")


def ahead(place: Path, settings: str | None = "settings.yaml") -> str:
    console = Console(record=True, width=200)
    own = place / settings if settings else None
    show_ahead(console, f"sqlite:///{place / 'out' / 'ccm.db'}", place / "out", Month(2026, 10), None, own)
    return console.export_text()


def test_what_would_be_held_is_seen_before_the_sign_off_and_is_what_is_held(place: Path) -> None:
    said = ahead(place)
    listed = folder(place).with_name("claims-ahead")
    assert {path.name for path in listed.iterdir()} == {
        *("claim_holds.csv", "claim_corrections.csv", "scrub.csv", "superbill.csv", "superbill.xlsx")
    }
    foreseen = rows(listed / "claim_holds.csv")
    held = {(row["patient_id"], row["program"], row["claim"], row["payer_order"]) for row in foreseen}
    assert held
    would = re.search(r"P1 · 2026-10: (\S+) claims? would be written now, (\S+) held:", said)
    assert would
    assert int(would[2]) == len(held)
    assert f"{listed}" in said
    assert not folder(place).exists(), "nothing was written"
    signed = sign(place, settings=place / "settings.yaml")
    assert f"{would[1]} claims would be written now, {would[2]} held:" in signed
    done = bill(place)
    assert (done["sent"], done["held"]) == (int(would[1]), int(would[2]))
    assert rows(folder(place) / "claim_holds.csv") == foreseen
    assert not listed.exists(), "the claims themselves stand in its place"
    assert f"0 claims would be written now, {would[2]} held:" in ahead(place), "what went out is not counted again"


def test_looking_ahead_without_the_claims_settings_says_what_is_missing(place: Path) -> None:
    assert "P1 · 2026-10: No claim can be written yet: " in ahead(place, None)
    assert "No claim can be written yet: " in sign(place)


def test_a_signed_month_becomes_claims_once_and_the_same_files_again(place: Path) -> None:
    assert "revision 1: signed off by A. Biller" in sign(place)
    first = bill(place)
    written = content(folder(place))
    assert set(written) == {
        *(
            "837P_000000001.x12",
            "claims.csv",
            "claim_holds.csv",
            "claim_corrections.csv",
            "scrub.csv",
            "superbill.csv",
            "superbill.xlsx",
        )
    }
    file = written["837P_000000001.x12"]
    assert complaints(file) == []
    sent, lines = rows(folder(place) / "claims.csv"), rows(place / "out" / "P1" / MONTH / "superbill.csv")
    held = {(row["patient_id"], row["program"]) for row in rows(folder(place) / "claim_holds.csv")}
    assert first["sent"] == len(sent) == len(named(file, "CLM"))
    assert {(row["patient_id"], row["program"]) for row in lines} == held | {
        (row["patient_id"], row["program"]) for row in sent
    }
    charged = sum(int(row["charge_cents"]) for row in sent)
    assert charged == round(sum(float(one[2]) for one in named(file, "CLM")) * 100)
    again = bill(place)
    assert again["new"] == []
    assert content(folder(place)) == written
    assert "signed off by A. Biller" in sign(place, "Somebody Else"), "who signed stays who signed"


def test_files_that_were_lost_are_written_again_from_the_database(place: Path) -> None:
    sign(place)
    bill(place)
    written = content(folder(place))
    shutil.rmtree(folder(place))
    bill(place)
    assert content(folder(place)) == written


def test_a_corrected_month_is_signed_off_again_and_sends_the_difference(place: Path) -> None:
    sign(place)
    bill(place)
    gone = rows(folder(place) / "claims.csv")[0]["patient_id"]
    source = place / "source" / "care_plans.csv"
    kept = [line for line in source.read_text("utf-8").splitlines(keepends=True) if f",{gone}," not in line]
    source.write_text("".join(kept), "utf-8")
    monthly_cycle(month=MONTH, source=str(place / "source"), out=str(place / "out"))
    with pytest.raises(InputError, match="revision 2 is not signed off; look at its report"):
        bill(place)
    sign(place)
    summary = bill(place)
    assert summary["new"] == []
    assert summary["corrections"] == {"wait_for_answer": 1}
    (left,) = rows(folder(place) / "claim_corrections.csv")
    assert (left["patient_id"], left["wanted"], left["state"]) == (gone, "", "written")
    assert left["claim_number"] in left["fix"]


def test_what_cannot_be_billed_is_said_in_one_sentence(place: Path) -> None:
    with pytest.raises(InputError, match="P1, 2026-10: revision 1 is not signed off"):
        bill(place)
    sign(place)
    with pytest.raises(InputError, match=r"claims\.submitter, claims\.receiver, claims\.billing must be set"):
        bill(place, "")
    with pytest.raises(InputError, match="no decided 2026-09 in this database"):
        claims(month="2026-09", out=str(place / "out"))
    with pytest.raises(InputError, match="There is no practice 'P9' in this database; known are P1"):
        claims(month=MONTH, practice="P9", out=str(place / "out"))
    with pytest.raises(InputError, match="Say who signs off"):
        sign(place, " ")
    (place / "out" / "P1" / MONTH / "claims").write_text("in the way")
    with pytest.raises(PlaceError, match="cannot be written"):
        bill(place)


def test_the_commands_say_what_they_did(place: Path, tmp_path: Path) -> None:
    options = ("--month", MONTH, "--out", place / "out")
    refused = ccm("claims", *options, "--settings", place / "settings.yaml", home=tmp_path / "prefect")
    assert refused.returncode == 2
    assert "run ccm sign-off --month 2026-10 --practice P1" in refused.stderr.replace("\n", " ")
    signed = ccm("sign-off", *options, "--practice", "P1", "--by", "A. Biller", home=tmp_path / "prefect")
    assert signed.returncode == 0, signed.stderr
    done = ccm("claims", *options, "--settings", place / "settings.yaml", home=tmp_path / "prefect")
    assert done.returncode == 0, done.stderr
    assert "837P_000000001.x12" in done.stdout
    names = {row["last_name"] for row in rows(place / "source" / "patients.csv")}
    assert not [name for name in names if name in signed.stdout + done.stdout + done.stderr]
