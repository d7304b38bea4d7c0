"""One file brought to the desk and how far its import is, as a file beside it keeps it."""

from dataclasses import dataclass, fields, replace
from typing import Any, Final, Self

from core.imports.kinds import ImportKind
from core.text.words import DESK, Word, called


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
