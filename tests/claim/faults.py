"""Single faults in our own claim files, and who notices each: pyx12, x12sdk, or the scrub of the file read back.

`python -m tests.claim.faults` prints the table (make faults).
"""

from __future__ import annotations

import logging
import re
import tempfile
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from config.month import Month
from tasks.claim.readback import lines_written
from tasks.claim.worklist import scrub
from tasks.store.store import open_store
from tests.claim.signed_months import PART_B, covered, remit, rows, send, signed
from tests.claim.validators import complaints
from tests.qualify.cases import rulebook, settings_of

MONTH, TODAY = Month(2026, 10), date(2026, 11, 3)
ABOUT = ("claim_number", "practice_id", "month", "patient_id", "case_number", "program", "claim")


CHILD, SECOND = "837P below a subscriber", "837P to a second payer"
EMPLOYER = {"payer_kind": "commercial", "payer_name": "Trillium", "payer_id": "SYN41", "member_id": "TG7"}
EMPLOYER |= {"subscriber_relationship": "spouse", "subscriber_last_name": "Roe", "subscriber_first_name": "Ari"}
EMPLOYER |= {"subscriber_birth_date": "1950-04-01", "subscriber_sex": "M"}


class Sound(NamedTuple):
    """A file without a fault, what its claim numbers stand for, and the practice's tables."""

    content: bytes
    known: dict[str, dict[str, str]]
    tables: dict[str, pd.DataFrame]


class Fault(NamedTuple):
    """One change of the text of a sound file."""

    form: str
    name: str
    change: Callable[[str], str]


@cache
def sound(form: str) -> Sound:
    """Two claims of an office, of one and of two lines, or those of a rural health clinic; a claim of a patient whom
    somebody else insures (`CHILD`), and one to Medicare after that plan has answered (`SECOND`).
    """
    cases: tuple[dict[str, Any], ...] = ({"staff": "45"}, {"staff": "25"})
    if form in (CHILD, SECOND):
        cases = ({"staff": "25", "coverages": covered(EMPLOYER, PART_B | {"msp_type": "12"})},)
    month = signed(*cases, setting="rhc" if form == "837I" else "office")
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'ccm.db'}")
        (file,) = send(store, month)
        if form == SECOND:
            remit(store, str(rows(store, "claim_number")[0][0]))
            (file,) = send(store, month)
        known = {str(row[0]): dict(zip(ABOUT[1:], map(str, row[1:]), strict=True)) for row in rows(store, *ABOUT)}
        store.close()
    return Sound(file.content, known, dict(month.tables))


def noticed(form: str, content: bytes) -> set[str]:
    """Who notices a fault of the file: `pyx12`, `x12sdk`, and the names of scrub rules."""
    found = {said.partition(":")[0] for said in complaints(content)}
    base = sound(form)
    lines = lines_written(content, base.known)
    return found | set(scrub(lines, base.tables, rulebook(MONTH), settings_of(), TODAY)["rule"])


def swap(old: str, new: str, count: int = 1) -> Callable[[str], str]:
    """The first places of the old text say the new one."""
    return lambda text: text.replace(old, new, count)


def without(pattern: str) -> Callable[[str], str]:
    """The first segment of the pattern is gone, and the count of segments is right again."""
    return lambda text: _recounted(re.sub(pattern + r"[^~]*~\n", "", text, count=1))


def _recounted(text: str) -> str:
    count = text[text.index("ST*") : text.index("GE*")].count("~")
    return re.sub(r"SE\*\d+", f"SE*{count}", text)


def by(pattern: str, new: str) -> Callable[[str], str]:
    """The first place of the pattern says something else."""
    return lambda text: re.sub(pattern, new, text, count=1)


