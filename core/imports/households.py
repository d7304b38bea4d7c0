"""Files of households: who they are, how they are reached, where they stand and what they are enrolled in.

`household_no, head_name, birth_year, phone, alt_phone, commune_pcode, village, language, status, status_reason,
components, list_day`
"""

from datetime import date
from typing import Final

from core.imports import corrections, numbers, values
from core.imports.layout import MOST_NAMED, Check, Column, Layout, counted, settled
from core.imports.losses import OF_HOUSEHOLDS
from core.numbers.msisdn import can_get_sms_sql
from core.platform.columns import listed
from core.platform.sql import BY_INDEX
from core.registry.components import ComponentCode
from core.registry.numbers import key_sql
from core.registry.statuses import NEVER_ENROLLED, Status
from core.text.languages import Language
from core.text.words import DESK, label

OLDEST: Final = 1900
YOUNGEST: Final = 10
"""Years before this one in which the person who receives for the household was born at the latest."""

LONGEST_REASON: Final = 120
EARLIEST_LIST: Final = date(2010, 1, 1)

NUMBER: Final = ("n_menage", "no_menage", "num_menage", "numero_du_menage", "id_menage", "code_menage")
NAME: Final = (
    "nom_chef", "nom_chef_menage", "nom_du_chef", "nom_du_chef_de_menage", "nom_complet", "nom_et_prenom", "nom_prenom",
    "prenom_et_nom", "prenom_nom", "recipiendaire", "beneficiaire",
)  # fmt: skip
PHONE: Final = ("tel", "telephone_1", "tel_1", "numero_telephone", "numero_de_telephone", "contact")
OTHER_PHONE: Final = ("tel_2", "second_telephone", "autre_telephone", "deuxieme_telephone")
PLACE: Final = ("pcode_commune", "pcode", "code_de_la_commune")
"""What people call their columns."""

LANGUAGES: Final = {language.value: language.staff_name for language in Language}
STATUSES: Final = {status.value: label(status, DESK) for status in Status}


def layout(today: date) -> Layout:
    """Households, keyed by the programme's number or ours (`numbers`); those that the file leaves out stay as they are.

    A component that leaves a cell with others ends on the day of the import, and all do where the household is in no
    component by its status; one that comes to a known household starts on it. A reason is that of its status: another
    status without a reason has none. A second phone that is the same as the first is left out. `list_day` is the day
    that the list is of, for corrections made at the desk (`corrections`).
    """
    return Layout(
        columns=(
            Column("household_no", values.household_no, french="numero_menage", others=NUMBER, example="1000 0012"),
            Column("programme_no", values.spelling, needed=False, source="household_no"),
            Column("head_name", values.person_name, french="nom", others=NAME, example="Awa Traoré"),
            Column(
                "birth_year",
                values.year(OLDEST, today.year - YOUNGEST),
                "int",
                needed=False,
                private=True,
                forgiving=True,
                french="annee_naissance",
                others=("annee_de_naissance", "ne_en", "naissance"),
                label="année de naissance",
                example="1975",
            ),
            Column(
                "phone",
                values.phone,
                needed=False,
                forgiving=True,
                french="telephone",
                others=PHONE,
                label="téléphone",
                example="76 00 00 01",
            ),
            Column(
                "alt_phone",
                values.phone,
                needed=False,
                forgiving=True,
                french="telephone_2",
                others=OTHER_PHONE,
                label="second téléphone",
                example="66 00 00 01",
            ),
            Column("commune_pcode", values.pcode, french="code_commune", others=PLACE, example="ML020201"),
            Column(
                "village",
                values.place,
                needed=False,
                others=("quartier", "village_quartier", "localite"),
                label="village",
                example="Kola",
            ),
            Column(
                "language",
                values.word_of(LANGUAGES),
                needed=False,
                french="langue",
                label="langue",
                choices=tuple(LANGUAGES.values()),
                example=LANGUAGES[Language.staff()],
            ),
            Column(
                "status",
                values.word_of(STATUSES),
                french="statut",
                others=("situation",),
                choices=tuple(STATUSES.values()),
                example=STATUSES[Status.BENEFICIARY],
            ),
            Column(
                "status_reason",
                values.public_words(LONGEST_REASON),
                needed=False,
                french="raison",
                others=("motif", "raison_du_statut"),
                label="raison du statut",
            ),
            Column(
                "components",
                values.codes(sorted(ComponentCode)),
                needed=False,
                french="composantes",
                others=("composante", "volets", "volet"),
                label="composantes",
                example="TM;PNP",
            ),
            Column(
                "list_day",
                values.day(EARLIEST_LIST, today),
                "date",
                needed=False,
                french="date_liste",
                others=("jour_de_la_liste", "liste_du"),
                example=today.strftime("%d/%m/%Y"),
            ),
        ),
        key=("household_no",),
        plan=_PLAN,
        checks=(
            numbers.LOST_ZEROS,
            numbers.NEW_ZEROS,
            Check(
                "commune_pcode",
                "NOT EXISTS (SELECT FROM commune WHERE commune.pcode = planned.commune_pcode)",
                "commune inconnue : importez d'abord les communes",
            ),
            Check(
                "components",
                f"status IN {listed(NEVER_ENROLLED)} AND named_components",
                "un ménage en attente ou non retenu n'a pas de composante",
            ),
        ),
        amends=corrections.AMENDS,
        doubts=(*_DOUBTS, *numbers.DOUBTS, *numbers.GIVEN_DOUBTS, *corrections.DOUBTS),
        losses=OF_HOUSEHOLDS,
        settle=numbers.settle_households,
        steps=(*corrections.STEPS, *_HOUSEHOLDS, *_PHONES, *_ENROLMENTS),
    )


