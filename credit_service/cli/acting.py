"""Who acts from the command line: a person with an account, signed in for as long as the command runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from credit_service.bootstrap import Service
from credit_service.domain.agency import Actor
from credit_service.errors import NotSignedIn
from credit_service.pipeline.accounts import as_actor, sign_in, sign_out

ACTOR_HELP = "办理人的登录名；密码取自环境变量 CREDIT_PASSWORD，没有则提示输入。"


def ask_password(prompt: str, *, is_new: bool = False) -> str:
    """Return the password of ``CREDIT_PASSWORD`` or what is typed at the prompt, a new one twice.

    Raises:
        NotSignedIn: There is neither: nobody sits at a terminal.
    """
    given = os.environ.get("CREDIT_PASSWORD")
    if given:
        return given
    if not sys.stdin.isatty():
        message = f"没有终端可以输入：{prompt}。"
        raise NotSignedIn(message, remedy="请把密码放在环境变量 CREDIT_PASSWORD 中，或者在终端里运行。")
    typed: str = typer.prompt(prompt, hide_input=True, confirmation_prompt="再输一遍" if is_new else False, err=True)
    return typed


@contextmanager
def acting(service: Service, name: str) -> Iterator[Actor]:
    """Sign a person in, with the password of ``CREDIT_PASSWORD`` or typed at the prompt, and out again.

    Raises:
        NotSignedIn: Name or password is wrong, or there is nowhere to type one.
    """
    password = ask_password(f"{name} 的密码")
    signed_in = sign_in(service.office, name, password)
    try:
        yield as_actor(signed_in.account)
    finally:
        sign_out(service.office, signed_in.token)
