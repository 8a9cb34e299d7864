"""One hostile file: a name, how it is made, and what its sender calls it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Case:
    """A file that is made when it is wanted; ``make`` returns its bytes, or writes them to the path it is given."""

    name: str
    make: Callable[[], bytes] | Callable[[Path], None]
    file_name: str = "报送.csv"
    writes_itself: bool = False

    def write(self, path: Path) -> None:
        if self.writes_itself:
            self.make(path)  # type: ignore[call-arg] # such a maker takes the path.
        else:
            path.write_bytes(self.make())  # type: ignore[call-arg,arg-type] # such a maker returns bytes.


def fixed(name: str, content: bytes, file_name: str = "报送.csv") -> Case:
    return Case(name, lambda: content, file_name)
