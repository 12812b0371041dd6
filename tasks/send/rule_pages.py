"""The rule pages: the whole rulebook as pages that need no network, made from the files that the program reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from config.care_settings import LOADED, SpanOfMonths, care_settings
from config.catalogue import Code, catalogue
from config.clocks import limit_entries
from config.denial_models import Route
from config.denials import denials
from config.errors import PlaceError
from config.exclusion_table import exclusion_rows, list_meanings
from config.month import Month
from config.rulebook import RULES, Rule, all_rules
from config.setting_table import PROGRAMS, claim_view, code_view, months
from config.strict_yaml import load_yaml
from tasks.send import drawings
from tasks.send.render import render

PAGES = {
    "index.html": "Timeline",
    "codes.html": "Codes",
    "settings.html": "Care settings",
    "exclusions.html": "Exclusions",
    "rules.html": "Rules",
    "denials.html": "Denials",
}
EFFECTS = {
    "exclude": "leaves time out",
    "not_billable": "not billable",
    "hold": "holds",
    "short": "short",
    "unsupported": "not supported",
    "warn": "warns",
}


def write_rule_pages(folder: Path) -> list[Path]:
    """The pages are on the disk; the same rulebook gives the same bytes. PlaceError when they cannot be written."""
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, page in rule_pages().items():
            (folder / name).write_text(page, "utf-8", newline="\n")
            written.append(folder / name)
    except OSError as error:
        raise PlaceError(f"{folder}: the pages cannot be written ({error.strerror}); give another folder.") from error
    return written


def rule_pages() -> dict[str, str]:
    """Every page by its file's name."""
    span = load_yaml(LOADED)
    first, last = Month.parse(span["first_month"]), Month.parse(span["last_month"])
    loaded = {"first": str(first), "last": str(last), "note": span["note"], "pages": PAGES}
    views = {
        "index.html": timeline_view(first, last),
        "codes.html": codes_view(),
        "settings.html": settings_view(first, last),
        "exclusions.html": exclusions_view(last),
        "rules.html": rules_view(),
        "denials.html": denials_view(),
    }
    return {name: render(f"rules/{name}.j2", page=name, loaded=loaded, **views[name]) for name in PAGES}


def timeline_view(first: Month, last: Month) -> dict[str, Any]:
    """Every code from its first day to its last, by program."""
    codes = catalogue()
    groups = [
        (name, drawings.code_spans(codes.codes[code] for code in codes.of(program)))
        for program, name in PROGRAMS.items()
    ]
    rules = all_rules()
    sure = [entry.confidence for code in codes.codes.values() for entry in code.entries]
    sure += [rule.confidence for rule in rules]
    return {
        "drawing": drawings.timeline(groups, first.year, last.year),
        "counts": {
            "codes": len(codes.codes),
            "decided": sum(code.decided for code in codes.codes.values()),
            "settings": len(care_settings()),
            "rules": len({rule.name for rule in rules}),
            "unverified": sure.count("unverified"),
        },
    }


def codes_view() -> dict[str, Any]:
    """A card for each code, by program."""
    codes = catalogue()
    groups = []
    for program, name in PROGRAMS.items():
        found = [codes.codes[code] for code in codes.of(program)]
        cards = [code_view(code, code.entries[-1]) | {"entries": _entries(code)} for code in found]
        groups.append({"program": program, "name": name, "decided": any(c.decided for c in found), "cards": cards})
    return {"groups": groups}


def _entries(code: Code) -> list[dict[str, Any]]:
    return [code_view(code, entry) for entry in code.entries]


def settings_view(first: Month, last: Month) -> dict[str, Any]:
    """Each setting with the spans of its codes and claims, and the claims of the last loaded month."""
    groups, found = [], []
    for setting in care_settings().values():
        lines = [
            [_span(drawings.label(name), entry, entry.words) for entry in entries]
            for name, entries in setting.entries.items()
        ]
        groups.append((setting.words, lines))
        found.append(
            {
                "name": setting.name,
                "words": setting.words,
                "codes": len(setting.billable(last)),
                "claims": [claim_view(setting, claim, last) for claim in setting.claims(last)],
                "spans": [
                    {"words": entry.words, "span": months(entry.since, entry.until), "codes": ", ".join(entry.codes)}
                    | {"confidence": entry.confidence, "source": entry.source}
                    for entries in setting.entries.values()
                    for entry in entries
                ],
            }
        )
    return {"drawing": drawings.timeline(groups, first.year, last.year), "settings": found}


