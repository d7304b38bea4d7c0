"""Files of communes: `region, region_pcode, cercle, cercle_pcode, commune, commune_pcode`, and who is near.

Optional: `committee_phone, town_hall_phone, town_hall_opens, town_hall_closes, agency_name, agency_phone`.
"""

from datetime import date
from typing import Final

from core.imports import values
from core.imports.layout import Check, Column, Layout
from core.places.communes import loose

LONGEST_AGENCY: Final = 30

CONTACTS: Final = (
    Column("committee_phone", values.phone, needed=False, optional=True, french="telephone_comite"),
    Column("town_hall_phone", values.phone, needed=False, optional=True, french="telephone_mairie"),
    Column("town_hall_opens", values.hour, "time", needed=False, optional=True, french="mairie_ouvre"),
    Column("town_hall_closes", values.hour, "time", needed=False, optional=True, french="mairie_ferme"),
    Column("agency_name", values.words(LONGEST_AGENCY), needed=False, optional=True, french="nom_agence"),
    Column("agency_phone", values.phone, needed=False, optional=True, french="telephone_agence"),
)
"""Who is near a commune. They are offices: the committee is named by nobody's name."""


def layout(today: date) -> Layout:
    """Communes, keyed by their P-code; regions and cercles come with them. The file may leave communes out.

    What is not said of who is near, or cannot be read, stays as it is known: no commune is lost for a bad number.
    """
    return Layout(
        columns=(
            Column("region", values.name),
            Column("region_pcode", values.pcode),
            Column("cercle", values.name),
            Column("cercle_pcode", values.pcode),
            Column("commune", values.name),
            Column("commune_pcode", values.pcode),
            Column("search", loose, source="commune"),
            *CONTACTS,
        ),
        key=("commune_pcode",),
        checks=(
            Check(
                "region",
                "EXISTS (SELECT FROM staged AS other WHERE other.region_pcode = staged.region_pcode "
                "AND other.region <> staged.region)",
                "cette région porte deux noms dans le fichier",
            ),
            Check(
                "cercle",
                "EXISTS (SELECT FROM staged AS other WHERE other.cercle_pcode = staged.cercle_pcode "
                "AND other.cercle <> staged.cercle)",
                "ce cercle porte deux noms dans le fichier",
            ),
            Check(
                "region_pcode",
                "EXISTS (SELECT FROM staged AS other WHERE other.cercle_pcode = staged.cercle_pcode "
                "AND other.region_pcode <> staged.region_pcode)",
                "ce cercle est dans deux régions dans le fichier",
            ),
            Check(
                "town_hall_closes",
                "town_hall_closes <= town_hall_opens",
                "la mairie ferme avant d'ouvrir",
                cell_only=True,
            ),
        ),
        steps=(*_REGIONS, *_CERCLES, *_KNOWN, *_COMMUNES),
    )


_REGIONS = (
    """
    INSERT INTO touched SELECT line, false FROM staged JOIN region ON region.pcode = region_pcode
    WHERE region.name <> staged.region
    """,
    """
    INSERT INTO region (pcode, name) SELECT DISTINCT region_pcode, region FROM staged
    ON CONFLICT (pcode) DO UPDATE SET name = excluded.name WHERE region.name <> excluded.name
    """,
)

_CERCLES = (
    """
    INSERT INTO touched SELECT line, false FROM staged JOIN cercle ON cercle.pcode = cercle_pcode
    WHERE (cercle.name, cercle.region_pcode) <> (staged.cercle, staged.region_pcode)
    """,
    """
    INSERT INTO cercle (pcode, name, region_pcode) SELECT DISTINCT cercle_pcode, cercle, region_pcode FROM staged
    ON CONFLICT (pcode) DO UPDATE SET name = excluded.name, region_pcode = excluded.region_pcode
    WHERE (cercle.name, cercle.region_pcode) <> (excluded.name, excluded.region_pcode)
    """,
)

_KNOWN = tuple(
    f"""
    UPDATE staged SET {column.name} = (
        SELECT commune.{column.name} FROM commune WHERE commune.pcode = staged.commune_pcode
    )
    WHERE '{column.name}' = ANY (%(absent)s::text[]) OR EXISTS (
        SELECT FROM problem WHERE problem.line = staged.line AND problem."column" = '{column.name}'
    )
    """  # noqa: S608 - names of ours
    for column in CONTACTS
)

_NAMES = ", ".join(("name", "cercle_pcode", "search", *(column.name for column in CONTACTS)))
_IN_TABLE = ", ".join(f"commune.{name}" for name in _NAMES.split(", "))
_IN_FILE = "staged.commune, " + ", ".join(f"staged.{name}" for name in _NAMES.split(", ")[1:])

_COMMUNES = (
    f"""
    INSERT INTO touched SELECT line, false FROM staged JOIN commune ON commune.pcode = commune_pcode
    WHERE ({_IN_TABLE}) IS DISTINCT FROM ({_IN_FILE})
    """,  # noqa: S608 - names of ours
    """
    INSERT INTO touched SELECT line, true FROM staged
    WHERE NOT EXISTS (SELECT FROM commune WHERE commune.pcode = commune_pcode)
    """,
    f"""
    INSERT INTO commune (pcode, {_NAMES}) SELECT commune_pcode, {_IN_FILE} FROM staged
    ON CONFLICT (pcode) DO UPDATE SET ({_NAMES}) = ROW (excluded.{_NAMES.replace(", ", ", excluded.")})
    WHERE ({_IN_TABLE}) IS DISTINCT FROM (excluded.{_NAMES.replace(", ", ", excluded.")})
    """,  # noqa: S608
)
