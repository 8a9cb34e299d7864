"""The API described for people: one page of our own, drawn from the OpenAPI document, without foreign scripts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from credit_service.web.dependencies import AnyVisit

router = APIRouter(include_in_schema=False)

DESCRIPTION = (
    "供行政机关业务系统使用。每个请求都要在请求头中写明 `Authorization: Bearer <密钥>`；"
    "密钥由系统管理员签发，只显示一次。\n\n"
    "查询必须写明用途（`purpose`）和办件编号（`case_no`），查询记录依法留存五年以上。"
    "结果在 `valid_until` 之前有效，之后应重新查询：名单会到期、修复或撤销，不要长期缓存。\n\n"
    "报送（`/api/v1/batches`）先答复202和状态地址，再排队检查入库；"
    "网络中断时带同一 `Idempotency-Key` 原样重发，不会重复。\n\n"
    "出错时返回 `application/problem+json`（RFC 9457），其中 `code` 是稳定的错误代码，`remedy` 说明下一步怎么做。"
)

TAGS = [
    {"name": "查询", "description": "主体信用状态。"},
    {"name": "评先评优", "description": "推荐对象的信用审查。"},
    {"name": "公告", "description": "已发布的红黑榜公告。"},
    {"name": "报送", "description": "报送数据文件，查询处理结果。"},
    {"name": "奖惩措施", "description": "本单位应执行的联合奖惩措施，反馈和解除。"},
    {"name": "异议", "description": "提出异议，答复核实结果，登记更正。"},
    {"name": "信用修复", "description": "转来修复申请，接收修复通知并回执；决定由人作出，接口不能代办。"},
    {"name": "运行", "description": "服务状况。"},
]

FAULTS = (
    (400, "bad_request", "请求体不是有效的 JSON。"),
    (401, "not_signed_in", "没有密钥，或密钥无效、已停用。"),
    (403, "scope_denied", "密钥没有此项权限。"),
    (403, "purpose_missing", "没有写明办件编号。"),
    (404, "subject_not_found", "代码无法识别或校验码不符；在批量查询中只出现在该项的 error 内。"),
    (404, "batch_not_found", "没有这个批次，或属于别的单位。"),
    (404, "vetting_not_found", "没有这次审查，或属于别的单位；服务重新启动后，没有完成的审查须重新提交。"),
    (404, "task_not_found", "没有这项措施任务，或属于别的单位。"),
    (409, "ledger_conflict", "他人已先反馈，或者幂等键已用于另一次反馈。"),
    (409, "no_legal_basis", "减损权益的措施没有写明本次所依据的法律、行政法规条款。"),
    (409, "measure_not_asked", "报告的措施已经交办给本单位，请直接反馈。"),
    (422, "evidence_missing", "缺少执行情况、理由或文书号。"),
    (422, "clock_reversed", "日期早于交办日期，或晚于今天。"),
    (404, "notice_not_found", "没有这份修复通知，或属于别的单位。"),
    (409, "repair_barred", "该主体在禁止申请修复的期限内。"),
    (409, "duplicate_batch", "幂等键已用于另一个文件；报送新的文件请换一个键。"),
    (409, "illegal_transition", "批次现在的状态不允许这样做，如撤回已撤回的批次、读取尚未检查完的问题清单。"),
    (410, "cursor_expired", "分页位置无效，请从第一页重新读取。"),
    (413, "content_too_large", "请求体过大，请减少一次查询的数量。"),
    (422, "invalid_request", "字段缺失、多余或取值不对，attributes.problems 逐项说明。"),
    (422, "award_unknown", "审查规则中没有这个奖项；remedy 列出可选的奖项。"),
    (422, "too_many_nominees", "推荐名单超过十万行，请拆成几个文件。"),
    (422, "unreadable_file", "文件为空、损坏、加密，或不是可识别的表格。"),
    (429, "quota_exceeded", "访问过于频繁，按 Retry-After 等待后重试。"),
    (503, "warehouse_busy", "数据正在更新，按 Retry-After 等待后重试。"),
)
"""(status, code, meaning) of what a caller of the API can meet."""


@dataclass(frozen=True)
class Member:
    """One field of a model."""

    name: str
    type: str
    is_required: bool
    description: str


@dataclass(frozen=True)
class Model:
    """One model of the document."""

    name: str
    description: str
    members: tuple[Member, ...]


@dataclass(frozen=True)
class Operation:
    """One operation; ``responses`` are (status, meaning, type) lines."""

    method: str
    path: str
    summary: str
    description: str
    body: str
    parameters: tuple[Member, ...]
    """Headers and parts of the query."""
    responses: tuple[tuple[str, str, str], ...]


@router.get("/api/docs", response_class=HTMLResponse)
def show_documentation(visit: AnyVisit) -> Response:
    """Show every operation with its fields, an example call and the error codes."""
    document: dict[str, Any] = visit.request.app.openapi()
    context = {
        "document": document,
        "operations": [
            _to_operation(method, path, operation)
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
        ],
        "models": [
            _to_model(name, schema)
            for name, schema in document["components"]["schemas"].items()
            if "properties" in schema
        ],
        "faults": FAULTS,
        "base": visit.office.public_url.rstrip("/"),
    }
    return visit.page("agency/documentation.html", context)


def describe_type(schema: Mapping[str, Any]) -> str:
    """Return the type of a JSON schema in words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "anyOf" in schema:
        return " 或 ".join(describe_type(part) for part in schema["anyOf"])
    if schema.get("type") == "array":
        return f"数组，每项为 {describe_type(schema['items'])}"
    if "enum" in schema or "const" in schema:
        return " | ".join(str(value) for value in schema.get("enum", [schema.get("const")]))
    kind = _TYPES.get(str(schema.get("type")), "任意")
    form = _FORMATS.get(str(schema.get("format")))
    return f"{kind}（{form}）" if form else kind


_FILE_BODY = "文件：表单（multipart/form-data）中的 file，或直接以文件内容为请求体并写明 X-File-Name"
_WHERE = {"header": "请求头", "query": "地址参数"}
_TYPES = {"string": "文本", "integer": "整数", "object": "对象", "boolean": "是否", "null": "空"}
_FORMATS = {"date": "日期", "date-time": "时刻"}


def _to_model(name: str, schema: Mapping[str, Any]) -> Model:
    required = schema.get("required", [])
    members = tuple(
        Member(field, describe_type(about), field in required, about.get("description", ""))
        for field, about in schema["properties"].items()
    )
    return Model(name, schema.get("description", ""), members)


def _to_operation(method: str, path: str, operation: Mapping[str, Any]) -> Operation:
    content = operation.get("requestBody", {}).get("content", {})
    is_file = "multipart/form-data" in content
    body = None if is_file else content.get("application/json", {}).get("schema")
    return Operation(
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        description=operation.get("description", ""),
        body=_FILE_BODY if is_file else describe_type(body) if body else "",
        parameters=tuple(
            Member(one["name"], _WHERE[one["in"]], one["required"], one.get("description", ""))
            for one in operation.get("parameters", ())
            if one["in"] in _WHERE
        ),
        responses=tuple(
            (status, "成功" if status.startswith("2") else answer["description"], _describe_content(answer))
            for status, answer in sorted(operation["responses"].items())
        ),
    )


def _describe_content(answer: Mapping[str, Any]) -> str:
    types = {
        describe_type(content["schema"]) for content in answer.get("content", {}).values() if content.get("schema")
    }
    return "，".join(sorted(types))
