-- Rollups follow the log in turns of a few dozen leaves: what a turn costs whatever is in it, and what
-- it costs because the tables are large, is as little as it can be.

-- A turn is over before the workers of a parallel plan have begun.
ALTER ROLE aidledger_sealer SET max_parallel_workers_per_gather = 0;

SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

-- From a leaf to its transaction and on to the parts, one after the other: a plan for any range at all
-- would read the tables from end to end.
ALTER FUNCTION rollup_parts(bigint, bigint, text[]) SET enable_hashjoin = off;
ALTER FUNCTION rollup_parts(bigint, bigint, text[]) SET enable_mergejoin = off;
-- Nothing has to come in an order, and names are compared slowly.
ALTER FUNCTION rollup_money_fold(bigint, bigint) SET enable_sort = off;

-- As the others: planned once by a connection, not at each call.
CREATE OR REPLACE FUNCTION rollup_memberships(at_leaf bigint)
RETURNS TABLE (country text, country_group text, valid_from date, valid_to date)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    WITH stated AS MATERIALIZED (
        SELECT m.*
          FROM country_group_membership AS m
         WHERE m.entry IS NULL
            OR EXISTS (SELECT FROM ledger_leaf AS l
                        WHERE l.entry = m.entry AND l.leaf_index < at_leaf))
    SELECT s.country, s.country_group, coalesce(s.valid_from, '-infinity'),
           coalesce(s.valid_to, 'infinity')
      FROM stated AS s
     WHERE s.status NOT IN ('former', 'm49-only')
       AND (s.country_group <> 'SIDS' OR s.subclass IN ('un_member', 'non_un_state'))
       AND NOT EXISTS (SELECT FROM stated AS n WHERE n.supersedes = s.id);
END
$$;

CREATE OR REPLACE FUNCTION rollup_standing(at_leaf bigint, countries text[], days date[])
RETURNS TABLE (country text, day date, groups text[])
LANGUAGE plpgsql STABLE SET enable_nestloop = off AS $$
BEGIN
    RETURN QUERY
    WITH membership AS MATERIALIZED (
        SELECT m.* FROM rollup_memberships(at_leaf) AS m)
    SELECT d.country, d.day,
           coalesce(array_agg(DISTINCT m.country_group) FILTER (WHERE m.country IS NOT NULL), '{}')
           || CASE WHEN count(m.country) = 0 THEN 'no group' ELSE 'union' END
      FROM unnest(countries, days) AS d (country, day)
      LEFT JOIN membership AS m
        ON m.country = d.country AND m.valid_from <= d.day AND m.valid_to > d.day
     GROUP BY d.country, d.day;
END
$$;

CREATE OR REPLACE FUNCTION rollup_ownership_fold(of_commitments uuid[], from_leaf bigint, from_day date,
                                                 to_leaf bigint, to_day date)
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    -- What has begun since was nothing before.
    known uuid[] := ARRAY(SELECT w.id
                            FROM unnest(of_commitments) AS w (id)
                           WHERE EXISTS (SELECT FROM ledger_entry AS e
                                           JOIN ledger_leaf AS l ON l.entry = e.entry
                                          WHERE e.aggregate = w.id AND e.version = 1
                                            AND l.leaf_index < from_leaf));
