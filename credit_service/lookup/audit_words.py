"""What the actions of the audit are called, for people who read it."""

from __future__ import annotations

from credit_service.domain.listing import ActKind
from credit_service.domain.resolution import Verdict
from credit_service.domain.sign_in import AccountActKind

_NAMES = {
    "account.added": "开设账号",
    "agency.added": "登记单位",
    "agency.changed": "修改单位",
    "assessment": "评价",
    "batch.held": "批次待确认",
    "batch.received": "接收批次",
    "batch.refused": "整批退回",
    "batch.released": "放行批次",
    "batch.stored": "批次入库",
    "batch.withdrawn": "撤回",
    "bulletin.released": "发布公告",
    "form.refused": "拒绝伪造或过期的表单",
    "key.issued": "发放接口密钥",
    "key.revoked": "停用接口密钥",
    "password.changed": "修改密码",
    "password.refused": "核对密码不通过",
    "rulebook.compiled": "编译规则库",
    "rulebook.adopted": "确认采用规则库",
    "rulebook.founded": "建库启用规则库",
    "rulebook.proposed": "提出规则库",
    "rulebook.withdrawn": "撤回规则库",
    "second_factor.begun": "开始绑定动态码",
    "second_factor.enrolled": "绑定动态码",
    "second_factor.given_up": "本人解除动态码",
    "second_factor.refused": "解除时动态码不正确",
    "sign_in": "登录",
    "sign_in.code_refused": "动态码不正确",
    "sign_in.ended": "结束一个登录",
    "sign_in.others_ended": "结束其他登录",
    "sign_in.provider_refused": "统一身份登录被拒",
    "sign_in.refused": "登录被拒",
    "sign_out": "退出",
    "subject.undo": "撤销归并判断",
}
ACTION_NAMES = (
    _NAMES
    | {f"account.{kind.value}": kind.label for kind in AccountActKind}
    | {f"case.{kind.value}": kind.label for kind in ActKind}
    | {f"subject.{verdict.value}": verdict.label for verdict in Verdict}
)
"""An action that has no name here is shown as it is written."""
