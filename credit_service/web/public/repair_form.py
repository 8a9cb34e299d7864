"""The files of an application for repair on their way in: streamed to temporary ones, bounded in number and size.

Before it bytes come over the wire; after it `pipeline.repairs` looks at what they are.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from credit_service.domain.repair import Applicant, Paper, RepairChannel
from credit_service.pipeline.repair_papers import LARGEST, MOST, HandedPaper
from credit_service.pipeline.repairs import Application
from credit_service.web.dependencies import (
    ActVisit,
    AnyVisit,
    EnterVisit,
    Visit,
    check_token,
    find_throttles,
    to_address,
)

_FIELDS = 16
_LONGEST_FIELD = 8000
_PAPERS = {paper.value: paper for paper in Paper}


@dataclass(frozen=True)
class TypedRepair:
    """A form as somebody filled it in, with the files."""

    fields: dict[str, str]
    papers: tuple[HandedPaper, ...]

    def get(self, name: str) -> str:
        """Return what was typed into a field; empty where it was not sent."""
        return self.fields.get(name, "")

    def to_application(self, channel: RepairChannel) -> Application:
        """Return the application the form stands for."""
        who = Applicant(self.get("name"), self.get("contact"), self.get("statement"))
        return Application(self.get("target_no"), self.get("identifier"), who, channel, self.papers)


async def read_public_form(visit: AnyVisit) -> AsyncIterator[TypedRepair]:
    """Read the public form; how often an address may send one is counted before the body is read.

    Raises:
        QuotaExceeded: The address sent too many.
    """
    find_throttles(visit.request).applications.count(to_address(visit.request))
    async with visit.request.form(max_files=MOST + 1, max_fields=_FIELDS, max_part_size=_LONGEST_FIELD * 4) as form:
        yield await _read(form)


async def read_desk_form(visit: EnterVisit) -> AsyncIterator[TypedRepair]:
    """Read an application entered at the desk, after the sign-in was checked.

    Raises:
        ScopeDenied: The form was not made for this sign-in.
    """
    async for typed in _read_signed_in(visit):
        yield typed


async def read_act_form(visit: ActVisit) -> AsyncIterator[TypedRepair]:
    """Read one act with its papers, after the sign-in was checked.

    Raises:
        ScopeDenied: The form was not made for this sign-in.
    """
    async for typed in _read_signed_in(visit):
        yield typed


async def _read_signed_in(visit: Visit) -> AsyncIterator[TypedRepair]:
    async with visit.request.form(max_files=MOST + 1, max_fields=_FIELDS, max_part_size=_LONGEST_FIELD * 4) as form:
        await run_in_threadpool(check_token, visit, visit.person.csrf, str(form.get("csrf", "")))
        yield await _read(form)


async def _read(form: FormData) -> TypedRepair:
    fields: dict[str, str] = {}
    papers: list[HandedPaper] = []
    for name, value in form.multi_items():
        if isinstance(value, str):
            fields[name] = "".join(sign for sign in value if sign.isprintable() or sign in "\r\n")[:_LONGEST_FIELD]
        elif value.filename and name in _PAPERS:
            # One byte more than allowed is enough to be refused.
            papers.append(HandedPaper(_PAPERS[name], await value.read(LARGEST + 1)))
    return TypedRepair(fields, tuple(papers))


PublicForm = Annotated[TypedRepair, Depends(read_public_form)]
DeskForm = Annotated[TypedRepair, Depends(read_desk_form)]
ActForm = Annotated[TypedRepair, Depends(read_act_form)]
