"""One root for all that Jigi refuses or cannot do."""

from collections.abc import Iterator
from importlib import import_module
from typing import Final

import pytest

from core.platform.errors import JigiError
from tests.support.rooms import modules

ROOMS: Final = ("core", "ussd", "menus", "sms")
"""The desk raises answers of the web framework, and mistakes in a form whose words are French."""

NOT_YET: Final = frozenset(
    {
        "core.numbers.msisdn.BadNumber",
        "sms.campaigns.audience.BadSubject",
        "sms.campaigns.command.Mistake",
        "sms.campaigns.drafts.CannotBeWritten",
        "sms.campaigns.planning_apart.PlanningAlready",
        "sms.campaigns.scope.CampaignError",
        "sms.campaigns.scope.NotASupervisor",
        "sms.campaigns.scope.OutOfScope",
        "sms.campaigns.scope.UnknownCampaign",
        "sms.campaigns.steps.FourEyes",
        "sms.campaigns.steps.NotAsSeen",
        "sms.campaigns.steps.WrongState",
    }
)
"""Errors that stand apart from the root still. Nothing is added here."""


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
    assert apart - NOT_YET == set()
