"""What was said of a sensitive grievance stands in no table in plain text, and is read by who may open the case."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from core.grievances import steps
from core.grievances.cases import case
from core.grievances.filing import file
from core.grievances.secrecy import Unread
from core.grievances.vocabulary import GrievanceState
from core.platform.encryption import IDENTITIES
from core.platform.settings import settings
from core.staff.agents import Actor, Role
from core.text.words import DESK, label
from tests.core.grievances.handling import LATE, somebody
from tests.core.seed import NOW
from tests.support.database import query
from tests.support.keys import hold_new

pytestmark = pytest.mark.usefixtures("safo")

BRIBE = replace(
    LATE, category="conduct", subcategory="bribe", words="kakalamissa", call_back=True, call_safe=True, sms_safe=True
)


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keys to encrypt for, and to decrypt with."""
    hold_new(monkeypatch)
    yield
    settings.cache_clear()


async def dumped() -> str:
    """The rows of every table that words could stand in."""
    tables = ("grievance", "grievance_event", "message", "message_text", "audit_entry", "ussd_journal")
    rows = [row.text for table in tables for row in await query(f"SELECT t::text AS text FROM {table} AS t")]  # noqa: S608
    return "\n".join(rows)


async def handled(focal: Actor) -> str:
    """A bribe told of, noted, asked about and decided; its reference."""
    reference = (await file(BRIBE, NOW)).reference
    for act in (
        steps.take,
        lambda visit: steps.note(visit, "kakalamissa note"),
        lambda visit: steps.ask(visit, "kakalamissa wapi"),
        lambda visit: steps.call(visit, reached=True, again_on=None, words="kakalamissa appel"),
        lambda visit: steps.decide(visit, GrievanceState.RESOLVED, "kakalamissa fini"),
        lambda visit: steps.reopen(visit, "kakalamissa encore"),
    ):
        opened = await case(reference, focal, NOW)
        assert opened
        await act(steps.DeskVisit(focal, reference, opened.shown, NOW))
    return reference


async def test_no_word_of_it_stands_in_the_database() -> None:
    focal = await somebody("focal", Role.FOCAL)
    reference = await handled(focal)
    assert "kakalamissa" not in await dumped()
    opened = await case(reference, focal, NOW)
    assert opened
    assert (opened.words, opened.answer) == ("kakalamissa", "kakalamissa fini")
    notes = [entry.note for entry in opened.entries if entry.note]
    assert notes == ["kakalamissa note", "kakalamissa wapi", "kakalamissa appel", "kakalamissa encore"]


async def test_an_ordinary_one_is_kept_as_it_is() -> None:
    await file(replace(LATE, words="kakalamissa"), NOW)
    assert "kakalamissa" in await dumped()


async def test_a_desk_without_the_key_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    focal = await somebody("focal", Role.FOCAL)
    reference = await handled(focal)
    monkeypatch.setenv(IDENTITIES, "")
    settings.cache_clear()
    opened = await case(reference, focal, NOW)
    assert opened
    assert opened.words == label(Unread.NO_KEY, DESK)


async def test_words_moved_into_another_case_are_not_shown_there() -> None:
    focal = await somebody("focal", Role.FOCAL)
    references = [(await file(replace(BRIBE, key=f"m{n}", words=f"mots {n}"), NOW)).reference for n in range(2)]
    await query(
        "UPDATE grievance SET words = other.words FROM grievance AS other "
        "WHERE grievance.reference = %(to)s AND other.reference = %(from_)s RETURNING 1",
        to=references[0],
        from_=references[1],
    )
    opened = await case(references[0], focal, NOW)
    assert opened
    assert opened.words == label(Unread.NO_KEY, DESK)
