"""What letters and call scripts say: plain, whole in both languages, and never a price to somebody who owes nothing."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.errors import FaultError
from config.letters import LANGUAGES, Addressee, LetterRefusedError, ShareFigures, letters, told_options
from tasks.route.entries import all_options
from tasks.send import letter_text
from tasks.send.letter_text import words_of
from tasks.send.render import TEMPLATES
from tests.send.letter_cases import LATE, SHARE, letter
from tests.send.readability import english_syllables, measure, spanish_syllables

KINDS = [kind.name for kind in letters().kinds]
EACH = list(itertools.product(KINDS, LANGUAGES, (False, True)))
SHARES = {
    "usual": SHARE,
    "not known": ShareFigures(None, None, None, None, 12, 20),
    "at most": ShareFigures(None, 6613, None, None, 12, 20, 28300),
    "nothing left": ShareFigures(0, 0, 0, 0, 12, 20, 28300, 1323),
    "no deductible": ShareFigures(1323, 1323, 15876, 15876, 12, 20),
    "hospital": ShareFigures(2100, 9900, 25200, 60000, 12, 20, 28300, 500, True),
    "one month": ShareFigures(1323, 6613, 1323, 6613, 1, 20, 28300),
}


NOTHING = ("never", "not_billed")  # whom no letter asks: the program's patients, and whose payer forbids to bill them
NO_BALANCE: dict[str, Any] = {"balance_cents": None, "payments": ()}
OTHERS: list[dict[str, Any]] = [
    {"reduced_percent": 100},
    {"payer": "plan"},
    {"payer": "insurer"},
    {"share": SHARES["not known"], "payer": "plan"},
]


def sentences(kind: str, language: str, call: bool, **more: Any) -> list[str]:
    words = words_of(letter(kind, language, **more), call)
    running = [block for block in words.blocks if block.form not in ("table", "heading", "fields")]
    return [" ".join(line) for block in running for line in block.plain]


@pytest.mark.parametrize(("kind", "language", "call"), EACH)
def test_every_kind_reads_at_grade_8_or_below(kind: str, language: str, call: bool) -> None:
    usual: list[dict[str, Any]] = [{"share": share} for share in SHARES.values()]
    others = OTHERS if kind in ("welcome", "share_explained", "reminder") else []
    stops: list[dict[str, Any]] = [{"reduced_percent": 100}, LATE] if kind == "withdrawal" else []
    nothing: list[dict[str, Any]] = [{"owes": owes} for owes in NOTHING if owes in letters().kind(kind).owes]
    for more in [*usual, *others, *stops, *nothing]:
        counts = measure(sentences(kind, language, call, **more), language)
        if language == "en":
            assert counts.grade <= 6, counts  # the limit is 8; what is written stays well below it
        else:
            assert counts.fernandez_huerta >= 70, counts  # 60 is grade 8; 70 grade 6
            assert counts.inflesz >= 65, counts


def said(kind: str, language: str, call: bool, **more: Any) -> str:
    return words_of(letter(kind, language, **more), call).text


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_has_a_determination_is_told_of_it_and_of_no_price_that_it_takes_off(language: str) -> None:
    for kind, call in itertools.product(("welcome", "share_explained"), (False, True)):
        whole = said(kind, language, call, **NO_BALANCE, reduced_percent=100)
        assert "$" not in whole
        assert "2027" in whole
        half = said(kind, language, call, **NO_BALANCE)
        assert "$13.23" in half
        assert "50" in half
        assert "2027" not in said(kind, language, call, **NO_BALANCE, reduced_percent=None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_plan_left_is_told_though_the_next_months_are_not_known(language: str) -> None:
    for call in (False, True):
        words = said("share_explained", language, call, share=SHARES["not known"], reduced_percent=None, payer="plan")
        assert "$39.69" in words
        assert "not know your part" not in words
        assert "Aún no sabemos cuánto le toca" not in words


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_rule_of_medicare_is_told_to_who_is_not_in_it(language: str) -> None:
    for kind, call in itertools.product(KINDS, (False, True)):
        if kind in ("savings_program", "refund"):  # of programs of Medicare
            continue
        assert "80" not in said("share_explained", language, call, payer="plan", **NO_BALANCE)
        words = said(kind, language, call, payer="insurer", options=("hardship_determination", "payment_plan"))
        script_only = ("reminder",) if call else ()
        assert kind in script_only or not re.search("Medicare|QMB", words), (kind, call)
    with pytest.raises(LetterRefusedError, match="not in Medicare"):
        words_of(letter("savings_program", language, payer="insurer"))


def test_no_single_sentence_is_long() -> None:
    for kind, language, call in EACH:
        for line in sentences(kind, language, call):
            for part in re.split(r"(?<=[.!?:])\s+", line):
                assert len(part.split()) <= 28, (kind, language, part)


@pytest.mark.parametrize(
    ("word", "count"),
    [("care", 1), ("management", 3), ("deductible", 4), ("Medicare", 3), ("paid", 1), ("insurance", 3), ("asked", 1),
     ("decided", 3), ("higher", 2), ("qualified", 3), ("program", 2), ("months", 1), ("changes", 2), ("agreement", 3)],
)  # fmt: skip
def test_english_syllables(word: str, count: int) -> None:
    assert english_syllables(word) == count


@pytest.mark.parametrize(
    ("word", "count"),
    [("atención", 3), ("médico", 3), ("deducible", 4), ("día", 2), ("todavía", 4), ("queremos", 3), ("siguiente", 3),
     ("ciudad", 2), ("leer", 2), ("oído", 3), ("y", 1), ("muy", 1), ("ayuda", 3), ("estado", 3), ("guion", 1)],
)  # fmt: skip
def test_spanish_syllables(word: str, count: int) -> None:
    assert spanish_syllables(word) == count


def test_a_hard_text_would_be_noticed() -> None:
    hard = [
        "Reimbursement determinations necessitate individualized documentation of beneficiaries' financial capability."
    ]
    assert measure(hard, "en").grade > 12
    hard = ["Las determinaciones individualizadas requieren documentación pormenorizada de la capacidad económica."]
    assert measure(hard, "es").fernandez_huerta < 40


def test_both_languages_have_the_same_templates() -> None:
    folders = [TEMPLATES / "letters" / language for language in LANGUAGES]
    found = [{str(path.relative_to(folder)) for path in folder.rglob("*.j2")} for folder in folders]
    assert found[0] == found[1]
    assert {f"{kind}.md.j2" for kind in KINDS} | {f"calls/{kind}.md.j2" for kind in KINDS} <= found[0]


@pytest.mark.parametrize(("kind", "language", "call"), EACH)
def test_both_languages_name_the_same_sums_and_say_the_same_number_of_things(
    kind: str, language: str, call: bool
) -> None:
    for share in SHARES.values():
        here, there = (words_of(letter(kind, one, share=share), call) for one in ("en", language))
        assert [(block.form, len(block.lines)) for block in here.blocks] == [
            (block.form, len(block.lines)) for block in there.blocks
        ]
        assert re.findall(r"\$[\d,.]*\d", here.text) == re.findall(r"\$[\d,.]*\d", there.text)


def test_every_option_has_words_in_both_languages_or_is_the_practices_own_work() -> None:
    for option in all_options():
        for language in LANGUAGES:
            has_words = (TEMPLATES / "letters" / language / "options" / f"{option.name}.md.j2").exists()
            assert has_words != (option.name in letters().inward), option.name


def test_the_letter_names_the_options_given_and_no_others_in_their_order() -> None:
    asked = letter("options", options=("payment_plan", "screen_for_savings_program"))
    headings = [block.plain[0][0] for block in words_of(asked).blocks if block.form == "heading"]
    assert headings[:2] == ["You can pay in small parts", "You can ask your state for help"]
    assert "income" not in headings[0] + headings[1]
    assert len(headings) == 4


def test_a_lower_share_is_never_named_unasked() -> None:
    everything = letter("options")
    assert "hardship_determination" in told_options(everything)
    unasked = replace(everything, said=("refused",))
    assert "hardship_determination" not in told_options(unasked)
    for kind, language, call in EACH:
        if not letters().kind(kind).after:
            said = words_of(letter(kind, language, said=("refused",)), call).text.lower()
            assert not re.search(r"waive|hardship|discount for|exempt|exenc|perdon|condon|we (can|may) lower", said), (
                kind
            )


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_called_free_that_has_a_price(language: str) -> None:
    for call in (False, True):
        said = words_of(letter("welcome", language), call).text
        assert not re.search(r"no co-?pay|sin copago|no cost to you|Medicare pays (it )?all|Medicare paga todo", said)


@pytest.mark.parametrize("owes", NOTHING)
@pytest.mark.parametrize(("kind", "language", "call"), EACH)
def test_a_patient_who_owes_nothing_is_never_asked_for_money(kind: str, language: str, call: bool, owes: str) -> None:
    asked = letter(kind, language, owes=owes)
    if owes not in letters().kind(kind).owes:
        with pytest.raises(LetterRefusedError, match=r"Qualified Medicare Beneficiary owes nothing|forbids to bill"):
            words_of(asked, call)
        return
    said = words_of(asked, call).text
    assert re.findall(r"\$[\d.]+\d", said) == (["$13.23"] if kind == "refund" else [])
    assert not re.search(r"please pay|you owe \$|pay by|por favor, pague|usted debe", said.lower())


@given(
    kind=st.sampled_from(KINDS),
    language=st.sampled_from(list(LANGUAGES)),
    call=st.booleans(),
    share=st.sampled_from(list(SHARES.values())),
    balance=st.integers(1, 99_999),
    owes=st.sampled_from(NOTHING),
    said=st.lists(st.sampled_from(["refused", "cannot_pay", "disputes", "surprised", "asks_to_stop"])).map(tuple),
)
@settings(max_examples=150, deadline=None)
def test_whatever_is_known_of_them(
    kind: str, language: str, call: bool, share: Any, balance: int, owes: str, said: Any
) -> None:
    """Whatever the letter is given, one to a patient who owes nothing holds none of it."""
    asked = letter(kind, language, owes=owes, share=share, balance_cents=balance, payments=(), said=said)
    try:
        found = words_of(asked, call).text
    except LetterRefusedError:
        return
    assert kind in ("welcome", "share_explained", "withdrawal", "refund")
    assert re.findall(r"\$[\d.]+\d", found) == (["$13.23"] if kind == "refund" else [])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("call", [False, True])
@pytest.mark.parametrize("share", ["usual", "nothing left", "hospital", "not known"])
def test_what_is_open_is_told_where_it_is_not_what_was_expected(share: str, call: bool, language: str) -> None:
    about: dict[str, Any] = {"share": SHARES[share], "payments": (), "reduced_percent": None, "until": None}
    told = words_of(letter("share_explained", language, balance_cents=7707, **about), call).text
    assert "$77.07" in told
    before = words_of(letter("share_explained", language, balance_cents=None, **about), call).text
    assert "$77.07" not in before
    if share == "nothing left" and not call:
        assert re.search(r"\$0\.(?!\d)", before)
        assert not re.search(r"\$0\.(?!\d)", told)


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_stops_is_told_of_no_bill_that_a_determination_takes_off(language: str) -> None:
    bill = {"en": "may still get a bill", "es": "le puede llegar una factura por"}[language]
    for call in (False, True):
        assert bill not in said("withdrawal", language, call, reduced_percent=100)
        half = said("withdrawal", language, call)
        assert bill in half
        assert "50" in half
        assert "2027" in half
        assert "2027" not in said("withdrawal", language, call, reduced_percent=None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_owed_whether_or_not_something_was_paid(language: str) -> None:
    for call in (False, True):
        said = words_of(letter("refund", language, owes="never", refund_cents=None), call).text
        assert "$" not in said
        assert "QMB" in said
    with pytest.raises(LetterRefusedError, match="needs --amount"):
        words_of(letter("refund", language, refund_cents=None))


@pytest.mark.parametrize("owes", NOTHING)
def test_a_template_that_would_name_a_price_to_them_is_a_fault(owes: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letter_text, "_filled", lambda *_: "# Bill\n\nPlease pay $13.23.\n")
    with pytest.raises(FaultError, match="names money"):
        words_of(letter("share_explained", owes=owes))


@pytest.mark.parametrize("language", LANGUAGES)
def test_voicemail_discloses_nothing(language: str) -> None:
    found = letter_text.voicemail(letter("reminder", language))
    aloud = " ".join(block.plain[0][0] for block in found.blocks if block.form == "say").lower()
    assert "937-555-0100" in aloud
    for word in ("maple", "medicine", "care", "medic", "bill", "factura", "$", "pay", "pag", "health", "salud", "doe"):
        assert word not in aloud, word


def test_names_are_words_and_never_marks() -> None:
    odd = Addressee("# **Bo\n\n- x** | |= <b>", "{{ 7*7 }}\n## Free")
    words = words_of(letter("welcome", patient=odd))
    plain = words_of(letter("welcome"))
    assert [block.form for block in words.blocks] == [block.form for block in plain.blocks]
    assert "{{ 7*7 }} ## Free" in words.text
    assert "49" not in words.text


def test_an_option_without_words_is_named() -> None:
    with pytest.raises(LetterRefusedError, match=r"no words for it \(letters/en/options/odd.md.j2\)"):
        words_of(letter("options", options=("odd",)))


@pytest.mark.parametrize(("language", "parts"), [("en", "small parts"), ("es", "partes pequeñas")])
@pytest.mark.parametrize("call", [False, True])
def test_who_has_no_open_balance_is_not_offered_to_pay_in_parts(language: str, parts: str, call: bool) -> None:
    assert parts in words_of(letter("hardship_refused", language), call).text
    assert parts not in words_of(letter("hardship_refused", language, balance_cents=None, payments=()), call).text
