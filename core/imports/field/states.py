"""What becomes of a submission that is pushed."""

from core.text.words import DESK, Code, Word, called


class SubmissionState(Word):
    """Where a submission stands."""

    WAITING = "waiting"
    """It does not fit the mapping of its form, and waits for somebody of the desk."""
    FILED = "filed"
    DECLINED = "declined"
    """The person did not agree: nothing of it is kept."""
    REJECTED = "rejected"
    """So by whoever reviewed it on the form's server: nothing of it is kept."""
    DROPPED = "dropped"
    """Put away at the desk."""


called(
    SubmissionState,
    DESK,
    {
        SubmissionState.WAITING: "en attente",
        SubmissionState.FILED: "enregistré",
        SubmissionState.DECLINED: "sans accord, non gardé",
        SubmissionState.REJECTED: "rejeté à la relecture, non gardé",
        SubmissionState.DROPPED: "écarté",
    },
)


class SubmissionOutcome(Code):
    """What a push of a submission came to."""

    FILED = "filed"
    NOTED = "noted"
    """It was filed before and edited since: the case has a note of it."""
    KNOWN = "known"
    WAITING = "waiting"
    DECLINED = "declined"
    REJECTED = "rejected"
