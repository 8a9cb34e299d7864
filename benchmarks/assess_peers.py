"""The compiled rules beside the same rules written by hand for DuckDB, and beside other engines, in one run.

    python benchmarks/assess_peers.py 1000000 --peers ../peers/bin/python --peer-rows 100000

Every contestant scores the same made-up records in a process of its own and leaves the standing of every subject in
every category; the digests must be identical, or the run ends. Row engines get fewer records, and ours is measured at
that size too. Each is run several times, in turn; the least processor time of each counts.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from records import make_records

HERE = Path(__file__).parent
ROOT = HERE.parent
PEERS = ("openfisca_peer.py", "rule_engine_peer.py", "zen_peer.py")


@dataclass(frozen=True)
class Result:
    """One contestant's best run."""

    name: str
    cpu: float
    wall: float
    digest: tuple[object, ...]
    peak_mb: int


def run(python: str, script: str, *arguments: str) -> Result:
    """Run one contestant once."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [python, str(HERE / "peers" / script), *arguments]
    answer = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    told = json.loads(answer.stdout.splitlines()[-1])
    digest = (told["rows"], told["points"], told["digest"])
    return Result(told["name"], told["cpu"], told["wall"], digest, told["peak_mb"])


def contend(contestants: list[tuple[str, ...]], rounds: int) -> list[Result]:
    """Run all in turn, several times; return the cheapest run of each, and end where two disagree."""
    best: dict[int, Result] = {}
    for _ in range(rounds):
        for place, command in enumerate(contestants):
            result = run(*command)
            if place not in best or result.cpu < best[place].cpu:
                best[place] = result
    if len({result.digest for result in best.values()}) != 1:
        raise SystemExit("\n".join(f"{result.name}: {result.digest}" for result in best.values()))
    return [best[place] for place in range(len(contestants))]


def show(title: str, results: list[Result], base: Result) -> None:
    """Print one table; ratios are to the base."""
    print(title)
    for one in results:
        ratios = f"{one.cpu / base.cpu:8.2f} x CPU {one.wall / base.wall:8.2f} x wall"
        print(f"  {one.name:<24} {one.cpu:8.2f} s CPU {one.wall:8.2f} s wall {one.peak_mb:6} MB {ratios}", flush=True)


def main() -> None:
    """Make the records, run everybody, print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("rows", nargs="?", type=int, default=1_000_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--peers", help="a Python that has zen-engine, rule-engine, openfisca-core and duckdb")
    options.add_argument("--peer-rows", type=int, default=100_000)
    given = options.parse_args()
    own = sys.executable
    with tempfile.TemporaryDirectory() as folder:
        warehouse = str(Path(folder) / "records.duckdb")
        make_records(Path(warehouse), given.rows)
        hand, scores, everything = contend(
            [
                (own, "by_hand.py", warehouse),
                (own, "compiled.py", warehouse, "scores"),
                (own, "compiled.py", warehouse, "all"),
            ],
            given.rounds,
        )
        show(f"{given.rows} records; ratio to the hand-written SQL", [hand, scores, everything], hand)
        if given.peers:
            smaller = str(Path(folder) / "smaller.duckdb")
            make_records(Path(smaller), given.peer_rows)
            ours = contend([(own, "compiled.py", smaller, "scores")], given.rounds)[0]
            others = contend([(given.peers, script, smaller) for script in PEERS], 1)
            if others[0].digest != ours.digest:
                msg = f"{others[0].digest} is not {ours.digest}"
                raise SystemExit(msg)
            show(f"{given.peer_rows} records; ratio to the compiled rules", [ours, *others], ours)


if __name__ == "__main__":
    main()
