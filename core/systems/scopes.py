"""What a key of another system may do: one word for each thing, which its routes and the database's policies ask."""

from typing import Final

from core.text.words import COMMAND, DESK, Word, called


class KeyScope(Word):
    """One thing that a key may do."""

    PUSH_HOUSEHOLDS = "households:write"
    PUSH_PAYMENTS = "payments:write"
    PUSH_EVENTS = "events:write"
    PUSH_RESULTS = "results:write"
    FILE_GRIEVANCES = "grievances:write"
    READ_GRIEVANCES = "grievances:read"
    READ_WORDS = "words:read"
    READ_DECISIONS = "decisions:read"
    READ_CORRECTIONS = "corrections:read"
    READ_DELIVERIES = "deliveries:read"
    READ_UNREACHED = "unreached:read"
    READ_RECEIPTS = "receipts:read"
    READ_FIGURES = "figures:read"
    READ_ENROLMENTS = "enrolments:read"


called(
    KeyScope,
    COMMAND,
    {
        KeyScope.PUSH_HOUSEHOLDS: "push households",
        KeyScope.PUSH_PAYMENTS: "push payments",
        KeyScope.PUSH_EVENTS: "push sessions and distribution days",
        KeyScope.PUSH_RESULTS: "push what became of payments",
        KeyScope.FILE_GRIEVANCES: "file grievances that a form's server pushes",
        KeyScope.READ_GRIEVANCES: "read grievances that are not sensitive, without their words",
        KeyScope.READ_WORDS: "read the words and answers of these grievances too",
        KeyScope.READ_DECISIONS: "read decisions on grievances",
        KeyScope.READ_CORRECTIONS: "read corrections of the registry to take over",
        KeyScope.READ_DELIVERIES: "read what became of the SMS of campaigns",
        KeyScope.READ_UNREACHED: "read which households campaigns did not reach",
        KeyScope.READ_RECEIPTS: "read what households say of money received",
        KeyScope.READ_FIGURES: "read figures",
        KeyScope.READ_ENROLMENTS: "ask by SPDCI where a household stands and what payment comes next",
    },
)

called(
    KeyScope,
    DESK,
    {
        KeyScope.PUSH_HOUSEHOLDS: "apporter des ménages",
        KeyScope.PUSH_PAYMENTS: "apporter des paiements",
        KeyScope.PUSH_EVENTS: "apporter des séances et des distributions",
        KeyScope.PUSH_RESULTS: "apporter des résultats de paiements",
        KeyScope.FILE_GRIEVANCES: "déposer les plaintes d'un formulaire de terrain",
        KeyScope.READ_GRIEVANCES: "lire les plaintes non sensibles, sans leurs mots",
        KeyScope.READ_WORDS: "lire aussi les mots et les réponses de ces plaintes",
        KeyScope.READ_DECISIONS: "lire les décisions sur les plaintes",
        KeyScope.READ_CORRECTIONS: "lire les corrections du registre à reporter",
        KeyScope.READ_DELIVERIES: "lire ce que les SMS des campagnes sont devenus",
        KeyScope.READ_UNREACHED: "lire les ménages qu'une campagne n'a pas joints",
        KeyScope.READ_RECEIPTS: "lire ce que les ménages disent de l'argent reçu",
        KeyScope.READ_FIGURES: "lire les chiffres",
        KeyScope.READ_ENROLMENTS: "demander par SPDCI où en est un ménage et quel paiement vient",
    },
)

PUSHES: Final = frozenset(
    {KeyScope.PUSH_HOUSEHOLDS, KeyScope.PUSH_PAYMENTS, KeyScope.PUSH_EVENTS, KeyScope.PUSH_RESULTS}
)
"""What changes every place, and is therefore for keys of the whole country, as files are for its supervisors."""
