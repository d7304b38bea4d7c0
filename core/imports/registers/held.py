"""Exports brought to the desk, held until somebody has seen what they would do: encrypted, and not for long."""

import asyncio
import base64
import json
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from core.files.cells import UnreadableFile
from core.files.opening import SUFFIXES
from core.imports.registers.columns import Export, export_in
from core.imports.registers.submissions import ListChoices
from core.platform.encryption import decrypted, encrypted
from core.staff.agents import Actor
from core.text.languages import Language

HELD_FOR: Final = timedelta(hours=2)
LARGEST: Final = 16 * 1024 * 1024
"""Octets of a file that is held: years of complaints."""

ID: Final = re.compile(r"[0-9a-f]{32}")
ABOUT: Final = "about.json"
CONTENT: Final = "content"


@dataclass(frozen=True, slots=True)
class HeldExport:
    """A file and what was said of it; `at` (ISO) is when it came, `agent_id` who brought it and sees it."""

    id: str
    agent_id: int
    name: str
    at: str
    language: str
    commune_pcode: str | None = None

    @property
    def choices(self) -> ListChoices:
        """What holds for all its rows."""
        return ListChoices(self.commune_pcode, Language.named(self.language) or Language.default())


class HeldExports:
    """The files that are held on this machine, one for each who brings one, in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def hold(self, actor: Actor, name: str, content: bytes, choices: ListChoices, now: datetime) -> HeldExport:
        """Hold a file in the place of the one that they brought before; raises UnreadableFile for another kind."""
        suffix = Path(name).suffix.lower()
        if suffix == ".zip":
            raise UnreadableFile("Ce fichier est une archive : ouvrez-la, et prenez le .csv du formulaire lui-même.")
        if suffix not in SUFFIXES:
            raise UnreadableFile("Un fichier .csv ou .xlsx est attendu.")
        self.sweep(now, actor)
        held = HeldExport(
            secrets.token_hex(16),
            actor.id,
            Path(name).name[-80:],
            now.isoformat(),
            choices.language.value,
            choices.commune_pcode,
        )
        folder = self._folder / held.id
        folder.mkdir(parents=True, mode=0o700)
        kept = encrypted(base64.b64encode(content).decode(), _place(held))
        (folder / CONTENT).write_text(kept, encoding="ascii")
        (folder / ABOUT).write_text(json.dumps(asdict(held)), encoding="utf-8")
        asyncio.get_running_loop().call_later(HELD_FOR.total_seconds(), self.drop, held)
        return held

    def of(self, held_id: str, actor: Actor, now: datetime) -> HeldExport | None:
        """The file of an id that somebody brought, while it is held."""
        held = self._read(held_id) if ID.fullmatch(held_id) else None
        return held if held and held.agent_id == actor.id and not _is_over(held, now) else None

    async def export(self, held: HeldExport) -> Export:
        """What the file holds; raises UnreadableFile."""
        with self._opened(held) as path:
            return await asyncio.to_thread(export_in, path)

    def drop(self, held: HeldExport) -> None:
        """Hold a file no more."""
        shutil.rmtree(self._folder / held.id, ignore_errors=True)

    def sweep(self, now: datetime, actor: Actor | None = None) -> None:
        """Drop what was held long enough, and what `actor` brought before."""
        for path in self._folder.glob("*"):
            held = self._read(path.name)
            if held is None or _is_over(held, now) or (actor and held.agent_id == actor.id):
                shutil.rmtree(path, ignore_errors=True)

    @contextmanager
    def _opened(self, held: HeldExport) -> Iterator[Path]:
        """The file as it was brought, for as long as it is read."""
        folder = self._folder / held.id
        path = folder / f"open-{secrets.token_hex(4)}{Path(held.name).suffix.lower()}"
        kept = (folder / CONTENT).read_text(encoding="ascii")
        try:
            path.write_bytes(base64.b64decode(decrypted(kept, _place(held))))
            yield path
        finally:
            path.unlink(missing_ok=True)

    def _read(self, held_id: str) -> HeldExport | None:
        try:
            return HeldExport(**json.loads((self._folder / held_id / ABOUT).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None


def _is_over(held: HeldExport, now: datetime) -> bool:
    return datetime.fromisoformat(held.at) < now - HELD_FOR


def _place(held: HeldExport) -> str:
    return f"register {held.id}"
