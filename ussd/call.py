"""What a screen knows of the call it serves."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from core.text.languages import Language
from core.text.translator import Translator, translator


class Call:
    """One call as a screen sees it: who calls, in which language, what was chosen so far, and the time.

    `key` names the page the person answered: the same for every repeat of that answer, in this call or in the one
    that continues it, so what an act writes under it is written once.
    """

    __slots__ = ("_memory", "_voice", "key", "language", "msisdn", "now")

    def __init__(
        self, *, msisdn: str, language: Language | None, memory: Mapping[str, Any], key: str, now: datetime
    ) -> None:
        self.msisdn = msisdn
        self.language = language
        self.key = key
        self.now = now
        self._memory = memory
        self._voice = translator(language or Language.default())

    @property
    def translator(self) -> Translator:
        """What says things in the person's language."""
        return self._voice

    @property
    def today(self) -> date:
        """The day in Bamako, which keeps UTC all year."""
        return self.now.date()

    def speak(self, language: Language) -> None:
        """Speak `language` from here on, in this screen and those that follow."""
        self.language = language
        self._voice = translator(language)

    def t(self, msgid: str, /, **values: object) -> str:
        """The text of `msgid` in the person's language, with values written as the language writes them."""
        return self._voice.t(msgid, **values)

    def n(self, singular: str, plural: str, count: int, /, **values: object) -> str:
        """The text for `count` things."""
        return self._voice.n(singular, plural, count, **values)

    def word(self, name: str) -> str:
        """A remembered text; '' when there is none."""
        return str(self._memory.get(name, ""))

    def number(self, name: str) -> int | None:
        """A remembered number, such as a household's id; None when there is none."""
        value = self._memory.get(name)
        return None if value is None else int(value)

    def flag(self, name: str) -> bool:
        """Whether something was said yes to on the way here."""
        return bool(self._memory.get(name, False))

    def memory(self) -> dict[str, Any]:
        """All that is remembered, as a copy."""
        return dict(self._memory)
