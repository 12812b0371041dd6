"""How the tables of an 835 are laid out: those of the reading library, and what it leaves out by itself."""

from __future__ import annotations

from functools import cache

import oxedi

OUTPATIENT_REMARKS = range(3, 8)  # MOA03 to MOA07
INPATIENT_REMARKS = (5, 20, 21, 22, 23)  # MIA05 and MIA20 to MIA23
MODIFIERS = range(1, 5)  # SVC01-3 to SVC01-6


@cache
def layout() -> oxedi.Spec:
    """The layout of 005010X221A1 with modifiers, remark codes, the crossover payer and the kind of transaction."""
    outpatient = {f"outpatient_{place}": {"segment": "MOA", "element": place} for place in OUTPATIENT_REMARKS}
    inpatient = {f"inpatient_{place}": {"segment": "MIA", "element": place} for place in INPATIENT_REMARKS}
    crossover = {
        "crossover_name": {"occurrence": "crossover_carrier_name", "element": 3},
        "crossover_id": {"occurrence": "crossover_carrier_name", "element": 9},
    }
    modifiers = {f"modifier_{place}": {"segment": "SVC", "element": 1, "component": place + 2} for place in MODIFIERS}
    submitted = {"submitted_code": {"segment": "SVC", "element": 6, "component": 2}}
    return oxedi.Spec.builtin().patch(
        {
            "tables": {
                "payments": {"columns": {"transaction": {"segment": "ST", "element": 1}}},
                "claims": {"columns": outpatient | inpatient | crossover},
                "services": {"columns": modifiers | submitted},
                "remarks": {
                    "loops": ["2110"],
                    "segment": "LQ",
                    "columns": {"list": {"element": 1}, "code": {"element": 2}},
                },
            }
        }
    )
