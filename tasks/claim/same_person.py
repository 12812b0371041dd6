"""Claims of one insured person that went out under another patient record: a second one waits until they are back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from sqlalchemy.engine import Connection

from config.persons import are_two, insured_persons
from tasks.claim.compare import NEW, Send, Step, anything_out
from tasks.claim.drafts import Draft, Key
from tasks.claim.x12.void import subscribers
from tasks.store import claims as stored
from tasks.store.claims import Standing

SAME = "person_billed_already"


@dataclass(frozen=True)
class Gone:
    """A claim that is out and that the revision does not bill any more under its own patient record."""

    claim_number: str
    key: Key
    case_number: str
    control_number: int
    payer_kind: str
    payer_id: str
    rendering_npi: str
    codes: frozenset[str]

    def is_same_work(self, draft: Draft, by_program: Collection[str]) -> bool:
        """Whether the draft is about its program, or has a code of it; one `by_program` several programs may bill."""
        _, program, claim = self.key
        shared = self.codes & {line.code for line in draft.lines}
        return claim == draft.claim and (program == draft.program or bool(shared - set(by_program)))


def out_under_other_record(
    connection: Connection,
    whose: tuple[str, str],
    steps: Iterable[Step],
    standing: Mapping[Key, Standing],
    wanted: Collection[Key],
    apart: Collection[frozenset[str]],
) -> dict[Key, list[Gone]]:
    """The new claims whose person has claims out under another record: by key those claims.

    What the revision bills under both records is held by the scrub; `wanted` are the keys of all that it bills, `apart`
    each two cases that the practice says are two people.
    """
    new = [one.draft for one in steps if isinstance(one, Send) and one.frequency == NEW]
    gone = [one for key, stood in standing.items() if key not in wanted for one in _out(key, stood)]
    if not new or not gone:
        return {}
    files = {one.control_number for one in gone}
    told = {file.control_number: subscribers(file.content) for file in stored.files(connection, *whose)
            if file.control_number in files}  # fmt: skip
    written = [told[one.control_number][one.claim_number] for one in gone]
    of_gone = _persons([(one.payer_kind, one.payer_id, *said[:2]) for one, said in zip(gone, written, strict=True)])
    of_new = _persons([_of_draft(draft) for draft in new])
    out: dict[str, list[tuple[Gone, str]]] = {}
    for person, one, (_, _, sex) in zip(of_gone, gone, written, strict=True):
        if person:
            out.setdefault(person, []).append((one, sex))
    found: dict[Key, list[Gone]] = {}
    for person, draft in zip(of_new, new, strict=True):
        for one, sex in out.get(person, ()):
            cases = frozenset((draft.case_number, one.case_number))
            if one.key[0] != draft.patient_id and not are_two(draft.payer.kind, (draft.patient.sex, sex), cases, apart):
                found.setdefault(draft.key, []).append(one)
    return found


def _out(key: Key, stood: Standing) -> Iterable[Gone]:
    whose = (stood.payer_kind, stood.payer_id, stood.rendering_npi)
    if anything_out(stood):
        codes = frozenset(stood.codes.split()[::2])  # of 99490 x1 99439 x2
        yield Gone(stood.claim_number, key, stood.case_number, stood.control_number, *whose, codes)
    for one in stood.alone:
        if one.out:  # by the payer and the practitioner that it was sent with, which are not those of today
            whose = (one.payer_kind, one.payer_id, one.rendering_npi)
            codes = frozenset(code for code, _, _ in one.lines)
            yield Gone(one.claim_number, key, stood.case_number, one.control_number, *whose, codes)


def _of_draft(draft: Draft) -> tuple[str, str, str, str]:
    born = draft.patient.birth_date
    return draft.payer.kind, draft.payer.payer_id, draft.payer.member_id, f"{born:%Y%m%d}" if born else ""


def _persons(rows: Sequence[tuple[str, ...]]) -> list[str]:
    told = pd.DataFrame(rows, columns=["kind", "payer_id", "member_id", "born"], dtype="str")
    born = pd.to_datetime(told["born"], format="%Y%m%d", errors="coerce")
    return list(insured_persons(told["kind"], told["payer_id"], told["member_id"], born))
