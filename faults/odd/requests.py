"""Odd requests, drawn from a seed: values that no field means, in every place a request has for a value."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, urlencode

from faults.odd.ways import PARAMETER, Way

FORM: Final = "application/x-www-form-urlencoded"
BOUNDARY: Final = "odd-boundary"

NO_TEXT: Final[Sequence[bytes]] = (
    b"\0", b"a\0b", b"\xed\xa0\x80", b"\xff\xfe", b"\x1b[31m", b"\xc3(", b"caf\xe9",
)  # fmt: skip
"""Octets that are no text: whatever else is in a request, it is refused."""

VALUES: Final[Sequence[bytes]] = (
    b"", b" ", b"\r\nSet-Cookie: odd=1",
    b"0", b"-1", b"1", b"2147483648", b"9" * 19, b"9" * 40, b"9" * 5000, b"1e9", b"1.5", b"NaN", b"inf", b"0x10",
    "٣".encode(), "²".encode(), "①".encode(), b"0001-01-01", b"9999-12-31", b"2026-02-30", b"10000-01-01",
    b"2026-W01-1",
    b"9999-12-31T23:59:59.999999+14:00", b"24:00", b"25:61", b"null", b"true", b"[]", b'{"a":1}', b"nothing-known",
    b"'; DROP TABLE agent;--", b"%", b"_", b"\\", b"{{7*7}}", b"{0.__class__}", b"%(id)s", b"%n",
    b"<script>alert(1)</script>",
    b"../../etc/passwd", b"//evil.test", b"http://evil.test/", b"javascript:alert(1)", "\u202edroite".encode(),
    "\U0001f4a5".encode(), "e\u0301".encode(), "Ɲɔgɔn".encode(), b"a" * 300, b"a" * 20_000, b"+22376123456",
)  # fmt: skip
"""Text that no field means, as its octets stand in a field before a form or an address writes them."""

FILTERS: Final[Sequence[bytes]] = (
    b'day__eq="0001-01-01"', b"day__eq=9999999999", b"id__eq=" + b"9" * 30, b'name__contains="\0"',
    b'name__contains="%"',
    b"(((((", b"at__between=2026-02-15T00:00..x", b'at__between="a".."b"', b'act__in="no","thing"', b'title__regex="("',
    b'category__eq="nothing"', b"NOT NOT NOT day__is_null", b'name__eq="' + b"a" * 900 + b'"', b'name__eq="a" AND' * 60,
    b'pcode__in="a","b"', b"town_hall_opens__gt=25:99", b"town_hall_opens__gt=12:00", b"reviewed__eq=perhaps",
    b"id__between=1.." + b"9" * 25, b"id__gt=-" + b"9" * 12, b'login__eq="a\\"',
)  # fmt: skip
"""What the lists of the library are asked to filter by."""


@dataclass(frozen=True, slots=True)
class OddRequest:
    """A request as it is sent; `target` is path and query, in ASCII."""

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Names of fields, and values that exist by the name of their field: what requests have besides what is odd."""

    names: Sequence[str]
    real: Mapping[str, Sequence[str]]


class Oddities:
    """Draws odd requests; the same seed draws the same."""

    def __init__(self, seed: int, words: Vocabulary) -> None:
        self._random = random.Random(seed)
        self._words = words
        self._values: Sequence[bytes] = VALUES
        self._names: Sequence[str] = words.names

    def of(self, way: Way, signed: Mapping[str, str], count: int) -> Iterator[OddRequest]:
        """So many requests for a way in; forms carry the fields of `signed`, e.g. the token against forgery."""
        for _ in range(count):
            yield self._one(way, signed)

    def _one(self, way: Way, signed: Mapping[str, str]) -> OddRequest:
        self._values = [*VALUES, *NO_TEXT] if self._random.random() < 0.2 else VALUES
        self._names = way.names or self._words.names
        target = self._path(way)
        if self._random.random() < 0.7:
            target += f"?{self._query()}"
        if way.method in ("GET", "HEAD"):
            return OddRequest(way.method, target)
        kind, body = self._random.choice((self._form, self._form, self._parts, self._broken, self._file))(signed)
        return OddRequest(way.method, target, {"content-type": kind} if kind else {}, body)

    def _path(self, way: Way) -> str:
        def filled(name: str) -> str:
            real = self._words.real.get(name, ())
            return quote(self._random.choice(real)) if real and self._random.random() < 0.6 else self._segment()

        return PARAMETER.sub(lambda match: filled(match[1]), way.path)

    def _segment(self) -> str:
        value = self._random.choice(self._values)[:6000] or b"x"
        return quote(value, safe="")

    def _value(self, name: str) -> bytes:
        real = self._words.real.get(name, ())
        if name in ("filter", "_list_query") and self._random.random() < 0.8:
            asked = self._random.choice(FILTERS)
            return asked if name == "filter" else b"?filter=" + quote(asked).encode()
        if real and self._random.random() < 0.5:
            return self._random.choice(real).encode()
        return self._random.choice(self._values)

    def _fields(self, most: int) -> list[tuple[str, bytes]]:
        names = [
            self._random.choice(self._names if self._random.random() < 0.7 else self._words.names)
            for _ in range(self._random.randint(1, most))
        ]
        return [(name, self._value(name)) for name in names]

    def _query(self) -> str:
        return urlencode([(name, value[:3000]) for name, value in self._fields(5)])

    def _form(self, signed: Mapping[str, str]) -> tuple[str, bytes]:
        fields = [*((name, value.encode()) for name, value in signed.items()), *self._fields(12)]
        if self._random.random() < 0.05:
            fields += [(f"more-{number}", b"1") for number in range(2000)]
        return FORM, urlencode(fields).encode()

    def _parts(self, signed: Mapping[str, str]) -> tuple[str, bytes]:
        charset = self._random.choice(("", "; charset=utf-7", "; charset=unicode_escape", "; charset=nothing"))
        fields = [*((name, value.encode()) for name, value in signed.items()), *self._fields(12)]
        return f"multipart/form-data; boundary={BOUNDARY}{charset}", b"".join(
            [*(_part(f'name="{name}"', value) for name, value in fields), f"--{BOUNDARY}--\r\n".encode()]
        )

    def _file(self, signed: Mapping[str, str]) -> tuple[str, bytes]:
        """A file where text is expected, in every field but one."""
        fields = [_part(f'name="{name}"', value.encode()) for name, value in signed.items()]
        fields += [_part(f'name="{name}"; filename="odd\udcff.csv"', value) for name, value in self._fields(4)]
        return f"multipart/form-data; boundary={BOUNDARY}", b"".join([*fields, f"--{BOUNDARY}--\r\n".encode()])

    def _broken(self, signed: Mapping[str, str]) -> tuple[str, bytes]:
        whole = self._parts(signed)[1]
        return self._random.choice(
            (
                ("multipart/form-data", whole),
                (f"multipart/form-data; boundary={BOUNDARY}", whole[: len(whole) // 2]),
                (f"multipart/form-data; boundary={BOUNDARY}", b"no part at all"),
                ("multipart/form-data; boundary=" + "b" * 300, whole),
                ("application/json", b'{"a": '),
                ("text/plain", whole),
                ("", whole),
                ("", b""),
                (FORM, b"&=&&==&%zz=%&" * 20),
            )
        )


def _part(disposition: str, value: bytes) -> bytes:
    head = f"--{BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n"
    return head.encode(errors="surrogateescape") + value + b"\r\n"
