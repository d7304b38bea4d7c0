"""Names are found as they sound: vowels alike, spellings of great names together, and the nearest where there is none.

`search` of a household and the index of complaints hold both forms of a name: the one of before, by which the version
before this one looks, and the looser one. Each household is written once.
"""

from alembic import op

from core.schema.migrations.versions.r0017_roles import SAFE_PATH, SEEN

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

FORMS = f"""
CREATE OR REPLACE FUNCTION loose_words(name text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE {SAFE_PATH} AS $$
DECLARE words text := lower(name);
BEGIN
    IF words !~ '^[a-z ]*$' THEN
        words := replace(replace(replace(replace(words, 'ɲ', 'ny'), 'ŋ', 'ng'), 'œ', 'oe'), 'æ', 'ae');
        words := translate(words, 'ɛεɔ', 'eeo');
        words := regexp_replace(regexp_replace(normalize(words, NFD), '[-\\s]+', ' ', 'g'), '[^a-z0-9 ]', '', 'g');
    ELSIF strpos(words, '  ') > 0 THEN
        words := regexp_replace(words, ' +', ' ', 'g');
    END IF;
    IF strpos(words, 'gn') + strpos(words, 'ni') + strpos(words, 'ny') > 0 THEN
        words := regexp_replace(words, 'gn|n[iy](?=[aeou])', 'ny', 'g');
    END IF;
    IF strpos(words, 'dj') + strpos(words, 'di') + strpos(words, 'dy') > 0 THEN
        words := regexp_replace(words, 'dj|d[iy](?=[aeou])', 'j', 'g');
    END IF;
    IF strpos(words, 'tch') + strpos(words, 'ti') + strpos(words, 'ty') > 0 THEN
        words := regexp_replace(words, 'tch|t[iy](?=[aeou])', 'c', 'g');
    END IF;
    words := replace(replace(replace(words, 'ch', 's'), 'sh', 's'), 'ph', 'f');
    words := replace(replace(replace(words, 'qu', 'k'), 'kh', 'k'), 'q', 'k');
    IF strpos(words, 'c') > 0 THEN
        words := replace(regexp_replace(words, 'c(?![eiy])', 'k', 'g'), 'c', 's');
    END IF;
    words := replace(replace(replace(words, 'h', ''), 'ou', 'u'), 'w', 'u');
    RETURN btrim(regexp_replace(words, '([a-z0-9])\\1+', '\\1', 'g'));
END $$;
CREATE FUNCTION looser(words text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE {SAFE_PATH} AS $$
BEGIN
    words := replace(replace(words, 'mb', 'nb'), 'mp', 'np');
    words := replace(replace(replace(replace(words, 'ai', 'i'), 'ay', 'i'), 'ei', 'i'), 'ey', 'i');
    words := replace(translate(words, 'eyo', 'iiu'), 'gui', 'gi');
    RETURN regexp_replace(words, '([a-z0-9])\\1+', '\\1', 'g');
END $$;
CREATE OR REPLACE FUNCTION name_search(name text) RETURNS tsvector LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE words text := public.loose_words(name);
BEGIN
    RETURN to_tsvector('simple', words || ' ' || public.looser(words));
END $$;
"""
"""`looser` goes on from what `loose_words` leaves of a name: e, i, y and ai are alike, o and u, m and n before b.

`loose_words` leaves what it left before, in two thirds of the time, so that an import is no slower for the second form.
"""

