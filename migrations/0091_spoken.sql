-- Which organisation spoke on which day: when a donor said something last was looked for in the whole log.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

-- What is sealed meanwhile would be in neither: the sealer waits, and goes on with what is made here.
LOCK TABLE ledger_leaf IN SHARE ROW EXCLUSIVE MODE;

CREATE TABLE rollup_speech (
    organisation_id uuid   NOT NULL,
    day             date   NOT NULL,
    first_leaf      bigint NOT NULL,
    PRIMARY KEY (organisation_id, day)
);
COMMENT ON TABLE rollup_speech IS
    'The days (UTC) on which each organisation made statements, and the first leaf of each: what was known '
    'at any position.';

CREATE FUNCTION rollup_speech_make(until_leaf bigint) RETURNS void
LANGUAGE sql SET enable_nestloop = off
AS $$
    INSERT INTO rollup_speech (organisation_id, day, first_leaf)
    SELECT e.organisation_id, (e.at AT TIME ZONE 'UTC')::date, min(l.leaf_index)
      FROM ledger_leaf AS l
      JOIN ledger_entry AS e ON e.entry = l.entry
     WHERE l.leaf_index < until_leaf
     GROUP BY 1, 2
$$;
COMMENT ON FUNCTION rollup_speech_make(bigint) IS
    'Fills rollup_speech, which is empty, up to a position of the log: each table is read from end to end. '
    'rollups_fold() carries it on.';

CREATE OR REPLACE FUNCTION rollups_fold(most bigint) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    held        rollup_progress;
    there       bigint := tree_size();
    until_leaf  bigint;
    until_day   date;
    touched     uuid[];
BEGIN
    SELECT p.* INTO held FROM rollup_progress AS p FOR UPDATE;
    until_leaf := least(there, held.tree_size + most);
    IF until_leaf <= held.tree_size THEN
        RETURN 0;
    END IF;
    SELECT (e.at AT TIME ZONE 'UTC')::date INTO until_day
      FROM ledger_leaf AS l
      JOIN ledger_entry AS e ON e.entry = l.entry
     WHERE l.leaf_index = until_leaf - 1;
    WITH statement AS MATERIALIZED (
        SELECT l.leaf_index, e.aggregate, e.organisation_id, (e.at AT TIME ZONE 'UTC')::date AS day
          FROM ledger_leaf AS l
          JOIN ledger_entry AS e ON e.entry = l.entry
         WHERE l.leaf_index >= held.tree_size AND l.leaf_index < until_leaf),
    speech AS (
        INSERT INTO rollup_speech (organisation_id, day, first_leaf)
        SELECT s.organisation_id, s.day, min(s.leaf_index)
          FROM statement AS s
         GROUP BY s.organisation_id, s.day
            ON CONFLICT DO NOTHING)
    SELECT coalesce(array_agg(w.id), '{}') INTO touched
      FROM (SELECT DISTINCT s.aggregate AS id FROM statement AS s) AS w
     WHERE EXISTS (SELECT FROM commitment AS c WHERE c.id = w.id);
    IF EXISTS (SELECT FROM ledger_leaf AS l
                 JOIN transaction AS t ON t.entry = l.entry
                WHERE l.leaf_index >= held.tree_size AND l.leaf_index < until_leaf)
       OR EXISTS (SELECT FROM ledger_leaf AS l
                    JOIN country_group_membership AS m ON m.entry = l.entry
                   WHERE l.leaf_index >= held.tree_size AND l.leaf_index < until_leaf) THEN
        PERFORM rollup_money_fold(held.tree_size, until_leaf);
    END IF;
    PERFORM rollup_disagreement_fold(touched, until_leaf);
    -- The day goes back, too, where the last statement of a turn was made before one of the turn before.
    IF until_day <> held.day THEN
        touched := ARRAY(SELECT unnest(touched)
                          UNION
                         SELECT t.id
                           FROM rollup_turning(least(held.day, until_day),
                                               greatest(held.day, until_day)) AS t (id));
    END IF;
    PERFORM rollup_ownership_fold(touched, held.tree_size, held.day, until_leaf, until_day);
    UPDATE rollup_progress SET tree_size = until_leaf, day = until_day;
    RETURN until_leaf - held.tree_size;
END
$$;

