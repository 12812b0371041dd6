"""Each message tells its reader what to do, most urgent first, and names no patient."""

import email
import re
from dataclasses import replace
from datetime import date
from email.policy import default

import pandas as pd
import pytest

from config.contract import inputs
from config.frames import as_contract
from config.month import Month
from config.rulebook import load_rulebook
from tasks.send.messages import MOST_ROWS, compose
from tasks.send.mime import as_eml, eml_name
from tests.send.frames import output
from tests.send.month import SECRETS, case, context, decision, finding, frames

pytestmark = pytest.mark.slow


def plain(html: str) -> str:
    """The words of a page."""
    body = re.sub(r"(?s)<(style|head)\b.*?</\1>", " ", html)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


@pytest.fixture(scope="module")
def messages():
    return {(message.audience, message.recipient): message for message in compose(context())}


@pytest.fixture(scope="module")
def maja(messages):
    return messages["care_manager", "maja@maple.example"]


@pytest.fixture(scope="module")
def billing(messages):
    return messages["billing", "billing@maple.example"]


def test_one_for_each_care_manager_one_for_billing_one_for_operations(messages):
    assert list(messages) == [
        ("care_manager", "maja@maple.example"),
        ("care_manager", ""),
        ("operations", ""),
        ("billing", "billing@maple.example"),
    ]


def test_no_identity_gets_out():
    for message in compose(context(revision=2)):
        everything = message.subject + message.html + message.text + eml_name(message) + message.message_id
        assert not [secret for secret in SECRETS if secret in everything]


def test_subjects_say_practice_month_and_what_to_do(messages, maja, billing):
    assert maja.subject == "Maple Street · October 2026 · 2 holds to fix, 2 co-pay calls"
    assert messages["care_manager", ""].subject == "Maple Street · October 2026 · 1 short of minutes"
    expected = "Maple Street · October 2026 · 2 ready to bill ($179.31 expected), 2 holds, 3 co-pay cases"
    assert billing.subject == expected


@pytest.mark.parametrize("form", ["html", "text"])
def test_care_managers_see_no_money(maja, form):
    assert "$" not in (plain(maja.html) if form == "html" else maja.text)


@pytest.mark.parametrize("form", ["html", "text"])
def test_a_care_manager_sees_what_they_can_fix_and_only_their_patients(maja, form):
    text = plain(maja.html) if form == "html" else maja.text
    assert "Words of consent_missing" in text
    assert "Fix of consent_missing." in text
    assert "care_plan_unsigned" not in text, "the practitioner signs"
    assert "qmb_never_billed" not in text, "billing acts"
    assert "C-000004" not in text, "another care manager's"
    assert "C-000006" not in text
    assert text.index("C-000002") < text.index("C-000003"), "the one that waits for this alone comes first"


@pytest.mark.parametrize("form", ["html", "text"])
def test_a_care_manager_sees_what_was_set_aside_until_they_mend_it(form):
    row = {
        "table": "time_entries",
        "source_file": "log.csv",
        "reason": "unsigned",
        "words": "No author.",
        "fix": "Sign.",
    }
    rows = [case(number) | row | {"source_line": number, "owner": "care_manager"} for number in (2, 1, 4)]
    rows += [row | {"source_line": 9, "owner": "care_manager", "patient_id": SECRETS[0]}]
    rows += [case(2) | row | {"source_line": 2, "reason": "other", "words": "Not theirs.", "owner": "it"}]
    message = compose(context(frames=frames() | {"quarantine": output("quarantine", *rows)}))[0]
    text = plain(message.html) if form == "html" else message.text
    section = text[text.lower().index("set aside until") :]
    assert "2 rows of time entries" in section, "neither another's patient nor one that nobody knows"
    assert "C-000001, C-000002" in re.sub(r" ,", ",", section)
    assert "Sign." in section
    assert "Not theirs" not in text
    assert "2 rows to mend" in message.subject
    assert not [secret for secret in SECRETS if secret in message.html + message.text]


@pytest.mark.parametrize("form", ["html", "text"])
def test_calls_come_soonest_first(maja, form):
    text = plain(maja.html) if form == "html" else maja.text
    assert text.index("Mon, Oct 19") < text.index("Tue, Oct 20")
    assert text.index("Step of explain_the_share") < text.index("Step of screen_for_savings_program")


@pytest.mark.parametrize("form", ["html", "text"])
def test_what_can_be_done_for_short_patients_is_what_the_rule_says(messages, form):
    message = messages["care_manager", ""]
    text = " ".join((plain(message.html) if form == "html" else message.text).split())
    rule = next(rule for rule in load_rulebook(Month(2026, 10)).rules.values() if rule.outcome == "short")
    for words in ("entered with a reason", "until the practice's cut-off for late entries"):
        assert words in rule.fix
        assert words in text