BEGIN
    IF of_commitments = '{}' THEN
        RETURN;
    END IF;
    WITH moved AS (
        SELECT v.sign, o.*
          FROM (VALUES (1, to_leaf, to_day), (-1, from_leaf, from_day)) AS v (sign, leaf, day)
         CROSS JOIN LATERAL rollup_ownership_of(CASE v.sign WHEN 1 THEN of_commitments ELSE known END,
                                                v.leaf, v.day) AS o
         WHERE v.sign = 1 OR known <> '{}')
    INSERT INTO rollup_ownership AS r
    SELECT m.donor, m.country, sum(m.sign * m.inputs), sum(m.sign * m.not_invited),
           sum(m.sign * m.due), sum(m.sign * m.endorsed),
           sum(m.sign * m.endorsed_with_reservation), sum(m.sign * m.change_requested),
           sum(m.sign * m.contested), sum(m.sign * m.silent), sum(m.sign * m.awaited),
           sum(m.sign * m.in_time), sum(m.sign * m.needing_answer), sum(m.sign * m.accepted),
           sum(m.sign * m.partly_accepted), sum(m.sign * m.rejected), sum(m.sign * m.unanswered),
           sum(m.sign * m.resolved), sum(m.sign * m.disputed),
           sum(m.sign * m.standing_disagreement), sum(m.sign * m.disbursements),
           sum(m.sign * m.disbursements_not_invited), sum(m.sign * m.disbursements_due),
           sum(m.sign * m.confirmed_due), sum(m.sign * m.confirmed), sum(m.sign * m.reconciled),
           sum(m.sign * m.confirmed_by_receiver), sum(m.sign * m.discrepant),
           sum(m.sign * m.denied), sum(m.sign * m.off_treasury), sum(m.sign * m.escalated),
           sum(m.sign * m.unconfirmed)
      FROM moved AS m
     GROUP BY m.donor, m.country
        ON CONFLICT (donor, country) DO UPDATE
       SET inputs = r.inputs + excluded.inputs,
           not_invited = r.not_invited + excluded.not_invited,
           due = r.due + excluded.due,
           endorsed = r.endorsed + excluded.endorsed,
           endorsed_with_reservation = r.endorsed_with_reservation
                                       + excluded.endorsed_with_reservation,
           change_requested = r.change_requested + excluded.change_requested,
           contested = r.contested + excluded.contested,
           silent = r.silent + excluded.silent,
           awaited = r.awaited + excluded.awaited,
           in_time = r.in_time + excluded.in_time,
           needing_answer = r.needing_answer + excluded.needing_answer,
           accepted = r.accepted + excluded.accepted,
           partly_accepted = r.partly_accepted + excluded.partly_accepted,
           rejected = r.rejected + excluded.rejected,
           unanswered = r.unanswered + excluded.unanswered,
           resolved = r.resolved + excluded.resolved,
           disputed = r.disputed + excluded.disputed,
           standing_disagreement = r.standing_disagreement + excluded.standing_disagreement,
           disbursements = r.disbursements + excluded.disbursements,
           disbursements_not_invited = r.disbursements_not_invited
                                       + excluded.disbursements_not_invited,
           disbursements_due = r.disbursements_due + excluded.disbursements_due,
           confirmed_due = r.confirmed_due + excluded.confirmed_due,
           confirmed = r.confirmed + excluded.confirmed,
           reconciled = r.reconciled + excluded.reconciled,
           confirmed_by_receiver = r.confirmed_by_receiver + excluded.confirmed_by_receiver,
           discrepant = r.discrepant + excluded.discrepant,
           denied = r.denied + excluded.denied,
           off_treasury = r.off_treasury + excluded.off_treasury,
           escalated = r.escalated + excluded.escalated,
           unconfirmed = r.unconfirmed + excluded.unconfirmed;
END
$$;

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
    SELECT coalesce(array_agg(w.id), '{}') INTO touched
      FROM (SELECT DISTINCT e.aggregate AS id
              FROM ledger_leaf AS l
              JOIN ledger_entry AS e ON e.entry = l.entry
             WHERE l.leaf_index >= held.tree_size AND l.leaf_index < until_leaf) AS w
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

-- ---------------------------------------------------------------- what other reports begin with

-- What stands at a position is found in one go over its leaves, not by a question for each row.
CREATE OR REPLACE FUNCTION report_inputs()
RETURNS TABLE (input_id uuid, commitment_id uuid, donor uuid, country text, state text,
               due_on date, position_id uuid, registered_on date, effective_date date)
LANGUAGE sql STABLE SET jit = off
AS $$
    WITH state AS MATERIALIZED (
        SELECT DISTINCT ON (v.input_id) v.input_id, v.state, v.due_on, v.position_id
          FROM ledger_leaf AS l
          JOIN ownership_state AS v ON v.entry = l.entry
         WHERE l.leaf_index < report_position()
         ORDER BY v.input_id, v.version DESC),
    said AS MATERIALIZED (
        SELECT v.commitment_id, v.version, v.published, v.effective_date, v.entry
          FROM ledger_leaf AS l
          JOIN commitment_state AS v ON v.entry = l.entry
         WHERE l.leaf_index < report_position()),
    standing AS MATERIALIZED (
        SELECT DISTINCT ON (v.commitment_id) v.commitment_id, v.published, v.effective_date
          FROM said AS v
         ORDER BY v.commitment_id, v.version DESC),
    begun AS MATERIALIZED (
        SELECT DISTINCT ON (v.commitment_id) v.commitment_id,
               (e.at AT TIME ZONE 'UTC')::date AS registered_on
          FROM said AS v
          JOIN ledger_entry AS e ON e.entry = v.entry
         WHERE v.published
         ORDER BY v.commitment_id, v.version)
    SELECT i.id, i.commitment_id, c.organisation_id, i.country, s.state, s.due_on, s.position_id,
           p.registered_on, w.effective_date
      FROM ownership_input AS i
      JOIN commitment AS c ON c.id = i.commitment_id
      JOIN state AS s ON s.input_id = i.id
      JOIN standing AS w ON w.commitment_id = i.commitment_id
      JOIN begun AS p ON p.commitment_id = i.commitment_id
     WHERE w.published
