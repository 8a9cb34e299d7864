"""Where things lie on disk, resolved once by `bootstrap` from the settings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Places:
    """The directories and files of one installation.

    ``home`` holds all live state; ``rules``, ``reference``, ``samples`` and ``publication_templates`` are read only.
    """

    home: Path
    rules: Path
    reference: Path
    samples: Path
    publication_templates: Path
    issued: Path

    @property
    def inbox(self) -> Path:
        """Received files, named by hash; the source of truth for the warehouse."""
        return self.home / "inbox"

    @property
    def warehouse(self) -> Path:
        """The DuckDB file; may be thrown away and rebuilt."""
        return self.home / "warehouse.duckdb"

    @property
    def snapshots(self) -> Path:
        """Immutable masked copies for analysts."""
        return self.home / "snapshots"

    @property
    def rulebooks(self) -> Path:
        """Adopted rulebooks, each in a folder named by its hash; never edited."""
        return self.home / "rulebooks"

    @property
    def evidence(self) -> Path:
        """Evidence of acts, encrypted, named by hash; never edited."""
        return self.home / "evidence"

    @property
    def papers(self) -> Path:
        """Files of issued papers, named by hash; those about natural persons are encrypted."""
        return self.home / "papers"

    @property
    def keys(self) -> Path:
        """Keys for persons' identifiers; outside both stores."""
        return self.home / "keys"

    @property
    def templates(self) -> Path:
        """Upload templates."""
        return self.reference / "templates"

    @property
    def nominee_templates(self) -> Path:
        """Templates of nominees for awards: vetted, never stored as records."""
        return self.reference / "vetting"

    @property
    def vettings(self) -> Path:
        """Results of vettings, each in a folder named by its number; never edited."""
        return self.home / "vettings"
