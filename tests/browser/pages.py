"""Every page and message of a demo month, made by the commands that its users type."""

from __future__ import annotations

import csv
import email
import email.policy
import subprocess
import sys
from datetime import date
from pathlib import Path

from config.month import Month
from tasks.send.mime import as_eml, eml_name
from tests.browser.told import told_on_other_days
from tests.payer.payer import Payer
from tests.payer.remit import remittances
from tests.payer.submitted import submitted

MONTH = "2026-10"
ANSWERED = date(2026, 11, 20)


def ccm(*arguments: object) -> None:
    """One command as a user types it; a fault shows what it said."""
    done = subprocess.run(
        [str(Path(sys.executable).with_name("ccm")), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:] or done.stdout[-2000:]


def first_case(table: Path) -> str:
    with table.open(encoding="utf-8", newline="") as stream:
        return next(row["case_number"] for row in csv.DictReader(stream))


def unpack_messages(outbox: Path, to: Path) -> None:
    """The HTML part of every message as a page, its inline images as a mail program would put them in."""
    to.mkdir()
    for file in sorted(outbox.rglob("*.eml")):
        message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        body = message.get_body(("html",))
        assert body is not None, f"{file.name} has no HTML part"
        text = body.get_content()
        for part in message.walk():
            number = (part.get("Content-ID") or "").strip("<>")
            if number:
                picture = to / f"{file.stem}-{len(list(to.iterdir()))}.{part.get_content_subtype()}"
                picture.write_bytes(part.get_payload(decode=True))  # type: ignore[arg-type]
                text = text.replace(f"cid:{number}", picture.name)
        (to / f"{file.stem}.html").write_text(text, encoding="utf-8")


def make_pages(root: Path, patients: int = 120) -> Path:
    """The results folder of a demo month, with its letters, its explained case, its packet and the rulebook's pages."""
    out = root / "out"
    ccm("demo-data", "--patients", patients, "--months", 2, "--seed", 7, "--out", root / "source")
    settings = root / "source" / "settings.yaml"
    ccm("run", "--month", MONTH, "--source", root / "source", "--out", out, "--settings", settings)
    ccm("outreach", "--out", out, "--settings", settings)
    case = first_case(out / "P1" / MONTH / "decisions.csv")
    ccm("explain", case, "--out", out, "--html", root / "explained.html")
    ccm("audit-packet", case, "--results", out, "--out", root / "packet.html")
    for kind in ("welcome", "share_explained"):
        for language in ("en", "es"):
            asked = ["--kind", kind, "--language", language, "--month", MONTH, "--by", "S0001", "--settings", settings]
            ccm("letter", case, *asked, "--out", out)
    signed = ["--month", MONTH, "--out", out, "--settings", settings]
    ccm("sign-off", *signed, "--practice", "P1", "--by", "A. Biller")
    ccm("claims", *signed)
    ccm("remit", *answers_of_payers(out, root / "remittances"), "--out", out, "--settings", settings)
    ccm("outbox", "--out", out, "--no-open")
    ccm("rules", "--html", root / "rules")
    other = root / "other"
    other.mkdir()
    for number, message in enumerate(told_on_other_days(out, Month.parse(MONTH))):
        (other / f"{number:02}-{eml_name(message)}").write_bytes(as_eml(message, "ccm@maple.example"))
    unpack_messages(root, root / "messages")
    return root


def answers_of_payers(out: Path, to: Path) -> list[Path]:
    """835 files that answer every claim of the month: most paid, some denied."""
    to.mkdir()
    files = [file.read_bytes() for file in sorted((out / "P1" / MONTH / "claims").glob("*.x12"))]
    payers = sorted({claim.payer_id for content in files for claim in submitted(content)})
    for payer_id in payers:
        payer = Payer(payer_id, "MEDICARE", denied_at_random=0.3)
        for content in files:
            payer.receive(content, ANSWERED)
        for number, remittance in enumerate(remittances(payer, ANSWERED)):
            (to / f"{payer_id}-{number}.835").write_bytes(remittance)
    return sorted(to.glob("*.835"))


def pages_of(root: Path) -> list[Path]:
    """All pages there are, shown first by the shortest path."""
    return sorted(root.rglob("*.html"), key=lambda page: (len(page.parts), page))
