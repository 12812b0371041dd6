"""Pictures of two letters, as they come out of the printer."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pypdfium2

from tasks.send.letters import render_letter
from tests.send.letter_cases import letter

# Name of the picture, kind of letter, language.
LETTERS = (("letter-en", "welcome", "en"), ("letter-es", "payment_plan", "es"))
SCALE = 640 / 612  # dots to a point: a page is 612 points wide


def take_letters(folder: Path) -> list[Path]:
    """The first page of each letter, in grey as it is printed."""
    taken = []
    for name, kind, language in LETTERS:
        files = render_letter(letter(kind, language))
        pdf = next(content for file, content in files.items() if file.endswith(f"-{language}.pdf"))
        page = pypdfium2.PdfDocument(pdf)[0].render(scale=SCALE, grayscale=True)
        taken.append(folder / f"{name}.png")
        taken[-1].write_bytes(as_png(bytes(page.buffer), page.width, page.height, page.stride))
    return taken


def as_png(grey: bytes, width: int, height: int, stride: int) -> bytes:
    """A picture of so many grey dots, a byte each."""
    lines = b"".join(b"\0" + grey[row * stride : row * stride + width] for row in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    body = b"".join(struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in parts)
    return b"\x89PNG\r\n\x1a\n" + body