_KNOWN_COMPONENTS: Final = """
    ARRAY(SELECT enrolment.component::text FROM enrolment
          WHERE enrolment.household_id = household.id AND enrolment.ended IS NULL)
"""

_PLAN = f"""
    SELECT line, household.id AS household_id, staged.household_no, staged.programme_no, {numbers.FREE} AS line_no,
        staged.head_name, staged.commune_pcode,
        staged.status, {settled("birth_year", "household.birth_year")}, {settled("village", "household.village")},
        {settled("language", "household.language")},
        {settled("status_reason", "CASE WHEN household.status = staged.status THEN household.status_reason END")},
        {settled("phone", "first.msisdn")}, {settled("alt_phone", "second.msisdn")},
        CASE WHEN staged.components IS NOT NULL THEN string_to_array(staged.components, ';')
             WHEN 'components' = ANY (staged.emptied) OR staged.status IN {listed(NEVER_ENROLLED)} THEN '{{}}'
             ELSE {_KNOWN_COMPONENTS} END AS components,
        staged.components IS NOT NULL AS named_components, household.status AS was_status,
        first.msisdn AS was_phone, second.msisdn AS was_alt_phone
    FROM staged LEFT JOIN household ON {key_sql()} = staged.household_no
    LEFT JOIN household_phone AS first ON first.household_id = household.id AND first.position = 1
    LEFT JOIN household_phone AS second ON second.household_id = household.id AND second.position = 2
    """  # noqa: S608 - names of ours

