"""A month's claims, from the signed-off month to the stored file, beside pyx12 with the same file.

Run it with `make bench-claims`, or `python -m tests.bench.claims 10000 100000`. Each size has a process of its own.
pyx12 reads and validates the very file that each size wrote, and a smaller one, so that its growth is seen; the largest
takes it many minutes.
"""

from __future__ import annotations

import platform
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.measure import Measured
from tests.bench.month import in_process

SIZES = (10_000, 100_000)
SMALL = 5_000  # a file for pyx12 alone


def main() -> None:
    """Print a table a size, pyx12's, and the ratio for a claim."""
    sizes = [int(text) for text in sys.argv[1:]] or list(SIZES)
    print(f"Python {platform.python_version()}, {platform.machine()}, {time.strftime('%Y-%m-%d')}")
    with tempfile.TemporaryDirectory() as folder:
        ours = {size: our_path(size, Path(folder) / str(size)) for size in sizes}
        theirs = {}
        for size in sorted({min(SMALL, *sizes), *sizes}):
            file = Path(folder) / str(size) / "claims.x12"
            if not file.exists():
                in_process("tests.bench.claim_steps", str(size), str(file.parent))
            theirs[size] = in_process("tests.bench.yardstick", "pyx12", str(file))
            show(f"pyx12, {size:,} claims, {file.stat().st_size / 2**20:.1f} MiB", theirs[size], size)
    print()
    for size, measured in ours.items():
        for name, row in theirs[size].items():
            ratio = whole(measured).processor / row.processor
            print(f"our whole path, {size:,} claims, to '{name}' of the same file: {ratio:.2f} of its processor time")
    smallest = min(theirs)
    for size in sorted(set(theirs) - {smallest}):
        for name, row in theirs[size].items():
            grown = row.processor / theirs[smallest][name].processor / (size / smallest)
            print(f"'{name}' from {smallest:,} to {size:,} claims: {grown:.2f} times its time a claim (1 is linear)")


def our_path(size: int, folder: Path) -> dict[str, Measured]:
    """Our steps of one size, printed."""
    measured = in_process("tests.bench.claim_steps", str(size), str(folder))
    show(f"ours, {size:,} claims, {(folder / 'claims.x12').stat().st_size / 2**20:.1f} MiB", measured, size)
    return measured


def whole(measured: dict[str, Measured]) -> Measured:
    """The sum of the steps; what is said to be part of another is not counted twice."""
    parts = [row for name, row in measured.items() if not name.startswith("of it")]
    return Measured(
        sum(row.seconds for row in parts), max(row.peak_mib for row in parts), sum(row.processor for row in parts)
    )


def show(title: str, measured: dict[str, Measured], size: int) -> None:
    """One table."""
    print(f"\n{title}\n{'':34} {'seconds':>9} {'processor':>10} {'peak MiB':>9} {'ms a claim':>11}")
    for name, row in {**measured, "all of it": whole(measured)}.items():
        each = row.processor * 1000 / size
        print(f"{name:34} {row.seconds:9.1f} {row.processor:10.1f} {row.peak_mib:9,} {each:11.3f}", flush=True)


if __name__ == "__main__":
    main()
