"""Claims of one insured person that went out under another patient record: a second one waits until they are back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from sqlalchemy.engine import Connection

from config.persons import insured_persons
from tasks.claim.compare import NEW, Send, Step, anything_out
from tasks.claim.drafts import Draft, Key
from tasks.claim.x12.segments import ELEMENT
from tasks.claim.x12.void import sent_text
from tasks.store import claims as stored
from tasks.store.claims import Standing

SAME = "person_billed_already"


@dataclass(frozen=True)
class Gone:
    """A claim that is out and that the revision does not bill any more under its own patient record."""

    claim_number: str
    key: Key
    control_number: int
    payer_kind: str
    payer_id: str
    codes: frozenset[str]


def billed_already(
    connection: Connection,
    whose: tuple[str, str],
    steps: Iterable[Step],
    standing: Mapping[Key, Standing],
    wanted: Collection[Key],
) -> dict[Key, list[str]]:
    """The new claims whose person has the same program or code out under another record: by key the claims that are.

    What the revision bills under both records is held by the scrub; `wanted` are the keys of all that it bills.
    """
    new = [one.draft for one in steps if isinstance(one, Send) and one.frequency == NEW]
    gone = [one for key, stood in standing.items() if key not in wanted for one in _out(key, stood)]
    if not new or not gone:
        return {}
    texts = {file.control_number: file.content for file in stored.files(connection, *whose)}
    told = [_as_written(texts[one.control_number], one.claim_number) for one in gone]
    of_gone = _persons([(one.payer_kind, one.payer_id, *said) for one, said in zip(gone, told, strict=True)])
    of_new = _persons([_of_draft(draft) for draft in new])
    out: dict[str, list[Gone]] = {}
    for person, one in zip(of_gone, gone, strict=True):
        out.setdefault(person, []).append(one)
    found = {}
    for person, draft in zip(of_new, new, strict=True):
        same = [one.claim_number for one in out.get(person, ()) if person and _same_work(draft, one)]
        if same:
            found[draft.key] = same
    return found


def _out(key: Key, stood: Standing) -> Iterable[Gone]:
    if anything_out(stood):
        codes = frozenset(stood.codes.split()[::2])  # of 99490 x1 99439 x2
        yield Gone(stood.claim_number, key, stood.control_number, stood.payer_kind, stood.payer_id, codes)
    for one in stood.alone:
        if one.out:
            codes = frozenset(code for code, _, _ in one.lines)
            yield Gone(one.claim_number, key, one.control_number, one.payer_kind, one.payer_id, codes)


def _same_work(draft: Draft, gone: Gone) -> bool:
    patient, program, claim = gone.key
    same = program == draft.program or bool(gone.codes & {line.code for line in draft.lines})
    return patient != draft.patient_id and claim == draft.claim and same


def _as_written(content: bytes, claim_number: str) -> tuple[str, str]:
    """Member number and the patient's birth date, as the claim went out."""
    member = born = ""
    for part in sent_text(content, claim_number):
        name, *elements = part.split(ELEMENT)
        if name == "CLM":
            break
        if name == "NM1" and elements[0] == "IL":
            member = elements[8]
        elif name == "DMG":
            born = elements[1]
    return member, born


def _of_draft(draft: Draft) -> tuple[str, str, str, str]:
    born = draft.patient.birth_date
    return draft.payer.kind, draft.payer.payer_id, draft.payer.member_id, f"{born:%Y%m%d}" if born else ""


def _persons(rows: Sequence[tuple[str, str, str, str]]) -> list[str]:
    told = pd.DataFrame(rows, columns=["kind", "payer_id", "member_id", "born"], dtype="str")
    born = pd.to_datetime(told["born"], format="%Y%m%d", errors="coerce")
    return list(insured_persons(told["kind"], told["payer_id"], told["member_id"], born))
