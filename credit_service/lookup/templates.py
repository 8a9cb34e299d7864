"""Which upload templates there are."""

from __future__ import annotations

from credit_service.domain.template import Template
from credit_service.lookup.reading_room import ReadingRoom


def list_templates(room: ReadingRoom) -> tuple[Template, ...]:
    """Return every upload template, by id."""
    return room.templates()
