"""Whether a listing went through every gate the law asks for, and whether its subject may be shown at all.

Before this module stand cases as the ledger knows them; after it `select` leaves out what fails and `gate` refuses the
whole issue when such a case slipped in all the same. It deliberately decides nothing and changes no case: the gates
themselves are kept in `listing`.
"""

from __future__ import annotations

from datetime import date

from credit_service.domain.listing import Case
from credit_service.domain.score import ListKind
from credit_service.domain.subject import SubjectKind


def missing_steps(case: Case) -> tuple[str, ...]:
    """Return the steps of due process a case lacks, in Chinese; empty when it is complete.

    The red list has the same steps under other names: its notice is the announcement for public comment. A listing
    taken over rests on the due process of its authority; it needs the decision taken over and two persons of ours.

    Source: 国办发〔2020〕49号 (告知、陈述申辩、决定书); docs of the list types in ``rules/lists``.
    """
    if case.taken_over_on is not None:
        return _missing_when_taken_over(case)
    red = case.list_kind is ListKind.RED
    statement = "公众意见期" if red else "陈述申辩期"
    steps = (
        (not case.list_basis.strip(), "名单类型的法定依据"),
        (not case.notice_no, "认定前公示文号" if red else "事先告知书文号"),
        (case.notice_served_on is None, "认定前公示日期" if red else "事先告知书送达日期"),
        (not case.notice_proof, "认定前公示凭证" if red else "事先告知书送达凭证"),
        (case.statement_until_on is None or case.heard_on is None, f"{statement}（截止日期和意见处理情况）"),
        (not case.decision_no or case.decided_on is None, "认定决定文号和日期"),
        (not case.decided_by, "作出决定的人员"),
        (case.drafted_by is None or case.drafted_by == case.decided_by, "由第二人作出决定（拟办人不得自行决定）"),
        (case.decision_served_on is None or not case.decision_proof, "决定书送达日期和凭证"),
        (not _is_in_order(case), "各环节日期的先后顺序"),
    )
    return tuple(name for missing, name in steps if missing)


def _missing_when_taken_over(case: Case) -> tuple[str, ...]:
    steps = (
        (not case.list_basis.strip(), "名单类型的法定依据"),
        (not case.decision_no or case.decided_on != case.source_decided_on, "认定机关的决定文号和日期"),
        (not case.decision_proof, "认定机关的公布网址或送达情况"),
        (not case.decided_by or case.reviewer_id in {None, case.decided_by}, "由第二人决定转引"),
        (case.max_until_on is None, "截止日期"),
    )
    return tuple(name for missing, name in steps if missing)


def _is_in_order(case: Case) -> bool:
    """Return whether the steps that are dated follow one another."""
    days = (case.noticed_on, case.notice_served_on, case.heard_on, case.decided_on, case.decision_served_on)
    known = [day for day in days if day is not None]
    return known == sorted(known)


def is_minor_case(case: Case, days: tuple[date | None, ...]) -> bool:
    """Return whether a person was, or may have been, under 18 on any of the days.

    A person whose coming of age is unknown counts as a minor: what cannot be checked is not published.

    Source: 未成年人保护法 Art. 103; 法释〔2017〕7号 Art. 4.
    """
    if case.subject_kind is not SubjectKind.PERSON:
        return False
    adult_on = case.adult_on
    return adult_on is None or any(day < adult_on for day in days if day is not None)
