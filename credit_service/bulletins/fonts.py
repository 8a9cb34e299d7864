"""Which Chinese fonts the PDF is set in: the ones installed, else the font package that Python brings along.

Before this module lie the preferences of ``bulletin.yaml``; after it one installed family for each role, chosen in a
fixed order so that the same machine always makes the same bytes. It deliberately ships no font itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import typst

from credit_service.errors import TemplateFault

FONT_PACKAGE = "justmytype_intl_cjk"
"""The package behind the extra ``fonts``."""


@dataclass(frozen=True)
class FontSource:
    """Where fonts are looked for."""

    directories: tuple[Path, ...]
    use_system: bool = True


def find_font_source() -> FontSource:
    """Return the fonts of the system together with those of the font package, where it is installed."""
    spec = find_spec(FONT_PACKAGE)
    places = spec.submodule_search_locations if spec and spec.submodule_search_locations else []
    directories = (Path(place) / "fonts" / "ofl" / "notosanssc" for place in places)
    return FontSource(tuple(directory for directory in directories if directory.is_dir()))


def choose_families(preferences: Mapping[str, tuple[str, ...]], source: FontSource) -> dict[str, str]:
    """Return the first installed family of each role's preferences.

    Raises:
        TemplateFault: None of a role's families is installed.
    """
    fonts = typst.Fonts(
        include_system_fonts=source.use_system,
        include_embedded_fonts=False,
        font_paths=[str(directory) for directory in source.directories],
    )
    installed = frozenset(fonts.families())
    chosen = {role: next((f for f in families if f in installed), "") for role, families in preferences.items()}
    missing = [role for role, family in chosen.items() if not family]
    if missing:
        wanted = "、".join(dict.fromkeys(family for role in missing for family in preferences[role]))
        message = f"没有找到可用的中文字体，无法生成 PDF（需要下列之一：{wanted}）。"
        remedy = (
            "请安装系统字体（Debian/Ubuntu：apt install fonts-noto-cjk），"
            "或安装附加组件 fonts（pip install 'credit-service[fonts]'）。"
        )
        raise TemplateFault(message, remedy=remedy, roles=missing)
    return chosen
