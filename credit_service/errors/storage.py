"""What only the operator can mend."""

from __future__ import annotations

from credit_service.errors.families import StorageError


class WarehouseBusy(StorageError):
    """Another process holds the warehouse."""

    code = "warehouse_busy"


class SnapshotMissing(StorageError):
    """No snapshot was published yet."""

    code = "snapshot_missing"


class SchemaDrift(StorageError):
    """A store has another schema than this version of the service."""

    code = "schema_drift"


class LedgerConflict(StorageError):
    """Somebody else changed the row first."""

    code = "ledger_conflict"


class SandboxMissing(StorageError):
    """The machine offers no sandbox for foreign SQL."""

    code = "sandbox_missing"


class HomeOccupied(StorageError):
    """The home directory holds live state that must not be overwritten."""

    code = "home_occupied"


class KeyMissing(StorageError):
    """The key for persons' identifiers is missing or unreadable."""

    code = "key_missing"


class WarehouseDamaged(StorageError):
    """The warehouse cannot be opened or broke while open; it can be rebuilt."""

    code = "warehouse_damaged"


class StorageFull(StorageError):
    """The disk has no room for what must be stored."""

    code = "storage_full"


class PathUnusable(StorageError):
    """A file, directory or port cannot be used."""

    code = "path_unusable"


class RulebookDamaged(StorageError):
    """The kept copy of an adopted rulebook is missing or is not what was adopted."""

    code = "rulebook_damaged"
