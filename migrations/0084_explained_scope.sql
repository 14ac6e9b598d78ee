-- An explanation of what belongs to a donor or a country reads what reports on it read, and no more.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

CREATE OR REPLACE FUNCTION explained_links(key jsonb)
RETURNS TABLE (commitment_id uuid, link_id uuid, is_linked boolean, share numeric,
               endorsed boolean, refused boolean)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    of_framework text := report_framework(coalesce(key ->> 'framework', 'C11'), key ->> 'version');
BEGIN
    RETURN QUERY
    SELECT k.commitment_id,
           CASE WHEN key ->> 'scope' = 'item' THEN (array_agg(k.link_id))[1] END, true,
           CASE WHEN key ->> 'scope' = 'item' THEN max(k.share) ELSE 100 END,
           bool_or(k.endorsed), bool_or(k.refused)
      FROM report_links(key ->> 'country',
                        report_scope(key ->> 'donor', key ->> 'country')) AS k
     WHERE k.framework = of_framework
       AND (NOT key ? 'version' OR k.framework_version = key ->> 'version')
       AND (key ->> 'scope' <> 'item' OR k.item = key ->> 'item')
     GROUP BY k.commitment_id;
END
$$;

CREATE OR REPLACE FUNCTION explain_inputs(measure text, key jsonb, after text, page_size integer)
RETURNS TABLE (place text, numerator numeric, denominator numeric, base numeric,
               currency text, item jsonb)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    of_donor    uuid := explained_donor(key);
    today       date := report_day();
    rate        boolean := measure IN ('input_coverage', 'uptake', 'early', 'silent_of_due',
                                       'uninvited_of_all') OR measure LIKE 'share\_%';
    of_position text := CASE replace(measure, 'share_', '')
                            WHEN 'endorsed' THEN 'endorse'
                            WHEN 'endorsed_with_reservation' THEN 'endorse_with_reservation'
                            WHEN 'change_requested' THEN 'request_change'
                            WHEN 'contested' THEN 'contest' END;
    of_answer   text := CASE WHEN measure IN ('accepted', 'partly_accepted', 'rejected')
                             THEN measure END;
    of_state    text := CASE WHEN measure IN ('resolved', 'disputed', 'standing_disagreement')
                             THEN upper(measure) END;
