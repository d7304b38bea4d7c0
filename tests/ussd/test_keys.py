"""What keys do: back, home, on, and a wrong one, on whatever screen."""

from tests.ussd.conftest import Line


async def test_a_first_caller_chooses_a_language_which_is_remembered(line: Line) -> None:
    call = line.phone()
    assert "1 Bamanankan\n2 Francais" in (await call.dial()).text
    assert (await call.reply("2")).text.startswith("Home")
    again = line.phone(call.msisdn)
    assert (await again.dial()).text.startswith("Home")


async def test_zero_goes_back_and_two_zeros_home_from_anywhere(line: Line) -> None:
    call = line.phone()
    page = await line.keyed(call, "2", "1", "3")
    assert page.startswith("You took 3.")
    assert (await call.reply("0")).text.startswith("Twelve")
    assert (await call.reply("4")).text.startswith("You took 4.")
    assert (await call.reply("00")).text.startswith("Home")


async def test_nine_goes_on_and_zero_comes_back_through_pages(line: Line) -> None:
    call = line.phone()
    first = await line.keyed(call, "2", "1")
    assert "5 Number 5\n9 Suite\n0 Retour" in first
    assert "1 Number 6" in (await call.reply("9")).text
    third = (await call.reply("9")).text
    assert "2 Number 12" in third
    assert "9 Suite" not in third
    assert "1 Number 6" in (await call.reply("0")).text
    assert (await call.reply("1")).text.startswith("You took 6.")


async def test_a_wrong_key_is_told_on_the_same_page_and_loses_nothing(line: Line) -> None:
    call = line.phone()
    await line.keyed(call, "2", "1")
    second = (await call.reply("9")).text
    for wrong in ("7", "x", "", "99", "-1", "1 2"):
        assert (await call.reply(wrong)).text == f"Choix non valable.\n{second}"
    assert (await call.reply("2")).text.startswith("You took 7.")


async def test_a_hash_behind_a_key_and_other_scripts_digits_are_understood(line: Line) -> None:
    call = line.phone()
    assert (await line.keyed(call, "2#", "٢")).startswith("An even number?")
    assert (await call.reply("12#")).text.startswith("12 is even.")


async def test_an_answer_that_will_not_do_is_asked_again(line: Line) -> None:
    call = line.phone()
    await line.keyed(call, "2", "2")
    assert (await call.reply("7")).text.startswith("Not even.\nAn even number?")
    assert (await call.reply("1234567")).text.startswith("Trop long.")
    assert (await call.reply("8")).text.startswith("8 is even.")


async def test_words_keep_their_stars_and_lose_only_what_nobody_types(line: Line) -> None:
    call = line.phone()
    assert (await line.keyed(call, "2", "3", "a*b #1\x07 x")).startswith("(a*b #1 x)")


async def test_the_last_text_of_a_call_may_take_several_pages(line: Line) -> None:
    call = line.phone()
    seen = await line.keyed(call, "2", "5")
    screen = call.screen
    while screen is not None and not screen.ends:
        screen = await call.reply("9")
        seen += f" {screen.text}"
    assert [word for word in seen.split() if word.startswith("word")] == [f"word{place}" for place in range(60)]