@pytest.mark.parametrize("form", ["html", "text"])
def test_what_is_overdue_says_so(form):
    for audience, message in ((0, compose(context(today=date(2026, 10, 20)))), (-1, compose(context()))):
        found = message[0]
        text = plain(found.html) if form == "html" else found.text
        assert text.count("overdue") == (1 if audience == 0 else 0), "due on October 19 and 20"
    assert "overdue" in compose(context(today=date(2026, 10, 20)))[-1].text


def test_short_patients_come_nearest_first():
    short = [decision(number, "short", minutes_missing=missing) for number, missing in ((1, 9), (2, 1), (3, 5))]
    changed = frames() | {"decisions": output("decisions", *short)}
    text = compose(context(frames=changed))[0].text
    assert re.findall(r"(C-\d+): (\d) missing", text) == [("C-000002", "1"), ("C-000003", "5"), ("C-000001", "9")]


@pytest.mark.parametrize("form", ["html", "text"])
def test_lists_stop_at_thirty_rows_and_say_where_the_rest_is(form):
    numbers = range(1, MOST_ROWS + 8)
    changed = frames() | {
        "decisions": output(
            "decisions",
            *[decision(number, "hold", care_manager_id="S1") for number in numbers],
            *[decision(100 + number, "short", care_manager_id="S1", minutes_missing=1) for number in numbers],
        ),
        "findings": output("findings", *[finding(number, "consent_missing", "care_manager") for number in numbers]),
    }
    message = compose(context(frames=changed))[0]
    text = plain(message.html) if form == "html" else message.text
    assert "and 7 more in findings.csv" in text
    assert "and 7 more in decisions.csv" in text
    assert f"C-{MOST_ROWS:06d}" in text
    assert f"C-{MOST_ROWS + 1:06d}" not in text


def test_a_care_manager_with_nothing_to_do_is_told_so():
    changed = frames() | {"decisions": output("decisions", decision(9, "bill", care_manager_id="S1"))}
    message = compose(context(frames=changed))[0]
    assert message.subject.endswith("nothing to do")
    assert "1 patient of yours: 1 ready to bill, 0 held" in plain(message.html)


@pytest.mark.parametrize("form", ["html", "text"])
def test_billing_sees_money_holds_and_copay(billing, form):
    text = plain(billing.html) if form == "html" else billing.text
    for words in ("$179.31", "$35.87", "Words of care_plan_unsigned", "Step of qmb_never_billed", "99439"):
        assert words in text
    assert "national" in text
    assert "care manager S2" in text, "who has no address"
    assert "revision" not in text.lower(), "the first result changes nothing"


@pytest.mark.parametrize("form", ["html", "text"])
def test_billing_sees_how_sure_each_dollar_is_and_that_qmb_patients_owe_nothing(form):
    lines = frames()["claim_lines"]
    lines.loc[lines["code"] == "99439", "amount_confidence"] = "unverified"
    lines.loc[lines["case_number"] == "C-000001", "secondary_payer_kind"] = "qmb"
    message = compose(context(frames=frames() | {"claim_lines": lines}))[-1]
    text = " ".join((plain(message.html) if form == "html" else message.text).split())
    for words in ("$132.26", "from a secondary source", "$47.05", "not verified at a source", "$22.64", "$13.23"):
        assert words in text
    assert "without 1 QMB patient, who owe nothing" in text
    assert "$35.87" not in text


@pytest.mark.parametrize("form", ["html", "text"])
def test_billing_sees_its_cases_and_passes_on_those_of_others(form):
    numbers = range(1, MOST_ROWS + 4)
    found = [finding(number, "payer_unclear", "billing") for number in numbers]
    found += [finding(2, "consent_missing", "care_manager"), finding(3, "care_plan_unsigned", "practitioner")]
    found += [finding(5, "card_missing", "front_desk")]
    held = [decision(number, "hold") for number in numbers]
    changed = frames() | {"decisions": output("decisions", *held), "findings": output("findings", *found)}
    message = compose(context(frames=changed))[-1]
    text = " ".join((plain(message.html) if form == "html" else message.text).split())
    assert f"C-{MOST_ROWS + 3:06d}" in text, "those that wait for this alone come first"
    assert "and 3 more in findings.csv" in text
    assert "Waits for the care manager; for the cases filter findings.csv by rule consent_missing" in text
    handed = text[text.lower().index("to pass on") :]
    assert "For the front desk: 1 case" in handed
    assert "Words of card_missing: Fix of card_missing. C-000005" in handed
    assert "Words of care_plan_unsigned: Fix of care_plan_unsigned. C-000003" in handed
    assert "consent_missing" not in handed, "care managers have a message of their own"


