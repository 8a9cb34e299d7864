"""The files of an upload form on their way in: read after the sign-in was checked, kept for as long as one request.

Before it bytes come over the wire; after it `receiving` or the preview desk has them as files with a clerk's name.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from credit_service.errors import UnreadableFile
from credit_service.web.dependencies import UploadVisit, check_token

MAX_FILES = 50
NAME_LENGTH = 200
_BLOCK = 1024 * 1024


@dataclass(frozen=True)
class NamedFile:
    """A file on disk and what the clerk calls it."""

    path: Path
    name: str


@dataclass(frozen=True)
class UploadForm:
    """What a clerk filled in."""

    uploads: tuple[UploadFile, ...]
    corrects: str | None
    """The batch these files are the corrected copy of."""
    is_trial: bool
    """The clerk wants to see first what would become of the files."""


async def read_upload_form(visit: UploadVisit) -> AsyncIterator[UploadForm]:
    """Stream the form's files to temporary ones, after the sign-in was checked.

    Raises:
        ScopeDenied: The form was not made for this sign-in.
        UnreadableFile: No file was chosen.
    """
    async with visit.request.form(max_files=MAX_FILES, max_fields=8) as form:
        await run_in_threadpool(check_token, visit, visit.person.csrf, str(form.get("csrf", "")))
        uploads = tuple(one for one in form.getlist("file") if isinstance(one, UploadFile) and one.filename)
        if not uploads:
            message = "没有选择文件。"
            raise UnreadableFile(message, remedy="请把要报送的文件拖到虚线框内，或点击选择，再点“上传并检查”。")
        corrects = str(form.get("corrects", "")).strip()
        yield UploadForm(uploads, corrects or None, is_trial=form.get("mode") == "trial")


@contextmanager
def kept_for_now(uploads: Sequence[UploadFile]) -> Iterator[tuple[NamedFile, ...]]:
    """Lay uploaded files down in a private folder that is gone after the block."""
    with tempfile.TemporaryDirectory(prefix="upload-") as folder:
        yield lay_down(uploads, Path(folder))


def lay_down(uploads: Sequence[UploadFile], folder: Path) -> tuple[NamedFile, ...]:
    """Copy uploaded files into a folder under numbers; what the clerk calls them is never a path."""
    files = []
    for number, upload in enumerate(uploads):
        path = folder / f"{number}"
        with path.open("wb") as target:
            shutil.copyfileobj(upload.file, target, _BLOCK)
        files.append(NamedFile(path, to_file_name(upload.filename or "")))
    return tuple(files)


def to_file_name(name: str) -> str:
    """Return what a clerk called the file, without folders and without characters that do not print."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    printable = "".join(character for character in last if character.isprintable())
    return printable[-NAME_LENGTH:] or "未命名文件"
