"""What the desk calls things, in French, its only language."""

from core.numbers.msisdn import local
from core.registry.corrections import OF_PHONE, CorrectedField
from core.text.languages import Language
from core.text.words import DESK, Word, label


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
