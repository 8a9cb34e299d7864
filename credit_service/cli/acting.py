"""Who acts from the command line: a person with an account, signed in for as long as the command runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from credit_service.bootstrap import Service
from credit_service.domain.agency import Actor
from credit_service.domain.sign_in import SignInDuty
from credit_service.errors import NotSignedIn, SignInUnfinished
from credit_service.pipeline.accounts import as_actor
from credit_service.pipeline.sign_in import CodeWanted, SignedIn, give_code, sign_in, sign_out

ACTOR_HELP = "办理人的登录名；密码取自环境变量 CREDIT_PASSWORD，动态码取自 CREDIT_CODE，没有则提示输入。"


def ask_password(prompt: str, *, is_new: bool = False, setting: str = "CREDIT_PASSWORD") -> str:
    """Return the password of a setting (``CREDIT_PASSWORD``) or what is typed at the prompt, a new one twice.

    Raises:
        NotSignedIn: There is neither: nobody sits at a terminal.
    """
    given = os.environ.get(setting)
    if given:
        return given
    if not sys.stdin.isatty():
        message = f"没有终端可以输入：{prompt}。"
        raise NotSignedIn(message, remedy=f"请把密码放在环境变量 {setting} 中，或者在终端里运行。")
    typed: str = typer.prompt(prompt, hide_input=True, confirmation_prompt="再输一遍" if is_new else False, err=True)
    return typed


@contextmanager
def acting(service: Service, name: str) -> Iterator[Actor]:
    """Sign a person in, with password and code from the environment or typed at the prompt, and out again.

    Raises:
        NotSignedIn: Name or password is wrong, or there is nowhere to type one.
        SignInPaused: They were wrong too often.
        CodeRefused: The account has an authenticator and the code is wrong or used.
        SignInUnfinished: The person must choose a password or enrol an authenticator first.
    """
    with signed_in_for_now(service, name) as signed_in:
        if signed_in.owes is SignInDuty.CHANGE_PASSWORD:
            message = "这个账号还在使用初始密码，只能用来设置自己的密码。"
            raise SignInUnfinished(message, remedy=f"请先运行 credit account password {name}，或在网站登录后修改。")
        if signed_in.owes is SignInDuty.ENROL:
            message = "按本系统的设置，您的角色必须绑定动态码后才能办理。"
            raise SignInUnfinished(message, remedy="请在网站登录，打开“我的账号 → 动态码”完成绑定。")
        yield as_actor(signed_in.account)


@contextmanager
def signed_in_for_now(service: Service, name: str) -> Iterator[SignedIn]:
    """Sign a person in for one command, whatever the person still owes."""
    answer = sign_in(service.office, name, ask_password(f"{name} 的密码"))
    if isinstance(answer, CodeWanted):
        typed = _ask_code(name)
        answer = give_code(service.office, answer.token, typed)
    try:
        yield answer
    finally:
        sign_out(service.office, answer.token)


def _ask_code(name: str) -> str:
    given = os.environ.get("CREDIT_CODE")
    if given:
        return given
    if not sys.stdin.isatty():
        message = f"没有终端可以输入 {name} 的动态码。"
        raise NotSignedIn(message, remedy="请把动态码放在环境变量 CREDIT_CODE 中，或者在终端里运行。")
    typed: str = typer.prompt(f"{name} 的动态码（或恢复码）", err=True)
    return typed
