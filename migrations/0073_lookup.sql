-- A report of the newest position is a look-up: what it asks on its way is planned once and answered
-- from a row, and what stands beside it, disagreements, is counted when they come and go.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

-- ---------------------------------------------------------------- small questions

-- The body of a function in SQL that is not a part of what calls it is planned at each call; in
-- PL/pgSQL a connection plans it once.
CREATE OR REPLACE FUNCTION tree_size() RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN coalesce((SELECT max(l.leaf_index) FROM ledger_leaf AS l) + 1, 0);
END
$$;

CREATE OR REPLACE FUNCTION report_day() RETURNS date
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT (e.at AT TIME ZONE 'UTC')::date
      FROM ledger_leaf AS l
      JOIN ledger_entry AS e ON e.entry = l.entry
     WHERE l.leaf_index = report_position() - 1);
END
$$;

CREATE OR REPLACE FUNCTION report_is_current() RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT p.tree_size = report_position() FROM rollup_progress AS p);
END
$$;

CREATE OR REPLACE FUNCTION report_donors(asked text) RETURNS uuid[]
LANGUAGE plpgsql STABLE STRICT AS $$
DECLARE
    named uuid := CASE WHEN asked ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
                       THEN asked::uuid END;
BEGIN
    RETURN ARRAY(SELECT o.id FROM organisation AS o WHERE o.identifier = asked OR o.id = named);
END
$$;

