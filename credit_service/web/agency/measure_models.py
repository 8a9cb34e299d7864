"""What systems send and receive about joint measures: strict models that accept no unknown field."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from credit_service.pipeline.measure_desk import MOST_FEN
from credit_service.web.agency.models import Strict, described

Day = Annotated[date, Field(strict=False, description="办理的日期（北京时间），默认今天。", examples=["2026-10-30"])]
Text = Annotated[str, Field(max_length=4_000)]
Kind = Literal["accept", "done", "not_applicable", "lifted"]


class SaidAnswer(BaseModel):
    """One feedback."""

    model_config = described("一次反馈。")

    kind: Kind = Field(description="accept=接收，done=已执行，not_applicable=不适用，lifted=已解除。")
    on: date
    recorded_at: datetime
    what: str
    amount_fen: int | None = Field(description="涉及的金额，单位为分。")
    basis: str
    document_no: str
    evidence: str


class TaskAnswer(BaseModel):
    """One task."""

    model_config = described("一项交办给本单位的措施。")

    task_id: str
    case_id: str
    measure: str
    measure_name: str
    nature: str = Field(description="reduces_rights=减损权益，management=管理，incentive=激励。")
    catalogue_basis: str = Field(description="措施清单列出的依据。")
    relevance: str = Field(description="为什么与这条名单相关。")
    statute: str = Field(description="本单位为本次执行登记的依据；减损权益的措施没有它不能执行。")
    subject_name: str = Field(description="主体名称；自然人为脱敏姓名，完整身份以决定书为准。")
    identifier_code: str | None
    list_kind: Literal["red", "black", "watch"]
    decision_no: str
    authority_name: str
    from_on: date
    until_on: date | None = Field(description="名单的最后一天（含当日）；空为长期。")
    asked_on: date
    state: Literal["asked", "accepted", "active", "not_applicable", "lifting", "lifted"]
    state_label: str
    next_due_on: date | None = Field(description="下一步最迟的一天（含当日）；规则没有规定的为空。")
    urgency: Literal["escalated", "overdue", "due_soon", "waiting"]
    possible: list[Kind] = Field(description="现在可以反馈什么。")
    version: int
    feedback: list[SaidAnswer]


class TasksAnswer(BaseModel):
    """A page of tasks."""

    model_config = described("本单位应执行、应解除的措施的一页，按任务编号。")

    as_of: date
    tasks: list[TaskAnswer]
    next: str | None = Field(description="下一页的地址；空为没有了。")


class GiveFeedback(Strict):
    """What a system says about one task."""

    model_config = described("对一项措施的反馈。")

    kind: Kind
    on: Day | None = None
    what: Text = Field("", description="执行情况，或者不适用的理由；done 和 not_applicable 必填。")
    amount_fen: int | None = Field(None, ge=0, le=MOST_FEN, description="涉及的金额，单位为分；只随 done。")
    basis: Annotated[str, Field(max_length=500)] = Field(
        "", description="本次执行的依据；减损权益的须写明法律、行政法规的条款。"
    )
    document_no: Annotated[str, Field(max_length=128)] = Field("", description="文书号；减损权益的 done 必填。")
    evidence: Text = Field("", description="凭证。")
    version: int | None = Field(None, ge=0, description="看到的 version；给出时，他人已先反馈的答复409。")


class ReportMeasure(Strict):
    """A measure that was applied without having been asked for."""

    model_config = described("报告未经交办而执行的措施。")

    measure: Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")] = Field(
        description="措施的代号或名称。"
    )
    case_id: Annotated[str, Field(max_length=40)] = Field("", description="案件编号；没有名单的不写。")
    on: Day | None = None
    what: Text = ""
    document_no: Annotated[str, Field(max_length=128)] = ""


class ReportAnswer(BaseModel):
    """What became of a report."""

    model_config = described("登记结果；已列入对账。")

    measure: str
    case_id: str
    on: date
    why: Literal["no_catalogue", "no_listing", "not_asked"] = Field(
        description="no_catalogue=清单外，no_listing=没有名单依据，not_asked=未经交办。"
    )
