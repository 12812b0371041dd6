"""Addresses that hold a password stand in the environment; `env:NAME` stands for them everywhere else."""

from __future__ import annotations

import os

from config.errors import InputError

PREFIX = "env:"


def from_environment(given: str) -> str:
    """The address itself: what was given, or for env:NAME what that variable holds; InputError where it is not set."""
    if not given.startswith(PREFIX):
        return given
    name = given.removeprefix(PREFIX)
    if address := os.environ.get(name, ""):
        return address
    raise InputError(f"{name} is not set; put the address of the database into that variable of the environment.")
