"""Where a second opinion writes Bambara otherwise than the line does: both forms, for a native reader to choose from.

The second opinion is the package bambara-text-normalizer, which only the tests ask: tests/proof/test_second_opinion.py
finds these differences anew and fails for one that is not here. Nothing of the line follows it by itself.
"""

from dataclasses import dataclass
from typing import Final

SECOND: Final = "bambara-text-normalizer 1.2.6"


@dataclass(frozen=True, slots=True)
class Opinion:
    """Two ways to write one thing: what it is in French, ours with where it is attested, and the other."""

    french: str
    ours: str
    evidence: str
    theirs: str


OPINIONS: Final = (
    Opinion("lundi", "ntɛnɛn", "bay:46275 mafand:1604 mafand:888", "tɛnɛn"),
    Opinion("mars", "marisi", "CLDR mafand:128", "marsi"),
    Opinion("juin", "zuwɛn", "CLDR mafand:66", "zuwen"),
    Opinion("octobre", "ɔkutɔburu", "CLDR mafand:76", "oktɔburu"),
    Opinion("novembre", "nowanburu", "CLDR mafand:1507", "nɔwanburu"),
    Opinion("le mois de décembre, en un mot ou en deux", "desanburukalo", "CLDR mafand:88", "desanburu kalo"),
    Opinion("8 h 30", "nɛgɛkanɲɛ 8 ni sanga 30", "bay:15122 mafand:1544", "nɛgɛ kaɲɛ seegin ni sanga bi saba"),
    Opinion(
        "jeudi 31 décembre 2026",
        "alamisadon, desanburukalo tile 31, san 2026",
        "mafand:1028 mafand:79",
        "alamisa desanburu kalo tile bi saba ni kelen san baa fila ni mugan ni wɔɔrɔ",
    ),
    Opinion(
        "30 000 F CFA, dit à voix haute", "dɔrɔmɛ waa wɔɔrɔ", "Bamadaba bay:10779 mafand:1343", "sefa wari waa wɔɔrɔ"
    ),
)
