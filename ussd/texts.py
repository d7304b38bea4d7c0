"""The engine's own words."""

from collections.abc import Callable

from core.text.alphabet import Alphabet
from core.text.languages import Language
from core.text.translator import Translator, translator
from ussd.pages import Signs


def signs(spoken: Translator, alphabet: Alphabet) -> Signs:
    """What the engine's own keys do, and that a key was wrong, as the alphabet carries it."""
    return Signs(
        back=alphabet.prepare(spoken.t("Back")),
        home=alphabet.prepare(spoken.t("Start")),
        more=alphabet.prepare(spoken.t("More")),
        wrong=alphabet.prepare(spoken.t("This number is not here.")),
    )


def interrupted(spoken: Translator) -> tuple[str, str, str]:
    """The question after a dropped call, and its two answers."""
    return spoken.t("The call was cut."), spoken.t("Continue"), spoken.t("Start again")


def too_long(spoken: Translator) -> str:
    """What was typed is longer than can be kept."""
    return spoken.t("Too long. Make it shorter.")


def unavailable(language: Language | None) -> str:
    """The line cannot answer now: in the person's language, in both while it is not known."""
    return _said(language, lambda spoken: spoken.t("It does not work now. Try later."))


def busy(language: Language | None) -> str:
    """Too many call at once."""
    return _said(language, lambda spoken: spoken.t("Many people are calling. Call again later."))


def too_many(language: Language | None) -> str:
    """More was typed in one call than a call may hold."""
    return _said(language, lambda spoken: spoken.t("The call was too long. Dial again."))


def _said(language: Language | None, say: Callable[[Translator], str]) -> str:
    if language is not None:
        return say(translator(language))
    return "\n".join(say(translator(each)) for each in Language)
