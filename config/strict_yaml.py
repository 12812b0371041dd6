"""YAML as rule files need it: equal keys are an error, not a silent last one wins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from config.errors import RuleError


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """A safe loader, the compiled one where there is one, that refuses a mapping with two equal keys."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    loader.flatten_mapping(node)
    found: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in found:
            line = key_node.start_mark.line + 1
            raise RuleError(f"{node.start_mark.name}, line {line}: '{key}' stands twice; keep one.")
        found[key] = loader.construct_object(value_node, deep=True)
    return found


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def load_yaml(path: Path) -> Any:
    """The file's content; RuleError naming file and line when it is not YAML or a key stands twice."""
    try:
        with path.open(encoding="utf-8") as stream:
            return yaml.load(stream, Loader=_Loader)  # noqa: S506 - _Loader is a SafeLoader
    except yaml.MarkedYAMLError as error:
        line = (error.problem_mark.line + 1) if error.problem_mark else "?"
        raise RuleError(f"{path}, line {line}: this is not YAML ({error.problem}); mend the file.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise RuleError(f"{path}: the file cannot be read ({type(error).__name__}).") from error
