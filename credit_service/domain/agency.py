"""Agencies, the people who act for them, and the keys their systems carry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True)
class Agency:
    """A department that submits, decides or asks; ``agency_code`` is its unified social credit code."""

    agency_code: str
    name: str
    short_name: str
    region_code: str
    templates: tuple[str, ...] = ()
    """Ids of the templates it may submit; empty means all."""
    authorities: tuple[str, ...] = ()
    """Codes of the authorities whose acts it may report besides its own; ``*`` means any."""

    @property
    def permit(self) -> dict[str, list[str]]:
        """What it may submit now; kept with each batch, for a later change must not judge earlier rows."""
        return {"templates": list(self.templates), "authorities": list(self.authorities)}

    def under(self, permit: Mapping[str, Sequence[str]]) -> Agency:
        """Return the agency as it was when it had a permit."""
        return replace(self, templates=tuple(permit["templates"]), authorities=tuple(permit["authorities"]))


class Role(StrEnum):
    """What an account may do; one account has one role."""

    SUBMITTER = "submitter"
    REVIEWER = "reviewer"
    DECIDER = "decider"
    PUBLISHER = "publisher"
    ANALYST = "analyst"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> str:
        """Chinese name of the role."""
        return {
            "submitter": "报送人员",
            "reviewer": "审核人员",
            "decider": "决定人员",
            "publisher": "发布人员",
            "analyst": "分析人员",
            "auditor": "监督人员",
            "administrator": "系统管理员",
        }[self.value]


@dataclass(frozen=True)
class Account:
    """A person who may sign in; the password is kept as an argon2 hash only."""

    account_id: str
    """The name the person signs in with."""
    display_name: str
    agency_code: str
    role: Role
    password_hash: str
    created_at: datetime
    disabled_at: datetime | None = None
    must_change_password: bool = False
    """The password was given by somebody else and is good for one thing: choosing another."""

    @property
    def is_active(self) -> bool:
        """Whether the person may sign in at all."""
        return self.disabled_at is None


@dataclass(frozen=True)
class ApiKey:
    """A key of another agency's system; only its SHA-256 is kept."""

    key_id: str
    agency_code: str
    key_hash: str
    scopes: tuple[str, ...]
    created_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True)
class Actor:
    """Who does something now: an account, a key or the service itself."""

    actor_id: str
    name: str
    agency_code: str
    role: Role
