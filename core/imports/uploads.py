"""Files brought to the desk: who may bring, confirm, abandon and undo one, and the process that does it.

Each file is first checked to its end with nothing written; somebody who saw what it would do says that it shall come
in, and where it takes much away that is somebody else than who brought it. The work goes on in a process of its own
(`core.imports.errand`), whoever leaves the page and whatever becomes of the process that serves it.
"""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import BinaryIO, Final

from core.files.opening import WORKBOOKS
from core.imports.children import worked_off
from core.imports.corrections import day_in_name
from core.imports.kinds import ImportKind
from core.imports.runs import last_run, run_of
from core.imports.shelf import UploadShelf
from core.imports.undoing import NotUndone, Obstacle, too_old
from core.imports.upload import Upload, UploadFault, UploadState
from core.platform.errors import JigiError
from core.staff import audit
from core.staff.acts import Act
from core.staff.agents import Actor, Scope
from core.staff.permissions import NotAllowed, Permission, may

TAKEN: Final = frozenset({".csv", *WORKBOOKS})
PART: Final = 1024 * 1024


class ImportRuns(JigiError, RuntimeError):
    """Another import is not at its end yet."""


class NoSuchUpload(JigiError, LookupError):
    """There is no such import, or it is not where this could be done to it."""


class SecondPerson(JigiError):
    """It takes much away: who brought it cannot confirm it."""


