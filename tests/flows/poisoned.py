"""Runs one month after the other in a process of its own, as `python -m tests.flows.poisoned out source ...`."""

from __future__ import annotations

import logging
import sys
import traceback
from pathlib import Path

from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

from flows.monthly_cycle import monthly_cycle

MONTH = "2026-10"


def run_all(out: Path, sources: list[Path]) -> None:
    """Every source is run with the settings in it; what it raises is printed with its traceback."""
    for source in sources:
        try:
            monthly_cycle(
                month=MONTH, source=str(source), out=str(out / source.name), settings=str(source / "settings.yaml")
            )
            print(f"{source.name}: done")
        except Exception:
            print(f"{source.name}: refused")
            traceback.print_exc()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        run_all(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
