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
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Self

import structlog

from core.files.cells import UnreadableFile
from core.files.opening import WORKBOOKS
from core.imports.corrections import day_in_name
from core.imports.importing import Hold, ImportReport, run
from core.imports.kinds import ImportKind
from core.imports.remarks import Remark
from core.platform.database import DatabaseTask, signed_in_for
from core.platform.errors import JigiError
from core.staff import audit
from core.staff.acts import Act
from core.staff.agents import Actor, Scope
from core.staff.permissions import NotAllowed, Permission, may
from core.text.words import DESK, Word, called, label

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


class UploadState(Word):
    """How far an import is; one that is refused had bad rows and kept nothing."""

    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


called(
    UploadState,
    DESK,
    {
        UploadState.RUNNING: "en cours",
        UploadState.DONE: "fait",
        UploadState.REFUSED: "refusé : rien n'est entré",
        UploadState.FAILED: "pas fait",
    },
)
READ_TO_THE_END: Final = frozenset({UploadState.DONE, UploadState.REFUSED})
"""Its rows were counted."""


class UploadFault(Word):
    """What is wrong with an import that is not one of its rows."""

    NO_IMPORT_FILE = "no import file"
    EMPTY = "empty"
    INTERRUPTED = "interrupted"
    BROKEN = "broken"


called(
    UploadFault,
    DESK,
    {
        UploadFault.NO_IMPORT_FILE: "Un fichier .csv ou .xlsx est attendu.",
        UploadFault.EMPTY: "Le fichier est vide.",
        UploadFault.INTERRUPTED: "Interrompu : rien n'est entré. Recommencez.",
        UploadFault.BROKEN: "Une erreur est survenue : rien n'est entré. Réessayez.",
    },
)


@dataclass(frozen=True, slots=True)
class Upload:
    """An import and how far it is.

    One that failed has a `fault`, or `words` that say in French why its file cannot be read. Moments are ISO text.
    """

    id: str
    kind: ImportKind
    name: str
    by: str
    keep_good: bool
    started_at: str
    seen_at: str
    state: UploadState = UploadState.RUNNING
    read: int = 0
    expected: int | None = None
    rows: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    bad: int = 0
    unknown_columns: tuple[str, ...] = ()
    fault: UploadFault | None = None
    words: str = ""

    @property
    def running(self) -> bool:
        """Whether it is being imported."""
        return self.state is UploadState.RUNNING

    @classmethod
    def read_back(cls, values: dict[str, Any]) -> Self:
        """An import as its file has it; what another version wrote besides is left out."""
        own = {field.name for field in fields(cls)}
        upload = cls(**{name: value for name, value in values.items() if name in own})
        return replace(
            upload,
            kind=ImportKind(upload.kind),
            state=UploadState(upload.state),
            fault=UploadFault(upload.fault) if upload.fault else None,
        )


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
