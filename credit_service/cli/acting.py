"""Who acts from the command line: a person with an account, signed in for as long as the command runs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from credit_service.bootstrap import Service
from credit_service.domain.agency import Actor
from credit_service.pipeline.accounts import as_actor, sign_in, sign_out

ACTOR_HELP = "办理人的登录名；密码取自环境变量 CREDIT_PASSWORD，没有则提示输入。"


@contextmanager
def acting(service: Service, name: str) -> Iterator[Actor]:
    """Sign a person in, with the password of ``CREDIT_PASSWORD`` or typed at the prompt, and out again.

    Raises:
        NotSignedIn: Name or password is wrong.
    """
    password = os.environ.get("CREDIT_PASSWORD") or typer.prompt(f"{name} 的密码", hide_input=True, err=True)
    signed_in = sign_in(service.office, name, password)
    try:
        yield as_actor(signed_in.account)
    finally:
        sign_out(service.office, signed_in.token)
