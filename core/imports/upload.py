"""One file brought to the desk and how far its import is, as a file beside it keeps it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import Any, Final, Self

from core.imports.kinds import ImportKind
from core.imports.losses import LossKind
from core.imports.runs import Forecast
from core.text.words import DESK, Word, called


class UploadState(Word):
    """How far an import is.

    Every file is first read to its end without anything being written (`checking`), waits for somebody to say that it
    shall come in, and only then does.
    """

    CHECKING = "checking"
    WAITING = "waiting"
    RUNNING = "running"
    UNDOING = "undoing"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    DISCARDED = "discarded"
    UNDONE = "undone"


called(
    UploadState,
    DESK,
    {
        UploadState.CHECKING: "vérification en cours",
        UploadState.WAITING: "à confirmer : rien n'est encore entré",
        UploadState.RUNNING: "import en cours",
        UploadState.UNDOING: "annulation en cours",
        UploadState.DONE: "fait",
        UploadState.REFUSED: "refusé : rien n'est entré",
        UploadState.FAILED: "pas fait",
        UploadState.DISCARDED: "abandonné : rien n'est entré",
        UploadState.UNDONE: "annulé : tout est comme avant",
    },
)
UNDER_WAY: Final = frozenset({UploadState.CHECKING, UploadState.RUNNING, UploadState.UNDOING})
"""A process works on it."""

READ_TO_THE_END: Final = frozenset(
    {UploadState.WAITING, UploadState.DONE, UploadState.REFUSED, UploadState.DISCARDED, UploadState.UNDONE}
)
"""Its rows were counted."""

WAITS: Final = timedelta(hours=24)
"""How long a file waits to be confirmed, and is kept for it."""


class UploadFault(Word):
    """What is wrong with an import that is not one of its rows."""

    NO_IMPORT_FILE = "no import file"
    EMPTY = "empty"
    INTERRUPTED = "interrupted"
    BROKEN = "broken"
    EXPIRED = "expired"
    DIFFERENT = "different"


called(
    UploadFault,
    DESK,
    {
        UploadFault.NO_IMPORT_FILE: "Un fichier .csv ou .xlsx est attendu.",
        UploadFault.EMPTY: "Le fichier est vide.",
        UploadFault.INTERRUPTED: "Interrompu : rien n'est entré. Recommencez.",
        UploadFault.BROKEN: "Une erreur est survenue : rien n'est entré. Réessayez.",
        UploadFault.EXPIRED: "Pas confirmé en 24 heures : rien n'est entré. Apportez-le à nouveau.",
        UploadFault.DIFFERENT: "Le registre a changé depuis : voici ce que le fichier ferait maintenant.",
    },
)


@dataclass(frozen=True, slots=True)
class Removal:
    """So many things that are taken away, and what the first of them are."""

    kind: LossKind
    count: int
    samples: Sequence[str]


@dataclass(frozen=True, slots=True)
class Upload:
    """An import and how far it is.

    `by_id` brought it. `heavy` is one that takes so much away that somebody else confirms it. `fault`, or `words` in
    French, say what is wrong with the file as a whole. Of one that is not done the figures are what it would do.
    Moments are ISO text, `list_day` is an ISO day or ''.
    """

    id: str
    kind: ImportKind
    name: str
    by: str
    started_at: str
    seen_at: str
    by_id: int = 0
    suffix: str = ".csv"
    complete: tuple[str, ...] = ()
    list_day: str = ""
    state: UploadState = UploadState.CHECKING
    read: int = 0
    expected: int | None = None
    rows: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    bad: int = 0
    lost: int = 0
    heavy: bool = False
    losses: tuple[Removal, ...] = ()
    remarks: tuple[str, ...] = ()
    unknown_columns: tuple[str, ...] = ()
    confirmed_by: str = ""
    confirmed_by_id: int | None = None
    fault: UploadFault | None = None
    words: str = ""

    @property
    def running(self) -> bool:
        """Whether a process works on it."""
        return self.state in UNDER_WAY

    @property
    def good(self) -> int:
        """Rows that come in, or would."""
        return self.created + self.changed + self.unchanged

    @property
    def forecast(self) -> Forecast:
        """What it would do, as it was seen."""
        return Forecast(self.created, self.changed, self.unchanged, self.bad, self.lost)

    @classmethod
    def read_back(cls, values: Mapping[str, Any]) -> Self:
        """An import as its file has it; what another version wrote besides is left out.

        Raises ValueError and TypeError for what this version cannot know: another kind, another state.
        """
        own = {field.name for field in fields(cls)}
        upload = cls(**{name: value for name, value in values.items() if name in own})
        return replace(
            upload,
            kind=ImportKind(upload.kind),
            state=UploadState(upload.state),
            fault=UploadFault(upload.fault) if upload.fault else None,
            losses=tuple(
                Removal(LossKind(each["kind"]), each["count"], tuple(each["samples"]))
                for each in values.get("losses", ())
            ),
            complete=tuple(upload.complete),
            remarks=tuple(upload.remarks),
            unknown_columns=tuple(upload.unknown_columns),
        )
