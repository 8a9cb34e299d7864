"""Which laws are due to be looked up again: laws change, and a rule that quotes yesterday's text looks just as right.

Before it lie the versions of rule files, after it notices for ``credit rules check``. A notice is no fault: the rule
stays in force.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from credit_service.rulebook.judge import add_months
from credit_service.rulebook.rule_types import Law
from credit_service.rulebook.versions import RuleVersion


@dataclass(frozen=True, order=True)
class DueLaw:
    """A law whose text should be looked up again."""

    file: str
    line: int
    name: str
    """What the rule file calls it."""
    title: str
    due_on: date

    def to_dict(self) -> dict[str, object]:
        """Return the documented JSON object of ``credit rules check``."""
        due_on = self.due_on.isoformat()
        return {"file": self.file, "line": self.line, "law": self.name, "title": self.title, "due_on": due_on}


def find_due_on(law: Law) -> date | None:
    """Return the day a law is to be looked up again, or None where the rule file names none."""
    if law.check_again_on is not None:
        return law.check_again_on
    if law.checked_on is None or law.check_again_months is None:
        return None
    return add_months(law.checked_on, law.check_again_months)


def find_due_laws(versions: Iterable[RuleVersion], as_of: date) -> tuple[DueLaw, ...]:
    """Return the laws that are due on a day, the day itself included, of every version that has not ended by then."""
    due: list[DueLaw] = []
    for version in versions:
        if version.to_on is not None and version.to_on < as_of:
            continue
        lines = version.section.section("laws")
        for name, law in version.laws.items():
            due_on = find_due_on(law)
            if due_on is not None and due_on <= as_of:
                due.append(DueLaw(version.file, lines.line_of(name), name, law.title, due_on))
    return tuple(sorted(due))
