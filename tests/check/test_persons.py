"""One insured person under two patient records is told before anything is billed."""

import numpy as np
import pandas as pd

from tasks.check.flags import person_twice
from tests.check.frames import check, example, frame, warned


def test_one_person_under_two_records_is_told_and_one_record_of_several_coverages_is_not():
    patient = example("patients")["patient_id"]
    own = [example("coverages"), example("coverages", coverage_id="V2", priority=2, payer_kind="qmb")]
    again = example("coverages", coverage_id="V3", patient_id="B2", payer_id="05302", member_id="1eg4-te5-mk73")
    family = [example("coverages", patient_id=who, payer_kind="commercial") for who in (patient, "B2")]
    couple, one = ({"birth_date": pd.Timestamp("1944-02-03")}, {})
    for rows, person, told in (
        (own, one, []),
        ([*own, again], one, [0, 2]),
        ([*own, again | {"member_id": "1EG4TE5MK74"}], one, []),
        ([*own, again | {"member_id": None}], one, []),
        ([*own, again], {"practice_id": "elsewhere"}, []),
        (family, couple, []),
        (family, one, [0, 1]),
    ):
        people = frame("patients", [example("patients"), example("patients", patient_id="B2", **person)])
        assert np.flatnonzero(person_twice(frame("coverages", rows), people)).tolist() == told
    people = [example("patients"), example("patients", patient_id="B2")]
    assert warned(check(patients=people, coverages=[*own, again]), "coverages") == {"person_under_two_records": 2}
