"""Commands typed wrongly are told in Chinese with what to type instead, by exit code 2; a missing password by 60."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
import structlog

from credit_service.__main__ import main

ENGLISH = re.compile(r"\b(?:No such|Missing|Invalid|Usage|Error|Option|unexpected|argument|Input|Value|Try)\b")
MISTAKES = {
    "nosuch": ("没有命令“nosuch”", "ingest"),
    "ruls check": ("没有命令“ruls”", "是否应为“rules”？"),
    "rules chek": ("没有命令“chek”", "是否应为“check”？"),
    "assess --as-off 2026-09-30": ("没有选项“--as-off”", "是否应为“--as-of”？"),
    "assess --as-of tomorrow": ("日期写法不对", "credit assess --help"),
    "assess --as-of 1800-01-01": ("日期应当在1949年至2199年之间", "credit assess --help"),
    "assess --as-of": ("选项“--as-of”后面缺少内容", "credit"),
    "assess --json=1": ("选项“--json”后面不写内容", "credit"),
    "explain": ("缺少参数", "主体编号或代码"),
    "explain a b": ("多写了“b”", "credit explain --help"),
    "ingest x": ("缺少选项“--agency”", "报送单位的统一社会信用代码"),
    "governance --by year": ("“year”不可用", "category、district、agency、cell"),
    "governance --category x": ("应为整数", "credit governance --help"),
    "governance --category 100": ("不得大于99", "credit governance --help"),
    "serve --port 0": ("不得小于1", "credit serve --help"),
    "decide act A zz --by q": ("“zz”不可用", "serve-notice"),
    "sample tax_a x.csv --rows many": ("应为整数", "credit sample --help"),
    "rules diff 2026-04-01": ("缺少参数“乙”", "credit rules diff --help"),
}


@pytest.fixture(autouse=True)
def log_as_before() -> Iterator[None]:
    """A command sends its log to the standard error of its own process; here that is one of the test's."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


def leave(monkeypatch: pytest.MonkeyPatch, typed: str) -> int:
    monkeypatch.setattr("sys.argv", ["anything", *typed.split()])
    with pytest.raises(SystemExit) as left:
        main()
    return int(left.value.code or 0)


@pytest.mark.parametrize("typed", MISTAKES)
def test_a_mistake_is_told_in_chinese_with_what_to_type(typed, monkeypatch, capsys):
    message, remedy = MISTAKES[typed]
    assert leave(monkeypatch, typed) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert message in said.err
    assert remedy in said.err.replace("\n", "")
    assert not ENGLISH.search(said.err), said.err


@pytest.mark.parametrize("typed", [one for one in MISTAKES if "=" not in one])
def test_a_mistake_is_told_to_programs_in_one_object(typed, monkeypatch, capsys):
    message, remedy = MISTAKES[typed]
    # Where a value is missing the flag would be taken for it, as it is by the program itself.
    typed = f"--json {typed}" if typed.endswith("--as-of") else f"{typed} --json"
    assert leave(monkeypatch, typed) == 2
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["code"] == "usage"
    if not typed.startswith("--json"):
        assert message in error["message"]
        assert remedy in error["remedy"]


def test_the_name_of_a_group_lists_its_commands(monkeypatch, capsys):
    assert leave(monkeypatch, "rules") == 2
    assert "adoptions" in capsys.readouterr().out
    assert leave(monkeypatch, "rules --json") == 2


@pytest.mark.parametrize(
    "typed",
    [
        "publish --period 2026Q3 --by anna --json",
        "account add anna --agency 11990101990100034U --role reviewer --json",
        "subject undo 1 --by anna --reason x --json",
        "batch withdraw B1 --by anna --reason x --json",
    ],
)
def test_without_a_terminal_the_setting_for_the_password_is_named(typed, fresh_home):
    answer = fresh_home.run(*typed.split())
    assert answer.code == 60
    assert answer.json()["error"]["code"] == "not_signed_in"
    assert "CREDIT_PASSWORD" in answer.json()["error"]["remedy"]
    assert answer.stderr == ""
