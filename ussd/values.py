"""What a screen answers with: choose, ask, say; go on to another screen; or let the person try again.

A value says what to show and where each input leads, by the names of screens. It knows no pages and no keys: the
engine gives an option its key and cuts what is too long.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Memory = Mapping[str, Any]
"""What was chosen and typed on the way here: JSON values by name."""

PRIVATE = "private"
"""Remembered under this name: what follows is one person's, and is not offered to whoever calls next."""


@dataclass(frozen=True, slots=True)
class Option:
    """One line to choose: its label, the screen it leads to and what is remembered when it is taken."""

    label: str
    to: str
    memory: Memory = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choose:
    """A text with options; none at all makes a page to read, with the way back.

    `answers` says that the text is what the person called for, to be told by SMS if the call is cut here.
    """

    text: str
    options: Sequence[Option] = ()
    keep: Memory = field(default_factory=dict)
    answers: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """A question at which something is typed; the input is remembered as `key` and `to` judges it.

    `most` is the longest input in characters; `words` says that the input is free text, in which `*` is a character
    like others. The question and what is said of a wrong input must fit one page together.
    """

    text: str
    to: str
    key: str
    most: int = 40
    words: bool = False
    keep: Memory = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Say:
    """The last text of a call; the gateway ends the session after its last page.

    `again` says that an act was told, which is shown once more to who dials soon, unless the gateway says it was read.
    """

    text: str
    again: bool = False


@dataclass(frozen=True, slots=True)
class Go:
    """Nothing to show here: go on to the screen `to`.

    After an act nothing of the way there is left, unless `over_first` keeps the first page of the call to go back to.
    """

    to: str
    memory: Memory = field(default_factory=dict)
    over_first: bool = False


@dataclass(frozen=True, slots=True)
class Retry:
    """What was typed or chosen will not do: say why and show the same screen again."""

    message: str


CUT = "cut"
"""Remembered with free words that were longer than asked: they were kept by their beginning."""

Value = Choose | Ask | Say | Go | Retry


def option(label: str, to: str, **memory: Any) -> Option:
    """An option that leads to `to`, remembering `memory`."""
    return Option(label, to, memory)


def choose(text: str, *options: Option, **keep: Any) -> Choose:
    """A text and its options; `keep` is remembered by this screen and those behind it."""
    return Choose(text, options, keep)


def answer(text: str, *options: Option) -> Choose:
    """What the person called for, and what to do next."""
    return Choose(text, options, answers=True)


def ask(text: str, to: str, key: str, *, most: int = 40, words: bool = False, **keep: Any) -> Ask:
    """A question; what is typed is remembered as `key` and goes to `to`."""
    return Ask(text, to, key, most, words, keep)


def say(text: str, *, again: bool = False) -> Say:
    """The last text of the call; `again` for what an act did, if whoever calls next from this phone may see it."""
    return Say(text, again)


def go(to: str, **memory: Any) -> Go:
    """Go on to `to`, remembering `memory`."""
    return Go(to, memory)


def then(to: str, **memory: Any) -> Go:
    """After an act: go on to `to`, from which the first page of the call is one key away."""
    return Go(to, memory, over_first=True)


def retry(message: str) -> Retry:
    """Show the same screen again with `message` before it."""
    return Retry(message)
