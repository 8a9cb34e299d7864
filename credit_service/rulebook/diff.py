"""What differs between two rulebooks, rule by rule and value by value, in Chinese words.

Before it stand two rulebooks; after it `credit rules diff`, the impact report and the public page. It compares what the
rules mean, not how their files are written: an id that stays is one rule, whatever line it stands on. Order is compared
only where the engine reads rules from the top.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum

from credit_service.domain.record import Severity
from credit_service.rulebook.diff_words import EMPTY, say_any, say_group, say_value_name
from credit_service.rulebook.rule_types import Deadline, Law, RuleEntry
from credit_service.rulebook.schema import Rulebook

_NOT_RULES = frozenset({"as_of", "hash", "entries", "versions"})
_NOT_VALUES = frozenset({"entry", "id", "slug", "status", "name", "file", "line", "rule_id", "law", "source"})
"""Fields that name the rule, repeat its entry, or are said with the law."""
ORDERED = frozenset(
    {
        "list_types",
        "acceptances",
        "classification.kinds",
        "classification.keywords",
        "severity",
        "scoring.exclusions",
        "candidates.rules",
    }
)
"""Groups of which the first that fits counts."""
_KEYS = ("rule_id", "id", "slug", "key", "code", "number")


class ChangeKind(StrEnum):
    """What happened to a rule."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"

    @property
    def label(self) -> str:
        """Chinese name."""
        return {"added": "新增", "removed": "删除", "changed": "修改", "moved": "调整顺序"}[self.value]


@dataclass(frozen=True)
class ValueChange:
    """One value before and after, in words."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class RuleChange:
    """One rule that is not the same in both."""

    group: str
    group_words: str
    rule_id: str
    kind: ChangeKind
    text: str
    values: tuple[ValueChange, ...]
    place_before: str
    """File and line; empty where it was not."""
    place_after: str

    def to_dict(self) -> dict[str, object]:
        """Return the documented JSON object of ``credit rules diff``."""
        values = [{"name": v.name, "before": v.before, "after": v.after} for v in self.values]
        return {**vars(self), "kind": self.kind.value, "values": values}


@dataclass(frozen=True)
class _Item:
    """One rule, or the plain values of one group together."""

    group: str
    rule_id: str
    text: str
    place: str
    values: Mapping[str, object]


_NOTHING = _Item("", "", "", "", {})
_KINDS = {("candidates.counts", "kind"): "take"}
"""Values whose name means something else in their group."""


def compare_rulebooks(before: Rulebook, after: Rulebook) -> tuple[RuleChange, ...]:
    """Return every rule that was added, removed, changed or moved; within a group in the order of the new rules."""
    old, new = _group(before), _group(after)
    changes: list[RuleChange] = []
    for group in dict.fromkeys([*old, *new]):
        changes += _compare_group(old.get(group, {}), new.get(group, {}), _Names(before), _Names(after))
        if group in ORDERED:
            changes += _find_moves(list(old.get(group, {})), new.get(group, {}))
    return tuple(changes)


class _Names:
    """Words for the counts one rulebook declares."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.words = {count.name: count.entry.text for count in rulebook.candidates.counts}
        self.words |= {history.name: history.entry.text for history in rulebook.history}
        items = {item.slug: item.name for item in rulebook.edition.categories}
        lists = {one.id: one.name for one in rulebook.list_types}
        measures = {one.slug: one.name for one in rulebook.measures}
        self.named: dict[str, dict[str, str]] = {
            "category": items,
            "categories": items,
            "list_type": lists,
            "measures": measures,
        }
        if rulebook.vetting is not None:
            self.named["awards"] = {award.id: award.name for award in rulebook.vetting.awards}
        self.named["of"] = lists | {severity.value: severity.label for severity in Severity}

    def say(self, group: str, name: str, value: object) -> str:
        """Return a value in words."""
        named = self.named.get(name, {})
        if isinstance(value, tuple) and named:
            return "、".join(named.get(item, str(item)) for item in value) or EMPTY
        if isinstance(value, str) and value in named:
            return named[value]
        return say_any(_KINDS.get((group, name), name), value, self.words)


def _group(rulebook: Rulebook) -> dict[str, dict[str, _Item]]:
    groups: dict[str, dict[str, _Item]] = {}
    items = [
        item
        for part in fields(rulebook)
        if part.name not in _NOT_RULES
        for item in _flatten(part.name, getattr(rulebook, part.name), rulebook)
    ]
    for item in (*items, *_list_laws(rulebook), _list_versions(rulebook)):
        groups.setdefault(item.group, {})[item.rule_id] = item
    return groups


def _flatten(group: str, value: object, rulebook: Rulebook) -> Iterator[_Item]:
    """Yield the rules in a part of a rulebook: lists of rules, single rules, and the plain values left over."""
    if isinstance(value, tuple) and all(is_dataclass(item) for item in value):
        for item in value:
            yield _to_item(group, item, rulebook)
    elif isinstance(value, Mapping):
        yield _Item(group, group, "", "", {str(key): item for key, item in value.items()})
    elif isinstance(value, RuleEntry) or hasattr(value, "entry"):
        yield _to_item(group, value, rulebook)
    elif is_dataclass(value) and not isinstance(value, type):
        plain: dict[str, object] = {}
        for part in fields(value):
            inner = getattr(value, part.name)
            if _holds_rules(inner):
                yield from _flatten(f"{group}.{part.name}", inner, rulebook)
            else:
                plain |= _spread(part.name, inner)
        yield _Item(group, group, "", "", plain)


