"""The French of the line says what people say: no word of the administration, and none that has to be explained."""

import re

import pytest

from core.text.languages import Language
from tests.core.text.test_locales import entries

OF_THE_OFFICE = re.compile(
    r"\b(allocataire|soudure|cercles?|composante|bénéficiaire|éligib\w+|à tort|discrimination|close|rouv\w+|"
    r"terminer|stopper|retenu\w*|suspendu\w*|enregistré\w*|dossier|traitée|confiée|transmise|modalités?|"
    r"ménages? cibles?)\b",
    re.IGNORECASE,
)


def test_no_text_of_the_line_has_a_word_of_the_office() -> None:
    wrong = {entry.msgid: entry.text for entry in entries(Language("fr")) if OF_THE_OFFICE.search(entry.text)}
    assert wrong == {}


@pytest.mark.parametrize(
    "text", ["Année de naissance de l’allocataire", "Choisissez le cercle", "Rouverte.", "Personne inscrite à tort"]
)
def test_such_a_word_is_found(text: str) -> None:
    assert OF_THE_OFFICE.search(text)