@pytest.mark.parametrize("form", ["html", "text"])
@pytest.mark.parametrize(("address", "passed_on"), [("drew@maple.example", False), (None, True)])
def test_billing_passes_on_nothing_that_a_practitioner_has_in_a_message(form, address, passed_on):
    held = [decision(3, "hold", practitioner_id="D1")]
    found = [finding(3, "care_plan_unsigned", "practitioner"), finding(3, "card_missing", "front_desk")]
    changed = frames() | {"decisions": output("decisions", *held), "findings": output("findings", *found)}
    people = pd.DataFrame({"practitioner_id": ["D1"], "email": [address]})
    messages = compose(context(frames=changed, practitioners=as_contract(people, inputs()["practitioners"])))
    assert "attest-D1" in [one.kind for one in messages]
    text = plain(messages[-1].html) if form == "html" else messages[-1].text
    handed = text[text.lower().index("to pass on") :]
    assert ("care_plan_unsigned" in handed) == passed_on
    assert "card_missing" in handed


@pytest.mark.parametrize("form", ["html", "text"])
def test_billing_sees_what_changed(form):
    change = case(2) | {"field": "expected_cents", "before": "0", "after": "6613"}
    outcome = case(2) | {"field": "outcome", "before": "hold", "after": "bill"}
    other = outcome | {"program": "bhi"}
    changed = frames() | {
        "changes": output("changes", change | {"program": "ccm"}, outcome | {"program": "ccm"}, other)
    }
    message = compose(context(frames=changed, revision=2))[-1]
    text = plain(message.html) if form == "html" else message.text
    assert "revision 1" in text.lower()
    for words in ("$66.13", "on hold", "expected amount of CCM", "outcome of CCM", "outcome of BHI"):
        assert words in text


def test_names_cannot_break_out_of_the_page_or_the_header():
    message = compose(context(practice_name='<script>alert("x")</script>\r\nBcc: thief@x.example'))[-1]
    assert "<script>" not in message.html
    assert "\n" not in message.subject


def test_every_element_carries_its_style_and_dark_mode_stays(billing):
    assert 'class="card" style="' in billing.html
    assert "prefers-color-scheme: dark" in billing.html
    assert "url(" not in billing.html
    assert "http" not in billing.html, "nothing is loaded from elsewhere"


def test_an_empty_month_can_be_told():
    assert [message.audience for message in compose(context(frames=output_frames()))] == ["operations", "billing"]


def output_frames() -> dict:
    return {name: frame.iloc[:0] for name, frame in frames().items()}


# --- the file ---------------------------------------------------------------------------------------------------------


def test_same_month_same_bytes(billing):
    again = compose(context())[-1]
    assert as_eml(again, "ccm@maple.example") == as_eml(billing, "ccm@maple.example")


def test_the_identifier_tells_revisions_and_recipients_apart():
    found = [m.message_id for revision in (1, 2) for m in compose(context(revision=revision))]
    assert len(set(found)) == 8


def test_a_mail_program_reads_both_forms(billing):
    raw = as_eml(billing, "ccm@maple.example")
    mail = email.message_from_bytes(raw, policy=default)
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert (mail["Subject"], mail["To"], mail["From"]) == (billing.subject, billing.recipient, "ccm@maple.example")
    assert (mail["Date"], mail["X-Unsent"], mail["Message-ID"]) == (None, "1", billing.message_id)
    assert mail.get_body(("html",)).get_content().splitlines() == billing.html.splitlines()
    assert max(len(line) for line in raw.splitlines()) < 200


def test_images_travel_as_parts_of_the_mail(billing):
    data = "data:image/png;base64,iVBORw0KGgo="
    drawn = replace(billing, html=billing.html.replace("<h1", f'<img src="{data}" alt="Trend"><h1', 1))
    raw = as_eml(drawn, "ccm@maple.example")
    mail = email.message_from_bytes(raw, policy=default)
    assert mail.get_content_type() == "multipart/alternative"
    (image,) = [part for part in mail.walk() if part.get_content_maintype() == "image"]
    assert image.get_content() == bytes.fromhex("89504e470d0a1a0a")
    assert f'src="cid:{image["Content-ID"][1:-1]}"' in mail.get_body(("html",)).get_content()
    assert (image.get_filename(), as_eml(drawn, "ccm@maple.example")) == (None, raw)


def test_every_message_has_a_file_of_its_own(messages):
    names = [eml_name(message) for message in messages.values()]
    managers = ["care_manager-worklist-S1.eml", "care_manager-worklist-S2.eml"]
    assert names == [*managers, "operations-month.eml", "billing-month.eml"]
