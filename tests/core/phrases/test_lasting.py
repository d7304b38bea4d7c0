"""An SMS is kept: it says no day by how near it is."""

from datetime import date

import pytest

from core.phrases.lasting import lasting
from core.phrases.telling import day_told
from core.text.alphabet import GSM7
from core.text.languages import Language
from core.text.translator import Amount, translator

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("days", range(-1, 15))
def test_a_day_is_said_by_its_date_alone(language: Language, days: int) -> None:
    spoken = translator(language)
    day = date.fromordinal(TODAY.toordinal() + days)
    said = f"{day_told(spoken, day, TODAY)}\nMairie de Safo (bureau)"
    for text in (said, GSM7.prepare(said)):
        kept = lasting(text, spoken, TODAY)
        assert kept == f"{text.partition(' (')[0]}\nMairie de Safo (bureau)"


@pytest.mark.parametrize("language", list(Language))
def test_money_that_is_given_today_has_its_date(language: Language) -> None:
    spoken = translator(language)
    said = spoken.t("Money is given today: {amount}", amount=Amount(30_000))
    for text in (said, GSM7.prepare(said)):
        assert lasting(text, spoken, TODAY).startswith("24/11/2026")
        assert lasting(text, spoken, TODAY).endswith("30 000 F CFA")
