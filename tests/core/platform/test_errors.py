"""One root for all that Jigi refuses or cannot do."""

from collections.abc import Iterator
from importlib import import_module
from typing import Final

import pytest

from core.platform.errors import JigiError
from tests.support.rooms import modules

ROOMS: Final = ("core", "ussd", "menus", "sms")
"""The desk raises answers of the web framework, and mistakes in a form whose words are French."""


def errors(module: str) -> Iterator[type[Exception]]:
    """The errors that a module names for others."""
    for each in vars(import_module(module)).values():
        if (
            isinstance(each, type)
            and issubclass(each, Exception)
            and each.__module__ == module
            and each.__name__[0] != "_"
        ):
            yield each


@pytest.mark.parametrize("room", ROOMS)
def test_every_error_of_a_room_comes_from_the_root(room: str) -> None:
    apart = {
        f"{module}.{each.__name__}"
        for module in modules(room)
        for each in errors(module)
        if not issubclass(each, JigiError)
    }
    assert apart == set()
