"""Which number an act bears: that of the paper issued for it.

An act that follows from a paper takes the paper's number and day, so that the ledger and the paper in the party's hand
never say two things. Papers made elsewhere still come in with the number written on them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from credit_service.domain.listing import ActKind
from credit_service.domain.paper import Paper, PaperState
from credit_service.errors import EvidenceMissing
from credit_service.listing.paper_gates import ACT_OF_PAPER


def take_number(papers: Sequence[Paper], kind: ActKind, given: str, on: date) -> str:
    """Return the number an act bears.

    Args:
        papers: Every paper of the case.
        kind: The act.
        given: The number somebody wrote; may be empty.
        on: The legal day of the act.

    Raises:
        EvidenceMissing: Another paper was issued for the act, the one named was voided or is for something else, or it
            bears another day.
    """
    written = given.strip()
    issued = [p for p in papers if p.state is PaperState.ISSUED and ACT_OF_PAPER.get(p.kind) is kind]
    named = next((paper for paper in papers if written and paper.document_no == written), None)
    if named is None and written and not issued:
        return written
    paper = named or (issued[0] if issued and not written else None)
    if paper is None:
        if not issued:
            return written
        message = f"办理“{kind.label}”的文书是{issued[0].document_no}，填写的文号{written}不是它。"
        raise EvidenceMissing(message, remedy="请填写已出具文书的文号，或者先作废该文书。")
    if paper not in issued:
        message = f"{paper.document_no}（{paper.kind.label}，{paper.state.label}）不能用于办理“{kind.label}”。"
        raise EvidenceMissing(message, remedy="请填写为本次办理出具、没有作废的文书的文号。")
    if paper.issued_on != on:
        message = f"{paper.document_no}的成文日期是{paper.issued_on}，办理日期是{on}，两者应当一致。"
        raise EvidenceMissing(message, remedy="请把办理日期改为成文日期；文书已经过时的，请作废后重新出具。")
    return paper.document_no
