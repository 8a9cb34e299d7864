"""Builds everything once: reads the settings, opens the ledger, names the stores.

The only place that wires; `cli` and `web` ask it for a `Service` and pass its parts on.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta

import yaml

from credit_service.domain.agency import Role
from credit_service.domain.clock import Clock, SystemClock
from credit_service.domain.district import District
from credit_service.domain.places import Places
from credit_service.domain.sign_in import ProviderClient, SecondFactorRule, SignInPolicy
from credit_service.errors import RulebookError, RuleSyntax, SettingsFaulty
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


def read_sign_in_policy(settings: Settings) -> SignInPolicy:
    """Return what the settings ask of everybody who signs in.

    Raises:
        SettingsFaulty: A value is unknown, or of the provider's settings some are missing.
    """
    roles = [name.strip() for name in settings.second_factor_roles.split(",") if name.strip()]
    try:
        rule, chosen = SecondFactorRule(settings.second_factor), frozenset(Role(name) for name in roles)
    except ValueError as fault:
        message = f"CREDIT_SECOND_FACTOR 或 CREDIT_SECOND_FACTOR_ROLES 的值不认识（{fault}）。"
        raise SettingsFaulty(message, remedy="前者写 offered 或 required，后者写用逗号隔开的角色英文名。") from fault
    return SignInPolicy(rule, chosen, timedelta(minutes=settings.idle_minutes), provider=_read_provider(settings))


def _read_provider(settings: Settings) -> ProviderClient | None:
    secret = settings.oidc_client_secret.get_secret_value() if settings.oidc_client_secret else ""
    given = (settings.oidc_issuer or "", settings.oidc_client_id or "", secret)
    if not any(given):
        return None
    if not all(given) or "openid" not in settings.oidc_scope.split():
        message = "统一身份认证的设置不完整：CREDIT_OIDC_ISSUER、_CLIENT_ID、_CLIENT_SECRET 三项须同时设置。"
        raise SettingsFaulty(message, remedy="请补全三项（CREDIT_OIDC_SCOPE 须含 openid），或全部不设。")
    redirect_uri = settings.public_url.rstrip("/") + "/sign-in/provider/return"
    return ProviderClient(*given, redirect_uri, settings.oidc_scope, settings.oidc_label)


def find_places() -> Places:
    """Return where things lie under the environment's settings, without creating anything."""
    return to_places(Settings())


def build_service(settings: Settings | None = None, clock: Clock | None = None) -> Service:
    """Return a service on its home, created where it does not exist.

    Raises:
        StorageError: A store has another schema, the keys are damaged, or the settings contradict each other.
    """
    settings = settings or Settings()
    clock = clock or SystemClock()
    places, policy = to_places(settings), read_sign_in_policy(settings)
    # Nobody but the service's own account may look into the home: names and records lie there.
    places.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    places.inbox.mkdir(exist_ok=True)
    keys = load_or_create_keys(places.keys)
    ledger = Ledger(settings.ledger_url or f"sqlite:///{places.home / 'ledger.sqlite'}", keys)
    ledger.create()
    warehouse = Warehouse(places.warehouse)
    office = Office(ledger, warehouse, keys, clock, places, read_district(places), settings.public_url, policy)
    seed_agencies(office)
    # Faulty rules are not put in force; what needs rules then says so, and everything else goes on.
    with suppress(RulebookError):
        found_rulebook(office)
        seed_bodies(office)
    return Service(office, ReadingRoom(ledger, warehouse, keys, clock, places, settings.public_url))
