"""What the desk calls things, in French, its only language."""

from collections.abc import Mapping
from typing import Final

from core.numbers.msisdn import Operator
from core.text.languages import Language
from core.text.words import DESK, Word, label

CATEGORIES: Final[Mapping[str, str]] = {
    "payment": "Paiement",
    "phone": "Téléphone",
    "data": "Données",
    "exclusion": "Oubli d'un ménage",
    "inclusion": "Inscription à tort",
    "conduct": "Conduite d'un agent",
    "abuse": "Violence, abus",
    "other": "Autre",
}
SUBCATEGORIES: Final[Mapping[str, str]] = {
    "not_paid": "Pas payé",
    "late": "En retard",
    "incomplete": "Incomplet",
    "stolen": "Volé",
    "too_far": "Lieu trop loin",
    "sim_lost": "SIM perdue",
    "number_changed": "Numéro changé",
    "no_network": "Pas de réseau",
    "code_forgotten": "Code oublié",
    "name": "Nom à corriger",
    "phone": "Téléphone à corriger",
    "members": "Membres du ménage à corriger",
    "card_lost": "Carte perdue",
    "left_out": "Ménage oublié",
    "wrong_in": "Inscrit qui ne devrait pas l'être",
    "bribe": "Argent demandé",
    "discrimination": "Discrimination",
    "negligence": "Négligence",
    "violence": "Violence",
    "exploitation": "Exploitation, abus sexuels",
    "information": "Renseignement demandé",
    "anything": "Autre chose",
}
STATES: Final[Mapping[str, str]] = {
    "received": "reçue",
    "assigned": "attribuée",
    "in_progress": "en cours",
    "waiting": "en attente d'informations",
    "resolved": "réglée",
    "rejected": "non retenue",
    "closed": "close",
}
LEVELS: Final[Mapping[str, str]] = {
    "village": "village",
    "commune": "commune",
    "cercle": "cercle",
    "region": "région",
    "national": "national",
}
CHANNELS: Final[Mapping[str, str]] = {
    "ussd": "Téléphone (USSD)",
    "desk": "Guichet",
    "call": "Appel",
    "register": "Registre du village",
    "sms": "SMS",
}
SENSITIVITIES: Final[Mapping[str, str]] = {
    "ordinary": "ordinaire",
    "special": "spéciale",
    "sensitive": "sensible",
}
LANGUAGES: Final[Mapping[str, str]] = {language.value: language.staff_name for language in Language}
SEXES: Final[Mapping[str, str]] = {"F": "femme", "M": "homme"}

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "category": CATEGORIES,
    "subcategory": SUBCATEGORIES,
    "state": STATES,
    "level": LEVELS,
    "channel": CHANNELS,
    "sensitivity": SENSITIVITIES,
    "language": LANGUAGES,
    "sex": SEXES,
    "operator": {operator.value: label(operator, DESK) for operator in Operator},
}


def word(value: object, kind: str = "") -> str:
    """What a value of a kind is called; the value itself when it has no name, '' for None."""
    if isinstance(value, Word):
        return label(value, DESK)
    if isinstance(value, Language):
        return value.staff_name
    return "" if value is None else WORDS[kind].get(str(value), str(value))
