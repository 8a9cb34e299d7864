"""Keys of other agencies' systems: who asks, what for, how often."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from credit_service.bootstrap import Service
from credit_service.domain.agency import ApiKey
from credit_service.errors import NotSignedIn, ScopeDenied
from credit_service.pipeline.accounts import get_key
from credit_service.web.agency.models import Problem
from credit_service.web.dependencies import find_throttles, to_address

_BEARER = HTTPBearer(auto_error=False, description="系统管理员签发的接口密钥：Authorization: Bearer <密钥>")

_PROBLEM = {"model": Problem, "content": {"application/problem+json": {}}}
PROBLEMS: dict[int | str, dict[str, object]] = {
    400: {**_PROBLEM, "description": "请求体不是有效的 JSON。"},
    401: {**_PROBLEM, "description": "没有密钥，或密钥无效、已停用。"},
    403: {**_PROBLEM, "description": "密钥没有此项权限，或未写明用途。"},
    413: {**_PROBLEM, "description": "请求体过大。"},
    422: {**_PROBLEM, "description": "字段缺失、多余或取值不对。"},
    429: {**_PROBLEM, "description": "访问过于频繁，按 Retry-After 等待后重试。"},
    503: {**_PROBLEM, "description": "服务暂时不可用，按 Retry-After 等待后重试。"},
}

_FURTHER: dict[int | str, dict[str, object]] = {
    404: {**_PROBLEM, "description": "没有这个编号，或属于别的单位。"},
    409: {**_PROBLEM, "description": "当前状态不允许，或幂等键已用于别的文件。"},
    410: {**_PROBLEM, "description": "分页位置无效，请从第一页重新读取。"},
}


def problems(*codes: int) -> dict[int | str, dict[str, object]]:
    """Return the problem documents an operation can answer with."""
    known = {**PROBLEMS, **_FURTHER}
    return {code: known[code] for code in codes}


def need_scope(scope: str) -> Callable[..., ApiKey]:
    """Return a dependency that lets keys with a scope in."""

    def check_key(request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]) -> ApiKey:
        service: Service = request.app.state.service
        request.state.private = True
        if given is None:
            message = "没有提供接口密钥。"
            raise NotSignedIn(
                message, remedy="请在请求头中写明 Authorization: Bearer <密钥>；没有密钥请联系系统管理员。"
            )
        try:
            key = get_key(service.office, given.credentials)
        except NotSignedIn:
            find_throttles(request).guesses.count(to_address(request))
            raise
        if scope not in key.scopes:
            message = f"此密钥没有“{scope}”权限。"
            raise ScopeDenied(message, remedy="请联系系统管理员换发具有该权限的密钥。")
        find_throttles(request).calls.count(key.key_id)
        return key

    return check_key
