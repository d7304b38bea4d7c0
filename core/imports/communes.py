"""Files of communes: `region, region_pcode, cercle, cercle_pcode, commune, commune_pcode`."""

from datetime import date

from core.imports import values
from core.imports.subject import Check, Column, Subject
from core.places.communes import loose


def subject(today: date) -> Subject:
    """Communes, keyed by their P-code; regions and cercles come with them. The file may leave communes out."""
    return Subject(
        columns=(
            Column("region", values.name),
            Column("region_pcode", values.pcode),
            Column("cercle", values.name),
            Column("cercle_pcode", values.pcode),
            Column("commune", values.name),
            Column("commune_pcode", values.pcode),
            Column("search", loose, source="commune"),
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
        ),
        steps=(
            *_REGIONS,
            *_CERCLES,
            *_COMMUNES,
        ),
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

_COMMUNES = (
    """
    INSERT INTO touched SELECT line, false FROM staged JOIN commune ON commune.pcode = commune_pcode
    WHERE (commune.name, commune.cercle_pcode, commune.search) <> (staged.commune, staged.cercle_pcode, staged.search)
    """,
    """
    INSERT INTO touched SELECT line, true FROM staged
    WHERE NOT EXISTS (SELECT FROM commune WHERE commune.pcode = commune_pcode)
    """,
    """
    INSERT INTO commune (pcode, name, cercle_pcode, search)
    SELECT commune_pcode, commune, cercle_pcode, search FROM staged
    ON CONFLICT (pcode) DO UPDATE
    SET name = excluded.name, cercle_pcode = excluded.cercle_pcode, search = excluded.search
    WHERE (commune.name, commune.cercle_pcode, commune.search)
        <> (excluded.name, excluded.cercle_pcode, excluded.search)
    """,
)
