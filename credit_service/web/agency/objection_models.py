"""What systems send and receive about objections under ``/api/v1``."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from credit_service.web.agency.models import Strict, described

Text = Annotated[str, Field(min_length=1, max_length=4000, pattern=r"\S")]


class NewObjectionBody(Strict):
    """An agency's objection."""

    model_config = described("本单位对一条记录、一个名单案件或一个公告条目提出的异议。")

    target: Literal["record", "case", "entry"] = Field(description="record=信用记录，case=名单案件，entry=公告条目。")
    target_id: str = Field(min_length=1, max_length=60, description="记录编号；案件和条目为案件编号。")
    bulletin_id: str = Field(default="", max_length=40, description="公告条目的公告编号；其他为空。")
    contact: str = Field(min_length=1, max_length=100, description="联系人姓名，加密保存。")
    phone: str = Field(min_length=6, max_length=40, description="联系电话，加密保存。")
    claim: Text = Field(description="哪里不对，为什么；加密保存。")


class VerdictBody(Strict):
    """What the source agency found."""

    model_config = described("来源单位的核实结果。")

    verdict: Literal["correct", "wrong"] = Field(description="correct=信息无误，wrong=信息有误。")
    reason: Text = Field(description="核实情况和理由。")
    evidence: Text = Field(description="核实依据：调取的案卷、文书编号等。")


class CorrectionBody(Strict):
    """The correction of a record found wrong."""

    model_config = described("登记有误的记录已更正。")

    batch_id: str = Field(min_length=1, max_length=40, description="更正批次的编号；已撤回记录的填原批次。")
    reason: Text = Field(description="更正的内容。")


class WithdrawalBody(Strict):
    """Why an objection is withdrawn."""

    model_config = described("撤回本单位提出的异议。")

    reason: Text


class ClockAnswer(BaseModel):
    """One term."""

    model_config = described("一项期限。")

    duty: Literal["mark", "answer", "verify", "correct"] = Field(
        description="mark=标注，answer=处理答复，verify=来源单位核实，correct=更正记录。"
    )
    holder: str = Field(description="office=信用工作机构，其他为单位代码。")
    start_on: date
    due_on: date
    done_on: date | None
    overdue: bool


class ObjectionAnswer(BaseModel):
    """One objection as the agency concerned may see it: never who objects."""

    model_config = described("一件异议的进度；不含提出人信息。")

    number: str
    state: str
    state_label: str
    target: str
    target_id: str
    record_ids: list[str]
    case_ids: list[str]
    received_on: date
    forwarded_to: str | None = Field(description="被转办核实的单位代码。")
    request: str | None = Field(description="转办说明。")
    verdict: str | None
    decision_no: str | None
    decision_reason: str | None
    remedy: str | None = Field(description="withdraw=撤回记录，correct=由来源单位更正，none=记录不变。")
    listing: str | None = Field(description="revoke=撤销列入，keep=维持。")
    wrong_records: list[str]
    correction_due_on: date | None
    corrected_on: date | None
    clocks: list[ClockAnswer]


class ReceivedAnswer(BaseModel):
    """A received objection."""

    model_config = described("异议已收到并标注。")

    objection: ObjectionAnswer


class ObjectionsAnswer(BaseModel):
    """The objections that concern an agency."""

    model_config = described("本单位提出的、转本单位核实的和待本单位更正的异议。")

    objections: list[ObjectionAnswer]
