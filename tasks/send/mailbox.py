"""The outbox as a page: every message with its state, and the message itself, in a file that needs nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from config.errors import PlaceError
from tasks.send.files import put
from tasks.send.render import render
from tasks.send.words import capital, count, plain
from tasks.store.outbox import OF_A_REVISION
from tasks.store.records import StoredMessage

PAGE = "outbox.html"
STATES = {
    "pending": "waiting",
    "sending": "being sent",
    "sent": "sent",
    "failed": "not delivered",
    "uncertain": "may have arrived",
    "superseded": "replaced by a newer one",
}
NEW_WINDOW = 'target="_blank"'  # of links to the practice's own files: a frame lets nothing else out
TONES = {"failed": "bad", "uncertain": "bad", "pending": "open", "sending": "open"}


def mailbox_page(messages: Sequence[StoredMessage], left_out: int = 0) -> str:
    """The newest message first; `left_out` older ones are not on it. The same messages, the same page."""
    states = Counter(message.state for message in messages)
    tally = [(words, states[state]) for state, words in STATES.items() if states[state]]
    return render("reports/mailbox.html.j2", messages=[_row(one) for one in messages], tally=tally, left_out=left_out)


def write_mailbox(out: Path, page: str) -> Path:
    """The page stands in the output folder; PlaceError when it cannot be written."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        put(out / PAGE, page.encode())
    except OSError as error:
        raise PlaceError(f"{out}: the page cannot be written ({error.strerror}); choose another --out.") from error
    return out / PAGE


def tally_lines(messages: Sequence[StoredMessage]) -> list[str]:
    """How many messages are in each state, a line each."""
    states = Counter(message.state for message in messages)
    return [f"{count(states[state])} {words}" for state, words in STATES.items() if states[state]]


def _row(message: StoredMessage) -> dict[str, Any]:
    kind, _, whose = message.kind.partition("-")
    month, revision = message.month, message.revision
    if about := OF_A_REVISION.fullmatch(message.kind):  # told on a day, about a month
        kind, month, revision, whose = about["what"], about["month"], int(about["revision"]), ""
    elif kind == "run":  # of a run its kind says what became of it
        kind, whose = f"run {whose.partition('-')[0]}", ""
    when = f"{message.sent_at:%Y-%m-%d %H:%M} UTC" if message.sent_at else ""
    return {
        "id": message.id,
        "practice_id": message.practice_id,
        "month": month,
        "revision": revision,
        "to": message.recipient or "no address on file",
        "audience": capital(" ".join(filter(None, (plain(message.audience), whose)))),
        "kind": plain(kind),
        "subject": message.subject,
        "state": STATES[message.state],
        "tone": TONES.get(message.state, "done"),
        "when": when,
        "error": message.last_error,
        "attempts": message.attempts,
        "html": message.html,
        "has_links": NEW_WINDOW in message.html,
    }
