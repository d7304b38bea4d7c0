"""The column that holds a language."""

from sqlalchemy import Dialect, String, TypeDecorator

from core.platform.columns import WORD_LETTERS
from core.text.languages import Language


class LanguageCode(TypeDecorator[Language]):
    """A language by its code. PostgreSQL does not check it: which languages there are, the folders of `locales/` say.

    Raises ValueError for a code that has no folder.
    """

    impl = String(WORD_LETTERS)
    cache_ok = True

    def process_bind_param(self, value: Language | None, dialect: Dialect) -> str | None:
        """The code as it is stored."""
        return None if value is None else Language(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> Language | None:
        """The language that a stored code is."""
        return None if value is None else Language(value)