QUERY = f"""
CREATE FUNCTION name_query(wanted jsonb, near boolean) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE {SAFE_PATH}
AS $$
    SELECT CAST(string_agg('(' || spellings || ')', CASE WHEN near THEN ' | ' ELSE ' & ' END) AS tsquery) FROM (
        SELECT (
            SELECT string_agg(CASE WHEN near THEN left(form, 4) || ':*'
                WHEN at = 1 AND (length(form) > 2 OR form = loose) THEN form || ':*' ELSE form END, ' | ')
            FROM (SELECT loose_words(spelling) AS loose, at
                FROM jsonb_array_elements_text(word) WITH ORDINALITY AS written (spelling, at)) AS spelled,
                unnest(string_to_array(loose || ' ' || CASE at
                    WHEN 1 THEN regexp_replace(looser(loose), '(.{{4,}})[iu]$', '\\1') ELSE looser(loose) END, ' '))
                    AS form
            WHERE form <> '') AS spellings
        FROM jsonb_array_elements(wanted) AS word) AS words
    WHERE spellings IS NOT NULL
$$;
"""  # noqa: S608 - our own words
"""Words that a name has all of, each as it was typed or begins, or wholly in another spelling; near: any beginning.

A long word is looked for without the vowel at its end, which Bambara adds to Arabic names (Salif, Salifu).
"""

LIKE = f"""
CREATE FUNCTION households_like(wanted jsonb, within text, most integer) RETURNS SETOF integer
    LANGUAGE plpgsql STABLE SECURITY DEFINER {SAFE_PATH} SET enable_seqscan = off AS $$
DECLARE
    sounding tsquery := name_query(wanted, false);
    typed tsquery := name_query((SELECT jsonb_agg(jsonb_build_array(word -> 0)) FROM jsonb_array_elements(wanted)
        AS word), false);
BEGIN
    RETURN QUERY (SELECT household.id FROM household
            WHERE search @@ typed AND (within IS NULL OR commune_pcode = within) AND {SEEN["household"]} LIMIT most)
        UNION (SELECT household.id FROM household
            WHERE search @@ sounding AND (within IS NULL OR commune_pcode = within) AND {SEEN["household"]} LIMIT most);
END $$;
CREATE FUNCTION households_near(wanted jsonb, within text, most integer) RETURNS SETOF integer
    LANGUAGE plpgsql STABLE SECURITY DEFINER {SAFE_PATH} SET enable_seqscan = off AS $$
DECLARE sounding tsquery := name_query(wanted, true);
BEGIN
    RETURN QUERY SELECT household.id FROM household
        WHERE search @@ sounding AND (within IS NULL OR commune_pcode = within) AND {SEEN["household"]}
        ORDER BY ts_rank(search, sounding) DESC, household.id LIMIT most;
END $$;
CREATE FUNCTION grievances_like(wanted jsonb) RETURNS SETOF integer
    LANGUAGE plpgsql STABLE SECURITY DEFINER {SAFE_PATH} SET plan_cache_mode = force_custom_plan AS $$
DECLARE sounding tsquery := name_query(wanted, false);
BEGIN
    RETURN QUERY SELECT grievance.id FROM grievance WHERE {SEEN["grievance"]} AND grievance.id IN (
        SELECT id FROM grievance WHERE name IS NOT NULL AND name_search(name) @@ sounding
        UNION SELECT grievance.id FROM household JOIN grievance ON grievance.household_id = household.id
        WHERE search @@ sounding);
END $$;
"""  # noqa: S608 - our own words

WRITE_AGAIN = """
UPDATE household SET head_name = head_name;
REINDEX INDEX ix_grievance_name;
"""


def upgrade() -> None:
    for statements in (FORMS, QUERY, LIKE, WRITE_AGAIN):
        op.execute(statements)


def downgrade() -> None:
    op.execute(
        """
        DROP FUNCTION grievances_like(jsonb);
        DROP FUNCTION households_near(jsonb, text, integer);
        DROP FUNCTION households_like(jsonb, text, integer);
        DROP FUNCTION name_query(jsonb, boolean);
        CREATE OR REPLACE FUNCTION name_search(name text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
            AS $$ SELECT to_tsvector('simple', public.loose_words(name)) $$;
        DROP FUNCTION looser(text);
        """
    )
    op.execute(WRITE_AGAIN)
