"""What readers ask of rule files, noted as they ask: each field, its form, and whether it must be there.

`section` notes here whenever a `FaultLog` carries notes; `file_schema` makes JSON Schema of them. So the schema that
editors use says what the loader does, and cannot say anything else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

Place = tuple[str, ...]
"""(kind of rule, file, key …) of a map in a rule file; ``[]`` for an item of a list, ``*`` for a map of any name."""

ANY_NAME, ITEM = "*", "[]"


class FormKind(StrEnum):
    """What a field holds."""

    TEXT = "text"
    CHOICE = "choice"
    INTEGER = "integer"
    POINTS = "points"
    DAY = "day"
    TEXTS = "texts"
    MAP = "map"
    MAPS = "maps"


@dataclass(frozen=True)
class Form:
    """The form of a field as its reader asks for it; bounds are inclusive."""

    kind: FormKind
    allowed: tuple[str, ...] = ()
    """The words of a choice, or of each item of a list of words; empty: any text."""
    low: int = 0
    high: int = 0
    pattern: str = ""
    """A regular expression the whole text must match; empty: any text."""


@dataclass
class _Noted:
    required_by: set[int] = field(default_factory=set)
    optional_in: set[int] = field(default_factory=set)
    forms: list[Form] = field(default_factory=list)


@dataclass
class FormNotes:
    """Everything that was asked, by place; ``sections`` are the maps that were read there."""

    sections: dict[Place, set[int]] = field(default_factory=dict)
    fields: dict[Place, dict[str, _Noted]] = field(default_factory=dict)
    kept: list[object] = field(default_factory=list)
    """The sections themselves: their identity counts, so none may be forgotten and its number used again."""

    def note_section(self, place: Place, section: object) -> None:
        """Note that a map is read at a place."""
        self.kept.append(section)
        self.sections.setdefault(place, set()).add(id(section))

    def note(self, place: Place, section: object, key: str, form: Form | None, *, required: bool) -> None:
        """Note that a reader asked for a field; ``form`` is None where it only asked whether the field is there."""
        noted = self.fields.setdefault(place, {}).setdefault(key, _Noted())
        (noted.required_by if required else noted.optional_in).add(id(section))
        if form is not None and form not in noted.forms:
            noted.forms.append(form)

    def fill(self, others: FormNotes) -> None:
        """Take over what is known elsewhere and not here: whole places, and fields that may then be left out."""
        for place, fields in others.fields.items():
            if not self.sections.get(place):
                self.sections[place], self.fields[place] = others.sections.get(place, set()), fields
                continue
            for key, noted in fields.items():
                known = self.fields[place].setdefault(key, _Noted())
                known.forms = known.forms or noted.forms
        self.kept.append(others)

    def keys(self, place: Place) -> Iterator[str]:
        """Yield the fields asked for at a place, in the order they were first asked for."""
        yield from self.fields.get(place, {})

    def is_required(self, place: Place, key: str) -> bool:
        """Return whether every map at a place was asked for the field without being asked first whether it is there."""
        noted = self.fields[place][key]
        return noted.required_by - noted.optional_in == self.sections.get(place, set())

    def forms(self, place: Place, key: str) -> tuple[Form, ...]:
        """Return the forms a field was asked for in; several where two readers ask differently."""
        return tuple(self.fields[place][key].forms)

    def places(self) -> Iterable[Place]:
        """Return every place a map was read at."""
        return sorted(self.sections)