FAULTS = [
    Fault("837P", "billing NPI: wrong check digit", swap("*XX*2900000011", "*XX*2900000012")),
    Fault("837P", "practitioner's NPI: two digits exchanged", swap("*XX*2900010002", "*XX*2900010020")),
    Fault("837P", "practitioner's NPI: nine digits", swap("*XX*2900010002", "*XX*290001000")),
    Fault("837P", "billing ZIP code of five digits", by(r"\*454021234~", "*45402~")),
    Fault("837P", "diagnosis that is no code", swap("ABK:E119", "ABK:EE19")),
    Fault("837P", "diagnosis that is a heading only", swap("ABK:E119", "ABK:E11")),
    Fault("837P", "diagnosis that does not exist", swap("ABK:E119", "ABK:E117")),
    Fault("837P", "diagnosis that was withdrawn", swap("ABF:I10", "ABF:G35")),
    Fault("837P", "one chronic diagnosis alone", by(r"\*ABF:I10~", "~")),
    Fault("837P", "an acute diagnosis in the place of a chronic one", swap("ABF:I10", "ABF:J069")),
    Fault("837P", "diagnosis under the qualifier of ICD-9", swap("ABK:E119", "BK:E119")),
    Fault("837P", "pointer to a diagnosis that is not there", swap("**1:2~", "**1:3~")),
    Fault("837P", "no pointer", swap("***1:2~", "~")),
    Fault("837P", "code that does not exist", swap("HC:99490", "HC:99999")),
    Fault("837P", "code that has ended", swap("HC:99439", "HC:G2058")),
    Fault("837P", "further unit without its base", swap("HC:99490", "HC:99484")),
    Fault("837P", "three units where two are the limit", by(r"(HC:99439\*[^*]*\*UN)\*1", r"\1*3")),
    Fault("837P", "the same code twice", swap("HC:99439", "HC:99490")),
    Fault("837P", "two families on one claim", swap("HC:99439", "HC:99491")),
    Fault("837P", "modifier 59 on a pair that is never paid", swap("HC:99439", "HC:99491:59")),
    Fault("837P", "modifier of telehealth", swap("HC:99490*", "HC:99490:95*")),
    Fault("837P", "PO on a practitioner's claim", swap("HC:99490*", "HC:99490:PO*")),
    Fault("837P", "a hospital's place of service", swap("*11:B:1", "*22:B:1")),
    Fault("837P", "place of telehealth", swap("*11:B:1", "*02:B:1")),
    Fault("837P", "date in the next month", by(r"DTP\*472\*D8\*202610\d\d", "DTP*472*D8*20261102")),
    Fault("837P", "dates over two months", by(r"DTP\*472\*D8\*202610\d\d", "DTP*472*RD8*20260928-20261005")),
    Fault("837P", "no date", without(r"DTP\*472")),
    Fault("837P", "a day that is none", by(r"DTP\*472\*D8\*\d{8}", "DTP*472*D8*20261032")),
    Fault("837P", "member number of somebody else", swap("*MI*1EG4TE5MK73", "*MI*1EG4TE5MK72")),
    Fault("837P", "another payer's number", swap("*PI*15202", "*PI*15203")),
    Fault("837P", "total that is not the sum of the lines", by(r"(CLM\*[^*]+\*)\d+", r"\g<1>1")),
    Fault("837P", "units missing", by(r"\*UN\*1\*", "*UN**")),
    Fault("837P", "frequency missing", swap("*11:B:1", "*11:B")),
    Fault("837P", "wrong count of segments", by(r"SE\*\d+", "SE*9")),
    Fault("837P", "another control number at the end", by(r"(SE\*\d+\*)\w+", r"\g<1>9999")),
    Fault("837P", "wrong count of transactions", by(r"GE\*1", "GE*2")),
    Fault("837P", "subscriber below nobody", by(r"HL\*2\*1\*22", "HL*2*7*22")),
    Fault("837P", "no payer", without(r"NM1\*PR")),
    Fault("837P", "no subscriber's birth date", without("DMG")),
    Fault("837P", "unknown segment", lambda text: _recounted(text.replace("LX*1~", "LX*1~\nZZZ*1~", 1))),
    Fault("837P", "delimiter inside of a name", swap("*DOE*", "*D*OE*")),
    Fault("837I", "a health center's type of bill", swap("*71:A:1", "*77:A:1")),
    Fault("837I", "a hospital's revenue code", swap("SV2*0521", "SV2*0510")),
    Fault("837I", "CG on two lines of a day", lambda text: re.sub(r"HC:(99490|99439)\*", r"HC:\1:CG*", text)),
    Fault("837I", "attending practitioner's NPI: wrong digit", by(r"(NM1\*71.*\*XX\*)2900010002", r"\g<1>2900010003")),
    Fault("837I", "the bundled code after its end", swap("HC:99490", "HC:G0511")),
    Fault("837I", "no admission data", without("CL1")),
    Fault("837I", "modifier of telehealth", swap("HC:99490*", "HC:99490:GT*")),
    Fault(CHILD, "patient below nobody", by(r"HL\*3\*2\*23", "HL*3*9*23")),
    Fault(CHILD, "subscriber without anybody below", swap("HL*2*1*22*1", "HL*2*1*22*0")),
    Fault(CHILD, "no relationship to the subscriber", without("PAT")),
    Fault(CHILD, "a relationship that is none", swap("PAT*01", "PAT*77")),
    Fault(CHILD, "no patient's name", without(r"NM1\*QC")),
    Fault(CHILD, "no patient's birth date", without(r"DMG\*D8\*1940")),
    Fault(CHILD, "no patient's address", without(r"N3\*12 MILL LANE~\nN4")),
    Fault(CHILD, "member number of somebody else", swap("*MI*TG7", "*MI*TG8")),
    Fault(SECOND, "the second payer as the first", swap("SBR*S*", "SBR*P*")),
    Fault(SECOND, "not said why Medicare is second", by(r"(SBR\*S\*18\*\*\*)12", r"\1")),
    Fault(SECOND, "not said what the first payer paid", without(r"AMT\*D")),
    Fault(SECOND, "another amount paid by the first payer on a line", by(r"(SVD\*SYN41\*)51.84", r"\g<1>50.84")),
    Fault(SECOND, "an adjustment of the first payer left out", without(r"CAS\*PR")),
    Fault(SECOND, "the line's payer is not the claim's", swap("SVD*SYN41", "SVD*SYN40")),
    Fault(SECOND, "no first payer", without(r"NM1\*PR\*2\*TRILLIUM")),
    Fault(SECOND, "no subscriber of the first payer", without(r"NM1\*IL\*1\*ROE")),
    Fault(SECOND, "the first payer as the patient's second", by(r"SBR\*P\*01", "SBR*S*01")),
]


def main() -> None:
    """Print who notices what."""
    logging.disable(logging.CRITICAL)  # both validators tell every finding there too
    counts = dict.fromkeys(("pyx12", "x12sdk", "scrub"), 0)
    print(f"{'form':24} {'fault':50} {'pyx12':6} {'x12sdk':7} scrub")
    for fault in FAULTS:
        who = noticed(fault.form, fault.change(sound(fault.form).content.decode()).encode())
        rules = sorted(who - {"pyx12", "x12sdk"})
        for name, seen in (("pyx12", "pyx12" in who), ("x12sdk", "x12sdk" in who), ("scrub", bool(rules))):
            counts[name] += seen
        marks = ["x" if name in who else "-" for name in ("pyx12", "x12sdk")]
        print(f"{fault.form:24} {fault.name:50} {marks[0]:6} {marks[1]:7} {', '.join(rules) or '-'}")
    print(f"\nof {len(FAULTS)} faults: " + ", ".join(f"{name} {count}" for name, count in counts.items()))


if __name__ == "__main__":
    main()
