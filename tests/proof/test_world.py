"""The line holds what it is held to, and `jigi menus check` says so, or says where it does not."""

import json
from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any, Final

import pytest
from rich.console import Console
from sqlalchemy import text
from typer.testing import CliRunner

from core.calls.journal import Journal
from core.platform.database import reading, undone, writing
from core.registry.callers import remember_language
from core.text.alphabet import GSM7
from core.text.folding import fold
from core.text.languages import Language
from demo.callers import DEMO_CALLERS, Situation
from menus import line
from menus.tasks import TASKS
from proof import command, figures, world
from proof.command import app
from proof.findings import Fault, findings
from proof.walk import TrialCaller, Visit, Walk, Walker
from proof.world import Longest, longest_of_database, make_world, rules
from ussd.menu import Menu

FEW: Final = (Situation.SHARED, Situation.GRIEVANCE_ANSWERED)
"""Those who, with one who never called and one who stopped the SMS, get to every screen between them."""

FIRST: Final = Visit(
    caller=TrialCaller("+22370000001", "un paiement à venir, jour fixé", Language("fr")),
    screen="home",
    kind="choose",
    keys=(),
    text="Jigisèmèjiri\n1 Date de paiement",
    ends=False,
    first=True,
    choices=(),
    ran=("start", "home"),
    utterances=(),
    written="Jigisèmèjiri",
    seconds=0.01,
)


async def walked_by_few(menu: Menu) -> Walk:
    """A walk with the inputs of the proof, by fewer callers than `jigi menus check` has.

    They speak French, and get to the Bambara by changing the language, further from everything than tasks may be.
    """
    callers = [
        TrialCaller(each.msisdn, each.situation_fr, Language("fr")) for each in DEMO_CALLERS if each.situation in FEW
    ]
    callers.append(TrialCaller(world.STOPPED, "a arrêté les SMS", Language("fr")))
    callers.append(TrialCaller(world.ASKED, "un autre téléphone demande", Language("fr")))
    for caller in callers:
        await remember_language(caller.msisdn, Language("fr"))
    walker = Walker(menu, Journal(), GSM7, undone=undone, inputs=world.inputs(), step_seconds=30)
    return await walker.walk([*callers, TrialCaller(world.NEVER_CALLED, "n'a jamais appelé", Language("fr"))])


def checked(monkeypatch: pytest.MonkeyPatch, walk: Walk, *options: str) -> tuple[int, str]:
    """The exit code of `jigi menus check` after this walk, and what it printed.

    How short pages are and how near screens is measured on the whole walk: of few callers it says nothing.
    """
    monkeypatch.setattr(figures, "LEAST_SHARE", 0.0)
    monkeypatch.setattr(figures, "NEAREST", {})
    monkeypatch.setattr(command, "walked", lambda longest: walk)
    monkeypatch.setattr(command, "out", Console(width=200))
    result = CliRunner().invoke(app, ["check", *options])
    return result.exit_code, result.stdout


async def filed() -> Sequence[Any]:
    tables = ("grievance", "callback_request", "identification_try", "message", "ussd_journal")
    async with reading() as connection:
        return [await connection.scalar(text(f"SELECT count(*) FROM {table}")) for table in tables]  # noqa: S608


async def test_the_line_holds_what_it_is_held_to(world: None, monkeypatch: pytest.MonkeyPatch) -> None:
    await make_world(Longest())
    before = await filed()
    walk = await walked_by_few(line)
    assert await filed() == before

    walk.visits = [replace(visit, seconds=0.0) for visit in walk.visits]
    french = replace(walk, visits=[visit for visit in walk.visits if visit.caller.language is Language("fr")])
    assert findings(french, line, rules(GSM7)) == []
    assert [each for each in findings(walk, line, rules(GSM7)) if each.fault is not Fault.TOO_FAR] == []
    assert walk.screens() == set(line)
    assert not any(visit.endless for visit in walk.visits)

    seen = " ".join(" ".join(visit.text.split()) for visit in walk.visits)
    for value in (getattr(Longest(), each.name) for each in fields(Longest)):
        assert all(word in seen for word in fold(value).split()), value

    code, output = checked(monkeypatch, french)
    assert code == 0
    assert output.startswith(f"0 findings; seen: {len(line)} screens, ")
    assert f"{walk.callers} callers, {walk.hops} hops" in output

    task = TASKS[0]
    far = [replace(each, keys=(*each.keys, *"11")) if each.screen == task.screen else each for each in french.visits]
    code, output = checked(monkeypatch, replace(walk, visits=far), "--json")
    assert code == 1
    assert {(each["fault"], each["screen"]) for each in json.loads(output)["findings"]} == {
        ("too many keys", task.screen)
    }


async def test_every_task_is_reached_in_the_keys_it_may_take_and_has_a_screen() -> None:
    assert {task.screen for task in TASKS} <= set(line)
    assert all(task.most_keys <= 4 for task in TASKS)


def test_what_is_wrong_is_told_in_a_table_with_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = replace(FIRST, keys=("1", "9"), text=f"{FIRST.text} {'x' * 180}")
    code, output = checked(monkeypatch, Walk([FIRST, wrong, wrong], callers=1, hops=3))
    assert code == 1
    (row,) = [row for row in output.splitlines() if "over budget" in row]
    assert [cell.strip() for cell in row.split("│")[1:-1]] == [
        "over budget", "home", "fr", "1*9", "un paiement à venir, jour fixé", "212 of 182", "2",
    ]  # fmt: skip
    assert "2 screens, 2 pages, 0 transitions, 1 callers, 3 hops" in output


def test_what_is_wrong_is_told_in_json_whatever_characters_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = replace(FIRST, written='[bold]"☎"\n', error="")
    code, output = checked(monkeypatch, Walk([FIRST, wrong], callers=1, hops=2), "--json")
    assert code == 1
    document = json.loads(output)
    assert document["seen"] == {"screens": 2, "pages": 1, "transitions": 0, "callers": 1, "hops": 2}
    (finding,) = [each for each in document["findings"] if each["fault"] == "outside the alphabet"]
    assert finding == {
        "fault": "outside the alphabet",
        "screen": "home",
        "language": "fr",
        "keys": "(first dial)",
        "caller": "un paiement à venir, jour fixé",
        "detail": "no rule to write in GSM-7: U+260E BLACK TELEPHONE",
        "times": 1,
    }


def test_a_screen_that_was_not_walked_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    code, output = checked(monkeypatch, Walk([FIRST], callers=1, hops=1), "--json")
    screens = {each["screen"] for each in json.loads(output)["findings"] if each["fault"] == "never reached"}
    assert code == 1
    assert screens == set(line) - {"start", "home"}


async def test_the_longest_values_are_those_of_the_database_where_it_has_longer_ones(world: None) -> None:
    assert await longest_of_database() == Longest()
    long = "Circonscription administrative de Sere Moussa Ani Samo de Siekorole"
    async with writing() as session:
        await session.execute(text("INSERT INTO region VALUES ('ML02', 'Koulikoro')"))
        await session.execute(text("INSERT INTO cercle (pcode, region_pcode, name) VALUES ('ML0201', 'ML02', 'Kati')"))
        await session.execute(
            text("INSERT INTO commune (pcode, cercle_pcode, name, search) VALUES ('ML020101', 'ML0201', :name, '')"),
            {"name": long},
        )
    assert await longest_of_database() == Longest(commune=long)
