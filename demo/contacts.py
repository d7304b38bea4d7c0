"""Who is near a commune of the demonstration; every number is invented."""

from collections.abc import Iterator, Sequence
from typing import Final

from demo.payments import AGENCIES

WITHOUT: Final = 6
"""One commune in so many has none of them."""

COMMITTEE, TOWN_HALL, AGENCY = "+22370001{:03}", "+22370002{:03}", "+22370003{:03}"


def contact_cells(communes: int) -> Iterator[Sequence[str]]:
    """The cells of each commune, in the order of the columns; the agency is the one that its payments name."""
    for number in range(communes):
        if number % WITHOUT == WITHOUT - 1:
            yield ("",) * 6
        else:
            phones = [written.format(number) for written in (COMMITTEE, TOWN_HALL, AGENCY)]
            yield phones[0], phones[1], "8h", "15h30", AGENCIES[number % len(AGENCIES)], phones[2]
