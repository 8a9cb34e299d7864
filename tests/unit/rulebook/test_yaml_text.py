"""The restricted YAML: text stays text, and everything clever is refused with its line."""

from __future__ import annotations

import pytest

from credit_service.rulebook.faults import Refusal
from credit_service.rulebook.yaml_text import YamlList, YamlMap, YamlText, parse_yaml


def text_of(content: str, key: str) -> str | None:
    tree = parse_yaml(content.encode(), "f.yaml").items[key]
    assert isinstance(tree, YamlText)
    return tree.text


@pytest.mark.parametrize("word", ["no", "1.10", "12:30", "12:30:00", "0777", "2026-01-01", "on", "1e3", "0x1F", "true"])
def test_scalars_stay_the_text_the_author_wrote(word):
    assert text_of(f"a: {word}", "a") == word


@pytest.mark.parametrize("word", ["", "~", "null"])
def test_empty_is_none_but_quoted_empty_is_text(word):
    assert text_of(f"a: {word}", "a") is None
    assert text_of('a: ""', "a") == ""


def test_lines_are_kept():
    tree = parse_yaml(b"a: 1\nb:\n  - x\n  - c: y\n", "f.yaml")
    listed = tree.items["b"]
    assert isinstance(listed, YamlList)
    assert [item.line for item in listed.items] == [3, 4]
    assert isinstance(listed.items[1], YamlMap)


BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n"


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (BOMB, 1, "锚点"),
        ("a: 1\nb: *a\n", 2, "锚点"),
        ("a: !!binary aGk=\n", 1, "标签"),
        ("x: 1\na: !!python/object/apply:os.system ['id']\n", 2, "标签"),
        ("a: !custom 1\n", 1, "标签"),
        ("a: 1\n<<: {b: 2}\n", 2, "合并键"),
        ("a: 1\nb: 2\na: 3\n", 3, "重复"),
        ("a: 1\n---\nb: 2\n", 2, "一个文档"),
        ("%YAML 1.1\n---\na: 1\n", 1, "一个文档"),
        ("a: [1, 2\nb: 3\n", 2, "语法"),
        ("a: 1\n\tb: 2\n", 2, "语法"),
        ("- 1\n- 2\n", 1, "字段: 值"),
        ("", 1, "字段: 值"),
        ("? [a, b]\n: 1\n", 1, "字段名"),
        ("a: \x07\n", 1, "字符"),
        ("a: " + "[" * 40 + "]" * 40, 1, "嵌套"),
        ("a: " + "x" * 600_000, 1, "KB"),
    ],
)
def test_what_rules_may_not_use_is_refused_with_its_line(content, line, words):
    with pytest.raises(Refusal) as caught:
        parse_yaml(content.encode(), "f.yaml")
    assert (caught.value.fault.file, caught.value.fault.line) == ("f.yaml", line)
    assert words in caught.value.fault.message


def test_other_encodings_are_refused_with_their_line():
    with pytest.raises(Refusal) as caught:
        parse_yaml("a: 1\nb: 中文\n".encode("gb18030"), "f.yaml")
    assert caught.value.fault.line == 2
