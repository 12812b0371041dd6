"""How the tables of a 271 are laid out for the reading library, which knows remittances by itself."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import oxedi

VERSIONS = ("005010X279A1", "005010X279")
# Segments of the answer with the number of their elements. What stands in them is judged by the reader, not here.
ELEMENTS = {
    "BHT": 6, "HL": 4, "NM1": 12, "TRN": 4, "REF": 4, "N3": 2, "N4": 7, "DMG": 11, "INS": 17, "DTP": 3, "EB": 14,
    "HSD": 8, "MSG": 3, "III": 9, "LS": 1, "LE": 1, "PER": 9, "PRV": 6, "AAA": 4, "HI": 12, "MPI": 7,
}  # fmt: skip
PERSON = ("NM1", "REF", "N3", "N4", "PER", "AAA", "PRV", "DMG", "INS", "HI", "DTP", "MPI")


@cache
def layout() -> oxedi.Spec:
    """The layout of 005010X279A1: sources, receivers, subscribers and dependents, and their benefits."""
    known = json.loads(oxedi.Spec.builtin().to_json())
    segments = {name: known["segments"][name] for name in ("ISA", "IEA", "GS", "GE", "ST", "SE", "TA1")}
    segments["ST"]["elements"]["1"]["codes"] = ["271"]
    segments["GS"]["elements"]["1"]["codes"] = ["HB"]
    segments["GS"]["elements"]["8"]["codes"] = list(VERSIONS)
    for name, count in ELEMENTS.items():
        elements = {
            str(n): {"name": f"{name.lower()}{n:02d}", "min": 1, "max": 80, "type": "AN"} for n in range(1, count + 1)
        }
        segments[name] = {"elements": elements}
    loops = {name: known["loops"][name] for name in ("interchange", "group", "transaction")}
    loops["transaction"]["occurrences"] = _occurrences("ST", "BHT")
    for letter, level, person in (("A", "20", ""), ("B", "21", ""), ("C", "22", "IL"), ("D", "23", "03")):
        loops[f"2000{letter}"] = _loop("transaction", "HL", {"3": level}, "AAA", "TRN")
        loops[f"2100{letter}"] = _loop(f"2000{letter}", "NM1", {"1": person} if person else {}, *PERSON[1:])
    for letter in "CD":
        loops[f"2110{letter}"] = _loop(f"2100{letter}", "EB", {}, "HSD", "REF", "DTP", "AAA", "MSG")
        loops[f"2115{letter}"] = _loop(f"2110{letter}", "III", {})
        loops[f"2120{letter}"] = _loop(f"2110{letter}", "LS", {}, "NM1", "N3", "N4", "PER", "PRV", "LE")
    version = {"segment": "GS", "element": 8, "values": list(VERSIONS)}
    spec = {
        "name": "271",
        "version": version,
        "balancing": {},
        "segments": segments,
        "loops": loops,
        "tables": _tables(),
    }
    return oxedi.Spec.from_json(json.dumps(spec))


def _loop(parent: str, segment: str, where: dict[str, str], *more: str) -> dict[str, Any]:
    trigger = {"segment": segment} | ({"where": where} if where else {})
    return {"parent": parent, "trigger": trigger, "usage": "situational", "occurrences": _occurrences(segment, *more)}


def _occurrences(*segments: str) -> dict[str, Any]:
    return {
        name.lower(): {"segment": name, "pos": 10 * place, "usage": "situational"}
        for place, name in enumerate(segments, 1)
    }


def _tables() -> dict[str, Any]:
    people, benefits, dated = ["2100C", "2100D"], ["2110C", "2110D"], ["2110C", "2110D"]

    def of(segment: str, **elements: int) -> dict[str, Any]:
        return {name: {"segment": segment, "element": element} for name, element in elements.items()}

    def own(segment: str, loops: list[str], **elements: int) -> dict[str, Any]:
        columns = {name: {"element": element} for name, element in elements.items()}
        return {"loops": loops, "segment": segment, "columns": columns}

    return {
        "transactions": {
            "loops": ["transaction"],
            "ref": "transaction",
            "columns": of("ST", kind=1) | of("BHT", answered=4),
        },
        "sources": {"loops": ["2100A"], "ref": "source", "columns": of("NM1", name=3, identifier=9)},
        "subscribers": {
            "loops": people,
            "ref": "subscriber",
            "columns": of("NM1", entity=1, member_id=9) | of("DMG", birth_date=2),
        },
        "benefits": {
            "loops": benefits,
            "ref": "benefit",
            "columns": of("EB", information=1, services=3, insurance=4, period=6, amount=7),
        },
        "dates": own("DTP", dated, kind=1, form=2, value=3),
        "references": own("REF", dated, kind=1, value=2),
        "names": own("NM1", ["2120C", "2120D"], entity=1, name=3),
        # A refusal of the sender or the receiver is one of every person asked about; that of a person is theirs.
        "refusals": own("AAA", people, reason=3),
        "refusals_of_benefits": own("AAA", dated, reason=3),
        "refusals_of_source": own("AAA", ["2100A"], reason=3),
        "refusals_of_all": own("AAA", ["2000A", "2000B", "2100B"], reason=3),
    }
