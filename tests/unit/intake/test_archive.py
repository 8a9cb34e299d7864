"""A ZIP of several files: each a received file of its own; a bad member is told by name and sinks no other."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest

from credit_service.errors import DuplicateBatch, UnreadableFile
from credit_service.intake import sniff
from credit_service.intake.archive import unpack_archive
from credit_service.intake.receive import receive_file, to_file_name

GOOD = b"a,b\n1,2\n"


def pack(*members: tuple[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def pack_raw(names: list[bytes]) -> bytes:
    """Return a ZIP whose names are these very bytes, without the UTF-8 flag."""
    out, directory = io.BytesIO(), b""
    for number, name in enumerate(names):
        content = b"a,b\n%d,2\n" % number
        fields = (0, 0, 0, 0x21, zipfile.crc32(content), len(content), len(content), len(name), 0)
        at = out.tell()
        out.write(struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, *fields) + name + content)
        directory += struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, *fields, 0, 0, 0, 0, at) + name
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, len(names), len(names), len(directory), out.tell(), 0)
    return out.getvalue() + directory + end


def unpack(tmp_path, content: bytes):
    source = tmp_path / "source"
    source.write_bytes(content)
    return unpack_archive(receive_file(source, "九月.zip", tmp_path / "inbox"), tmp_path / "inbox")


def left_behind(tmp_path) -> list[str]:
    return [path.name for path in (tmp_path / "inbox").rglob("*") if path.is_file()]


def test_members_come_out_in_the_archive_s_order_under_their_own_hashes(tmp_path):
    unpacked = unpack(tmp_path, pack(("b.csv", GOOD), ("a.json", b'[{"a": 1}]'), ("sub/c.csv", b"x,y\n")))
    assert [(one.file_name, one.kind) for one in unpacked.files] == [
        ("b.csv", "csv"),
        ("a.json", "json"),
        ("c.csv", "csv"),
    ]
    assert {one.container_name for one in unpacked.files} == {"九月.zip"}
    assert len({one.container_sha256 for one in unpacked.files}) == 1
    assert (tmp_path / "inbox" / unpacked.files[0].sha256[:2] / unpacked.files[0].sha256).read_bytes() == GOOD
    assert unpacked.refused == ()


def test_a_bad_member_is_told_by_name_and_sinks_no_other(tmp_path):
    inner = pack(("a.csv", GOOD))
    content = pack(
        ("说明.pdf", b"%PDF-1.7"), ("好.csv", GOOD), ("内层.zip", inner), ("空.csv", b""), ("又好.csv", GOOD)
    )
    unpacked = unpack(tmp_path, content)
    assert [one.file_name for one in unpacked.files] == ["好.csv"]
    told = {one.file_name: one.fault for one in unpacked.refused}
    assert list(told) == ["说明.pdf", "内层.zip", "空.csv", "又好.csv"]
    assert "PDF" in told["说明.pdf"].message
    assert "压缩包里又有压缩包" in told["内层.zip"].message
    assert isinstance(told["又好.csv"], DuplicateBatch)
    assert "好.csv" in told["又好.csv"].message
    assert all(fault.remedy for fault in told.values())
    assert len(left_behind(tmp_path)) == 2


def test_what_systems_leave_in_archives_is_passed_over(tmp_path):
    junk = ["__MACOSX/._a.csv", ".DS_Store", "x/Thumbs.db", "desktop.ini", "~$a.xlsx", "x/._a.csv", "空目录/"]
    unpacked = unpack(tmp_path, pack(*((name, b"x") for name in junk), ("a.csv", GOOD)))
    assert [one.file_name for one in unpacked.files] == ["a.csv"]
    assert unpacked.refused == ()


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("行政处罚（九月）.csv".encode("gbk"), "行政处罚（九月）.csv"),
        ("行政处罚.csv".encode(), "行政处罚.csv"),
        ("诚\u3402.csv".encode("gb18030"), "诚\u3402.csv"),
        ("一\\二.csv".encode("gbk"), "二.csv"),
        (b"plain.csv", "plain.csv"),
    ],
)
def test_names_of_a_chinese_windows_are_read(tmp_path, raw, name):
    assert [one.file_name for one in unpack(tmp_path, pack_raw([raw])).files] == [name]


def test_a_second_byte_that_looks_like_a_backslash_does_not_part_a_name(tmp_path):
    name = "誠.csv"
    assert b"\\" in name.encode("gbk")
    assert [one.file_name for one in unpack(tmp_path, pack_raw([name.encode("gbk")])).files] == [name]


def test_two_files_of_one_name_are_told_apart_by_their_folder(tmp_path):
    unpacked = unpack(tmp_path, pack(("甲区/表.csv", GOOD), ("乙区/表.csv", b"x,y\n"), ("表.csv", b"z,y\n")))
    assert [one.file_name for one in unpacked.files] == ["甲区／表.csv", "乙区／表.csv", "表.csv"]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\a.csv", "a.csv"),
        ("C:\\表\\a.csv", "a.csv"),
        ("/", "未命名文件"),
        ("..", "未命名文件"),
        ("", "未命名文件"),
        ("a\x00b.csv", "ab.csv"),
        ("a\r\nb\x1b[31m.csv", "ab[31m.csv"),
        ("\u202evsc.exe", "vsc.exe"),
        ("\ud800.csv", ".csv"),
        ("CON", "CON"),
        ("x" * 300 + ".csv", "x" * 196 + ".csv"),
    ],
)
def test_a_name_is_only_a_name(written, shown):
    assert to_file_name(written) == shown


def test_paths_of_members_lead_nowhere(tmp_path):
    unpacked = unpack(tmp_path, pack(("../../out.csv", GOOD), ("/abs.csv", b"x,y\n")))
    assert [one.file_name for one in unpacked.files] == ["out.csv", "abs.csv"]
    assert not (tmp_path.parent / "out.csv").exists()
    assert {path.name for path in tmp_path.iterdir()} == {"source", "inbox"}


def test_an_encrypted_member_is_refused_by_name(tmp_path):
    content = bytearray(pack(("密.csv", GOOD), ("明.csv", b"x,y\n"), compression=zipfile.ZIP_STORED))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    unpacked = unpack(tmp_path, bytes(content))
    assert [one.file_name for one in unpacked.files] == ["明.csv"]
    assert [(one.file_name, "密码" in one.fault.message) for one in unpacked.refused] == [("密.csv", True)]


def test_an_unknown_way_of_packing_is_refused_by_name(tmp_path):
    content = bytearray(pack(("新.csv", GOOD), ("明.csv", b"x,y\n"), compression=zipfile.ZIP_STORED))
    content[8] = 9
    content[content.index(b"PK\x01\x02") + 10] = 9
    unpacked = unpack(tmp_path, bytes(content))
    assert [(one.file_name, "压缩方法不支持" in one.fault.message) for one in unpacked.refused] == [("新.csv", True)]


def test_a_damaged_member_is_refused_by_name_and_leaves_nothing(tmp_path):
    content = bytearray(pack(("坏.csv", GOOD), ("明.csv", b"x,y\n"), compression=zipfile.ZIP_STORED))
    content[content.index(GOOD)] ^= 1
    unpacked = unpack(tmp_path, bytes(content))
    assert [(one.file_name, "损坏" in one.fault.message) for one in unpacked.refused] == [("坏.csv", True)]
    assert len(left_behind(tmp_path)) == 2


def test_an_archive_without_one_good_file_is_refused_with_all_reasons(tmp_path):
    with pytest.raises(UnreadableFile) as refusal:
        unpack(tmp_path, pack(("一.pdf", b"%PDF"), ("二.png", b"\x89PNG")))
    assert "“一.pdf”" in refusal.value.message
    assert "“二.png”" in refusal.value.message
    assert left_behind(tmp_path) == []


def test_too_many_files_are_not_opened(tmp_path, monkeypatch):
    monkeypatch.setattr(sniff, "MAX_FILES", 2)
    with pytest.raises(UnreadableFile, match="超过2个"):
        unpack(tmp_path, pack(*((f"{number}.csv", GOOD) for number in range(3))))


def test_entries_that_share_bytes_are_not_opened(tmp_path):
    first = pack(("a.csv", b"x" * 500), compression=zipfile.ZIP_STORED)
    directory = first[first.index(b"PK\x01\x02") : first.index(b"PK\x05\x06")]
    again = directory.replace(b"a.csv", b"b.csv")
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 2, 2, 2 * len(directory), first.index(b"PK\x01\x02"), 0)
    with pytest.raises(UnreadableFile, match="压缩异常"):
        unpack(tmp_path, first[: first.index(b"PK\x01\x02")] + directory + again + end)
