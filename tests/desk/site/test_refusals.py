"""What the desk says of an error of the domain."""

from datetime import UTC, datetime
from inspect import getmembers, isclass

import pytest

from core.platform.errors import JigiError
from core.staff import administration, agents, credentials, passwords, permissions, second_factor, sign_in, tries
from desk.site.refusals import SENTENCES, sentence

SAID_OTHERWISE = {agents.UnknownAgent, permissions.NotAllowed, credentials.NotSignedIn}
"""Not there, not for this role, and what does not fit, which depends on what was asked."""


def test_every_error_of_the_people_who_work_here_has_a_sentence() -> None:
    errors = {
        each
        for module in (administration, agents, credentials, passwords, permissions, second_factor, sign_in, tries)
        for _, each in getmembers(module, isclass)
        if issubclass(each, JigiError) and each.__module__.startswith("core.staff")
    }
    assert errors - SENTENCES.keys() == SAID_OTHERWISE


@pytest.mark.parametrize(
    ("error", "french"),
    [
        (agents.LoginTaken("awa"), "Ce nom de connexion est pris, même si la personne est partie."),
        (
            tries.LockedOut(datetime(2026, 11, 24, 9, 5, tzinfo=UTC)),
            "Trop d'essais. Réessayez après 09:05, ou demandez à l'administrateur.",
        ),
    ],
)
def test_an_error_is_said_in_french_with_what_it_carries(error: JigiError, french: str) -> None:
    assert sentence(error) == french


def test_an_error_without_a_sentence_is_not_shown_in_english() -> None:
    with pytest.raises(KeyError):
        sentence(JigiError("something"))