BEGIN
    RETURN QUERY
    WITH found AS (
        SELECT i.*, p.position, p.late, p.entry, p.organisation_id AS speaker, a.answer,
               i.state = 'NOT_INVITED' AS uninvited, p.id IS NOT NULL AS lodged,
               coalesce(i.due_on < today, false) AS due,
               (p.recorded_at AT TIME ZONE 'UTC')::date AS lodged_on
          FROM report_inputs(report_scope(key ->> 'donor', key ->> 'country'),
                             key ->> 'country') AS i
          LEFT JOIN ownership_position AS p ON p.id = i.position_id
          LEFT JOIN ownership_answer AS a
            ON a.position_id = i.position_id AND ledger_holds(a.entry, report_position())
         WHERE (of_donor IS NULL OR i.donor = of_donor)
           AND explain_fits(key, 'country', i.country)
           AND (NOT key ? 'agreed' OR NOT key ? 'country'
                OR EXISTS (SELECT FROM explained_class(i.commitment_id) AS c
                            WHERE key ->> 'country' = ANY (c.countries)))),
    met AS (
        SELECT f.*,
               CASE WHEN measure IN ('input_coverage', 'silent_of_due') THEN f.due
                    WHEN measure = 'uptake' THEN f.lodged AND f.position <> 'endorse'
                    WHEN measure = 'early' THEN f.lodged AND f.effective_date IS NOT NULL
                    WHEN starts_with(measure, 'share_') THEN NOT f.uninvited
                    ELSE true END AS belongs,
               coalesce(CASE
                   WHEN of_position IS NOT NULL THEN f.position = of_position
                   WHEN of_answer IS NOT NULL THEN f.answer = of_answer
                   WHEN of_state IS NOT NULL THEN f.state = of_state
                   WHEN measure IN ('not_invited', 'uninvited_of_all') THEN f.uninvited
                   WHEN measure = 'invited' THEN NOT f.uninvited
                   WHEN measure = 'due' THEN f.due
                   WHEN measure IN ('silent', 'silent_of_due', 'share_no_position')
                   THEN f.due AND NOT f.lodged
                   WHEN measure IN ('awaited', 'share_awaited')
                   THEN NOT f.lodged AND NOT f.due AND NOT f.uninvited
                   WHEN measure = 'input_coverage' THEN NOT f.late
                   WHEN measure IN ('lodged', 'speakers') THEN f.lodged AND NOT f.uninvited
                   WHEN measure = 'needing_answer' THEN f.position <> 'endorse'
                   WHEN measure = 'unanswered' THEN f.position <> 'endorse' AND f.answer IS NULL
                   WHEN measure = 'uptake' THEN f.answer IN ('accepted', 'partly_accepted')
                   WHEN measure = 'early' THEN f.lodged_on < f.effective_date
                   ELSE true END, false) AS hit
          FROM found AS f),
    counted AS (
        SELECT m.*,
               CASE WHEN rate AND m.belongs OR NOT rate AND m.hit
                    THEN CASE WHEN measure = 'speakers' AND row_number() OVER (
                                       PARTITION BY m.hit, m.speaker ORDER BY m.input_id) > 1
                              THEN 'what it is counted for is counted already' END
                    WHEN measure = 'not_invited' THEN 'the government was invited'
                    WHEN m.uninvited THEN 'an import that the government has not taken up'
                    WHEN measure IN ('due', 'input_coverage', 'silent', 'silent_of_due')
                         AND NOT m.due
                    THEN 'its deadline has not passed'
                    WHEN measure IN ('silent', 'awaited') AND m.lodged
                    THEN 'a position is lodged'
                    WHEN measure = 'awaited' THEN 'its deadline has passed'
                    WHEN of_state IS NOT NULL THEN 'it is in another state'
                    WHEN NOT m.lodged THEN 'no position is lodged'
                    WHEN measure = 'early' THEN 'its agreement has no date'
                    WHEN of_position IS NOT NULL THEN 'another position is lodged'
                    WHEN m.position = 'endorse' THEN 'the position needs no answer'
                    WHEN m.answer IS NULL THEN 'the donor has not answered'
                    ELSE 'another answer is given' END AS excluded,
               m.input_id::text COLLATE "C" AS sorted
          FROM met AS m),
    placed AS (
        SELECT c.*, explain_shows(c.sorted, after, page_size, row_number() OVER (
                        PARTITION BY after IS NULL OR c.sorted > after COLLATE "C"
                            ORDER BY c.sorted)) AS shown
          FROM counted AS c)
    SELECT p.sorted,
           CASE WHEN p.excluded IS NULL THEN p.hit::integer::numeric END,
           CASE WHEN p.excluded IS NULL AND rate THEN 1::numeric END, NULL::numeric, NULL::text,
           CASE WHEN p.shown THEN (
               SELECT jsonb_build_object(
                          'kind', 'ownership_input', 'commitment_id', p.commitment_id,
                          'donor', coalesce(o.identifier, o.id::text), 'country', p.country,
                          'ownership_input_id', p.input_id, 'state', p.state,
                          'due_on', p.due_on, 'due', p.due, 'position_id', p.position_id,
                          'position', p.position, 'late', p.late, 'lodged_on', p.lodged_on,
                          'effective_date', p.effective_date, 'answer', p.answer,
                          'entry', p.entry, 'excluded', p.excluded)
                 FROM organisation AS o WHERE o.id = p.donor) END
      FROM placed AS p;
END
$$;

CREATE OR REPLACE FUNCTION explain_disbursed(measure text, key jsonb, after text, page_size integer)
RETURNS TABLE (place text, numerator numeric, denominator numeric, base numeric,
               currency text, item jsonb)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    of_donor uuid := explained_donor(key);
    of_state text := CASE WHEN measure NOT LIKE 'disbursements%'
                          THEN upper(replace(measure, '_rate', '')) END;
