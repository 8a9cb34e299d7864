"""The district the service works for: what its bulletins call it and where people turn."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class District:
    """From ``data/reference/district.yaml``; filled in by the customer."""

    name: str
    issuer: str
    """Who signs the bulletin."""
    objection_channel: str
    """Where to object and to ask for repair, with address, telephone and terms."""