_DOUBTS = (
    """
    WITH number AS (
        SELECT line, household_id, phone AS msisdn FROM planned WHERE phone IS NOT NULL
        UNION SELECT line, household_id, alt_phone FROM planned WHERE alt_phone IS NOT NULL
    ), written AS (SELECT msisdn, min(line) AS line, count(*) AS households FROM number GROUP BY msisdn),
    known AS (
        SELECT msisdn, count(DISTINCT household_id) AS households FROM household_phone
        WHERE msisdn IN (SELECT msisdn FROM written) GROUP BY msisdn
    ),
    many AS (
        SELECT written.msisdn, written.line, written.households + coalesce(known.households, 0) - (
            SELECT count(DISTINCT own.household_id) FROM household_phone AS own
            WHERE own.msisdn = written.msisdn AND own.household_id IN (SELECT household_id FROM planned)
        ) AS households
        FROM written LEFT JOIN known USING (msisdn)
        WHERE written.households + coalesce(known.households, 0) > %(crowd)s
    )
    SELECT line, 'phone' AS "column", msisdn AS value,
        'ce numéro est celui de ' || households || ' ménages : ils comptent comme non joints, et la ligne n''en '
        'nomme aucun à qui appelle de là' AS reason
    FROM many WHERE households > %(crowd)s ORDER BY households DESC LIMIT 50
    """,
    f"""
    SELECT min(line) AS line, 'phone' AS "column", '' AS value,
        {counted("téléphone n''est pas mobile", "téléphones ne sont pas mobiles")}
            || ' : pas de SMS possible' AS reason
    FROM planned WHERE phone IS NOT NULL AND NOT ({can_get_sms_sql("phone")}) HAVING count(*) > 0
    """,  # noqa: S608 - our own words
    f"""
    WITH written AS MATERIALIZED (
        SELECT commune_pcode, village, loose_village(village) AS search, min(line) AS line,
            {counted("ménage")} AS households
        FROM planned WHERE village IS NOT NULL GROUP BY 1, 2
    )
    SELECT line, 'village' AS "column", concat_ws(' ', commune_pcode, village) AS value,
        'village que le registre ne connaît pas dans cette commune, ' || households AS reason
    FROM written WHERE written.search IS NOT NULL AND EXISTS (
        SELECT FROM household WHERE household.commune_pcode = written.commune_pcode AND village_search IS NOT NULL
        {BY_INDEX}
    ) AND NOT EXISTS (
        SELECT FROM household WHERE household.commune_pcode = written.commune_pcode
            AND village_search = written.search {BY_INDEX}
    ) ORDER BY line LIMIT {MOST_NAMED}
    """,  # noqa: S608
)
"""One number for very many households, lines that get no SMS, and villages nobody is of."""

_WRITTEN: Final = "line, phone, nullif(alt_phone, phone) AS alt_phone, was_phone, was_alt_phone, components"

_HOUSEHOLDS = (
    """
    WITH changed AS (
        UPDATE household
        SET (head_name, birth_year, commune_pcode, village, language, status, status_reason, updated_at)
            = (planned.head_name, planned.birth_year, planned.commune_pcode, planned.village, planned.language,
               planned.status, planned.status_reason, %(now)s)
        FROM planned WHERE planned.household_id IS NOT NULL AND household.id = planned.household_id
        AND (household.head_name, household.birth_year, household.commune_pcode, household.village,
             household.language, household.status, household.status_reason)
            IS DISTINCT FROM (planned.head_name, planned.birth_year, planned.commune_pcode, planned.village,
                              planned.language, planned.status, planned.status_reason)
        RETURNING line
    )
    INSERT INTO touched SELECT line, false FROM changed
    """,
    "INSERT INTO touched SELECT line, true FROM planned WHERE household_id IS NULL",
    numbers.GIVE,
    """
    CREATE TEMP TABLE new_name ON COMMIT DROP AS SELECT head_name, name_search(head_name) AS search
    FROM (SELECT DISTINCT head_name FROM planned WHERE household_id IS NULL) AS each
    """,
    """
    CREATE TEMP TABLE new_village ON COMMIT DROP AS SELECT village, loose_village(village) AS village_search
    FROM (SELECT DISTINCT village FROM planned WHERE household_id IS NULL AND village IS NOT NULL) AS each
    """,
    "ANALYZE new_name",
    "ANALYZE new_village",
    f"""
    CREATE TEMP TABLE planned_household ON COMMIT DROP AS
    SELECT {_WRITTEN}, household_id, %(today)s::date AS since FROM planned WHERE household_id IS NOT NULL
    """,  # noqa: S608
    f"""
    WITH made AS (
        INSERT INTO household
            (household_no, programme_no, programme_key, head_name, birth_year, commune_pcode, village, language, status,
             status_reason, updated_at, search, village_search)
        SELECT ours, nullif(coalesce(programme_no, household_no), ours), nullif(household_no, ours), head_name,
            birth_year, commune_pcode, village, language, status, status_reason, %(now)s, new_name.search,
            new_village.village_search
        FROM planned JOIN new_name USING (head_name) LEFT JOIN new_village USING (village)
        LEFT JOIN given USING (line) CROSS JOIN LATERAL (SELECT coalesce(line_no, given.number) AS ours) AS one
        WHERE household_id IS NULL
        RETURNING id, {key_sql()} AS household_no
    )
    INSERT INTO planned_household SELECT {_WRITTEN}, made.id FROM made JOIN planned USING (household_no)
    """,  # noqa: S608
    "ANALYZE planned_household",
)
"""`planned_household` are all of the file, those that the registry did not have by the ids that they were given."""