BEGIN
    RETURN QUERY
    WITH found AS (
        SELECT r.*, t.entry, l.leaf_index,
               CASE WHEN r.state IS NULL AND n.entry IS NOT NULL THEN 'UNCONFIRMED'
                    ELSE r.state END AS standing
          FROM report_receipts(NULL, NULL, report_scope(key ->> 'donor', key ->> 'country'),
                               key ->> 'country') AS r
          JOIN transaction AS t ON t.id = r.transaction_id
          JOIN ledger_leaf AS l ON l.entry = t.entry
          LEFT JOIN receipt_lapse AS n
            ON n.transaction_id = r.transaction_id AND n.country = r.country
           AND ledger_holds(n.entry, report_position())
         WHERE (of_donor IS NULL OR r.donor = of_donor)
           AND explain_fits(key, 'country', r.country)),
    counted AS (
        SELECT f.*,
               CASE WHEN measure IN ('disbursements_due', 'confirmation_rate') AND NOT f.invited
                    THEN 'an import that the government has not taken up'
                    WHEN measure IN ('disbursements_due', 'confirmation_rate')
                         AND f.due IS NOT TRUE
                    THEN 'its 60 days have not passed'
                    WHEN measure = 'disbursements_not_invited' AND f.invited
                    THEN 'the government was invited'
                    WHEN measure <> 'confirmation_rate' AND of_state <> coalesce(f.standing, '')
                    THEN CASE WHEN f.standing IS NULL THEN 'the government said nothing'
                              ELSE 'it is in another state' END END AS excluded,
               (leaf_place(f.leaf_index, 0) || '-' || f.country) COLLATE "C" AS sorted
          FROM found AS f),
    placed AS (
        SELECT c.*, explain_shows(c.sorted, after, page_size, row_number() OVER (
                        PARTITION BY after IS NULL OR c.sorted > after COLLATE "C"
                            ORDER BY c.sorted)) AS shown
          FROM counted AS c)
    SELECT p.sorted,
           CASE WHEN p.excluded IS NOT NULL THEN NULL
                WHEN measure = 'confirmation_rate'
                THEN (p.standing IS NOT DISTINCT FROM 'CONFIRMED')::integer::numeric
                ELSE 1 END,
           CASE WHEN p.excluded IS NULL AND measure = 'confirmation_rate' THEN 1::numeric END,
           NULL::numeric, NULL::text,
           CASE WHEN p.shown THEN (
               SELECT jsonb_build_object(
                          'kind', 'disbursement', 'commitment_id', p.commitment_id,
                          'transaction_id', p.transaction_id,
                          'donor', coalesce(o.identifier, o.id::text), 'country', p.country,
                          'transaction_date', p.transaction_date, 'value_date', p.value_date,
                          'entry', p.entry, 'leaf_index', p.leaf_index,
                          'stated_amount', p.stated::text, 'stated_currency', p.stated_currency,
                          'received_amount', p.received::text, 'received_on', p.received_on,
                          'confirmation_id', p.confirmation_id, 'state', p.standing,
                          'outcome', p.outcome, 'reason', p.reason, 'due', p.due,
                          'excluded', p.excluded)
                 FROM organisation AS o WHERE o.id = p.donor) END
      FROM placed AS p;
END
$$;

CREATE OR REPLACE FUNCTION explain_receipts(measure text, key jsonb, after text, page_size integer)
RETURNS TABLE (place text, numerator numeric, denominator numeric, base numeric,
               currency text, item jsonb)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    of_counts boolean := measure IN ('confirmation_rate', 'visibility_gap', 'confirmed', 'answered')
                         OR starts_with(measure, 'disbursements');
    of_dates  boolean := measure IN ('lag_median', 'lag_p90', 'receipts_dated');
    of_reason text := CASE WHEN measure = 'given_in_kind' THEN 'in_kind'
                           WHEN measure IN ('timing', 'fx', 'fee', 'wrong_account', 'split',
                                            'error', 'not_received', 'unexplained')
                           THEN measure END;