CREATE OR REPLACE PROCEDURE rollups_make()
LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    leaves_at_once      CONSTANT bigint := 250000;
    commitments_at_once CONSTANT integer := 50000;
    there  bigint;
    on_day date;
    done   bigint := 0;
    batch  uuid[];
    last   uuid := '00000000-0000-0000-0000-000000000000';
BEGIN
    -- As a turn of the sealer does, which waits here or is waited for.
    PERFORM FROM rollup_progress FOR UPDATE;
    there := tree_size();
    on_day := (SELECT (e.at AT TIME ZONE 'UTC')::date
                 FROM ledger_leaf AS l
                 JOIN ledger_entry AS e ON e.entry = l.entry
                WHERE l.leaf_index = there - 1);
    TRUNCATE rollup_portfolio, rollup_group, rollup_group_country, rollup_ownership,
             rollup_disagreement, rollup_disagreement_place, rollup_disagreement_count,
             rollup_speech;
    WHILE done < there
    LOOP
        PERFORM rollup_money_fold(done, least(there, done + leaves_at_once));
        done := done + leaves_at_once;
    END LOOP;
    PERFORM rollup_speech_make(there);
    LOOP
        batch := ARRAY(SELECT c.id
                        FROM commitment AS c
                       WHERE c.id > last
                       ORDER BY c.id
                       LIMIT commitments_at_once);
        EXIT WHEN batch = '{}';
        last := batch[cardinality(batch)];
        PERFORM rollup_disagreement_fold(batch, there);
        PERFORM rollup_ownership_fold(batch, 0, NULL, there, on_day);
    END LOOP;
    -- Its rows were written many times over; what is asked for together lies together again.
    CLUSTER rollup_portfolio USING rollup_portfolio_cell_unique;
    UPDATE rollup_progress SET tree_size = there, day = on_day;
END
$$;

SELECT rollup_speech_make(p.tree_size) FROM rollup_progress AS p;
ANALYZE rollup_speech;

-- The rollups may be behind the position: what they have not seen is looked up.
CREATE FUNCTION report_spoken(of_organisations uuid[])
RETURNS TABLE (organisation_id uuid, last_on date)
LANGUAGE plpgsql STABLE SET enable_nestloop = on SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    until_leaf bigint := report_position();
    seen       bigint := (SELECT p.tree_size FROM rollup_progress AS p);
BEGIN
    RETURN QUERY
    SELECT w.organisation_id, max(w.day)
      FROM (SELECT s.organisation_id, s.day
              FROM rollup_speech AS s
             WHERE s.organisation_id = ANY (of_organisations) AND s.first_leaf < until_leaf
             UNION ALL
            SELECT e.organisation_id, (e.at AT TIME ZONE 'UTC')::date
              FROM ledger_leaf AS l
              JOIN ledger_entry AS e ON e.entry = l.entry
             WHERE l.leaf_index >= seen AND l.leaf_index < until_leaf
               AND e.organisation_id = ANY (of_organisations)) AS w
     GROUP BY w.organisation_id;
END
$$;
COMMENT ON FUNCTION report_spoken(uuid[]) IS
    'The day on which each of the organisations said something last, up to the report''s position.';

CREATE OR REPLACE FUNCTION explain_speech(measure text, key jsonb, after text, page_size integer)
RETURNS TABLE (place text, numerator numeric, denominator numeric, base numeric,
               currency text, item jsonb)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    SELECT o.id::text, (s.last_on < report_day() - 365)::integer::numeric, 1::numeric,
           NULL::numeric, NULL::text, jsonb_build_object(
               'kind', 'organisation', 'organisation_id', o.id,
               'donor', coalesce(o.identifier, o.id::text), 'country', NULL,
               'last_on', s.last_on, 'excluded', NULL)
      FROM report_spoken(ARRAY(SELECT DISTINCT c.donor FROM explained_agreed(key) AS c)) AS s
      JOIN organisation AS o ON o.id = s.organisation_id
     WHERE measure = 'stale_donors';
END
$$;

GRANT SELECT, INSERT ON rollup_speech TO aidledger_sealer;
GRANT SELECT ON rollup_speech, rollup_progress TO aidledger_public, aidledger_scoped, aidledger_reporter;
GRANT EXECUTE ON FUNCTION report_spoken(uuid[])
   TO aidledger_public, aidledger_scoped, aidledger_reporter;
