-- What reports on tying, timeliness, budgets and frameworks count, and the measures of scorecards.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

CREATE FUNCTION report_commitments()
RETURNS TABLE (commitment_id uuid, donor uuid, origin text, status text, effective_date date,
               published_on date, revision integer, schedule integer, tied_status text,
               aid_type text, start_date date, end_date date, countries text[])
LANGUAGE sql STABLE
AS $$
    WITH said AS (
        SELECT s.*, e.at,
               row_number() OVER (PARTITION BY s.commitment_id ORDER BY s.version DESC) AS newest,
               min(e.at) FILTER (WHERE s.published) OVER (PARTITION BY s.commitment_id) AS since
          FROM ledger_leaf AS l
          JOIN commitment_state AS s ON s.entry = l.entry
          JOIN ledger_entry AS e ON e.entry = l.entry
         WHERE l.leaf_index < report_position())
    SELECT s.commitment_id, c.organisation_id, c.origin, s.status, s.effective_date,
           (s.since AT TIME ZONE 'UTC')::date, s.revision, s.schedule, r.tied_status, r.aid_type,
           r.start_date, r.end_date, r.countries
      FROM said AS s
      JOIN commitment AS c ON c.id = s.commitment_id
      JOIN commitment_revision AS r
        ON r.commitment_id = s.commitment_id AND r.revision = s.revision
     WHERE s.newest = 1 AND s.published
$$;
COMMENT ON FUNCTION report_commitments() IS
    'The public commitments as they stood at the report''s position, each with its content in '
    'force.';

-- ---------------------------------------------------------------- tied and untied

CREATE FUNCTION report_tying(target text, of_set uuid)
RETURNS TABLE (transaction_id uuid, donor uuid, country text, transaction_date date,
               in_kind boolean, currency text, amount numeric, stated numeric, tying text)
LANGUAGE sql STABLE
AS $$
    SELECT p.transaction_id, p.donor, p.country, p.transaction_date, t.in_kind IS NOT NULL,
           p.currency, p.amount, p.stated,
           CASE WHEN coalesce(t.aid_type, c.aid_type) IN ('D01', 'D02', 'G01') THEN 'disregarded'
                ELSE CASE coalesce(t.tied_status, c.tied_status)
                         WHEN '3' THEN 'partially_tied'
                         WHEN '4' THEN 'tied'
                         WHEN '5' THEN 'untied'
                         ELSE 'unreported' END END
      FROM report_parts_in(target, of_set) AS p
      JOIN transaction AS t ON t.id = p.transaction_id
      JOIN report_commitments() AS c ON c.commitment_id = p.commitment_id
     WHERE p.transaction_type = '2'
$$;
COMMENT ON FUNCTION report_tying(text, uuid) IS
    'Committed money by whether what it buys is tied: as the record says, or else the commitment '
    'as it stands. Technical co-operation (aid types D01, D02) and administrative costs (G01) are '
    'disregarded, as DAC statistics on tying do.';

GRANT EXECUTE ON FUNCTION report_commitments(), report_tying(text, uuid) TO aidledger_reporter;

-- ---------------------------------------------------------------- timeliness and forward-looking

CREATE FUNCTION month_number(day date) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT (extract(year FROM day) * 12 + extract(month FROM day))::integer $$;
COMMENT ON FUNCTION month_number(date) IS 'Months counted through, so that they can be subtracted.';

