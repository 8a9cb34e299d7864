"""The file of an API submission on its way in: one part of a form, or the whole body, streamed to disk.

The key is checked before the body is read, so that nobody unknown can fill the disk. What kind of file it is is judged
by content later on; the media type of the request is not trusted with that.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import unquote

from fastapi import Depends, Header, Query, Request
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from credit_service.domain.agency import ApiKey
from credit_service.pipeline.receive import Submission
from credit_service.web.agency.access import need_scope
from credit_service.web.department.chosen_files import to_file_name

SCOPE = "batches"
_MEDIA = (
    "application/octet-stream",
    "text/csv",
    "application/json",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/zip",
)
_BYTES = {"schema": {"type": "string", "format": "binary"}}
REQUEST_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "表单中名为 file 的文件，或者直接以文件内容为请求体（这时用 X-File-Name 写明文件名）。",
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {
                            "type": "string",
                            "format": "binary",
                            "description": "数据文件，或装有几个文件的 ZIP。",
                        },
                        "corrects": {"type": "string", "description": "本次更正的批次编号。"},
                    },
                }
            },
            **dict.fromkeys(_MEDIA, _BYTES),
        },
    }
}
"""The body as the OpenAPI document tells it; the framework cannot tell it from a function that streams."""

NO_FILE = RequestValidationError([{"type": "missing", "loc": ("body", "file"), "msg": "Field required"}])
NO_NAME = RequestValidationError([{"type": "missing", "loc": ("header", "X-File-Name"), "msg": "Field required"}])

KeyOfSender = Annotated[ApiKey, Depends(need_scope(SCOPE))]
IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        description="本单位给这次报送起的唯一名字。重试时原样重发，不会重复接收；用于另一个文件则答复409。",
    ),
]
FileName = Annotated[
    str | None,
    Header(
        alias="X-File-Name",
        max_length=2_000,
        description="直接以文件内容为请求体时的文件名；中文用百分号编码（UTF-8），也可写作 UTF-8''编码后的文件名。",
    ),
]
Corrects = Annotated[str | None, Query(max_length=40, description="本次更正的批次编号；表单中也可用同名字段。")]


@dataclass(frozen=True)
class SentFile:
    """A file as a system sent it, on disk for as long as the request lasts."""

    path: Path
    name: str
    corrects: str | None
    idempotency_key: str | None
    key: ApiKey

    def to_submission(self) -> Submission:
        """Return it as the agency's submission; the key acts."""
        return Submission(
            self.path, self.name, self.key.agency_code, self.key.key_id, self.corrects, self.idempotency_key
        )


async def read_submission(
    request: Request,
    key: KeyOfSender,
    idempotency_key: IdempotencyKey = None,
    x_file_name: FileName = None,
    corrects: Corrects = None,
) -> AsyncIterator[SentFile]:
    """Stream the file of a submission to disk.

    Raises:
        RequestValidationError: There is no file, or a bare body has no name.
    """
    with tempfile.TemporaryDirectory(prefix="submission-") as folder:
        path = Path(folder) / "file"
        if request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
            async with request.form(max_files=1, max_fields=4) as form:
                upload = form.get("file")
                if not isinstance(upload, UploadFile) or not upload.filename:
                    raise NO_FILE
                await run_in_threadpool(_copy, upload, path)
                named = str(form.get("corrects") or "") or corrects
                yield SentFile(path, to_file_name(upload.filename), named, idempotency_key, key)
            return
        if not x_file_name:
            raise NO_NAME
        with path.open("wb") as target:
            async for block in request.stream():
                await run_in_threadpool(target.write, block)
        yield SentFile(path, to_file_name(decode_file_name(x_file_name)), corrects, idempotency_key, key)


def decode_file_name(written: str) -> str:
    """Return the name a header holds: percent-encoded, with or without ``UTF-8''`` before it, or bare UTF-8.

    **Source**: RFC 5987, section 3.2.
    """
    charset, mark, rest = written.partition("''")
    if mark and charset.lower() == "utf-8":
        return unquote(rest, errors="replace")
    if "%" in written:
        return unquote(written, errors="replace")
    try:
        return written.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return written


def _copy(upload: UploadFile, path: Path) -> None:
    with path.open("wb") as target:
        shutil.copyfileobj(upload.file, target, 1024 * 1024)
