"""What came before a record: how many earlier records of the same subject, so that a repeat can be judged harder.

Before it lie the severity rules, read by `read_severity`; after it `compile_history` (SQL) and `evaluate_history` (the
referee). It looks at one subject's records, in a window that ends the day before the record; it is no sub-query.
"""

from __future__ import annotations

from dataclasses import dataclass

from credit_service.rulebook.fields import MOST_RECORDS, FieldSpec, ValueType
from credit_service.rulebook.nodes import Condition
from credit_service.rulebook.rule_types import RuleEntry

SAME = ("kind", "topic")
"""What two records may be asked to have in common."""


@dataclass(frozen=True)
class History:
    """How many records of the same subject came before a record, by name, for conditions on severity.

    Only records decided on an earlier day count, each act once; the condition is about the earlier record.
    """

    name: str
    when: Condition
    unit: ValueType
    """Days or months."""
    length: int
    """How far back; a record decided exactly so long before is outside."""
    same: tuple[str, ...]
    """What both records must have in common: columns of `SAME`."""
    entry: RuleEntry

    @property
    def spec(self) -> FieldSpec:
        """The name conditions on severity may use."""
        return FieldSpec(self.name, ValueType.INT, most=MOST_RECORDS)
