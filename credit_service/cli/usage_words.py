"""What is wrong with a command as it was typed, in Chinese, and what to type instead.

Before it is what Typer refused, after it message and remedy for `app.run`. Typer speaks English only and says the same
thing in few ways; what is not known here is passed on in its own words, never swallowed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import get_close_matches
from typing import NamedTuple

# Typer carries its own copy of Click and has no other name for these; a test types every kind of mistake.
from typer._click.core import Context, Parameter
from typer._click.exceptions import BadParameter, MissingParameter, NoArgsIsHelpError, NoSuchOption, UsageError


class Told(NamedTuple):
    """What is said of a mistake."""

    message: str
    remedy: str

    def to_dict(self) -> dict[str, str]:
        """Return the documented JSON object."""
        return {"code": "usage", "message": self.message, "remedy": self.remedy}


_QUOTED = re.compile(r"'([^']*)'")
_PATTERNS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = tuple(
    (re.compile(pattern), say)
    for pattern, say in (
        (r"No such command '(.*?)'", lambda found: f"没有命令“{found[1]}”"),
        (r"Missing command", lambda _: "没有写要做什么"),
        (r"unexpected extra arguments? ?(?:\(s\))? ?\((.*)\)", lambda found: f"多写了“{found[1]}”"),
        (r"Option '(.*?)' requires (?:an|[0-9]+) arguments?", lambda found: f"选项“{found[1]}”后面缺少内容"),
        (r"Option '(.*?)' does not take a value", lambda found: f"选项“{found[1]}”后面不写内容"),
        (r"does not match the formats? (.*)", lambda found: f"日期写法不对，应为{_say_formats(found[1])}"),
        (r"'(.*?)' is not one of (.*)", lambda found: f"“{found[1]}”不可用"),
        (r"valid integer", lambda _: "应为整数"),
        (r"valid number", lambda _: "应为数"),
        (r"less than or equal to (\S+)", lambda found: f"不得大于{found[1]}"),
        (r"greater than or equal to (\S+)", lambda found: f"不得小于{found[1]}"),
        (r"does not exist", lambda _: "文件或目录不存在"),
    )
)


def explain_usage(fault: UsageError) -> Told:
    """Return a mistake in Chinese with what to type instead."""
    look_up = f"运行 {_name(fault.ctx)} --help 查看写法。"
    if isinstance(fault, NoSuchOption):
        return Told(f"没有选项“{fault.option_name}”。", _suggest(fault.option_name, _list_options(fault.ctx)) + look_up)
    if isinstance(fault, MissingParameter):
        return Told(f"缺少{_name_parameter(fault.param)}。", _describe(fault.param) + look_up)
    if isinstance(fault, NoArgsIsHelpError):
        return Told("没有写要做什么。", _suggest("", _list_commands(fault.ctx)) + look_up)
    said = _translate(fault.message)
    if isinstance(fault, BadParameter):
        place = _name_parameter(fault.param) or (f"“{fault.param_hint}”" if fault.param_hint else "")
        return Told(f"{place}{'：' if place else ''}{said}。", _list_choices(fault.message) + look_up)
    typed = _QUOTED.search(fault.message)
    near = _suggest(typed[1], _list_commands(fault.ctx)) if typed and "command" in fault.message else ""
    return Told(f"{said}。", near + look_up)


def _translate(message: str) -> str:
    for pattern, say in _PATTERNS:
        found = pattern.search(message)
        if found:
            return say(found)
    return message.rstrip("。.")


def _name(ctx: Context | None) -> str:
    return ctx.command_path if ctx is not None else "credit"


def _name_parameter(parameter: Parameter | None) -> str:
    if parameter is None:
        return ""
    if parameter.param_type_name == "option":
        return f"选项“{max(parameter.opts, key=len)}”"
    return f"参数“{parameter.metavar or (parameter.name or '').upper()}”"


def _describe(parameter: Parameter | None) -> str:
    text = getattr(parameter, "help", None)
    return f"{text.rstrip('。')}。" if text else ""


def _list_options(ctx: Context | None) -> list[str]:
    return [] if ctx is None else [name for one in ctx.command.params for name in one.opts if name.startswith("--")]


def _list_commands(ctx: Context | None) -> list[str]:
    names = getattr(ctx.command if ctx is not None else None, "list_commands", None)
    return list(names(ctx)) if names is not None else []


def _suggest(word: str, known: list[str]) -> str:
    near = get_close_matches(word, known, n=1, cutoff=0.5)
    return f"是否应为“{near[0]}”？" if near else f"可用的有：{'、'.join(known)}。" if known else ""


def _list_choices(message: str) -> str:
    _, is_choice, listed = message.partition(" is not one of ")
    return f"可用的有：{'、'.join(_QUOTED.findall(listed))}。" if is_choice else ""


def _say_formats(formats: str) -> str:
    shown = {"%Y-%m-%d": "2026-09-30的形式"}
    return "或".join(shown.get(one, one) for one in _QUOTED.findall(formats))
