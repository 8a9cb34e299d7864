"""What systems send and receive when they hand in batches: strict requests, described answers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from credit_service.web.agency.models import Strict, described

StatusCode = Literal["received", "checked", "stored", "corrected", "withdrawn", "refused"]


class RefusedFile(BaseModel):
    """A file that was not taken in."""

    model_config = described("没有接收的文件（压缩包中的一个），其余照常接收。")

    file: str
    code: str
    message: str
    remedy: str


class SubmittedBatch(BaseModel):
    """One batch that was taken in."""

    model_config = described("已接收的一个文件；在 url 查询处理结果。")

    batch_id: str
    file: str
    url: str


class SubmittedAnswer(BaseModel):
    """What was taken in."""

    model_config = described("已接收，正在排队检查入库。同一文件、同一幂等键再次提交，答复相同。")

    batches: list[SubmittedBatch]
    refused: list[RefusedFile]


class EffectsAnswer(BaseModel):
    """What the accepted rows did."""

    model_config = described("合格行对已有数据的影响，三项之和等于合格行数。")

    new: int = Field(description="新增。")
    replaced: int = Field(description="更正了已入库的同一事项。")
    unchanged: int = Field(description="与已入库的相同。")


class UnusualAnswer(BaseModel):
    """Why a batch as a whole looks wrong."""

    model_config = described("整批异常的原因。")

    rule: str
    message: str
    remedy: str


class ProgressAnswer(BaseModel):
    """How far the check is."""

    model_config = described("正在检查时的进度；total 为估计数，0 为未知。")

    done: int
    total: int


class BatchLinks(BaseModel):
    """Where to go on."""

    model_config = described("相关地址。")

    self: str
    findings: str
    page: str = Field(description="检查报告网页（需登录）。")


class BatchAnswer(BaseModel):
    """One batch."""

    model_config = described("一个批次的处理结果。")

    batch_id: str
    status: StatusCode = Field(
        description="received=已接收，排队检查；checked=整批异常，待确认；stored=已入库；corrected=已由后一批更正；"
        "withdrawn=已撤回；refused=整批退回。"
    )
    status_label: str
    file: str
    received_at: datetime
    stored_at: datetime | None
    template: str | None
    template_title: str
    rows: int = Field(description="收到的数据行 = accepted + rejected + blank；尚未检查时为0。")
    accepted: int
    rejected: int
    blank: int
    effects: EffectsAnswer | None = Field(description="尚未入库时为空。")
    unusual: list[UnusualAnswer]
    refusal: str | None = Field(description="整批退回的原因和改法。")
    corrects: str | None = Field(description="本批更正的批次。")
    corrected_by: list[str] = Field(description="更正本批的批次。")
    progress: ProgressAnswer | None
    links: BatchLinks


class FindingAnswer(BaseModel):
    """One finding."""

    model_config = described("一处问题。涉及个人的原值已脱敏。")

    row: int = Field(description="文本的行号或工作表的行号，表头也算一行。")
    sheet: str
    column: str = Field(description="空为整行。")
    value: str
    rule: str
    severity: Literal["error", "warning", "note"] = Field(description="error=该行退回；warning、note=该行入库。")
    message: str
    remedy: str


class FindingsAnswer(BaseModel):
    """One page of findings."""

    model_config = described("按行排列的一页问题；还有下一页时 next 为其地址，响应头 Link 中也有。")

    findings: list[FindingAnswer]
    next: str | None


class CandidateAnswer(BaseModel):
    """A candidate that would come or go."""

    model_config = described("入库后将出现（或不再成立）的名单建议；自然人姓名已脱敏。")

    subject_name: str
    list_kind: Literal["red", "black", "watch"]
    list_type: str
    category: int
    rule: str


class PreviewedFile(BaseModel):
    """What would become of one file."""

    model_config = described("一个文件的试算结果；没有任何数据入库。")

    file: str
    template: str
    template_title: str
    known: bool = Field(description="同样的文件此前已报送，再报不会有变化。")
    corrects: str | None
    rows: int
    accepted: int
    rejected: int
    blank: int
    effects: EffectsAnswer
    unusual: list[UnusualAnswer] = Field(description="不为空的，报送后将待确认，不会马上入库。")
    candidates: list[CandidateAnswer]
    candidates_ended: list[CandidateAnswer]
    findings: list[FindingAnswer]


class PreviewAnswer(BaseModel):
    """What would become of a submission."""

    model_config = described("试算结果。")

    files: list[PreviewedFile]
    refused: list[RefusedFile]


class Withdraw(Strict):
    """A wish to take a batch back."""

    model_config = described("撤回批次。")

    reason: Annotated[str, Field(min_length=1, max_length=500, pattern=r"\S", description="撤回的理由，记入台账。")]


class WithdrawAnswer(BaseModel):
    """What was taken back."""

    model_config = described("撤回的结果。")

    batch_id: str
    status: StatusCode
    records: int = Field(description="不再有效的记录数。")
    cases: list[str] = Field(description="依据这些记录、尚未办结的认定案件。")
