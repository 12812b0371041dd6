"""What is wrong with a page: as the HTML standard reads it, and what that lets pass though it misleads a reader."""

from __future__ import annotations

import email
from collections import Counter
from email.policy import default
from pathlib import Path
from xml.etree.ElementTree import Element

from tinyhtml5.parser import HTMLParser

CHILDREN = {"ul": {"li"}, "ol": {"li"}, "dl": {"dt", "dd"}, "tr": {"td", "th"}, "tbody": {"tr"}, "thead": {"tr"}}
NAMING = ("aria-labelledby", "aria-describedby", "for")


def complaints(page: str) -> list[str]:
    """Every error of syntax, double or dangling identifier, stray child, and what has no words; empty when valid."""
    reader = HTMLParser(namespace_html_elements=False)
    elements = [one for one in reader.parse(page).iter() if isinstance(one.tag, str)]
    found = [f"line {line}: {code} {of.get('name', '')}".strip() for (line, _), code, of in reader.errors]
    ids = Counter(one.attrib["id"] for one in elements if "id" in one.attrib)
    found += [f"id '{name}' stands {times} times" for name, times in ids.items() if times > 1]
    for one in elements:
        found += [f"{one.tag}: {name} names no id '{to}'" for name, to in _named(one) if to not in ids]
        inside = {str(child.tag) for child in one if isinstance(child.tag, str)}
        found += [f"{one.tag} holds {child}" for child in sorted(inside - CHILDREN.get(one.tag, inside))]
        if one.tag == "img" and "alt" not in one.attrib:
            found.append("an img has no alt")
        if one.tag == "a" and not "".join(one.itertext()).strip() and "aria-label" not in one.attrib:
            found.append("a link has no words")
    if not any(one.tag == "title" and (one.text or "").strip() for one in elements):
        found.append("the page needs a title")
    if not elements[0].attrib.get("lang"):
        found.append("the page does not say its language")
    if (heads := sum(one.tag == "h1" for one in elements)) != 1:
        found.append(f"{heads} h1")
    return found


def _named(one: Element) -> list[tuple[str, str]]:
    """The identifiers that an element refers to on its own page."""
    to = [(name, word) for name in NAMING for word in one.attrib.get(name, "").split()]
    href = one.attrib.get("href", "")
    return [*to, ("href", href[1:])] if href.startswith("#") and len(href) > 1 else to


def wrong(folder: Path) -> dict[str, list[str]]:
    """What is wrong with the pages and messages of a folder and those below it, by their file."""
    pages = {path: path.read_text("utf-8") for path in sorted(folder.rglob("*.html"))}
    for path in sorted(folder.rglob("*.eml")):
        body = email.message_from_bytes(path.read_bytes(), policy=default).get_body(("html",))
        assert body is not None, f"{path} has no HTML"
        pages[path] = str(body.get_content())
    assert pages, f"{folder} has no page"
    found = {str(path.relative_to(folder)): complaints(page) for path, page in pages.items()}
    return {name: errors for name, errors in found.items() if errors}
