"""Template files as text: YAML without surprises, and the small values in it.

Before this module comes a file of ``data/reference/templates``; after it `templates` and `template_editions` build the
`domain.template` classes. Every scalar stays text (``1``, ``是`` and ``NO`` are choices as written, not numbers or
flags); anchors, aliases, tags and repeated keys are refused. It knows no template.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from yaml.composer import Composer
from yaml.constructor import SafeConstructor
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.resolver import Resolver
from yaml.scanner import Scanner

from credit_service.domain.template import Condition

try:
    from yaml.cyaml import CParser  # type: ignore[attr-defined] # the stubs do not list it.
except ImportError:  # PyYAML without its C part; `FastLoader` is then never used.
    CParser = object  # type: ignore[misc,assignment]


class _Plain(Composer, SafeConstructor, Resolver):
    """YAML without anchors, aliases, tags or duplicate keys, in which every scalar stays text."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[attr-defined] # of the parser beside this class.
        mark: Any = getattr(event, "start_mark", None)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise yaml.constructor.ConstructorError(None, None, "模板文件不得使用锚点或引用", mark)
        if isinstance(event, yaml.NodeEvent) and getattr(event, "tag", None) is not None:
            raise yaml.constructor.ConstructorError(None, None, "模板文件不得使用类型标签", mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - the signature is PyYAML's.
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"键“{key.value}”重复", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


_Plain.yaml_implicit_resolvers = {}


class PureLoader(_Plain, Reader, Scanner, Parser):
    """Reads events in Python; where PyYAML was built without its C part."""

    def __init__(self, stream: str) -> None:
        Reader.__init__(self, stream)
        for part in (Scanner, Parser, Composer, SafeConstructor, Resolver):
            part.__init__(self)


class FastLoader(_Plain, CParser):
    """Reads events in C, ten times as fast: every command reads all templates."""

    def __init__(self, stream: str) -> None:
        CParser.__init__(self, stream)
        for part in (Composer, SafeConstructor, Resolver):
            part.__init__(self)


def read_plain_yaml(path: Path, loader: type[PureLoader | FastLoader] | None = None) -> object:
    """Return what a template file holds.

    Args:
        path: The file.
        loader: Which loader reads it; by default the fastest there is.

    Raises:
        yaml.YAMLError: It is no YAML of this kind.
        UnicodeDecodeError: It is no UTF-8.
    """
    chosen = loader or (FastLoader if yaml.__with_libyaml__ else PureLoader)
    return chosen(path.read_text(encoding="utf-8")).get_single_data()


def to_mapping(raw: object, allowed: frozenset[str] | set[str], where: str) -> dict[str, Any]:
    """Return a mapping whose keys are all known.

    Raises:
        TypeError: It is no mapping.
        ValueError: It has an unknown key.
    """
    if not isinstance(raw, Mapping):
        message = f"{where}应为键值表"
        raise TypeError(message)
    unknown = sorted(set(raw) - allowed)
    if unknown:
        message = f"{where}中有不认识的键：{'、'.join(unknown)}"
        raise ValueError(message)
    return dict(raw)


def to_flag(raw: str, where: str) -> bool:
    """Return true or false.

    Raises:
        ValueError: It is neither.
    """
    if raw not in {"true", "false"}:
        message = f"{where}：“{raw}”应为 true 或 false"
        raise ValueError(message)
    return raw == "true"


def to_whole(raw: str | None, where: str) -> int | None:
    """Return a whole number, or None where there is none.

    Raises:
        ValueError: It is no whole number.
    """
    if raw is None:
        return None
    if not (raw.isascii() and raw.isdigit()):
        message = f"{where}：“{raw}”应为整数"
        raise ValueError(message)
    return int(raw)


def to_condition(raw: object, where: str) -> Condition | None:
    """Return a condition, or None where there is none.

    Raises:
        TypeError: It is no mapping.
        ValueError: It has an unknown key.
    """
    if raw is None:
        return None
    fields = to_mapping(raw, {"column", "values"}, where)
    return Condition(fields["column"], tuple(fields["values"]))
