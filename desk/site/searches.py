"""What is looked for in a list of the library's stands in no address: a key does, and Redis keeps the words an hour.

The key says nothing to whoever reads it in a history or the log of a proxy: it is made with the secret of the desk and
the word of the session, and opens nothing in another session. Nothing of it stays in the browser.
"""

import hmac
import json
from collections.abc import Mapping
from hashlib import sha256
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

from redis.exceptions import RedisError
from starlette.datastructures import FormData, QueryParams
from starlette.requests import Request
from starlette_admin.helpers import list_url as listed_at

from core.platform.redis import Client
from desk.site.pages import SESSION_COOKIE
from desk.site.refusals import Refused

ASKED: Final = "asked"
"""The parameter that bears the key."""

WORDS: Final = ("q", "filter")
"""The parameters that hold words; the library puts them into addresses."""

OF_A_LIST: Final = ("sort", "cols", "page_size", "page")
"""What else an address of a list has: names of columns and numbers."""

KEPT: Final = "desk search "
"""How the names begin under which Redis has the words."""

KEPT_SECONDS: Final = 3600
LONGEST: Final = 1000

LIST_QUERY: Final = "_list_query"
"""Where what is done with a list says which list it was."""

NOT_NOW: Final = "Les recherches ne marchent pas en ce moment ; les listes s'ouvrent sans elles."

Words = Mapping[str, str]


class NoSuchSearch(LookupError):
    """A key whose words are no longer kept, or that is of another session."""


class TooLong(ValueError):
    """More is looked for than is kept."""


class Searches:
    """What one session looks for in lists."""

    def __init__(self, request: Request, secret: str, redis: Client) -> None:
        session = request.cookies.get(SESSION_COOKIE, "")
        self._session = hmac.new(secret.encode(), f"searches\0{session}".encode(), sha256).digest()
        self._redis = redis
        self._new: dict[str, Words] = {}

    async def words(self, query: QueryParams) -> Words:
        """The words that an address has a key of; raises NoSuchSearch, and Refused while Redis is away."""
        key = query.get(ASKED)
        if not key:
            return {}
        try:
            kept = await self._redis.get(self._name(key))
        except (RedisError, OSError):
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, NOT_NOW) from None
        if kept is None:
            raise NoSuchSearch
        words: Words = json.loads(kept)
        return words

    def key(self, words: Words) -> str | None:
        """The key of words, which are to be kept; None for none. Raises TooLong."""
        given = {name: words[name] for name in WORDS if words.get(name)}
        if not given:
            return None
        if sum(map(len, given.values())) > LONGEST:
            raise TooLong
        key = self._sealed(json.dumps(given, sort_keys=True))
        self._new[key] = given
        return key

    async def keep(self) -> None:
        """Keep the words of every key that was given out; raises Refused while Redis is away."""
        try:
            for key, words in self._new.items():
                await self._redis.set(self._name(key), json.dumps(words), ex=KEPT_SECONDS)
        except (RedisError, OSError):
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, NOT_NOW) from None

    def _name(self, key: str) -> str:
        return f"{KEPT}{self._sealed(key)}"

    def _sealed(self, text: str) -> str:
        return hmac.new(self._session, text.encode(), sha256).hexdigest()[:20]


def address(request: Request, form: FormData, searches: Searches) -> str:
    """Where a form that looks for something in a list leads to: the list, with the key of its words.

    Raises TooLong.
    """
    words = {name: value.strip() for name in WORDS if isinstance(value := form.get(name), str)}
    rest = [(name, value) for name, value in form.multi_items() if name in OF_A_LIST and isinstance(value, str)]
    key = searches.key(words)
    query = urlencode([*rest, (ASKED, key)] if key else rest)
    path: str = request.url.path
    return f"{path}?{query}" if query else path


async def opened(request: Request, searches: Searches) -> Request:
    """A request for a list as the library reads it: with the words of its key, and with none that its address holds.

    Raises NoSuchSearch.
    """
    shown = [(name, value) for name, value in request.query_params.multi_items() if name in (*OF_A_LIST, ASKED)]
    words = await searches.words(request.query_params)
    request.state.listed = _asking(request, shown)
    request.state.words, request.state.searches = words, searches
    request.state.origin_override = str(request.state.listed.url.replace(scheme="", netloc=""))
    return _asking(request, [*((name, value) for name, value in shown if name != ASKED), *words.items()])


async def done_with(request: Request, searches: Searches) -> Request:
    """A request to do something with a list, with the words of the key of that list. Raises NoSuchSearch."""
    asked = QueryParams(request.query_params.get(LIST_QUERY, "").lstrip("?"))
    rest = [(name, value) for name, value in _without(asked, WORDS) if name != ASKED]
    listed = urlencode([*rest, *(await searches.words(asked)).items()])
    return _asking(request, [*_without(request.query_params, (LIST_QUERY,)), (LIST_QUERY, listed)])


def list_url(request: Request, **changed: Any) -> str:
    """The address of a list with other parameters; other words have another key."""
    if changed.keys() & set(WORDS):
        words = {**request.state.words, **{name: changed.pop(name) or "" for name in WORDS if name in changed}}
        changed[ASKED] = request.state.searches.key(words)
    return listed_at(request.state.listed, **changed)


def _without(query: QueryParams, names: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in query.multi_items() if name not in names]


def _asking(request: Request, query: list[tuple[str, str]]) -> Request:
    scope = {**request.scope, "query_string": urlencode(query).encode()}
    return Request(scope, request.receive, request._send)
