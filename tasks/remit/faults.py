"""What is wrong with a file: enough to set it aside whole, or enough to hold back single claims of it."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import oxedi

# Elements without which money would be misread. Others that are missing or odd stop nothing.
_OF_THE_PAYMENT = {b"BPR": {2, 3}, b"TRN": {2}, b"PLB": {3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14}, b"ST": {1}}
_OF_A_CLAIM = {b"CLP": {1, 2, 3, 4}, b"SVC": {2, 3}, b"CAS": set(range(1, 20))}
_QUANTITIES = {4, 7, 10, 13, 16, 19}  # of a CAS: how many units an adjustment is for
_UNREAD = {"TypeMismatch", "RequiredElementMissing", "CodeNotInList", "LengthOutOfRange"}
_COUNTS = {b"SE": ("segment", b"ST", b""), b"GE": ("payment", b"GS", b"ST"), b"IEA": ("group", b"ISA", b"GS")}
"""What the end of a part counts, where the part begins, and what of it is counted; b"" stands for every segment."""
_LONGEST = 10  # of a count, in digits

_WORDS = {
    "ControlNumberMismatch": "a control number at the end of a part is not that of its beginning",
    "ControlElementMissing": "the end of a part lacks its count or control number",
    "UnterminatedLoop": "it ends before its last part does",
    "UnknownSegment": "it holds a segment that an 835 does not know",
}


def faults(found: oxedi.Result, claim_segments: np.ndarray) -> tuple[str, dict[int, str]]:
    """What sets the whole file aside, empty when nothing does, and by place in the list the claims that it holds back.

    `claim_segments` has the segment at which each claim begins. Words name segments, never what is in them but counts.
    """
    of_claims: dict[int, str] = {}
    whole = ""
    for found_fault in _grave(found):
        segment = found_fault.segment
        name = "" if segment is None else found.document[segment].id.decode("ascii", "replace")
        words = _in_words(found_fault, name, found.document)
        if "/2100#" in found_fault.path and found_fault.kind != "UnterminatedLoop" and segment is not None:
            of_claims.setdefault(int(np.searchsorted(claim_segments, segment, "right")) - 1, words)
        else:
            whole = whole or (words if segment is None else f"{words} (segment {segment + 1})")
    return whole, of_claims


def _grave(found: oxedi.Result) -> Iterable[oxedi.Diagnostic]:
    for fault in found.diagnostics:
        if fault.level == 1:
            yield fault
        elif fault.kind in _UNREAD and fault.segment is not None and fault.element is not None:
            segment = found.document[fault.segment].id
            known = _OF_THE_PAYMENT.get(segment, set()) | _OF_A_CLAIM.get(segment, set())
            if fault.element in known and not (segment == b"CAS" and fault.element in _QUANTITIES):
                yield fault


def _in_words(fault: oxedi.Diagnostic, segment: str, document: oxedi.Document) -> str:
    if fault.kind == "ControlCountMismatch" and fault.segment is not None:
        return _miscounted(document, fault.segment)
    if fault.level == 1:
        return _WORDS.get(fault.kind, f"its structure is wrong ({fault.kind})")
    return f"{segment}{fault.element:02d} cannot be read"


def _miscounted(document: oxedi.Document, end: int) -> str:
    """Which count it is, what it says, if it says a number, and what is there."""
    what, begin, counted = _COUNTS[document[end].id]
    start = next((place for place in range(end, -1, -1) if document[place].id == begin), 0)
    there = sum(counted in (b"", document[place].id) for place in range(start, end + 1))
    told = document[end].elements[0]
    said = told.decode() if isinstance(told, bytes) and told.isdigit() and len(told) <= _LONGEST else "no"
    count = f"{said} {what}{'' if said == '1' else 's'}"
    return f"{document[end].id.decode()}01 counts {count} where {there} {'is' if there == 1 else 'are'}"
