"""What staff write to people is refused where it says what scams say, and the piece and the reason are named."""

import re

import pytest

from core.grievances.prepared_answers import DEMO
from core.scams.guard import NotASafeText, ScamSign, refuse_scams
from core.text.catalogue import load
from core.text.languages import Language
from core.text.words import DESK, label
from tests.core.scams.cases import HONEST, SCAMS

PAIRS = [(text, ScamSign(sign)) for sign, texts in SCAMS.items() for text in texts.strip().splitlines()]


@pytest.mark.parametrize("text", HONEST)
def test_an_honest_sentence_passes(text: str) -> None:
    refuse_scams(text)


@pytest.mark.parametrize(("text", "sign"), PAIRS)
def test_what_a_scam_says_is_refused(text: str, sign: ScamSign) -> None:
    with pytest.raises(NotASafeText) as refused:
        refuse_scams(text)
    assert refused.value.sign is sign


@pytest.mark.parametrize(("text", "sign"), PAIRS)
def test_it_is_refused_between_honest_sentences(text: str, sign: ScamSign) -> None:
    with pytest.raises(NotASafeText) as refused:
        refuse_scams(f"Votre plainte est vue. {text}\nApportez votre carte.")
    assert refused.value.sign is sign


def test_the_piece_is_named_as_it_was_written() -> None:
    with pytest.raises(NotASafeText) as refused:
        refuse_scams("Bonjour. Pour l'argent,  ENVOYEZ   votre Code secret à l'agent.")
    assert refused.value.piece == "ENVOYEZ votre Code"
    assert refused.value.in_french == (
        "Ne demandez ni code, ni mot de passe, ni numéro de compte (« ENVOYEZ votre Code ») : c'est ainsi que font les "
        "escrocs."
    )


def test_a_telephone_that_may_stand_there_passes_however_it_is_written() -> None:
    for written in ("76 12 34 56", "76123456", "+223 76.12.34.56", "0022376123456"):
        with pytest.raises(NotASafeText):
            refuse_scams(f"Appelez le {written}.")
        refuse_scams(f"Appelez le {written}.", contacts=["+22376123456"])


def test_the_texts_of_the_line_pass_but_for_what_it_asks_itself() -> None:
    """The line alone asks for a secret, on its own screens, where the person called it."""
    refused = set()
    for language in Language:
        for msgid, text in load(language).texts.items():
            try:
                refuse_scams(re.sub(r"\{(?:amount|sum)\}", "30 000 F CFA", text))
            except NotASafeText:
                refused.add(msgid)
    assert refused == {"Write the secret code (4 digits)."}


def test_the_prepared_answers_of_the_demonstration_pass() -> None:
    for _, title, *texts in DEMO:
        for text in (title, *texts):
            refuse_scams(text)


def test_every_sign_says_what_to_do() -> None:
    for sign in ScamSign:
        assert label(sign, DESK)
