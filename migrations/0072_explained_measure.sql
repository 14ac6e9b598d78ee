-- Measures explained: scorecards, timeliness, participation, country systems, forward schedules and
-- data limitations, down to the records behind each.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

INSERT INTO explained_figure (report, measure, told_by, aspect, rule, unit)
SELECT s.report, m.measure, m.told_by, m.aspect, m.rule, m.unit
  FROM (VALUES ('donor-scorecard'), ('recipient-scorecard')) AS s (report)
 CROSS JOIN (VALUES
       ('M-B1', 'explain_money', 'all_committed', 'sum', 'money'),
       ('M-B2', 'explain_money', 'all_disbursed', 'sum', 'money'),
       ('M-B2-reimbursed', 'explain_money', 'all_reimbursed', 'sum', 'money'),
       ('M-B3', 'explain_money', 'all_expended', 'sum', 'money'),
       ('M-B4', 'explain_money', 'balance', 'sum', 'money'),
       ('M-B5-planned', 'explain_promises', 'paid_of_planned', 'rate', 'money'),
       ('M-B5-cumulative', 'explain_money', 'paid_of_agreed', 'rate', 'money'),
       ('M-B6', 'explain_promises', 'beyond_plan', 'sum', 'money'),
       ('M-C1-220-committed', 'explain_money', 'ict_220_rate_committed', 'rate', 'money'),
       ('M-C1-principal-committed', 'explain_money', 'ict_principal_rate_committed', 'rate',
           'money'),
       ('M-C1-significant-committed', 'explain_money', 'ict_significant_rate_committed', 'rate',
           'money'),
       ('M-C1-220-disbursed', 'explain_money', 'ict_220_rate_disbursed', 'rate', 'money'),
       ('M-C1-principal-disbursed', 'explain_money', 'ict_principal_rate_disbursed', 'rate',
           'money'),
       ('M-C1-significant-disbursed', 'explain_money', 'ict_significant_rate_disbursed', 'rate',
           'money'),
       ('5a_1', 'explain_promises', 'as_scheduled', 'rate', 'money'),
       ('5a_2', 'explain_promises', 'beyond_rate', 'beyond', 'money'),
       ('M-P4', 'explain_promises', 'churn', 'rate', 'money'),
       ('M-O1-count', 'explain_inputs', 'input_coverage', 'rate', 'count'),
       ('M-O1-value', 'explain_input_money', 'in_time', 'rate', 'money'),
       ('M-O2-endorsed', 'explain_inputs', 'share_endorsed', 'rate', 'count'),
       ('M-O2-endorsed_with_reservation', 'explain_inputs', 'share_endorsed_with_reservation',
           'rate', 'count'),
       ('M-O2-change_requested', 'explain_inputs', 'share_change_requested', 'rate', 'count'),
       ('M-O2-contested', 'explain_inputs', 'share_contested', 'rate', 'count'),
       ('M-O2-no_position', 'explain_inputs', 'share_no_position', 'rate', 'count'),
       ('M-O2-awaited', 'explain_inputs', 'share_awaited', 'rate', 'count'),
       ('M-O3', 'explain_inputs', 'uptake', 'rate', 'count'),
       ('M-O4-median', 'explain_answers', 'median', 'list_waited_median', 'count'),
       ('M-O4-p90', 'explain_answers', 'p90', 'list_waited_p90', 'count'),
       ('M-O5', 'explain_inputs', 'early', 'rate', 'count'),
       ('M-R1-count', 'explain_receipt_counts', 'confirmation_rate', 'rate', 'count'),
       ('M-R1-value', 'explain_receipts', 'confirmation_rate_value', 'rate', 'money'),
       ('M-R2', 'explain_receipts', 'discrepancy_rate', 'rate', 'money'),
       ('M-R3-count', 'explain_receipt_counts', 'visibility_gap', 'rate', 'count'),
       ('M-R3-value', 'explain_receipts', 'visibility_gap_value', 'rate', 'money'),
       ('M-R4-median', 'explain_receipt_counts', 'lag_median', 'list_median', 'count'),
       ('M-R4-p90', 'explain_receipt_counts', 'lag_p90', 'list_p90', 'count'),
       ('10-untied', 'explain_money', 'tying_untied_rate', 'rate', 'money'),
       ('10-unreported', 'explain_money', 'tying_unreported_rate', 'rate', 'money'))
       AS m (measure, told_by, aspect, rule, unit)
 UNION ALL
SELECT s.report, m.measure, m.told_by, m.aspect, m.rule, 'count'
  FROM (VALUES ('donor-scorecard'), ('timeliness')) AS s (report)
 CROSS JOIN (VALUES
       ('frequency', 'explain_months', 'frequency', 'list_frequency'),
       ('time_lag', 'explain_months', 'time_lag', 'list_time_lag'),
       ('timeliness', 'explain_points', 'timeliness', 'list_points'),
       ('forward_0', 'explain_outlook', '0', 'list_outlook'),
       ('forward_1', 'explain_outlook', '1', 'list_outlook'),
       ('forward_2', 'explain_outlook', '2', 'list_outlook'),
       ('forward_looking', 'explain_looks', 'forward_looking', 'list_looks'))
       AS m (measure, told_by, aspect, rule)
 WHERE s.report = 'timeliness' OR m.measure IN ('timeliness', 'forward_looking')
 UNION ALL
SELECT 'participation', m.measure, 'explain_voices', m.measure, m.rule, 'count'
  FROM (VALUES ('invited', 'sum'), ('inputs', 'sum'), ('organisations', 'sum'),
               ('share', 'rate'), ('balance', 'list_balance')) AS m (measure, rule)
 UNION ALL
SELECT 'medium-term-predictability', m.measure, m.told_by, m.measure, m.rule, m.unit
  FROM (VALUES ('plan', 'explain_forward', 'plan', 'count'),
               ('commitments', 'explain_forward', 'sum', 'count'),
               ('commitments_without_schedule', 'explain_forward', 'sum', 'count'),
               ('disbursed', 'explain_covered', 'sum', 'money'),
               ('disbursed_covered', 'explain_covered', 'known', 'money'),
               ('country_covered', 'explain_country_covered', 'rate', 'money'),
               ('scheduled', 'explain_forward', 'sum', 'money'),
               ('scheduled_dated', 'explain_forward', 'sum', 'money'),
               ('commitment_falling', 'explain_forward', 'rounded', 'money'),
               ('commitments_undated', 'explain_forward', 'sum', 'count'),
               ('value_covered', 'explain_forward', 'rate', 'money'))
       AS m (measure, told_by, rule, unit)
 UNION ALL
SELECT 'on-budget', m.measure, 'explain_systems', m.aspect, 'systems', 'money'
  FROM (VALUES ('9b-budget_execution', 'treasury'), ('9b-financial_reporting', 'budget_support'),
               ('9b-auditing', 'budget_support'), ('9b-procurement', 'budget_support'))
       AS m (measure, aspect)
 UNION ALL
SELECT 'on-budget', '9b', 'explain_components', '9b', 'rate', 'money'
 UNION ALL
SELECT 'data-limitations', m.measure, m.told_by, m.measure, 'rate', m.unit
  FROM (VALUES ('imported_commitments', 'explain_limited', 'count'),
               ('imports_not_taken_up', 'explain_limited_inputs', 'count'),
               ('imports_not_taken_up_money', 'explain_limited_money', 'money'),
               ('unlinked_commitments', 'explain_limited', 'count'),
               ('unlinked_money', 'explain_limited_money', 'money'),
               ('money_without_country', 'explain_limited_money', 'money'),
               ('money_without_sector', 'explain_limited_money', 'money'),
               ('silent_inputs', 'explain_limited_inputs', 'count'),
               ('silent_recipients', 'explain_silence', 'count'),
               ('stale_donors', 'explain_speech', 'count'),
               ('unanswered_receipts', 'explain_unanswered', 'count'),
               ('commitments_without_schedule', 'explain_limited', 'count'),
               ('ict_not_marked', 'explain_limited', 'count'),
               ('records_dated_ahead', 'explain_dated_ahead', 'count'))
       AS m (measure, told_by, unit)
 UNION ALL
SELECT 'data-limitations', 'tied_unreported_money', 'explain_money', 'tying_unreported_rate',
       'rate', 'money';

-- ---------------------------------------------------------------- figures made of figures

