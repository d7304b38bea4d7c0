"""Cursors of lists: opaque to whoever asks, bound to the list and what it was asked with."""

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence

from api.problems import ApiProblem, NotDone

Key = Sequence[int | str]


def written(name: str, asked: str, key: Key) -> str:
    """The cursor behind an item with this key, of the list `name` as it was `asked`."""
    return base64.urlsafe_b64encode(json.dumps([_mark(name, asked), *key]).encode()).decode().rstrip("=")


def read(name: str, asked: str, cursor: str | None, kinds: Sequence[type]) -> tuple[int | str, ...] | None:
    """The key that a cursor stands behind, None without one; raises NotDone for one of another list."""
    if cursor is None:
        return None
    try:
        mark, *key = json.loads(base64.b64decode(f"{cursor}{'=' * (-len(cursor) % 4)}", altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, TypeError, RecursionError):
        raise NotDone(ApiProblem.BAD_CURSOR) from None
    if mark != _mark(name, asked) or len(key) != len(kinds) or any(map(_is_other, key, kinds)):
        raise NotDone(ApiProblem.BAD_CURSOR)
    return tuple(key)


def _is_other(value: object, kind: type) -> bool:
    return type(value) is not kind or (kind is int and not -(2**62) < value < 2**62)  # type: ignore[operator]


def _mark(name: str, asked: str) -> str:
    return hashlib.sha256(f"{name} {asked}".encode()).hexdigest()[:12]
