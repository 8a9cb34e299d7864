"""What systems send and receive about credit repair."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field

from credit_service.domain.repair import Paper
from credit_service.pipeline.repair_papers import LARGEST, MOST
from credit_service.pipeline.repairs import LONGEST
from credit_service.web.agency.models import Identifier, described

PaperCode = Literal["duty_proof", "commitment", "identity", "authority_paper", "other"]


class SentPaper(BaseModel):
    """One file."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"description": "一份材料（PDF、JPEG 或 PNG）。"})

    paper: Annotated[
        PaperCode, Field(description="材料种类：" + "，".join(f"{member.value}={member.label}" for member in Paper))
    ]
    content: Annotated[Base64Bytes, Field(max_length=LARGEST * 2, description="文件内容，Base64，解码后不超过10MB。")]


class ApplyForRepair(BaseModel):
    """An application handed in elsewhere."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"description": "转来的一件信用修复申请。"})

    target_no: Annotated[str, Field(min_length=1, max_length=128, description="案件号、记录编号或决定书文号。")]
    identifier: Identifier
    name: Annotated[str, Field(min_length=1, max_length=LONGEST["name"], description="申请人或经办人姓名，加密保存。")]
    contact: Annotated[str, Field(min_length=1, max_length=LONGEST["contact"], description="联系方式，加密保存。")]
    statement: Annotated[str, Field(max_length=LONGEST["statement"], description="整改和履行情况说明。")] = ""
    papers: Annotated[list[SentPaper], Field(min_length=1, max_length=MOST)]


class AppliedAnswer(BaseModel):
    """The receipt."""

    model_config = described("收到的申请；回执码只在此时给出一次。")

    repair_id: str
    receipt_code: str = Field(description="查询和撤回用，请转交申请人。")
    opens_on: date | None = Field(description="最早可以修复的日期；空为履行义务后即可。")
    needs: list[str] = Field(description="受理所需的材料种类。")


class RepairAnswer(BaseModel):
    """One application."""

    model_config = described("一件修复申请。申请人的个人信息不在接口中提供。")

    repair_id: str
    state: str
    state_label: str
    target_kind: Literal["case", "record"]
    target_id: str
    subject_name: str
    fact: str
    applied_on: date
    forwarded_on: date | None
    accepted_on: date | None
    closed_on: date | None
    decision_no: str | None
    decision_reason: str | None
    barred_until_on: date | None
    duty: str | None = Field(description="正在计时的事项。")
    due_on: date | None = Field(description="该事项的截止日（含当日）。")
    overdue: bool


class RepairsAnswer(BaseModel):
    """Applications of an agency."""

    model_config = described("转给本单位办理的修复申请，未办结的在前。")

    repairs: list[RepairAnswer]


class NoticeAnswer(BaseModel):
    """One notice."""

    model_config = described("一份修复通知：收到后应停止使用该信息、解除措施并回执。")

    notice_id: str
    repair_id: str
    grounds: list[Literal["look_up", "measure"]]
    subject_name: str
    identifier_code: str | None
    fact: str
    case_id: str | None
    decision_no: str
    repaired_on: date
    due_on: date | None = Field(description="回执的截止日（含当日）。")
    receipt_at: datetime | None
    overdue: bool


class NoticesAnswer(BaseModel):
    """Notices of an agency."""

    model_config = described("本单位收到的修复通知，未回执的在前。")

    notices: list[NoticeAnswer]
