"""What the desk calls things, in French, its only language."""

from core.text.languages import Language
from core.text.words import DESK, Word, label


def word(value: Word | Language | None) -> str:
    """What the desk calls a coded value or a language; '' for None. Raises NoLabel for a word it never says."""
    if value is None:
        return ""
    return value.staff_name if isinstance(value, Language) else label(value, DESK)
