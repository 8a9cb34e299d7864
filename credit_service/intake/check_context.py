"""What the rows of a batch are checked against: the day, the rules and the permissions of its receipt, whenever asked.

Before this module the ledger gives a batch and its agency, the rulebook the catalogue in force on the day of receipt;
after it a `CheckContext` that is the same today and years later, so that a batch checked again says the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from credit_service.domain.agency import Agency
from credit_service.domain.batch import Batch
from credit_service.domain.clock import legal_day
from credit_service.intake.recognise import ForbiddenTopic
from credit_service.intake.rules import CheckContext


class CatalogueRules(Protocol):
    """What a rulebook says may be collected; named by shape, because stages do not import each other."""

    @property
    def catalogue_classes(self) -> frozenset[str]:
        """Codes of the classes of the catalogue in force."""
        ...

    @property
    def forbidden_topics(self) -> Sequence[ForbiddenTopic]:
        """What no row may report."""
        ...

    @property
    def forbidden_columns(self) -> Sequence[ForbiddenTopic]:
        """What no column may hold."""
        ...


def build_check_context(batch: Batch, agency: Agency, rules: CatalogueRules) -> CheckContext:
    """Return the context of a batch.

    Args:
        batch: Its ``permit`` is what the agency might submit when it was received; None in ledgers of the first schema.
        agency: The agency as it is now.
        rules: Those in force on the legal day of receipt.
    """
    return CheckContext(
        agency=agency if batch.permit is None else agency.under(batch.permit),
        today=legal_day(batch.received_at),
        catalogue=rules.catalogue_classes,
        forbidden=tuple(rules.forbidden_topics),
        forbidden_columns=tuple(rules.forbidden_columns),
    )