BEGIN
    RETURN QUERY
    WITH found AS (
        SELECT r.*, coalesce(o.identifier, o.id::text) AS donor_key, l.leaf_index, t.entry,
               r.received_on - r.value_date AS lag
          FROM report_receipts(key ->> 'convert_to', (key ->> 'rate_set')::uuid,
                               report_scope(key ->> 'donor', key ->> 'country'),
                               key ->> 'country') AS r
          JOIN organisation AS o ON o.id = r.donor
          JOIN transaction AS t ON t.id = r.transaction_id
          JOIN ledger_leaf AS l ON l.entry = t.entry
         WHERE (NOT key ? 'donor' OR key ->> 'donor' IN (o.identifier, o.id::text))
           AND explain_fits(key, 'country', r.country)
           AND explain_fits(key, 'currency', r.currency)),
    counted AS (
        SELECT f.*,
               CASE WHEN f.in_kind <> coalesce((key ->> 'in_kind')::boolean, false)
                    THEN CASE WHEN f.in_kind THEN 'it is aid in kind' ELSE 'it is cash' END
                    WHEN measure = 'disbursements_not_invited' AND f.invited
                    THEN 'the government was invited'
                    WHEN measure ~ ('^disbursements(_due)?$|^(reported|due)_amount$|'
                                    '^(confirm|visibility)')
                         AND NOT f.invited
                    THEN 'an import that the government has not taken up'
                    WHEN measure ~ '^(disbursements_due$|due_amount$|confirm)'
                         AND f.due IS NOT TRUE
                    THEN 'its 60 days have not passed'
                    WHEN measure IN ('confirmed', 'confirmed_amount')
                         AND f.state IS DISTINCT FROM 'CONFIRMED'
                    THEN 'it is in another state'
                    WHEN of_dates AND f.lag IS NULL THEN 'no value date was received'
                    WHEN (measure ~ '^(answered|discrepancy)' OR of_reason IS NOT NULL)
                         AND f.outcome IS NULL
                    THEN 'the government said nothing'
                    WHEN of_reason <> f.reason THEN 'it differs for another reason'
                    WHEN measure IN ('not_visible', 'disbursements_not_visible')
                         AND f.outcome IS DISTINCT FROM 'not_visible'
                    THEN 'the government can see it, or said nothing'
                    WHEN f.amount = 'NaN' AND NOT of_counts AND NOT of_dates
                    THEN 'the rate set has no rate for it' END AS excluded
          FROM found AS f),
    placed AS (
        SELECT w.*, explain_shows(w.sorted, after, page_size, row_number() OVER (
                        PARTITION BY after IS NULL OR w.sorted > after COLLATE "C"
                            ORDER BY w.sorted)) AS shown
          FROM (SELECT c.*, (to_char(c.leaf_index, 'FM000000000000000') || '-'
                             || c.country) COLLATE "C" AS sorted
                  FROM counted AS c) AS w)
    SELECT c.sorted,
           CASE WHEN c.excluded IS NOT NULL THEN NULL
                ELSE CASE measure
                     WHEN 'confirmation_rate'
                     THEN (c.state IS NOT DISTINCT FROM 'CONFIRMED')::integer
                     WHEN 'confirmation_rate_value'
                     THEN CASE WHEN c.state = 'CONFIRMED' THEN c.amount ELSE 0 END
                     WHEN 'discrepancy_rate' THEN c.difference
                     WHEN 'discrepancy' THEN c.difference
                     WHEN 'visibility_gap'
                     THEN (c.outcome IS NOT DISTINCT FROM 'not_visible')::integer
                     WHEN 'visibility_gap_value'
                     THEN CASE WHEN c.outcome = 'not_visible' THEN c.amount ELSE 0 END
                     ELSE CASE WHEN of_counts OR measure = 'receipts_dated' THEN 1
                               WHEN of_dates THEN c.lag
                               WHEN of_reason IS NOT NULL THEN c.difference
                               ELSE c.amount END END END,
           CASE WHEN c.excluded IS NOT NULL OR measure !~ '(_rate|_gap)' THEN NULL
                WHEN of_counts THEN 1
                ELSE c.amount END,
           CASE WHEN c.excluded = 'the rate set has no rate for it' THEN 'NaN'::numeric END,
           c.currency,
           CASE WHEN c.shown THEN jsonb_build_object(
               'kind', 'disbursement', 'commitment_id', c.commitment_id,
               'transaction_id', c.transaction_id, 'donor', c.donor_key, 'country', c.country,
               'transaction_date', c.transaction_date, 'value_date', c.value_date,
               'entry', c.entry, 'leaf_index', c.leaf_index,
               'stated_amount', c.stated::text, 'stated_currency', c.stated_currency,
               'received_amount', c.received::text, 'received_on', c.received_on,
               'confirmation_id', c.confirmation_id, 'state', c.state, 'outcome', c.outcome,
               'reason', c.reason, 'due', c.due, 'lag_days', c.lag,
               'conversion', conversion_json(key ->> 'convert_to', (key ->> 'rate_set')::uuid,
                                             c.stated_currency, c.value_date),
               'excluded', c.excluded) END
      FROM placed AS c;
END
$$;

CREATE OR REPLACE FUNCTION explain_promises(measure text, key jsonb, after text, page_size integer)
RETURNS TABLE (place text, numerator numeric, denominator numeric, base numeric,
               currency text, item jsonb)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    view_  text := coalesce(key ->> 'schedule_as_known',
                            CASE WHEN measure IN ('churn', 'paid_of_planned', 'beyond_plan')
                                 THEN 'now' ELSE 'start_of_year' END);
    target text := key ->> 'convert_to';
    of_set uuid := (key ->> 'rate_set')::uuid;
