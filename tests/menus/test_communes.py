"""A commune by what is written of it: the likest first, of namesakes those with a payment day, and its cercle's all."""

from pathlib import Path

import pytest

from core.imports.importing import run
from core.imports.kinds import ImportKind
from core.payments.states import PaymentState
from core.text.languages import Language
from demo.callers import Situation
from menus.communes import communes_found
from tests.core import seed
from tests.core.seed import NOW, day
from tests.menus.conftest import Town
from tests.support.commune_list import commune_list, namesakes
from ussd.call import Call
from ussd.values import Choose, Retry, Value

__all__ = ["commune_list"]
BENKADI = (("ML020301", "Benkadi"), ("ML020702", "Ben Kadi"), ("ML030403", "Benkadi"), ("ML030404", "Benkadi Founia"))


async def found(letters: str) -> Value:
    """What the line answers to these letters."""
    call = Call(msisdn="+22370000001", language=Language("fr"), memory={"letters": letters}, key="k", now=NOW)
    return await communes_found(call)


async def pcodes(letters: str) -> list[str]:
    value = await found(letters)
    assert isinstance(value, Choose)
    return [str(option.memory["commune"]) for option in value.options]


async def test_of_namesakes_the_one_with_a_payment_day_comes_first(world: None) -> None:
    await seed.places(*BENKADI)
    assert await pcodes("benkadi") == ["ML020301", "ML030403", "ML020702", "ML030404"]
    household = await seed.household(commune="ML030403", components=("TM",))
    await seed.payment(household, PaymentState.ANNOUNCED, due=day(5))
    assert await pcodes("benkadi") == ["ML030403", "ML020301", "ML020702", "ML030404"]
    assert await pcodes("benkadi founia") == ["ML030404"]


async def test_all_communes_of_a_cercle_that_is_named_are_shown(world: None) -> None:
    await seed.places(*((f"ML0203{number:02}", f"Lieu {number}") for number in range(10, 40)), *BENKADI)
    assert len(await pcodes("cercle de Cercle ML0203")) == 31
    assert {pcode[:6] for pcode in await pcodes("cercle de Cercle ML0203")} == {"ML0203"}


async def test_of_a_region_that_is_named_the_cercles_are_shown(world: None) -> None:
    await seed.places(*BENKADI)
    value = await found("région Region ML02")
    assert isinstance(value, Choose)
    assert [(option.to, option.memory["cercle"]) for option in value.options] == [
        ("communes_list", "ML0203"),
        ("communes_list", "ML0207"),
    ]


@pytest.mark.parametrize("letters", ["xzq", "aaaa", "de la", "a", "o"])
async def test_nonsense_is_told_at_once_and_asked_again(world: None, letters: str) -> None:
    await seed.places(*BENKADI)
    assert await found(letters) == Retry("Aucune commune de ce nom.")


async def test_the_cercle_is_chosen_by_writing_and_then_by_key(town: Town) -> None:
    call = await town.speaking(Situation.UNREGISTERED, Language("fr"))
    await call.dial("1*1")
    assert (await call.reply("cercle de Kati")).text.startswith("Choisissez la commune\n1 Safo (Kati)\n2 Siby (Kati)")
    assert (await call.reply("1")).text.startswith("Safo\n")


async def test_of_a_whole_country_every_namesake_is_offered_with_its_cercle(
    world: None, tmp_path: Path, commune_list: str
) -> None:
    path = tmp_path / "communes.csv"
    path.write_text(commune_list, encoding="utf-8")
    await run(ImportKind.COMMUNES, path)
    for name, lines in namesakes(commune_list).items():
        value = await found(name)
        assert isinstance(value, Choose)
        offered = {str(option.memory["commune"]): option.label for option in value.options}
        assert {line.pcode: offered[line.pcode] for line in lines} == {
            line.pcode: f"{name} ({line.cercle})" for line in lines
        }
        assert len({offered[line.pcode] for line in lines}) == len(lines)
