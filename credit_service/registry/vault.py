"""Names and numbers of natural persons, encrypted for the ledger and read back one at a time.

AES-256-GCM with a fresh nonce for each value; the additional data ties a value to its row and column, so that values
cannot be swapped between persons. It deliberately keeps nothing and knows no table.

Source: 个人信息保护法 Art. 51 (encryption).
"""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from credit_service.errors import KeyMissing
from credit_service.registry.keys import Keys

_NONCE_BYTES = 12


class Vault:
    """Encrypts and decrypts with the keys given to it."""

    def __init__(self, keys: Keys) -> None:
        self.key_id = keys.key_id
        self._cipher = AESGCM(keys.vault_key)

    def encrypt(self, text: str, place: str) -> bytes:
        """Return the encrypted text; ``place`` names the row and column it is for."""
        return self.encrypt_bytes(text.encode(), place)

    def encrypt_bytes(self, content: bytes, place: str) -> bytes:
        """Return the encrypted bytes; ``place`` names what they are for."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, content, place.encode())

    def decrypt(self, sealed: bytes, place: str, key_id: str) -> str:
        """Return the text of a value.

        Raises:
            KeyMissing: It was encrypted under another key, for another place, or altered.
        """
        return self.decrypt_bytes(sealed, place, key_id).decode()

    def decrypt_bytes(self, sealed: bytes, place: str, key_id: str) -> bytes:
        """Return the bytes of a value.

        Raises:
            KeyMissing: They were encrypted under another key, for another place, or altered.
        """
        if key_id == self.key_id:
            try:
                return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place.encode())
            except (InvalidTag, ValueError) as fault:
                message = "自然人数据无法解密：内容被改动，或不属于该记录。"
                raise KeyMissing(message, remedy="请停止使用该账本并从备份核对。", key_id=key_id) from fault
        message = f"自然人数据由另一密钥（{key_id}）加密，当前密钥是{self.key_id}。"
        raise KeyMissing(message, remedy="请恢复与该账本配套的密钥文件。", key_id=key_id)