BEGIN
    RETURN QUERY
    WITH calendar AS MATERIALIZED (
        SELECT c.* FROM report_calendars() AS c),
    found AS MATERIALIZED (
        SELECT p.*, coalesce(o.identifier, o.id::text) AS donor_key,
               greatest(p.disbursed, 0) AS paid,
               CASE view_ WHEN 'start_of_year' THEN p.at_start
                          WHEN 'last_revision' THEN p.at_payment ELSE p.now_ END AS scheduled,
               CASE view_ WHEN 'start_of_year' THEN p.at_start_schedule
                          WHEN 'last_revision' THEN p.at_payment_schedule
                          ELSE p.now_schedule END AS schedule
          FROM report_promises(target, of_set, report_scope(key ->> 'donor', key ->> 'country'),
                               key ->> 'country') AS p
          JOIN organisation AS o ON o.id = p.donor
         WHERE (NOT key ? 'donor' OR key ->> 'donor' IN (o.identifier, o.id::text))
           AND explain_fits(key, 'country', p.country)
           AND explain_fits(key, 'currency', p.currency)
           AND (NOT key ? 'year' OR (key ->> 'year')::integer = p.year)),
    promised AS MATERIALIZED (
        SELECT i.*, fiscal_year(i.due_on, coalesce(k.start_month, 1), coalesce(k.start_day, 1),
                                k.label) AS year
          FROM report_instalments(target, of_set, CASE WHEN key ?| ARRAY['donor', 'country']
                   THEN ARRAY(SELECT DISTINCT f.commitment_id FROM found AS f) END) AS i
          LEFT JOIN calendar AS k ON k.country = i.country),
    payment AS MATERIALIZED (
        SELECT p.*, fiscal_year(p.transaction_date, coalesce(k.start_month, 1),
                                coalesce(k.start_day, 1), k.label) AS year
          FROM report_payments(target, of_set, CASE WHEN key ?| ARRAY['donor', 'country']
                   THEN ARRAY(SELECT DISTINCT f.commitment_id FROM found AS f) END) AS p
          LEFT JOIN calendar AS k ON k.country = p.country),
    measured AS (
        SELECT f.*, CASE measure
                        WHEN 'commitments' THEN 1
                        WHEN 'scheduled' THEN f.scheduled
                        WHEN 'as_scheduled' THEN least(f.paid, f.scheduled)
                        WHEN 'within_schedule' THEN least(f.paid, f.scheduled)
                        WHEN 'beyond_rate' THEN greatest(f.paid - f.scheduled, 0)
                        WHEN 'beyond_schedule' THEN greatest(f.paid - f.scheduled, 0)
                        WHEN 'churn' THEN abs(f.scheduled - f.at_start)
                        WHEN 'paid_of_planned' THEN f.disbursed
                        WHEN 'beyond_plan' THEN f.disbursed - f.now_
                        ELSE f.paid END AS upper,
               CASE WHEN measure IN ('as_scheduled', 'as_scheduled_of_sums', 'beyond_rate_of_sums')
                    THEN f.scheduled
                    WHEN measure = 'beyond_rate' THEN f.paid
                    WHEN measure = 'churn' THEN f.at_start
                    WHEN measure = 'paid_of_planned' THEN f.now_ END AS lower
          FROM found AS f),
    counted AS (
        SELECT m.*,
               CASE WHEN measure = 'disbursed_not_known' AND m.scheduled IS NOT NULL
                    THEN 'the ledger held the commitment at that time'
                    WHEN measure = 'churn' AND view_ = 'start_of_year'
                    THEN 'the schedule as the year began is what others are compared with'
                    WHEN m.scheduled IS NULL AND measure <> 'disbursed_not_known'
                    THEN 'the ledger did not hold the commitment at that time'
                    WHEN measure = 'churn' AND m.at_start IS NULL
                    THEN 'the ledger did not hold the commitment when the year began'
                    WHEN measure = 'unscheduled' AND m.scheduled <> 0
                    THEN 'something was scheduled for the year'
                    WHEN 'NaN' IN (m.upper, m.lower) THEN 'the rate set has no rate for it' END
                    AS excluded
          FROM measured AS m),
    placed AS (
        SELECT w.*, explain_shows(w.sorted, after, page_size, row_number() OVER (
                        PARTITION BY after IS NULL OR w.sorted > after COLLATE "C"
                            ORDER BY w.sorted)) AS shown
          FROM (SELECT c.*, u.minor_unit,
                       (c.commitment_id || '-' || c.year || '-' || coalesce(c.country, '') || '-'
                        || c.currency) COLLATE "C" AS sorted
                  FROM counted AS c
                  JOIN currency AS u ON u.code = c.currency) AS w)
    SELECT c.sorted,
           CASE WHEN c.excluded IS NULL THEN c.upper END,
           CASE WHEN c.excluded IS NULL THEN c.lower END,
           CASE WHEN c.excluded = 'the rate set has no rate for it' THEN 'NaN'
                WHEN c.scheduled = 'NaN' THEN 0
                ELSE c.scheduled END, c.currency,
           CASE WHEN c.shown THEN jsonb_build_object(
               'kind', 'promise', 'commitment_id', c.commitment_id, 'donor', c.donor_key,
               'country', c.country, 'year', c.year,
               'disbursed', explained_exact(c.disbursed, c.minor_unit, measure),
               'scheduled', explained_exact(c.scheduled, c.minor_unit, measure),
               'schedule_version', nullif(c.schedule, 0),
               'scheduled_at_start', explained_exact(c.at_start, c.minor_unit, measure),
               'schedule_version_at_start', nullif(c.at_start_schedule, 0),
               'instalments', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                        'schedule_version', i.schedule, 'instalment', i.ordinal,
                        'due_on', i.due_on, 'value_date', i.value_date,
                        'stated_amount', i.stated::text, 'stated_currency', i.stated_currency,
                        'conversion', conversion_json(target, of_set, i.stated_currency,
                                                      i.value_date))
                        ORDER BY i.schedule, i.ordinal), '[]')
                   FROM promised AS i
                  WHERE i.commitment_id = c.commitment_id AND i.year = c.year
                    AND i.country IS NOT DISTINCT FROM c.country AND i.currency = c.currency
                    AND i.schedule IN (c.schedule, c.at_start_schedule)),
               'payments', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                        'transaction_id', p.transaction_id, 'transaction_date', p.transaction_date,
                        'value_date', p.value_date, 'stated_amount', p.stated::text,
                        'stated_currency', p.stated_currency,
                        'conversion', conversion_json(target, of_set, p.stated_currency,
                                                      p.value_date))
                        ORDER BY p.transaction_date, p.transaction_id), '[]')
                   FROM payment AS p
                  WHERE p.commitment_id = c.commitment_id AND p.year = c.year
                    AND p.country IS NOT DISTINCT FROM c.country AND p.currency = c.currency),
               'excluded', c.excluded) END
      FROM placed AS c;