class NotTaken(JigiError, ValueError):
    """This is no import file; `fault` says why."""

    def __init__(self, fault: UploadFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def may_import(actor: Actor) -> bool:
    """Whether somebody may import: it changes every place, so they work for the whole country."""
    return may(actor, Permission.IMPORT) and actor.scope_kind is Scope.NATIONAL


def may_confirm(actor: Actor, upload: Upload) -> bool:
    """Whether somebody may say that a file shall come in: one that takes much away, only who did not bring it."""
    return may_import(actor) and not (upload.heavy and actor.id == upload.by_id)


class Uploads:
    """The imports of the desk, in a folder."""

    def __init__(self, folder: Path) -> None:
        self.shelf = UploadShelf(folder)
        self._tasks: set[asyncio.Task[None]] = set()

    async def all(self) -> Sequence[Upload]:
        """The last imports, newest first, as they are in the database, whatever became of who worked on them."""
        self.shelf.tidy()
        return [await _as_it_is(upload) for upload in self.shelf.all()]

    async def one(self, upload_id: str) -> Upload | None:
        """An import, or None."""
        upload = self.shelf.one(upload_id)
        return await _as_it_is(upload) if upload else None

    async def can_be_undone(self, upload: Upload) -> bool:
        """Whether it is the last import, and not too old; what was built on it shows when it is tried."""
        last = await last_run()
        return last is not None and last.upload == upload.id and not too_old(last, datetime.now(UTC))

    async def begin(
        self,
        actor: Actor,
        kind: ImportKind,
        name: str,
        content: BinaryIO,
        *,
        complete: Sequence[str] = (),
        list_day: date | None = None,
    ) -> str:
        """Take a file and begin to check it, and give the import's id; raises NotAllowed, ImportRuns and NotTaken.

        `complete` and `list_day` are those of `importing.run`.
        """
        _must_import(actor)
        suffix = Path(name).suffix.lower()
        if suffix not in TAKEN:
            raise NotTaken(UploadFault.NO_IMPORT_FILE)
        if not content.read(1):
            raise NotTaken(UploadFault.EMPTY)
        self._must_be_idle()
        self.shelf.tidy()
        at = datetime.now(UTC)
        day = list_day or day_in_name(Path(name).stem)
        upload = Upload(
            id=f"{at:%Y%m%d-%H%M%S}-{secrets.token_hex(4)}",
            kind=kind,
            name=Path(name).name[:80],
            by=actor.name,
            by_id=actor.id,
            suffix=suffix,
            complete=tuple(complete),
            list_day=day.isoformat() if day else "",
            started_at=at.isoformat(),
            seen_at=at.isoformat(),
        )
        self.shelf.write(upload)
        content.seek(0)
        await asyncio.to_thread(_copy, content, self.shelf.file_of(upload))
        await self._note(actor, Act.IMPORT_BEGUN, upload)
        self._send_off(upload)
        return upload.id

    async def confirm(self, actor: Actor, upload_id: str) -> None:
        """Let a checked file come in, as it was seen; raises NotAllowed, SecondPerson, NoSuchUpload and ImportRuns."""
        _must_import(actor)
        upload = self._waiting(upload_id)
        if not may_confirm(actor, upload):
            raise SecondPerson
        self._must_be_idle()
        confirmed = replace(
            upload, state=UploadState.RUNNING, fault=None, confirmed_by=actor.name, confirmed_by_id=actor.id
        )
        self.shelf.write(confirmed)
        await self._note(actor, Act.IMPORT_CONFIRMED, upload)
        self._send_off(confirmed)

    async def discard(self, actor: Actor, upload_id: str) -> None:
        """Abandon a checked file; raises NotAllowed and NoSuchUpload."""
        _must_import(actor)
        upload = self._waiting(upload_id)
        self.shelf.write(replace(upload, state=UploadState.DISCARDED))
        self.shelf.tidy()
        await self._note(actor, Act.IMPORT_DISCARDED, upload)

    async def undo(self, actor: Actor, upload_id: str) -> None:
        """Begin to undo the last import; raises NotAllowed, NoSuchUpload, ImportRuns, and NotUndone for another one."""
        _must_import(actor)
        upload, run, last = await self.one(upload_id), await run_of(upload_id), await last_run()
        if upload is None or run is None or upload.state is not UploadState.DONE:
            raise NoSuchUpload(upload_id)
        if last is None or last.id != run.id:
            raise NotUndone(Obstacle.NOT_LAST)
        self._must_be_idle()
        asked = replace(upload, state=UploadState.UNDOING, words="", confirmed_by=actor.name, confirmed_by_id=actor.id)
        self.shelf.write(asked)
        self._send_off(asked)

    async def settled(self) -> None:
        """Wait for the processes that this one started to end."""
        await asyncio.gather(*self._tasks)

    def _must_be_idle(self) -> None:
        if any(upload.running for upload in self.shelf.all()):
            raise ImportRuns

    def _waiting(self, upload_id: str) -> Upload:
        upload = self.shelf.one(upload_id)
        if upload is None or upload.state is not UploadState.WAITING:
            raise NoSuchUpload(upload_id)
        return upload

    async def _note(self, actor: Actor, act: Act, upload: Upload) -> None:
        detail = {"kind": upload.kind.value, "file": upload.name}
        await audit.record(actor.id, act, f"import {upload.id}", datetime.now(UTC), detail)

    def _send_off(self, upload: Upload) -> None:
        task = asyncio.create_task(carried_out(self.shelf.folder.absolute(), upload.id))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def carried_out(folder: Path, upload_id: str) -> None:
    """Let a process do what is next with a file, and wait for its end."""
    await worked_off("core.imports.errand", str(folder), upload_id)


async def _as_it_is(upload: Upload) -> Upload:
    """What came in did, and what was undone was, whatever its own file says."""
    run = await run_of(upload.id)
    if run is None or upload.running:
        return upload
    state = UploadState.UNDONE if run.undone_at else UploadState.DONE
    if state is upload.state:
        return upload
    return replace(
        upload,
        state=state,
        fault=None,
        rows=run.rows,
        created=run.created,
        changed=run.changed,
        unchanged=run.unchanged,
        bad=run.bad,
        lost=run.lost,
    )


def _must_import(actor: Actor) -> None:
    if not may_import(actor):
        raise NotAllowed("to import is for supervisors of the whole country")


def _copy(content: BinaryIO, to: Path) -> None:
    with to.open("wb") as file:
        while part := content.read(PART):
            file.write(part)