_PHONES = (
    """
    WITH gone AS (
        DELETE FROM household_phone USING (
            SELECT line, household_id, 1 AS position FROM planned_household
            WHERE was_phone IS NOT NULL AND phone IS NULL
            UNION ALL SELECT line, household_id, 2 FROM planned_household
            WHERE was_alt_phone IS NOT NULL AND alt_phone IS NULL
        ) AS lost
        WHERE household_phone.household_id = lost.household_id AND household_phone.position = lost.position
        RETURNING line
    )
    INSERT INTO touched SELECT line, false FROM gone
    """,
    """
    CREATE TEMP TABLE planned_phone ON COMMIT DROP AS
    SELECT line, household_id, numbered.position, numbered.msisdn, earlier IS NOT NULL AS known
    FROM planned_household CROSS JOIN LATERAL (VALUES (1, phone, was_phone), (2, alt_phone, was_alt_phone))
        AS numbered (position, msisdn, earlier)
    WHERE numbered.msisdn IS NOT NULL AND earlier IS DISTINCT FROM numbered.msisdn
    """,
    "ANALYZE planned_phone",
    """
    UPDATE household_phone SET msisdn = planned_phone.msisdn FROM planned_phone
    WHERE known AND household_phone.household_id = planned_phone.household_id
        AND household_phone.position = planned_phone.position
    """,
    """
    INSERT INTO household_phone (household_id, position, msisdn)
    SELECT household_id, position, msisdn FROM planned_phone WHERE NOT known
    """,
    "INSERT INTO touched SELECT line, false FROM planned_phone",
)

_ENROLMENTS = (
    """
    WITH ended AS (
        UPDATE enrolment SET ended = %(today)s FROM planned_household AS planned
        WHERE planned.since IS NOT NULL AND enrolment.household_id = planned.household_id AND enrolment.ended IS NULL
        AND enrolment.component <> ALL (planned.components)
        RETURNING line
    )
    INSERT INTO touched SELECT line, false FROM ended
    """,
    """
    WITH returned AS (
        UPDATE enrolment SET ended = NULL, since = %(today)s FROM planned_household AS planned
        WHERE planned.since IS NOT NULL AND enrolment.household_id = planned.household_id
        AND enrolment.ended IS NOT NULL
        AND enrolment.component = ANY (planned.components)
        RETURNING line
    )
    INSERT INTO touched SELECT line, false FROM returned
    """,
    """
    CREATE TEMP TABLE planned_enrolment ON COMMIT DROP AS
    SELECT line, planned.household_id, listed.component, planned.since
    FROM planned_household AS planned CROSS JOIN LATERAL unnest(planned.components) AS listed (component)
    WHERE since IS NULL OR NOT EXISTS (
        SELECT FROM enrolment
        WHERE enrolment.household_id = planned.household_id AND enrolment.component = listed.component
    )
    """,
    """
    INSERT INTO enrolment (household_id, component, since) SELECT household_id, component, since FROM planned_enrolment
    """,
    "INSERT INTO touched SELECT line, false FROM planned_enrolment",
)
