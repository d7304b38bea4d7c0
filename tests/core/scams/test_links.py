"""A text with a link is seen; points without a space after them are none."""

import pytest

from core.scams.links import link_in


@pytest.mark.parametrize(
    "text",
    [
        "Voir bit.ly/x",
        "BIT.LY/X",
        "Inscription : t.me/jigi",
        "wa.me/22376000001",
        "http://10.0.0.1/a",
        "https://exemple",
        "www.jigi",
        "Allez sur jigi-mali.com",
        "jigi.ml.",
        "Jigi.ORG",
        "contact@jigi.org",
        "Tapez jigi.info",
        "tinyurl.com",
        "forms.gle/abc",
    ],
)
def test_a_text_with_a_link_is_refused(text: str) -> None:
    assert link_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "Venez voir M.B. Traoré, N.B. avec votre carte.",
        "30.000 F.CFA, 30.000 F CFA/mois, 1.5 kg",
        "Paiement à Safo.Venez tous.",
        "Paiement demain.Me rappeler.Info à la mairie.Net : 30 000 F CFA",
        "Demandez M.Ly ou Mme.Ly, chef de village",
        "Le matin/le soir, à 8.30 h ou 8h.30",
        "Réunion à l’école,lundi;venez…Merci!",
        "S.A.R.L/U.T.G.F.S",
        "*384*1234#",
        "Wari bɛna di ntɛnɛndon.Aw ye na.",
    ],
)
def test_points_without_a_space_are_no_links(text: str) -> None:
    assert link_in(text) is None
