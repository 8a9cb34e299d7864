"""Builds everything once: reads the settings, opens the ledger, names the stores.

The only place that wires; `cli` and `web` ask it for a `Service` and pass its parts on.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

import yaml

from credit_service.domain.clock import Clock, SystemClock
from credit_service.domain.district import District
from credit_service.domain.places import Places
from credit_service.errors import RulebookError, RuleSyntax
from credit_service.lookup.reading_room import ReadingRoom
from credit_service.pipeline.adopt import found_rulebook
from credit_service.pipeline.agencies import seed_agencies
from credit_service.pipeline.joint_measures import seed_bodies
from credit_service.pipeline.office import Office
from credit_service.registry.keys import load_or_create_keys
from credit_service.registry.unit_of_work import Ledger
from credit_service.settings import Settings
from credit_service.warehouse.connection import Warehouse


@dataclass(frozen=True)
class Service:
    """The whole service: where work is done and where questions are answered."""

    office: Office
    reading_room: ReadingRoom

    def at(self, clock: Clock) -> Service:
        """Return the same service under another clock."""
        return Service(replace(self.office, clock=clock), replace(self.reading_room, clock=clock))


def to_places(settings: Settings) -> Places:
    """Return where things lie."""
    return Places(
        home=settings.home,
        rules=settings.rules,
        reference=settings.reference,
        samples=settings.samples,
        publication_templates=settings.publication_templates,
        issued=settings.issued_dir,
    )


def read_district(places: Places) -> District:
    """Return the district of ``data/reference/district.yaml``.

    Raises:
        RuleSyntax: The file is missing or incomplete.
    """
    path = places.reference / "district.yaml"
    try:
        return District(**yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, TypeError, yaml.YAMLError) as fault:
        message = f"{path.name} 缺失或不完整。"
        raise RuleSyntax(message, remedy="请填写 name、issuer、objection_channel 三项。") from fault


def find_places() -> Places:
    """Return where things lie under the environment's settings, without creating anything."""
    return to_places(Settings())


def build_service(settings: Settings | None = None, clock: Clock | None = None) -> Service:
    """Return a service on its home, created where it does not exist.

    Raises:
        StorageError: A store has another schema, or the keys are damaged.
    """
    settings = settings or Settings()
    clock = clock or SystemClock()
    places = to_places(settings)
    # Nobody but the service's own account may look into the home: names and records lie there.
    places.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    places.inbox.mkdir(exist_ok=True)
    keys = load_or_create_keys(places.keys)
    ledger = Ledger(settings.ledger_url or f"sqlite:///{places.home / 'ledger.sqlite'}", keys)
    ledger.create()
    warehouse = Warehouse(places.warehouse)
    office = Office(ledger, warehouse, keys, clock, places, read_district(places), settings.public_url)
    seed_agencies(office)
    # Faulty rules are not put in force; what needs rules then says so, and everything else goes on.
    with suppress(RulebookError):
        found_rulebook(office)
        seed_bodies(office)
    return Service(office, ReadingRoom(ledger, warehouse, keys, clock, places, settings.public_url))
