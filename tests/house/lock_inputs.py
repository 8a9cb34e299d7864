"""The fingerprint of what the lock files are resolved from.

`make lock` writes it beside the lock files; the house test compares it, so a dependency changed in pyproject.toml
without a new lock fails offline too.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STAMP = ROOT / "requirements" / "inputs.sha256"


def fingerprint() -> str:
    """Return the hash of the dependency tables of pyproject.toml and of requirements/uv.in."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    inputs = [project["dependencies"], project["optional-dependencies"], project["requires-python"]]
    text = json.dumps(inputs, sort_keys=True) + (ROOT / "requirements" / "uv.in").read_text(encoding="utf-8")
    return hashlib.sha256(text.encode()).hexdigest()


if __name__ == "__main__":
    STAMP.write_text(fingerprint() + "\n", encoding="utf-8")