CREATE OR REPLACE FUNCTION percent_encoded(value text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    IF value ~ '^[A-Za-z0-9._~-]*$' THEN
        RETURN value;
    END IF;
    RETURN (
    SELECT coalesce(string_agg(CASE WHEN b.byte < 128 AND chr(b.byte) ~ '[A-Za-z0-9._~-]'
                                    THEN chr(b.byte)
                                    ELSE '%' || upper(lpad(to_hex(b.byte), 2, '0')) END, ''
                               ORDER BY b.at), '')
      FROM (SELECT at, get_byte(convert_to(value, 'UTF8'), at) AS byte
              FROM generate_series(0, octet_length(value) - 1) AS at) AS b);
END
$$;

-- Most sums have no more decimals than their currency: those are printed without a search for zeros.
CREATE OR REPLACE FUNCTION report_sum(amounts numeric, minor_unit integer) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE WHEN scale(amounts) <= minor_unit THEN round(amounts, minor_unit)::text
                ELSE round(coalesce(amounts, 0),
                           greatest(minor_unit, scale(trim_scale(coalesce(amounts, 0)))))::text END
$$;

-- ---------------------------------------------------------------- standing disagreements

ALTER TABLE rollup_disagreement ADD COLUMN item json;
COMMENT ON COLUMN rollup_disagreement.item IS 'What every report says of it.';
UPDATE rollup_disagreement AS d
   SET item = json_build_object(
           'commitment', json_build_object(
               'id', d.commitment_id, 'title', d.title,
               'organisation', organisation_reference(d.donor)),
           'country', d.country, 'ownership_input_id', d.input_id, 'position', d.position,
           'texts', d.texts, 'entry', d.entry, 'since', rfc3339(d.since));
ALTER TABLE rollup_disagreement
    ALTER COLUMN item SET NOT NULL,
    DROP COLUMN entry, DROP COLUMN title, DROP COLUMN position, DROP COLUMN texts,
    DROP COLUMN since;
DROP INDEX rollup_disagreement_leaf_index, rollup_disagreement_donor, rollup_disagreement_country;

DROP TABLE rollup_disagreement_place;
CREATE TABLE rollup_disagreement_place (
    donor      uuid    NOT NULL,
    country    text    NOT NULL,
    sector     text    NOT NULL,
    year       integer NOT NULL,
    leaf_index bigint  NOT NULL,
    input_id   uuid    NOT NULL,
    CONSTRAINT rollup_disagreement_place_pkey
        PRIMARY KEY (donor, country, sector, year, leaf_index, input_id)
);
CREATE INDEX rollup_disagreement_place_input_id ON rollup_disagreement_place (input_id);
COMMENT ON TABLE rollup_disagreement_place IS
    'For each way to ask a report, by donor, country, sector and year or by some of them, the '
    'disagreements that stand on what it covers. Nil, empty or 0: whichever. Sectors and years are '
    'those of the money, committed or disbursed, of the commitment.';

CREATE TABLE rollup_disagreement_count (
    donor   uuid    NOT NULL,
    country text    NOT NULL,
    sector  text    NOT NULL,
    year    integer NOT NULL,
    counted bigint  NOT NULL,
    CONSTRAINT rollup_disagreement_count_pkey PRIMARY KEY (donor, country, sector, year)
) WITH (fillfactor = 80);
COMMENT ON TABLE rollup_disagreement_count IS 'How many rows of rollup_disagreement_place there are.';

CREATE FUNCTION rollup_disagreement_count_by(step integer, inputs uuid[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO rollup_disagreement_count AS r
    SELECT p.donor, p.country, p.sector, p.year, step * count(*)
      FROM rollup_disagreement_place AS p
     WHERE p.input_id = ANY (inputs)
     GROUP BY p.donor, p.country, p.sector, p.year
        ON CONFLICT (donor, country, sector, year) DO UPDATE
       SET counted = r.counted + excluded.counted;
END
$$;
COMMENT ON FUNCTION rollup_disagreement_count_by(integer, uuid[]) IS
    'Counts disagreements where they have their places: 1 adds them, -1 takes them away.';

CREATE FUNCTION rollup_disagreement_put(inputs uuid[], to_leaf bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO rollup_disagreement_place (donor, country, sector, year, leaf_index, input_id)
    SELECT DISTINCT b.donor, c.country, w.sector, w.year, d.leaf_index, d.input_id
      FROM rollup_disagreement AS d
     CROSS JOIN LATERAL (
           SELECT '' AS sector, 0 AS year
            UNION ALL
           SELECT s.sector, y.year
             FROM transaction AS t
             JOIN ledger_leaf AS l ON l.entry = t.entry AND l.leaf_index < to_leaf
             JOIN allocation AS a ON a.transaction_id = t.id
            CROSS JOIN LATERAL (VALUES (''), (a.sector)) AS s (sector)
            CROSS JOIN LATERAL (
                  VALUES (0), (extract(year FROM t.transaction_date)::integer)) AS y (year)
            WHERE t.commitment_id = d.commitment_id
              AND t.transaction_type IN ('2', '3')
              AND s.sector IS NOT NULL) AS w
     CROSS JOIN LATERAL (
           VALUES ('00000000-0000-0000-0000-000000000000'::uuid), (d.donor)) AS b (donor)
     CROSS JOIN LATERAL (VALUES (''), (d.country)) AS c (country)
     WHERE d.input_id = ANY (inputs);
    PERFORM rollup_disagreement_count_by(1, inputs);
END
$$;
COMMENT ON FUNCTION rollup_disagreement_put(uuid[], bigint) IS
    'Gives disagreements their places under everything that may be asked, and counts them.';

CREATE OR REPLACE FUNCTION rollup_disagreement_fold(of_commitments uuid[], to_leaf bigint)
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    inputs uuid[] := ARRAY(SELECT r.input_id
                             FROM rollup_disagreement AS r
                            WHERE r.commitment_id = ANY (of_commitments));
BEGIN
    IF inputs <> '{}' THEN
        PERFORM rollup_disagreement_count_by(-1, inputs);
        DELETE FROM rollup_disagreement_count AS r
         USING rollup_disagreement_place AS p
         WHERE p.input_id = ANY (inputs)
           AND (r.donor, r.country, r.sector, r.year) = (p.donor, p.country, p.sector, p.year)
           AND r.counted = 0;
        DELETE FROM rollup_disagreement_place AS p WHERE p.input_id = ANY (inputs);
        DELETE FROM rollup_disagreement AS r WHERE r.input_id = ANY (inputs);
    END IF;
    inputs := ARRAY(
        SELECT i.id
          FROM ownership_input AS i
          JOIN ownership_state AS s ON s.input_id = i.id AND s.state = 'STANDING_DISAGREEMENT'
         WHERE i.commitment_id = ANY (of_commitments));
    IF inputs = '{}' THEN
        RETURN;
    END IF;
    INSERT INTO rollup_disagreement (input_id, leaf_index, commitment_id, donor, country, item)
    SELECT i.id, l.leaf_index, c.id, c.organisation_id, i.country,
           json_build_object(
               'commitment', json_build_object(
                   'id', c.id, 'title', r.title,
                   'organisation', organisation_reference(c.organisation_id)),
               'country', i.country, 'ownership_input_id', i.id, 'position', p.position,
               'texts', disagreement_texts_json(p.id, to_leaf), 'entry', s.entry,
               'since', rfc3339(e.at))
      FROM ownership_input AS i
      JOIN commitment AS c ON c.id = i.commitment_id
      JOIN ownership_state AS s ON s.input_id = i.id AND s.state = 'STANDING_DISAGREEMENT'
      JOIN ledger_leaf AS l ON l.entry = s.entry AND l.leaf_index < to_leaf
      JOIN ledger_entry AS e ON e.entry = s.entry
      JOIN ownership_position AS p ON p.id = s.position_id
     CROSS JOIN LATERAL (
           SELECT w.revision
             FROM commitment_state AS w
             JOIN ledger_leaf AS h ON h.entry = w.entry AND h.leaf_index < to_leaf
            WHERE w.commitment_id = c.id AND w.published
            ORDER BY w.version DESC
            LIMIT 1) AS v
      JOIN commitment_revision AS r ON r.commitment_id = c.id AND r.revision = v.revision
     WHERE i.id = ANY (inputs)
       AND NOT EXISTS (SELECT FROM ownership_state AS n
                         JOIN ledger_leaf AS h ON h.entry = n.entry AND h.leaf_index < to_leaf
                        WHERE n.input_id = i.id AND n.version > s.version);
    PERFORM rollup_disagreement_put(inputs, to_leaf);
END
$$;

CREATE OR REPLACE FUNCTION rollup_disagreements(of_donor text, of_country text, of_sector text,
                                                of_year integer, OUT counted bigint,
                                                OUT first_items json)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    donors uuid[] := CASE WHEN of_donor IS NULL
                          THEN ARRAY['00000000-0000-0000-0000-000000000000'::uuid]
                          ELSE report_donors(of_donor) END;
BEGIN
    of_country := coalesce(of_country, '');
    of_sector := coalesce(of_sector, '');
    of_year := coalesce(of_year, 0);
    SELECT coalesce(sum(c.counted), 0) INTO counted
      FROM rollup_disagreement_count AS c
     WHERE c.donor = ANY (donors)
       AND c.country = of_country AND c.sector = of_sector AND c.year = of_year;
    IF counted = 0 THEN
        first_items := '[]';
        RETURN;
    END IF;
    SELECT json_agg(d.item ORDER BY d.leaf_index) INTO first_items
      FROM (SELECT f.*
              FROM unnest(donors) AS o (id)
             CROSS JOIN LATERAL (
                   SELECT p.input_id, p.leaf_index
                     FROM rollup_disagreement_place AS p
                    WHERE p.donor = o.id
                      AND p.country = of_country AND p.sector = of_sector AND p.year = of_year
                    ORDER BY p.leaf_index
                    LIMIT 20) AS f
             ORDER BY f.leaf_index
             LIMIT 20) AS f
      JOIN rollup_disagreement AS d ON d.input_id = f.input_id;
END
$$;

CREATE OR REPLACE FUNCTION report_disagreements(filters jsonb, OUT counted bigint,
                                                OUT first_items json, OUT list text)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    of_country text := coalesce(filters ->> 'country', filters ->> 'recipient');
BEGIN
    IF NOT report_is_current() THEN
        SELECT d.* INTO counted, first_items, list FROM report_disagreements_at(filters) AS d;
        RETURN;
    END IF;
    SELECT d.* INTO counted, first_items
      FROM rollup_disagreements(filters ->> 'donor', of_country, filters ->> 'sector',
                                (filters ->> 'year')::integer) AS d;
    list := '/v1/standing-disagreements?'
            || concat_ws('&', 'donor=' || percent_encoded(filters ->> 'donor'),
                         'country=' || percent_encoded(of_country),
                         'sector=' || percent_encoded(filters ->> 'sector'),
                         'year=' || percent_encoded(filters ->> 'year'),
                         'as_of=' || report_position());
END
$$;

CREATE OR REPLACE FUNCTION report_enter(asked text, filters jsonb, OUT tree_size bigint,
                                        OUT preface text, OUT note text, OUT related text)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    standing record;
    limits   text;
BEGIN
    tree_size := coalesce(as_of_position(asked), aidledger.tree_size());
    PERFORM set_config('aidledger.tree_size', tree_size::text, true);
    SELECT d.* INTO standing FROM report_disagreements(filters) AS d;
    limits := '/v1/reports/data-limitations?'
              || concat_ws('&', 'donor=' || percent_encoded(filters ->> 'donor'),
                           'country=' || percent_encoded(coalesce(filters ->> 'country',
                                                                  filters ->> 'recipient')),
                           'as_of=' || tree_size);
    related := standing.list;
    preface := '"standing_disagreements":' || json_build_object(
                   'count', standing.counted, 'items', standing.first_items,
                   'list', standing.list)
               || ',"data_limitations":' || to_json(limits);
    note := format(E'standing disagreements: %s; the texts of both sides are at %s\r\n'
                   '# data limitations: what the data do not tell is at %s',
                   standing.counted, standing.list, limits);
END
$$;

GRANT SELECT, INSERT, UPDATE, DELETE ON rollup_disagreement_count TO aidledger_sealer;
GRANT SELECT, INSERT, DELETE ON rollup_disagreement_place TO aidledger_sealer;
GRANT SELECT ON rollup_disagreement_count, rollup_disagreement_place TO aidledger_reporter;
GRANT EXECUTE ON FUNCTION rollup_disagreement_count_by(integer, uuid[]),
      rollup_disagreement_put(uuid[], bigint), organisation_reference(uuid), rfc3339(timestamptz)
   TO aidledger_sealer;

CREATE OR REPLACE PROCEDURE rollups_make()
LANGUAGE plpgsql AS $$
BEGIN
    TRUNCATE rollup_portfolio, rollup_group, rollup_group_country, rollup_ownership,
             rollup_disagreement, rollup_disagreement_place, rollup_disagreement_count;
    UPDATE rollup_progress SET tree_size = 0, day = NULL;
    WHILE rollups_fold(100000) > 0
    LOOP
        NULL;
    END LOOP;
END
$$;

DO $$
BEGIN
    PERFORM rollup_disagreement_put(ARRAY(SELECT d.input_id FROM rollup_disagreement AS d),
                                    (SELECT p.tree_size FROM rollup_progress AS p));
END
$$;
