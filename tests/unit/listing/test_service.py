"""When a paper counts as served: the law as a table."""

from dataclasses import replace
from datetime import date

import pytest

from credit_service.domain.paper import Service, ServiceWay
from credit_service.errors import ClockReversed, EvidenceMissing
from credit_service.listing.deadlines import build_workdays
from credit_service.listing.service import ServiceTerms, service_day

TERMS = ServiceTerms(announced_days=30)
IS_WORKDAY = build_workdays({})
PROOF = "ab" * 32
SENT, TAKEN = date(2026, 9, 21), date(2026, 9, 24)
WHOLE = {
    ServiceWay.DIRECT: Service(ServiceWay.DIRECT, SENT, "法定代表人", SENT, proof_sha256=PROOF),
    ServiceWay.MAIL: Service(ServiceWay.MAIL, SENT, "收发室", TAKEN, proof_sha256=PROOF),
    ServiceWay.ELECTRONIC: Service(
        ServiceWay.ELECTRONIC, SENT, "本人", TAKEN, consent="电子送达确认书1号", proof_sha256=PROOF
    ),
    ServiceWay.LEFT: Service(ServiceWay.LEFT, SENT, witness="社区工作人员", proof_sha256=PROOF),
    ServiceWay.ANNOUNCED: Service(ServiceWay.ANNOUNCED, SENT, why_announced="邮寄两次退回", proof_sha256=PROOF),
}


@pytest.mark.parametrize(
    ("way", "served_on"),
    [
        (ServiceWay.DIRECT, SENT),
        (ServiceWay.MAIL, TAKEN),
        (ServiceWay.ELECTRONIC, TAKEN),
        (ServiceWay.LEFT, SENT),
        (ServiceWay.ANNOUNCED, date(2026, 10, 21)),
    ],
)
def test_each_way_has_its_day(way, served_on):
    assert service_day(WHOLE[way], TERMS, IS_WORKDAY) == served_on


@pytest.mark.parametrize(
    ("announced_on", "served_on"),
    [
        # The thirtieth day is the 1st of October; the holiday lasts until the 7th.
        (date(2026, 9, 1), date(2026, 10, 8)),
        # It is a Saturday on which people work.
        (date(2026, 9, 10), date(2026, 10, 10)),
        # It is a Sunday.
        (date(2026, 10, 16), date(2026, 11, 16)),
    ],
)
def test_an_announcement_never_runs_out_on_a_holiday(announced_on, served_on):
    announced = replace(WHOLE[ServiceWay.ANNOUNCED], done_on=announced_on)
    assert service_day(announced, TERMS, IS_WORKDAY) == served_on


@pytest.mark.parametrize(
    ("way", "field", "named"),
    [
        (ServiceWay.DIRECT, {"recipient": " "}, "签收人"),
        (ServiceWay.DIRECT, {"received_on": None}, "签收日期"),
        (ServiceWay.MAIL, {"received_on": None}, "收件日期"),
        (ServiceWay.ELECTRONIC, {"consent": ""}, "同意"),
        (ServiceWay.ELECTRONIC, {"received_on": None}, "到达日期"),
        (ServiceWay.LEFT, {"witness": ""}, "见证人"),
        (ServiceWay.ANNOUNCED, {"why_announced": ""}, "原因"),
        *((way, {"proof_sha256": proof}, "附件") for way in ServiceWay for proof in ("", "AB" * 32, "ab" * 31)),
    ],
)
def test_without_what_the_law_asks_nothing_is_served(way, field, named):
    with pytest.raises(EvidenceMissing, match=named):
        service_day(replace(WHOLE[way], **field), TERMS, IS_WORKDAY)


def test_all_that_is_missing_is_named_at_once():
    with pytest.raises(EvidenceMissing, match="签收人、签收日期、送达凭证的附件"):
        service_day(Service(ServiceWay.DIRECT, SENT), TERMS, IS_WORKDAY)


def test_nothing_is_received_before_it_is_sent():
    with pytest.raises(ClockReversed):
        service_day(replace(WHOLE[ServiceWay.MAIL], received_on=date(2026, 9, 20)), TERMS, IS_WORKDAY)
