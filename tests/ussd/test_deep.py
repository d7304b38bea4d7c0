"""Dialled deep: `*code*1*2#`."""

from tests.ussd.conftest import Line


async def test_the_inputs_are_played_in_order(line: Line) -> None:
    call = line.phone()
    assert (await call.dial("2*1*9*2")).text.startswith("You took 7.")
    assert (await line.phone(call.msisdn).dial("2*8")).text.startswith("8 is even.")


async def test_as_far_as_they_fit_and_what_does_not_is_told(line: Line) -> None:
    call = line.phone()
    assert (await call.dial("2*1*8*3")).text.startswith("Choix non valable.\nTwelve")
    assert (await call.reply("3")).text.startswith("You took 3.")
