"""Tables of places: regions, cercles and communes, imported dated data keyed by P-code because names repeat."""

from datetime import time

from sqlmodel import Field

from core.platform.columns import TableRow


class Region(TableRow, table=True):
    """A region, by its P-code."""

    __tablename__ = "region"

    pcode: str = Field(primary_key=True)
    name: str


class Cercle(TableRow, table=True):
    """A cercle of a region, by its P-code."""

    __tablename__ = "cercle"

    pcode: str = Field(primary_key=True)
    region_pcode: str = Field(foreign_key="region.pcode", index=True)
    name: str


class Commune(TableRow, table=True):
    """A commune of a cercle, by its P-code; `search` is `loose(name)`.

    Phones are E.164, and who is near: the committee that knows the households, the town hall, the agency that pays.
    """

    __tablename__ = "commune"

    pcode: str = Field(primary_key=True)
    cercle_pcode: str = Field(foreign_key="cercle.pcode", index=True)
    name: str
    search: str
    committee_phone: str | None = None
    town_hall_phone: str | None = None
    town_hall_opens: time | None = None
    town_hall_closes: time | None = None
    agency_name: str | None = None
    agency_phone: str | None = None
