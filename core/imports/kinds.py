"""What an import file can be about."""

from core.text.words import DESK, Word, called


class ImportKind(Word):
    """What a file is about."""

    COMMUNES = "communes"
    HOUSEHOLDS = "households"
    PAYMENTS = "payments"
    EVENTS = "events"


called(
    ImportKind,
    DESK,
    {
        ImportKind.COMMUNES: "Communes",
        ImportKind.HOUSEHOLDS: "Ménages",
        ImportKind.PAYMENTS: "Paiements",
        ImportKind.EVENTS: "Séances et distributions",
    },
)