$$;

CREATE OR REPLACE FUNCTION report_disbursements()
RETURNS TABLE (donor uuid, country text, state text, uninvited boolean, old boolean)
LANGUAGE sql STABLE SET jit = off
AS $$
    WITH RECURSIVE part AS (
        SELECT p.transaction_id, p.commitment_id, p.donor, p.country, p.transaction_date,
               (t.recorded_at AT TIME ZONE 'UTC')::date AS reported_on, p.amount, t.adjusts
          FROM report_parts() AS p
          JOIN transaction AS t ON t.id = p.transaction_id
         WHERE p.transaction_type = '3'
           AND p.country IS NOT NULL),
    -- A correction may itself be corrected: what it all comes down to is the first record.
    correction AS (
        SELECT DISTINCT p.transaction_id AS id, p.adjusts AS corrected
          FROM part AS p
         WHERE p.adjusts IS NOT NULL
         UNION
        SELECT k.id, t.adjusts
          FROM correction AS k
          JOIN transaction AS t ON t.id = k.corrected
         WHERE t.adjusts IS NOT NULL),
    corrected AS (
        SELECT k.corrected AS transaction_id, p.country, sum(p.amount) AS amount
          FROM correction AS k
          JOIN part AS p ON p.transaction_id = k.id
         GROUP BY 1, 2),
    paid AS (
        SELECT p.transaction_id, p.commitment_id, p.donor, p.country, p.transaction_date,
               p.reported_on, sum(p.amount) AS amount
          FROM part AS p
         WHERE p.adjusts IS NULL
         GROUP BY 1, 2, 3, 4, 5, 6),
    standing AS (
        SELECT DISTINCT ON (w.confirmation_id) w.confirmation_id, w.state
          FROM ledger_leaf AS l
          JOIN receipt_confirmation_state AS w ON w.entry = l.entry
         WHERE l.leaf_index < report_position()
         ORDER BY w.confirmation_id, w.version DESC),
    confirmed AS (
        SELECT DISTINCT ON (r.transaction_id, r.country)
               r.transaction_id, r.commitment_id, r.country, s.state
          FROM receipt_confirmation AS r
          JOIN standing AS s ON s.confirmation_id = r.id
         ORDER BY r.transaction_id, r.country, r.ordinal DESC),
    lapsed AS (
        SELECT w.transaction_id, w.country
          FROM ledger_leaf AS l
          JOIN receipt_lapse AS w ON w.entry = l.entry
         WHERE l.leaf_index < report_position()),
    taken_up AS (
        SELECT k.commitment_id, k.country,
               min(k.day) FILTER (WHERE c.origin = 'imported') AS since
          FROM (SELECT i.commitment_id, i.country, (e.at AT TIME ZONE 'UTC')::date AS day
                  FROM ledger_leaf AS l
                  JOIN ownership_state AS s ON s.entry = l.entry AND s.state <> 'NOT_INVITED'
                  JOIN ownership_input AS i ON i.id = s.input_id
                  JOIN ledger_entry AS e ON e.entry = l.entry
                 WHERE l.leaf_index < report_position()
                 UNION ALL
                SELECT r.commitment_id, r.country, (r.recorded_at AT TIME ZONE 'UTC')::date
                  FROM ledger_leaf AS l
                  JOIN receipt_confirmation AS r ON r.entry = l.entry
                 WHERE l.leaf_index < report_position()) AS k
          JOIN commitment AS c ON c.id = k.commitment_id
         GROUP BY 1, 2)
    SELECT d.donor, d.country, CASE WHEN c.state IS NULL AND l.transaction_id IS NOT NULL
                                    THEN 'UNCONFIRMED' ELSE c.state END,
           u.commitment_id IS NULL,
           greatest(d.transaction_date, d.reported_on, u.since) < (SELECT report_day()) - 60
      FROM paid AS d
      LEFT JOIN lapsed AS l
        ON l.transaction_id = d.transaction_id AND l.country = d.country
      LEFT JOIN corrected AS k
        ON k.transaction_id = d.transaction_id AND k.country = d.country
      LEFT JOIN confirmed AS c
        ON c.transaction_id = d.transaction_id AND c.country = d.country
      LEFT JOIN taken_up AS u
        ON u.commitment_id = d.commitment_id AND u.country = d.country
     WHERE d.amount + coalesce(k.amount, 0) <> 0
