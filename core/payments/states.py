"""The states of a payment, and why one failed."""

from typing import Final

from core.text.translator import N_
from core.text.words import DESK, LINE, Word, called


class PaymentState(Word):
    """planned → announced → paid, unclaimed (carried over after a last day), failed (with a reason) or cancelled."""

    PLANNED = "planned"
    ANNOUNCED = "announced"
    PAID = "paid"
    UNCLAIMED = "unclaimed"
    FAILED = "failed"
    CANCELLED = "cancelled"


called(
    PaymentState,
    DESK,
    {
        PaymentState.PLANNED: "prévu",
        PaymentState.ANNOUNCED: "annoncé",
        PaymentState.PAID: "payé",
        PaymentState.UNCLAIMED: "non retiré",
        PaymentState.FAILED: "échoué",
        PaymentState.CANCELLED: "annulé",
    },
)

COMING: Final = frozenset({PaymentState.PLANNED, PaymentState.ANNOUNCED})
"""To be paid on a day that is fixed, or is still to be fixed."""

ON_COURSE: Final = COMING | {PaymentState.PAID}
"""Nothing went wrong."""

MISSED: Final = frozenset({PaymentState.FAILED, PaymentState.UNCLAIMED})
"""The day has passed and the household does not have the money."""


class FailureReason(Word):
    """Why a payment failed, where the programme's files give a code; other reasons are free French text."""

    PHONE = "phone"
    NAME = "name"
    SIM = "sim"
    AGENCY = "agency"
    RETURNED = "returned"


called(
    FailureReason,
    LINE,
    {
        FailureReason.PHONE: N_("The phone number did not match."),
        FailureReason.NAME: N_("The name did not match."),
        FailureReason.SIM: N_("The SIM is closed."),
        FailureReason.AGENCY: N_("The payment agency did not come."),
        FailureReason.RETURNED: N_("The money went back."),
    },
)
called(
    FailureReason,
    DESK,
    {
        FailureReason.PHONE: "le numéro de téléphone ne correspond pas",
        FailureReason.NAME: "le nom ne correspond pas",
        FailureReason.SIM: "la SIM est fermée",
        FailureReason.AGENCY: "l'agence de paiement n'est pas venue",
        FailureReason.RETURNED: "l'argent est retourné",
    },
)

REMEDIES: Final = {
    FailureReason.NAME: N_("Go to the town hall with your paper."),
    FailureReason.AGENCY: N_("See the village committee."),
}
"""What to do, as a text of the line, where it is not to call the programme."""


def failure_reason(written: str | None) -> FailureReason | None:
    """The reason that a file gives as a code, in any case; None for none, and for free text."""
    code = (written or "").strip().lower()
    return next((reason for reason in FailureReason if reason == code), None)
