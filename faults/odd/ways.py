"""The ways in of an application, read from its routes, so that a new one is tried by itself."""

import inspect
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route

from core.platform.webhooks import CallbackDoor

PARAMETER: Final = re.compile(r"\{(\w+)(?::(\w+))?\}")
NAMES: Final = re.compile(r"""\bname=["']([\w.\-]+)["']|[?&]([\w.\-]+)=""")


@dataclass(frozen=True, slots=True)
class Way:
    """A method and the path of a route, its parameters in braces; `names` are words in the code that answers it."""

    method: str
    path: str
    names: tuple[str, ...] = ()

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of its parameters, in order."""
        return tuple(match[1] for match in PARAMETER.finditer(self.path))


def ways(app: Starlette) -> Iterator[Way]:
    """Every way in, also of what is mounted; a static folder is one path below it."""
    yield from _below("", app.routes)


def _below(prefix: str, routes: Sequence[BaseRoute]) -> Iterator[Way]:
    for route in routes:
        if isinstance(route, Mount):
            if route.routes:
                yield from _below(prefix + route.path, route.routes)
            else:
                yield Way("GET", f"{prefix}{route.path}/{{file}}")
        elif isinstance(route, Route):
            for method in sorted(route.methods or {"GET"}):
                yield Way(method, prefix + route.path, tuple(sorted(_words(route.endpoint))))


LIBRARY: Final = "starlette_admin"
WORDS: Final = re.compile(r"""["']([a-z_][a-z0-9_.\-]{0,30})["']""")


def _words(endpoint: Callable[..., Any]) -> set[str]:
    """The words in the code that answers: in the module of a page of ours, in the function of one of the library's."""
    code = inspect.unwrap(endpoint.take if isinstance(endpoint, CallbackDoor) else endpoint)
    around = {cell.cell_contents for cell in getattr(code, "__closure__", None) or () if callable(cell.cell_contents)}
    words = {word for each in around if inspect.isroutine(each) for word in _words(each)}
    module = getattr(code, "__module__", "")
    return words | (_written(code) if module.startswith(LIBRARY) else _written(inspect.getmodule(code)))


@cache
def _written(code: Any) -> frozenset[str]:
    try:
        return frozenset(WORDS.findall(inspect.getsource(code)))
    except (OSError, TypeError):
        return frozenset()


def names_in(page: str) -> set[str]:
    """The names of fields and parameters that stand in a page: what its forms send and its links ask."""
    return {match[1] or match[2] for match in NAMES.finditer(page)}
