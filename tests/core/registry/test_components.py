"""A component is one member of one enum, with what the desk and the line call it."""

from pathlib import Path

import pytest

from core.platform import sql
from core.registry import components
from core.registry.components import TEXTS, WITH_EVENTS, WITHOUT_DAYS, ComponentCode
from core.text.words import DESK, NoLabel, label

SOURCE = Path(components.__file__).read_text("utf-8")
LAST = list(ComponentCode)[-1]
MEMBER = f'    {LAST.name} = "{LAST.value}"\n'
NAMED = f'        ComponentCode.{LAST.name}: "{label(LAST, DESK)}",\n'


def with_a_new_member(source: str) -> dict[str, object]:
    """The module as it would be with one component more, of which nothing else is said."""
    assert MEMBER in source
    made: dict[str, object] = {"__name__": "core.registry.planted"}
    exec(compile(source.replace(MEMBER, f'{MEMBER}    NEW = "NEW"\n'), "planted", "exec"), made)  # noqa: S102
    return made


def test_a_component_without_a_label_stops_the_start() -> None:
    with pytest.raises(NoLabel, match="ComponentCode for desk: NEW"):
        with_a_new_member(SOURCE)


def test_a_component_that_the_line_has_no_texts_for_stops_the_start() -> None:
    assert NAMED in SOURCE
    with pytest.raises(NoLabel, match="ComponentCode for line: NEW"):
        with_a_new_member(SOURCE.replace(NAMED, f'{NAMED}        ComponentCode.NEW: "Nouveau",\n'))


def test_a_component_with_its_label_and_two_texts_is_enough() -> None:
    source = SOURCE.replace(NAMED, f'{NAMED}        ComponentCode.NEW: "Nouveau",\n')
    texts = "    ComponentCode.NEW: ComponentTexts('Something new', 'You get it.', every_day=True),\n"
    made = with_a_new_member(source.replace("ComponentTexts]] = {\n", f"ComponentTexts]] = {{\n{texts}"))
    assert "NEW" in made["WITHOUT_DAYS"]  # type: ignore[operator]
    assert "NEW" not in made["WITH_EVENTS"]  # type: ignore[operator]


def test_what_is_there_every_day_calls_nobody_together() -> None:
    assert not WITH_EVENTS & WITHOUT_DAYS
    assert {ComponentCode.ANAM, ComponentCode.MUT} == WITHOUT_DAYS
    assert set(TEXTS) == set(ComponentCode)


@pytest.mark.usefixtures("world")
async def test_the_table_has_the_same_components_under_the_names_of_the_desk() -> None:
    codes = await sql.scalars("SELECT code FROM component ORDER BY code")
    names = await sql.scalars("SELECT name FROM component ORDER BY code")
    assert dict(zip(codes, names, strict=True)) == {code.value: label(code, DESK) for code in ComponentCode}
