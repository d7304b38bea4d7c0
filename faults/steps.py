"""The steps of a request at which a worker is killed or frozen."""

from core.text.words import Code


class Step(Code):
    """Where a worker stands; one that ends in -ing is within a transaction, before its commit, or within a request."""

    CLAIMING = "claiming"
    CLAIMED = "claimed"
    DEPARTING = "departing"
    DEPARTED = "departed"
    """Committed, and nothing asked yet."""
    ASKING = "asking"
    """The head of the request is sent, its form is not."""
    ASKED = "asked"
    """All of the request is sent, and nothing of the answer read."""
    ANSWERED = "answered"
    RECORDING = "recording"
    RECORDED = "recorded"
    """Committed, and reports that came early not looked for yet."""
    ADOPTED = "adopted"
    REFUSED = "refused"
    """The gateway did not take it, and nobody wrote that down."""
    GIVING_BACK = "giving back"
    GIVEN_BACK = "given back"
    """Committed, and nobody told to wait yet."""
    DOUBTING = "doubting"
    """Making a request uncertain."""
    DOUBTED = "doubted"
    PAUSING = "pausing"
    """Pausing the campaign because the gateway takes nothing."""
    SWEEPING = "sweeping"
    """In the middle of the job of the minute."""
