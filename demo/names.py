"""Names for people and villages that do not exist, put together from common Malian ones."""

from random import Random
from typing import Final

WOMEN: Final = (
    "Aminata", "Fatoumata", "Mariam", "Oumou", "Kadiatou", "Assitan", "Djénéba", "Rokia", "Awa", "Bintou", "Hawa",
    "Nana", "Salimata", "Safiatou", "Sitan", "Tènin", "Ramata", "Korotoumou", "Maïmouna", "Fanta", "Aïssata", "Coumba",
    "Habibatou", "Niélé", "Mah", "Sali", "Yakaré", "Zeïnabou",
)  # fmt: skip
MEN: Final = (
    "Moussa", "Amadou", "Mamadou", "Ibrahima", "Seydou", "Bakary", "Adama", "Drissa", "Oumar", "Modibo", "Souleymane",
    "Boubacar", "Abdoulaye", "Issa", "Yacouba", "Lassana", "Sékou", "Madou", "Zoumana", "Karim", "Daouda", "Hamidou",
    "Mahamane", "Alassane", "N'Tji", "Tièmoko", "Youssouf", "Almahady",
)  # fmt: skip
FAMILIES: Final = (
    "Traoré", "Coulibaly", "Diarra", "Keïta", "Konaté", "Sangaré", "Sidibé", "Diallo", "Touré", "Dembélé", "Cissé",
    "Sissoko", "Doumbia", "Camara", "Koné", "Kanté", "Maïga", "Ouologuem", "Guindo", "Dicko", "Bagayoko", "Fofana",
    "Haïdara", "Samaké", "Kouyaté", "Togola", "Tangara", "Berthé", "Sogoba", "Ag Alhousseini",
)  # fmt: skip

_VILLAGE_STARTS: Final = (
    "N'Golo", "Bana", "Fara", "Siné", "Tièn", "Kola", "Dièn", "Zana", "Moro", "Sira", "Kolo", "Wolo", "Tondi", "Massa",
)  # fmt: skip
_VILLAGE_ENDS: Final = ("bougou", "dougou", "koro", "la", "koura", "bala")


def head_name(draw: Random) -> str:
    """A name for the person who receives for a household: three in four are women."""
    first = draw.choice(WOMEN if draw.random() < 0.75 else MEN)
    return f"{first} {draw.choice(FAMILIES)}"


def villages(draw: Random, wanted: int) -> tuple[str, ...]:
    """Names of villages of one commune, all different; at most 84 are wanted."""
    names = [start + end for start in _VILLAGE_STARTS for end in _VILLAGE_ENDS]
    return tuple(draw.sample(names, wanted))
