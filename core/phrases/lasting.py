"""Words of a screen as an SMS keeps them: a day by its date alone, since it is read again on other days."""

import re
from datetime import date
from typing import Final

from core.text.folding import fold_away
from core.text.formats import short_date
from core.text.translator import Translator

_NUMBER: Final = "0000"


def lasting(text: str, translator: Translator, today: date) -> str:
    """The text without how near its days are (`demain`, `dans 3 jours`), and with the date of what is given today."""
    near = (translator.t("yesterday"), translator.t("today"), translator.t("tomorrow"), _in_days(translator))
    for said in near:
        for form in (said, fold_away(said)):
            pattern = re.escape(f" ({form})").replace(_NUMBER, r"\d+")
            text = re.sub(pattern, "", text)
    amount = translator.t("Money is given today: {amount}", amount="")
    dated = translator.t("{day}: {amount}", day=short_date(today), amount="")
    for form in (amount, fold_away(amount)):
        text = text.replace(form, dated)
    return text


def _in_days(translator: Translator) -> str:
    return translator.t("in {n} days", n=_NUMBER)
