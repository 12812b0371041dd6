"""The `ccm` command as it is typed, but in this process: what it prints, and the code it ends with.

A process of its own costs seconds of imports; tests/flows/test_month.py and tests/test_readme.py pay them.
"""

from __future__ import annotations

import io
import logging
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from subprocess import CompletedProcess
from unittest.mock import patch

from flows.cli import main


def typed(*arguments: object) -> CompletedProcess[str]:
    """The command ended; its environment and its logging are as they were before."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    logger = logging.getLogger("ccm")
    told = logger.propagate
    words = ["ccm", *map(str, arguments)]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "CCM_"))}
    try:
        with (
            patch.object(sys, "argv", words),
            patch.dict(os.environ, clean | {"COLUMNS": "200"}, clear=True),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        logger.propagate = told
    return CompletedProcess(words, code, out.getvalue(), err.getvalue())
