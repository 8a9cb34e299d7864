"""What a caller sees when something fails: one table from exception to HTTP status, one page, one problem document.

Before this module an exception left a handler; after it the caller has an answer that says what happened and what to
do next: an RFC 9457 problem under ``/api``, a Chinese page elsewhere. It never shows a stack trace, and of faults that
only the operator can mend it shows the code and the request number, not the inside of the service.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException

from credit_service import errors as tree
from credit_service.web.pages import render_template

_LOG = structlog.get_logger(__name__)

HTTP_STATUS: dict[type[tree.CreditServiceError], int] = {
    tree.UnreadableFile: 422,
    tree.UnknownTemplate: 422,
    tree.MissingColumns: 422,
    tree.DuplicateBatch: 409,
    tree.OutsideCatalogue: 422,
    tree.BatchNotFound: 404,
    tree.RuleSyntax: 500,
    tree.UnknownIndicator: 500,
    tree.RuleOverlap: 500,
    tree.RuleWithoutSource: 500,
    tree.RuleNotInForce: 404,
    tree.RuleUnreachable: 500,
    tree.RuleNotMonotone: 500,
    tree.RuleOutsideBounds: 500,
    tree.RuleUnproved: 500,
    tree.RuleNotCompiled: 500,
    tree.RulebookFaulty: 422,
    tree.RulebookNotAdopted: 500,
    tree.IllegalTransition: 409,
    tree.EvidenceMissing: 422,
    tree.NoticeNotServed: 409,
    tree.StatementPeriodOpen: 409,
    tree.ObjectionPending: 409,
    tree.SamePerson: 403,
    tree.NotInCharge: 409,
    tree.OwnAgencyAlone: 403,
    tree.DelegationMissing: 403,
    tree.EvidenceAltered: 409,
    tree.ObjectionNotFound: 404,
    tree.NotCompetent: 403,
    tree.RepairBarred: 409,
    tree.RepairNotFound: 404,
    tree.NoticeNotFound: 404,
    tree.ConsentMissing: 409,
    tree.MinorProtected: 409,
    tree.NoLegalBasis: 409,
    tree.ClockReversed: 422,
    tree.IdentifiersContradict: 409,
    tree.CaseNotFound: 404,
    tree.PaperIncomplete: 409,
    tree.PaperNotFound: 404,
    tree.PaperAltered: 503,
    tree.MeasureDisproportionate: 409,
    tree.MeasureNotAsked: 409,
    tree.TaskNotFound: 404,
    tree.GateRefused: 409,
    tree.RedactionIncomplete: 500,
    tree.TemplateFault: 500,
    tree.ReleaseExists: 409,
    tree.PeriodUnknown: 422,
    tree.SubjectNotFound: 404,
    tree.AmbiguousSubject: 409,
    tree.BulletinNotFound: 404,
    tree.CursorExpired: 410,
    tree.QueryRefused: 422,
    tree.QueryFailed: 422,
    tree.RunNotFound: 404,
    tree.AwardUnknown: 422,
    tree.VettingNotFound: 404,
    tree.VettingDamaged: 500,
    tree.TooManyNominees: 422,
    tree.SelectionUnknown: 422,
    tree.AgencyNotFound: 404,
    tree.UnknownAgency: 403,
    tree.NotSignedIn: 401,
    tree.ScopeDenied: 403,
    tree.PurposeMissing: 403,
    tree.QuotaExceeded: 429,
    tree.AccountExists: 409,
    tree.WeakPassword: 422,
    tree.AccountUnknown: 404,
    tree.SignInPaused: 429,
    tree.SignInUnfinished: 403,
    tree.CodeRefused: 401,
    tree.PasswordRefused: 422,
    tree.FormIncomplete: 422,
    tree.IdentityRefused: 403,
    tree.LastAdministrator: 409,
    tree.OwnAccount: 403,
    tree.AccountActRefused: 409,
    tree.ProviderUnreachable: 503,
    tree.SettingsFaulty: 503,
    tree.WarehouseBusy: 503,
    tree.SnapshotMissing: 503,
    tree.SchemaDrift: 503,
    tree.LedgerConflict: 409,
    tree.SandboxMissing: 503,
    tree.PathUnusable: 503,
    tree.KeyUnknown: 404,
    tree.HomeOccupied: 500,
    tree.KeyMissing: 503,
    tree.WarehouseDamaged: 503,
    tree.StorageFull: 503,
    tree.RulebookDamaged: 503,
}
"""Every leaf of the exception tree; a house test fails when one is missing."""

TITLES = {
    400: "请求格式不正确",
    401: "请先登录",
    403: "没有权限",
    404: "没有找到",
    405: "不支持这种访问方式",
    409: "当前状态不允许这样做",
    410: "已失效",
    413: "上传的内容过大",
    422: "内容不符合要求",
    429: "访问过于频繁",
    500: "系统出现故障",
    503: "服务暂时不可用",
}

_CODES = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    413: "content_too_large",
    503: "unavailable",
}

_PLAIN = {
    400: ("服务器无法读懂这次请求。", "请刷新页面后重试；接口调用请核对请求体是否为有效的 JSON。"),
    404: (
        "这个地址没有内容，可能是链接有误，或者信息已依法移出。",
        "请从首页或公告列表重新进入，也可以按名称或代码查询。",
    ),
    405: ("这个地址不支持当前的请求方法。", "请返回上一页，使用页面上的按钮操作。"),
    413: ("提交的内容超过了允许的大小。", "数据文件请控制在300 MB以内，过大时请按月份或类别拆分后分批报送。"),
    500: (
        "处理这次请求时出现了意外错误，您的操作没有生效。",
        "请稍后重试；如仍出现，请把页面下方的请求编号告知系统管理员。",
    ),
    503: ("服务暂时不可用，您的操作没有生效。", "请稍后重试；如仍出现，请把页面下方的请求编号告知系统管理员。"),
}


@dataclass(frozen=True)
class Failure:
    """What is told to the caller."""

    status: int
    code: str
    message: str
    remedy: str
    attributes: dict[str, object] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """Chinese heading of the status."""
        return TITLES.get(self.status, "无法完成")


def install_error_handlers(app: FastAPI) -> None:
    """Make every failure of an application answer through this module."""

    @app.exception_handler(tree.CreditServiceError)
    def expected(request: Request, fault: tree.CreditServiceError) -> Response:
        return answer(request, to_failure(fault))

    @app.exception_handler(HTTPException)
    def plain(request: Request, fault: HTTPException) -> Response:
        return answer(request, _to_plain_failure(fault.status_code, dict(fault.headers or {})))

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, fault: RequestValidationError) -> Response:
        return answer(request, _to_validation_failure(fault))

    @app.exception_handler(Exception)
    def unexpected(request: Request, fault: Exception) -> Response:
        # The exception itself goes on to the server's log; a message of ours here would only repeat it.
        _LOG.error(
            "request.crashed", path=request.url.path, request_id=request_number(request), kind=type(fault).__name__
        )
        return answer(request, _to_plain_failure(500))


def status_of(fault: tree.CreditServiceError) -> int:
    """Return the HTTP status of an expected failure."""
    return HTTP_STATUS.get(type(fault), 500)


def status_of_form(fault: tree.CreditServiceError | None) -> int:
    """Return the status of a page with a form, shown again where it was refused.

    A code typed into a form that no department has is a mistake in the form, not a caller without rights.
    """
    if fault is None:
        return 200
    return 422 if isinstance(fault, tree.UnknownAgency) else status_of(fault)


def to_failure(fault: tree.CreditServiceError) -> Failure:
    """Return what is told of an expected failure.

    Faults of rules and stores (5xx) name files and tables of the installation, so callers get their code only.
    """
    status = status_of(fault)
    headers = {"Retry-After": str(fault.attributes.get("retry_after", 60))} if status in {429, 503} else {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if status >= 500:
        message, remedy = _PLAIN[503 if status == 503 else 500]
        return Failure(status, fault.code, message, remedy, headers=headers)
    return Failure(status, fault.code, fault.message, fault.remedy, dict(fault.attributes), headers)


def answer(request: Request, failure: Failure) -> Response:
    """Render a failure for whoever asked: a problem document for systems, a page for people."""
    if failure.status >= 500:
        _LOG.warning(
            "request.failed",
            status=failure.status,
            code=failure.code,
            path=request.url.path,
            request_id=request_number(request),
        )
    if request.url.path.startswith("/api/"):
        return to_problem(request, failure)
    if failure.code == tree.NotSignedIn.code and request.method == "GET":
        return _to_sign_in(request)
    if failure.code == tree.SignInUnfinished.code and request.method == "GET":
        return _send_to(request, str(failure.attributes["page"]))
    return render_template(
        request,
        "error.html",
        {
            "failure": failure,
            "request_number": request_number(request),
            "signed_in": getattr(request.state, "signed_in", None),
        },
        status=failure.status,
        headers=failure.headers,
    )


def _to_sign_in(request: Request) -> Response:
    """Send a reader to the sign-in page, and back afterwards; a part of a page sends the whole page there."""
    asked_from = urlsplit(request.headers.get("hx-current-url", "")).path
    return _send_to(request, f"/sign-in?next={quote(asked_from or request.url.path, safe='/')}")


def _send_to(request: Request, path: str) -> Response:
    if request.headers.get("hx-request"):
        return Response(headers={"HX-Redirect": path})
    return RedirectResponse(path, status_code=303)


def to_problem(request: Request, failure: Failure) -> JSONResponse:
    """Return a failure as RFC 9457 ``application/problem+json``."""
    body: dict[str, object] = {
        "type": f"/api/docs#error-{failure.code}",
        "title": failure.title,
        "status": failure.status,
        "detail": failure.message,
        "code": failure.code,
        "remedy": failure.remedy,
        "request_id": request_number(request),
    }
    if failure.attributes:
        body["attributes"] = {name: _plain_value(value) for name, value in failure.attributes.items()}
    return JSONResponse(
        body, status_code=failure.status, headers=failure.headers, media_type="application/problem+json"
    )


def request_number(request: Request) -> str:
    """Return the number that ties an answer to the log."""
    return str(getattr(request.state, "request_number", ""))


def to_size_failure() -> Failure:
    """Return what is told when a body is over the limit of its route."""
    return _to_plain_failure(413)


def _plain_value(value: object) -> object:
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain_value(item) for item in value]
    return value if isinstance(value, (bool, int)) or value is None else str(value)


def _to_plain_failure(status: int, headers: dict[str, str] | None = None) -> Failure:
    message, remedy = _PLAIN.get(status, _PLAIN[400 if status < 500 else 500])
    return Failure(
        status,
        _CODES.get(status, "refused" if status < 500 else "internal_error"),
        message,
        remedy,
        headers=headers or {},
    )


def _to_validation_failure(fault: RequestValidationError) -> Failure:
    """Return which fields are wrong and how; the value itself is not repeated, it may be somebody's number."""
    problems = [
        {"field": ".".join(str(part) for part in error["loc"]), "problem": _TYPES.get(error["type"], error["msg"])}
        for error in fault.errors()
    ]
    if any(error["type"] == "json_invalid" for error in fault.errors()):
        return _to_plain_failure(400)
    message = "；".join(f"{problem['field']}：{problem['problem']}" for problem in problems[:5])
    attributes: dict[str, object] = {"problems": "；".join(f"{p['field']}: {p['problem']}" for p in problems)}
    return Failure(
        422,
        "invalid_request",
        f"提交的内容有误：{message}。",
        "请按提示修改后重新提交；接口字段见 /api/docs。",
        attributes,
    )


_TYPES = {
    "missing": "缺少此项",
    "extra_forbidden": "没有这个字段",
    "string_too_short": "不能为空",
    "string_too_long": "太长",
    "string_type": "应为文本",
    "enum": "不在允许的取值内",
    "list_type": "应为数组",
    "too_long": "数量过多",
    "too_short": "数量过少",
    "date_from_datetime_parsing": "日期应写作 2026-09-30",
    "date_parsing": "日期应写作 2026-09-30",
    "int_parsing": "应为整数",
    "int_type": "应为整数",
}
