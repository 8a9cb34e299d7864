"""The two keys for natural persons: one makes their numbers into subject ids, one encrypts them in the ledger.

They lie in one file outside both stores, readable by the service's own account only. Lost or altered keys cannot be
made again: every subject id of a person would change and no stored number could be read, so nothing is guessed here.
"""

from __future__ import annotations

import json
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from credit_service.durable import sync_folder
from credit_service.errors import KeyMissing

FILE_NAME = "persons.key"
_KEY_BYTES = 32


@dataclass(frozen=True)
class Keys:
    """The keys in use; ``key_id`` names both and gives nothing of them away."""

    hash_key: bytes = field(repr=False)
    """For HMAC-SHA256 of identifiers."""
    vault_key: bytes = field(repr=False)
    """For AES-256-GCM in the ledger."""
    key_id: str


def load_or_create_keys(keys_dir: Path) -> Keys:
    """Return the keys of a directory, made at the first call.

    Raises:
        KeyMissing: The file is damaged, cut short, or readable by others.
    """
    path = keys_dir / FILE_NAME
    if not path.exists():
        _create(path)
    return _load(path)


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    hash_key, vault_key = secrets.token_bytes(_KEY_BYTES), secrets.token_bytes(_KEY_BYTES)
    text = json.dumps(
        {"hash_key": hash_key.hex(), "vault_key": vault_key.hex(), "key_id": _key_id(hash_key, vault_key)}, indent=1
    )
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        # A link fails where another process was first; its keys then count, and ours were never used.
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
    sync_folder(path.parent)


def _load(path: Path) -> Keys:
    try:
        if path.stat().st_mode & 0o077:
            message = f"密钥文件“{path.name}”可被其他账户读取。"
            raise KeyMissing(message, remedy="请核查是否泄露，然后将其权限改为仅属主可读写（chmod 600）。")
        held = json.loads(path.read_text(encoding="ascii"))
        hash_key, vault_key = bytes.fromhex(held["hash_key"]), bytes.fromhex(held["vault_key"])
        is_whole = len(hash_key) == len(vault_key) == _KEY_BYTES and held["key_id"] == _key_id(hash_key, vault_key)
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise _damaged(path) from fault
    if not is_whole:
        raise _damaged(path)
    return Keys(hash_key, vault_key, held["key_id"])


def _damaged(path: Path) -> KeyMissing:
    message = f"密钥文件“{path.name}”损坏或不完整，自然人数据无法识别和解密。"
    return KeyMissing(message, remedy="请从离线备份恢复该文件；不要删除后重建，否则已有自然人数据将无法对应。")


def _key_id(hash_key: bytes, vault_key: bytes) -> str:
    return "PK" + sha256(b"credit-service keys\n" + hash_key + vault_key).hexdigest()[:12].upper()
