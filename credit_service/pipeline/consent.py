"""Beside the third chapter: a person on the red list takes the consent back.

Before it a case that rests on a person's consent, after it none: what is in force ends at once, what is not yet decided
is declined. Nobody has to give a reason, and nothing waits.

Source: 个人信息保护法 Art. 15 (consent may be withdrawn at any time, in a convenient way).
"""

from __future__ import annotations

from credit_service.domain.agency import Actor
from credit_service.domain.listing import ActKind, Case
from credit_service.domain.score import ListKind
from credit_service.domain.subject import SubjectKind
from credit_service.errors import IllegalTransition
from credit_service.listing.deadlines import IN_EFFECT
from credit_service.pipeline.decide import ActRequest, perform_act
from credit_service.pipeline.office import Office

_REASON = "本人撤回同意（个人信息保护法第十五条）"


def withdraw_consent(office: Office, case_id: str, actor: Actor, document_no: str) -> Case:
    """End a red listing, or the proposal of one, because the person takes the consent back.

    Args:
        office: Where it is done.
        case_id: The case.
        actor: Who writes it down.
        document_no: Number of the person's letter, or of the note taken of what was said.

    Raises:
        IllegalTransition: The case is closed, or does not rest on a person's consent.
        CaseNotFound: No case has this number.
        ScopeDenied: The role may not do it.
        EvidenceMissing: The number is blank.
    """
    with office.ledger.reading() as uow:
        case = uow.cases.get(case_id)
    if case.list_kind is not ListKind.RED or case.subject_kind is not SubjectKind.PERSON:
        message = f"案件{case_id}不以本人同意为依据，不适用撤回同意。"
        raise IllegalTransition(message, remedy="请办理撤销认定，或等待期满。", case_id=case_id, state=case.state.value)
    kind = ActKind.REVOKE if case.state in IN_EFFECT else ActKind.DECLINE
    return perform_act(office, ActRequest(case_id, kind, actor, document_no=document_no, reason=_REASON))
