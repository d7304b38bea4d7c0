"""The communes of the small demonstration: two dozen real ones of the programme's area, with their P-codes."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class DemoPlace:
    """A commune with what it lies in."""

    region: str
    region_pcode: str
    cercle: str
    cercle_pcode: str
    commune: str
    commune_pcode: str


_REGIONS: Final = {
    "ML01": "Kayes",
    "ML02": "Koulikoro",
    "ML03": "Sikasso",
    "ML04": "Ségou",
    "ML05": "Mopti",
    "ML06": "Tombouctou",
    "ML07": "Gao",
    "ML09": "Bamako",
}

_CERCLES: Final = {
    "ML0101": "Kayes",
    "ML0105": "Kita",
    "ML0202": "Banamba",
    "ML0205": "Kati",
    "ML0206": "Kolokani",
    "ML0304": "Yanfolila",
    "ML0305": "Koutiala",
    "ML0307": "Sikasso",
    "ML0402": "Ségou",
    "ML0403": "Bla",
    "ML0405": "Niono",
    "ML0501": "Mopti",
    "ML0502": "Bandiagara",
    "ML0602": "Diré",
    "ML0603": "Goundam",
    "ML0701": "Gao",
    "ML0702": "Ansongo",
    "ML0901": "Bamako",
}

_COMMUNES: Final = {
    "ML020529": "Safo",
    "ML010117": "Koussané",
    "ML010119": "Logo",
    "ML010526": "Sébékoro",
    "ML020201": "Banamba",
    "ML020533": "Siby",
    "ML020607": "Nossombougou",
    "ML030406": "Gouanan",
    "ML030412": "Wassoulou-Ballé",
    "ML030533": "Zangasso",
    "ML030719": "Kignan",
    "ML040204": "Cinzana",
    "ML040216": "Markala",
    "ML040317": "Touna",
    "ML040508": "Siribala",
    "ML050104": "Fatoma",
    "ML050105": "Konna",
    "ML050218": "Sangha",
    "ML060205": "Diré",
    "ML060316": "Tonka",
    "ML070102": "Gabéro",
    "ML070201": "Ansongo",
    "ML090101": "Commune I",
    "ML090106": "Commune VI",
}

DEMO_PLACES: Final = tuple(
    DemoPlace(
        region=_REGIONS[pcode[:4]],
        region_pcode=pcode[:4],
        cercle=_CERCLES[pcode[:6]],
        cercle_pcode=pcode[:6],
        commune=name,
        commune_pcode=pcode,
    )
    for pcode, name in _COMMUNES.items()
)
