"""What version 1 of the stored form wrote and read, kept as it was released in 0.3.0: never edited.

A process of that release answers hops of a call beside one of today's during an upgrade; this is how it writes what it
leaves for the other, and what it needs to find.
"""

import json
from typing import Any

CALL = ("id", "typed", "reply", "prior", "began", "done")
KEPT = ("position", "prior")
PLACE = ("form", "language", "frames", "view", "ended")
VIEW = ("kind", "text", "key", "options", "to", "answer", "most", "words", "page", "error", "shown", "last", "answers")


def read(stored: bytes | str) -> dict[str, Any]:
    """A session as version 1 understands it: what it knows, and nothing else; raises KeyError where that lacks."""
    whole = json.loads(stored)
    late = {"began": whole.get("began", 0.0), "done": whole.get("done", [])}
    return {**{name: whole[name] for name in CALL if name not in late}, **late, **place(whole)}


def written(call: dict[str, Any]) -> str:
    """A session as version 1 writes it."""
    return json.dumps({**call, "form": 1}, ensure_ascii=False, separators=(",", ":"))


def read_journal(stored: dict[str, Any]) -> dict[str, Any]:
    """A place of the journal as version 1 understands it; raises KeyError where that lacks."""
    return {**{name: stored[name] for name in KEPT}, **place(stored)}


def written_journal(kept: dict[str, Any]) -> dict[str, Any]:
    """A place of the journal as version 1 writes it."""
    return {**kept, "form": 1}


def place(whole: dict[str, Any]) -> dict[str, Any]:
    """Where a call stands, without what version 1 does not know."""
    stands: dict[str, Any] = {name: whole[name] for name in PLACE if name != "form"}
    stands["frames"] = [[frame[0], frame[1]] for frame in whole["frames"]]
    if whole["view"] is not None:
        stands["view"] = {name: whole["view"][name] for name in VIEW}
        stands["view"]["options"] = [[label, to, memory] for label, to, memory, *_ in whole["view"]["options"]]
    return stands