$$;

CREATE OR REPLACE FUNCTION report_activities()
RETURNS TABLE (commitment_id uuid, organisation_id uuid, activity text)
LANGUAGE sql STABLE
AS $$
    SELECT DISTINCT ON (s.commitment_id)
           s.commitment_id, c.organisation_id, coalesce(a.iati_identifier, c.id::text)
      FROM ledger_leaf AS l
      JOIN commitment_state AS s ON s.entry = l.entry
      JOIN commitment AS c ON c.id = s.commitment_id
      LEFT JOIN commitment_revision AS r
        ON r.commitment_id = s.commitment_id AND r.revision = s.revision
      LEFT JOIN activity AS a ON a.id = r.activity_id
     WHERE s.published AND l.leaf_index < report_position()
     ORDER BY s.commitment_id, s.version DESC
$$;

CREATE OR REPLACE FUNCTION cube_parts(target text, of_set uuid)
RETURNS TABLE (transaction_id uuid, commitment_id uuid, donor uuid, transaction_type text,
               transaction_date date, currency text, country text, region text, sector text,
               amount numeric, ict_220 numeric, ict_principal numeric, ict_significant numeric,
               stated numeric, in_kind boolean, flow_type text, finance_type text, aid_type text,
               tied_status text)
LANGUAGE sql STABLE
AS $$
    SELECT p.*, t.in_kind IS NOT NULL, coalesce(t.flow_type, r.flow_type),
           coalesce(t.finance_type, r.finance_type), coalesce(t.aid_type, r.aid_type),
           coalesce(t.tied_status, r.tied_status)
      FROM report_parts_in(target, of_set) AS p
      JOIN transaction AS t ON t.id = p.transaction_id
      JOIN (SELECT DISTINCT ON (w.commitment_id) w.commitment_id, w.revision
              FROM ledger_leaf AS l
              JOIN commitment_state AS w ON w.entry = l.entry
             WHERE l.leaf_index < report_position() AND w.published
             ORDER BY w.commitment_id, w.version DESC) AS s ON s.commitment_id = p.commitment_id
      JOIN commitment_revision AS r
        ON r.commitment_id = p.commitment_id AND r.revision = s.revision
$$;

-- The planner knows how many commitments there are, not how many rows are the first of their window.
CREATE OR REPLACE FUNCTION report_commitments()
RETURNS TABLE (commitment_id uuid, donor uuid, origin text, status text, effective_date date,
               published_on date, revision integer, schedule integer, tied_status text,
               aid_type text, start_date date, end_date date, countries text[])
LANGUAGE sql STABLE
AS $$
    SELECT s.commitment_id, c.organisation_id, c.origin, s.status, s.effective_date,
           (b.since AT TIME ZONE 'UTC')::date, s.revision, s.schedule, r.tied_status, r.aid_type,
           r.start_date, r.end_date, r.countries
      FROM (SELECT DISTINCT ON (w.commitment_id) w.*
              FROM ledger_leaf AS l
              JOIN commitment_state AS w ON w.entry = l.entry
             WHERE l.leaf_index < report_position()
             ORDER BY w.commitment_id, w.version DESC) AS s
      JOIN (SELECT w.commitment_id, min(e.at) AS since
              FROM ledger_leaf AS l
              JOIN commitment_state AS w ON w.entry = l.entry
              JOIN ledger_entry AS e ON e.entry = l.entry
             WHERE l.leaf_index < report_position() AND w.published
             GROUP BY w.commitment_id) AS b ON b.commitment_id = s.commitment_id
      JOIN commitment AS c ON c.id = s.commitment_id
      JOIN commitment_revision AS r
        ON r.commitment_id = s.commitment_id AND r.revision = s.revision
     WHERE s.published
$$;

-- Reports do without nested loops (service/engine/connection.c); what is asked for one day, of one
-- rate, does not.
ALTER FUNCTION exchange_rate_on(uuid, text, date) SET enable_nestloop = on;

-- What is not converted stays as it is.
CREATE OR REPLACE FUNCTION report_amount(amount numeric, numerator numeric, denominator numeric)
RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE WHEN amount = 0 THEN 0
                WHEN numerator IS NULL THEN 'NaN'
                WHEN numerator = denominator THEN amount
                ELSE money_multiplied(amount, numerator, denominator) END
$$;
