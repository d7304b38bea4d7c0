"""Where a call stands: the screens on the way here, what is shown now, and the last answer given.

What is stored carries the version of its form. During an upgrade both versions answer hops of one call, so a form may
only be added to: a reader leaves out what it does not know, and finds a default for what an older writer left out. A
change that cannot be made so takes two releases (docs/developers.md).
"""

import json
from dataclasses import dataclass, field, fields
from typing import Any, Final

from core.text.languages import Language
from ussd.values import Option

FORM: Final = 1
"""The version of what is stored of a call, in Redis and in the journal."""


@dataclass(slots=True)
class Frame:
    """One screen on the way here and what was remembered when it was reached."""

    screen: str
    memory: dict[str, Any]


@dataclass(slots=True)
class View:
    """What the person has before them, as it was made: shown again without asking its screen again.

    `kind` is choose, ask, say or resume. `key` names this very page for acts. `shown` are the options on the page, in
    the order of their keys, `last` says that no page follows, and `answers` that this is what was called for.
    """

    kind: str
    text: str
    key: str
    options: list[Option] = field(default_factory=list)
    to: str = ""
    answer: str = ""
    most: int = 0
    words: bool = False
    page: int = 0
    error: str = ""
    shown: tuple[int, ...] | None = None
    last: bool = True
    answers: bool = False


VIEW_FIELDS: Final = frozenset(each.name for each in fields(View))


@dataclass(slots=True)
class State:
    """One call, kept under the name `call` (`ussd.hops.on_day`).

    `typed` is all that was typed, joined by `*` as the gateway joins it; `position` counts its parts.

    `began` is when it began, in seconds since 1970 (0: not known); `done` are the tasks that were finished in it.
    """

    call: str
    typed: str = ""
    language: Language | None = None
    frames: list[Frame] = field(default_factory=list)
    view: View | None = None
    prior: dict[str, Any] | None = None
    ended: bool = False
    reply: str = ""
    began: float = 0.0
    done: list[str] = field(default_factory=list)

    @property
    def position(self) -> int:
        """How many inputs were typed so far."""
        return len(parts(self.typed))

    def memory(self) -> dict[str, Any]:
        """What is remembered here: that of every screen on the way, the nearest winning."""
        merged: dict[str, Any] = {}
        for frame in self.frames:
            merged.update(frame.memory)
        return merged

    def place(self) -> dict[str, Any]:
        """What another call needs to go on from here."""
        view = self.view
        return {
            "form": FORM,
            "language": self.language,
            "frames": [[frame.screen, frame.memory] for frame in self.frames],
            "view": None
            if view is None
            else {
                "kind": view.kind,
                "text": view.text,
                "key": view.key,
                "options": [[option.label, option.to, option.memory] for option in view.options],
                "to": view.to,
                "answer": view.answer,
                "most": view.most,
                "words": view.words,
                "page": view.page,
                "error": view.error,
                "shown": view.shown,
                "last": view.last,
                "answers": view.answers,
            },
            "ended": self.ended,
        }

    def stand_at(self, place: dict[str, Any]) -> None:
        """Go to a `place()` of this or another call."""
        self.language = None if place["language"] is None else Language(place["language"])
        self.frames = [Frame(*frame[:2]) for frame in place["frames"]]
        view = place["view"]
        self.view = None
        if view is not None:
            options = [Option(*option[:3]) for option in view["options"]]
            named = {name: value for name, value in view.items() if name in VIEW_FIELDS}
            self.view = View(**{**named, "options": options, "shown": _places(view["shown"])})
        self.ended = place["ended"]

    def to_json(self) -> str:
        """The session as stored."""
        call = {"id": self.call, "typed": self.typed, "reply": self.reply, "prior": self.prior}
        whole = {**call, "began": self.began, "done": self.done, **self.place()}
        return json.dumps(whole, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str | bytes) -> "State":
        """The session as it was stored; raises ValueError or KeyError for anything else."""
        whole = json.loads(text)
        state = cls(whole["id"], typed=whole["typed"], prior=whole["prior"], reply=whole["reply"])
        state.began, state.done = whole.get("began", 0.0), whole.get("done", [])
        state.stand_at(whole)
        return state


def parts(typed: str) -> list[str]:
    """The inputs of a text as the gateway joins them; none in an empty one."""
    return typed.split("*") if typed else []


def _places(shown: list[int] | None) -> tuple[int, ...] | None:
    return None if shown is None else tuple(shown)
