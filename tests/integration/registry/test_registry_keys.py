import json
import stat
import threading

import pytest

from credit_service.errors import KeyMissing
from credit_service.registry.keys import FILE_NAME, load_or_create_keys
from credit_service.registry.vault import Vault


def test_keys_are_made_once_and_read_by_nobody_else(tmp_path):
    keys = load_or_create_keys(tmp_path / "keys")
    path = tmp_path / "keys" / FILE_NAME
    assert load_or_create_keys(tmp_path / "keys") == keys
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [entry.name for entry in path.parent.iterdir()] == [FILE_NAME]


def test_keys_are_random_and_not_shown(tmp_path):
    keys, others = load_or_create_keys(tmp_path / "a"), load_or_create_keys(tmp_path / "b")
    assert len({keys.hash_key, keys.vault_key, others.hash_key, others.vault_key}) == 4
    assert keys.key_id != others.key_id
    assert keys.hash_key.hex() not in repr(keys)
    assert repr(keys.hash_key) not in repr(keys)


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: "",
        lambda text: text[:-20],
        lambda text: text.replace("hash_key", "hush_key"),
        lambda text: json.dumps({**json.loads(text), "vault_key": "00" * 32}),
        lambda text: json.dumps({**json.loads(text), "hash_key": "00" * 16}),
        lambda text: "[]",
        lambda text: "\ufeff" + text,
    ],
)
def test_damaged_keys_are_not_made_anew(tmp_path, damage):
    load_or_create_keys(tmp_path)
    path = tmp_path / FILE_NAME
    path.write_text(damage(path.read_text(encoding="utf-8")), encoding="utf-8")
    held = path.read_bytes()
    with pytest.raises(KeyMissing, match="损坏"):
        load_or_create_keys(tmp_path)
    assert path.read_bytes() == held


def test_keys_that_others_can_read_are_not_used(tmp_path):
    load_or_create_keys(tmp_path)
    (tmp_path / FILE_NAME).chmod(0o644)
    with pytest.raises(KeyMissing, match="其他账户"):
        load_or_create_keys(tmp_path)


def test_two_first_starts_agree(tmp_path):
    made, start = [], threading.Barrier(8)

    def begin() -> None:
        start.wait()
        made.append(load_or_create_keys(tmp_path))

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 8
    assert len({keys.key_id for keys in made}) == 1


def test_a_value_is_read_with_its_key_at_its_place_only(tmp_path):
    vault, other = Vault(load_or_create_keys(tmp_path / "a")), Vault(load_or_create_keys(tmp_path / "b"))
    sealed = vault.encrypt("测试", "person\npsn:1\nname")
    assert vault.decrypt(sealed, "person\npsn:1\nname", vault.key_id) == "测试"
    assert sealed != vault.encrypt("测试", "person\npsn:1\nname")
    for where, key_id, reader in (
        ("person\npsn:2\nname", vault.key_id, vault),
        ("person\npsn:1\nname", vault.key_id, other),
        ("person\npsn:1\nname", other.key_id, other),
    ):
        with pytest.raises(KeyMissing):
            reader.decrypt(sealed, where, key_id)


def test_an_altered_value_is_not_read(tmp_path):
    vault = Vault(load_or_create_keys(tmp_path))
    sealed = bytearray(vault.encrypt("测试", "place"))
    sealed[-1] ^= 1
    with pytest.raises(KeyMissing):
        vault.decrypt(bytes(sealed), "place", vault.key_id)
