"""Where a household can stand with the programme, and why."""

from typing import Final

from core.text.translator import N_
from core.text.words import DESK, LINE, Word, called


class Status(Word):
    """Where a household stands with the programme."""

    BENEFICIARY = "beneficiary"
    ELIGIBLE = "eligible"
    WAITING = "waiting"
    NOT_ELIGIBLE = "not_eligible"
    SUSPENDED = "suspended"
    EXITED = "exited"


called(
    Status,
    DESK,
    {
        Status.BENEFICIARY: "bénéficiaire",
        Status.ELIGIBLE: "éligible",
        Status.WAITING: "en attente",
        Status.NOT_ELIGIBLE: "non retenu",
        Status.SUSPENDED: "suspendu",
        Status.EXITED: "sorti",
    },
)

NEVER_ENROLLED: Final = frozenset({Status.WAITING, Status.NOT_ELIGIBLE})
"""A household that stands here is in no component."""

LEFT: Final = frozenset({Status.NOT_ELIGIBLE, Status.EXITED})
"""A household that stands here has left the programme, or was not taken."""


class StatusReason(Word):
    """Why a household is not in, where the programme's files give a code; other reasons are free French text."""

    AREA = "area"
    POOREST = "poorest"
    OTHER_HELP = "other_help"
    MISSING = "missing"
    DOCUMENT = "document"
    CORRECT = "correct"
    ABSENT = "absent"
    CHECK = "check"
    DONE_36 = "done36"


called(
    StatusReason,
    LINE,
    {
        StatusReason.AREA: N_("Your village was not chosen."),
        StatusReason.POOREST: N_("After checking, other households are poorer."),
        StatusReason.OTHER_HELP: N_("You get other help already."),
        StatusReason.MISSING: N_("Information is missing."),
        StatusReason.DOCUMENT: N_("A paper is missing."),
        StatusReason.CORRECT: N_("An error must be corrected."),
        StatusReason.ABSENT: N_("You did not come for the money."),
        StatusReason.CHECK: N_("We are checking it."),
        StatusReason.DONE_36: N_("Your 36 months are complete."),
    },
)
called(
    StatusReason,
    DESK,
    {
        StatusReason.AREA: "son village n'est pas choisi",
        StatusReason.POOREST: "d'autres ménages sont plus pauvres",
        StatusReason.OTHER_HELP: "reçoit déjà une autre aide",
        StatusReason.MISSING: "il manque des informations",
        StatusReason.DOCUMENT: "il manque un papier",
        StatusReason.CORRECT: "une erreur est à corriger",
        StatusReason.ABSENT: "n'est pas venu prendre l'argent",
        StatusReason.CHECK: "en vérification",
        StatusReason.DONE_36: "ses 36 mois sont finis",
    },
)

REMEDIES: Final = {
    StatusReason.MISSING: N_("Ask the village committee."),
    StatusReason.DOCUMENT: N_("Bring your paper to the town hall."),
    StatusReason.CORRECT: N_("Go to the town hall with your paper."),
}
"""What the household can do, as a text of the line."""


def status_reason(written: str | None) -> StatusReason | None:
    """The reason that a file gives as a code, in any case; None for none, and for free text."""
    code = (written or "").strip().lower()
    return next((reason for reason in StatusReason if reason == code), None)


class PhonePosition(Word):
    """Which of the two phones of a household; numbers are shared, and the other one may be missing."""

    FIRST = "1"
    SECOND = "2"


called(PhonePosition, DESK, {PhonePosition.FIRST: "premier", PhonePosition.SECOND: "second"})
