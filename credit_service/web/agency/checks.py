"""Look-ups by other agencies' systems: the standing of one or up to a thousand subjects, for a stated purpose."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from credit_service.bootstrap import Service
from credit_service.domain.agency import ApiKey
from credit_service.domain.query import Standing, StandingListing
from credit_service.domain.score import ListKind
from credit_service.errors import SubjectNotFound
from credit_service.lookup.subject import CheckRequest, check_subjects
from credit_service.web.agency.access import PROBLEMS, need_scope
from credit_service.web.agency.models import (
    CheckAnswer,
    CheckMany,
    CheckOne,
    ChecksAnswer,
    ItemError,
    ListingAnswer,
    ObjectionMarkAnswer,
)
from credit_service.web.dependencies import SMALL_BODY

router = APIRouter(prefix="/api/v1", tags=["查询"], max_body_size=SMALL_BODY)

_DESCRIPTION = (
    "按代码查询一个或多个主体当前有效的红榜、黑榜、重点关注信息和应当实施的措施。"
    "每次查询都要写明用途和办件编号并留存记录。代码有误的，只在该项内返回 error，其余照常返回。"
)


@router.post("/checks", summary="查询主体信用状态", description=_DESCRIPTION, responses=PROBLEMS)
def submit_checks(
    request: Request, body: CheckOne | CheckMany, key: Annotated[ApiKey, Depends(need_scope("checks"))]
) -> ChecksAnswer:
    """Answer for each identifier; a wrong one is an error of its own and does not fail the others."""
    service: Service = request.app.state.service
    identifiers = body.identifiers if isinstance(body, CheckMany) else [body.identifier]
    asked = [CheckRequest(one, body.purpose, body.case_no, key.key_id, key.agency_code) for one in identifiers]
    answers = check_subjects(service.reading_room, asked)
    return ChecksAnswer(
        results=[
            _to_error(identifier, answer) if isinstance(answer, SubjectNotFound) else _to_answer(answer)
            for identifier, answer in zip(identifiers, answers, strict=True)
        ]
    )


def _to_error(identifier: str, fault: SubjectNotFound) -> CheckAnswer:
    return CheckAnswer(
        identifier=identifier,
        status="error",
        name=None,
        listings=[],
        as_of=None,
        valid_until=None,
        error=ItemError(code=fault.code, message=fault.message, remedy=fault.remedy),
    )


def _to_answer(standing: Standing) -> CheckAnswer:
    return CheckAnswer(
        identifier=standing.identifier,
        status="listed" if standing.listings else "not_listed",
        name=standing.name,
        listings=[_to_listing(listing) for listing in standing.listings],
        as_of=standing.as_of,
        valid_until=standing.valid_until,
        error=None,
    )


def _to_mark(listing: StandingListing) -> ObjectionMarkAnswer | None:
    mark = listing.objection
    return None if mark is None else ObjectionMarkAnswer(number=mark.number, since=mark.since)


def _to_listing(listing: StandingListing) -> ListingAnswer:
    kind = ListKind(listing.list_kind)
    return ListingAnswer(
        case_id=listing.case_id,
        list_kind=kind.value,
        list_kind_label=kind.label,
        list_type=listing.list_type,
        list_type_name=listing.list_type_name,
        category=listing.category,
        fact=listing.fact,
        basis=listing.basis,
        decision_no=listing.decision_no,
        authority_name=listing.authority_name,
        decided_on=listing.decided_on,
        until_on=listing.until_on,
        measures=list(listing.measures),
        objection=_to_mark(listing),
    )
