"""Where files brought to the desk stand while they are imported: a folder each, with how far it is beside the file.

How far it is stands in a file, so that every process of this machine tells the same. The rows that were refused stay
for who brought them; the file itself goes when its import ends, or nobody confirms it.
"""

import json
import re
import shutil
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from core.imports.upload import WAITS, Upload, UploadFault, UploadState

KEPT: Final = 5
"""Imports that stay to be looked at."""

DEAD_AFTER: Final = timedelta(seconds=30)
ID: Final = re.compile(r"\d{8}-\d{6}-[0-9a-f]{8}")
STATUS: Final = "import.json"
FILE: Final = "file"
WORKBOOK: Final = f"{FILE}.errors.xlsx"


class UploadShelf:
    """The imports of the desk, in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def all(self) -> tuple[Upload, ...]:
        """The last imports, newest first; one whose process died is failed, and so is one that nobody confirmed."""
        uploads = (self.one(path.name) for path in sorted(self.folder.glob("*-*-*"), reverse=True))
        return tuple(upload for upload in uploads if upload)

    def as_written(self, upload_id: str) -> Upload | None:
        """An import as it was written down last; None for none, and for one that only another version can read."""
        path = self.folder / upload_id / STATUS
        if not ID.fullmatch(upload_id) or not path.is_file():
            return None
        try:
            return Upload.read_back(json.loads(path.read_text(encoding="utf-8")))
        except (ValueError, TypeError, KeyError):
            return None

    def one(self, upload_id: str) -> Upload | None:
        """An import; one that nobody works on any more, or nobody confirmed, is failed."""
        upload = self.as_written(upload_id)
        if upload is None:
            return None
        idle = datetime.now(UTC) - datetime.fromisoformat(upload.seen_at)
        if upload.running and idle > DEAD_AFTER:
            return replace(upload, state=UploadState.FAILED, fault=UploadFault.INTERRUPTED)
        if upload.state is UploadState.WAITING and idle > WAITS:
            return replace(upload, state=UploadState.FAILED, fault=UploadFault.EXPIRED)
        return upload

    def file_of(self, upload: Upload) -> Path:
        """The file that was brought."""
        return self.folder / upload.id / f"{FILE}{upload.suffix}"

    def refused_of(self, upload_id: str) -> Path | None:
        """The workbook of the refused rows of an import, or None."""
        path = self.folder / upload_id / WORKBOOK
        return path if ID.fullmatch(upload_id) and path.is_file() else None

    def write(self, upload: Upload) -> None:
        """Write down how far an import is, as seen now."""
        path = self.folder / upload.id / STATUS
        path.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
        fresh = path.with_suffix(".new")
        seen = replace(upload, seen_at=datetime.now(UTC).isoformat())
        fresh.write_text(json.dumps(asdict(seen), ensure_ascii=False), encoding="utf-8")
        fresh.replace(path)

    def tidy(self) -> None:
        """Let go of files that nobody needs, of all but the last imports, and of what an older version left."""
        settled = [upload for upload in self.all() if not self._needed(upload.id)]
        for upload in settled:
            self.file_of(upload).unlink(missing_ok=True)
        for upload in settled[KEPT:]:
            shutil.rmtree(self.folder / upload.id, ignore_errors=True)
        for path in self.folder.glob("*-*-*"):
            if ID.fullmatch(path.name) and not (path / STATUS).is_file() and _age(path) > WAITS:
                shutil.rmtree(path, ignore_errors=True)

    def _needed(self, upload_id: str) -> bool:
        """Whether a file is worked on, or waits for somebody; a process that is slow to begin is not taken for dead."""
        upload = self.as_written(upload_id)
        if upload is None or not (upload.running or upload.state is UploadState.WAITING):
            return False
        return datetime.now(UTC) - datetime.fromisoformat(upload.seen_at) <= WAITS


def _age(path: Path) -> timedelta:
    return datetime.now(UTC) - datetime.fromtimestamp(path.stat().st_mtime, UTC)