-- The classes of publishing frequency, left to right; the first that fits holds. "ago" lists how many
-- months ago something new came; the current month, 0, does not count.
CREATE FUNCTION frequency_class(since date, today date, ago integer[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN since IS NULL THEN NULL
        WHEN since <= today - interval '1 year' THEN
            CASE WHEN n.last_12 >= 7 AND n.last_2 >= 1 THEN 'monthly'
                 WHEN n.last_12 >= 3 AND n.last_4 >= 1 THEN 'quarterly'
                 WHEN n.last_6 >= 1 AND n.last_12 > n.last_6 THEN 'six_monthly'
                 WHEN n.last_12 >= 1 THEN 'annual'
                 ELSE 'less_than_annual' END
        WHEN since <= today - interval '6 months' THEN
            CASE WHEN n.last_6 >= 4 THEN 'monthly'
                 WHEN n.last_3 >= 1 AND n.last_6 > n.last_3 THEN 'quarterly'
                 ELSE 'annual' END
        WHEN since <= today - interval '3 months' AND n.last_3 = 3 THEN 'monthly'
        ELSE 'annual' END
      FROM (SELECT count(DISTINCT m) FILTER (WHERE m BETWEEN 1 AND 2) AS last_2,
                   count(DISTINCT m) FILTER (WHERE m BETWEEN 1 AND 3) AS last_3,
                   count(DISTINCT m) FILTER (WHERE m BETWEEN 1 AND 4) AS last_4,
                   count(DISTINCT m) FILTER (WHERE m BETWEEN 1 AND 6) AS last_6,
                   count(DISTINCT m) FILTER (WHERE m BETWEEN 1 AND 12) AS last_12
              FROM unnest(ago) AS m) AS n
$$;
COMMENT ON FUNCTION frequency_class(date, date, integer[]) IS
    'How often a publisher has something new, by the rules of the IATI Dashboard.';

CREATE FUNCTION lag_class(ago integer[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE WHEN n.last_3 >= 2 THEN 'one_month'
                WHEN n.last_3 = 1 THEN 'a_quarter'
                WHEN n.last_6 >= 1 THEN 'six_months'
                WHEN n.last_12 >= 1 THEN 'one_year'
                ELSE 'more_than_one_year' END
      FROM (SELECT count(DISTINCT m) FILTER (WHERE m BETWEEN 1 AND 3) AS last_3,
                   count(DISTINCT m) FILTER (WHERE m BETWEEN 1 AND 6) AS last_6,
                   count(DISTINCT m) FILTER (WHERE m BETWEEN 1 AND 12) AS last_12
              FROM unnest(ago) AS m) AS n
$$;
COMMENT ON FUNCTION lag_class(integer[]) IS
    'How long ago the newest money is dated, by the rules of the IATI Dashboard.';

CREATE FUNCTION class_score(class text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE class
        WHEN 'monthly' THEN 4 WHEN 'one_month' THEN 4
        WHEN 'quarterly' THEN 3 WHEN 'a_quarter' THEN 3
        WHEN 'six_monthly' THEN 2 WHEN 'six_months' THEN 2
        WHEN 'annual' THEN 1 WHEN 'one_year' THEN 1
        WHEN 'less_than_annual' THEN 0 WHEN 'more_than_one_year' THEN 0 END
$$;
COMMENT ON FUNCTION class_score(text) IS 'The points of a class of frequency or time lag: 4 to 0.';

CREATE FUNCTION report_updates()
RETURNS TABLE (donor uuid, since date, dashboard_ago integer[], ago integer[],
               dashboard_dated integer[], dated integer[], future bigint)
LANGUAGE sql STABLE
AS $$
    WITH record AS MATERIALIZED (
        SELECT t.organisation_id AS donor, t.transaction_date AS dated,
               (t.recorded_at AT TIME ZONE 'UTC')::date AS recorded_on
          FROM ledger_leaf AS l
          JOIN transaction AS t ON t.entry = l.entry
         WHERE l.leaf_index < report_position()),
    -- Seen on a day: what was recorded by then and is not dated later. The Dashboard sees a record
    -- that is dated ahead on the day it is dated, as if something had been published then.
    seen AS (
        SELECT r.donor, f.fixed, f.day, max(r.dated) AS newest
          FROM record AS r
         CROSS JOIN LATERAL (
               SELECT false AS fixed, greatest(r.recorded_on, r.dated) AS day
                UNION ALL
               SELECT true, r.recorded_on WHERE r.dated <= r.recorded_on) AS f
         WHERE f.day <= (SELECT report_day())
         GROUP BY r.donor, f.fixed, f.day),
    moved AS (
        SELECT s.donor, s.fixed, s.day, s.newest,
               max(s.newest) OVER (PARTITION BY s.donor, s.fixed ORDER BY s.day
                                   ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
          FROM seen AS s),
    updated AS (
        SELECT m.donor,
               array_agg(DISTINCT month_number((SELECT report_day())) - month_number(m.day))
                   FILTER (WHERE NOT m.fixed) AS dashboard_ago,
               array_agg(DISTINCT month_number((SELECT report_day())) - month_number(m.day))
                   FILTER (WHERE m.fixed) AS ago
          FROM moved AS m
         WHERE m.before IS NULL OR m.newest > m.before
         GROUP BY m.donor),
    dated AS (
        SELECT r.donor, min(r.recorded_on) AS since,
               array_agg(DISTINCT month_number((SELECT report_day())) - month_number(r.dated))
                   AS dashboard_dated,
               array_agg(DISTINCT month_number((SELECT report_day())) - month_number(r.dated))
                   FILTER (WHERE r.dated <= r.recorded_on) AS dated,
               count(*) FILTER (WHERE r.dated > r.recorded_on) AS future
          FROM record AS r
         GROUP BY r.donor)
    SELECT d.donor, d.since, u.dashboard_ago, u.ago, d.dashboard_dated, d.dated, d.future
      FROM dated AS d
      LEFT JOIN updated AS u ON u.donor = d.donor
$$;
COMMENT ON FUNCTION report_updates() IS
    'For each donor with transactions up to the report''s position: since when it states them, how '
    'many months before the report''s day something new came, and in which months its money is '
    'dated; as the IATI Dashboard counts, and without records that were dated ahead of the day '
    'they were recorded.';

CREATE FUNCTION report_outlook()
RETURNS TABLE (donor uuid, years_ahead integer, current_commitments bigint, scheduled bigint)
LANGUAGE sql STABLE
AS $$
    WITH money AS (
        SELECT t.commitment_id, t.currency, extract(year FROM t.transaction_date)::integer AS year,
               sum(t.amount) FILTER (WHERE t.transaction_type = '2') AS committed,
               sum(t.amount) FILTER (WHERE t.transaction_type IN ('3', '4')) AS spent
          FROM ledger_leaf AS l
          JOIN transaction AS t ON t.entry = l.entry
         WHERE l.leaf_index < report_position()
         GROUP BY 1, 2, 3),
    year AS (
        SELECT k AS years_ahead, extract(year FROM (SELECT report_day()))::integer + k AS year
          FROM generate_series(0, 2) AS k),
    running AS (
        SELECT c.donor, c.commitment_id, c.schedule, y.years_ahead, y.year
          FROM report_commitments() AS c
         CROSS JOIN year AS y
         WHERE c.status IN ('REGISTERED', 'EFFECTIVE', 'SUSPENDED')
           AND (c.end_date IS NULL OR extract(year FROM c.end_date) >= y.year)
           AND (c.end_date IS NULL OR c.end_date >= (SELECT report_day()) + interval '6 months')),
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
     GROUP BY m.donor, m.years_ahead
$$;
COMMENT ON FUNCTION report_outlook() IS
    'For each donor and each of three years from that of the report''s day on: the commitments '
    'that run in it, and those of them with money scheduled for it. Left out are those that end '
    'within six months and those of which nine tenths are spent, as the IATI Dashboard does.';

CREATE FUNCTION report_timeliness()
RETURNS TABLE (donor uuid, place integer, measure text, numerator numeric, denominator numeric,
               dashboard_class text, class text, dashboard_value numeric, value numeric,
               reason text)
LANGUAGE sql STABLE
AS $$
    WITH outlook AS MATERIALIZED (
        SELECT o.* FROM report_outlook() AS o),
    update_ AS MATERIALIZED (
        SELECT u.* FROM report_updates() AS u),
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
COMMENT ON FUNCTION report_timeliness() IS
    'How timely and how forward-looking each donor is by the formulas of the IATI Dashboard, as '
    'they give it and without their known defects, and why the two differ.';

GRANT EXECUTE ON FUNCTION month_number(date), frequency_class(date, date, integer[]),
      lag_class(integer[]), class_score(text), report_updates(), report_outlook(),
      report_timeliness()
   TO aidledger_reporter;

-- ---------------------------------------------------------------- frameworks

CREATE FUNCTION report_links(of_country text)
RETURNS TABLE (link_id uuid, commitment_id uuid, framework text, framework_version text,
               item text, share numeric, endorsed boolean, refused boolean)
LANGUAGE sql STABLE
AS $$
    WITH stated AS (
        SELECT DISTINCT ON (k.commitment_id, k.framework, k.framework_version, k.item) k.*
          FROM ledger_leaf AS l
          JOIN framework_link AS k ON k.entry = l.entry
         WHERE l.leaf_index < report_position()
         ORDER BY k.commitment_id, k.framework, k.framework_version, k.item, k.ordinal DESC),
    answered AS (
        SELECT DISTINCT ON (a.link_id, a.country) a.link_id, a.answer
          FROM ledger_leaf AS l
          JOIN link_answer AS a ON a.entry = l.entry
         WHERE l.leaf_index < report_position()
           AND (of_country IS NULL OR a.country = of_country)
         ORDER BY a.link_id, a.country, a.ordinal DESC),
    judged AS (
        SELECT a.link_id, bool_or(a.answer = 'refused') AS refused FROM answered AS a
         GROUP BY a.link_id)
    SELECT s.id, s.commitment_id, s.framework, s.framework_version, s.item, s.share,
           coalesce(NOT j.refused, false), coalesce(j.refused, false)
      FROM stated AS s
      LEFT JOIN judged AS j ON j.link_id = s.id
     WHERE NOT s.withdrawn
$$;
COMMENT ON FUNCTION report_links(text) IS
    'The links in force at the report''s position. Endorsed is one that a recipient government '
    'endorsed and none refused, or the one government asked about; an answer is to the statement '
    'in force and not to earlier ones.';

CREATE FUNCTION report_items(of_framework text, of_version text)
RETURNS TABLE (framework text, framework_version text, place integer, item text, kind text)
LANGUAGE sql STABLE
AS $$
    WITH version AS (
        SELECT v.framework, v.version, v.ordinal
          FROM framework_version AS v
         WHERE v.framework = of_framework
           AND (of_version IS NULL OR v.version = of_version)
           AND (v.entry IS NULL OR EXISTS (SELECT FROM ledger_leaf AS l
                                            WHERE l.entry = v.entry
                                              AND l.leaf_index < report_position()))
           AND EXISTS (SELECT FROM framework_item AS i
                        WHERE i.framework = v.framework AND i.framework_version = v.version)),
    linked AS (
        SELECT DISTINCT k.framework_version FROM report_links(NULL) AS k
         WHERE k.framework = of_framework)
    SELECT i.framework, i.framework_version, (v.ordinal * 10000 + i.ordinal), i.code, i.kind
      FROM version AS v
      JOIN framework_item AS i ON i.framework = v.framework AND i.framework_version = v.version
     WHERE v.version IN (SELECT k.framework_version FROM linked AS k)
        OR v.ordinal = (SELECT max(w.ordinal) FROM version AS w)
$$;
COMMENT ON FUNCTION report_items(text, text) IS
    'The items of a framework that a report on its coverage lists: those of versions that anything '
    'is linked to, and of the newest version, at the report''s position.';

GRANT EXECUTE ON FUNCTION report_links(text), report_items(text, text) TO aidledger_reporter;

CREATE FUNCTION report_framework(of_framework text, of_version text) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
    faults jsonb := '[]';
BEGIN
    IF NOT EXISTS (SELECT FROM framework AS f
                    WHERE f.code = of_framework
                      AND (f.entry IS NULL OR ledger_holds(f.entry, report_position()))) THEN
        faults := jsonb_build_array(jsonb_build_object(
            'parameter', 'framework', 'rule', 'known_item',
            'detail', format('At tree size %s there is no framework "%s"; see /v1/frameworks.',
                             report_position(), of_framework)));
    ELSIF of_version IS NOT NULL
          AND NOT EXISTS (SELECT FROM framework_version AS v
                           WHERE v.framework = of_framework AND v.version = of_version
                             AND (v.entry IS NULL OR ledger_holds(v.entry, report_position()))) THEN
        faults := jsonb_build_array(jsonb_build_object(
            'parameter', 'version', 'rule', 'known_item',
            'detail', format('At tree size %s there is no version "%s" of it.',
                             report_position(), of_version)));
    END IF;
    IF faults <> '[]' THEN
        RAISE EXCEPTION USING ERRCODE = 'AL422',
            MESSAGE = 'The report cannot be made of this framework.', DETAIL = faults::text;
    END IF;
    RETURN of_framework;
END
$$;
COMMENT ON FUNCTION report_framework(text, text) IS
    'The framework a report is about; it and its version stand at the report''s position, or the '
    'report ends: otherwise everything would seem to be linked to nothing.';

-- ---------------------------------------------------------------- scorecards

CREATE AGGREGATE numeric_product(numeric) (
    SFUNC = numeric_mul, STYPE = numeric, INITCOND = '1', PARALLEL = SAFE);
COMMENT ON AGGREGATE numeric_product(numeric) IS
    'The exact product of numbers, so that chances can be multiplied without rounding.';

CREATE FUNCTION report_answer_times(side text, only_donor uuid)
RETURNS TABLE (party text, needing bigint, answered bigint, median integer, p90 integer)
LANGUAGE sql STABLE
AS $$
    WITH position_ AS MATERIALIZED (
        SELECT CASE side WHEN 'donor' THEN i.donor::text ELSE i.country END AS party,
               a.id IS NOT NULL AS answered,
               greatest(coalesce((a.recorded_at AT TIME ZONE 'UTC')::date, (SELECT report_day()))
                        - (p.recorded_at AT TIME ZONE 'UTC')::date, 0) AS days
          FROM report_inputs() AS i
          JOIN ownership_position AS p ON p.id = i.position_id
          LEFT JOIN (ownership_answer AS a
                     JOIN ledger_leaf AS l ON l.entry = a.entry
                                          AND l.leaf_index < report_position())
            ON a.position_id = i.position_id
         WHERE p.position <> 'endorse'
           AND (only_donor IS NULL OR i.donor = only_donor)),
    -- Kaplan and Meier: who is not answered yet has waited so long at least.
    waiting AS (
        SELECT p.party, p.days, count(*) FILTER (WHERE p.answered) AS answered,
               sum(count(*)) OVER (PARTITION BY p.party ORDER BY p.days DESC) AS at_risk
          FROM position_ AS p
         GROUP BY p.party, p.days),
    survived AS (
        SELECT w.party, w.days,
               numeric_product(w.at_risk - w.answered) OVER sooner AS part,
               numeric_product(w.at_risk) OVER sooner AS whole
          FROM waiting AS w
         WHERE w.answered > 0
        WINDOW sooner AS (PARTITION BY w.party ORDER BY w.days))
    SELECT p.party, count(*), count(*) FILTER (WHERE p.answered),
           (SELECT min(s.days) FROM survived AS s
             WHERE s.party = p.party AND s.part * 2 <= s.whole),
           (SELECT min(s.days) FROM survived AS s
             WHERE s.party = p.party AND s.part * 10 <= s.whole)
      FROM position_ AS p
     GROUP BY p.party
$$;
COMMENT ON FUNCTION report_answer_times(text, uuid) IS
    'In how many days positions are answered, for each donor or each country: by when half and by '
    'when nine tenths are. Those not answered yet are not dropped, they count as waiting '
    '(censored), so that a limit that is not reached is null.';

CREATE FUNCTION report_scorecard(side text, target text, of_set uuid, of_donor text)
RETURNS TABLE (party text, place integer, measure text, kind text, currency text,
               numerator numeric, denominator numeric, value numeric, reason text)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    -- Of nobody, where there is none of this name.
    only_donor uuid := CASE WHEN of_donor IS NOT NULL THEN coalesce(
                           (SELECT o.id FROM organisation AS o
                             WHERE of_donor IN (o.identifier, o.id::text)),
                           '00000000-0000-0000-0000-000000000000') END;
BEGIN
    PERFORM report_converts(target, of_set);
    RETURN QUERY
    WITH part AS MATERIALIZED (
        SELECT CASE side WHEN 'donor' THEN p.donor::text ELSE p.country END AS party, p.*
          FROM report_parts_in(target, of_set) AS p
          JOIN transaction AS t ON t.id = p.transaction_id
         WHERE t.in_kind IS NULL
           AND (only_donor IS NULL OR p.donor = only_donor)),
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
          FROM report_promises(target, of_set) AS p
         WHERE (side = 'donor' OR p.country IS NOT NULL)
           AND (only_donor IS NULL OR p.donor = only_donor)
         GROUP BY 1, p.currency),
    input AS MATERIALIZED (
        SELECT CASE side WHEN 'donor' THEN i.donor::text ELSE i.country END AS party,
               i.commitment_id, i.country, i.effective_date, p.position,
               i.state <> 'NOT_INVITED' AS invited,
               coalesce(i.due_on < (SELECT report_day()), false) AS due, p.id IS NOT NULL AS lodged,
               coalesce(i.due_on < (SELECT report_day()) AND NOT p.late, false) AS in_time,
               a.answer,
               (p.recorded_at AT TIME ZONE 'UTC')::date AS lodged_on
          FROM report_inputs() AS i
          LEFT JOIN ownership_position AS p ON p.id = i.position_id
          LEFT JOIN (ownership_answer AS a
                     JOIN ledger_leaf AS l ON l.entry = a.entry
                                          AND l.leaf_index < report_position())
            ON a.position_id = i.position_id
         WHERE only_donor IS NULL OR i.donor = only_donor),
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
    time_ AS MATERIALIZED (
        SELECT t.* FROM report_answer_times(side, only_donor) AS t),
    receipt AS MATERIALIZED (
        SELECT CASE side WHEN 'donor' THEN r.donor::text ELSE r.country END AS party, r.*
          FROM report_receipts(target, of_set) AS r
         WHERE NOT r.in_kind AND (only_donor IS NULL OR r.donor = only_donor)),
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
        SELECT CASE side WHEN 'donor' THEN t.donor::text ELSE t.country END AS party, t.currency,
               sum(t.amount) FILTER (WHERE t.tying = 'untied') AS untied,
               sum(t.amount) FILTER (WHERE t.tying IN ('untied', 'partially_tied', 'tied'))
                   AS reported,
               sum(t.amount) FILTER (WHERE t.tying = 'unreported') AS unreported,
               sum(t.amount) FILTER (WHERE t.tying <> 'disregarded') AS counted
          FROM report_tying(target, of_set) AS t
         WHERE NOT t.in_kind AND (side = 'donor' OR t.country IS NOT NULL)
           AND (only_donor IS NULL OR t.donor = only_donor)
         GROUP BY 1, t.currency),
    timely AS MATERIALIZED (
        SELECT t.donor::text AS party, t.measure, t.numerator, t.denominator, t.value
          FROM report_timeliness() AS t
         WHERE side = 'donor' AND t.measure IN ('timeliness', 'forward_looking')
           AND (only_donor IS NULL OR t.donor = only_donor)),
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
COMMENT ON FUNCTION report_scorecard(text, text, uuid, text) IS
    'Every measure of a scorecard, for each donor ("donor") or each recipient country, with what '
    'it divides. "reason" says why a value is null, where it is.';

GRANT EXECUTE ON FUNCTION report_framework(text, text), numeric_product(numeric),
      report_answer_times(text, uuid), report_scorecard(text, text, uuid, text)
   TO aidledger_reporter;

CREATE FUNCTION report_figure(figure numeric, minor_unit integer, kind text, is_value boolean,
                              target text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN figure IS NULL OR figure = 'NaN' THEN NULL
        WHEN is_value AND kind IN ('rate', 'score') THEN round(figure, 2)::text
        WHEN minor_unit IS NOT NULL THEN report_sum(figure, minor_unit, target)
        ELSE trim_scale(figure)::text END
$$;
COMMENT ON FUNCTION report_figure(numeric, integer, text, boolean, text) IS
    'A figure of a scorecard as it is printed: rates with two decimals, money with those of its '
    'currency, counts and days as they are.';

CREATE FUNCTION report_unit(kind text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE kind WHEN 'amount' THEN 'currency of the row' WHEN 'days' THEN 'days'
                     ELSE 'percent' END
$$;
COMMENT ON FUNCTION report_unit(text) IS 'The unit of a value of a scorecard.';

GRANT EXECUTE ON FUNCTION report_figure(numeric, integer, text, boolean, text),
      report_unit(text)
   TO aidledger_reporter;

-- ---------------------------------------------------------------- budgets and country systems

CREATE FUNCTION report_systems(target text, of_set uuid)
RETURNS TABLE (donor uuid, country text, year integer, currency text, disbursed numeric,
               channel_unstated numeric, aid_type_unstated numeric, treasury numeric,
               budget_support numeric)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    PERFORM report_converts(target, of_set);
    RETURN QUERY
    WITH told AS (
        SELECT p.donor, p.country, p.currency, p.amount,
               fiscal_year(p.transaction_date, coalesce(k.start_month, 1),
                           coalesce(k.start_day, 1), k.label) AS year,
               coalesce(t.disbursement_channel, o.disbursement_channel) AS channel,
               coalesce(t.aid_type, o.aid_type, c.aid_type) AS aid_type
          FROM report_payments(target, of_set) AS p
          JOIN transaction AS t ON t.id = p.transaction_id
          LEFT JOIN transaction AS o ON o.id = t.adjusts
          JOIN report_commitments() AS c ON c.commitment_id = p.commitment_id
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
COMMENT ON FUNCTION report_systems(text, uuid) IS
    'What was disbursed in cash to each country in a fiscal year of it, and of that: what went '
    'through its treasury (disbursement channel 1, or budget support, aid types A01 and A02), '
    'what was budget support, and what says nothing of its channel or of its aid type.';

GRANT EXECUTE ON FUNCTION report_systems(text, uuid) TO aidledger_reporter;
