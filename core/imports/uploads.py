"""Files brought to the desk: kept in a folder while they are imported, one at a time, with how far it is beside them.

How far it is stands in a file, so that every web process of this machine tells the same. The rows that were refused
stay for who brought them; the file itself goes when its import ends.
"""

import asyncio
import json
import re
import secrets
import shutil
from collections.abc import Coroutine, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import structlog

from core.files.cells import UnreadableFile
from core.files.opening import WORKBOOKS
from core.imports.corrections import day_in_name
from core.imports.importing import Hold, ImportReport, run
from core.imports.kinds import ImportKind
from core.imports.remarks import Remark
from core.imports.upload import READ_TO_THE_END, Upload, UploadFault, UploadState
from core.platform.database import DatabaseTask, signed_in_for
from core.platform.errors import JigiError
from core.staff import audit
from core.staff.acts import Act
from core.staff.agents import Actor, Scope
from core.staff.permissions import NotAllowed, Permission, may
from core.text.words import DESK, label

log = structlog.get_logger(__name__)

KEPT: Final = 5
"""Imports that stay to be looked at."""

DEAD_AFTER: Final = timedelta(seconds=30)
BEAT_SECONDS: Final = 2.0
TAKEN: Final = frozenset({".csv", *WORKBOOKS})
ID: Final = re.compile(r"\d{8}-\d{6}-[0-9a-f]{8}")
STATUS: Final = "status.json"
ERRORS: Final = "file.errors.csv"
REMARKS: Final = "remarks.json"
REMARKS_KEPT: Final = 50
"""Remarks of an import that stay to be read; the first by their lines."""


class ImportRuns(JigiError, RuntimeError):
    """Another import is not at its end yet."""


