"""The line that warns of swindlers, or says that it costs nothing, ends an SMS where it costs no part more."""

import pytest

from core.campaigns.models import CampaignKind
from core.text.alphabet import GSM7
from core.text.gsm7 import SINGLE_PART
from core.text.languages import Language
from core.text.translator import translator
from sms.outbox.composing import SmsRoom, Written
from sms.outbox.contents import FreeWords
from sms.outbox.texts import campaign_sms, written
from tests.core.seed import TODAY
from tests.sms.outbox.test_texts import BM, FREE, SAFE


def sized(text: Written) -> tuple[str, int, int]:
    return text.body, text.parts, text.size


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("parts", [1, 2])
def test_the_longest_line_of_safety_that_costs_no_part_is_added(language: Language, parts: int) -> None:
    spoken = translator(language)
    room = SINGLE_PART if parts == 1 else 2 * 153
    for line, size in (
        (SAFE[language], room - len(SAFE[language]) - 1),
        (FREE[language], room - len(FREE[language]) - 1),
    ):
        text = "a" * (size - 1) + "."
        assert sized(written(text, spoken, GSM7)) == (f"{text} {line}", parts, room)
    too_long_for_the_first = "a" * (room - len(SAFE[language]) - 1) + "."
    assert written(too_long_for_the_first, spoken, GSM7).body == f"{too_long_for_the_first} {FREE[language]}"
    too_long_for_any = "a" * (room - len(FREE[language]) - 1) + "."
    assert sized(written(too_long_for_any, spoken, GSM7)) == (too_long_for_any, parts, len(too_long_for_any))


def test_what_gsm7_counts_twice_is_counted_before_the_line_is_added() -> None:
    assert written("ɲ" * 54 + "!", translator(BM), GSM7).body == f"{'ny' * 54}! {SAFE[BM]}"
    assert written("ɲ" * 56 + "!", translator(BM), GSM7).body == f"{'ny' * 56}! {FREE[BM]}"


@pytest.mark.parametrize("language", list(Language))
def test_free_words_that_have_the_line_already_get_no_other(language: Language) -> None:
    words = FreeWords({"fr": "Réunion demain. {prudence}", "bm": "Lajɛ sini. {prudence}"})
    text = campaign_sms(CampaignKind.FREE, words, translator(language), TODAY, GSM7, SmsRoom())
    assert text.body.endswith(SAFE[language])
    assert text.left_out == ()
