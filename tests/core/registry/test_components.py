"""A component is one member of one enum, with what the desk and the line call it."""

from pathlib import Path

import pytest

from core.platform import sql
from core.registry import components
from core.registry.components import ComponentCode
from core.text.words import DESK, NoLabel, label

SOURCE = Path(components.__file__).read_text("utf-8")
LAST = '    CASH_PLUS = "CASH+"\n'


def with_a_new_member(source: str) -> dict[str, object]:
    """The module as it would be with one component more, of which nothing else is said."""
    made: dict[str, object] = {"__name__": "core.registry.planted"}
    exec(compile(source.replace(LAST, f'{LAST}    MUT = "MUT"\n'), "planted", "exec"), made)  # noqa: S102
    return made


def test_a_component_without_a_label_stops_the_start() -> None:
    with pytest.raises(NoLabel, match="ComponentCode for desk: MUT"):
        with_a_new_member(SOURCE)


def test_a_component_that_the_line_has_no_texts_for_stops_the_start() -> None:
    named = '        ComponentCode.CASH_PLUS: "Kit d\'élevage ou de maraîchage",\n'
    assert named in SOURCE
    with pytest.raises(NoLabel, match="ComponentCode for line: MUT"):
        with_a_new_member(SOURCE.replace(named, f'{named}        ComponentCode.MUT: "Mutuelle",\n'))


def test_a_component_with_its_labels_and_texts_is_enough() -> None:
    source = SOURCE.replace(
        "\nTEXTS: ", "\nONE = ComponentTexts('Health cover', 'You are covered.', '{date}')\nTEXTS: "
    )
    source = source.replace('maraîchage",\n', 'maraîchage",\n        ComponentCode.MUT: "Mutuelle",\n')
    source = source.replace("ComponentTexts]] = {\n", "ComponentTexts]] = {\n    ComponentCode.MUT: ONE,\n")
    made = with_a_new_member(source)
    codes = made["ComponentCode"]
    assert [str(code) for code in codes][-1] == "MUT"  # type: ignore[attr-defined]


@pytest.mark.usefixtures("world")
async def test_the_table_has_the_same_components_under_the_names_of_the_desk() -> None:
    codes = await sql.scalars("SELECT code FROM component ORDER BY code")
    names = await sql.scalars("SELECT name FROM component ORDER BY code")
    assert dict(zip(codes, names, strict=True)) == {code.value: label(code, DESK) for code in ComponentCode}
