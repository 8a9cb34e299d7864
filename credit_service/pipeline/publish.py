"""Fourth chapter: effective listings become one issue of the bulletin.

Before it stand decided and served cases; after it one folder lies under the issued bulletins, released by one rename,
and the ledger knows which cases it shows. Any failed check refuses the whole issue; nothing half-made is ever seen.
A crash between the rename and the ledger is mended by publishing again: the released folder is taken over as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from credit_service.bulletins.gate import check_gate
from credit_service.bulletins.release import find_release, release_bulletin
from credit_service.bulletins.render import render_all
from credit_service.domain.agency import Actor, Role
from credit_service.domain.bulletin import Release, parse_period
from credit_service.domain.listing import Act, ActKind, Case, CaseState
from credit_service.errors import GateRefused, PeriodUnknown, ReleaseExists, ScopeDenied
from credit_service.listing.transitions import apply_act
from credit_service.pipeline.compose import Issue, compose_issue
from credit_service.pipeline.decide import expire_listings, procedure_terms
from credit_service.pipeline.office import Office
from credit_service.pipeline.snapshot import refresh_snapshot


@dataclass(frozen=True)
class PublishOutcome:
    """One released issue."""

    release: Release
    path: Path
    red: int
    black: int
    withheld: int
    left: int

    def to_dict(self) -> dict[str, object]:
        """Return the documented JSON object of ``credit publish``."""
        return {
            "bulletin_id": self.release.bulletin_id,
            "title": self.release.title,
            "period": self.release.period,
            "path": str(self.path),
            "red": self.red,
            "black": self.black,
            "withheld": self.withheld,
            "left": self.left,
            "manifest_sha256": self.release.manifest_sha256,
            "files": [{"name": f.name, "size": f.size, "sha256": f.sha256} for f in self.release.files],
        }


def publish(office: Office, period_code: str, actor: Actor) -> PublishOutcome:
    """Release the bulletin of a period.

    Raises:
        ScopeDenied: The actor is no publisher.
        PeriodUnknown: The period code cannot be read, or the period is not over.
        ReleaseExists: This issue is already released.
        GateRefused: A check failed; the message lists every one, and nothing was released.
        RedactionIncomplete: Rendered bytes still hold what must be withheld.
    """
    if actor.role is not Role.PUBLISHER:
        message = f"公告只能由发布人员发布，您的角色是{actor.role.label}。"
        raise ScopeDenied(message, remedy="请转交发布人员办理。")
    period = parse_period(period_code)
    if period.until_on >= office.today():
        message = f"{period.label}尚未结束。"
        raise PeriodUnknown(message, remedy="请核对期次；一期公告在期末之后发布。")
    expire_listings(office)
    with office.ledger.reading() as uow:
        if uow.publications.find(period.code) is not None:
            message = f"{period.label}公告已经发布，已发布的期次不得覆盖。"
            raise ReleaseExists(message, remedy="条目的移出、修复即时反映在网页上；更正请发布下一期。")
        cases = uow.cases.list_standing() + uow.cases.list_left(period.from_on, office.today())
    issue = compose_issue(office, period, cases)
    # The rename of an earlier try was the release; then only the ledger is missing.
    release = find_release(office.places.issued, period.code)
    if release is None and not (issue.bulletin.red or issue.bulletin.black or issue.bulletin.left):
        message = f"{period.label}没有可以公示的条目，没有发布任何内容。"
        raise GateRefused(message, remedy="请先办结案件（决定并送达）；已发布的期次不能重发，空的一期会占去期号。")
    if release is None:
        files = render_all(issue.bulletin, office.places.publication_templates)
        check_gate(issue.bulletin, files, issue.gate_terms)
        release = release_bulletin(issue.bulletin, files, office.places.issued)
    _journal(office, release, cases, actor)
    refresh_snapshot(office)
    return _to_outcome(office, release, issue)


def _journal(office: Office, release: Release, cases: Sequence[Case], actor: Actor) -> None:
    """Tell the ledger which cases the issue shows; each shown case moves to ``published`` once."""
    law = office.law_of_today()
    shown = {case.case_id: case for case in cases if case.case_id in release.case_ids}
    act = Act(
        ActKind.PUBLISH,
        actor.actor_id,
        law.day,
        office.now(),
        document_no=release.bulletin_id,
        agency_code=actor.agency_code,
        rulebook=law.adopted,
    )
    with office.ledger.unit_of_work() as uow:
        for case in shown.values():
            if case.state is CaseState.DECISION_SERVED:
                uow.cases.save(apply_act(case, act, procedure_terms(law.rulebook, case), law.is_workday), act)
        uow.publications.add(release)
        detail = {"entries": len(release.case_ids), "manifest": release.manifest_sha256}
        uow.audit.append(actor.actor_id, "bulletin.released", release.bulletin_id, office.now(), detail)
        uow.commit()


def _to_outcome(office: Office, release: Release, issue: Issue) -> PublishOutcome:
    bulletin = issue.bulletin
    return PublishOutcome(
        release=release,
        path=office.places.issued / release.bulletin_id,
        red=len(bulletin.red),
        black=len(bulletin.black),
        withheld=len(bulletin.withheld),
        left=len(bulletin.left),
    )
