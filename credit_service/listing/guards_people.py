"""The gates about who acts: in charge, a second person, not one agency alone.

Whoever acts for somebody else stands for both: neither may be the other person the law asks for. Source: the two-person
rule of 国办发〔2020〕49号 and domain.md 2.8; that nobody decides alone on what their own agency sent is the customer's.
"""

from __future__ import annotations

from credit_service.domain.listing import Act, ActKind, Case
from credit_service.errors import NotInCharge, OwnAgencyAlone, SamePerson


def check_in_charge(case: Case, act: Act) -> None:
    """Refuse a reviewer who is not in charge of the case.

    Raises:
        NotInCharge: Somebody else took it up; the message says how to take over.
    """
    if case.reviewer_id is not None and case.reviewer_id not in act.persons:
        message = f"案件{case.case_id}由另一位审核人员（{case.reviewer_id}）承办。"
        raise NotInCharge(message, remedy="其不在岗的，请先办理“接手承办”并说明理由。", case_id=case.case_id)


def check_new_in_charge(case: Case, act: Act) -> None:
    """Refuse to take over from oneself.

    Raises:
        NotInCharge: The actor is in charge already.
    """
    if act.actor_id == case.reviewer_id:
        message = f"案件{case.case_id}本来就由您承办，不需要接手。"
        raise NotInCharge(message, remedy="请直接办理下一步。", case_id=case.case_id)


def check_second_person(case: Case, act: Act) -> None:
    """Refuse the one who prepared the case as the one who decides, on whose behalf whoever acts.

    Raises:
        SamePerson: Both are the same account, or one acts for the other.
    """
    preparer = case.reviewer_id if act.kind is ActKind.TAKE_OVER else case.drafted_by
    if preparer is not None and preparer in act.persons:
        message = f"案件{case.case_id}由您（或您代行的人员）承办，不得由同一人作出决定。"
        raise SamePerson(message, remedy="请转交另一位决定人员办理。", case_id=case.case_id)


def check_two_agencies(case: Case, act: Act, done: tuple[Act, ...]) -> None:
    """Refuse a decision in which only the agency that sent the records had a part.

    Args:
        case: The case; where several agencies sent its records, nobody is alone.
        act: A decision: listed, not listed, or taken over.
        done: The acts so far.

    Raises:
        OwnAgencyAlone: Everybody who prepared or decides belongs to that agency.
    """
    if act.kind not in DECISIONS or not case.source_agency or act.agency_code != case.source_agency:
        return
    if not any(one.kind in PREPARATIONS and one.agency_code not in {"", case.source_agency} for one in done):
        message = f"案件{case.case_id}所依据的记录由您所在单位报送，承办和决定不得都由本单位人员办理。"
        raise OwnAgencyAlone(message, remedy="请由其他单位的人员承办或作出决定。", case_id=case.case_id)


PREPARATIONS = frozenset({ActKind.TAKE_UP, ActKind.HAND_OVER, ActKind.DRAFT_NOTICE})
DECISIONS = frozenset({ActKind.DECIDE, ActKind.DECLINE, ActKind.TAKE_OVER})
