"""Cercles and communes as they are listed: with what they lie in by name, not by its code."""

from datetime import time
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import registry

import core.places.models  # noqa: F401 - whose tables they are
from core.platform.columns import TableRow


class CercleRow:
    """A cercle with its region."""

    pcode: str
    name: str
    region_name: str


class CommuneRow:
    """A commune with its cercle and region, and who is near."""

    pcode: str
    name: str
    cercle_name: str
    region_name: str
    committee_phone: str | None
    town_hall_phone: str | None
    town_hall_opens: time | None
    town_hall_closes: time | None
    agency_name: str | None
    agency_phone: str | None


_region, _cercle, _commune = (TableRow.metadata.tables[name] for name in ("region", "cercle", "commune"))
_in_region: Final = _cercle.join(_region, _region.c.pcode == _cercle.c.region_pcode)
_in_cercle: Final = _commune.join(_in_region, _cercle.c.pcode == _commune.c.cercle_pcode)
_cercles: Final = (
    select(_cercle.c.pcode, _cercle.c.name, _region.c.name.label("region_name"))
    .select_from(_in_region)
    .subquery("cercles")
)
_communes: Final = (
    select(
        *(column for column in _commune.c if column.name not in ("cercle_pcode", "search")),
        _cercle.c.name.label("cercle_name"),
        _region.c.name.label("region_name"),
    )
    .select_from(_in_cercle)
    .subquery("communes")
)
registry().map_imperatively(CercleRow, _cercles, primary_key=[_cercles.c.pcode])
registry().map_imperatively(CommuneRow, _communes, primary_key=[_communes.c.pcode])