def _span(label: str, entry: SpanOfMonths, title: str) -> drawings.Span:
    since, until = drawings.month_span(entry.since, entry.until)
    return drawings.Span(SHORT.get(label, label), since, until, entry.confidence, title)


SHORT = {
    "by the catalogue": "all in force",
    "care management alone": "99490 only",
    "bundled code": "G0511",
    "individual": "individual codes",
    "collaborative care bundle": "G0512",
    "collaborative care": "collaborative",
    "advanced primary care add ons": "add-ons",
}


def exclusions_view(last: Month) -> dict[str, Any]:
    """The matrix of the last loaded month, and every pair of every span behind it."""
    rows, meanings = exclusion_rows(), list_meanings()
    named = list(dict.fromkeys(name for row in rows for name in (row.a, row.b)))
    lists = [
        {
            "name": drawings.label(name),
            "meaning": meanings[name]["meaning"],
            "codes": ", ".join(meanings[name]["entries"][-1]["codes"]),
            "span": months(meanings[name]["entries"][-1]["since"], meanings[name]["entries"][-1].get("until", "9999")),
        }
        for name in named
        if name in meanings
    ]
    pairs = [
        {
            "a": drawings.label(row.a),
            "b": drawings.label(row.b),
            "kind": drawings.kind(row),
            "scope": row.scope.replace("_", " "),
            "words": row.words,
            "span": months(row.since, row.until),
            "confidence": row.confidence,
            "source": row.source,
            "disagreement": row.disagreement,
        }
        for row in rows
    ]
    return {"drawing": drawings.matrix(rows, str(last)), "pairs": pairs, "lists": lists}


def rules_view() -> dict[str, Any]:
    """Every rule of every span by topic, and the dated numbers."""
    topics: dict[str, list[Rule]] = {}
    for rule in all_rules():
        topics.setdefault(rule.topic, []).append(rule)
    numbers = load_yaml(RULES / "numbers.yaml")["numbers"]
    return {
        "topics": {
            topic: [
                {
                    "name": rule.name,
                    "effect": EFFECTS.get(rule.effect, rule.effect),
                    "tone": {"not_billable": "stop", "hold": "hold"}.get(rule.effect, ""),
                    "words": rule.words,
                    "owner": rule.owner,
                    "fix": rule.fix,
                    "denial": rule.denial,
                    "span": months(rule.since, rule.until),
                    "confidence": rule.confidence,
                    "source": rule.source,
                }
                for rule in rules
            ]
            for topic, rules in topics.items()
        },
        "numbers": [
            {
                "name": item["name"],
                "meaning": item["meaning"],
                "program": PROGRAMS.get(item.get("program", ""), ""),
                "entries": [
                    {"value": entry["value"], "span": months(entry["since"], entry.get("until", "9999"))}
                    | {"confidence": entry["confidence"], "source": entry["source"]}
                    for entry in item["entries"]
                ],
            }
            for item in numbers
        ],
    }


def _beside(route: Route | None) -> str:
    return f"{route.words} ({route.clock_words})" if route and route.clock else ""


def denials_view() -> dict[str, Any]:
    """Every error with its predicted answers and its way back, the routes with their clocks, and the filing limits."""
    tables = denials()
    return {
        "errors": [
            {
                "row": error.row,
                "name": error.name,
                "words": error.words,
                "stopped_by": error.stopped_by,
                "not_before": error.not_before,
                "answers": [(answer.words, answer.confidence) for answer in error.predicted],
                "seen_as": error.seen_as,
                "prevent": error.prevent,
                "correct": error.correct,
                "route": tables.routes[error.route].words,
                "route_name": error.route,
                "span": months(error.since, error.until),
                "confidence": error.confidence,
                "source": error.source,
            }
            for error in tables.errors
        ],
        "routes": [
            {
                "name": route.name,
                "words": route.words,
                "steps": route.steps,
                "owner": route.owner,
                "clock": route.clock_words,
                "instead": [(other.words, kinds, forms) for other, kinds, forms in tables.elsewhere(route)],
                "beside": _beside(tables.routes.get(route.beside)),
                "confidence": route.confidence,
                "source": route.source,
            }
            for route in tables.routes.values()
        ],
        "limits": [
            {
                "kind": limit.payer_kind,
                "length": f"{limit.days} days" if limit.days else f"{limit.years} year",
                "span": months(limit.since, limit.until),
                "confidence": limit.confidence,
                "source": limit.source,
            }
            for limit in limit_entries()
        ],
    }
