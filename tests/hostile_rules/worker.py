"""Reads hostile rules as the service would, each in a process of its own that cannot take the machine with it.

Started with a directory of rules and a directory to work in; answers one line of JSON for each case.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import sys
from datetime import date
from pathlib import Path

from credit_service.errors import RulebookError
from credit_service.rulebook.faults import FaultLog
from credit_service.rulebook.load import build_rulebook
from credit_service.rulebook.versions import find_in_force, find_versions
from hostile_rules.case import Case
from hostile_rules.corpus import CASES

DAY = date(2026, 9, 30)
CPU_SECONDS = 20
MEMORY_BYTES = 1024**3


def judge(case: Case, rules: Path) -> dict[str, object]:
    """Return what the loader says of the rules with one hostile file among them."""
    line = case.spoil(rules / case.file)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    log = FaultLog()
    versions = find_versions(rules, log)
    try:
        with log.catching():
            build_rulebook(find_in_force(versions, DAY), DAY, None, log)
    except RulebookError as error:
        refused_as = error.code
    else:
        refused_as = ""
    try:
        log.raise_first()
    except RulebookError as error:
        refused_as = error.code
    faults = [[fault.file, fault.line, fault.message, fault.remedy] for fault in sorted(log.faults)]
    used = resource.getrusage(resource.RUSAGE_SELF)
    peak = used.ru_maxrss // 1024
    return {
        "case": case.name,
        "line": line,
        "refused_as": refused_as,
        "faults": faults,
        "peak_mb": peak,
        "cpu": used.ru_utime,
    }


def judge_apart(case: Case, rules: Path) -> dict[str, object]:
    """Return the same from a process of its own; what ends it is told instead."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        with os.fdopen(write, "w", encoding="utf-8") as answer:
            json.dump(judge(case, rules), answer)
        os._exit(0)
    os.close(write)
    with os.fdopen(read, encoding="utf-8") as answer:
        said = answer.read()
    _, status = os.waitpid(child, 0)
    if status or not said:
        return {"case": case.name, "line": 0, "refused_as": f"ended with {status}", "faults": [], "peak_mb": 0}
    return dict(json.loads(said))


def main() -> None:
    """Judge every case on a fresh copy of the rules."""
    source, work = Path(sys.argv[1]), Path(sys.argv[2])
    for number, case in enumerate(CASES):
        folder = work / str(number)
        rules = Path(
            shutil.copytree(source, folder / "rules", ignore=shutil.ignore_patterns("cases*", "*.sql", "schema"))
        )
        print(json.dumps(judge_apart(case, rules)), flush=True)
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
