"""YAML as rule and settings files need it: equal keys are an error, not a silent last one wins."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import IO, Any

import yaml

from config.errors import RuleError

MERGE = "tag:yaml.org,2002:merge"


class TwiceError(yaml.MarkedYAMLError):
    """A mapping has two equal keys; `problem` says which, `problem_mark` where."""


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """A safe loader, the compiled one where there is one, that refuses a mapping with two equal keys."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        if key_node.tag == MERGE:  # what it brings may be written over: that is what it is for
            continue
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, Hashable):
            raise yaml.MarkedYAMLError(problem="a list or mapping is no key", problem_mark=key_node.start_mark)
        if key in seen:
            raise TwiceError(problem=f"'{key}' stands twice; keep one", problem_mark=key_node.start_mark)
        seen.add(key)
    loader.flatten_mapping(node)
    return {loader.construct_object(key, deep=True): loader.construct_object(value, deep=True)
            for key, value in node.value}  # fmt: skip


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def parse_yaml(text: str | IO[str]) -> Any:
    """What the text says; TwiceError where a key stands twice, another YAMLError where it is not YAML."""
    return yaml.load(text, Loader=_Loader)  # noqa: S506 - _Loader is a SafeLoader


def load_yaml(path: Path) -> Any:
    """The file's content; RuleError naming file and line when it is not YAML or a key stands twice."""
    try:
        with path.open(encoding="utf-8") as stream:
            return parse_yaml(stream)
    except yaml.MarkedYAMLError as error:
        line = (error.problem_mark.line + 1) if error.problem_mark else "?"
        if isinstance(error, TwiceError):
            raise RuleError(f"{path}, line {line}: {error.problem}.") from error
        raise RuleError(f"{path}, line {line}: this is not YAML ({error.problem}); mend the file.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise RuleError(f"{path}: the file cannot be read ({type(error).__name__}).") from error
