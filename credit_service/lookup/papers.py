"""Papers of a case for the desk: which were issued, and which may be issued now."""

from __future__ import annotations

from dataclasses import dataclass

from credit_service.domain.listing import Case
from credit_service.domain.paper import CASE_KINDS, Paper, PaperKind, PaperState
from credit_service.listing.paper_gates import ACT_OF_PAPER, is_due
from credit_service.lookup.reading_room import ReadingRoom


@dataclass(frozen=True)
class DueKind:
    """A kind of paper that may be issued now."""

    kind: PaperKind
    needs_reason: bool
    """Whether whoever issues it must give the reason."""


@dataclass(frozen=True)
class CasePapers:
    """The papers of one case."""

    papers: tuple[Paper, ...]
    due: tuple[DueKind, ...]
    receipts: frozenset[str]
    """Ids of papers for which a receipt was issued and not voided."""


_REASONED = frozenset({PaperKind.DECISION, PaperKind.DECLINE, PaperKind.REVOCATION})


def get_case_papers(room: ReadingRoom, case: Case) -> CasePapers:
    """Return what was issued about a case, oldest first, and what may be issued now and was not yet."""
    with room.ledger.reading() as uow:
        papers = tuple(uow.papers.list_for_case(case.case_id))
    standing = [paper for paper in papers if paper.state is not PaperState.VOIDED]
    held = {paper.kind for paper in standing if paper.object_id == case.case_id}
    due = [kind for kind in PaperKind if kind in CASE_KINDS and kind not in held and is_due(case, kind)]
    receipts = frozenset(paper.object_id for paper in standing if paper.kind is PaperKind.RECEIPT)
    return CasePapers(papers, tuple(DueKind(kind, kind in _REASONED) for kind in due), receipts)


def list_papers(room: ReadingRoom, case_id: str = "", limit: int = 200) -> list[Paper]:
    """Return the papers of one case, or the newest of all.

    Raises:
        CaseNotFound: No case has this number.
    """
    with room.ledger.reading() as uow:
        if not case_id:
            return uow.papers.list_all(limit)
        uow.cases.get(case_id)
        return uow.papers.list_for_case(case_id)


def find_act_numbers(papers: CasePapers) -> dict[str, str]:
    """Return, by act, the number of the paper issued for it: forms show it filled in."""
    issued = (paper for paper in papers.papers if paper.state is PaperState.ISSUED)
    return {ACT_OF_PAPER[paper.kind].value: paper.document_no for paper in issued if paper.kind in ACT_OF_PAPER}
