"""The suites keep step with the contract, and nothing in them is lost on the way to Great Expectations."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from config.contract import inputs, outputs
from config.errors import DataStopError, RuleError
from expectations import suites
from expectations.suites import Entry, gx_suite, load_suite
from tasks.check.flags import flags_for
from tasks.check.validate import Validator
from tests.check.frames import AS_OF, MONTH, frame, practice, settings

TABLES = list(inputs())

QUARANTINE_OF_ENTRIES = {
    "sent_again", "same_work_twice", "entry_id_missing", "patient_unknown", "performer_unknown", "program_unknown",
    "day_missing", "duration_missing", "duration_negative", "duration_impossible", "duration_exceeds_interval",
    "in_the_future", "after_death", "two_patients_at_once", "double_tagged",
}  # fmt: skip
WARN_OF_ENTRIES = {
    "unapproved_offline", "entered_late", "other_country", "automated_time", "zero_duration", "perhaps_twice",
}  # fmt: skip


def test_every_table_has_a_suite_and_every_suite_a_table():
    files = {path.stem for path in Path(suites.__file__).parent.glob("*.yaml")}
    assert files == set(TABLES)


@pytest.mark.parametrize("table", TABLES)
def test_every_required_and_every_choice_column_has_an_expectation(table):
    covered = {column for entry in load_suite(table) for column in entry.contract_columns}
    owed = {column.name for column in inputs()[table].columns if column.required or column.type == "choice"}
    assert owed <= covered


@pytest.mark.parametrize("table", TABLES)
def test_no_expectation_speaks_of_a_column_that_is_not_there(table):
    flags = flags_for(inputs()[table], frame(table, []), practice(), settings(), MONTH, AS_OF)
    known = set(practice()[table].columns) | set(flags)
    for entry in load_suite(table):
        assert set(entry.columns) <= known, entry.name
        assert set(entry.covers) <= set(inputs()[table].names), entry.name
    used = {column for entry in load_suite(table) for column in entry.columns}
    assert set(flags) <= used, "a flag is computed and never looked at"


@pytest.mark.parametrize("table", TABLES)
def test_allowed_values_and_bounds_are_those_of_the_contract(table):
    for entry in load_suite(table):
        name = entry.kwargs.get("column")
        if name not in inputs()[table].names:
            continue
        column = inputs()[table].column(name)
        if entry.type == "expect_column_values_to_be_in_set" and column.values:
            assert tuple(entry.kwargs["value_set"]) == column.values, entry.name
        if entry.type == "expect_column_values_to_be_between":
            bounds = entry.kwargs.get("min_value"), entry.kwargs.get("max_value")
            assert bounds == (column.minimum, column.maximum), entry.name


@pytest.mark.parametrize("table", TABLES)
def test_great_expectations_holds_every_expectation_with_its_severity_and_owner(table):
    entries = load_suite(table)
    held = gx_suite(table, entries).expectations
    assert [one.meta["name"] for one in held] == [entry.name for entry in entries]
    assert [one.meta["owner"] for one in held] == [entry.owner for entry in entries]
    words = {"critical": "stop", "warning": "quarantine", "info": "warn"}
    assert [words[one.severity.value] for one in held] == [entry.severity for entry in entries]


def test_the_vocabulary_of_time_entries_is_complete():
    by_severity = {}
    for entry in load_suite("time_entries"):
        by_severity.setdefault(entry.severity, set()).add(entry.name)
    assert by_severity["quarantine"] >= QUARANTINE_OF_ENTRIES
    assert by_severity["warn"] == WARN_OF_ENTRIES


def test_no_identity_column_is_ever_handed_over_with_its_values():
    from tasks.check.validate import NOT_NULL

    for table in TABLES:
        identities = {column.name for column in inputs()[table].columns if column.identity and column.type == "text"}
        for entry in load_suite(table):
            if set(entry.columns) & identities:
                assert entry.type == NOT_NULL, (table, entry.name)


def test_an_unknown_type_is_refused_and_not_dropped():
    entry = load_suite("staff")[0].model_copy(update={"type": "expect_column_values_to_be_nice"})
    with pytest.raises(RuleError, match="knows no 'expect_column_values_to_be_nice'"):
        gx_suite("staff", (entry,))


def test_a_wrong_argument_is_refused():
    entry = load_suite("staff")[0].model_copy(update={"kwargs": {"colum": "staff_id"}})
    with pytest.raises(RuleError, match=r"expectations/staff\.yaml"):
        gx_suite("staff", (entry,))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        ({"severity": "perhaps"}, "severity"),
        ({"owner": "nobody"}, "owner"),
        ({"words": "no capital, no stop"}, "sentence"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_a_wrong_suite_file_is_named_with_the_field(tmp_path, spoil, said):
    path = tmp_path / "staff.yaml"
    shutil.copy(Path(suites.__file__).parent / "staff.yaml", path)
    content = yaml.safe_load(path.read_text())
    content["expectations"][0] |= spoil
    path.write_text(yaml.safe_dump(content))
    with pytest.raises(RuleError, match=f"(?s)staff.yaml.*{said}"):
        load_suite("staff", tmp_path)


def test_an_expectation_that_cannot_be_evaluated_stops_the_month():
    entry = Entry(
        name="odd",
        type="expect_column_values_to_match_regex",
        kwargs={"column": "told_cost_sharing", "regex": "["},
        severity="warn",
        words="Some words here.",
        wrong="It is odd.",
        owner="it",
        fix="Do something.",
    )
    with pytest.raises(DataStopError, match="'odd' could not be evaluated"):
        Validator().failures("consents", practice()["consents"], {}, (entry,))


def test_importing_the_checks_does_not_import_great_expectations():
    code = "import sys, tasks.check.check, tasks.check.page; sys.exit('great_expectations' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_output_columns_are_those_of_the_contract():
    assert {"words", "owner", "fix"} <= set(outputs()["checks"].names)