END
$$;

CREATE OR REPLACE FUNCTION explain_input_money(measure text, key jsonb, after text, page_size integer)
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
          FROM report_inputs(report_scope(key ->> 'donor', key ->> 'country'),
                             key ->> 'country') AS i
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

CREATE OR REPLACE FUNCTION explain_answers(measure text, key jsonb, after text, page_size integer)
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
          FROM report_inputs(report_scope(key ->> 'donor', key ->> 'country'),
                             key ->> 'country') AS i
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

CREATE OR REPLACE FUNCTION explain_outlook(measure text, key jsonb, after text, page_size integer)
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
        SELECT c.*
          FROM report_commitments(report_scope(key ->> 'donor', NULL)) AS c
         WHERE c.donor = of_donor),
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

CREATE OR REPLACE FUNCTION explained_voices(key jsonb)
RETURNS TABLE (channel text, statement_id uuid, commitment_id uuid, country text,
               organisation_id uuid, entry uuid, leaf_index bigint, stakeholder_group text,
               identifier text)
LANGUAGE sql STABLE
AS $$
    WITH agreed AS MATERIALIZED (
        SELECT c.commitment_id
          FROM report_commitments(report_scope(key ->> 'donor', key ->> 'country')) AS c
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

CREATE OR REPLACE FUNCTION explained_forward(key jsonb)
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
        SELECT v.*
          FROM report_schedules(report_scope(key ->> 'donor', key ->> 'country')) AS v),
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
        SELECT i.*
          FROM report_instalments(target, of_set, CASE WHEN key ?| ARRAY['donor', 'country']
                   THEN ARRAY(SELECT DISTINCT h.commitment_id FROM held AS h) END) AS i),
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

CREATE OR REPLACE FUNCTION explained_agreed(key jsonb)
RETURNS TABLE (commitment_id uuid, donor uuid, origin text, status text, schedule integer,
               ict_significance integer, countries text[])
LANGUAGE sql STABLE
AS $$
    SELECT c.commitment_id, c.donor, c.origin, c.status, c.schedule, c.ict_significance,
           c.countries
      FROM report_commitments(report_scope(key ->> 'donor', key ->> 'country')) AS c
     WHERE NOT key ? 'country' OR key ->> 'country' = ANY (c.countries)
$$;

CREATE OR REPLACE FUNCTION explain_limited(measure text, key jsonb, after text, page_size integer)
RETURNS TABLE (place text, numerator numeric, denominator numeric, base numeric,
               currency text, item jsonb)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    WITH link AS MATERIALIZED (
        SELECT DISTINCT k.commitment_id
          FROM report_links(NULL, report_scope(key ->> 'donor', key ->> 'country')) AS k
         WHERE k.framework = 'C11'),
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

