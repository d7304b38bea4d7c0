"""What the desk calls things, in French, its only language."""

from collections.abc import Mapping
from typing import Final

from core.numbers.msisdn import local
from core.registry.corrections import OF_PHONE, CorrectedField
from core.text.languages import Language
from core.text.words import DESK, Word, label

FILTERS: Final[Mapping[str, str]] = {
    "words": "cherché", "state": "état", "category": "catégorie", "channel": "canal", "level": "niveau",
    "sex": "sexe", "place": "lieu", "assigned": "attribuée à", "agency": "agence", "round": "tour",
    "age": "ouverte depuis", "timely": "délais", "says": "la personne dit", "since": "reçue du", "until": "au",
}  # fmt: skip
"""What each filter of complaints is called, on paper and in the audit trail."""


def word(value: Word | Language | None) -> str:
    """What the desk calls a coded value or a language; '' for None. Raises NoLabel for a word it never says."""
    if value is None:
        return ""
    return value.staff_name if isinstance(value, Language) else label(value, DESK)


def corrected_value(field: CorrectedField, value: str | None) -> str:
    """A value of a field that can be corrected, as it is read."""
    if value is None:
        return "rien"
    if field in OF_PHONE.values():
        return local(value)
    return word(Language(value)) if field is CorrectedField.LANGUAGE else value
