"""Files of communes: `region, region_pcode, cercle, cercle_pcode, commune, commune_pcode`, and who is near.

Optional: `committee_phone, town_hall_phone, town_hall_opens, town_hall_closes, agency_name, agency_phone`.
"""

from datetime import date
from typing import Final

from core.imports import values
from core.imports.layout import Check, Column, Layout, settled
from core.places.communes import loose

LONGEST_AGENCY: Final = 30

CONTACTS: Final = (
    Column(
        "committee_phone",
        values.phone,
        needed=False,
        forgiving=True,
        french="telephone_comite",
        label="téléphone du comité",
    ),
    Column(
        "town_hall_phone",
        values.phone,
        needed=False,
        forgiving=True,
        french="telephone_mairie",
        label="téléphone de la mairie",
    ),
    Column(
        "town_hall_opens",
        values.hour,
        "time",
        needed=False,
        forgiving=True,
        french="mairie_ouvre",
        label="ouverture de la mairie",
    ),
    Column(
        "town_hall_closes",
        values.hour,
        "time",
        needed=False,
        forgiving=True,
        french="mairie_ferme",
        label="fermeture de la mairie",
    ),
    Column(
        "agency_name",
        values.public_words(LONGEST_AGENCY),
        needed=False,
        forgiving=True,
        french="nom_agence",
        label="nom de l'agence",
    ),
    Column(
        "agency_phone",
        values.phone,
        needed=False,
        forgiving=True,
        french="telephone_agence",
        label="téléphone de l'agence",
    ),
)
"""Who is near a commune. They are offices: the committee is named by nobody's name."""


def layout(today: date) -> Layout:
    """Communes, keyed by their P-code; regions and cercles come with them. The file may leave communes out.

    What is not said of who is near, or cannot be read, stays as it is known: no commune is lost for a bad number.
    """
    return Layout(
        columns=(
            Column("region", values.place, example="Koulikoro"),
            Column("region_pcode", values.pcode, french="code_region", example="ML02"),
            Column("cercle", values.place, example="Kati"),
            Column("cercle_pcode", values.pcode, french="code_cercle", example="ML0202"),
            Column("commune", values.place, example="Safo"),
            Column("commune_pcode", values.pcode, french="code_commune", example="ML020201"),
            Column("search", loose, source="commune"),
            *CONTACTS,
        ),
        key=("commune_pcode",),
        plan=_PLAN,
        checks=(
            Check(
                "region",
                "EXISTS (SELECT FROM planned AS other WHERE other.region_pcode = planned.region_pcode "
                "AND other.region <> planned.region)",
                "cette région porte deux noms dans le fichier",
            ),
            Check(
                "cercle",
                "EXISTS (SELECT FROM planned AS other WHERE other.cercle_pcode = planned.cercle_pcode "
                "AND other.cercle <> planned.cercle)",
                "ce cercle porte deux noms dans le fichier",
            ),
            Check(
                "region_pcode",
                "EXISTS (SELECT FROM planned AS other WHERE other.cercle_pcode = planned.cercle_pcode "
                "AND other.region_pcode <> planned.region_pcode)",
                "ce cercle est dans deux régions dans le fichier",
            ),
            Check(
                "town_hall_closes",
                "town_hall_closes <= town_hall_opens",
                "la mairie ferme avant d'ouvrir",
                cell_only=True,
            ),
        ),
        steps=(*_REGIONS, *_CERCLES, *_COMMUNES),
    )


_PLAN = f"""
    SELECT line, region, region_pcode, cercle, staged.cercle_pcode, commune, commune_pcode, staged.search,
        {", ".join(settled(column.name, f"commune.{column.name}") for column in CONTACTS)},
        commune.town_hall_closes AS was_town_hall_closes
    FROM staged LEFT JOIN commune ON commune.pcode = commune_pcode
    """  # noqa: S608 - names of ours

_REGIONS = (
    """
    INSERT INTO touched SELECT line, false FROM planned JOIN region ON region.pcode = region_pcode
    WHERE region.name <> planned.region
    """,
    """
    INSERT INTO region (pcode, name) SELECT DISTINCT region_pcode, region FROM planned
    ON CONFLICT (pcode) DO UPDATE SET name = excluded.name WHERE region.name <> excluded.name
    """,
)

_CERCLES = (
    """
    INSERT INTO touched SELECT line, false FROM planned JOIN cercle ON cercle.pcode = cercle_pcode
    WHERE (cercle.name, cercle.region_pcode) <> (planned.cercle, planned.region_pcode)
    """,
    """
    INSERT INTO cercle (pcode, name, region_pcode) SELECT DISTINCT cercle_pcode, cercle, region_pcode FROM planned
    ON CONFLICT (pcode) DO UPDATE SET name = excluded.name, region_pcode = excluded.region_pcode
    WHERE (cercle.name, cercle.region_pcode) <> (excluded.name, excluded.region_pcode)
    """,
)

_NAMES = ", ".join(("name", "cercle_pcode", "search", *(column.name for column in CONTACTS)))
_IN_TABLE = ", ".join(f"commune.{name}" for name in _NAMES.split(", "))
_IN_FILE = "planned.commune, " + ", ".join(f"planned.{name}" for name in _NAMES.split(", ")[1:])

_COMMUNES = (
    f"""
    INSERT INTO touched SELECT line, false FROM planned JOIN commune ON commune.pcode = commune_pcode
    WHERE ({_IN_TABLE}) IS DISTINCT FROM ({_IN_FILE})
    """,  # noqa: S608 - names of ours
    """
    INSERT INTO touched SELECT line, true FROM planned
    WHERE NOT EXISTS (SELECT FROM commune WHERE commune.pcode = commune_pcode)
    """,
    f"""
    INSERT INTO commune (pcode, {_NAMES}) SELECT commune_pcode, {_IN_FILE} FROM planned
    ON CONFLICT (pcode) DO UPDATE SET ({_NAMES}) = ROW (excluded.{_NAMES.replace(", ", ", excluded.")})
    WHERE ({_IN_TABLE}) IS DISTINCT FROM (excluded.{_NAMES.replace(", ", ", excluded.")})
    """,  # noqa: S608
)
