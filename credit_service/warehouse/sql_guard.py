"""Reads an analyst's SQL before anything runs it, and refuses whatever is not on the list.

The text is parsed by the very engine that will run it (``json_serialize_sql``), and the tree is checked node by node:
kinds of nodes, functions and tables that are not named below do not pass, and neither does anything that cannot be
read. Looking at the statement's type is not enough: since DuckDB 2.0 a SELECT may hold INSERT, DELETE or COPY in a
common table expression. Before this module comes text from anybody; after it `sandbox` runs the text all the same in a
process that can do nothing: the guard is the first of two walls, not the only one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NoReturn

import duckdb

from credit_service.errors import QueryRefused
from credit_service.warehouse.sql_allowed import (
    ALLOWED_CLASSES,
    ALLOWED_FUNCTIONS,
    ALLOWED_TABLE_FUNCTIONS,
    ALLOWED_TYPES,
)

MAX_CHARACTERS = 20_000
MAX_NESTING = 60
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_NAME = re.compile(r"\w{1,64}")
_REMEDY = "只能用一条 SELECT 查询快照中的表；可用的表见页面上的表清单，需要其他函数请联系系统管理员。"


def check_sql(sql: str, tables: Iterable[str]) -> None:
    """Let a query pass, or say what in it is refused.

    Args:
        sql: The text as the analyst wrote it.
        tables: Names of the tables that may be read.

    Raises:
        QueryRefused: The text is too long or too deep, is not exactly one SELECT, or uses something not allowed.
    """
    _check_text(sql)
    try:
        statements = _parse(sql)
        if len(statements) != 1:
            _refuse(f"一次只能执行一条语句，收到{len(statements)}条")
        statement = statements[0]
        if statement.get("named_param_map"):
            _refuse("查询中不能有参数占位符（? 或 $1）")
        _TreeCheck(frozenset(tables)).check(statement["node"], frozenset())
    except QueryRefused:
        raise
    except Exception:  # noqa: BLE001 - fail closed: what the guard cannot read to the end does not pass
        _refuse("语句过于复杂或无法解析")


def _check_text(sql: str) -> None:
    if not sql.strip():
        _refuse("查询是空的")
    if len(sql) > MAX_CHARACTERS:
        _refuse(f"查询长{len(sql)}个字符，超过上限{MAX_CHARACTERS}")
    if _CONTROL.search(sql):
        _refuse("查询中有控制字符或不可见字符")
    depth = deepest = 0
    for letter in sql:
        depth += (letter in "([{") - (letter in ")]}")
        deepest = max(deepest, depth)
    if deepest > MAX_NESTING:
        _refuse(f"括号嵌套{deepest}层，超过上限{MAX_NESTING}")


def _parse(sql: str) -> list[dict[str, object]]:
    with _parser().cursor() as connection:
        text = connection.sql("SELECT json_serialize_sql($sql::VARCHAR)", params={"sql": sql}).fetchall()[0][0]
    tree = json.loads(text)
    if tree["error"]:
        if tree.get("error_type") == "parser":
            _refuse(f"SQL 语法有误：{tree['error_message']}")
        _refuse("只能执行 SELECT 查询")
    statements: list[dict[str, object]] = tree["statements"]
    return statements


@lru_cache(maxsize=1)
def _parser() -> duckdb.DuckDBPyConnection:
    """Return an empty database of this process that only ever parses."""
    return duckdb.connect(":memory:", config={"threads": 1, "enable_external_access": "false"})


class _TreeCheck:
    """Walks the tree; names of common table expressions are known only where SQL knows them."""

    def __init__(self, tables: frozenset[str]) -> None:
        self._tables = frozenset(name.lower() for name in tables)

    def check(self, node: object, scope: frozenset[str]) -> None:
        """Check a node and everything below it."""
        if isinstance(node, list):
            for child in node:
                self.check(child, scope)
        elif isinstance(node, Mapping):
            self._check_mapping(node, scope)

    def _check_mapping(self, node: Mapping[str, object], scope: frozenset[str]) -> None:
        kind = node.get("type")
        if isinstance(kind, str) and kind not in ALLOWED_TYPES:
            _refuse(f"不允许使用“{_readable(kind)}”")
        if "class" in node and node["class"] not in ALLOWED_CLASSES:
            _refuse(f"不允许使用“{_readable(str(node['class']))}”")
        if "info" in node or "info_type" in node:
            _refuse("不允许使用数据定义或复制语句")
        if kind == "BASE_TABLE":
            self._check_table(node, scope)
        if kind == "TABLE_FUNCTION":
            self._check_table_function(node, scope)
            return
        if "function_name" in node:
            _check_function(node, ALLOWED_FUNCTIONS)
        scope = self._check_named_queries(node.get("cte_map"), scope)
        for name, child in node.items():
            if name != "cte_map":
                self.check(child, scope)

    def _check_table(self, node: Mapping[str, object], scope: frozenset[str]) -> None:
        name = str(node.get("table_name") or "").lower()
        schema = str(node.get("schema_name") or "").lower()
        if node.get("catalog_name") or schema not in {"", "main"} or node.get("at_clause"):
            _refuse(f"不允许访问其他库或系统表“{schema or node.get('catalog_name') or name}.{name}”")
        if name not in self._tables and (schema or name not in scope):
            _refuse(f"没有可查询的表“{name}”")

    def _check_table_function(self, node: Mapping[str, object], scope: frozenset[str]) -> None:
        function = node.get("function")
        if not isinstance(function, Mapping):
            _refuse("不允许使用这种表函数")
        _check_function(function, ALLOWED_TABLE_FUNCTIONS)
        # The function itself is judged; what is left to check are its arguments and what stands beside it.
        arguments = {name: child for name, child in function.items() if name != "function_name"}
        beside = [child for name, child in node.items() if name != "function"]
        self.check([arguments, *beside], scope)

    def _check_named_queries(self, cte_map: object, scope: frozenset[str]) -> frozenset[str]:
        entries = cte_map.get("map", []) if isinstance(cte_map, Mapping) else []
        for entry in entries:
            name = str(entry["key"]).lower()
            if _NAME.fullmatch(name) is None:
                _refuse(f"WITH 的名称“{name}”只能用文字、数字和下划线")
            if name in self._tables:
                _refuse(f"WITH 的名称“{name}”与已有的表重名")
            self.check(entry["value"], scope)
            scope |= {name}
        return scope


def _check_function(node: Mapping[str, object], allowed: frozenset[str]) -> None:
    name = str(node["function_name"]).lower()
    # EXTRACT and row values are written by the parser itself as functions of main.
    own = (node.get("schema") or "main") == "main" and not node.get("catalog")
    if not own or name not in allowed:
        _refuse(f"不允许使用函数“{name}”")


def _readable(kind: str) -> str:
    return kind.removesuffix("_NODE").replace("_", " ").lower()


def _refuse(what: str) -> NoReturn:
    message = f"查询被拒绝：{what}。"
    raise QueryRefused(message, remedy=_REMEDY)
