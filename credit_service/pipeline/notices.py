"""After the third chapter: agencies that used a repaired piece of information confirm that they stopped.

Before it lie notices of granted repairs; after it receipts, each given once by the agency it was sent to.
"""

from __future__ import annotations

from credit_service.domain.repair import ConsumerNotice
from credit_service.pipeline.office import Office


def confirm_notice(office: Office, notice_id: str, agency_code: str, by: str) -> ConsumerNotice:
    """Write down that an agency has stopped using what was repaired; a second receipt changes nothing.

    Args:
        office: Where it is done.
        notice_id: The notice.
        agency_code: The agency that confirms; a notice of another is answered like an unknown one.
        by: The account or key that confirms.

    Raises:
        NoticeNotFound: The agency was sent no notice of this number.
    """
    with office.ledger.unit_of_work() as uow:
        notice = uow.notices.get_of_agency(notice_id, agency_code)
        if notice.receipt_at is not None:
            return notice
        uow.notices.confirm(notice_id, by, office.now())
        uow.audit.append(by, "notice.receipt", notice_id, office.now(), {"repair": notice.repair_id})
        confirmed = uow.notices.get_of_agency(notice_id, agency_code)
        uow.commit()
    return confirmed
