"""The day from which a paper counts as served, by how it was served.

Before it lies what an official noted on the receipt; after it one legal day, from which every term runs, or a refusal
that says what the law still asks for. It stores nothing.

Source: 民事诉讼法（2023年修正） Art. 85 (a last day on a holiday moves on), 87–91, 95,
which 行政处罚法 Art. 61 applies.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from credit_service.domain.clock import IsWorkday
from credit_service.domain.paper import Service, ServiceWay
from credit_service.errors import ClockReversed, EvidenceMissing

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class ServiceTerms:
    """What the rules say about service.

    **Units**: calendar days after the day of the announcement.
    """

    announced_days: int


def service_day(service: Service, terms: ServiceTerms, is_workday: IsWorkday) -> date:
    """Return the legal day on which a paper counts as served; terms run from the day after.

    A direct service counts from the signed day, a posted one from the day on the postal receipt, an electronic one from
    the day it reached the recipient's system, one that was left from that day, an announced one when the term has
    passed, or on the next working day where its last day is none.

    Raises:
        EvidenceMissing: Recipient, receipt, consent, witness, reason or proof is missing; all missing ones are named.
        ClockReversed: It was received before it was sent.
        RuleNotInForce: The holidays of the year in which an announcement runs out are not known.
    """
    missing = _missing(service)
    if missing:
        message = f"{service.way.label}缺少：{'、'.join(missing)}，不能视为已经送达。"
        raise EvidenceMissing(message, remedy="请补齐后重新登记。", way=service.way.value)
    if service.received_on is not None and service.received_on < service.done_on:
        message = f"{service.way.label}的收到日期{service.received_on}早于送出日期{service.done_on}。"
        raise ClockReversed(message, remedy="请核对送达回证或回执上的日期。", way=service.way.value)
    if service.way is ServiceWay.ANNOUNCED:
        return _run_out(service.done_on + timedelta(days=terms.announced_days), is_workday)
    if service.way is ServiceWay.LEFT or service.received_on is None:
        return service.done_on
    return service.received_on


def _run_out(day: date, is_workday: IsWorkday) -> date:
    while not is_workday(day):
        day += timedelta(days=1)
    return day


def _missing(service: Service) -> list[str]:
    """Return what the law asks for and nobody wrote down, in Chinese."""
    asked: dict[ServiceWay, tuple[tuple[object, str], ...]] = {
        ServiceWay.DIRECT: ((service.recipient, "签收人"), (service.received_on, "签收日期")),
        ServiceWay.MAIL: ((service.received_on, "回执上注明的收件日期"),),
        ServiceWay.ELECTRONIC: ((service.consent, "受送达人同意电子送达的凭证"), (service.received_on, "到达日期")),
        ServiceWay.LEFT: ((service.witness, "见证人，或者拍照、录像记录"),),
        ServiceWay.ANNOUNCED: ((service.why_announced, "下落不明或者其他方式无法送达的原因和经过"),),
    }
    lacking = [name for value, name in asked[service.way] if not str(value or "").strip()]
    if not _SHA256.fullmatch(service.proof_sha256):
        lacking.append("送达凭证的附件")
    return lacking
