"""What is common to the gateways of every room: a table of them by name, and what trying one finds.

A room's table says where each gateway's class stands; its file is read only where the gateway is switched on.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pkgutil import resolve_name
from typing import Any, Final

from core.platform.mishaps import OperatorSentence, in_both
from core.platform.settings import Settings, WrongSetting

TOKEN_LETTERS: Final = 22
"""An unguessable word of letters and digits has 128 bits from so many on."""

DRAWN: Final = "`python -c 'import secrets; print(secrets.token_urlsafe(16))'`"
"""What makes one."""

TOKEN: Final = re.compile(rf"[A-Za-z0-9_-]{{{TOKEN_LETTERS},}}")


@dataclass(frozen=True, slots=True)
class Trial:
    """One thing that was tried, and what came of it in both languages of who runs a machine.

    `holds` None: it cannot be told from here.
    """

    holds: bool | None
    sentence: str
    french: str


def away(error: BaseException, name: str = "") -> Trial:
    """That what was tried cannot be had, and why; `name` is what was tried, where the sentence does not say so."""
    sentence = in_both(error) or OperatorSentence(str(error), str(error))
    before, avant = (f"{name}: ", f"{name} : ") if name else ("", "")
    return Trial(False, f"{before}{sentence.english}", f"{avant}{sentence.french}")


def named(setting: str, names: Iterable[str], table: Mapping[str, str]) -> tuple[Any, ...]:
    """The classes of these gateways, in their order; `setting` is where the names stand.

    Raises WrongSetting for a name that is in no line of the table, for none at all and for one that is there twice.
    """
    asked = tuple(names)
    if not asked:
        raise WrongSetting(
            f"{setting} names no gateway; there {_are(table)}.",
            f"{setting} ne nomme aucune passerelle ; il y a {_names(table)}.",
        )
    for name in asked:
        if name not in table:
            raise WrongSetting(
                f"{setting}: there is no gateway {name}; there {_are(table)}.",
                f"{setting} : il n'y a pas de passerelle {name} ; il y a {_names(table)}.",
            )
        if asked.count(name) > 1:
            raise WrongSetting(f"{setting} names {name} twice.", f"{setting} nomme deux fois {name}.")
    return tuple(resolve_name(table[name]) for name in asked)


def check_tokens(settings: Settings) -> None:
    """Raise WrongSetting for a word of the callbacks that can be guessed, or that no path carries as it is."""
    if settings.simulator:
        return
    for token in settings.callback_tokens:
        if not TOKEN.fullmatch(token):
            raise WrongSetting(
                f"JIGI_CALLBACK_TOKENS has a word that can be guessed or stands in no path: at least {TOKEN_LETTERS} "
                f"letters, digits, - and _, e.g. {DRAWN}.",
                "JIGI_CALLBACK_TOKENS a un mot qui se devine ou qu'aucun chemin ne porte : au moins "
                f"{TOKEN_LETTERS} lettres, chiffres, - et _, p. ex. {DRAWN}.",
            )


def try_tokens(settings: Settings) -> Trial:
    """Whether gateways can call us: there is an unguessable word for the paths, and it cannot be guessed."""
    if settings.simulator:
        return Trial(
            True,
            "The callbacks have the word of the demonstration, which anybody may know.",
            "Les rappels des passerelles ont le mot de la démonstration, que chacun peut connaître.",
        )
    tokens = settings.callback_tokens
    if not tokens:
        return Trial(
            False,
            "JIGI_CALLBACK_TOKENS is not set: every callback answers 404.",
            "JIGI_CALLBACK_TOKENS n'est pas réglé : chaque rappel d'une passerelle reçoit 404.",
        )
    if any(len(token) < TOKEN_LETTERS for token in tokens):
        return Trial(
            False,
            f"JIGI_CALLBACK_TOKENS has a word that can be guessed: under {TOKEN_LETTERS} characters.",
            f"JIGI_CALLBACK_TOKENS a un mot qui se devine : moins de {TOKEN_LETTERS} caractères.",
        )
    return Trial(
        True,
        "The callbacks have an unguessable word.",
        "Les rappels des passerelles ont un mot qui ne se devine pas.",
    )


def _are(table: Mapping[str, str]) -> str:
    return f"{'is' if len(table) == 1 else 'are'} {_names(table)}"


def _names(table: Mapping[str, str]) -> str:
    return ", ".join(sorted(table))
