"""Case numbers are given once, in order, and never twice."""

from __future__ import annotations

import pandas as pd
import pytest

from config.errors import InputError
from tasks.store import open_store
from tests.store.processes import together

pytestmark = pytest.mark.slow


def test_numbers_follow_the_order_of_the_ids_and_stay(store):
    first = store.case_numbers("P1", pd.Series(["b", "a", "b"], index=[7, 3, 9]))
    assert first.to_dict() == {7: "C-000002", 3: "C-000001", 9: "C-000002"}
    assert first.dtype == "str"
    second = store.case_numbers("P1", pd.Series(["0", "c", None, "a"]))
    assert second.tolist()[:2] + second.tolist()[3:] == ["C-000003", "C-000004", "C-000001"]
    assert second.isna().tolist() == [False, False, True, False]
    assert store.case_numbers("P1", pd.Series(["b"], dtype="category")).tolist() == ["C-000002"]


def test_each_practice_counts_for_itself(store):
    assert store.case_numbers("P1", pd.Series(["a"])).tolist() == ["C-000001"]
    assert store.case_numbers("P2", pd.Series(["b", "a"])).tolist() == ["C-000002", "C-000001"]


def test_a_patients_identifier_leads_to_the_case(store):
    for practice, patients in (("LAKE", ["101", "102"]), ("HILL", ["101", "p-7"])):
        store.case_numbers(practice, pd.Series(patients))
    with pytest.raises(InputError, match="101 is a patient: C-000001 in HILL, C-000001 in LAKE; give the case number"):
        store.patient("101")
    with pytest.raises(InputError, match="102 is a patient: C-000002; give"):
        store.patient("102", "LAKE")
    with pytest.raises(InputError, match="p-7 is a patient: C-000002; give"):
        store.patient("p-7")
    with pytest.raises(InputError, match="That is not a case number; write it as C-000123"):
        store.patient("p-8")
    with pytest.raises(InputError, match="There is no practice 'Lake' in this database; known are HILL, LAKE"):
        store.patient("C-000001", "Lake")


def test_nobody(store):
    none = store.case_numbers("P1", pd.Series([], dtype="str"))
    assert none.tolist() == []
    assert none.dtype == "str"
    assert store.case_numbers("P1", pd.Series([None], dtype="str")).isna().all()


def test_more_than_six_digits(store):
    with store.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO case_numbers VALUES ('P1', 'a', 999999)")
    assert store.case_numbers("P1", pd.Series(["b", "a"])).tolist() == ["C-1000000", "C-999999"]


def test_150_000_patients(store):
    ids = pd.Series([f"PT{number:06d}" for number in range(150_000)])
    numbers = store.case_numbers("P1", ids.sample(frac=1, random_state=1))
    assert numbers.sort_index().tolist()[:2] == ["C-000001", "C-000002"]
    assert numbers.is_unique
    assert numbers.sort_index().iloc[-1] == "C-150000"


def test_two_processes_give_the_same_numbers(url):
    one, other = together("number", url)
    assert one == other
    assert one.split()[::1000] == ["C-000001", "C-001001", "C-002001"]
    open_store(url).close()
