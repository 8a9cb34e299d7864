"""Who owes which template how often, and within how many working days: read from a data file.

Before this module lies ``data/reference/duties.yaml``; after it a `DutyBook` whose every entry names its source. It
judges nobody: that is `domain.duty` with the counts of the warehouse.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

import yaml

from credit_service.domain.duty import Duty, DutyBook, Frequency, Term
from credit_service.domain.record import RecordKind
from credit_service.errors import RuleSyntax

STATUSES: Final = frozenset({"confirmed", "unconfirmed"})
PERMITTED: Final = "permitted"
NO_TERM: Final = "none"
_TERM_KEYS: Final = frozenset({"days", "from", "source", "status"})
_DUTY_KEYS: Final = frozenset({"id", "name", "templates", "agencies", "frequency", "from", "source", "status"})


def load_duties(path: Path) -> DutyBook:
    """Return the duties and terms of a data file.

    Raises:
        RuleSyntax: The file cannot be read, or an entry is unknown, incomplete or without source and status.
    """
    try:
        return _read_book(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as fault:
        message = f"报送义务文件 {path.name} 有误：{fault}"
        raise RuleSyntax(message, remedy="请按文件开头的说明改正后重试。", file=path.name) from fault


def _read_book(raw: Mapping[str, Any]) -> DutyBook:
    terms, kinds = raw["terms"], raw["terms"].get("record_kinds") or {}
    unknown = set(kinds) - {kind.value for kind in RecordKind}
    if unknown:
        message = f"没有这些记录种类：{'、'.join(sorted(unknown))}"
        raise ValueError(message)
    duties = tuple(_read_duty(entry) for entry in raw["duties"])
    if len({duty.duty_id for duty in duties}) < len(duties):
        message = "duties 中有相同的 id"
        raise ValueError(message)
    return DutyBook(
        duties=duties,
        by_template={name: _read_term(entry, name) for name, entry in (terms.get("templates") or {}).items()},
        by_kind={name: _read_term(entry, name) for name, entry in kinds.items()},
        default=_read_term(terms["default"], "default"),
    )


def _read_term(entry: Mapping[str, Any], name: str) -> Term:
    _check_keys(entry, _TERM_KEYS, name)
    days = None if entry["days"] == NO_TERM else entry["days"]
    if days is not None and (isinstance(days, bool) or not isinstance(days, int) or days < 1):
        message = f"“{name}”的 days 应当是不小于1的整数或 none"
        raise ValueError(message)
    return Term(days, _read_day(entry, name), entry["source"], entry["status"])


def _read_duty(entry: Mapping[str, Any]) -> Duty:
    name = str(entry["id"])
    _check_keys(entry, _DUTY_KEYS, name)
    agencies = entry["agencies"]
    return Duty(
        duty_id=name,
        name=str(entry["name"]),
        templates=_read_words(entry["templates"], name),
        frequency=Frequency(entry["frequency"]),
        from_on=_read_day(entry, name),
        agencies=() if agencies == PERMITTED else _read_words(agencies, name),
        source=entry["source"],
        status=entry["status"],
    )


def _check_keys(entry: Mapping[str, Any], keys: frozenset[str], name: str) -> None:
    if set(entry) != keys:
        missing, unknown = sorted(keys - set(entry)), sorted(set(entry) - keys)
        message = f"“{name}”缺少 {missing or '无'}，多出 {unknown or '无'}"
        raise ValueError(message)
    if not entry["source"] or not isinstance(entry["source"], str) or entry["status"] not in STATUSES:
        message = f"“{name}”要写明 source 和 status（confirmed 或 unconfirmed）"
        raise ValueError(message)


def _read_day(entry: Mapping[str, Any], name: str) -> date:
    day = entry["from"]
    if type(day) is not date:
        message = f"“{name}”的 from 应当是日期，如 2026-07-01"
        raise ValueError(message)
    return day


def _read_words(value: Sequence[str], name: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(word, str) for word in value):
        message = f"“{name}”的 templates、agencies 应当是不空的列表"
        raise ValueError(message)
    return tuple(value)
