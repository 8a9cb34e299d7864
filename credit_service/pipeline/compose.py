"""Inside the fourth chapter: everything one issue needs, gathered from ledger, warehouse and rules.

Before it stand the standing cases; after it a bulletin with only what the law lets the public see, and the terms the
gate will hold it against.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from credit_service.bulletins.gate import GateTerms
from credit_service.bulletins.render import render_title
from credit_service.bulletins.select import ListTypeNotice, Selected, Selection, select_entries
from credit_service.domain.bulletin import Bulletin, CategoryCount, Period
from credit_service.domain.category import GENERAL
from credit_service.domain.listing import Case
from credit_service.domain.measure import Measure
from credit_service.domain.score import ListKind
from credit_service.domain.subject import SubjectKind
from credit_service.pipeline.office import Office
from credit_service.rulebook.schema import Rulebook


@dataclass(frozen=True)
class Issue:
    """A bulletin ready to render, and what the gate compares it with."""

    bulletin: Bulletin
    gate_terms: GateTerms


@dataclass(frozen=True)
class _Gathered:
    """What the ledger and the warehouse know about the cases of an issue."""

    serial: int
    measures: Mapping[str, tuple[str, ...]]
    """Slugs of the measures owed, by case."""
    secrets: Mapping[str, tuple[str, ...]]
    """A person's full name and number, by case; for the gate, never for the page."""
    names: Mapping[str, str]
    """Full names of persons by case."""
    acts_on: Mapping[str, date]
    unshared: frozenset[str]
    """Cases of which a record is marked for internal use only."""
    baseless: frozenset[str]
    """Cases of which no act holds any more."""
    cleared: frozenset[str]
    """Cases ended by an upheld objection."""
    batches: int
    records: int
    counts: tuple[CategoryCount, ...]


def compose_issue(office: Office, period: Period, cases: Sequence[Case]) -> Issue:
    """Return the issue of a period as of today."""
    today = office.today()
    rulebook = office.rulebook(today)
    gathered = _gather(office, rulebook, period, cases)
    measure_names = {measure.slug: measure.name for measure in rulebook.measures}
    selected = select_entries(
        cases,
        Selection(
            period=period,
            cut_off_on=today,
            publish_on=today,
            list_types={
                list_type.id: ListTypeNotice(
                    name=list_type.name,
                    basis=list_type.legal_basis,
                    publish_organisation=list_type.publish_organisation,
                    publish_person=list_type.publish_person,
                    publication_basis=list_type.publication_basis,
                )
                for list_type in rulebook.list_types
            },
            category_names={category.number: category.name for category in rulebook.edition.categories},
            consented_names={
                case.case_id: gathered.names[case.case_id]
                for case in cases
                if case.list_kind is ListKind.RED and case.consent_no and case.case_id in gathered.names
            },
            measures={
                case_id: tuple(measure_names[slug] for slug in slugs) for case_id, slugs in gathered.measures.items()
            },
            acts_on=gathered.acts_on,
            unshared=gathered.unshared,
            baseless=gathered.baseless,
            known_names=frozenset(gathered.names.values()),
            cleared=gathered.cleared,
        ),
    )
    terms = GateTerms(
        cases=tuple(cases),
        publish_on=today,
        measures=frozenset(measure_names.values()),
        secrets=gathered.secrets,
        acts_on=gathered.acts_on,
    )
    return Issue(_to_bulletin(office, rulebook, period, selected, gathered), terms)


def _to_bulletin(
    office: Office, rulebook: Rulebook, period: Period, selected: Selected, gathered: _Gathered
) -> Bulletin:
    used = {name for entry in (*selected.red, *selected.black) for name in entry.measures}
    return Bulletin(
        bulletin_id=period.code,
        title=render_title(office.places.publication_templates, office.district.name, period, gathered.serial),
        period=period,
        serial=gathered.serial,
        issuer=office.district.issuer,
        cut_off_on=office.today(),
        issued_at=office.now(),
        red=selected.red,
        black=selected.black,
        left=selected.left,
        withheld=selected.withheld,
        counts=gathered.counts,
        batches=gathered.batches,
        records=gathered.records,
        rulebook=rulebook.hash,
        objection_channel=office.district.objection_channel,
        public_url=office.public_url,
        measures=tuple(_to_line(measure) for measure in rulebook.measures if measure.name in used),
    )


def _to_line(measure: Measure) -> tuple[str, str, str, str]:
    kind = ListKind.RED if measure.nature == "incentive" else ListKind.BLACK
    return kind.value, measure.name, measure.content, measure.basis


def _gather(office: Office, rulebook: Rulebook, period: Period, cases: Sequence[Case]) -> _Gathered:
    persons = [case for case in cases if case.subject_kind is SubjectKind.PERSON]
    with office.ledger.reading() as uow:
        serial = uow.publications.next_serial()
        measures = {
            case.case_id: tuple(owed.measure for owed in uow.measures.list_for_case(case.case_id)) for case in cases
        }
        known = {case.case_id: uow.persons.get(case.subject_id) for case in persons}
        cleared = uow.objections.list_cleared_cases()
    record_ids = [record_id for case in cases for record_id in case.record_ids]
    bounds = {"from_on": period.from_on, "until_on": period.until_on}
    with office.warehouse.open() as session:
        found = session.run_query(_SUPPORT, {"record_ids": record_ids})
        totals = session.run_query(_TOTALS, bounds).row(0)
        by_category = session.run_query(_BY_CATEGORY, {"until_on": period.until_on})
    support = {record_id: _Support(*known) for record_id, *known in found.iter_rows()}
    resting = {case.case_id: [support[one] for one in case.record_ids if one in support] for case in cases}
    counted = {number: (records, subjects) for number, records, subjects in by_category.iter_rows()}
    return _Gathered(
        serial=serial,
        measures=measures,
        secrets={case_id: (person.name, person.id_number) for case_id, person in known.items()},
        names={case_id: person.name for case_id, person in known.items()},
        acts_on={case_id: min(one.decided_on for one in records) for case_id, records in resting.items() if records},
        unshared=frozenset(case_id for case_id, records in resting.items() if any(one.is_unshared for one in records)),
        baseless=frozenset(
            case_id for case_id, records in resting.items() if records and not any(one.holds for one in records)
        ),
        cleared=cleared,
        batches=totals[0],
        records=totals[1],
        counts=tuple(
            CategoryCount(category.number, category.name, *counted.get(category.number, (0, 0)))
            for category in rulebook.edition.categories
            if category.number != GENERAL
        ),
    )


class _Support(NamedTuple):
    """What the warehouse knows of one record that a case rests on."""

    decided_on: date
    is_unshared: bool
    holds: bool
    """Its act still holds, as this record or as a later report of it."""


_SUPPORT = """
SELECT
    record_id, decided_on, share_scope <> 'public' AS is_unshared,
    act_key IN (SELECT act_key FROM current_records) AS holds
FROM records
WHERE record_id IN (SELECT unnest($record_ids))
"""

_TOTALS = """
SELECT count(DISTINCT batch_id), count(*) FROM current_records
WHERE decided_on BETWEEN $from_on AND $until_on
"""

# Counts come from the newest assessment as of the period's end or before; without one the overview shows none.
_BY_CATEGORY = """
SELECT category, CAST(sum(records) AS BIGINT), count(DISTINCT subject_id) FROM scores
WHERE category > 0 AND run_id = (
    SELECT run_id FROM assessment_runs WHERE as_of <= $until_on ORDER BY as_of DESC, known_at DESC LIMIT 1)
GROUP BY category ORDER BY category
"""
