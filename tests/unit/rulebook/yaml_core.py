"""YAML as editors read it (1.2, core schema), where the loader reads text: for comparing both with a schema."""

from __future__ import annotations

import re
from typing import ClassVar

import yaml


class CoreLoader(yaml.SafeLoader):
    """Numbers, truth values and null as YAML 1.2 has them; dates, ``no`` and ``12:30`` stay text."""

    yaml_implicit_resolvers: ClassVar[dict] = {}


CoreLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(true|True|TRUE|false|False|FALSE)$"), None)
CoreLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(~|null|Null|NULL|)$"), None)
CoreLoader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?[0-9]+$"), None)
CoreLoader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?(\.[0-9]+|[0-9]+\.[0-9]*)([eE][-+]?[0-9]+)?$"), None
)


def read_core(text: str) -> object:
    """Return what an editor sees."""
    return yaml.load(text, Loader=CoreLoader)  # noqa: S506 - a safe loader with fewer resolvers.