CREATE OR REPLACE FUNCTION explain_limited_money(measure text, key jsonb, after text, page_size integer)
RETURNS TABLE (place text, numerator numeric, denominator numeric, base numeric,
               currency text, item jsonb)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    WITH link AS MATERIALIZED (
        SELECT DISTINCT k.commitment_id
          FROM report_links(NULL, report_scope(key ->> 'donor', key ->> 'country')) AS k
         WHERE k.framework = 'C11'),
    input AS MATERIALIZED (
        SELECT i.commitment_id, i.country
          FROM report_inputs(report_scope(key ->> 'donor', key ->> 'country'),
                             key ->> 'country') AS i
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

CREATE OR REPLACE FUNCTION explain_silence(measure text, key jsonb, after text, page_size integer)
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
      FROM report_inputs(report_scope(key ->> 'donor', key ->> 'country'),
                             key ->> 'country') AS i
      JOIN explained_agreed(key) AS c ON c.commitment_id = i.commitment_id
     WHERE measure = 'silent_recipients' AND i.due_on < report_day()
       AND explain_fits(key, 'country', i.country)
     GROUP BY i.country;
END
$$;

CREATE OR REPLACE FUNCTION explain_unanswered(measure text, key jsonb, after text, page_size integer)
RETURNS TABLE (place text, numerator numeric, denominator numeric, base numeric,
               currency text, item jsonb)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    WITH counted AS (
        SELECT r.*, t.entry, l.leaf_index,
               CASE WHEN NOT r.invited THEN 'an import that the government has not taken up'
                    WHEN r.due IS NOT TRUE THEN 'its 60 days have not passed' END AS excluded
          FROM report_receipts(NULL, NULL, report_scope(key ->> 'donor', key ->> 'country'),
                               key ->> 'country') AS r
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

CREATE OR REPLACE FUNCTION explain_budgets(measure text, key jsonb, after text, page_size integer)
RETURNS TABLE (place text, numerator numeric, denominator numeric, base numeric,
               currency text, item jsonb)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    target text := key ->> 'convert_to';
    of_set uuid := (key ->> 'rate_set')::uuid;
BEGIN
    RETURN QUERY
    SELECT 'budget-' || b.budget_id, nullif(b.amount, 'NaN'), NULL::numeric,
           CASE WHEN b.amount = 'NaN' THEN 'NaN'::numeric ELSE 1 END, b.currency,
           jsonb_build_object(
               'kind', 'budget', 'donor', coalesce(o.identifier, o.id::text),
               'country', b.country, 'year', b.year, 'budget_id', b.budget_id,
               'stated_amount', b.stated::text, 'stated_currency', b.stated_currency,
               'conversion', conversion_json(target, of_set, b.stated_currency, b.approved_on),
               'excluded', CASE WHEN b.amount = 'NaN'
                                THEN 'the rate set has no rate for it' END)
      FROM report_budgets(target, of_set) AS b
      JOIN organisation AS o ON o.id = b.donor
     WHERE (NOT key ? 'donor' OR key ->> 'donor' IN (o.identifier, o.id::text))
       AND (NOT key ? 'year' OR b.year = (key ->> 'year')::integer)
       AND explain_fits(key, 'country', b.country)
       AND explain_fits(key, 'currency', b.currency)
     UNION ALL
    SELECT 'promise-' || p.commitment_id || '-' || p.year || '-' || p.country || '-' || p.currency,
           CASE WHEN p.at_start <> 'NaN' THEN 0::numeric END, nullif(p.at_start, 'NaN'),
           CASE WHEN p.at_start IS NULL OR p.at_start = 'NaN' THEN 'NaN'::numeric END, p.currency,
           jsonb_build_object(
               'kind', 'promise', 'commitment_id', p.commitment_id,
               'donor', coalesce(o.identifier, o.id::text), 'country', p.country,
               'year', p.year, 'scheduled_at_start', nullif(p.at_start, 'NaN')::text,
               'schedule_version_at_start', nullif(p.at_start_schedule, 0),
               'excluded', CASE WHEN p.at_start IS NULL
                    THEN 'the ledger did not hold the commitment when the year began'
                    WHEN p.at_start = 'NaN' THEN 'the rate set has no rate for it' END)
      FROM report_promises(target, of_set, report_scope(key ->> 'donor', key ->> 'country'),
                           key ->> 'country') AS p
      JOIN organisation AS o ON o.id = p.donor
     WHERE p.country IS NOT NULL
       AND (NOT key ? 'donor' OR key ->> 'donor' IN (o.identifier, o.id::text))
       AND (NOT key ? 'year' OR p.year = (key ->> 'year')::integer)
       AND explain_fits(key, 'country', p.country)
       AND explain_fits(key, 'currency', p.currency);
END
$$;

CREATE OR REPLACE FUNCTION explain_contracts(measure text, key jsonb, after text, page_size integer)
RETURNS TABLE (place text, numerator numeric, denominator numeric, base numeric,
               currency text, item jsonb)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    target text := key ->> 'convert_to';
    of_set uuid := (key ->> 'rate_set')::uuid;
BEGIN
    RETURN QUERY
    WITH found AS (
        SELECT k.*, coalesce(o.identifier, o.id::text) AS donor_key
          FROM report_contracts(target, of_set) AS k
          JOIN organisation AS o ON o.id = k.donor
          JOIN report_commitments(report_scope(key ->> 'donor', key ->> 'country')) AS c
            ON c.commitment_id = k.commitment_id
         WHERE NOT coalesce((key ->> 'in_kind')::boolean, false)
           AND (NOT key ? 'donor' OR key ->> 'donor' IN (o.identifier, o.id::text))
           AND (NOT key ? 'year' OR (key ->> 'year')::integer
                = extract(year FROM coalesce(c.commitment_date, k.awarded_on)))
           AND explain_fits(key, 'country', k.country)
           AND explain_fits(key, 'currency', k.currency)),
    counted AS (
        SELECT f.*,
               CASE WHEN measure = 'contracts' THEN NULL
                    WHEN measure = 'contracts_differing'
                    THEN CASE WHEN NOT f.differing THEN 'nobody says anything else of it' END
                    WHEN f.amount = 'NaN' THEN 'the rate set has no rate for it'
                    WHEN measure = 'contract_value' THEN NULL
                    WHEN f.donor_country IS NULL THEN 'the country of the donor is not known'
                    WHEN f.supplier_country IS NULL THEN 'the country of the supplier is not known'
                    WHEN measure = 'contract_value_outside'
                         AND f.supplier_country = f.donor_country
                    THEN 'it was won in the donor country' END AS excluded,
               ('contract-' || to_char(f.leaf_index, 'FM000000000000000')) COLLATE "C" AS sorted
          FROM found AS f),
    placed AS (
        SELECT c.*, explain_shows(c.sorted, after, page_size, row_number() OVER (
                        PARTITION BY after IS NULL OR c.sorted > after COLLATE "C"
                            ORDER BY c.sorted)) AS shown
          FROM counted AS c)
    SELECT p.sorted,
           CASE WHEN p.excluded IS NOT NULL THEN NULL
                WHEN measure IN ('contracts', 'contracts_differing') THEN 1
                WHEN measure = 'de_facto_untied_rate' AND p.supplier_country = p.donor_country
                THEN 0
                ELSE p.amount END,
           CASE WHEN p.excluded IS NULL AND measure = 'de_facto_untied_rate' THEN p.amount END,
           CASE WHEN p.excluded = 'the rate set has no rate for it' THEN 'NaN'::numeric
                WHEN p.excluded IS NULL OR p.excluded = 'it was won in the donor country'
                THEN 1 END,
           p.currency,
           CASE WHEN p.shown THEN jsonb_build_object(
               'kind', 'contract', 'commitment_id', p.commitment_id, 'donor', p.donor_key,
               'country', p.country, 'contract_award_id', p.award_id,
               'leaf_index', p.leaf_index, 'awarded_on', p.awarded_on,
               'donor_country', p.donor_country, 'supplier_country', p.supplier_country,
               'stated_amount', p.stated::text, 'stated_currency', p.stated_currency,
               'conversion', conversion_json(target, of_set, p.stated_currency, p.awarded_on),
               'excluded', p.excluded) END
      FROM placed AS p;
END
$$;

CREATE OR REPLACE FUNCTION explained_goals(key jsonb)
RETURNS TABLE (commitment_id uuid, serves text[], weights numeric[], place integer, link_id uuid,
               missing text)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    asked text := key ->> 'serves';
BEGIN
    PERFORM report_framework('C11', key ->> 'version');
    RETURN QUERY
    WITH linked AS MATERIALIZED (
        SELECT k.link_id, k.commitment_id, k.share, i.place,
               i.framework_version || ' ' || i.item AS serves,
               rank() OVER (PARTITION BY k.commitment_id ORDER BY v.ordinal DESC) AS age
          FROM report_links(key ->> 'country',
                        report_scope(key ->> 'donor', key ->> 'country')) AS k
          JOIN framework_version AS v
            ON v.framework = k.framework AND v.version = k.framework_version
          JOIN report_items('C11', key ->> 'version') AS i
            ON i.framework = k.framework AND i.framework_version = k.framework_version
               AND i.item = k.item
         WHERE i.kind = 'pillar'),
    -- The shares that links name, and what they leave of 100.
    goal AS (
        SELECT l.commitment_id, l.serves, l.place, l.share AS weight
          FROM linked AS l
         WHERE l.age = 1 AND l.share IS NOT NULL
         UNION ALL
        SELECT l.commitment_id,
               CASE WHEN bool_or(l.share IS NULL) THEN 'linked without a share'
                    ELSE 'rest of what is linked' END,
               2147483647, 100 - coalesce(sum(l.share), 0)
          FROM linked AS l
         WHERE l.age = 1
         GROUP BY l.commitment_id
        HAVING coalesce(sum(l.share), 0) < 100),
    split AS (
        SELECT g.commitment_id, array_agg(g.serves ORDER BY g.place) AS serves,
               array_agg(g.weight ORDER BY g.place) AS weights
          FROM goal AS g
         GROUP BY g.commitment_id)
    SELECT s.commitment_id, s.serves, s.weights, array_position(s.serves, asked), k.link_id,
           CASE WHEN asked = ANY (s.serves) THEN NULL
                WHEN asked = 'linked to none' THEN 'it is linked to a pillar'
                WHEN asked = 'linked without a share' THEN 'its link says a share'
                WHEN asked = 'rest of what is linked'
                THEN CASE WHEN 'linked without a share' = ANY (s.serves)
                          THEN 'its link says no share'
                          ELSE 'the shares of its links leave nothing' END
                WHEN k.age > 1 THEN 'its links to a newer version are counted'
                WHEN k.link_id IS NOT NULL THEN 'its link says no share'
                ELSE 'it is linked to another pillar' END
      FROM split AS s
      LEFT JOIN linked AS k ON k.commitment_id = s.commitment_id AND k.serves = asked;
END
$$;
