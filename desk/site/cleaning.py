"""What may come in at the desk: text in UTF-8 that pages and the database can hold, in forms of a bounded size.

It is looked at once, before anything else reads it. Whatever is no text is refused in words; what a field means is the
business of its page.
"""

import re
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl

from starlette.datastructures import FormData, Headers
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette_admin.security.csrf import CSRFMiddleware

from desk.site.headers import path_below, plain_page
from desk.site.refusals import WORDS

NO_TEXT: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff\ufffd]")
"""NUL and other characters that steer a terminal, halves of a pair, and what stands where octets were no UTF-8."""

NO_PATH: Final = re.compile("[\x00-\x1f\x7f\ud800-\udfff\ufffd]")
LONGEST_PATH: Final = 300
LONGEST_NUMBER: Final = re.compile(r"/\d{19}")
"""A number in a path that no row of ours has, and that Python or PostgreSQL may not take."""

LONGEST_NAME: Final = 100
LONGEST_FILE_NAME: Final = 255
LONGEST_PARAMETER: Final = 4000
MOST_PARAMETERS: Final = 150
MOST_FIELDS: Final = 60

URLENCODED: Final = "application/x-www-form-urlencoded"
MULTIPART: Final = "multipart/form-data"


class NotText(ValueError):
    """Something that was sent is no text, no form, or too much; the message is its status."""

    def __init__(self, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(status.value)
        self.status = status


class _TooLarge(Exception):
    """More came than is taken."""


@dataclass(frozen=True, slots=True)
class FormSize:
    """How much a form may hold: octets, fields, files."""

    octets: int
    fields: int = MOST_FIELDS
    files: int = 0


class Cleaner:
    """Lets in requests that hold nothing but text; `sizes` are those of paths that take more than `usual`."""

    def __init__(self, app: ASGIApp, *, usual: FormSize, sizes: Mapping[str, FormSize]) -> None:
        self._app = app
        self._usual = usual
        self._sizes = sizes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or say in words that it cannot be taken."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        size = self._size(path_below(scope))
        try:
            check_address(scope["path"], scope["query_string"])
            body = await _body(scope, receive, size.octets)
            form_word = await check_form(Headers(scope=scope), body, size)
        except _TooLarge:
            await plain_page(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _too_large(size.octets))(scope, receive, send)
        except NotText as refused:
            await plain_page(refused.status, WORDS[refused.status])(scope, receive, send)
        else:
            scope.setdefault("state", {})["form_word"] = form_word
            await self._app(scope, _again(body, receive), send)

    def _size(self, path: str) -> FormSize:
        return next((size for prefix, size in self._sizes.items() if path.startswith(prefix)), self._usual)


def check_address(path: str, query: bytes) -> None:
    """Raise NotText for an address that holds something else than text, or more than any address of ours."""
    if NO_PATH.search(path) or len(path) > LONGEST_PATH or LONGEST_NUMBER.search(path):
        raise NotText(HTTPStatus.NOT_FOUND)
    try:
        parameters = parse_qsl(query.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_PARAMETERS)
    except ValueError:
        raise NotText from None
    for name, value in parameters:
        if len(name) > LONGEST_NAME or len(value) > LONGEST_PARAMETER or NO_TEXT.search(name) or NO_TEXT.search(value):
            raise NotText


async def check_form(headers: Headers, body: bytes, size: FormSize) -> str:
    """The word against forgery in a form, '' for none.

    Raises NotText for a body that is no form, or a form with what is no text, a file or a field too many.
    """
    if not body:
        return ""
    kind, _, parameters = headers.get("content-type", "").partition(";")
    parser = _parser(kind.strip().lower(), parameters, headers, body, size)
    try:
        form = await parser.parse()
    except MultiPartException:
        raise NotText from None
    try:
        _check_fields(form)
        word = form.get(CSRFMiddleware.field_name)
        return word if isinstance(word, str) else ""
    finally:
        await form.close()


def _parser(kind: str, parameters: str, headers: Headers, body: bytes, size: FormSize) -> FormParser | MultiPartParser:
    if kind == URLENCODED:
        return FormParser(headers, _chunks(body), max_fields=size.fields, max_part_size=size.octets)
    if kind != MULTIPART:
        raise NotText(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    if "charset" in parameters.lower() and "utf-8" not in parameters.lower():
        raise NotText(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    return MultiPartParser(
        headers, _chunks(body), max_files=size.files, max_fields=size.fields, max_part_size=size.octets
    )


def _check_fields(form: FormData) -> None:
    for name, value in form.multi_items():
        text = value if isinstance(value, str) else value.filename or ""
        if len(name) > LONGEST_NAME or NO_TEXT.search(name) or NO_TEXT.search(text):
            raise NotText
        if not isinstance(value, str) and len(text) > LONGEST_FILE_NAME:
            raise NotText


async def _chunks(body: bytes) -> AsyncGenerator[bytes, None]:
    yield body


async def _body(scope: Scope, receive: Receive, most: int) -> bytes:
    """All that is sent; raises _TooLarge as soon as that is more than is taken."""
    length = Headers(scope=scope).get("content-length", "0")
    if not (length.isascii() and length.isdigit()) or len(length) > 18 or int(length) > most:
        raise _TooLarge
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise NotText
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > most:
            raise _TooLarge
    return bytes(body)


def _again(body: bytes, receive: Receive) -> Receive:
    """Gives what was read once more, and then whatever comes."""
    given = False

    async def once_more() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return once_more


def _too_large(most: int) -> str:
    return (
        f"{WORDS[413]} La limite est de {most // 1024} Ko. Un grand fichier s'importe par la commande « jigi import »."
    )
