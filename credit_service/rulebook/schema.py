"""The rules of one day, all together: what every other room asks for terms, names and sources.

Before it lie rule files, after it SQL, the referee and the other rooms' questions. It reads no file; the single rules
are in `rule_types`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from credit_service.domain.category import GENERAL, Edition
from credit_service.domain.measure import Measure
from credit_service.domain.score import ListKind
from credit_service.errors import UnknownIndicator
from credit_service.rulebook.candidate_types import Candidates
from credit_service.rulebook.governance_index import GovernanceIndex
from credit_service.rulebook.history import History
from credit_service.rulebook.repair_types import LawfulAct, RepairPaper
from credit_service.rulebook.rule_types import (
    Acceptance,
    CatalogueClass,
    Classification,
    Deadline,
    ForbiddenTopic,
    ListType,
    MeasureProportion,
    PublicityTerm,
    RuleEntry,
    RuleSource,
    Scoring,
    SeverityRule,
    TermBounds,
    Untranslatable,
)
from credit_service.rulebook.vetting_types import Vetting


@dataclass(frozen=True)
class Rulebook:
    """All rules in force on one day."""

    as_of: date
    hash: str
    """SHA-256 of the rule files in force, tables included."""
    edition: Edition
    catalogue: tuple[CatalogueClass, ...]
    forbidden: tuple[ForbiddenTopic, ...]
    list_types: tuple[ListType, ...]
    acceptances: tuple[Acceptance, ...]
    measures: tuple[Measure, ...]
    classification: Classification
    severity: tuple[SeverityRule, ...]
    publicity: tuple[PublicityTerm, ...]
    scoring: Scoring
    candidates: Candidates
    governance_index: GovernanceIndex
    terms: tuple[Deadline, ...]
    holiday_overrides: Mapping[date, bool]
    """Days that differ from the published calendar; True is a working day."""
    entries: Mapping[str, RuleEntry]
    """Every rule in force by its id."""
    acts: tuple[LawfulAct, ...] = ()
    """What subjects can do about their records."""
    papers: tuple[RepairPaper, ...] = ()
    """What they must hand in for that."""
    versions: tuple[tuple[str, str], ...] = ()
    """(kind/rule, version) of each version used."""
    history: tuple[History, ...] = ()
    """What the severity rules ask about earlier records."""
    vetting: Vetting | None = None
    """How nominees for awards are vetted; None where no such rule is in force."""
    publicity_bounds: tuple[TermBounds, ...] = ()
    list_bounds: tuple[TermBounds, ...] = ()
    proportions: tuple[MeasureProportion, ...] = ()
    """How many measures each severity bears."""
    untranslatable: tuple[Untranslatable, ...] = ()
    """Provisions the rule language cannot express; see `untranslatable.find_unaccepted`."""

    @property
    def key(self) -> tuple[str, ...]:
        """What the rules of this day are made of: the files, and those of their dated rows that hold."""
        dated = (entry.rule_id for entry in self.entries.values() if entry.from_on or entry.to_on)
        return (self.hash, *sorted(dated))

    @property
    def deadlines(self) -> dict[str, int]:
        """Every term by its key; the unit is the key's last word (workdays, months, years)."""
        return {term.key: term.value for term in self.terms}

    @property
    def catalogue_classes(self) -> frozenset[str]:
        """Codes of the classes that may be collected."""
        return frozenset(entry.code for entry in self.catalogue)

    @property
    def forbidden_topics(self) -> tuple[tuple[str, str, str], ...]:
        """(pattern, reason, source) of topics that no row may report."""
        return self._forbidden_at("topic")

    @property
    def forbidden_columns(self) -> tuple[tuple[str, str, str], ...]:
        """(pattern, reason, source) of kinds of information that no file may have a column for."""
        return self._forbidden_at("column")

    def _forbidden_at(self, place: str) -> tuple[tuple[str, str, str], ...]:
        return tuple(
            (topic.pattern, topic.entry.text, f"{topic.entry.law.title}{topic.entry.law.article}")
            for topic in self.forbidden
            if topic.place == place
        )

    def list_type(self, list_type: str) -> ListType:
        """Return a list type; the empty id is the watch list.

        Raises:
            UnknownIndicator: No list type in force has this id.
        """
        for known in self.list_types:
            if known.id == list_type or (not list_type and known.list_kind is ListKind.WATCH):
                return known
        message = f"名单类型“{list_type}”在{self.as_of}的规则中不存在。"
        raise UnknownIndicator(message, remedy="请核对 rules/lists/ 中的名单类型。", list_type=list_type)

    def list_measures(self, list_type: str) -> tuple[Measure, ...]:
        """Return the measures a listing of this type brings, in the order the list names them.

        Raises:
            UnknownIndicator: No list type in force has this id.
        """
        by_slug = {measure.slug: measure for measure in self.measures}
        return tuple(by_slug[slug] for slug in self.list_type(list_type).measures)

    def find_rule(self, rule_id: str) -> RuleEntry | None:
        """Return what a rule says about itself, or None."""
        return self.entries.get(rule_id)

    def rule_source(self, rule_id: str) -> RuleSource:
        """Return (title of the law, clause, file:line) of a rule.

        Raises:
            UnknownIndicator: No rule in force has this id.
        """
        entry = self.entries.get(rule_id)
        if entry is None:
            message = f"规则“{rule_id}”在{self.as_of}的规则中不存在。"
            raise UnknownIndicator(message, remedy="该规则可能属于其他版本；请核对评价所用的规则版本。", rule=rule_id)
        return entry.source

    def category_name(self, number: int) -> str:
        """Return the Chinese name of a category; 0 is 综合."""
        if number == GENERAL:
            return "综合"
        return next((item.name for item in self.edition.categories if item.number == number), f"第{number}项")
