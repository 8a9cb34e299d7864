"""What systems send and receive under ``/api/v1``: strict models that accept no unknown field."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from credit_service.domain.query import Purpose

IDENTIFIERS_PER_CHECK = 1_000

Identifier = Annotated[
    str,
    Field(
        min_length=1,
        max_length=40,
        description="18位统一社会信用代码、15位工商注册号、9位组织机构代码或18位公民身份号码。",
        examples=["91990101TEST000019"],
    ),
]
PurposeCode = Annotated[
    # A strict model would want the enumeration's member, which JSON cannot send.
    Purpose,
    Field(strict=False, description="查询用途：" + "，".join(f"{member.value}={member.label}" for member in Purpose)),
]
CaseNumber = Annotated[
    str,
    Field(
        min_length=1,
        max_length=128,
        pattern=r"\S",
        description="本单位的办件编号或公文文号，与查询记录一并留存五年以上。",
        examples=["示范审〔2026〕12号"],
    ),
]


def described(text: str) -> ConfigDict:
    """Return the configuration of a model whose description the OpenAPI document shows in Chinese."""
    return ConfigDict(json_schema_extra={"description": text})


class Strict(BaseModel):
    """A request: no unknown field, no silent conversion."""

    model_config = ConfigDict(extra="forbid", strict=True)


class CheckOne(Strict):
    """A question about one subject."""

    model_config = described("查询一个主体。")

    identifier: Identifier
    purpose: PurposeCode
    case_no: CaseNumber


class CheckMany(Strict):
    """A question about many subjects."""

    model_config = described("一次查询多个主体（最多1000个）；单个代码有误不影响其余。")

    identifiers: Annotated[list[Identifier], Field(min_length=1, max_length=IDENTIFIERS_PER_CHECK)]
    purpose: PurposeCode
    case_no: CaseNumber


class ObjectionMarkAnswer(BaseModel):
    """The mark of a pending objection."""

    model_config = described("异议标注。")

    number: str = Field(description="异议编号。")
    since: date = Field(description="标注日。")


class ListingAnswer(BaseModel):
    """One effective listing."""

    model_config = described("一条当前有效的名单信息。")

    case_id: str
    list_kind: Literal["red", "black", "watch"]
    list_kind_label: str = Field(description="名单种类的中文名称。")
    list_type: str
    list_type_name: str
    category: int = Field(description="专项治理事项编号，0为综合。")
    fact: str
    basis: str = Field(description="列入依据。")
    decision_no: str = Field(description="认定文书号。")
    authority_name: str
    decided_on: date
    until_on: date | None = Field(description="公示截止日（含当日）；空为长期。")
    measures: list[str] = Field(description="应当实施的联合奖惩措施。")
    objection: ObjectionMarkAnswer | None = Field(
        description="对此信息有未办结的异议时为其编号和标注日，使用时请注意；没有则为空。"
    )


class ItemError(BaseModel):
    """What is wrong with one identifier."""

    model_config = described("单个代码的错误。")

    code: str
    message: str
    remedy: str


class CheckAnswer(BaseModel):
    """The standing of one subject."""

    model_config = described("一个主体的信用状态。")

    identifier: str
    status: Literal["listed", "not_listed", "error"] = Field(
        description="listed=有有效名单信息；not_listed=没有；error=代码有误，见 error。"
    )
    name: str | None = Field(description="主体名称；自然人为脱敏姓名。没有名单信息时为空。")
    listings: list[ListingAnswer]
    as_of: datetime | None = Field(description="本结果所依据的时点（UTC）。")
    valid_until: datetime | None = Field(description="在此之前可以沿用本结果，之后应重新查询。")
    error: ItemError | None


class ChecksAnswer(BaseModel):
    """All answers, in the order of the question."""

    model_config = described("一次查询的全部结果，与请求中的代码次序一致。")

    results: list[CheckAnswer]


class FileAnswer(BaseModel):
    """One file of a bulletin."""

    model_config = described("公告的一个文件。")

    name: str
    media_type: str
    size: int | None = Field(description="字节数；更正版随条目移出而变，为空。")
    sha256: str | None = Field(description="用来核对下载是否完整；更正版随条目移出而变，为空。")
    url: str


class BulletinAnswer(BaseModel):
    """One bulletin."""

    model_config = described("一期红黑榜公告。")

    bulletin_id: str
    period: str
    serial: int
    title: str
    issued_at: datetime
    manifest_sha256: str
    url: str
    removed: int = Field(description="发布以后移出、撤销或中止的条目数；大于0时，各文件是删去这些条目的更正版。")
    files: list[FileAnswer]


class BulletinsAnswer(BaseModel):
    """All bulletins, newest first."""

    model_config = described("已发布的公告，新的在前。")

    bulletins: list[BulletinAnswer]


class Problem(BaseModel):
    """A problem document."""

    model_config = described("错误说明（RFC 9457）。")

    type: str
    title: str
    status: int
    detail: str = Field(description="出了什么问题、在哪里、为什么。")
    code: str = Field(description="稳定的错误代码，程序可据此判断。")
    remedy: str = Field(description="下一步怎么做。")
    request_id: str
    attributes: dict[str, object] = Field(default_factory=dict)


class Health(BaseModel):
    """Whether the service is well."""

    model_config = described("服务状况。")

    status: Literal["ok"]