CREATE FUNCTION figure_json(report text, measure text, key jsonb) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT jsonb_build_object(
               'kind', 'figure', 'report', report, 'measure', measure,
               'donor', key ->> 'donor', 'country', key ->> 'country', 'explained_at',
               '/v1/reports/' || report || '/explain/' || measure || '?' || string_agg(
                   CASE k.name WHEN 'currency' THEN 'of_currency' WHEN 'convert_to' THEN 'currency'
                               ELSE k.name END
                   || '=' || percent_encoded(CASE jsonb_typeof(k.value)
                        WHEN 'array' THEN (SELECT string_agg(e, ',')
                                             FROM jsonb_array_elements_text(k.value) AS e)
                        ELSE k.value #>> '{}' END), '&' ORDER BY k.name))
      FROM jsonb_each(key || jsonb_build_object('as_of', report_position()))
           AS k (name, value)
$$;
COMMENT ON FUNCTION figure_json(text, text, jsonb) IS
    'A figure as a record behind another one, with where it is explained itself.';

-- ---------------------------------------------------------------- answers in time

CREATE FUNCTION explain_input_money(measure text, key jsonb, after text, page_size integer)
RETURNS TABLE (place text, numerator numeric, denominator numeric, base numeric,
               currency text, item jsonb)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    of_donor uuid := explained_donor(key);
    target   text := key ->> 'convert_to';
    of_set   uuid := (key ->> 'rate_set')::uuid;
    today    date := report_day();
BEGIN
    RETURN QUERY
    WITH input AS MATERIALIZED (
        SELECT i.input_id, i.commitment_id, i.country, coalesce(i.due_on < today, false) AS due,
               coalesce(NOT p.late, false) AS in_time
          FROM report_inputs() AS i
          LEFT JOIN ownership_position AS p ON p.id = i.position_id
         WHERE (of_donor IS NULL OR i.donor = of_donor)
           AND explain_fits(key, 'country', i.country)),
    counted AS (
        SELECT p.*, i.input_id, i.in_time,
               CASE WHEN p.in_kind THEN 'it is aid in kind'
                    WHEN NOT i.due THEN 'its deadline has not passed'
                    WHEN p.amount = 'NaN' THEN 'the rate set has no rate for it' END AS excluded
          FROM explained_parts(of_donor, key ->> 'country', ARRAY['2'], target, of_set) AS p
          JOIN input AS i ON i.commitment_id = p.commitment_id AND i.country = p.country
         WHERE measure = 'in_time' AND explain_fits(key, 'currency', p.currency)),
    placed AS (
        SELECT c.*, explain_shows(c.place, after, page_size, row_number() OVER (
                        PARTITION BY after IS NULL OR c.place COLLATE "C" > after
                            ORDER BY c.place COLLATE "C")) AS shown
          FROM counted AS c)
    SELECT p.place,
           CASE WHEN p.excluded IS NULL THEN CASE WHEN p.in_time THEN p.amount ELSE 0 END END,
           CASE WHEN p.excluded IS NULL THEN p.amount END,
           CASE WHEN p.excluded = 'the rate set has no rate for it' THEN 'NaN'::numeric END,
           p.currency,
           CASE WHEN p.shown
                THEN part_json(p.transaction_id, p.ordinal, target, of_set)
                     || jsonb_build_object('ownership_input_id', p.input_id,
                                           'excluded', p.excluded) END
      FROM placed AS p;
END
$$;
COMMENT ON FUNCTION explain_input_money(text, jsonb, text, integer) IS
    'The parts of commitments on which a position was due, and whether it came in time.';

CREATE FUNCTION explain_answers(measure text, key jsonb, after text, page_size integer)
RETURNS TABLE (place text, numerator numeric, denominator numeric, base numeric,
               currency text, item jsonb)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    of_donor uuid := explained_donor(key);
    today    date := report_day();
BEGIN
    RETURN QUERY
    WITH found AS (
        SELECT i.*, p.position, p.entry, (p.recorded_at AT TIME ZONE 'UTC')::date AS lodged_on,
               CASE WHEN ledger_holds(a.entry, report_position()) THEN a.answer END AS answer,
               CASE WHEN ledger_holds(a.entry, report_position())
                    THEN (a.recorded_at AT TIME ZONE 'UTC')::date END AS answered_on
          FROM report_inputs() AS i
          JOIN ownership_position AS p ON p.id = i.position_id
          LEFT JOIN ownership_answer AS a ON a.position_id = i.position_id
         WHERE measure IN ('median', 'p90')
           AND (of_donor IS NULL OR i.donor = of_donor)
           AND explain_fits(key, 'country', i.country)),
    waited AS (
        SELECT f.*, greatest(coalesce(f.answered_on, today) - f.lodged_on, 0) AS days,
               CASE WHEN f.position = 'endorse' THEN 'the position needs no answer' END
                   AS excluded
          FROM found AS f),
    placed AS (
        SELECT w.*, explain_shows(w.sorted, after, page_size, row_number() OVER (
                        PARTITION BY after IS NULL OR w.sorted > after COLLATE "C"
                            ORDER BY w.sorted)) AS shown
          FROM (SELECT d.*, (to_char(d.days, 'FM00000') || '-' || d.input_id) COLLATE "C"
                       AS sorted
                  FROM waited AS d) AS w)
    SELECT p.sorted,
           CASE WHEN p.excluded IS NULL THEN (p.answered_on IS NOT NULL)::integer::numeric END,
           CASE WHEN p.excluded IS NULL THEN 1::numeric END,
           CASE WHEN p.excluded IS NULL THEN p.days::numeric END, NULL::text,
           CASE WHEN p.shown THEN (
               SELECT jsonb_build_object(
                          'kind', 'ownership_input', 'commitment_id', p.commitment_id,
                          'donor', coalesce(o.identifier, o.id::text), 'country', p.country,
                          'ownership_input_id', p.input_id, 'state', p.state,
                          'position_id', p.position_id, 'position', p.position,
                          'lodged_on', p.lodged_on, 'answer', p.answer,
                          'answered_on', p.answered_on, 'days', p.days,
                          'censored', p.answered_on IS NULL, 'entry', p.entry,
                          'excluded', p.excluded)
                 FROM organisation AS o WHERE o.id = p.donor) END
      FROM placed AS p;
END
$$;
COMMENT ON FUNCTION explain_answers(text, jsonb, text, integer) IS
    'The positions that need an answer in the order of the days they waited; one that waits still '
    'is censored: it has waited so long at least.';

CREATE FUNCTION explain_receipt_counts(measure text, key jsonb, after text, page_size integer)
RETURNS TABLE (place text, numerator numeric, denominator numeric, base numeric,
               currency text, item jsonb)
LANGUAGE sql STABLE
AS $$
    SELECT r.place, r.numerator, r.denominator, r.base, NULL::text, r.item
      FROM explain_receipts(measure, key, after, page_size) AS r
$$;
COMMENT ON FUNCTION explain_receipt_counts(text, jsonb, text, integer) IS
    'The disbursements behind a figure that counts them whatever their currency.';

-- ---------------------------------------------------------------- timeliness

CREATE FUNCTION explain_months(measure text, key jsonb, after text, page_size integer)
RETURNS TABLE (place text, numerator numeric, denominator numeric, base numeric,
               currency text, item jsonb)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    of_donor uuid := explained_donor(key);
    today    date := report_day();
    first_on date;
BEGIN
    RETURN QUERY
    WITH record AS MATERIALIZED (
        SELECT t.transaction_date AS dated, (t.recorded_at AT TIME ZONE 'UTC')::date AS recorded_on
          FROM commitment AS c
          JOIN transaction AS t ON t.commitment_id = c.id AND t.organisation_id = of_donor
          JOIN ledger_leaf AS l ON l.entry = t.entry AND l.leaf_index < report_position()
         WHERE c.organisation_id = of_donor AND c.published),
    seen AS (
        SELECT f.fixed, f.day, max(r.dated) AS newest
          FROM record AS r
         CROSS JOIN LATERAL (
               SELECT false AS fixed, greatest(r.recorded_on, r.dated) AS day
                UNION ALL
               SELECT true, r.recorded_on WHERE r.dated <= r.recorded_on) AS f
         WHERE f.day <= today
         GROUP BY f.fixed, f.day),
    moved AS (
        SELECT s.fixed, s.day, s.newest,
               max(s.newest) OVER (PARTITION BY s.fixed ORDER BY s.day
                                   ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
          FROM seen AS s),
    day_ AS (
        SELECT m.fixed, m.day FROM moved AS m
         WHERE measure = 'frequency' AND (m.before IS NULL OR m.newest > m.before)
         UNION
        SELECT false, r.dated FROM record AS r WHERE measure = 'time_lag'
         UNION
        SELECT true, r.dated FROM record AS r
         WHERE measure = 'time_lag' AND r.dated <= r.recorded_on),
    month AS (
        SELECT month_number(today) - month_number(d.day) AS ago,
               to_char(min(d.day), 'YYYY-MM') AS name,
               coalesce(jsonb_agg(d.day ORDER BY d.day) FILTER (WHERE d.fixed), '[]') AS days,
               coalesce(jsonb_agg(d.day ORDER BY d.day) FILTER (WHERE NOT d.fixed), '[]')
                   AS dashboard_days
          FROM day_ AS d
         GROUP BY 1
         UNION ALL
        -- What is known of a donor is so even when nothing was new: the current month is there.
        SELECT 0, to_char(today, 'YYYY-MM'), '[]', '[]'
         WHERE EXISTS (SELECT FROM record AS r)
           AND NOT EXISTS (SELECT FROM day_ AS d WHERE month_number(d.day) = month_number(today))),
    counted AS (
        SELECT m.*,
               CASE WHEN m.ago < 0 THEN 'it is a month to come'
                    WHEN m.ago = 0 THEN 'the current month does not count'
                    WHEN m.ago > 12 THEN 'it is more than 12 months ago'
                    WHEN m.days = '[]' THEN 'only records dated ahead are in it' END AS excluded
          FROM month AS m)
    SELECT to_char(50000 - c.ago, 'FM00000'),
           CASE WHEN c.excluded IS NULL THEN 1::numeric END, NULL::numeric, c.ago::numeric,
           NULL::text,
           jsonb_build_object(
               'kind', 'month', 'donor', key ->> 'donor', 'country', NULL, 'month', c.name,
               'months_ago', c.ago, 'days', c.days, 'dashboard_days', c.dashboard_days,
               'since', (SELECT min(r.recorded_on) FROM record AS r), 'today', today,
               'excluded', c.excluded)
      FROM counted AS c;
END
$$;
COMMENT ON FUNCTION explain_months(text, jsonb, text, integer) IS
    'The months in which a donor had something new (frequency) or in which its money is dated '
    '(time_lag), with the dates seen: here, and by the IATI Dashboard.';

CREATE FUNCTION explain_outlook(measure text, key jsonb, after text, page_size integer)
RETURNS TABLE (place text, numerator numeric, denominator numeric, base numeric,
               currency text, item jsonb)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    of_donor uuid := explained_donor(key);
    today    date := report_day();
    of_year  integer := extract(year FROM report_day())::integer + measure::integer;
BEGIN
    RETURN QUERY
    WITH agreed AS MATERIALIZED (
        SELECT c.* FROM report_commitments() AS c WHERE c.donor = of_donor),
    money AS (
        SELECT t.commitment_id, t.currency,
               sum(t.amount) FILTER (WHERE t.transaction_type = '2') AS committed,
               coalesce(sum(t.amount) FILTER (
                   WHERE t.transaction_type IN ('3', '4')
                     AND extract(year FROM t.transaction_date) <= of_year), 0) AS spent
          FROM agreed AS c
          JOIN transaction AS t ON t.commitment_id = c.commitment_id
          JOIN ledger_leaf AS l ON l.entry = t.entry AND l.leaf_index < report_position()
         GROUP BY t.commitment_id, t.currency),
    counted AS (
        SELECT c.*,
               CASE WHEN c.status NOT IN ('REGISTERED', 'EFFECTIVE', 'SUSPENDED')
                    THEN 'it is cancelled or closed'
                    WHEN extract(year FROM c.end_date) < of_year
                    THEN 'it ends before the year'
                    WHEN c.end_date < today + interval '6 months'
                    THEN 'it ends within six months'
                    WHEN EXISTS (SELECT FROM money AS m
                                  WHERE m.commitment_id = c.commitment_id AND m.committed > 0
                                    AND m.spent * 10 >= m.committed * 9)
                    THEN 'nine tenths of it are spent' END AS excluded,
               (SELECT coalesce(jsonb_agg(jsonb_build_object(
                           'instalment', p.ordinal,
                           'due_on', coalesce(p.period_end, p.period_start),
                           'stated_amount', p.amount::text, 'stated_currency', p.currency)
                           ORDER BY p.ordinal), '[]')
                  FROM planned_disbursement AS p
                 WHERE p.commitment_id = c.commitment_id AND p.schedule = c.schedule
                   AND extract(year FROM coalesce(p.period_end, p.period_start)) = of_year
                   AND p.amount > 0) AS planned
          FROM agreed AS c)
    SELECT c.commitment_id::text,
           CASE WHEN c.excluded IS NULL THEN (c.planned <> '[]')::integer::numeric END,
           CASE WHEN c.excluded IS NULL THEN 1::numeric END, NULL::numeric, NULL::text,
           explained_commitment(c.commitment_id) || jsonb_build_object(
               'state', c.status, 'end_date', c.end_date, 'year', of_year,
               'schedule_version', c.schedule, 'planned', c.planned, 'excluded', c.excluded)
      FROM counted AS c;
END
$$;
COMMENT ON FUNCTION explain_outlook(text, jsonb, text, integer) IS
    'The commitments of a donor that run in a year, and whether money is scheduled for it; and '
    'those that do not count.';

CREATE FUNCTION explain_points(measure text, key jsonb, after text, page_size integer)
RETURNS TABLE (place text, numerator numeric, denominator numeric, base numeric,
               currency text, item jsonb)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    SELECT m.name, (w.value ->> 'value')::numeric, 4::numeric,
           (w.value ->> 'dashboard_value')::numeric, NULL::text,
           figure_json('timeliness', m.name, key) || w.value || '{"excluded": null}'
      FROM (VALUES ('frequency'), ('time_lag')) AS m (name)
     CROSS JOIN LATERAL (
           SELECT explained_list('list_' || m.name, array_agg(e.numerator), array_agg(e.base),
                                 array_agg(e.item)) AS value
             FROM explain_months(m.name, key, after, page_size) AS e
           HAVING count(*) > 0) AS w
     WHERE measure = 'timeliness';
END
$$;
COMMENT ON FUNCTION explain_points(text, jsonb, text, integer) IS
    'The two figures whose points are the timeliness of a donor.';

CREATE FUNCTION explain_looks(measure text, key jsonb, after text, page_size integer)
RETURNS TABLE (place text, numerator numeric, denominator numeric, base numeric,
               currency text, item jsonb)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    SELECT 'forward_' || k, w.scheduled * 100.0 / nullif(w.running, 0), NULL::numeric,
           CASE WHEN w.running > 0 THEN trunc(w.scheduled * 100.0 / w.running) ELSE 0 END,
           NULL::text,
           figure_json('timeliness', 'forward_' || k, key) || jsonb_build_object(
               'scheduled_commitments', w.scheduled, 'running_commitments', w.running,
               'excluded', CASE WHEN w.running = 0 THEN 'nothing runs in the year' END)
      FROM generate_series(0, 2) AS k
     CROSS JOIN LATERAL (
           SELECT coalesce(sum(e.numerator), 0) AS scheduled, count(e.denominator) AS running
             FROM explain_outlook(k::text, key, after, page_size) AS e
           HAVING measure = 'forward_looking'
              AND (count(*) > 0 OR EXISTS (SELECT FROM explain_months('time_lag', key, NULL, 0))))
           AS w;
END
$$;
COMMENT ON FUNCTION explain_looks(text, jsonb, text, integer) IS
    'The figures of three years whose mean is how far a donor looks ahead.';

-- ---------------------------------------------------------------- participation

CREATE FUNCTION stakeholder_group_of(type_code text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE WHEN type_code IN ('10', '11', '15') THEN 'governments'
                WHEN type_code IN ('21', '22', '23', '24', '60') THEN 'civil_society'
                WHEN type_code IN ('30', '70', '71', '72', '73') THEN 'private_sector'
                WHEN type_code = '40' THEN 'international_organisations'
                WHEN type_code = '80' THEN 'academia'
                ELSE 'other' END
$$;
COMMENT ON FUNCTION stakeholder_group_of(text) IS
    'The group of stakeholders that an organisation of this IATI type belongs to.';

CREATE FUNCTION explained_voices(key jsonb)
RETURNS TABLE (channel text, statement_id uuid, commitment_id uuid, country text,
               organisation_id uuid, entry uuid, leaf_index bigint, stakeholder_group text,
               identifier text)
LANGUAGE sql STABLE
AS $$
    WITH agreed AS MATERIALIZED (
        SELECT c.commitment_id
          FROM report_commitments() AS c
         WHERE (NOT key ? 'donor' OR c.donor = explained_donor(key))
           AND (NOT key ? 'country' OR key ->> 'country' = ANY (c.countries))),
    said AS (
        SELECT 'comment' AS channel, k.id, k.commitment_id, NULL AS country, k.organisation_id,
               k.entry
          FROM comment AS k
          JOIN agreed AS c ON c.commitment_id = k.commitment_id
         UNION ALL
        SELECT 'third_party_observation', k.id, k.commitment_id, NULL, k.organisation_id, k.entry
          FROM third_party_observation AS k
          JOIN agreed AS c ON c.commitment_id = k.commitment_id
         UNION ALL
        SELECT 'joint_review', r.id, NULL, r.country, p.organisation_id, g.entry
          FROM joint_review_agreement AS g
          JOIN joint_review AS r ON r.id = g.review_id
          JOIN joint_review_participant AS p ON p.review_id = r.id
         WHERE (NOT key ? 'donor' OR r.donor_id = explained_donor(key))
           AND (NOT key ? 'country' OR r.country = key ->> 'country'))
    SELECT s.channel, s.id, s.commitment_id, s.country, s.organisation_id, s.entry, l.leaf_index,
           stakeholder_group_of(o.type_code), coalesce(o.identifier, o.id::text)
      FROM said AS s
      JOIN ledger_leaf AS l ON l.entry = s.entry AND l.leaf_index < report_position()
      JOIN organisation AS o ON o.id = s.organisation_id
     WHERE coalesce(key ->> 'channel', 'all') IN ('all', s.channel)
$$;
COMMENT ON FUNCTION explained_voices(jsonb) IS
    'What organisations said of commitments up to the report''s position, through the channel '
    'asked for or any.';

CREATE FUNCTION explain_voices(measure text, key jsonb, after text, page_size integer)
RETURNS TABLE (place text, numerator numeric, denominator numeric, base numeric,
               currency text, item jsonb)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    asked text := coalesce(key ->> 'stakeholder_group', 'total');
BEGIN
    IF key ->> 'channel' = 'ownership_position' THEN
        RETURN QUERY
        SELECT e.*
          FROM explain_inputs(CASE measure WHEN 'inputs' THEN 'lodged'
                                           WHEN 'organisations' THEN 'speakers'
                                           ELSE 'invited' END,
                              key || '{"agreed": true}', after, page_size) AS e
         WHERE measure IN ('invited', 'inputs', 'organisations')
           AND asked IN ('governments', 'total');
    ELSIF measure = 'balance' THEN
        -- Of the groups of an organisation that is known, the counts that are balanced.
        RETURN QUERY
        SELECT g.place::text, count(v.statement_id)::numeric, NULL::numeric, NULL::numeric,
               NULL::text, figure_json('participation', 'inputs', key || jsonb_build_object(
                   'stakeholder_group', g.name)) || jsonb_build_object(
                   'stakeholder_group', g.name, 'excluded', NULL)
          FROM (VALUES (1, 'governments'), (2, 'civil_society'), (3, 'private_sector'),
                       (4, 'international_organisations'), (5, 'academia')) AS g (place, name)
          LEFT JOIN explained_voices(key) AS v ON v.stakeholder_group = g.name
         WHERE asked = 'total'
         GROUP BY g.place, g.name;
    ELSE
        RETURN QUERY
        WITH counted AS (
            SELECT v.*, leaf_place(v.leaf_index, row_number() OVER (
                       PARTITION BY v.leaf_index ORDER BY v.organisation_id)) COLLATE "C"
                       AS sorted,
                   CASE WHEN measure = 'share'
                        THEN CASE WHEN v.stakeholder_group = 'other'
                                  THEN 'its organisation is of no known group' END
                        WHEN asked NOT IN ('total', v.stakeholder_group)
                        THEN 'it is of another group of stakeholders'
                        WHEN measure = 'organisations' AND row_number() OVER (
                                 PARTITION BY v.organisation_id ORDER BY v.leaf_index,
                                              v.statement_id) > 1
                        THEN 'what it is counted for is counted already' END AS excluded
              FROM explained_voices(key) AS v
             WHERE measure <> 'invited'
               AND (measure <> 'share' OR asked NOT IN ('other', 'total'))),
        placed AS (
            SELECT c.*, explain_shows(c.sorted, after, page_size, row_number() OVER (
                            PARTITION BY after IS NULL OR c.sorted > after COLLATE "C"
                                ORDER BY c.sorted)) AS shown
              FROM counted AS c)
        SELECT p.sorted,
               CASE WHEN p.excluded IS NOT NULL THEN NULL
                    WHEN measure = 'share' THEN (p.stakeholder_group = asked)::integer::numeric
                    ELSE 1 END,
               CASE WHEN p.excluded IS NULL AND measure = 'share' THEN 1::numeric END,
               NULL::numeric, NULL::text,
               CASE WHEN p.shown THEN jsonb_build_object(
                   'kind', p.channel, 'statement_id', p.statement_id,
                   'commitment_id', p.commitment_id, 'donor', key ->> 'donor',
                   'country', p.country, 'organisation', p.identifier,
                   'stakeholder_group', p.stakeholder_group, 'entry', p.entry,
                   'leaf_index', p.leaf_index, 'excluded', p.excluded) END
          FROM placed AS p;
    END IF;
END
$$;
COMMENT ON FUNCTION explain_voices(text, jsonb, text, integer) IS
    'What was said behind a figure of the report on participation.';

-- ---------------------------------------------------------------- country systems

CREATE FUNCTION explained_payments(key jsonb)
RETURNS TABLE (place text, transaction_id uuid, commitment_id uuid, donor uuid, country text,
               year integer, currency text, amount numeric, stated numeric, channel text,
               aid_type text, item jsonb)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    of_donor uuid := explained_donor(key);
    target   text := key ->> 'convert_to';
    of_set   uuid := (key ->> 'rate_set')::uuid;
BEGIN
    RETURN QUERY
    WITH calendar AS MATERIALIZED (
        SELECT c.* FROM report_calendars() AS c),
    paid AS (
        SELECT min(p.place) AS place, p.transaction_id, p.commitment_id, p.donor, p.country,
               p.currency, fiscal_year(p.transaction_date, coalesce(k.start_month, 1),
                                       coalesce(k.start_day, 1), k.label) AS year,
               sum(p.stated) AS stated, max(p.multiplied) AS multiplied, max(p.divided) AS divided
          FROM explained_parts(of_donor, key ->> 'country', ARRAY['3'], target, of_set) AS p
          LEFT JOIN calendar AS k ON k.country = p.country
         WHERE NOT p.in_kind AND p.country IS NOT NULL
           AND explain_fits(key, 'currency', p.currency)
         GROUP BY p.transaction_id, p.commitment_id, p.donor, p.country, p.currency, 7)
    SELECT p.place, p.transaction_id, p.commitment_id, p.donor, p.country, p.year, p.currency,
           report_amount(p.stated, p.multiplied, p.divided), p.stated,
           coalesce(t.disbursement_channel, o.disbursement_channel),
           coalesce(t.aid_type, o.aid_type, c.aid_type),
           jsonb_build_object(
               'kind', 'payment', 'commitment_id', p.commitment_id,
               'transaction_id', p.transaction_id, 'donor', coalesce(d.identifier, d.id::text),
               'country', p.country, 'year', p.year, 'transaction_type', t.transaction_type,
               'transaction_date', t.transaction_date, 'value_date', t.value_date,
               'adjusts', t.adjusts, 'entry', t.entry, 'transaction_amount', t.amount::text,
               'stated_currency', t.currency, 'part_amount', p.stated::text,
               'split_share', report_share(abs(p.stated), abs(t.amount)),
               'stated_amount', p.stated::text,
               'conversion', conversion_json(target, of_set, t.currency, t.value_date))
      FROM paid AS p
      JOIN transaction AS t ON t.id = p.transaction_id
      LEFT JOIN transaction AS o ON o.id = t.adjusts
      JOIN organisation AS d ON d.id = p.donor
     CROSS JOIN LATERAL explained_class(p.commitment_id) AS c
     WHERE NOT key ? 'year' OR p.year = (key ->> 'year')::integer;
END
$$;
COMMENT ON FUNCTION explained_payments(jsonb) IS
    'The disbursements in cash to each country, as report_payments() gives them, with the fiscal '
    'year of the country and what they say of channel and type of aid.';

CREATE FUNCTION explain_systems(measure text, key jsonb, after text, page_size integer)
RETURNS TABLE (place text, numerator numeric, denominator numeric, base numeric,
               currency text, item jsonb)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    WITH counted AS (
        SELECT p.*, coalesce(p.aid_type IN ('A01', 'A02'), false) AS is_budget_support,
               CASE measure WHEN 'treasury'
                            THEN p.channel IS NULL AND coalesce(p.aid_type NOT IN ('A01', 'A02'),
                                                                true)
                            ELSE p.aid_type IS NULL END AS is_unstated,
               CASE WHEN p.amount = 'NaN' THEN 'the rate set has no rate for it' END AS excluded
          FROM explained_payments(key) AS p)
    SELECT c.place,
           CASE WHEN c.excluded IS NOT NULL THEN NULL
                WHEN c.is_budget_support OR measure = 'treasury' AND c.channel = '1'
                THEN c.amount
                ELSE 0 END,
           CASE WHEN c.excluded IS NULL THEN c.amount END,
           CASE WHEN c.excluded IS NOT NULL THEN 'NaN'
                WHEN c.is_unstated THEN c.amount ELSE 0 END, c.currency,
           c.item || jsonb_build_object('disbursement_channel', c.channel,
                                        'aid_type', c.aid_type, 'excluded', c.excluded)
      FROM counted AS c;
END
$$;
COMMENT ON FUNCTION explain_systems(text, jsonb, text, integer) IS
    'The payments behind the use of a country system, with what they say of channel and type of '
    'aid; the "base" is the money that does not say it.';

CREATE FUNCTION explain_components(measure text, key jsonb, after text, page_size integer)
RETURNS TABLE (place text, numerator numeric, denominator numeric, base numeric,
               currency text, item jsonb)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    SELECT c.place::text, CASE WHEN k.reason IS NULL THEN s.numerator END,
           CASE WHEN k.reason IS NULL THEN s.denominator END,
           CASE WHEN s.unrated THEN 'NaN'::numeric END, s.currency,
           figure_json('on-budget', '9b-' || c.name, key || jsonb_build_object(
               'currency', s.currency)) || jsonb_build_object('excluded', k.reason)
      FROM (VALUES (1, 'budget_execution', 'treasury'), (2, 'financial_reporting', NULL),
                   (3, 'auditing', NULL), (4, 'procurement', NULL)) AS c (place, name, aspect)
     CROSS JOIN LATERAL (
           SELECT e.currency, sum(e.numerator) AS numerator, sum(e.denominator) AS denominator,
                  sum(e.base) FILTER (WHERE e.base <> 'NaN') AS unstated,
                  bool_or(e.base = 'NaN') AS unrated
             FROM explain_systems(coalesce(c.aspect, 'budget_support'), key, after, page_size) AS e
            GROUP BY e.currency) AS s
     CROSS JOIN LATERAL (
           SELECT CASE WHEN s.unrated THEN 'the rate set has no rate for it'
                       WHEN s.unstated >= s.denominator
                       THEN CASE WHEN c.aspect IS NULL THEN 'no aid type is stated'
                                 ELSE 'no channel is stated' END END AS reason) AS k
     WHERE measure = '9b';
END
$$;
COMMENT ON FUNCTION explain_components(text, jsonb, text, integer) IS
    'The four components of the use of country systems, each with its own explanation; one of '
    'which nothing is stated is left out.';

-- ---------------------------------------------------------------- forward schedules

CREATE FUNCTION explained_forward(key jsonb)
RETURNS TABLE (donor uuid, country text, year integer, currency text, years_ahead integer,
               commitment_id uuid, schedule integer, runs boolean, has_place boolean,
               amount numeric, days integer, all_days integer, part numeric, falling numeric,
               start_date date, end_date date)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    of_donor uuid := explained_donor(key);
    target   text := key ->> 'convert_to';
    of_set   uuid := (key ->> 'rate_set')::uuid;
BEGIN
    RETURN QUERY
    WITH calendar AS MATERIALIZED (
        SELECT c.* FROM report_calendars() AS c),
    base AS MATERIALIZED (
        SELECT p.donor, p.country, p.currency, p.year, n.k AS years_ahead,
               x.asked_on::timestamp AT TIME ZONE 'UTC' AS asked_at, x.starts_on, x.ends_before
          FROM (SELECT w.donor, w.country, w.currency, w.year
                  FROM explained_payments(key - 'years_ahead') AS w
                 GROUP BY w.donor, w.country, w.currency, w.year
                HAVING sum(w.amount) > 0) AS p
          LEFT JOIN calendar AS c ON c.country = p.country
         CROSS JOIN generate_series(1, 3) AS n (k)
         CROSS JOIN LATERAL (
               SELECT fiscal_year_start(p.year + 1, coalesce(c.start_month, 1),
                                        coalesce(c.start_day, 1), c.label) AS asked_on,
                      fiscal_year_start(p.year + n.k, coalesce(c.start_month, 1),
                                        coalesce(c.start_day, 1), c.label) AS starts_on,
                      fiscal_year_start(p.year + n.k + 1, coalesce(c.start_month, 1),
                                        coalesce(c.start_day, 1), c.label) AS ends_before) AS x
         WHERE x.asked_on <= (SELECT report_day())
           AND (NOT key ? 'years_ahead' OR n.k = (key ->> 'years_ahead')::integer)),
    content AS MATERIALIZED (
        SELECT c.organisation_id, s.commitment_id, s.revision, min(e.at) AS known_at
          FROM commitment AS c
          JOIN commitment_state AS s ON s.commitment_id = c.id AND s.published
          JOIN ledger_leaf AS l ON l.entry = s.entry AND l.leaf_index < report_position()
          JOIN ledger_entry AS e ON e.entry = s.entry
         WHERE of_donor IS NULL OR c.organisation_id = of_donor
         GROUP BY c.organisation_id, s.commitment_id, s.revision),
    closing AS MATERIALIZED (
        SELECT s.commitment_id, min(e.at) AS at
          FROM commitment_state AS s
          JOIN ledger_leaf AS l ON l.entry = s.entry AND l.leaf_index < report_position()
          JOIN ledger_entry AS e ON e.entry = s.entry
         WHERE s.status IN ('CANCELLED', 'CLOSED')
           AND s.commitment_id IN (SELECT t.commitment_id FROM content AS t)
         GROUP BY s.commitment_id),
    version AS MATERIALIZED (
        SELECT v.* FROM report_schedules() AS v
         WHERE v.commitment_id IN (SELECT t.commitment_id FROM content AS t)),
    member AS (
        SELECT DISTINCT t.organisation_id AS donor, n.country, t.commitment_id
          FROM content AS t
          JOIN commitment_revision AS r
            ON r.commitment_id = t.commitment_id AND r.revision = t.revision
         CROSS JOIN LATERAL unnest(r.countries) AS n (country)),
    held AS (
        SELECT b.donor, b.country, b.currency, b.year, b.years_ahead, b.starts_on, b.ends_before,
               m.commitment_id,
               (SELECT max(coalesce(v.schedule, 0)) FROM version AS v
                 WHERE v.commitment_id = m.commitment_id AND v.known_at < b.asked_at) AS schedule,
               (SELECT max(t.revision) FROM content AS t
                 WHERE t.commitment_id = m.commitment_id AND t.known_at < b.asked_at) AS revision
          FROM base AS b
          JOIN member AS m ON m.donor = b.donor AND m.country = b.country
          LEFT JOIN closing AS e ON e.commitment_id = m.commitment_id
         WHERE e.at IS NULL OR e.at >= b.asked_at),
    promised AS MATERIALIZED (
        SELECT i.* FROM report_instalments(target, of_set) AS i
         WHERE i.commitment_id IN (SELECT h.commitment_id FROM held AS h)),
    known AS (
        SELECT h.*, r.start_date, r.end_date, f.currency AS falls_in,
               CASE WHEN s.numerator IS NOT NULL
                    THEN report_amount(r.amount, f.numerator * s.numerator,
                                       f.denominator * s.denominator * 100) END AS part,
               (SELECT coalesce(sum(p.amount), 0) FROM promised AS p
                 WHERE p.commitment_id = h.commitment_id AND p.country = h.country
                   AND p.currency = h.currency AND p.schedule = h.schedule
                   AND p.due_on >= h.starts_on AND p.due_on < h.ends_before) AS amount
          FROM held AS h
          JOIN commitment_revision AS r
            ON r.commitment_id = h.commitment_id AND r.revision = h.revision
          LEFT JOIN LATERAL (
               SELECT w.numerator, w.denominator
                 FROM jsonb_array_elements(r.recipients) AS e
                CROSS JOIN share_fraction(e.value ->> 'share') AS w
                WHERE e.value ->> 'country' = h.country
                LIMIT 1) AS s ON true
         CROSS JOIN LATERAL report_factor(target, of_set, r.currency, r.commitment_date) AS f
         WHERE h.schedule IS NOT NULL AND h.country = ANY (r.countries)),
    placed AS (
        SELECT k.*,
               coalesce(k.end_date >= k.starts_on, true)
               AND coalesce(k.start_date < k.ends_before, true) AS runs,
               k.start_date IS NOT NULL AND k.end_date IS NOT NULL AND k.part IS NOT NULL
               AND k.falls_in = k.currency AS has_place,
               greatest(least(k.end_date + 1, k.ends_before)
                        - greatest(k.start_date, k.starts_on), 0) AS days,
               k.end_date + 1 - k.start_date AS all_days
          FROM known AS k)
    SELECT p.donor, p.country, p.year, p.currency, p.years_ahead, p.commitment_id,
           p.schedule, p.runs, p.has_place, p.amount, p.days, p.all_days, p.part,
           CASE WHEN p.days = 0 THEN 0 ELSE money_multiplied(p.part, p.days, p.all_days) END,
           p.start_date, p.end_date
      FROM placed AS p;
END
$$;
COMMENT ON FUNCTION explained_forward(jsonb) IS
    'For each year that has ended and in which a donor disbursed money in a country, the '
    'commitments that the ledger held then: what was scheduled for a year ahead, and how much of '
    'them falls in it, as report_forward() sums it up.';

CREATE FUNCTION explain_forward(measure text, key jsonb, after text, page_size integer)
RETURNS TABLE (place text, numerator numeric, denominator numeric, base numeric,
               currency text, item jsonb)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    WITH counted AS (
        SELECT f.*,
               CASE WHEN measure IN ('commitments', 'commitments_without_schedule',
                                     'commitments_undated') AND NOT f.runs
                      OR measure = 'plan' AND NOT f.runs AND f.amount = 0
                    THEN 'it does not run in that year'
                    WHEN measure = 'commitments_without_schedule' AND f.amount <> 0
                    THEN 'money is scheduled for the year'
                    WHEN measure = 'commitments_undated' AND f.has_place
                    THEN 'its money can be placed in time'
                    WHEN measure IN ('scheduled_dated', 'commitment_falling', 'value_covered')
                         AND NOT f.has_place
                    THEN 'its money cannot be placed in time'
                    WHEN measure IN ('scheduled', 'scheduled_dated', 'value_covered')
                         AND f.amount = 'NaN'
                      OR measure IN ('commitment_falling', 'value_covered') AND f.falling = 'NaN'
                    THEN 'the rate set has no rate for it' END AS excluded
          FROM explained_forward(key) AS f)
    SELECT c.year || '-' || c.years_ahead || '-' || c.country || '-' || c.commitment_id || '-'
           || c.currency,
           CASE WHEN c.excluded IS NOT NULL THEN NULL
                WHEN measure = 'plan' THEN (c.amount > 0)::integer
                WHEN measure LIKE 'commitments%' THEN 1
                WHEN measure = 'commitment_falling' THEN c.falling
                ELSE c.amount END,
           CASE WHEN c.excluded IS NULL AND measure = 'value_covered' THEN c.falling END,
           CASE WHEN c.excluded = 'the rate set has no rate for it' THEN 'NaN'::numeric
                WHEN measure = 'plan' THEN (c.runs AND c.amount = 0)::integer
                ELSE 1 END, c.currency,
           explained_commitment(c.commitment_id) || jsonb_build_object(
               'country', c.country, 'year', c.year, 'years_ahead', c.years_ahead,
               'schedule_version', nullif(c.schedule, 0), 'runs', c.runs,
               'start_date', c.start_date, 'end_date', c.end_date,
               'scheduled', explained_exact_number(c.amount, 'money', u.minor_unit),
               'commitment_share', explained_exact_number(c.part, 'money', u.minor_unit),
               'days_fraction', CASE WHEN c.all_days > 0 AND c.has_place
                                     THEN exact_fraction(c.days, c.all_days) END,
               'excluded', c.excluded)
      FROM counted AS c
      JOIN currency AS u ON u.code = c.currency;
END
$$;
COMMENT ON FUNCTION explain_forward(text, jsonb, text, integer) IS
    'The commitments behind a figure on a year ahead: what was scheduled for it, and the days of '
    'them that fall in it.';

CREATE FUNCTION explain_covered(measure text, key jsonb, after text, page_size integer)
RETURNS TABLE (place text, numerator numeric, denominator numeric, base numeric,
               currency text, item jsonb)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    WITH plan AS MATERIALIZED (
        SELECT f.donor, f.country, f.year, f.currency,
               count(*) FILTER (WHERE f.amount > 0) > 0
               AND count(*) FILTER (WHERE f.runs AND f.amount = 0) = 0 AS covers
          FROM explained_forward(key) AS f
         WHERE measure <> 'disbursed'
         GROUP BY f.donor, f.country, f.year, f.currency),
    counted AS (
        SELECT p.*, n.covers,
               CASE WHEN p.amount = 'NaN' THEN 'the rate set has no rate for it'
                    WHEN measure = 'disbursed' THEN NULL
                    WHEN n.covers IS NULL
                    THEN 'the ledger held no commitment when the year ended'
                    WHEN NOT n.covers
                    THEN 'no schedule covers every commitment of the year' END AS excluded
          FROM explained_payments(key - 'years_ahead') AS p
          LEFT JOIN plan AS n
            ON (n.donor, n.country, n.year, n.currency) = (p.donor, p.country, p.year, p.currency))
    SELECT c.place || '-' || c.country, CASE WHEN c.excluded IS NULL THEN c.amount END,
           NULL::numeric,
           CASE WHEN c.amount = 'NaN' THEN 'NaN'::numeric
                WHEN c.covers IS NOT NULL THEN 1 END, c.currency,
           c.item || jsonb_build_object('excluded', c.excluded)
      FROM counted AS c;
END
$$;
COMMENT ON FUNCTION explain_covered(text, jsonb, text, integer) IS
    'The payments of a year, all of them or those of a donor whose schedules cover a year ahead.';

CREATE FUNCTION explain_country_covered(measure text, key jsonb, after text, page_size integer)
RETURNS TABLE (place text, numerator numeric, denominator numeric, base numeric,
               currency text, item jsonb)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    of_all jsonb := key - 'donor';
BEGIN
    RETURN QUERY
    SELECT o.id || '-' || w.currency, CASE WHEN w.known THEN w.covered END,
           CASE WHEN w.known THEN w.disbursed END, NULL::numeric, w.currency,
           figure_json('medium-term-predictability', 'disbursed_covered',
                       key || jsonb_build_object('donor', coalesce(o.identifier, o.id::text),
                                                 'currency', w.currency))
           || jsonb_build_object('excluded', CASE
                WHEN NOT w.known THEN 'the ledger held no commitment when the year ended' END)
      FROM (SELECT p.donor, e.currency, bool_or(e.base IS NOT NULL) AS known,
                   coalesce(sum(e.numerator), 0) AS covered, sum(p.amount) AS disbursed
              FROM explain_covered('disbursed_covered', of_all, NULL, 0) AS e
              JOIN explained_payments(of_all - 'years_ahead') AS p
                ON p.place || '-' || p.country = e.place AND p.currency = e.currency
             WHERE measure = 'country_covered'
             GROUP BY p.donor, e.currency
            HAVING sum(p.amount) > 0) AS w
      JOIN organisation AS o ON o.id = w.donor;
END
$$;
COMMENT ON FUNCTION explain_country_covered(text, jsonb, text, integer) IS
    'What each donor of a country disbursed in a year, and of that what its schedules cover.';

-- ---------------------------------------------------------------- data limitations

CREATE FUNCTION explained_agreed(key jsonb)
RETURNS TABLE (commitment_id uuid, donor uuid, origin text, status text, schedule integer,
               ict_significance integer, countries text[])
LANGUAGE sql STABLE
AS $$
    SELECT c.commitment_id, c.donor, c.origin, c.status, c.schedule, r.ict_significance,
           c.countries
      FROM report_commitments() AS c
      JOIN commitment_revision AS r
        ON r.commitment_id = c.commitment_id AND r.revision = c.revision
     WHERE (NOT key ? 'donor' OR c.donor = explained_donor(key))
       AND (NOT key ? 'country' OR key ->> 'country' = ANY (c.countries))
$$;
COMMENT ON FUNCTION explained_agreed(jsonb) IS
    'The public commitments of a donor and to a country, where these are named, as they stood at '
    'the report''s position.';

CREATE FUNCTION explain_limited(measure text, key jsonb, after text, page_size integer)
RETURNS TABLE (place text, numerator numeric, denominator numeric, base numeric,
               currency text, item jsonb)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    WITH link AS MATERIALIZED (
        SELECT DISTINCT k.commitment_id FROM report_links(NULL) AS k WHERE k.framework = 'C11'),
    counted AS (
        SELECT c.*, k.commitment_id IS NOT NULL AS is_linked,
               CASE WHEN measure = 'commitments_without_schedule'
                         AND c.status IN ('CANCELLED', 'CLOSED')
                    THEN 'it is cancelled or closed' END AS excluded
          FROM explained_agreed(key) AS c
          LEFT JOIN link AS k ON k.commitment_id = c.commitment_id),
    placed AS (
        SELECT w.*, explain_shows(w.sorted, after, page_size, row_number() OVER (
                        PARTITION BY after IS NULL OR w.sorted > after COLLATE "C"
                            ORDER BY w.sorted)) AS shown
          FROM (SELECT c.*, c.commitment_id::text COLLATE "C" AS sorted FROM counted AS c) AS w)
    SELECT p.sorted,
           CASE WHEN p.excluded IS NULL
                THEN CASE measure WHEN 'imported_commitments' THEN p.origin = 'imported'
                                  WHEN 'unlinked_commitments' THEN NOT p.is_linked
                                  WHEN 'ict_not_marked' THEN p.ict_significance IS NULL
                                  ELSE p.schedule IS NULL END::integer::numeric END,
           CASE WHEN p.excluded IS NULL THEN 1::numeric END, NULL::numeric, NULL::text,
           CASE WHEN p.shown
                THEN explained_commitment(p.commitment_id) || jsonb_build_object(
                    'origin', p.origin, 'state', p.status, 'is_linked', p.is_linked,
                    'ict_significance', p.ict_significance, 'schedule_version', p.schedule,
                    'excluded', p.excluded) END
      FROM placed AS p;
END
$$;
COMMENT ON FUNCTION explain_limited(text, jsonb, text, integer) IS
    'The commitments behind what the data do not tell of them.';

CREATE FUNCTION explain_limited_inputs(measure text, key jsonb, after text, page_size integer)
RETURNS TABLE (place text, numerator numeric, denominator numeric, base numeric,
               currency text, item jsonb)
LANGUAGE sql STABLE
AS $$
    SELECT e.*
      FROM explain_inputs(CASE measure WHEN 'silent_inputs' THEN 'silent_of_due'
                                       ELSE 'uninvited_of_all' END,
                          key || '{"agreed": true}', after, page_size) AS e
$$;
COMMENT ON FUNCTION explain_limited_inputs(text, jsonb, text, integer) IS
    'The positions behind what the data do not tell of governments.';

CREATE FUNCTION explain_limited_money(measure text, key jsonb, after text, page_size integer)
RETURNS TABLE (place text, numerator numeric, denominator numeric, base numeric,
               currency text, item jsonb)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    WITH link AS MATERIALIZED (
        SELECT DISTINCT k.commitment_id FROM report_links(NULL) AS k WHERE k.framework = 'C11'),
    input AS MATERIALIZED (
        SELECT i.commitment_id, i.country FROM report_inputs() AS i
         WHERE measure = 'imports_not_taken_up_money' AND i.state = 'NOT_INVITED'),
    counted AS (
        SELECT p.*, CASE measure
                        WHEN 'unlinked_money' THEN k.commitment_id IS NULL
                        WHEN 'money_without_country' THEN p.country IS NULL
                        WHEN 'money_without_sector' THEN p.sector IS NULL
                        ELSE i.commitment_id IS NOT NULL END AS hit,
               CASE WHEN p.in_kind THEN 'it is aid in kind' END AS excluded
          FROM explained_parts(explained_donor(key), key ->> 'country', ARRAY['2'], NULL, NULL) AS p
          JOIN explained_agreed(key) AS c ON c.commitment_id = p.commitment_id
          LEFT JOIN link AS k ON k.commitment_id = p.commitment_id
          LEFT JOIN input AS i ON i.commitment_id = p.commitment_id AND i.country = p.country
         WHERE explain_fits(key, 'currency', p.currency)),
    placed AS (
        SELECT c.*, explain_shows(c.place, after, page_size, row_number() OVER (
                        PARTITION BY after IS NULL OR c.place COLLATE "C" > after
                            ORDER BY c.place COLLATE "C")) AS shown
          FROM counted AS c)
    SELECT p.place,
           CASE WHEN p.excluded IS NULL THEN CASE WHEN p.hit THEN p.amount ELSE 0 END END,
           CASE WHEN p.excluded IS NULL THEN p.amount END, NULL::numeric, p.currency,
           CASE WHEN p.shown
                THEN part_json(p.transaction_id, p.ordinal, NULL, NULL)
                     || jsonb_build_object('excluded', p.excluded) END
      FROM placed AS p;
END
$$;
COMMENT ON FUNCTION explain_limited_money(text, jsonb, text, integer) IS
    'The parts of commitments behind what the data do not tell of money.';

CREATE FUNCTION explain_silence(measure text, key jsonb, after text, page_size integer)
RETURNS TABLE (place text, numerator numeric, denominator numeric, base numeric,
               currency text, item jsonb)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    SELECT i.country, (count(i.position_id) = 0)::integer::numeric, 1::numeric, NULL::numeric,
           NULL::text, jsonb_build_object(
               'kind', 'recipient', 'country', i.country, 'donor', key ->> 'donor',
               'positions_due', count(*), 'positions_lodged', count(i.position_id),
               'excluded', NULL)
      FROM report_inputs() AS i
      JOIN explained_agreed(key) AS c ON c.commitment_id = i.commitment_id
     WHERE measure = 'silent_recipients' AND i.due_on < report_day()
       AND explain_fits(key, 'country', i.country)
     GROUP BY i.country;
END
$$;
COMMENT ON FUNCTION explain_silence(text, jsonb, text, integer) IS
    'The countries whose positions were due, and how many they lodged.';

CREATE FUNCTION explain_speech(measure text, key jsonb, after text, page_size integer)
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
      FROM (SELECT DISTINCT c.donor FROM explained_agreed(key) AS c) AS d
      JOIN organisation AS o ON o.id = d.donor
     CROSS JOIN LATERAL (
           SELECT (max(e.at) AT TIME ZONE 'UTC')::date AS last_on
             FROM ledger_entry AS e
             JOIN ledger_leaf AS l ON l.entry = e.entry AND l.leaf_index < report_position()
            WHERE e.organisation_id = d.donor) AS s
     WHERE measure = 'stale_donors' AND s.last_on IS NOT NULL;
END
$$;
COMMENT ON FUNCTION explain_speech(text, jsonb, text, integer) IS
    'The donors of commitments, and when each said something last.';

CREATE FUNCTION explain_unanswered(measure text, key jsonb, after text, page_size integer)
RETURNS TABLE (place text, numerator numeric, denominator numeric, base numeric,
               currency text, item jsonb)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    WITH counted AS (
        SELECT r.*, t.entry, l.leaf_index,
               CASE WHEN NOT r.invited THEN 'an import that the government has not taken up'
                    WHEN r.due IS NOT TRUE THEN 'its 60 days have not passed' END AS excluded
          FROM report_receipts(NULL, NULL) AS r
          JOIN explained_agreed(key) AS c ON c.commitment_id = r.commitment_id
          JOIN transaction AS t ON t.id = r.transaction_id
          JOIN ledger_leaf AS l ON l.entry = t.entry
         WHERE measure = 'unanswered_receipts' AND explain_fits(key, 'country', r.country)),
    placed AS (
        SELECT w.*, explain_shows(w.sorted, after, page_size, row_number() OVER (
                        PARTITION BY after IS NULL OR w.sorted > after COLLATE "C"
                            ORDER BY w.sorted)) AS shown
          FROM (SELECT c.*, (leaf_place(c.leaf_index, 0) || '-' || c.country) COLLATE "C" AS sorted
                  FROM counted AS c) AS w)
    SELECT p.sorted, CASE WHEN p.excluded IS NULL THEN (p.outcome IS NULL)::integer::numeric END,
           CASE WHEN p.excluded IS NULL THEN 1::numeric END, NULL::numeric, NULL::text,
           CASE WHEN p.shown THEN (
               SELECT jsonb_build_object(
                          'kind', 'disbursement', 'commitment_id', p.commitment_id,
                          'transaction_id', p.transaction_id,
                          'donor', coalesce(o.identifier, o.id::text), 'country', p.country,
                          'transaction_date', p.transaction_date, 'value_date', p.value_date,
                          'entry', p.entry, 'leaf_index', p.leaf_index,
                          'stated_amount', p.stated::text, 'stated_currency', p.stated_currency,
                          'confirmation_id', p.confirmation_id, 'state', p.state,
                          'outcome', p.outcome, 'due', p.due, 'excluded', p.excluded)
                 FROM organisation AS o WHERE o.id = p.donor) END
      FROM placed AS p;
END
$$;
COMMENT ON FUNCTION explain_unanswered(text, jsonb, text, integer) IS
    'The disbursements due to be confirmed, and whether the government said anything.';

CREATE FUNCTION explain_dated_ahead(measure text, key jsonb, after text, page_size integer)
RETURNS TABLE (place text, numerator numeric, denominator numeric, base numeric,
               currency text, item jsonb)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    WITH found AS (
        SELECT t.*, l.leaf_index, (t.recorded_at AT TIME ZONE 'UTC')::date AS recorded_on,
               leaf_place(l.leaf_index, 0) COLLATE "C" AS sorted
          FROM explained_agreed(key) AS c
          JOIN transaction AS t ON t.commitment_id = c.commitment_id
          JOIN ledger_leaf AS l ON l.entry = t.entry AND l.leaf_index < report_position()
         WHERE measure = 'records_dated_ahead'),
    placed AS (
        SELECT f.*, explain_shows(f.sorted, after, page_size, row_number() OVER (
                        PARTITION BY after IS NULL OR f.sorted > after COLLATE "C"
                            ORDER BY f.sorted)) AS shown
          FROM found AS f)
    SELECT p.sorted, (p.transaction_date > p.recorded_on)::integer::numeric, 1::numeric,
           NULL::numeric, NULL::text,
           CASE WHEN p.shown THEN (
               SELECT jsonb_build_object(
                          'kind', 'transaction', 'commitment_id', p.commitment_id,
                          'transaction_id', p.id, 'donor', coalesce(o.identifier, o.id::text),
                          'country', NULL, 'transaction_type', p.transaction_type,
                          'transaction_date', p.transaction_date, 'recorded_on', p.recorded_on,
                          'entry', p.entry, 'leaf_index', p.leaf_index, 'excluded', NULL)
                 FROM organisation AS o WHERE o.id = p.organisation_id) END
      FROM placed AS p;
END
$$;
COMMENT ON FUNCTION explain_dated_ahead(text, jsonb, text, integer) IS
    'The transactions of commitments, with the day each was recorded.';

-- ---------------------------------------------------------------- figures made of lists

CREATE FUNCTION waited_until(answered numeric[], days numeric[], part numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE
AS $$
    WITH waiting AS (
        SELECT w.days, sum(w.answered) AS answered,
               sum(count(*)) OVER (ORDER BY w.days DESC) AS at_risk
          FROM unnest(waited_until.answered, waited_until.days) AS w (answered, days)
         WHERE w.days IS NOT NULL
         GROUP BY w.days),
    survived AS (
        SELECT w.days, numeric_product(w.at_risk - w.answered) OVER sooner AS left_,
               numeric_product(w.at_risk) OVER sooner AS whole
          FROM waiting AS w
         WHERE w.answered > 0
        WINDOW sooner AS (ORDER BY w.days))
    SELECT min(s.days) FROM survived AS s WHERE s.left_ * part <= s.whole
$$;
COMMENT ON FUNCTION waited_until(numeric[], numeric[], numeric) IS
    'By when all but one in so many parts are answered, by the estimate of Kaplan and Meier: those '
    'not answered yet count as waiting. Null when that is not reached.';

CREATE FUNCTION explained_classes(rule text, months jsonb[]) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT jsonb_build_object(
               'class', c.here, 'dashboard_class', c.there, 'value', class_score(c.here)::text,
               'dashboard_value', class_score(c.there)::text)
      FROM (SELECT CASE rule WHEN 'list_frequency'
                             THEN frequency_class(w.since, w.today, w.ago)
                             ELSE lag_class(w.ago) END AS here,
                   CASE rule WHEN 'list_frequency'
                             THEN frequency_class(w.since, w.today, w.dashboard_ago)
                             ELSE lag_class(w.dashboard_ago) END AS there
              FROM (SELECT min((m ->> 'since')::date) AS since, min((m ->> 'today')::date) AS today,
                           array_agg((m ->> 'months_ago')::integer)
                               FILTER (WHERE m ->> 'excluded' IS NULL) AS ago,
                           array_agg((m ->> 'months_ago')::integer)
                               FILTER (WHERE m -> 'dashboard_days' <> '[]') AS dashboard_ago
                      FROM unnest(months) AS m) AS w) AS c
$$;
COMMENT ON FUNCTION explained_classes(text, jsonb[]) IS
    'The class that months make, and the one the IATI Dashboard makes of those it sees.';

CREATE FUNCTION explained_list(rule text, numerators numeric[], bases numeric[],
                               list jsonb[])
RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT CASE rule
        WHEN 'list_median' THEN (
            SELECT jsonb_build_object('value', percentile_disc(0.5) WITHIN GROUP (ORDER BY n)::text)
              FROM unnest(numerators) AS n)
        WHEN 'list_p90' THEN (
            SELECT jsonb_build_object('value', percentile_disc(0.9) WITHIN GROUP (ORDER BY n)::text)
              FROM unnest(numerators) AS n)
        WHEN 'list_waited_median'
        THEN jsonb_build_object('value', waited_until(numerators, bases, 2)::text)
        WHEN 'list_waited_p90'
        THEN jsonb_build_object('value', waited_until(numerators, bases, 10)::text)
        WHEN 'list_balance' THEN (
            SELECT jsonb_build_object('value', round(1 - sum(abs(5 * n - w.whole))
                                                         / (8 * nullif(w.whole, 0)), 2)::text)
              FROM unnest(numerators) AS n
             CROSS JOIN (SELECT sum(m) AS whole FROM unnest(numerators) AS m) AS w
             GROUP BY w.whole)
        WHEN 'list_points' THEN (
            SELECT jsonb_build_object(
                       'value', round(sum(p.here) * 100 / 8, 2)::text,
                       'dashboard_value', round(sum(p.there) * 100 / 8, 2)::text)
              FROM unnest(numerators, bases) AS p (here, there))
        WHEN 'list_outlook' THEN (
            SELECT jsonb_build_object(
                       'value', report_share(sum(n), count(n)),
                       'dashboard_value', CASE WHEN count(n) > 0
                                               THEN trunc(sum(n) * 100 / count(n)) ELSE 0
                                               END::text)
              FROM unnest(numerators) AS n)
        WHEN 'list_looks' THEN (
            SELECT jsonb_build_object('value', round(avg(y.here), 2)::text,
                                      'dashboard_value', round(sum(y.there) / 3, 2)::text)
              FROM unnest(numerators, bases) AS y (here, there))
        ELSE explained_classes(rule, list) END
$$;
COMMENT ON FUNCTION explained_list(text, numeric[], numeric[], jsonb[]) IS
    'What a figure says that is made of the list of its records, not of their sums.';

GRANT EXECUTE ON FUNCTION explained_list(text, numeric[], numeric[], jsonb[]),
      report_commitments(), month_number(date),
      frequency_class(date, date, integer[]), lag_class(integer[]), class_score(text),
      numeric_product(numeric), percent_encoded(text), figure_json(text, text, jsonb),
      explain_input_money(text, jsonb, text, integer), explain_answers(text, jsonb, text, integer),
      explain_receipt_counts(text, jsonb, text, integer),
      explain_months(text, jsonb, text, integer), explain_outlook(text, jsonb, text, integer),
      explain_points(text, jsonb, text, integer), explain_looks(text, jsonb, text, integer),
      stakeholder_group_of(text), explained_voices(jsonb),
      explain_voices(text, jsonb, text, integer), explained_payments(jsonb),
      explain_systems(text, jsonb, text, integer), explain_components(text, jsonb, text, integer),
      explained_forward(jsonb), explain_forward(text, jsonb, text, integer),
      explain_covered(text, jsonb, text, integer),
      explain_country_covered(text, jsonb, text, integer), explained_agreed(jsonb),
      explain_limited(text, jsonb, text, integer),
      explain_limited_inputs(text, jsonb, text, integer),
      explain_limited_money(text, jsonb, text, integer),
      explain_silence(text, jsonb, text, integer),
      explain_speech(text, jsonb, text, integer), explain_unanswered(text, jsonb, text, integer),
      explain_dated_ahead(text, jsonb, text, integer),
      waited_until(numeric[], numeric[], numeric), explained_classes(text, jsonb[])
   TO aidledger_public, aidledger_scoped;