class NotTaken(JigiError, ValueError):
    """This is no import file; `fault` says why."""

    def __init__(self, fault: UploadFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def may_import(actor: Actor) -> bool:
    """Whether somebody may import: it changes every place, so they work for the whole country."""
    return may(actor, Permission.IMPORT) and actor.scope_kind is Scope.NATIONAL


class Uploads:
    """The imports of the desk, in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._tasks: set[asyncio.Task[None]] = set()

    def all(self) -> tuple[Upload, ...]:
        """The last imports, newest first; one whose process died is failed."""
        uploads = (self._read(path.name) for path in sorted(self._folder.glob("*-*-*"), reverse=True))
        return tuple(upload for upload in uploads if upload)

    def errors_of(self, upload_id: str) -> Path | None:
        """The file that names the refused rows of an import, or None."""
        path = self._folder / upload_id / ERRORS
        return path if ID.fullmatch(upload_id) and path.is_file() else None

    def name_of(self, upload_id: str) -> str:
        """What the file of an import was called."""
        upload = self._read(upload_id)
        return upload.name if upload else upload_id

    def remarks_of(self, upload_id: str) -> Sequence[str]:
        """What is worth a look in the file of an import that ended, in French; empty for nothing, and for no import."""
        path = self._folder / upload_id / REMARKS
        if not ID.fullmatch(upload_id) or not path.is_file():
            return ()
        return tuple(json.loads(path.read_text(encoding="utf-8")))

    async def begin(
        self,
        actor: Actor,
        kind: ImportKind,
        name: str,
        content: bytes,
        *,
        keep_good: bool,
        spare_rows: bool = False,
        complete: Sequence[str] = (),
        list_day: date | None = None,
    ) -> str:
        """Start to import a file, and give the import's id; raises NotAllowed, ImportRuns and NotTaken.

        `keep_good`, `spare_rows`, `complete` and `list_day` are those of `importing.run`.
        """
        if not may_import(actor):
            raise NotAllowed("to import is for supervisors of the whole country")
        suffix = Path(name).suffix.lower()
        if suffix not in TAKEN:
            raise NotTaken(UploadFault.NO_IMPORT_FILE)
        if not content:
            raise NotTaken(UploadFault.EMPTY)
        if any(upload.running for upload in self.all()):
            raise ImportRuns
        at = datetime.now(UTC)
        upload = Upload(
            id=f"{at:%Y%m%d-%H%M%S}-{secrets.token_hex(4)}",
            kind=kind,
            name=Path(name).name[:80],
            by=actor.name,
            keep_good=keep_good,
            started_at=at.isoformat(),
            seen_at=at.isoformat(),
        )
        folder = self._folder / upload.id
        folder.mkdir(parents=True, mode=0o700)
        (folder / f"file{suffix}").write_bytes(content)
        self._write(upload)
        await audit.record(
            actor.id, Act.IMPORT_BEGUN, f"import {upload.id}", at, {"kind": kind.value, "file": upload.name}
        )
        choices = _Choices(keep_good, spare_rows, complete, list_day or day_in_name(Path(name).stem))
        self._start(self._import(actor, upload, folder / f"file{suffix}", choices))
        return upload.id

    async def settled(self) -> None:
        """Wait for the imports of this process to end."""
        await asyncio.gather(*self._tasks)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _import(self, actor: Actor, upload: Upload, path: Path, choices: "_Choices") -> None:
        """Import in a thread, since reading a file holds up all else; say now and then that it goes on."""
        progress = _Progress()
        work = asyncio.create_task(asyncio.to_thread(_run, upload.kind, path, choices, progress))
        while not (await asyncio.wait({work}, timeout=BEAT_SECONDS))[0]:
            beat = datetime.now(UTC).isoformat()
            self._write(replace(upload, seen_at=beat, read=progress.rows, expected=progress.expected))
        ended = _ended(upload, work)
        if ended.state in READ_TO_THE_END:
            self._write_remarks(upload.id, work.result().remarks)
        _forget(path)
        about, now = f"import {upload.id}", datetime.now(UTC)
        detail = {"state": ended.state, "rows": ended.rows, "created": ended.created, "changed": ended.changed}
        try:
            await audit.record(actor.id, Act.IMPORT_ENDED, about, now, {**detail, "bad": ended.bad})
        finally:
            self._write(replace(ended, seen_at=now.isoformat()))
            self._tidy()

    def _write_remarks(self, upload_id: str, remarks: Sequence[Remark]) -> None:
        """Beside how far it is, not in it: the version before this one reads that file too."""
        if remarks:
            words = [str(remark) for remark in remarks[:REMARKS_KEPT]]
            path = self._folder / upload_id / REMARKS
            path.write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")

    def _tidy(self) -> None:
        for upload in self.all()[KEPT:]:
            shutil.rmtree(self._folder / upload.id, ignore_errors=True)

    def _write(self, upload: Upload) -> None:
        path = self._folder / upload.id / STATUS
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(upload), ensure_ascii=False), encoding="utf-8")
        fresh.replace(path)

    def _read(self, upload_id: str) -> Upload | None:
        path = self._folder / upload_id / STATUS
        if not ID.fullmatch(upload_id) or not path.is_file():
            return None
        upload = Upload.read_back(json.loads(path.read_text(encoding="utf-8")))
        if upload.running and datetime.now(UTC) - datetime.fromisoformat(upload.seen_at) > DEAD_AFTER:
            return replace(upload, state=UploadState.FAILED, fault=UploadFault.INTERRUPTED)
        return upload


def _forget(path: Path) -> None:
    path.unlink(missing_ok=True)


@dataclass(slots=True)
class _Progress:
    """How far the thread of an import is, which only that thread writes."""

    rows: int = 0
    expected: int | None = None

    def advance(self, rows: int, expected: int | None) -> None:
        self.rows, self.expected = rows, expected


@dataclass(frozen=True, slots=True)
class _Choices:
    """What whoever brought the file chose; needed until it is read, and not kept."""

    keep_good: bool
    spare_rows: bool
    complete: Sequence[str]
    list_day: date | None


def _run(kind: ImportKind, path: Path, choices: _Choices, progress: _Progress) -> ImportReport:
    with signed_in_for(DatabaseTask.WORKER):
        return asyncio.run(
            run(
                kind,
                path,
                keep_good=choices.keep_good,
                spare_rows=choices.spare_rows,
                complete=choices.complete,
                progress=progress.advance,
                list_day=choices.list_day,
            )
        )


def _taking_away(report: ImportReport) -> str:
    """Why a file that takes much away waits for the word of whoever runs the server, in French."""
    losses = ", ".join(f"{label(loss.kind, DESK)} : {loss.count}" for loss in report.losses)
    return (
        f"Ce fichier retirerait beaucoup ({losses}). Vérifiez-le ; s'il est juste, faites-le importer par la commande "
        f"« jigi import », avec --confirm-losses {report.lost}."
    )


def _ended(upload: Upload, work: "asyncio.Task[ImportReport]") -> Upload:
    error = work.exception()
    if isinstance(error, UnreadableFile):
        return replace(upload, state=UploadState.FAILED, words=str(error))
    if error is not None:
        log.error("import_failed", kind=upload.kind, error=type(error).__name__)
        return replace(upload, state=UploadState.FAILED, fault=UploadFault.BROKEN)
    report = work.result()
    return replace(
        upload,
        state=UploadState.REFUSED if report.hold else UploadState.DONE,
        words=_taking_away(report) if report.hold is Hold.LOSSES else "",
        read=report.rows,
        expected=report.rows,
        rows=report.rows,
        created=report.created,
        changed=report.changed,
        unchanged=report.unchanged,
        bad=report.bad,
        unknown_columns=report.unknown_columns,
    )
