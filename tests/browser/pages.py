"""Every page and message of a demo month, made by the commands that its users type."""

from __future__ import annotations

import csv
import email
import email.policy
import subprocess
import sys
from pathlib import Path

MONTH = "2026-10"
SETTINGS = """
practices:
  P1:
    letters:
      phone: "9375550100"
      street: 400 Maple Street
      city: Dayton
      state: OH
      zip: "45402"
      hours: {en: "8 a.m. to 5 p.m.", es: "de 8 a. m. a 5 p. m."}
"""


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
    ccm("run", "--month", MONTH, "--source", root / "source", "--out", out)
    settings = root / "settings.yaml"
    settings.write_text(SETTINGS, encoding="utf-8")
    ccm("outreach", "--out", out, "--settings", settings)
    case = first_case(out / "P1" / MONTH / "decisions.csv")
    ccm("explain", case, "--out", out, "--html", root / "explained.html")
    ccm("audit-packet", case, "--results", out, "--out", root / "packet.html")
    for kind in ("welcome", "share_explained"):
        for language in ("en", "es"):
            asked = ["--kind", kind, "--language", language, "--month", MONTH, "--by", "S0001", "--settings", settings]
            ccm("letter", case, *asked, "--out", out)
    ccm("outbox", "--out", out, "--no-open")
    ccm("rules", "--html", root / "rules")
    unpack_messages(out, root / "messages")
    return root


def pages_of(root: Path) -> list[Path]:
    """All pages there are, shown first by the shortest path."""
    return sorted(root.rglob("*.html"), key=lambda page: (len(page.parts), page))
