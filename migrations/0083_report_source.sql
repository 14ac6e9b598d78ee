-- What reports are summed from is read no further than a report asks: of the commitments of a donor or
-- to a country, where one is named. And what whole reports did many times over they do once.

-- Sums over a million transactions stay in memory: a sort, and each list that is kept, takes up to
-- 64 MB, a hash 128 MB. Without parallel workers, which would take as much again each, and shared
-- memory that a container has little of.
ALTER ROLE aidledger_reporter SET work_mem = '64MB';
ALTER ROLE aidledger_reporter SET max_parallel_workers_per_gather = 0;

SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

-- ---------------------------------------------------------------- small questions

-- Two look-ups by key. As one join, a report, which has nested loops off, would read whole tables for
-- it.
CREATE OR REPLACE FUNCTION report_day() RETURNS date
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT (e.at AT TIME ZONE 'UTC')::date
      FROM ledger_entry AS e
     WHERE e.entry = (SELECT l.entry FROM ledger_leaf AS l
                       WHERE l.leaf_index = report_position() - 1));
END
$$;

-- Most years begin on 1 January: then there is no more to ask of a day.
CREATE OR REPLACE FUNCTION fiscal_year(day date, start_month integer, start_day integer, label text)
RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE WHEN (start_month, start_day) = (1, 1) THEN extract(year FROM day)::integer
                ELSE (extract(year FROM day)
                      - CASE WHEN (extract(month FROM day), extract(day FROM day))
                                  < (start_month, start_day) THEN 1 ELSE 0 END
                      + CASE WHEN label = 'end_year' THEN 1 ELSE 0 END)::integer END
$$;

-- Reports are planned for the values they are asked with. These functions are called for each row, and
-- would be planned each time.
ALTER FUNCTION parts_with_share(jsonb) SET plan_cache_mode = force_generic_plan;
ALTER FUNCTION share_weights(text[]) SET plan_cache_mode = force_generic_plan;
ALTER FUNCTION largest_remainder(numeric, integer, numeric[])
    SET plan_cache_mode = force_generic_plan;
ALTER FUNCTION exchange_factor(uuid, text, date, text) SET plan_cache_mode = force_generic_plan;
ALTER FUNCTION report_factor(text, uuid, text, date) SET plan_cache_mode = force_generic_plan;
ALTER FUNCTION report_year(date, text) SET plan_cache_mode = force_generic_plan;
ALTER FUNCTION fiscal_calendar_of(text, uuid, bigint) SET plan_cache_mode = force_generic_plan;
ALTER FUNCTION ledger_holds(uuid, bigint) SET plan_cache_mode = force_generic_plan;

