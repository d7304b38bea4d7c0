"""Where a call stands: the screens on the way here, what is shown now, and the last answer given.

What is stored carries the version of its form. During an upgrade both versions answer hops of one call, so a form may
only be added to: a reader leaves out what it does not know, and finds a default for what an older writer left out. A
change that cannot be made so takes two releases (docs/developers.md).
"""

from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final

import pydantic_core

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
    the order of their keys, `last` says that no page follows, `answers` that this is what was called for, and `again`
    that it tells of an act and may not have been read.
    """

    kind: str
    text: str
    key: str
    options: list[Option] = field(default_factory=list)
    to: str = ""
    remembered_as: str = ""
    most: int = 0
    words: bool = False
    page: int = 0
    error: str = ""
    shown: tuple[int, ...] | None = None
    last: bool = True
    answers: bool = False
    again: bool = False


@dataclass(slots=True)
class LastHop:
    """The last hop of a call whose gateway sends the last input alone: by it a repeat is told from the next hop.

    `before` is the position before it, `at` when it was answered, in seconds since 1970.
    """

    text: str
    sequence: int | None
    begins: bool
    before: int
    at: float


HOP_FIELDS: Final = tuple(each.name for each in fields(LastHop))


@dataclass(slots=True)
class State:
    """One call, kept under the name `call` (`ussd.hops.on_day`).

    `typed` is all that was typed, joined by `*` as the gateway joins it; `position` counts its parts. Between hops what
    is longer than a key stands in it sealed (`ussd.seals`).

    `began` is when it began, in seconds since 1970 (0: not known); `done` are the tasks that were finished in it.

    Of calls whose gateway sends the last input alone there is also `hop`, the last one; `base`, the position at which
    this begin of the session id starts, so that another begin of the same id on the same day meets none of its acts;
    and `bare`: Redis failed the call once, so the journal keeps its every page from there on.
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
    hop: LastHop | None = None
    base: int = 0
    bare: bool = False

    @property
    def position(self) -> int:
        """Where the call is, in inputs: what happens at another position is another act."""
        return self.base + self.inputs

    @property
    def inputs(self) -> int:
        """How many inputs were typed so far."""
        return self.typed.count("*") + 1 if self.typed else 0

    def memory(self) -> dict[str, Any]:
        """What is remembered here: that of every screen on the way, the nearest winning."""
        merged: dict[str, Any] = {}
        for frame in self.frames:
            merged.update(frame.memory)
        return merged

    def sent(self) -> dict[str, Any]:
        """What is stored besides of a call whose gateway sends the last input alone; nothing of another."""
        return {} if self.hop is None else {"hop": asdict(self.hop), "base": self.base, "bare": self.bare}

    def standing(self) -> dict[str, Any]:
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
                "answer": view.remembered_as,
                "most": view.most,
                "words": view.words,
                "page": view.page,
                "error": view.error,
                "shown": view.shown,
                "last": view.last,
                "answers": view.answers,
                "again": view.again,
            },
            "ended": self.ended,
        }

    def stand_at(self, standing: dict[str, Any]) -> None:
        """Go to a `standing()` of this or another call."""
        self.language = None if standing["language"] is None else Language(standing["language"])
        self.frames = [Frame(*frame[:2]) for frame in standing["frames"]]
        self.view = None if standing["view"] is None else _seen(standing["view"])
        self.ended = standing["ended"]

    def to_json(self) -> bytes:
        """The session as stored."""
        call = {"id": self.call, "typed": self.typed, "reply": self.reply, "prior": self.prior}
        whole = {**call, "began": self.began, "done": self.done, **self.sent(), **self.standing()}
        return pydantic_core.to_json(whole)

    @classmethod
    def from_json(cls, text: str | bytes) -> "State":
        """The session as it was stored; raises ValueError or KeyError for anything else."""
        whole = pydantic_core.from_json(text, allow_inf_nan=False)
        state = cls(whole["id"], typed=whole["typed"], prior=whole["prior"], reply=whole["reply"])
        state.began, state.done = whole.get("began", 0.0), whole.get("done", [])
        state.hop, state.base, state.bare = last_hop(whole.get("hop")), whole.get("base", 0), whole.get("bare", False)
        state.stand_at(whole)
        return state


def last_hop(kept: dict[str, Any] | None) -> LastHop | None:
    """The last hop as it was stored, without what a newer form knows of it; None where none was."""
    return None if kept is None else LastHop(**{name: kept[name] for name in HOP_FIELDS})


def parts(typed: str) -> list[str]:
    """The inputs of a text as the gateway joins them; none in an empty one."""
    return typed.split("*") if typed else []


def _seen(view: dict[str, Any]) -> View:
    """What a person had before them, as it was stored."""
    know = view.get
    return View(
        view["kind"],
        view["text"],
        view["key"],
        [Option(*option[:3]) for option in view["options"]],
        to=know("to", ""),
        remembered_as=know("answer", ""),
        most=know("most", 0),
        words=know("words", False),
        page=know("page", 0),
        error=know("error", ""),
        shown=None if view["shown"] is None else tuple(view["shown"]),
        last=know("last", True),
        answers=know("answers", False),
        again=know("again", False),
    )
