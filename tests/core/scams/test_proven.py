"""What staff name in braces is said in words that were checked, in each language."""

import pytest

from core.scams.guard import refuse_scams
from core.scams.proven import PIECES, NoSuchPiece, filled
from core.text.languages import Language
from core.text.translator import translator

FR, BM = Language("fr"), Language("bm")


def test_pieces_are_said_in_the_language_of_the_person() -> None:
    text = "Appelez {ligne} ou {contact}. {prudence}"
    assert filled(text, translator(FR)) == (
        "Appelez *384*1234# ou 20 22 16 15. Personne ne doit vous demander de l’argent ou un code."
    )
    assert "Mɔgɔ si man kan ka wari walima kɔdi ɲini aw fɛ." in filled(text, translator(BM))


@pytest.mark.parametrize("name", list(PIECES))
@pytest.mark.parametrize("language", list(Language))
def test_a_piece_passes_the_guard_named_and_said(name: str, language: Language) -> None:
    refuse_scams(f"Appelez. {{{name}}}")
    refuse_scams(filled(f"{{{name}}}", translator(language)))


@pytest.mark.parametrize("text", ["Bonjour {nom}", "Le {}", "{code}"])
def test_a_piece_that_there_is_not_is_refused_by_name(text: str) -> None:
    with pytest.raises(NoSuchPiece, match=r"there is no \{"):
        filled(text, translator(FR))