def _holds_rules(value: object) -> bool:
    if isinstance(value, tuple):
        return bool(value) and all(is_dataclass(item) for item in value)
    return isinstance(value, RuleEntry) or hasattr(value, "entry")


def _to_item(group: str, rule: object, rulebook: Rulebook) -> _Item:
    entry = rule if isinstance(rule, RuleEntry) else getattr(rule, "entry", None)
    key = next((str(getattr(rule, name)) for name in _KEYS if hasattr(rule, name)), group)
    if not isinstance(entry, RuleEntry):
        # Items and measures keep their entries apart, and yield their names to list types.
        known = rulebook.entries.get(key)
        entry = known if known and known.text == getattr(rule, "name", "") else None
    rule_id = entry.rule_id if entry else key
    values: dict[str, object] = {}
    if entry:
        values = {"text": entry.text, "law": f"{entry.law.title}{entry.law.article}", "status": entry.status}
        values |= {"note": entry.note, "from_on": entry.from_on, "to_on": entry.to_on}
    if isinstance(rule, Deadline):
        values["value"] = f"{rule.value}{say_any('unit', rule.unit, {})}"
    elif not isinstance(rule, RuleEntry):
        for part in fields(rule):  # type: ignore[arg-type]
            if part.name not in _NOT_VALUES or not (entry or part.name in _KEYS):
                values |= _spread(part.name, getattr(rule, part.name))
    text = entry.text if entry else str(getattr(rule, "name", ""))
    return _Item(group, rule_id, text, f"{entry.file}:{entry.line}" if entry else "", values)


def _spread(name: str, value: object) -> dict[str, object]:
    """Return a value, or the values of a mapping one by one, so that only what differs is said."""
    if isinstance(value, Mapping):
        return {f"{name}.{key}": item for key, item in value.items()}
    return {name: value}


def _list_laws(rulebook: Rulebook) -> Iterator[_Item]:
    """Yield every law once by title and article: its status, words and address may change under the rules."""
    laws: dict[str, Law] = {}
    for entry in rulebook.entries.values():
        laws.setdefault(f"{entry.law.title}{entry.law.article}", entry.law)
    for title, law in laws.items():
        values = {part.name: getattr(law, part.name) for part in fields(law)} | {"status": law.status}
        kept = {name: value for name, value in values.items() if name not in {"title", "article", "sha256"}}
        yield _Item("laws", title, "", "", kept)


def _list_versions(rulebook: Rulebook) -> _Item:
    return _Item("versions", "versions", "", "", dict(rulebook.versions))


def _compare_group(
    old: Mapping[str, _Item], new: Mapping[str, _Item], before: _Names, after: _Names
) -> Iterator[RuleChange]:
    for rule_id in [*new, *(rule_id for rule_id in old if rule_id not in new)]:
        was, now = old.get(rule_id), new.get(rule_id)
        values = tuple(_compare_values(was, now, before, after))
        if was and now and not values:
            continue
        kind = ChangeKind.CHANGED if was and now else ChangeKind.ADDED if now else ChangeKind.REMOVED
        yield _to_change(was, now, kind, values)


def _compare_values(was: _Item | None, now: _Item | None, before: _Names, after: _Names) -> Iterator[ValueChange]:
    old, new = (was.values if was else {}), (now.values if now else {})
    group = (now or was or _NOTHING).group
    for name in dict.fromkeys([*new, *old]):
        said_before = before.say(group, name, old[name]) if name in old else EMPTY
        said_after = after.say(group, name, new[name]) if name in new else EMPTY
        changed = old.get(name) != new.get(name)
        # Of a rule that is quite new, or gone, only what it says is worth a line.
        if changed and ((was and now) or said_before != said_after):
            yield ValueChange(say_value_name(name), said_before, said_after)


def _to_change(was: _Item | None, now: _Item | None, kind: ChangeKind, values: tuple[ValueChange, ...]) -> RuleChange:
    item = now or was
    if item is None:  # pragma: no cover - there is one or the other.
        raise AssertionError
    return RuleChange(
        group=item.group,
        group_words=say_group(item.group),
        rule_id=item.rule_id,
        kind=kind,
        text=item.text,
        values=values,
        place_before=was.place if was else "",
        place_after=now.place if now else "",
    )


def _find_moves(old: Sequence[str], new: Mapping[str, _Item]) -> Iterator[RuleChange]:
    """Yield the fewest rules that were moved so that the others kept their order."""
    places = {rule_id: place for place, rule_id in enumerate(old)}
    common = [rule_id for rule_id in new if rule_id in places]
    kept = _longest_rising([places[rule_id] for rule_id in common])
    order = list(new)
    for rule_id in common:
        if places[rule_id] not in kept:
            place = order.index(rule_id)
            after = f"第{place + 1}条，在“{order[place - 1]}”之后" if place else "第1条"
            moved = ValueChange("顺序", f"第{places[rule_id] + 1}条", after)
            yield _to_change(new[rule_id], new[rule_id], ChangeKind.MOVED, (moved,))


def _longest_rising(numbers: Sequence[int]) -> set[int]:
    """Return the members of a longest rising subsequence of different numbers."""
    ends: list[int] = []
    back: dict[int, int | None] = {}
    for number in numbers:
        place = bisect_left(ends, number)
        back[number] = ends[place - 1] if place else None
        ends[place : place + 1] = [number]
    found: set[int] = set()
    number_or_none = ends[-1] if ends else None
    while number_or_none is not None:
        found.add(number_or_none)
        number_or_none = back[number_or_none]
    return found