CREATE FUNCTION tying_is_said(tied_status text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(tied_status IN ('3', '4', '5'), false);
COMMENT ON FUNCTION tying_is_said(text) IS
    'Whether a status (IATI TiedStatus) says whether money is tied: partially tied, tied or untied.';

CREATE FUNCTION report_scope(of_donor text, of_country text) RETURNS uuid[]
LANGUAGE plpgsql STABLE SET enable_nestloop = on
AS $$
BEGIN
    IF of_donor IS NOT NULL THEN
        RETURN ARRAY(SELECT c.id
                       FROM commitment AS c
                      WHERE c.organisation_id = ANY (report_donors(of_donor)));
    ELSIF of_country IS NOT NULL THEN
        RETURN ARRAY(SELECT t.commitment_id
                       FROM allocation AS a
                       JOIN transaction AS t ON t.id = a.transaction_id
                      WHERE a.country = of_country
                      UNION
                     SELECT i.commitment_id FROM ownership_input AS i WHERE i.country = of_country
                      UNION
                     SELECT r.commitment_id
                       FROM commitment_revision AS r
                      WHERE of_country = ANY (r.countries));
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION report_scope(text, text) IS
    'The commitments that a report on a donor, or else on a country, has to look at: all of the '
    'donor, or all that ever named the country; with both, those of the donor. Null, all there are, '
    'when none is named. More than counts at the position: who uses it still filters.';

-- ---------------------------------------------------------------- sources

-- Sources: each reads its tables once, by index where commitments are named, else from end to end.

DROP FUNCTION report_parts();
CREATE FUNCTION report_parts(of_commitments uuid[] DEFAULT NULL, of_country text DEFAULT NULL,
                             of_types text[] DEFAULT NULL, of_days daterange DEFAULT NULL)
RETURNS TABLE (transaction_id uuid, commitment_id uuid, donor uuid, transaction_type text,
               transaction_date date, value_date date, in_kind boolean, currency text,
               country text, region text, sector text, amount numeric, ict_220 numeric,
               ict_principal numeric, ict_significant numeric, flow_type text, finance_type text,
               aid_type text, tied_status text)
LANGUAGE plpgsql STABLE ROWS 100000 SET enable_nestloop = on SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    until_leaf bigint := report_position();
BEGIN
    RETURN QUERY
    SELECT t.id, t.commitment_id, t.organisation_id, t.transaction_type, t.transaction_date,
           t.value_date, t.in_kind IS NOT NULL, t.currency, a.country, a.region, a.sector,
           a.amount,
           CASE WHEN a.ict_ring <= 1 THEN a.ict_amount ELSE 0 END,
           CASE WHEN a.ict_ring <= 2 THEN a.ict_amount ELSE 0 END,
           a.ict_amount, t.flow_type, t.finance_type, t.aid_type, t.tied_status
      FROM transaction AS t
      JOIN ledger_leaf AS l ON l.entry = t.entry AND l.leaf_index < until_leaf
      JOIN allocation AS a ON a.transaction_id = t.id
     WHERE (of_commitments IS NULL OR t.commitment_id = ANY (of_commitments))
       AND (of_country IS NULL OR a.country = of_country)
       AND (of_types IS NULL OR t.transaction_type = ANY (of_types))
       AND (of_days IS NULL OR t.transaction_date <@ of_days);
END
$$;
COMMENT ON FUNCTION report_parts(uuid[], text, text[], daterange) IS
    'The exact parts of every transaction up to the report''s position, with the ICT amount in '
    'three rings, each holding the one before: family 220; and ICT as principal aim; and ICT as '
    'significant aim. Only of some commitments, to one country, of some IATI transaction types and '
    'dated on some days, where they are named.';

CREATE FUNCTION report_paid(of_commitments uuid[], of_country text)
RETURNS TABLE (transaction_id uuid, commitment_id uuid, donor uuid, country text,
               transaction_date date, value_date date, reported_on date, in_kind boolean,
               currency text, amount numeric, adjusts uuid, channel text, aid_type text)
LANGUAGE plpgsql STABLE ROWS 100000 SET enable_nestloop = on SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    until_leaf bigint := report_position();
BEGIN
    RETURN QUERY
    SELECT t.id, t.commitment_id, t.organisation_id, a.country, t.transaction_date, t.value_date,
           (t.recorded_at AT TIME ZONE 'UTC')::date, t.in_kind IS NOT NULL, t.currency,
           sum(a.amount), t.adjusts,
           CASE WHEN t.adjusts IS NULL OR t.disbursement_channel IS NOT NULL
                THEN t.disbursement_channel
                ELSE (SELECT o.disbursement_channel FROM transaction AS o
                       WHERE o.id = t.adjusts) END,
           CASE WHEN t.adjusts IS NULL OR t.aid_type IS NOT NULL THEN t.aid_type
                ELSE (SELECT o.aid_type FROM transaction AS o WHERE o.id = t.adjusts) END
      FROM transaction AS t
      JOIN ledger_leaf AS l ON l.entry = t.entry AND l.leaf_index < until_leaf
      JOIN allocation AS a ON a.transaction_id = t.id
     WHERE t.transaction_type = '3'
       AND (of_commitments IS NULL OR t.commitment_id = ANY (of_commitments))
       AND (of_country IS NULL OR a.country = of_country)
     GROUP BY t.id, a.country;
END
$$;
COMMENT ON FUNCTION report_paid(uuid[], text) IS
    'The disbursements to each country up to the report''s position, record by record. Channel and '
    'type of aid are its own or those of what it adjusts.';

CREATE FUNCTION report_records(of_commitments uuid[])
RETURNS TABLE (transaction_id uuid, commitment_id uuid, donor uuid, transaction_type text,
               transaction_date date, reported_on date, currency text, amount numeric)
LANGUAGE plpgsql STABLE ROWS 100000 SET enable_nestloop = on SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    until_leaf bigint := report_position();
BEGIN
    RETURN QUERY
    SELECT t.id, t.commitment_id, t.organisation_id, t.transaction_type, t.transaction_date,
           (t.recorded_at AT TIME ZONE 'UTC')::date, t.currency, t.amount
      FROM transaction AS t
      JOIN ledger_leaf AS l ON l.entry = t.entry AND l.leaf_index < until_leaf
     WHERE of_commitments IS NULL OR t.commitment_id = ANY (of_commitments);
END
$$;
COMMENT ON FUNCTION report_records(uuid[]) IS
    'The transactions up to the report''s position, and the day each was recorded.';

CREATE FUNCTION report_corrections(of_commitments uuid[])
RETURNS TABLE (transaction_id uuid, corrected uuid)
LANGUAGE plpgsql STABLE SET enable_nestloop = on SET plan_cache_mode = force_custom_plan
AS $$
BEGIN
    RETURN QUERY
    WITH RECURSIVE correction AS (
        SELECT t.id, t.adjusts
          FROM transaction AS t
         WHERE t.adjusts IS NOT NULL
           AND (of_commitments IS NULL OR t.commitment_id = ANY (of_commitments))
         UNION
        SELECT k.id, t.adjusts
          FROM correction AS k
          JOIN transaction AS t ON t.id = k.adjusts
         WHERE t.adjusts IS NOT NULL)
    SELECT k.id, k.adjusts FROM correction AS k;
END
$$;
COMMENT ON FUNCTION report_corrections(uuid[]) IS
    'What each correction corrects: the record before it, and what that one corrects itself, down '
    'to the first.';

CREATE FUNCTION report_said(of_commitments uuid[])
RETURNS TABLE (commitment_id uuid, donor uuid, origin text, version integer, status text,
               published boolean, revision integer, schedule integer, effective_date date,
               at timestamptz)
LANGUAGE plpgsql STABLE ROWS 20000 SET enable_nestloop = on SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    until_leaf bigint := report_position();
BEGIN
    RETURN QUERY
    SELECT s.commitment_id, c.organisation_id, c.origin, s.version, s.status, s.published,
           s.revision, s.schedule, s.effective_date, e.at
      FROM commitment_state AS s
      JOIN ledger_leaf AS l ON l.entry = s.entry AND l.leaf_index < until_leaf
      JOIN ledger_entry AS e ON e.entry = s.entry
      JOIN commitment AS c ON c.id = s.commitment_id
     WHERE of_commitments IS NULL OR s.commitment_id = ANY (of_commitments);
END
$$;
COMMENT ON FUNCTION report_said(uuid[]) IS
    'What was said of the state of each commitment up to the report''s position, and when.';

CREATE FUNCTION report_input_states(of_commitments uuid[], of_country text)
RETURNS TABLE (input_id uuid, commitment_id uuid, country text, version integer, state text,
               due_on date, position_id uuid)
LANGUAGE plpgsql STABLE ROWS 20000 SET enable_nestloop = on SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    until_leaf bigint := report_position();
BEGIN
    RETURN QUERY
    SELECT i.id, i.commitment_id, i.country, s.version, s.state, s.due_on, s.position_id
      FROM ownership_input AS i
      JOIN ownership_state AS s ON s.input_id = i.id
      JOIN ledger_leaf AS l ON l.entry = s.entry AND l.leaf_index < until_leaf
     WHERE (of_commitments IS NULL OR i.commitment_id = ANY (of_commitments))
       AND (of_country IS NULL OR i.country = of_country);
END
$$;
COMMENT ON FUNCTION report_input_states(uuid[], text) IS
    'What was said of the state of each input of a government up to the report''s position.';

CREATE FUNCTION report_confirmations(of_commitments uuid[], of_country text)
RETURNS TABLE (confirmation_id uuid, transaction_id uuid, commitment_id uuid, country text,
               ordinal integer, outcome text, amount numeric, value_date date, stated_on date,
               origin text, held boolean, state text, reason_code text)
LANGUAGE plpgsql STABLE ROWS 20000 SET enable_nestloop = on SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    until_leaf bigint := report_position();
BEGIN
    RETURN QUERY
    WITH said AS MATERIALIZED (
        SELECT r.id, r.transaction_id, r.commitment_id, r.country, r.ordinal, r.outcome, r.amount,
               r.value_date, r.recorded_at, r.entry, c.origin
          FROM receipt_confirmation AS r
          JOIN commitment AS c ON c.id = r.commitment_id
         WHERE (of_commitments IS NULL OR r.commitment_id = ANY (of_commitments))
           AND (of_country IS NULL OR r.country = of_country))
    SELECT r.id, r.transaction_id, r.commitment_id, r.country, r.ordinal, r.outcome, r.amount,
           r.value_date, (r.recorded_at AT TIME ZONE 'UTC')::date, r.origin, l.entry IS NOT NULL,
           s.state, x.reason_code
      FROM said AS r
      LEFT JOIN ledger_leaf AS l ON l.entry = r.entry AND l.leaf_index < until_leaf
      LEFT JOIN (
           SELECT DISTINCT ON (w.confirmation_id) w.confirmation_id, w.state
             FROM said AS k
             JOIN receipt_confirmation_state AS w ON w.confirmation_id = k.id
             JOIN ledger_leaf AS l ON l.entry = w.entry AND l.leaf_index < until_leaf
            ORDER BY w.confirmation_id, w.version DESC) AS s ON s.confirmation_id = r.id
      LEFT JOIN (
           SELECT DISTINCT ON (w.confirmation_id) w.confirmation_id, w.reason_code
             FROM said AS k
             JOIN receipt_explanation AS w ON w.confirmation_id = k.id
             JOIN ledger_leaf AS l ON l.entry = w.entry AND l.leaf_index < until_leaf
            ORDER BY w.confirmation_id, l.leaf_index DESC) AS x ON x.confirmation_id = r.id;
END
$$;
COMMENT ON FUNCTION report_confirmations(uuid[], text) IS
    'What governments said of receipts, whether the log held it at the report''s position, and its '
    'state and its explanation there.';

CREATE FUNCTION report_answers(of_commitments uuid[])
RETURNS TABLE (position_id uuid, answer text, recorded_at timestamptz)
LANGUAGE plpgsql STABLE ROWS 10000 SET enable_nestloop = on SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    until_leaf bigint := report_position();
BEGIN
    RETURN QUERY
    SELECT a.position_id, a.answer, a.recorded_at
      FROM ownership_input AS i
      JOIN ownership_position AS p ON p.input_id = i.id
      JOIN ownership_answer AS a ON a.position_id = p.id
      JOIN ledger_leaf AS l ON l.entry = a.entry AND l.leaf_index < until_leaf
     WHERE of_commitments IS NULL OR i.commitment_id = ANY (of_commitments);
END
$$;
COMMENT ON FUNCTION report_answers(uuid[]) IS
    'How donors answered the positions of governments up to the report''s position.';

CREATE FUNCTION report_lapsed(of_commitments uuid[])
RETURNS TABLE (transaction_id uuid, country text)
LANGUAGE plpgsql STABLE ROWS 10000 SET enable_nestloop = on SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    until_leaf bigint := report_position();
BEGIN
    IF of_commitments IS NULL THEN
        RETURN QUERY
        SELECT w.transaction_id, w.country
          FROM receipt_lapse AS w
          JOIN ledger_leaf AS l ON l.entry = w.entry AND l.leaf_index < until_leaf;
    ELSE
        RETURN QUERY
        SELECT w.transaction_id, w.country
          FROM transaction AS t
          JOIN receipt_lapse AS w ON w.transaction_id = t.id
          JOIN ledger_leaf AS l ON l.entry = w.entry AND l.leaf_index < until_leaf
         WHERE t.commitment_id = ANY (of_commitments);
    END IF;
END
$$;
COMMENT ON FUNCTION report_lapsed(uuid[]) IS
    'The disbursements whose time to be confirmed had passed without a word, as the log says up to '
    'the report''s position.';

CREATE FUNCTION report_voices(of_commitments uuid[], of_donor text, of_country text)
RETURNS TABLE (channel text, commitment_id uuid, organisation_id uuid)
LANGUAGE plpgsql STABLE ROWS 10000 SET enable_nestloop = on SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    until_leaf bigint := report_position();
    donors     uuid[] := report_donors(of_donor);
BEGIN
    RETURN QUERY
    SELECT 'comment', k.commitment_id, k.organisation_id
      FROM comment AS k
      JOIN ledger_leaf AS l ON l.entry = k.entry AND l.leaf_index < until_leaf
     WHERE of_commitments IS NULL OR k.commitment_id = ANY (of_commitments)
     UNION ALL
    SELECT 'third_party_observation', k.commitment_id, k.organisation_id
      FROM third_party_observation AS k
      JOIN ledger_leaf AS l ON l.entry = k.entry AND l.leaf_index < until_leaf
     WHERE of_commitments IS NULL OR k.commitment_id = ANY (of_commitments)
     UNION ALL
    SELECT 'joint_review', NULL, p.organisation_id
      FROM joint_review AS r
      JOIN joint_review_agreement AS g ON g.review_id = r.id
      JOIN ledger_leaf AS l ON l.entry = g.entry AND l.leaf_index < until_leaf
      JOIN joint_review_participant AS p ON p.review_id = r.id
     WHERE (of_donor IS NULL OR r.donor_id = ANY (donors))
       AND (of_country IS NULL OR r.country = of_country);
END
$$;
COMMENT ON FUNCTION report_voices(uuid[], text, text) IS
    'Who had a say up to the report''s position, and through which channel: on a commitment, or in '
    'a joint review with a donor on a country.';

CREATE FUNCTION report_taken_up(of_commitments uuid[], of_country text)
RETURNS TABLE (commitment_id uuid, country text, since date)
LANGUAGE plpgsql STABLE ROWS 10000 SET enable_nestloop = on SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    until_leaf bigint := report_position();
BEGIN
    RETURN QUERY
    SELECT i.commitment_id, i.country,
           CASE WHEN c.origin = 'imported' THEN min((e.at AT TIME ZONE 'UTC')::date) END
      FROM ownership_input AS i
      JOIN ownership_state AS s ON s.input_id = i.id AND s.state <> 'NOT_INVITED'
      JOIN ledger_leaf AS l ON l.entry = s.entry AND l.leaf_index < until_leaf
      JOIN ledger_entry AS e ON e.entry = s.entry
      JOIN commitment AS c ON c.id = i.commitment_id
     WHERE (of_commitments IS NULL OR i.commitment_id = ANY (of_commitments))
       AND (of_country IS NULL OR i.country = of_country)
     GROUP BY i.commitment_id, i.country, c.origin;
END
$$;
COMMENT ON FUNCTION report_taken_up(uuid[], text) IS
    'The commitments on which a government was invited up to the report''s position, and of imports '
    'since when.';

CREATE FUNCTION report_scheduled(of_commitments uuid[], of_country text)
RETURNS TABLE (commitment_id uuid, schedule integer, ordinal integer, due_on date,
               value_date date, currency text, amount numeric, recipients jsonb)
LANGUAGE plpgsql STABLE ROWS 20000 SET enable_nestloop = on SET plan_cache_mode = force_custom_plan
AS $$
BEGIN
    RETURN QUERY
    WITH version AS MATERIALIZED (
        SELECT s.commitment_id, s.schedule, CASE
                   WHEN jsonb_array_length(r.recipients) = 1 AND r.recipients -> 0 ? 'share'
                   THEN r.recipients ELSE parts_with_share(r.recipients) END AS recipients
          FROM report_schedules(of_commitments) AS s
          JOIN commitment_revision AS r
            ON r.commitment_id = s.commitment_id AND r.revision = s.revision
         WHERE s.schedule IS NOT NULL
           AND (of_country IS NULL OR of_country = ANY (r.countries)))
    SELECT p.commitment_id, p.schedule, p.ordinal, coalesce(p.period_end, p.period_start),
           p.value_date, p.currency, p.amount, v.recipients
      FROM version AS v
      JOIN planned_disbursement AS p
        ON p.commitment_id = v.commitment_id AND p.schedule = v.schedule;
END
$$;
COMMENT ON FUNCTION report_scheduled(uuid[], text) IS
    'The instalments of every version of a schedule up to the report''s position, whole, and the '
    'recipients of the content it came with.';

-- ---------------------------------------------------------------- commitments

DROP FUNCTION report_commitments();
CREATE FUNCTION report_commitments(of_commitments uuid[] DEFAULT NULL)
RETURNS TABLE (commitment_id uuid, donor uuid, origin text, status text, effective_date date,
               published_on date, revision integer, schedule integer, tied_status text,
               aid_type text, start_date date, end_date date, countries text[], flow_type text,
               finance_type text, ict_significance integer, commitment_date date)
LANGUAGE plpgsql STABLE ROWS 10000 SET enable_nestloop = on SET plan_cache_mode = force_custom_plan
AS $$
BEGIN
    RETURN QUERY
    SELECT s.commitment_id, s.donor, s.origin, s.status, s.effective_date,
           (s.since AT TIME ZONE 'UTC')::date, s.revision, s.schedule, r.tied_status, r.aid_type,
           r.start_date, r.end_date, r.countries, r.flow_type, r.finance_type,
           r.ict_significance, r.commitment_date
      FROM (SELECT DISTINCT ON (w.commitment_id) w.*,
                   min(w.at) FILTER (WHERE w.published) OVER (PARTITION BY w.commitment_id)
                       AS since
              FROM report_said(of_commitments) AS w
             ORDER BY w.commitment_id, w.version DESC) AS s
      JOIN commitment_revision AS r
        ON r.commitment_id = s.commitment_id AND r.revision = s.revision
     WHERE s.published;
END
$$;
COMMENT ON FUNCTION report_commitments(uuid[]) IS
    'The public commitments as they stood at the report''s position, each with its content in '
    'force.';

DROP FUNCTION report_schedules();
CREATE FUNCTION report_schedules(of_commitments uuid[] DEFAULT NULL)
RETURNS TABLE (commitment_id uuid, donor uuid, schedule integer, known_at timestamptz,
               revision integer)
LANGUAGE sql STABLE
AS $$
    SELECT DISTINCT ON (s.commitment_id, s.schedule)
           s.commitment_id, s.donor, s.schedule, s.at, s.revision
      FROM report_said(of_commitments) AS s
     WHERE s.published
     ORDER BY s.commitment_id, s.schedule, s.version
$$;
COMMENT ON FUNCTION report_schedules(uuid[]) IS
    'The versions of the forward schedule of each public commitment up to the report''s position, '
    'from when each was known, and the content it came with. One without a version says from when '
    'the commitment was public without a schedule.';

CREATE FUNCTION report_contents(of_commitments uuid[])
RETURNS TABLE (commitment_id uuid, donor uuid, revision integer, activity_id uuid,
               flow_type text, finance_type text, aid_type text, tied_status text)
LANGUAGE plpgsql STABLE ROWS 10000 SET enable_nestloop = on SET plan_cache_mode = force_custom_plan
AS $$
BEGIN
    RETURN QUERY
    SELECT s.commitment_id, s.donor, r.revision, r.activity_id, r.flow_type, r.finance_type,
           r.aid_type, r.tied_status
      FROM (SELECT DISTINCT ON (w.commitment_id) w.*
              FROM report_said(of_commitments) AS w
             WHERE w.published
             ORDER BY w.commitment_id, w.version DESC) AS s
      LEFT JOIN commitment_revision AS r
        ON r.commitment_id = s.commitment_id AND r.revision = s.revision;
END
$$;
COMMENT ON FUNCTION report_contents(uuid[]) IS
    'What was said last in public of each commitment up to the report''s position.';

DROP FUNCTION report_activities();
CREATE FUNCTION report_activities(of_commitments uuid[] DEFAULT NULL)
RETURNS TABLE (commitment_id uuid, organisation_id uuid, activity text)
LANGUAGE sql STABLE
AS $$
    SELECT c.commitment_id, c.donor, coalesce(a.iati_identifier, c.commitment_id::text)
      FROM report_contents(of_commitments) AS c
      LEFT JOIN activity AS a ON a.id = c.activity_id
$$;
COMMENT ON FUNCTION report_activities(uuid[]) IS
    'Each public commitment with the activity it belongs to at the report''s position, by its IATI '
    'identifier; without one the commitment is an activity of its own, by its id here.';

DROP FUNCTION report_links(text);
CREATE FUNCTION report_links(asked_country text, of_commitments uuid[] DEFAULT NULL)
RETURNS TABLE (link_id uuid, commitment_id uuid, framework text, framework_version text,
               item text, share numeric, endorsed boolean, refused boolean)
LANGUAGE plpgsql STABLE ROWS 10000 SET enable_nestloop = on SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    until_leaf bigint := report_position();
BEGIN
    RETURN QUERY
    SELECT s.id, s.commitment_id, s.framework, s.framework_version, s.item, s.share,
           coalesce(NOT j.refused, false), coalesce(j.refused, false)
      FROM (SELECT DISTINCT ON (k.commitment_id, k.framework, k.framework_version, k.item) k.*
              FROM framework_link AS k
              JOIN ledger_leaf AS l ON l.entry = k.entry AND l.leaf_index < until_leaf
             WHERE of_commitments IS NULL OR k.commitment_id = ANY (of_commitments)
             ORDER BY k.commitment_id, k.framework, k.framework_version, k.item, k.ordinal DESC)
           AS s
      LEFT JOIN (
           SELECT n.link_id, bool_or(n.answer = 'refused') AS refused
             FROM (SELECT DISTINCT ON (a.link_id, a.country) a.link_id, a.answer
                     FROM link_answer AS a
                     JOIN ledger_leaf AS l ON l.entry = a.entry AND l.leaf_index < until_leaf
                    WHERE (of_commitments IS NULL OR a.commitment_id = ANY (of_commitments))
                      AND (asked_country IS NULL OR a.country = asked_country)
                    ORDER BY a.link_id, a.country, a.ordinal DESC) AS n
            GROUP BY n.link_id) AS j ON j.link_id = s.id
     WHERE NOT s.withdrawn;
END
$$;
COMMENT ON FUNCTION report_links(text, uuid[]) IS
    'The links in force at the report''s position. Endorsed is one that a recipient government '
    'endorsed and none refused, or the one government asked about; an answer is to the statement '
    'in force and not to earlier ones.';

DROP FUNCTION report_inputs();
CREATE FUNCTION report_inputs(of_commitments uuid[] DEFAULT NULL, of_country text DEFAULT NULL)
RETURNS TABLE (input_id uuid, commitment_id uuid, donor uuid, country text, state text,
               due_on date, position_id uuid, registered_on date, effective_date date)
LANGUAGE sql STABLE
AS $$
    WITH standing AS MATERIALIZED (
        SELECT DISTINCT ON (w.commitment_id) w.commitment_id, w.donor, w.published,
               w.effective_date,
               (first_value(w.at) OVER (
                    PARTITION BY w.commitment_id ORDER BY NOT w.published, w.version)
                AT TIME ZONE 'UTC')::date AS registered_on
          FROM report_said(of_commitments) AS w
         ORDER BY w.commitment_id, w.version DESC)
    SELECT s.input_id, s.commitment_id, w.donor, s.country, s.state, s.due_on, s.position_id,
           w.registered_on, w.effective_date
      FROM (SELECT DISTINCT ON (i.input_id) i.*
              FROM report_input_states(of_commitments, of_country) AS i
             ORDER BY i.input_id, i.version DESC) AS s
      JOIN standing AS w ON w.commitment_id = s.commitment_id
     WHERE w.published
$$;
COMMENT ON FUNCTION report_inputs(uuid[], text) IS
    'The inputs of governments on public commitments as they stood at the report''s position.';

-- ---------------------------------------------------------------- money

DROP FUNCTION report_parts_converted(text, uuid);
CREATE FUNCTION report_parts_converted(target text, of_set uuid, of_commitments uuid[],
                                       of_country text, of_types text[], of_days daterange)
RETURNS TABLE (transaction_id uuid, commitment_id uuid, donor uuid, transaction_type text,
               transaction_date date, value_date date, in_kind boolean, currency text,
               country text, region text, sector text, amount numeric, ict_220 numeric,
               ict_principal numeric, ict_significant numeric, flow_type text, finance_type text,
               aid_type text, tied_status text, stated numeric)
LANGUAGE plpgsql STABLE ROWS 100000 SET plan_cache_mode = force_custom_plan
AS $$
BEGIN
    PERFORM report_rate_set(target, of_set);
    RETURN QUERY
    WITH part AS MATERIALIZED (
        SELECT p.* FROM report_parts(of_commitments, of_country, of_types, of_days) AS p),
    factor AS MATERIALIZED (
        SELECT d.currency, d.value_date, f.numerator, f.denominator
          FROM (SELECT DISTINCT p.currency, p.value_date FROM part AS p) AS d
         CROSS JOIN LATERAL exchange_factor(of_set, d.currency, d.value_date, target) AS f)
    SELECT p.transaction_id, p.commitment_id, p.donor, p.transaction_type, p.transaction_date,
           p.value_date, p.in_kind,
           CASE WHEN f.numerator IS NULL THEN p.currency ELSE target END,
           p.country, p.region, p.sector,
           report_amount(p.amount, f.numerator, f.denominator),
           report_amount(p.ict_220, f.numerator, f.denominator),
           report_amount(p.ict_principal, f.numerator, f.denominator),
           report_amount(p.ict_significant, f.numerator, f.denominator),
           p.flow_type, p.finance_type, p.aid_type, p.tied_status, p.amount
      FROM part AS p
      JOIN factor AS f ON f.currency = p.currency AND f.value_date = p.value_date;
END
$$;
COMMENT ON FUNCTION report_parts_converted(text, uuid, uuid[], text, text[], daterange) IS
    'report_parts() in another currency. What the set has no rate for keeps its currency, and its '
    'amounts are not numbers (NaN), so that no sum they are in is one either.';

DROP FUNCTION report_parts_in(text, uuid);
CREATE FUNCTION report_parts_in(target text, of_set uuid, of_commitments uuid[] DEFAULT NULL,
                                of_country text DEFAULT NULL, of_types text[] DEFAULT NULL,
                                of_days daterange DEFAULT NULL)
RETURNS TABLE (transaction_id uuid, commitment_id uuid, donor uuid, transaction_type text,
               transaction_date date, value_date date, in_kind boolean, currency text,
               country text, region text, sector text, amount numeric, ict_220 numeric,
               ict_principal numeric, ict_significant numeric, flow_type text, finance_type text,
               aid_type text, tied_status text, stated numeric)
LANGUAGE sql STABLE
AS $$
    SELECT p.*, p.amount
      FROM report_parts(of_commitments, of_country, of_types, of_days) AS p
     WHERE target IS NULL AND of_set IS NULL
     UNION ALL
    SELECT c.*
      FROM report_parts_converted(target, of_set, of_commitments, of_country, of_types,
                                  of_days) AS c
     WHERE target IS NOT NULL OR of_set IS NOT NULL
$$;
COMMENT ON FUNCTION report_parts_in(text, uuid, uuid[], text, text[], daterange) IS
    'report_parts() as they were stated or, when a currency and a rate set are named, converted. '
    '"stated" is the amount before.';

DROP FUNCTION report_tying(text, uuid);
CREATE FUNCTION report_tying(target text, of_set uuid, of_commitments uuid[] DEFAULT NULL,
                             of_country text DEFAULT NULL, of_days daterange DEFAULT NULL)
RETURNS TABLE (transaction_id uuid, donor uuid, country text, transaction_date date,
               in_kind boolean, currency text, amount numeric, stated numeric, tying text,
               left_out text, said text)
LANGUAGE sql STABLE
AS $$
    SELECT p.transaction_id, p.donor, p.country, p.transaction_date, p.in_kind,
           p.currency, p.amount, p.stated,
           CASE WHEN w.left_out IS NOT NULL THEN 'disregarded' ELSE w.said END, w.left_out, w.said
      FROM report_parts_in(target, of_set, of_commitments, of_country, ARRAY['2'], of_days) AS p
      JOIN report_commitments(of_commitments) AS c ON c.commitment_id = p.commitment_id
     CROSS JOIN LATERAL (
           SELECT tying_left_out(coalesce(p.aid_type, c.aid_type)) AS left_out,
                  CASE coalesce(p.tied_status, c.tied_status)
                      WHEN '3' THEN 'partially_tied'
                      WHEN '4' THEN 'tied'
                      WHEN '5' THEN 'untied'
                      ELSE 'unreported' END AS said) AS w
$$;
COMMENT ON FUNCTION report_tying(text, uuid, uuid[], text, daterange) IS
    'Committed money by whether what it buys is tied: "said" as the record says, or else the '
    'commitment as it stands; "tying" the same, or disregarded where it is left out of the measure, '
    'and "left_out" why.';

DROP FUNCTION cube_parts(text, uuid);
CREATE FUNCTION cube_parts(target text, of_set uuid, of_commitments uuid[] DEFAULT NULL,
                           of_country text DEFAULT NULL, of_days daterange DEFAULT NULL)
RETURNS TABLE (transaction_id uuid, commitment_id uuid, donor uuid, transaction_type text,
               transaction_date date, currency text, country text, region text, sector text,
               amount numeric, ict_220 numeric, ict_principal numeric, ict_significant numeric,
               stated numeric, in_kind boolean, flow_type text, finance_type text, aid_type text,
               tied_status text)
LANGUAGE sql STABLE
AS $$
    SELECT p.transaction_id, p.commitment_id, p.donor, p.transaction_type, p.transaction_date,
           p.currency, p.country, p.region, p.sector, p.amount, p.ict_220, p.ict_principal,
           p.ict_significant, p.stated, p.in_kind, coalesce(p.flow_type, c.flow_type),
           coalesce(p.finance_type, c.finance_type), coalesce(p.aid_type, c.aid_type),
           coalesce(p.tied_status, c.tied_status)
      FROM report_parts_in(target, of_set, of_commitments, of_country, NULL, of_days) AS p
      JOIN report_contents(of_commitments) AS c
        ON c.commitment_id = p.commitment_id AND c.revision IS NOT NULL
$$;
COMMENT ON FUNCTION cube_parts(text, uuid, uuid[], text, daterange) IS
    'report_parts_in() with the classification of each transaction: its own, or that of its '
    'commitment as it stood at the report''s position.';

-- A record that adjusts another one goes where that one went, whether it repeats the parties or not.
DROP FUNCTION report_parties();
CREATE FUNCTION report_parties()
RETURNS TABLE (transaction_id uuid, provider_org jsonb, receiver_org jsonb)
LANGUAGE plpgsql STABLE ROWS 100000 SET plan_cache_mode = force_custom_plan
AS $$
BEGIN
    RETURN QUERY
    WITH RECURSIVE correction AS (
        SELECT t.id, coalesce(o.provider_org, t.provider_org) AS provider_org,
               coalesce(o.receiver_org, t.receiver_org) AS receiver_org
          FROM transaction AS t
          JOIN transaction AS o ON o.id = t.adjusts AND o.adjusts IS NULL
         WHERE t.adjusts IS NOT NULL
         UNION ALL
        SELECT t.id, coalesce(k.provider_org, t.provider_org),
               coalesce(k.receiver_org, t.receiver_org)
          FROM correction AS k
          JOIN transaction AS t ON t.adjusts = k.id)
    SELECT t.id, t.provider_org, t.receiver_org
      FROM transaction AS t
     WHERE t.adjusts IS NULL AND num_nonnulls(t.provider_org, t.receiver_org) > 0
     UNION ALL
    SELECT k.id, k.provider_org, k.receiver_org
      FROM correction AS k
     WHERE num_nonnulls(k.provider_org, k.receiver_org) > 0;
END
$$;
COMMENT ON FUNCTION report_parties() IS
    'The provider and the receiver of each transaction that names one, of a correction those of '
    'what it corrects.';

DROP FUNCTION report_flows(text, uuid);
CREATE FUNCTION report_flows(target text, of_set uuid)
RETURNS TABLE (transaction_id uuid, transaction_type text, measure text, transaction_date date,
               currency text, amount numeric, stated numeric, sector text, source uuid,
               destination uuid, country text, counted boolean, given_in_kind boolean)
LANGUAGE plpgsql STABLE ROWS 100000 SET plan_cache_mode = force_custom_plan
AS $$
BEGIN
    RETURN QUERY
    WITH known AS MATERIALIZED (
        SELECT a.* FROM report_activities() AS a),
    named AS MATERIALIZED (
        SELECT DISTINCT ON (w.name) w.name, k.activity, k.organisation_id
          FROM known AS k
         CROSS JOIN LATERAL (VALUES (k.activity), (k.commitment_id::text)) AS w (name)
         ORDER BY w.name, k.commitment_id),
    part AS MATERIALIZED (
        SELECT p.transaction_id, p.transaction_type, p.transaction_date, p.currency, p.amount,
               p.stated, p.sector, p.country, p.donor, p.in_kind, q.provider_org, q.receiver_org,
               a.activity,
               CASE WHEN p.transaction_type IN ('2', '11') THEN 'committed' ELSE 'paid' END
                   AS measure,
               p.transaction_type IN ('2', '3', '4') AS outgoing
          FROM report_parts_in(target, of_set) AS p
          JOIN known AS a ON a.commitment_id = p.commitment_id
          LEFT JOIN report_parties() AS q ON q.transaction_id = p.transaction_id
         WHERE p.transaction_type IN ('1', '2', '3', '4', '11')),
    spoken AS (
        SELECT DISTINCT n.name, p.measure
          FROM (SELECT DISTINCT w.activity, w.measure FROM part AS w WHERE w.outgoing) AS p
          JOIN named AS n ON n.activity = p.activity)
    SELECT p.transaction_id, p.transaction_type, p.measure, p.transaction_date, p.currency,
           p.amount, p.stated, p.sector, CASE WHEN p.outgoing AND p.provider_org IS NULL THEN p.donor
                                              ELSE f.id END,
           CASE WHEN p.outgoing THEN coalesce(n.organisation_id, t.id) ELSE p.donor END,
           CASE WHEN p.outgoing AND n.activity IS NULL THEN p.country END,
           p.outgoing OR (p.provider_org ->> 'activity_id' IS NOT NULL
                          AND NOT EXISTS (SELECT FROM spoken AS s
                                           WHERE s.name = p.provider_org ->> 'activity_id'
                                             AND s.measure = p.measure)),
           p.in_kind
      FROM part AS p
      LEFT JOIN organisation AS f
        ON f.identifier = p.provider_org ->> 'ref'
       AND (f.entry IS NULL OR ledger_holds(f.entry, report_position()))
      LEFT JOIN organisation AS t
        ON t.identifier = p.receiver_org ->> 'ref'
       AND (t.entry IS NULL OR ledger_holds(t.entry, report_position()))
      LEFT JOIN named AS n
        ON p.outgoing
       AND n.name = p.receiver_org ->> 'activity_id'
       AND n.activity <> p.activity;
END
$$;
COMMENT ON FUNCTION report_flows(text, uuid) IS
    'Where each part of a commitment (IATI types 2, 11) or payment (3, 4, 1) comes from and where '
    'it goes: an organisation, a country, or both. What is not counted is a receiver''s account of '
    'what its provider tells itself, or may tell: it names no activity.';

DROP FUNCTION report_receipts(text, uuid);
CREATE FUNCTION report_receipts(target text, of_set uuid, of_commitments uuid[] DEFAULT NULL,
                                of_country text DEFAULT NULL)
RETURNS TABLE (transaction_id uuid, commitment_id uuid, donor uuid, country text,
               transaction_date date, value_date date, in_kind boolean, currency text,
               amount numeric, stated_currency text, stated numeric, invited boolean, due boolean,
               confirmation_id uuid, state text, outcome text, reason text, received numeric,
               received_on date, difference numeric)
LANGUAGE plpgsql STABLE ROWS 100000 SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    converts boolean := report_converts(target, of_set);
    today    date := report_day();
BEGIN
    RETURN QUERY
    WITH part AS MATERIALIZED (
        SELECT p.* FROM report_paid(of_commitments, of_country) AS p WHERE p.country IS NOT NULL),
    -- A correction may itself be corrected: what it all comes down to is the first record.
    corrected AS (
        SELECT k.corrected AS id, p.country, sum(p.amount) AS amount
          FROM report_corrections(of_commitments) AS k
          JOIN part AS p ON p.transaction_id = k.transaction_id
         WHERE p.adjusts IS NOT NULL
         GROUP BY k.corrected, p.country),
    confirmed AS MATERIALIZED (
        SELECT DISTINCT ON (r.transaction_id, r.country) r.*
          FROM report_confirmations(of_commitments, of_country) AS r
         WHERE r.held
         ORDER BY r.transaction_id, r.country, r.ordinal DESC),
    taken_up AS (
        SELECT k.commitment_id, k.country, min(k.since) AS since
          FROM (SELECT u.* FROM report_taken_up(of_commitments, of_country) AS u
                 UNION ALL
                SELECT r.commitment_id, r.country,
                       CASE WHEN r.origin = 'imported' THEN r.stated_on END
                  FROM confirmed AS r) AS k
         GROUP BY k.commitment_id, k.country),
    factor AS MATERIALIZED (
        SELECT d.stated, d.day, f.currency, f.numerator, f.denominator
          FROM (SELECT DISTINCT p.currency AS stated, p.value_date AS day
                  FROM part AS p WHERE converts AND p.adjusts IS NULL) AS d
         CROSS JOIN LATERAL report_factor(target, of_set, d.stated, d.day) AS f),
    told AS (
        SELECT p.*, p.amount + coalesce(k.amount, 0) AS remaining, c.confirmation_id,
               c.state, c.outcome, c.reason_code, c.amount AS received,
               c.value_date AS received_on, u.commitment_id IS NOT NULL AS invited,
               greatest(p.transaction_date, p.reported_on, u.since) < today - 60 AS due
          FROM part AS p
          LEFT JOIN corrected AS k ON k.id = p.transaction_id AND k.country = p.country
          LEFT JOIN confirmed AS c
            ON c.transaction_id = p.transaction_id AND c.country = p.country
          LEFT JOIN taken_up AS u ON u.commitment_id = p.commitment_id AND u.country = p.country
         WHERE p.adjusts IS NULL)
    SELECT d.transaction_id, d.commitment_id, d.donor, d.country, d.transaction_date,
           d.value_date, d.in_kind, coalesce(f.currency, d.currency),
           CASE WHEN converts THEN report_amount(d.remaining, f.numerator, f.denominator)
                ELSE d.remaining END,
           d.currency, d.remaining, d.invited, d.due, d.confirmation_id, d.state, d.outcome,
           CASE WHEN d.outcome IS NULL THEN NULL
                WHEN d.outcome = 'not_visible' THEN 'not_visible'
                ELSE coalesce(d.reason_code, CASE d.outcome WHEN 'not_received' THEN 'not_received'
                                                            ELSE 'unexplained' END) END,
           d.received, d.received_on,
           CASE WHEN d.outcome IS NULL THEN NULL
                WHEN converts
                THEN report_amount(abs(d.remaining - coalesce(d.received, 0)), f.numerator,
                                   f.denominator)
                ELSE abs(d.remaining - coalesce(d.received, 0)) END
      FROM told AS d
      LEFT JOIN factor AS f ON f.stated = d.currency AND f.day = d.value_date
     WHERE d.remaining <> 0;
END
$$;
COMMENT ON FUNCTION report_receipts(text, uuid, uuid[], text) IS
    'The disbursements to each country up to the report''s position, those taken back whole left '
    'out: what is reported with all corrections, and what the government said of it last. '
    '"invited" leaves out imports that the government has not taken up; "due" are those whose 60 '
    'days for a receipt have passed. "amount" and "difference" are converted when a currency and '
    'a rate set are named, "stated" and "received" never; the difference is taken in the original '
    'currency first. What is not visible differs with the whole amount.';

DROP FUNCTION report_disbursements();
CREATE FUNCTION report_disbursements(of_commitments uuid[] DEFAULT NULL,
                                     of_country text DEFAULT NULL)
RETURNS TABLE (donor uuid, country text, state text, uninvited boolean, old boolean)
LANGUAGE plpgsql STABLE ROWS 100000 SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    today date := report_day();
BEGIN
    RETURN QUERY
    WITH part AS MATERIALIZED (
        SELECT p.* FROM report_paid(of_commitments, of_country) AS p WHERE p.country IS NOT NULL),
    corrected AS (
        SELECT k.corrected AS id, p.country, sum(p.amount) AS amount
          FROM report_corrections(of_commitments) AS k
          JOIN part AS p ON p.transaction_id = k.transaction_id
         WHERE p.adjusts IS NOT NULL
         GROUP BY k.corrected, p.country),
    said AS MATERIALIZED (
        SELECT r.* FROM report_confirmations(of_commitments, of_country) AS r),
    confirmed AS (
        SELECT DISTINCT ON (r.transaction_id, r.country) r.transaction_id, r.country, r.state
          FROM said AS r
         WHERE r.state IS NOT NULL
         ORDER BY r.transaction_id, r.country, r.ordinal DESC),
    taken_up AS (
        SELECT k.commitment_id, k.country, min(k.since) AS since
          FROM (SELECT u.* FROM report_taken_up(of_commitments, of_country) AS u
                 UNION ALL
                SELECT r.commitment_id, r.country,
                       CASE WHEN r.origin = 'imported' THEN r.stated_on END
                  FROM said AS r
                 WHERE r.held) AS k
         GROUP BY k.commitment_id, k.country)
    SELECT d.donor, d.country, CASE WHEN c.state IS NULL AND l.transaction_id IS NOT NULL
                                    THEN 'UNCONFIRMED' ELSE c.state END,
           u.commitment_id IS NULL,
           greatest(d.transaction_date, d.reported_on, u.since) < today - 60
      FROM part AS d
      LEFT JOIN report_lapsed(of_commitments) AS l
        ON l.transaction_id = d.transaction_id AND l.country = d.country
      LEFT JOIN corrected AS k ON k.id = d.transaction_id AND k.country = d.country
      LEFT JOIN confirmed AS c
        ON c.transaction_id = d.transaction_id AND c.country = d.country
      LEFT JOIN taken_up AS u
        ON u.commitment_id = d.commitment_id AND u.country = d.country
     WHERE d.adjusts IS NULL
       AND d.amount + coalesce(k.amount, 0) <> 0;
END
$$;
COMMENT ON FUNCTION report_disbursements(uuid[], text) IS
    'The disbursements to each country up to the report''s position, those taken back whole left '
    'out, each with the state of its receipt.';

CREATE FUNCTION report_payments_converted(target text, of_set uuid, of_commitments uuid[],
                                          of_country text)
RETURNS TABLE (transaction_id uuid, commitment_id uuid, donor uuid, country text,
               transaction_date date, value_date date, currency text, amount numeric,
               stated_currency text, stated numeric, channel text, aid_type text)
LANGUAGE plpgsql STABLE ROWS 100000 SET plan_cache_mode = force_custom_plan
AS $$
BEGIN
    PERFORM report_converts(target, of_set);
    RETURN QUERY
    WITH part AS MATERIALIZED (
        SELECT p.* FROM report_paid(of_commitments, of_country) AS p WHERE NOT p.in_kind),
    factor AS MATERIALIZED (
        SELECT d.stated, d.day, f.currency, f.numerator, f.denominator
          FROM (SELECT DISTINCT p.currency AS stated, p.value_date AS day FROM part AS p) AS d
         CROSS JOIN LATERAL report_factor(target, of_set, d.stated, d.day) AS f)
    SELECT p.transaction_id, p.commitment_id, p.donor, p.country, p.transaction_date,
           p.value_date, f.currency, report_amount(p.amount, f.numerator, f.denominator),
           p.currency, p.amount, p.channel, p.aid_type
      FROM part AS p
      JOIN factor AS f ON f.stated = p.currency AND f.day = p.value_date;
END
$$;
COMMENT ON FUNCTION report_payments_converted(text, uuid, uuid[], text) IS
    'report_payments() in another currency.';

DROP FUNCTION report_payments(text, uuid);
CREATE FUNCTION report_payments(target text, of_set uuid, of_commitments uuid[] DEFAULT NULL,
                                of_country text DEFAULT NULL)
RETURNS TABLE (transaction_id uuid, commitment_id uuid, donor uuid, country text,
               transaction_date date, value_date date, currency text, amount numeric,
               stated_currency text, stated numeric, channel text, aid_type text)
LANGUAGE sql STABLE
AS $$
    SELECT p.transaction_id, p.commitment_id, p.donor, p.country, p.transaction_date,
           p.value_date, p.currency, p.amount, p.currency, p.amount, p.channel, p.aid_type
      FROM report_paid(of_commitments, of_country) AS p
     WHERE target IS NULL AND of_set IS NULL AND NOT p.in_kind
     UNION ALL
    SELECT c.*
      FROM report_payments_converted(target, of_set, of_commitments, of_country) AS c
     WHERE target IS NOT NULL OR of_set IS NOT NULL
$$;
COMMENT ON FUNCTION report_payments(text, uuid, uuid[], text) IS
    'The disbursements in cash to each country up to the report''s position, record by record: one '
    'that adjusts another counts with its sign and on its own date.';

DROP FUNCTION report_instalments(text, uuid);
CREATE FUNCTION report_instalments(target text, of_set uuid, of_commitments uuid[] DEFAULT NULL,
                                   of_country text DEFAULT NULL)
RETURNS TABLE (commitment_id uuid, schedule integer, ordinal integer, country text, due_on date,
               value_date date, currency text, amount numeric, stated_currency text, stated numeric)
LANGUAGE plpgsql STABLE ROWS 20000 SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    converts boolean := report_converts(target, of_set);
BEGIN
    RETURN QUERY
    WITH instalment AS MATERIALIZED (
        SELECT i.* FROM report_scheduled(of_commitments, of_country) AS i),
    part AS MATERIALIZED (
        SELECT i.commitment_id, i.schedule, i.ordinal, i.due_on, i.value_date, i.currency,
               i.recipients #>> '{0,country}' AS country, i.amount
          FROM instalment AS i
         WHERE jsonb_array_length(i.recipients) = 1
         UNION ALL
        SELECT i.commitment_id, i.schedule, i.ordinal, i.due_on, i.value_date, i.currency,
               i.recipients #>> ARRAY[(p.ordinal - 1)::text, 'country'], p.part
          FROM instalment AS i
          JOIN currency AS u ON u.code = i.currency
         CROSS JOIN LATERAL largest_remainder(
                   i.amount, greatest(scale(trim_scale(i.amount)), u.minor_unit),
                   (SELECT w.weights
                      FROM share_weights(ARRAY(
                           SELECT e.value ->> 'share'
                             FROM jsonb_array_elements(i.recipients) WITH ORDINALITY AS e
                            ORDER BY e.ordinality)) AS w)) AS p
         WHERE jsonb_array_length(i.recipients) > 1),
    factor AS MATERIALIZED (
        SELECT d.stated, d.day, f.currency, f.numerator, f.denominator
          FROM (SELECT DISTINCT p.currency AS stated, p.value_date AS day
                  FROM part AS p WHERE converts) AS d
         CROSS JOIN LATERAL report_factor(target, of_set, d.stated, d.day) AS f)
    SELECT p.commitment_id, p.schedule, p.ordinal, p.country, p.due_on, p.value_date,
           coalesce(f.currency, p.currency),
           CASE WHEN converts THEN report_amount(p.amount, f.numerator, f.denominator)
                ELSE p.amount END, p.currency, p.amount
      FROM part AS p
      LEFT JOIN factor AS f ON f.stated = p.currency AND f.day = p.value_date
     WHERE of_country IS NULL OR p.country = of_country;
END
$$;
COMMENT ON FUNCTION report_instalments(text, uuid, uuid[], text) IS
    'The instalments of every version of a schedule up to the report''s position, split over the '
    'recipients of the content it came with as payments are; due on the last day of their period. '
    'Converted at their value date when a currency and a rate set are named.';

DROP FUNCTION report_promises(text, uuid);
CREATE FUNCTION report_promises(target text, of_set uuid, of_commitments uuid[] DEFAULT NULL,
                                of_country text DEFAULT NULL)
RETURNS TABLE (donor uuid, commitment_id uuid, country text, year integer, currency text,
               disbursed numeric, at_start_schedule integer, at_start numeric,
               at_payment_schedule integer, at_payment numeric, now_schedule integer,
               now_ numeric)
LANGUAGE plpgsql STABLE ROWS 10000 SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    today date := report_day();
BEGIN
    PERFORM report_converts(target, of_set);
    RETURN QUERY
    WITH calendar AS MATERIALIZED (
        SELECT c.* FROM report_calendars() AS c),
    version AS MATERIALIZED (
        SELECT s.* FROM report_schedules(of_commitments) AS s),
    paid AS (
        SELECT p.commitment_id, p.country, p.currency,
               fiscal_year(p.transaction_date, coalesce(k.start_month, 1),
                           coalesce(k.start_day, 1), k.label) AS year,
               sum(p.amount) AS amount, max(p.transaction_date) AS last_on
          FROM report_payments(target, of_set, of_commitments, of_country) AS p
          LEFT JOIN calendar AS k ON k.country = p.country
         GROUP BY 1, 2, 3, 4),
    promised AS MATERIALIZED (
        SELECT i.commitment_id, i.country, i.currency, i.schedule,
               fiscal_year(i.due_on, coalesce(k.start_month, 1), coalesce(k.start_day, 1),
                           k.label) AS year,
               sum(i.amount) AS amount
          FROM report_instalments(target, of_set, of_commitments, of_country) AS i
          LEFT JOIN calendar AS k ON k.country = i.country
         GROUP BY 1, 2, 3, 4, 5),
    cell AS (
        SELECT p.commitment_id, p.country, p.currency, p.year FROM paid AS p
         UNION
        SELECT p.commitment_id, p.country, p.currency, p.year FROM promised AS p),
    bounded AS (
        SELECT c.*, coalesce(p.amount, 0) AS disbursed, b.starts_on,
               coalesce(p.last_on, b.ends_before) AS last_on
          FROM cell AS c
          LEFT JOIN calendar AS k ON k.country = c.country
          LEFT JOIN paid AS p
            ON p.commitment_id = c.commitment_id AND p.country IS NOT DISTINCT FROM c.country
           AND p.currency = c.currency AND p.year = c.year
         CROSS JOIN LATERAL (
               SELECT fiscal_year_start(c.year, coalesce(k.start_month, 1),
                                        coalesce(k.start_day, 1), k.label) AS starts_on,
                      fiscal_year_start(c.year + 1, coalesce(k.start_month, 1),
                                        coalesce(k.start_day, 1), k.label) AS ends_before) AS b
         WHERE b.ends_before <= today),
    -- A version of 0: the commitment was public then, and nothing was scheduled.
    known AS (
        SELECT b.commitment_id, b.country, b.currency, b.year, b.disbursed, v.donor,
               max(coalesce(v.schedule, 0)) FILTER (
                   WHERE v.known_at < b.starts_on::timestamp AT TIME ZONE 'UTC') AS at_start,
               max(coalesce(v.schedule, 0)) FILTER (
                   WHERE v.known_at < b.last_on::timestamp AT TIME ZONE 'UTC') AS at_payment,
               max(coalesce(v.schedule, 0)) AS now_
          FROM bounded AS b
          JOIN version AS v ON v.commitment_id = b.commitment_id
         GROUP BY b.commitment_id, b.country, b.currency, b.year, b.disbursed, v.donor),
    held AS (
        SELECT k.*, p.schedule, p.amount
          FROM known AS k
          LEFT JOIN promised AS p
            ON p.commitment_id = k.commitment_id AND p.country IS NOT DISTINCT FROM k.country
           AND p.currency = k.currency AND p.year = k.year
           AND p.schedule IN (k.at_start, k.at_payment, k.now_))
    SELECT h.donor, h.commitment_id, h.country, h.year, h.currency, h.disbursed,
           h.at_start, CASE WHEN h.at_start IS NOT NULL
                            THEN coalesce(sum(h.amount) FILTER (WHERE h.schedule = h.at_start), 0)
                            END,
           h.at_payment, CASE WHEN h.at_payment IS NOT NULL
                              THEN coalesce(sum(h.amount) FILTER (WHERE h.schedule = h.at_payment),
                                            0) END,
           h.now_, coalesce(sum(h.amount) FILTER (WHERE h.schedule = h.now_), 0)
      FROM held AS h
     GROUP BY h.donor, h.commitment_id, h.country, h.year, h.currency, h.disbursed, h.at_start,
              h.at_payment, h.now_;
END
$$;
COMMENT ON FUNCTION report_promises(text, uuid, uuid[], text) IS
    'What each public commitment disbursed to a country in a year that has ended by the report''s '
    'day, and what was scheduled for it: as known before the year began, before the day of its '
    'last payment (before the year ended, where there was none), and now. Null when the ledger did '
    'not hold the commitment by then. Years are those of the country.';

DROP FUNCTION report_forward(text, uuid);
CREATE FUNCTION report_forward(target text, of_set uuid, of_commitments uuid[] DEFAULT NULL,
                               of_country text DEFAULT NULL)
RETURNS TABLE (donor uuid, country text, year integer, currency text, disbursed numeric,
               years_ahead integer, known boolean, in_force bigint, scheduled_commitments bigint,
               uncovered bigint, unplaced bigint, scheduled numeric, scheduled_placed numeric,
               falling numeric)
LANGUAGE plpgsql STABLE ROWS 10000 SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    today date := report_day();
BEGIN
    PERFORM report_converts(target, of_set);
    RETURN QUERY
    WITH calendar AS MATERIALIZED (
        SELECT c.* FROM report_calendars() AS c),
    said AS MATERIALIZED (
        SELECT s.* FROM report_said(of_commitments) AS s),
    version AS MATERIALIZED (
        SELECT DISTINCT ON (s.commitment_id, s.schedule) s.commitment_id, s.schedule,
               s.at AS known_at
          FROM said AS s
         WHERE s.published
         ORDER BY s.commitment_id, s.schedule, s.version),
    content AS MATERIALIZED (
        SELECT s.donor, s.commitment_id, s.revision, min(s.at) AS known_at
          FROM said AS s
         WHERE s.published
         GROUP BY s.donor, s.commitment_id, s.revision),
    closing AS MATERIALIZED (
        SELECT s.commitment_id, min(s.at) AS at
          FROM said AS s
         WHERE s.status IN ('CANCELLED', 'CLOSED')
         GROUP BY s.commitment_id),
    base AS MATERIALIZED (
        SELECT p.donor, p.country, p.currency, y.year, sum(p.amount) AS disbursed
          FROM report_payments(target, of_set, of_commitments, of_country) AS p
          LEFT JOIN calendar AS k ON k.country = p.country
         CROSS JOIN LATERAL (
               SELECT fiscal_year(p.transaction_date, coalesce(k.start_month, 1),
                                  coalesce(k.start_day, 1), k.label) AS year) AS y
         WHERE p.country IS NOT NULL
         GROUP BY p.donor, p.country, p.currency, y.year
        HAVING sum(p.amount) > 0),
    ahead AS MATERIALIZED (
        SELECT b.*, n.k AS years_ahead, d.asked_at, d.starts_on, d.ends_before
          FROM base AS b
          LEFT JOIN calendar AS c ON c.country = b.country
         CROSS JOIN generate_series(1, 3) AS n (k)
         CROSS JOIN LATERAL (
               SELECT fiscal_year_start(b.year + 1, coalesce(c.start_month, 1),
                                        coalesce(c.start_day, 1), c.label) AS asked_on,
                      fiscal_year_start(b.year + n.k, coalesce(c.start_month, 1),
                                        coalesce(c.start_day, 1), c.label) AS starts_on,
                      fiscal_year_start(b.year + n.k + 1, coalesce(c.start_month, 1),
                                        coalesce(c.start_day, 1), c.label) AS ends_before) AS x
         CROSS JOIN LATERAL (
               SELECT x.asked_on::timestamp AT TIME ZONE 'UTC' AS asked_at, x.starts_on,
                      x.ends_before) AS d
         WHERE x.asked_on <= today),
    member AS MATERIALIZED (
        SELECT DISTINCT t.donor, n.country, t.commitment_id
          FROM content AS t
          JOIN commitment_revision AS r
            ON r.commitment_id = t.commitment_id AND r.revision = t.revision
         CROSS JOIN LATERAL unnest(r.countries) AS n (country)
         WHERE (of_commitments IS NULL OR r.commitment_id = ANY (of_commitments))
           AND (of_country IS NULL OR n.country = of_country)),
    -- What the ledger held of each commitment of the pair when the year ended.
    asked AS MATERIALIZED (
        SELECT a.country, a.asked_at, m.commitment_id, a.donor,
               max(coalesce(v.schedule, 0)) AS schedule
          FROM (SELECT DISTINCT w.donor, w.country, w.asked_at FROM ahead AS w) AS a
          JOIN member AS m ON m.donor = a.donor AND m.country = a.country
          JOIN version AS v ON v.commitment_id = m.commitment_id AND v.known_at < a.asked_at
          LEFT JOIN closing AS e ON e.commitment_id = m.commitment_id
         WHERE e.at IS NULL OR e.at >= a.asked_at
         GROUP BY a.country, a.asked_at, m.commitment_id, a.donor),
    held AS MATERIALIZED (
        SELECT a.donor, a.country, a.asked_at, a.commitment_id, a.schedule,
               max(t.revision) AS revision
          FROM asked AS a
          JOIN content AS t ON t.commitment_id = a.commitment_id AND t.known_at < a.asked_at
         GROUP BY a.donor, a.country, a.asked_at, a.commitment_id, a.schedule),
    promised AS MATERIALIZED (
        SELECT i.commitment_id, i.country, i.currency, i.schedule, i.due_on, sum(i.amount) AS amount
          FROM report_instalments(target, of_set, of_commitments, of_country) AS i
         GROUP BY 1, 2, 3, 4, 5),
    known AS MATERIALIZED (
        SELECT a.donor, a.country, a.currency, a.year, a.years_ahead, a.starts_on, a.ends_before,
               h.commitment_id, r.start_date, r.end_date, f.currency AS falls_in,
               CASE WHEN s.numerator IS NOT NULL
                    THEN report_amount(r.amount, f.numerator * s.numerator,
                                       f.denominator * s.denominator * 100) END AS part,
               h.schedule
          FROM ahead AS a
          JOIN held AS h
            ON h.donor = a.donor AND h.country = a.country AND h.asked_at = a.asked_at
          JOIN commitment_revision AS r
            ON r.commitment_id = h.commitment_id AND r.revision = h.revision
          LEFT JOIN LATERAL (
               SELECT w.numerator, w.denominator
                 FROM jsonb_array_elements(r.recipients) AS e
                CROSS JOIN share_fraction(e.value ->> 'share') AS w
                WHERE e.value ->> 'country' = h.country
                LIMIT 1) AS s ON true
         CROSS JOIN LATERAL report_factor(target, of_set, r.currency, r.commitment_date) AS f
         WHERE h.country = ANY (r.countries)
           AND (of_commitments IS NULL OR r.commitment_id = ANY (of_commitments))),
    planned AS (
        SELECT k.donor, k.country, k.currency, k.year, k.years_ahead, k.starts_on, k.ends_before,
               k.commitment_id, k.start_date, k.end_date, k.falls_in, k.part,
               coalesce(sum(p.amount), 0) AS amount
          FROM known AS k
          LEFT JOIN promised AS p
            ON p.commitment_id = k.commitment_id AND p.country = k.country
           AND p.currency = k.currency AND p.schedule = k.schedule
           AND p.due_on >= k.starts_on AND p.due_on < k.ends_before
         GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
    placed AS (
        SELECT p.*,
               coalesce(p.end_date >= p.starts_on, true)
               AND coalesce(p.start_date < p.ends_before, true) AS runs,
               p.start_date IS NOT NULL AND p.end_date IS NOT NULL AND p.part IS NOT NULL
               AND p.falls_in = p.currency AS has_place,
               greatest(least(p.end_date + 1, p.ends_before)
                        - greatest(p.start_date, p.starts_on), 0) AS days,
               p.end_date + 1 - p.start_date AS all_days
          FROM planned AS p)
    SELECT a.donor, a.country, a.year, a.currency, a.disbursed, a.years_ahead,
           count(p.commitment_id) > 0, count(*) FILTER (WHERE p.runs),
           count(*) FILTER (WHERE p.amount > 0),
           count(*) FILTER (WHERE p.runs AND p.amount = 0),
           count(*) FILTER (WHERE p.runs AND NOT p.has_place),
           coalesce(sum(p.amount), 0),
           coalesce(sum(p.amount) FILTER (WHERE p.has_place), 0),
           coalesce(sum(CASE WHEN p.days = 0 THEN 0
                             ELSE money_multiplied(p.part, p.days, p.all_days) END)
                        FILTER (WHERE p.has_place), 0)
      FROM ahead AS a
      LEFT JOIN placed AS p
        ON (p.donor, p.country, p.currency, p.year, p.years_ahead)
           = (a.donor, a.country, a.currency, a.year, a.years_ahead)
     GROUP BY a.donor, a.country, a.year, a.currency, a.disbursed, a.years_ahead;
END
$$;
COMMENT ON FUNCTION report_forward(text, uuid, uuid[], text) IS
    'For each donor, country and year that has ended and in which money was disbursed: what was '
    'scheduled for each of the three years after it, as known when it ended, on how many of the '
    'commitments that run then, and how much of the commitments falls in those years, day by day.';

-- ---------------------------------------------------------------- timeliness

DROP FUNCTION report_updates();
CREATE FUNCTION report_updates(of_commitments uuid[] DEFAULT NULL)
RETURNS TABLE (donor uuid, since date, dashboard_ago integer[], ago integer[],
               dashboard_dated integer[], dated integer[], future bigint)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    today      date := report_day();
    this_month integer := month_number(today);
BEGIN
    RETURN QUERY
    WITH record AS MATERIALIZED (
        SELECT t.donor, t.transaction_date AS dated, t.reported_on AS recorded_on
          FROM report_records(of_commitments) AS t),
    -- Seen on a day: what was recorded by then and is not dated later. The Dashboard sees a record
    -- that is dated ahead on the day it is dated, as if something had been published then.
    seen AS (
        SELECT r.donor, false AS fixed, greatest(r.recorded_on, r.dated) AS day,
               max(r.dated) AS newest
          FROM record AS r
         WHERE greatest(r.recorded_on, r.dated) <= today
         GROUP BY 1, 3
         UNION ALL
        SELECT r.donor, true, r.recorded_on, max(r.dated)
          FROM record AS r
         WHERE r.dated <= r.recorded_on AND r.recorded_on <= today
         GROUP BY 1, 3),
    moved AS (
        SELECT s.donor, s.fixed, s.day, s.newest,
               max(s.newest) OVER (PARTITION BY s.donor, s.fixed ORDER BY s.day
                                   ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
          FROM seen AS s),
    updated AS (
        SELECT m.donor,
               array_agg(DISTINCT this_month - month_number(m.day))
                   FILTER (WHERE NOT m.fixed) AS dashboard_ago,
               array_agg(DISTINCT this_month - month_number(m.day))
                   FILTER (WHERE m.fixed) AS ago
          FROM moved AS m
         WHERE m.before IS NULL OR m.newest > m.before
         GROUP BY m.donor),
    month AS (
        SELECT r.donor, this_month - month_number(r.dated) AS ago,
               r.dated > r.recorded_on AS ahead, min(r.recorded_on) AS since, count(*) AS records
          FROM record AS r
         GROUP BY 1, 2, 3),
    dated AS (
        SELECT m.donor, min(m.since) AS since, array_agg(DISTINCT m.ago) AS dashboard_dated,
               array_agg(DISTINCT m.ago) FILTER (WHERE NOT m.ahead) AS dated,
               coalesce(sum(m.records) FILTER (WHERE m.ahead), 0)::bigint AS future
          FROM month AS m
         GROUP BY m.donor)
    SELECT d.donor, d.since, u.dashboard_ago, u.ago, d.dashboard_dated, d.dated, d.future
      FROM dated AS d
      LEFT JOIN updated AS u ON u.donor = d.donor;
END
$$;
COMMENT ON FUNCTION report_updates(uuid[]) IS
    'For each donor with transactions up to the report''s position: since when it states them, how '
    'many months before the report''s day something new came, and in which months its money is '
    'dated; as the IATI Dashboard counts, and without records that were dated ahead of the day '
    'they were recorded.';

DROP FUNCTION report_outlook();
CREATE FUNCTION report_outlook(of_commitments uuid[] DEFAULT NULL)
RETURNS TABLE (donor uuid, years_ahead integer, current_commitments bigint, scheduled bigint)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    today date := report_day();
BEGIN
    RETURN QUERY
    WITH year AS (
        SELECT k AS years_ahead, extract(year FROM today)::integer + k AS year
          FROM generate_series(0, 2) AS k),
    running AS MATERIALIZED (
        SELECT c.donor, c.commitment_id, c.schedule, y.years_ahead, y.year
          FROM report_commitments(of_commitments) AS c
         CROSS JOIN year AS y
         WHERE c.status IN ('REGISTERED', 'EFFECTIVE', 'SUSPENDED')
           AND (c.end_date IS NULL OR extract(year FROM c.end_date) >= y.year)
           AND (c.end_date IS NULL OR c.end_date >= today + interval '6 months')),
    money AS (
        SELECT t.commitment_id, t.currency, extract(year FROM t.transaction_date)::integer AS year,
               sum(t.amount) FILTER (WHERE t.transaction_type = '2') AS committed,
               sum(t.amount) FILTER (WHERE t.transaction_type IN ('3', '4')) AS spent
          FROM report_records(CASE WHEN of_commitments IS NOT NULL
                                   THEN ARRAY(SELECT DISTINCT r.commitment_id
                                                FROM running AS r) END) AS t
         GROUP BY 1, 2, 3),
    spent AS (
        SELECT r.donor, r.commitment_id, r.years_ahead
          FROM running AS r
          JOIN money AS m ON m.commitment_id = r.commitment_id
         GROUP BY r.donor, r.commitment_id, r.years_ahead, m.currency
        HAVING sum(m.committed) > 0
           AND coalesce(sum(m.spent) FILTER (WHERE m.year <= r.year), 0) * 10
               >= sum(m.committed) * 9),
    promised AS (
        SELECT r.donor, r.commitment_id, r.years_ahead
          FROM running AS r
          JOIN planned_disbursement AS p
            ON p.commitment_id = r.commitment_id AND p.schedule = r.schedule
         WHERE extract(year FROM coalesce(p.period_end, p.period_start)) = r.year
           AND p.amount > 0)
    SELECT m.donor, m.years_ahead, count(*), count(*) FILTER (WHERE m.is_promised)
      FROM (SELECT w.donor, w.commitment_id, w.years_ahead, bool_or(w.is_spent) AS is_spent,
                   bool_or(w.is_promised) AS is_promised
              FROM (SELECT r.donor, r.commitment_id, r.years_ahead, false AS is_spent,
                           false AS is_promised
                      FROM running AS r
                     UNION ALL
                    SELECT s.donor, s.commitment_id, s.years_ahead, true, false FROM spent AS s
                     UNION ALL
                    SELECT p.donor, p.commitment_id, p.years_ahead, false, true
                      FROM promised AS p) AS w
             GROUP BY w.donor, w.commitment_id, w.years_ahead) AS m
     WHERE NOT m.is_spent
     GROUP BY m.donor, m.years_ahead;
END
$$;
COMMENT ON FUNCTION report_outlook(uuid[]) IS
    'For each donor and each of three years from that of the report''s day on: the commitments '
    'that run in it, and those of them with money scheduled for it. Left out are those that end '
    'within six months and those of which nine tenths are spent, as the IATI Dashboard does.';

DROP FUNCTION report_timeliness();
CREATE FUNCTION report_timeliness(of_commitments uuid[] DEFAULT NULL)
RETURNS TABLE (donor uuid, place integer, measure text, numerator numeric, denominator numeric,
               dashboard_class text, class text, dashboard_value numeric, value numeric,
               reason text)
LANGUAGE sql STABLE
AS $$
    WITH outlook AS MATERIALIZED (
        SELECT o.* FROM report_outlook(of_commitments) AS o),
    update_ AS MATERIALIZED (
        SELECT u.* FROM report_updates(of_commitments) AS u),
    donor AS (
        SELECT u.donor FROM update_ AS u UNION SELECT o.donor FROM outlook AS o),
    classed AS (
        SELECT d.donor, u.future,
               coalesce(frequency_class(u.since, (SELECT report_day()), u.dashboard_ago),
                        'less_than_annual') AS dashboard_frequency,
               frequency_class(u.since, (SELECT report_day()), u.ago) AS frequency,
               coalesce(lag_class(u.dashboard_dated), 'more_than_one_year') AS dashboard_lag,
               CASE WHEN u.since IS NOT NULL THEN lag_class(u.dated) END AS lag,
               (SELECT count(*) FROM unnest(u.ago) AS m WHERE m BETWEEN 1 AND 12) AS updated,
               (SELECT count(*) FROM unnest(u.dated) AS m WHERE m BETWEEN 1 AND 12) AS dated
          FROM donor AS d
          LEFT JOIN update_ AS u ON u.donor = d.donor),
    ahead AS (
        SELECT d.donor, k AS years_ahead, coalesce(o.current_commitments, 0) AS current_commitments,
               coalesce(o.scheduled, 0) AS scheduled
          FROM donor AS d
         CROSS JOIN generate_series(0, 2) AS k
          LEFT JOIN outlook AS o ON o.donor = d.donor AND o.years_ahead = k),
    looked AS (
        SELECT a.donor,
               sum(CASE WHEN a.current_commitments > 0
                        THEN trunc(a.scheduled * 100.0 / a.current_commitments) ELSE 0 END) / 3
                   AS dashboard_value,
               avg(a.scheduled * 100.0 / nullif(a.current_commitments, 0)) AS value,
               count(*) FILTER (WHERE a.current_commitments > 0) AS years
          FROM ahead AS a
         GROUP BY a.donor)
    SELECT c.donor, 1, 'frequency', c.updated, 12, c.dashboard_frequency, c.frequency,
           class_score(c.dashboard_frequency), class_score(c.frequency),
           CASE WHEN c.frequency IS NULL THEN 'no transactions: 0 there, null here'
                WHEN c.frequency <> c.dashboard_frequency
                THEN 'records dated ahead look like updates there' END
      FROM classed AS c
     UNION ALL
    SELECT c.donor, 2, 'time_lag', c.dated, 12, c.dashboard_lag, c.lag,
           class_score(c.dashboard_lag), class_score(c.lag),
           CASE WHEN c.lag IS NULL THEN 'no transactions: 0 there, null here'
                WHEN c.lag <> c.dashboard_lag THEN 'records dated ahead look new there' END
      FROM classed AS c
     UNION ALL
    SELECT c.donor, 3, 'timeliness', class_score(c.frequency) + class_score(c.lag), 8, NULL, NULL,
           round((class_score(c.dashboard_frequency) + class_score(c.dashboard_lag))
                 * 100.0 / 8, 2),
           round((class_score(c.frequency) + class_score(c.lag)) * 100.0 / 8, 2),
           CASE WHEN c.frequency IS NULL THEN 'no transactions: 0 there, null here'
                WHEN (c.frequency, c.lag) <> (c.dashboard_frequency, c.dashboard_lag)
                THEN 'records dated ahead' END
      FROM classed AS c
     UNION ALL
    SELECT a.donor, 4 + a.years_ahead, 'forward_' || a.years_ahead, a.scheduled,
           a.current_commitments, NULL, NULL,
           CASE WHEN a.current_commitments > 0
                THEN trunc(a.scheduled * 100.0 / a.current_commitments) ELSE 0 END,
           round(a.scheduled * 100.0 / nullif(a.current_commitments, 0), 2),
           CASE WHEN a.current_commitments = 0 THEN 'nothing runs then: 0 there, null here'
                WHEN a.scheduled * 100 % a.current_commitments <> 0
                THEN 'percentages are cut to whole numbers there' END
      FROM ahead AS a
     UNION ALL
    SELECT w.donor, 7, 'forward_looking', NULL, w.years, NULL, NULL,
           round(w.dashboard_value, 2), round(w.value, 2),
           CASE WHEN w.years < 3 THEN 'years in which nothing runs count as 0 there, not here'
                WHEN round(w.value, 2) <> round(w.dashboard_value, 2)
                THEN 'percentages are cut to whole numbers there' END
      FROM looked AS w
$$;
COMMENT ON FUNCTION report_timeliness(uuid[]) IS
    'How timely and how forward-looking each donor is by the formulas of the IATI Dashboard, as '
    'they give it and without their known defects, and why the two differ.';

-- ---------------------------------------------------------------- budgets and country systems

DROP FUNCTION report_systems(text, uuid);
CREATE FUNCTION report_systems(target text, of_set uuid, of_commitments uuid[] DEFAULT NULL,
                               of_country text DEFAULT NULL)
RETURNS TABLE (donor uuid, country text, year integer, currency text, disbursed numeric,
               channel_unstated numeric, aid_type_unstated numeric, treasury numeric,
               budget_support numeric)
LANGUAGE plpgsql STABLE ROWS 10000 SET plan_cache_mode = force_custom_plan
AS $$
BEGIN
    PERFORM report_converts(target, of_set);
    RETURN QUERY
    WITH told AS (
        SELECT p.donor, p.country, p.currency, p.amount,
               fiscal_year(p.transaction_date, coalesce(k.start_month, 1),
                           coalesce(k.start_day, 1), k.label) AS year,
               p.channel, coalesce(p.aid_type, c.aid_type) AS aid_type
          FROM report_payments(target, of_set, of_commitments, of_country) AS p
          JOIN report_commitments(of_commitments) AS c ON c.commitment_id = p.commitment_id
          LEFT JOIN report_calendars() AS k ON k.country = p.country
         WHERE p.country IS NOT NULL)
    SELECT t.donor, t.country, t.year, t.currency, sum(t.amount),
           coalesce(sum(t.amount) FILTER (WHERE t.channel IS NULL
                                            AND coalesce(t.aid_type NOT IN ('A01', 'A02'), true)),
                    0),
           coalesce(sum(t.amount) FILTER (WHERE t.aid_type IS NULL), 0),
           coalesce(sum(t.amount) FILTER (WHERE t.channel = '1' OR t.aid_type IN ('A01', 'A02')),
                    0),
           coalesce(sum(t.amount) FILTER (WHERE t.aid_type IN ('A01', 'A02')), 0)
      FROM told AS t
     GROUP BY t.donor, t.country, t.year, t.currency;
END
$$;
COMMENT ON FUNCTION report_systems(text, uuid, uuid[], text) IS
    'What was disbursed in cash to each country in a fiscal year of it, and of that: what went '
    'through its treasury (disbursement channel 1, or budget support, aid types A01 and A02), '
    'what was budget support, and what says nothing of its channel or of its aid type.';

-- ---------------------------------------------------------------- scorecards

DROP FUNCTION report_scorecard(text, text, uuid, text);
DROP FUNCTION report_answer_times(text, uuid);
CREATE FUNCTION report_scorecard(side text, target text, of_set uuid, of_donor text,
                                 of_country text DEFAULT NULL)
RETURNS TABLE (party text, place integer, measure text, kind text, currency text,
               numerator numeric, denominator numeric, value numeric, reason text)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    of_commitments uuid[] := report_scope(of_donor, of_country);
    today          date := report_day();
BEGIN
    PERFORM report_converts(target, of_set);
    RETURN QUERY
    WITH part AS MATERIALIZED (
        SELECT CASE side WHEN 'donor' THEN p.donor::text ELSE p.country END AS party,
               p.commitment_id, p.transaction_type, p.currency, p.country, p.amount, p.ict_220,
               p.ict_principal, p.ict_significant, p.aid_type, p.tied_status
          FROM report_parts_in(target, of_set, of_commitments, of_country) AS p
         WHERE NOT p.in_kind),
    money AS MATERIALIZED (
        SELECT p.party, p.currency,
               coalesce(sum(p.amount) FILTER (WHERE p.transaction_type = '2'), 0) AS committed,
               coalesce(sum(p.ict_220) FILTER (WHERE p.transaction_type = '2'), 0) AS c1,
               coalesce(sum(p.ict_principal) FILTER (WHERE p.transaction_type = '2'), 0) AS c2,
               coalesce(sum(p.ict_significant) FILTER (WHERE p.transaction_type = '2'), 0) AS c3,
               coalesce(sum(p.amount) FILTER (WHERE p.transaction_type = '3'), 0) AS disbursed,
               coalesce(sum(p.ict_220) FILTER (WHERE p.transaction_type = '3'), 0) AS d1,
               coalesce(sum(p.ict_principal) FILTER (WHERE p.transaction_type = '3'), 0) AS d2,
               coalesce(sum(p.ict_significant) FILTER (WHERE p.transaction_type = '3'), 0) AS d3,
               coalesce(sum(p.amount) FILTER (WHERE p.transaction_type = '4'), 0) AS expended,
               coalesce(sum(p.amount) FILTER (WHERE p.transaction_type = '7'), 0) AS reimbursed
          FROM part AS p
         WHERE p.party IS NOT NULL
         GROUP BY p.party, p.currency),
    promise AS MATERIALIZED (
        SELECT CASE side WHEN 'donor' THEN p.donor::text ELSE p.country END AS party, p.currency,
               sum(p.at_start) AS scheduled,
               sum(greatest(p.disbursed, 0)) FILTER (WHERE p.at_start IS NOT NULL) AS disbursed,
               sum(least(greatest(p.disbursed, 0), p.at_start))
                   FILTER (WHERE p.at_start IS NOT NULL) AS within,
               sum(greatest(p.disbursed - p.at_start, 0))
                   FILTER (WHERE p.at_start IS NOT NULL) AS beyond,
               sum(abs(p.now_ - p.at_start)) AS moved,
               sum(p.now_) AS planned, sum(p.disbursed) AS paid
          FROM report_promises(target, of_set, of_commitments, of_country) AS p
         WHERE side = 'donor' OR p.country IS NOT NULL
         GROUP BY 1, p.currency),
    input AS MATERIALIZED (
        SELECT CASE side WHEN 'donor' THEN i.donor::text ELSE i.country END AS party,
               i.commitment_id, i.country, i.effective_date, p.position,
               i.state <> 'NOT_INVITED' AS invited,
               coalesce(i.due_on < today, false) AS due, p.id IS NOT NULL AS lodged,
               coalesce(i.due_on < today AND NOT p.late, false) AS in_time,
               a.answer,
               (p.recorded_at AT TIME ZONE 'UTC')::date AS lodged_on,
               (a.recorded_at AT TIME ZONE 'UTC')::date AS answered_on
          FROM report_inputs(of_commitments, of_country) AS i
          LEFT JOIN ownership_position AS p ON p.id = i.position_id
          LEFT JOIN report_answers(of_commitments) AS a ON a.position_id = i.position_id),
    asked AS MATERIALIZED (
        SELECT i.party, count(*) FILTER (WHERE i.invited) AS invited,
               count(*) FILTER (WHERE i.due) AS due, count(*) FILTER (WHERE i.in_time) AS in_time,
               count(*) FILTER (WHERE i.position = 'endorse') AS endorsed,
               count(*) FILTER (WHERE i.position = 'endorse_with_reservation') AS reserved,
               count(*) FILTER (WHERE i.position = 'request_change') AS change_requested,
               count(*) FILTER (WHERE i.position = 'contest') AS contested,
               count(*) FILTER (WHERE i.due AND NOT i.lodged) AS silent,
               count(*) FILTER (WHERE i.position <> 'endorse') AS needing,
               count(*) FILTER (WHERE i.position <> 'endorse'
                                  AND i.answer IN ('accepted', 'partly_accepted')) AS taken_up,
               count(*) FILTER (WHERE i.lodged) AS lodged,
               count(*) FILTER (WHERE i.lodged AND i.effective_date IS NOT NULL) AS dated,
               count(*) FILTER (WHERE i.lodged AND i.lodged_on < i.effective_date) AS early
          FROM input AS i
         GROUP BY i.party),
    worth AS MATERIALIZED (
        SELECT i.party, p.currency, sum(p.amount) FILTER (WHERE i.in_time) AS in_time,
               sum(p.amount) AS due
          FROM input AS i
          JOIN part AS p ON p.commitment_id = i.commitment_id AND p.country = i.country
                        AND p.transaction_type = '2'
         WHERE i.due
         GROUP BY i.party, p.currency),
    -- In how many days positions are answered, by Kaplan and Meier: who is not answered yet is not
    -- dropped, but has waited so long at least.
    waited AS MATERIALIZED (
        SELECT i.party, i.answered_on IS NOT NULL AS answered,
               greatest(coalesce(i.answered_on, today) - i.lodged_on, 0) AS days
          FROM input AS i
         WHERE i.position <> 'endorse'),
    waiting AS (
        SELECT w.party, w.days, count(*) FILTER (WHERE w.answered) AS answered,
               sum(count(*)) OVER (PARTITION BY w.party ORDER BY w.days DESC) AS at_risk
          FROM waited AS w
         GROUP BY w.party, w.days),
    survived AS MATERIALIZED (
        SELECT w.party, w.days,
               numeric_product(w.at_risk - w.answered) OVER sooner AS part,
               numeric_product(w.at_risk) OVER sooner AS whole
          FROM waiting AS w
         WHERE w.answered > 0
        WINDOW sooner AS (PARTITION BY w.party ORDER BY w.days)),
    time_ AS MATERIALIZED (
        SELECT w.party, count(*) AS needing, count(*) FILTER (WHERE w.answered) AS answered,
               (SELECT min(s.days) FROM survived AS s
                 WHERE s.party = w.party AND s.part * 2 <= s.whole) AS median,
               (SELECT min(s.days) FROM survived AS s
                 WHERE s.party = w.party AND s.part * 10 <= s.whole) AS p90
          FROM waited AS w
         GROUP BY w.party),
    receipt AS MATERIALIZED (
        SELECT CASE side WHEN 'donor' THEN r.donor::text ELSE r.country END AS party, r.*
          FROM report_receipts(target, of_set, of_commitments, of_country) AS r
         WHERE NOT r.in_kind),
    received AS MATERIALIZED (
        SELECT r.party, count(*) FILTER (WHERE r.invited) AS disbursements,
               count(*) FILTER (WHERE r.invited AND r.due) AS due,
               count(*) FILTER (WHERE r.invited AND r.due AND r.state = 'CONFIRMED') AS confirmed,
               count(*) FILTER (WHERE r.outcome = 'not_visible') AS not_visible,
               percentile_disc(0.5) WITHIN GROUP (ORDER BY r.received_on - r.value_date) AS median,
               percentile_disc(0.9) WITHIN GROUP (ORDER BY r.received_on - r.value_date) AS p90
          FROM receipt AS r
         GROUP BY r.party),
    reconciled AS MATERIALIZED (
        SELECT r.party, r.currency, sum(r.amount) FILTER (WHERE r.invited) AS reported,
               sum(r.amount) FILTER (WHERE r.invited AND r.due) AS due,
               sum(r.amount) FILTER (WHERE r.invited AND r.due AND r.state = 'CONFIRMED')
                   AS confirmed,
               sum(r.amount) FILTER (WHERE r.outcome IS NOT NULL) AS answered,
               sum(r.difference) AS difference,
               sum(r.amount) FILTER (WHERE r.outcome = 'not_visible') AS not_visible
          FROM receipt AS r
         GROUP BY r.party, r.currency),
    tying AS MATERIALIZED (
        SELECT p.party, p.currency,
               sum(p.amount) FILTER (WHERE w.counts AND w.tied_status = '5') AS untied,
               sum(p.amount) FILTER (WHERE w.counts AND tying_is_said(w.tied_status)) AS reported,
               sum(p.amount) FILTER (WHERE w.counts AND NOT tying_is_said(w.tied_status))
                   AS unreported,
               sum(p.amount) FILTER (WHERE w.counts) AS counted
          FROM part AS p
          JOIN report_commitments(of_commitments) AS c ON c.commitment_id = p.commitment_id
         CROSS JOIN LATERAL (
               SELECT coalesce(p.tied_status, c.tied_status) AS tied_status,
                      tying_left_out(coalesce(p.aid_type, c.aid_type)) IS NULL AS counts) AS w
         WHERE p.transaction_type = '2' AND p.party IS NOT NULL
         GROUP BY p.party, p.currency),
    timely AS MATERIALIZED (
        SELECT t.donor::text AS party, t.measure, t.numerator, t.denominator, t.value
          FROM report_timeliness(of_commitments) AS t
         WHERE side = 'donor' AND t.measure IN ('timeliness', 'forward_looking')),
    told AS (
        SELECT m.party, r.*, m.currency
          FROM money AS m
         CROSS JOIN LATERAL (VALUES
               (10, 'M-B1', 'amount', NULL::numeric, NULL::numeric, m.committed, NULL),
               (11, 'M-B2', 'amount', NULL, NULL, m.disbursed, NULL),
               (12, 'M-B2-reimbursed', 'amount', NULL, NULL, m.reimbursed, NULL),
               (13, 'M-B3', 'amount', NULL, NULL, m.expended, NULL),
               (14, 'M-B4', 'amount', NULL, NULL, m.committed - m.disbursed - m.reimbursed, NULL),
               (16, 'M-B5-cumulative', 'rate', m.disbursed, m.committed, NULL,
                    'nothing committed'),
               (20, 'M-C1-220-committed', 'rate', m.c1, m.committed, NULL, 'nothing committed'),
               (21, 'M-C1-principal-committed', 'rate', m.c2, m.committed, NULL,
                    'nothing committed'),
               (22, 'M-C1-significant-committed', 'rate', m.c3, m.committed, NULL,
                    'nothing committed'),
               (23, 'M-C1-220-disbursed', 'rate', m.d1, m.disbursed, NULL, 'nothing disbursed'),
               (24, 'M-C1-principal-disbursed', 'rate', m.d2, m.disbursed, NULL,
                    'nothing disbursed'),
               (25, 'M-C1-significant-disbursed', 'rate', m.d3, m.disbursed, NULL,
                    'nothing disbursed'))
               AS r (place, measure, kind, numerator, denominator, value, reason)
         UNION ALL
        SELECT p.party, r.*, p.currency
          FROM promise AS p
         CROSS JOIN LATERAL (VALUES
               (15, 'M-B5-planned', 'rate', p.paid, p.planned, NULL::numeric,
                    'nothing scheduled for years that have ended'),
               (17, 'M-B6', 'amount', NULL, NULL, p.paid - p.planned, NULL),
               (30, '5a_1', 'rate', p.within, p.scheduled, NULL,
                    CASE WHEN p.scheduled IS NULL THEN 'the ledger held nothing when years began'
                         ELSE 'nothing scheduled' END),
               (31, '5a_2', 'rate', p.beyond,
                    CASE WHEN p.disbursed = 0 THEN NULL ELSE p.disbursed END,
                    CASE WHEN p.disbursed = 0 AND p.scheduled > 0 THEN 0 END,
                    CASE WHEN p.scheduled IS NULL THEN 'the ledger held nothing when years began'
                         ELSE 'nothing disbursed or scheduled' END),
               (32, 'M-P4', 'rate', p.moved, p.scheduled, NULL,
                    CASE WHEN p.scheduled IS NULL THEN 'the ledger held nothing when years began'
                         ELSE 'nothing scheduled' END))
               AS r (place, measure, kind, numerator, denominator, value, reason)
         UNION ALL
        SELECT a.party, r.*, NULL
          FROM asked AS a
          LEFT JOIN time_ AS t ON t.party = a.party
         CROSS JOIN LATERAL (VALUES
               (40, 'M-O1-count', 'rate', a.in_time::numeric, a.due::numeric, NULL::numeric,
                    'no input is due'),
               (42, 'M-O2-endorsed', 'rate', a.endorsed, a.invited, NULL, 'nobody was invited'),
               (43, 'M-O2-endorsed_with_reservation', 'rate', a.reserved, a.invited, NULL,
                    'nobody was invited'),
               (44, 'M-O2-change_requested', 'rate', a.change_requested, a.invited, NULL,
                    'nobody was invited'),
               (45, 'M-O2-contested', 'rate', a.contested, a.invited, NULL, 'nobody was invited'),
               (46, 'M-O2-no_position', 'rate', a.silent, a.invited, NULL, 'nobody was invited'),
               (47, 'M-O2-awaited', 'rate', a.invited - a.lodged - a.silent, a.invited, NULL,
                    'nobody was invited'),
               (50, 'M-O3', 'rate', a.taken_up, a.needing, NULL, 'no position needs an answer'),
               (51, 'M-O4-median', 'days', t.answered, coalesce(t.needing, 0), t.median,
                    CASE WHEN t.needing IS NULL THEN 'no position needs an answer'
                         ELSE 'less than half are answered' END),
               (52, 'M-O4-p90', 'days', t.answered, coalesce(t.needing, 0), t.p90,
                    CASE WHEN t.needing IS NULL THEN 'no position needs an answer'
                         ELSE 'less than nine tenths are answered' END),
               (53, 'M-O5', 'rate', a.early, a.dated, NULL,
                    CASE WHEN a.lodged = 0 THEN 'no position'
                         ELSE 'no agreement that a position is on has a date' END))
               AS r (place, measure, kind, numerator, denominator, value, reason)
         UNION ALL
        SELECT w.party, 41, 'M-O1-value', 'rate', coalesce(w.in_time, 0), w.due, NULL,
               'nothing committed', w.currency
          FROM worth AS w
         UNION ALL
        SELECT d.party, r.*, NULL
          FROM received AS d
         CROSS JOIN LATERAL (VALUES
               (60, 'M-R1-count', 'rate', d.confirmed::numeric, d.due::numeric, NULL::numeric,
                    'no receipt is due'),
               (63, 'M-R3-count', 'rate', d.not_visible, d.disbursements, NULL,
                    'no disbursement is asked about'),
               (65, 'M-R4-median', 'days', NULL, NULL, d.median, 'nothing was received'),
               (66, 'M-R4-p90', 'days', NULL, NULL, d.p90, 'nothing was received'))
               AS r (place, measure, kind, numerator, denominator, value, reason)
         UNION ALL
        SELECT c.party, r.*, c.currency
          FROM reconciled AS c
         CROSS JOIN LATERAL (VALUES
               (61, 'M-R1-value', 'rate', coalesce(c.confirmed, 0), c.due, NULL::numeric,
                    'no receipt is due'),
               (62, 'M-R2', 'rate', coalesce(c.difference, 0), c.answered, NULL,
                    'the government said nothing'),
               (64, 'M-R3-value', 'rate', coalesce(c.not_visible, 0), c.reported, NULL,
                    'no disbursement is asked about'))
               AS r (place, measure, kind, numerator, denominator, value, reason)
         UNION ALL
        SELECT y.party, r.*, y.currency
          FROM tying AS y
         CROSS JOIN LATERAL (VALUES
               (70, '10-untied', 'rate', coalesce(y.untied, 0), y.reported, NULL::numeric,
                    'nothing reported'),
               (71, '10-unreported', 'rate', coalesce(y.unreported, 0), y.counted, NULL,
                    'nothing committed that counts'))
               AS r (place, measure, kind, numerator, denominator, value, reason)
         UNION ALL
        SELECT y.party, CASE y.measure WHEN 'timeliness' THEN 80 ELSE 81 END, y.measure, 'score',
               y.numerator, y.denominator, y.value, 'no transactions, or nothing runs', NULL
          FROM timely AS y)
    SELECT t.party, t.place, t.measure, t.kind, t.currency, t.numerator, t.denominator,
           CASE WHEN t.kind = 'rate' THEN coalesce(t.value,
                    report_share(t.numerator, t.denominator)::numeric)
                ELSE t.value END,
           CASE WHEN 'NaN' IN (t.numerator, t.denominator, t.value) THEN 'no rate'
                ELSE t.reason END
      FROM told AS t;
END
$$;
COMMENT ON FUNCTION report_scorecard(text, text, uuid, text, text) IS
    'Every measure of a scorecard, for each donor ("donor") or each recipient country, with what '
    'it divides. "reason" says why a value is null, where it is.';

-- ---------------------------------------------------------------- who may ask

GRANT EXECUTE ON FUNCTION report_scope(text, text), report_donors(text), report_parties(),
      report_parts(uuid[], text, text[], daterange),
      report_paid(uuid[], text), report_corrections(uuid[]),
      report_said(uuid[]), report_input_states(uuid[], text), report_confirmations(uuid[], text),
      report_taken_up(uuid[], text), report_scheduled(uuid[], text), report_commitments(uuid[]),
      report_schedules(uuid[]), report_contents(uuid[]), report_activities(uuid[]),
      report_links(text, uuid[]), report_inputs(uuid[], text),
      report_parts_converted(text, uuid, uuid[], text, text[], daterange),
      report_parts_in(text, uuid, uuid[], text, text[], daterange),
      report_receipts(text, uuid, uuid[], text),
      report_payments_converted(text, uuid, uuid[], text),
      report_payments(text, uuid, uuid[], text), report_instalments(text, uuid, uuid[], text),
      report_promises(text, uuid, uuid[], text), report_flows(text, uuid)
   TO aidledger_reporter, aidledger_public, aidledger_scoped;
GRANT EXECUTE ON FUNCTION report_records(uuid[]), report_answers(uuid[]), report_lapsed(uuid[]),
      report_voices(uuid[], text, text), tying_is_said(text),
      report_tying(text, uuid, uuid[], text, daterange),
      cube_parts(text, uuid, uuid[], text, daterange), report_disbursements(uuid[], text),
      report_forward(text, uuid, uuid[], text), report_updates(uuid[]), report_outlook(uuid[]),
      report_timeliness(uuid[]), report_systems(text, uuid, uuid[], text),
      report_scorecard(text, text, uuid, text, text)
   TO aidledger_reporter;
