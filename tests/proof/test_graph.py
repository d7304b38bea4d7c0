"""The map of the line: `docs/menu.svg` is of this line, and what it tells is so."""

import asyncio
import re
from datetime import UTC, datetime, time
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from core.calls.journal import Journal
from core.platform.database import undone
from core.registry.callers import remember_language
from core.text.alphabet import GSM7
from core.text.languages import Language
from demo.callers import DEMO_CALLERS
from menus.line import line
from menus.tasks import TASKS
from proof.chart import TYPED, Chart, ChartStep, Way, chart_of, keys_pressed
from proof.graph import BOX, FONT, HEIGHT, WIDTH, chart_in, draw
from proof.walk import TrialCaller, Walk, Walker
from proof.world import inputs, on_own_database
from tests.core.seed import TODAY

NOW = datetime.combine(TODAY, time(10), UTC)
"""A moment of the day that the demo world was built for."""
MAP = Path(__file__).parents[2] / "docs" / "menu.svg"
RENEW = "the map is not of this line any more; renew it: jigi menus graph -o docs/menu.svg"


@cache
def small_walk(url: str) -> Walk:
    """The line as one caller walks it who types little, once for all tests of a process."""
    return asyncio.run(_walked(url))


async def _walked(url: str) -> Walk:
    msisdn = DEMO_CALLERS[0].msisdn
    typed = {question: each[:1] for question, each in inputs().items()}
    async with on_own_database(url):
        await remember_language(msisdn, Language("fr"))
        walker = Walker(line, Journal(), GSM7, undone=undone, inputs=typed, clock=lambda: NOW)
        return await walker.walk([TrialCaller(msisdn, DEMO_CALLERS[0].situation_fr, Language("fr"))])


@pytest.fixture(scope="module")
def chart() -> Chart:
    return chart_in(MAP.read_text("utf-8"))


def test_the_map_of_the_documents_is_of_this_line(chart: Chart) -> None:
    by_code = {shortcut.screen for shortcut in line.shortcuts.values()}
    assert chart.screens == tuple(name for name in line if name not in by_code), RENEW
    declared = [(name, target) for name in chart.screens for target in sorted(line[name].leads_to)]
    assert [(step.source, step.target) for step in chart.steps] == declared, RENEW
    assert [way.screen for way in chart.ways] == [task.screen for task in TASKS], RENEW
    assert draw(chart, line) == MAP.read_text("utf-8"), RENEW


def test_the_keys_of_the_map_are_those_that_callers_press(chart: Chart, town_database: str) -> None:
    pressed = keys_pressed(small_walk(town_database).visits)
    written = {(step.source, step.target): step.keys for step in chart.steps}
    assert len(pressed) > 30
    for edge, pages in pressed.items():
        page, keys = _keys(written[edge])
        assert pages.get(page, set()) <= keys, f"{edge}: {RENEW}"


def _keys(written: str) -> tuple[int, set[int]]:
    """The page of a step, counted from 0, and its keys on it."""
    *mores, span = written.removesuffix("…").split(" ")
    first, _, last = span.partition("-")
    return len(mores), set(range(int(first), int(last) + 1) if last else map(int, span.split(",")))


def test_a_step_without_a_key_is_typed_or_goes_on_by_itself(chart: Chart) -> None:
    keys = {(step.source, step.target): step.keys for step in chart.steps}
    assert keys["commune_letters", "communes_found"] == TYPED
    assert keys["start", "home"] == ""
    assert keys["more", "commune_by"] == "9 1"


def test_the_same_chart_gives_the_same_octets(chart: Chart) -> None:
    assert Chart.from_json(chart.to_json()) == chart
    assert draw(chart, line) == draw(Chart.from_json(chart.to_json()), line)


def test_every_way_is_one_of_steps_and_as_short_as_the_rules_ask(chart: Chart) -> None:
    steps = {(step.source, step.target) for step in chart.steps}
    for task, way in zip(TASKS, chart.ways, strict=True):
        assert way.ran[0] == line.start
        assert way.ran[-1] == task.screen
        assert set(pairwise(way.ran)) <= steps
        assert len(way.keys) <= task.most_keys


def test_the_shortest_way_of_a_walk_is_found(town_database: str) -> None:
    ways = {way.screen: way for way in chart_of(small_walk(town_database), line).ways}
    assert ways["payment"] == Way("payment", ("1",), ("start", "home", "payment"))
    assert ways["call_asked"] == Way("call_asked", ("5", "1", "1"), ("start", "home", "more", "call_me", "call_asked"))
    assert ways["secret_filed"].keys == ("3", "4", "1", "2")


def test_every_screen_is_drawn_on_the_page_and_none_over_another(chart: Chart) -> None:
    svg = draw(chart, line)
    boxes = {}
    for name, x, y, height in re.findall(
        rf'<g id="(\w+)".*?\n<rect x="([\d.]+)" y="([\d.]+)" width="{BOX:g}[\d.]*" height="([\d.]+)"', svg
    ):
        boxes[name] = (float(x), float(y), float(height))
    assert set(boxes) == set(chart.screens)
    for name, (x, y, height) in boxes.items():
        assert 0 <= x <= WIDTH - BOX
        assert 0 <= y <= HEIGHT - height
        for other, (there, above, tall) in boxes.items():
            beside = name == other or x + BOX <= there or there + BOX <= x
            assert beside or y + height <= above or above + tall <= y, (name, other)


def test_the_legend_says_where_codes_lead(chart: Chart) -> None:
    assert "Codes derrière le numéro : 81 paiement, 82 plainte, 83 et la commune : ses jours" in draw(chart, line)


def test_no_writing_is_too_small_to_read() -> None:
    capital = 0.716
    sizes = [float(size) for size in re.findall(r"([\d.]+)px", MAP.read_text("utf-8"))]
    assert min([*sizes, FONT]) * capital >= 2.2


def test_what_a_title_holds_cannot_break_the_drawing(chart: Chart) -> None:
    odd = Chart(chart.screens, (*chart.steps[:-1], ChartStep(*_ends(chart.steps[-1]), keys="<&>")), chart.ways)
    assert "<&>" not in draw(odd, line)
    assert chart_in(draw(odd, line)) == odd


def _ends(step: ChartStep) -> tuple[str, str]:
    return step.source, step.target
