-- A figure of a report down to its rows: which records it counts and with how much, how each was split
-- and converted, and what belongs to the same place and is left out, and why.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

CREATE FUNCTION conversion_json(target text, of_set uuid, stated text, day date) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT jsonb_build_object(
               'rate_set', s.id, 'value_date', day, 'from', stated, 'to', target,
               'through', CASE WHEN s.base_currency NOT IN (stated, target)
                               THEN s.base_currency END,
               'multiplied_by', f.numerator::text, 'divided_by', f.denominator::text,
               'rates', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                                    'currency', c.code, 'rate', r.rate::text,
                                    'quotation', r.quotation, 'valid_from', r.valid_from)
                                    ORDER BY c.code COLLATE "C"), '[]')
                           FROM unnest(ARRAY[stated, target]) AS c (code)
                          CROSS JOIN LATERAL exchange_rate_on(s.id, c.code, day) AS r
                          WHERE c.code <> s.base_currency AND r.rate IS NOT NULL
                            AND stated <> target))
      FROM exchange_rate_set AS s
     CROSS JOIN LATERAL exchange_factor(s.id, stated, day, target) AS f
     WHERE s.id = of_set);
END
$$;
COMMENT ON FUNCTION conversion_json(text, uuid, text, date) IS
    'How an amount of a currency and a day is converted: with which rates, from when, and through '
    'which base; the factor is null where the set has no rate. Null when nothing is converted.';

-- What a figure is asked for by: the cells of its row that cut, and what the report was asked with.
CREATE FUNCTION explain_fits(key jsonb, name text, value text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE WHEN key ? name THEN coalesce(key ->> name = value, false)
                WHEN (key -> 'without') ? name THEN value IS NULL
                ELSE true END
$$;
COMMENT ON FUNCTION explain_fits(jsonb, text, text) IS
    'Whether a record is in the row asked for: with this value, with none, or with any where '
    'nothing is asked.';

CREATE FUNCTION explain_shows(place text, after text, page_size integer, nth bigint)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT (after IS NULL OR place COLLATE "C" > after) AND nth <= page_size $$;
COMMENT ON FUNCTION explain_shows(text, text, integer, bigint) IS
    'Whether a record, the nth of those after the page before, is on the page: only then it is '
    'written out.';

CREATE FUNCTION explained_exact(amount numeric, minor_unit integer, measure text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE WHEN amount IS NULL OR amount = 'NaN' THEN NULL
                WHEN measure IN ('confirmation_rate', 'visibility_gap', 'lag_median', 'lag_p90')
                THEN trunc(amount)::text
                ELSE report_sum(amount, minor_unit) END
$$;
COMMENT ON FUNCTION explained_exact(numeric, integer, text) IS
    'What one record counts with, not rounded; null when it has no rate.';

CREATE FUNCTION explain_parts(measure text, key jsonb, after text, page_size integer)
RETURNS TABLE (place text, numerator numeric, denominator numeric, base numeric,
               currency text, item jsonb)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    of_type  text := CASE WHEN starts_with(measure, 'committed') THEN '2' ELSE '3' END;
    ring     integer := CASE WHEN measure LIKE '%\_ict\_220' THEN 1
                             WHEN measure LIKE '%\_ict\_principal' THEN 2
                             WHEN measure LIKE '%\_ict\_significant' THEN 3 END;
    of_goods boolean := coalesce((key ->> 'in_kind')::boolean, false);
    target   text := key ->> 'convert_to';
    of_set   uuid := (key ->> 'rate_set')::uuid;
BEGIN
    RETURN QUERY
    WITH membership AS MATERIALIZED (
        SELECT m.* FROM report_memberships() AS m),
    found AS (
        SELECT l.leaf_index, t.*, a.ordinal, a.country, a.region, a.sector AS part_sector,
               a.amount AS part_amount, a.ict_amount, a.ict_ring,
               coalesce(o.identifier, o.id::text) AS donor
          FROM transaction AS t
          JOIN ledger_leaf AS l ON l.entry = t.entry AND l.leaf_index < report_position()
          JOIN allocation AS a ON a.transaction_id = t.id
          JOIN organisation AS o ON o.id = t.organisation_id
          LEFT JOIN transaction_reporting AS g ON g.transaction_id = t.id
         WHERE t.transaction_type = of_type
           AND (NOT key ? 'donor' OR key ->> 'donor' IN (o.identifier, o.id::text))
           AND explain_fits(key, 'country', a.country)
           AND explain_fits(key, 'region', a.region)
           AND explain_fits(key, 'sector', a.sector)
           AND (NOT key ? 'year'
                OR (key ->> 'year')::integer = report_year(
                       CASE WHEN key ->> 'period_basis' = 'reporting'
                            THEN coalesce(g.reporting_date, t.transaction_date)
                            ELSE t.transaction_date END, key ->> 'fiscal_year_of'))
           AND CASE coalesce(key ->> 'group', 'all')
                   WHEN 'all' THEN true
                   WHEN 'no country' THEN a.country IS NULL
                   WHEN 'no group' THEN a.country IS NOT NULL AND NOT EXISTS (
                        SELECT FROM membership AS m
                         WHERE m.country = a.country AND m.valid_from <= t.transaction_date
                           AND m.valid_to > t.transaction_date)
                   ELSE EXISTS (
                        SELECT FROM membership AS m
                         WHERE m.country = a.country AND m.valid_from <= t.transaction_date
                           AND m.valid_to > t.transaction_date
                           AND key ->> 'group' IN (m.country_group, 'union')) END),
    counted AS (
        SELECT f.*, x.currency AS shown_in, x.numerator AS multiplied, x.denominator AS divided,
               CASE WHEN ring IS NULL THEN f.part_amount
                    WHEN f.ict_ring <= ring THEN f.ict_amount
                    ELSE 0 END AS counts,
               CASE WHEN (f.in_kind IS NOT NULL) <> of_goods
                    THEN CASE WHEN of_goods THEN 'it is cash' ELSE 'it is aid in kind' END
                    WHEN x.numerator IS NULL THEN 'the rate set has no rate for it'
                    WHEN ring IS NOT NULL AND f.ict_ring IS NULL
                    THEN 'no part of it is marked as ICT'
                    WHEN ring < f.ict_ring THEN 'its ICT part is in a wider ring' END AS excluded
          FROM found AS f
         CROSS JOIN LATERAL report_factor(target, of_set, f.currency, f.value_date) AS x
         WHERE explain_fits(key, 'currency', x.currency)),
    placed AS (
        SELECT w.*, explain_shows(w.sorted, after, page_size, row_number() OVER (
                        PARTITION BY after IS NULL OR w.sorted > after COLLATE "C"
                            ORDER BY w.sorted)) AS shown
          FROM (SELECT c.*, (to_char(c.leaf_index, 'FM000000000000000') || '-'
                             || to_char(c.ordinal, 'FM00000')) COLLATE "C" AS sorted
                  FROM counted AS c) AS w)
    SELECT c.sorted,
           CASE WHEN c.excluded IS NULL
                THEN report_amount(c.counts, c.multiplied, c.divided) END,
           NULL::numeric, CASE WHEN c.multiplied IS NULL AND c.counts <> 0
                               THEN 'NaN'::numeric END, c.shown_in,
           CASE WHEN c.shown THEN jsonb_build_object(
               'kind', 'transaction_part', 'commitment_id', c.commitment_id,
               'transaction_id', c.id, 'donor', c.donor, 'transaction_type', c.transaction_type,
               'transaction_date', c.transaction_date, 'value_date', c.value_date,
               'adjusts', c.adjusts, 'entry', c.entry, 'leaf_index', c.leaf_index,
               'country', c.country, 'region', c.region, 'sector', c.part_sector,
               'transaction_amount', c.amount::text, 'stated_currency', c.currency,
               'part_amount', c.part_amount::text,
               'split_share', report_share(abs(c.part_amount), abs(c.amount)),
               'ict_amount', c.ict_amount::text, 'ict_ring', c.ict_ring,
               'stated_amount', c.counts::text,
               'conversion', conversion_json(target, of_set, c.currency, c.value_date),
               'excluded', c.excluded) END
      FROM placed AS c;
END
$$;
COMMENT ON FUNCTION explain_parts(text, jsonb, text, integer) IS
    'The parts of transactions behind an amount of the portfolio or of the allocation to groups. '
    'The "base" is not a number where a part has no rate: then the figure is none either.';

CREATE FUNCTION explain_receipts(measure text, key jsonb, after text, page_size integer)
RETURNS TABLE (place text, numerator numeric, denominator numeric, base numeric,
               currency text, item jsonb)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    WITH found AS (
        SELECT r.*, coalesce(o.identifier, o.id::text) AS donor_key, l.leaf_index, t.entry,
               r.received_on - r.value_date AS lag
          FROM report_receipts(key ->> 'convert_to', (key ->> 'rate_set')::uuid) AS r
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
                    WHEN f.amount = 'NaN' AND measure NOT IN ('confirmation_rate', 'visibility_gap',
                                                              'lag_median', 'lag_p90')
                    THEN 'the rate set has no rate for it'
                    WHEN measure IN ('lag_median', 'lag_p90')
                    THEN CASE WHEN f.lag IS NULL THEN 'no value date was received' END
                    WHEN measure = 'discrepancy_rate'
                    THEN CASE WHEN f.outcome IS NULL THEN 'the government said nothing' END
                    WHEN NOT f.invited THEN 'an import that the government has not taken up'
                    WHEN measure LIKE 'confirmation%' AND NOT f.due
                    THEN 'its 60 days have not passed' END AS excluded
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
                     WHEN 'visibility_gap'
                     THEN (c.outcome IS NOT DISTINCT FROM 'not_visible')::integer
                     WHEN 'visibility_gap_value'
                     THEN CASE WHEN c.outcome = 'not_visible' THEN c.amount ELSE 0 END
                     ELSE c.lag END END,
           CASE WHEN c.excluded IS NOT NULL OR measure IN ('lag_median', 'lag_p90') THEN NULL
                WHEN measure IN ('confirmation_rate', 'visibility_gap') THEN 1
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
COMMENT ON FUNCTION explain_receipts(text, jsonb, text, integer) IS
    'The disbursements behind a rate or a lag of the report on reconciliation.';

CREATE FUNCTION explain_promises(measure text, key jsonb, after text, page_size integer)
RETURNS TABLE (place text, numerator numeric, denominator numeric, base numeric,
               currency text, item jsonb)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    view_  text := coalesce(key ->> 'schedule_as_known',
                            CASE measure WHEN 'churn' THEN 'now' ELSE 'start_of_year' END);
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
          FROM report_promises(target, of_set) AS p
          JOIN organisation AS o ON o.id = p.donor
         WHERE (NOT key ? 'donor' OR key ->> 'donor' IN (o.identifier, o.id::text))
           AND explain_fits(key, 'country', p.country)
           AND explain_fits(key, 'currency', p.currency)
           AND (NOT key ? 'year' OR (key ->> 'year')::integer = p.year)),
    promised AS MATERIALIZED (
        SELECT i.*, fiscal_year(i.due_on, coalesce(k.start_month, 1), coalesce(k.start_day, 1),
                                k.label) AS year
          FROM report_instalments(target, of_set) AS i
          LEFT JOIN calendar AS k ON k.country = i.country
         WHERE i.commitment_id IN (SELECT f.commitment_id FROM found AS f)),
    payment AS MATERIALIZED (
        SELECT p.*, fiscal_year(p.transaction_date, coalesce(k.start_month, 1),
                                coalesce(k.start_day, 1), k.label) AS year
          FROM report_payments(target, of_set) AS p
          LEFT JOIN calendar AS k ON k.country = p.country
         WHERE p.commitment_id IN (SELECT f.commitment_id FROM found AS f)),
    counted AS (
        SELECT f.*,
               CASE WHEN f.scheduled IS NULL
                    THEN 'the ledger did not hold the commitment at that time'
                    WHEN measure = 'churn' AND f.at_start IS NULL
                    THEN 'the ledger did not hold the commitment when the year began'
                    WHEN 'NaN' IN (f.scheduled, f.paid) THEN 'the rate set has no rate for it' END
                    AS excluded
          FROM found AS f),
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
           CASE WHEN c.excluded IS NULL
                THEN CASE measure WHEN 'as_scheduled' THEN least(c.paid, c.scheduled)
                                  WHEN 'beyond_rate' THEN greatest(c.paid - c.scheduled, 0)
                                  ELSE abs(c.scheduled - c.at_start) END END,
           CASE WHEN c.excluded IS NULL
                THEN CASE measure WHEN 'as_scheduled' THEN c.scheduled
                                  WHEN 'beyond_rate' THEN c.paid
                                  ELSE c.at_start END END,
           c.scheduled, c.currency,
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
COMMENT ON FUNCTION explain_promises(text, jsonb, text, integer) IS
    'The commitments behind a rate of the report on annual predictability, each with the '
    'instalments that were due in the year and the payments made in it; the "base" is what was '
    'scheduled.';

CREATE FUNCTION explained_measures(slug text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN slug IN ('portfolio', 'group-allocation')
        THEN ARRAY['committed', 'committed_ict_220', 'committed_ict_principal',
                   'committed_ict_significant', 'disbursed', 'disbursed_ict_220',
                   'disbursed_ict_principal', 'disbursed_ict_significant']
        WHEN slug = 'reconciliation'
        THEN ARRAY['confirmation_rate', 'confirmation_rate_value', 'discrepancy_rate',
                   'visibility_gap', 'visibility_gap_value', 'lag_median', 'lag_p90']
        WHEN slug = 'predictability' THEN ARRAY['as_scheduled', 'beyond_rate', 'churn'] END
$$;
COMMENT ON FUNCTION explained_measures(text) IS
    'The measures of a report that are explained down to their rows; null for none.';

CREATE FUNCTION report_explained(slug text, measure text, asked jsonb, as_of text, after text,
                                 page_size integer)
RETURNS TABLE (tree_size bigint, body json, next text)
LANGUAGE plpgsql AS $$
DECLARE
    key      jsonb := jsonb_strip_nulls(asked);
    measures text[] := explained_measures(slug);
    faults   jsonb := '[]';
BEGIN
    IF measures IS NULL OR NOT measure = ANY (measures) THEN
        RETURN;
    END IF;
    tree_size := coalesce(as_of_position(as_of), aidledger.tree_size());
    PERFORM set_config('aidledger.tree_size', tree_size::text, true);
    IF key ? 'schedule_as_known'
       AND key ->> 'schedule_as_known' NOT IN ('start_of_year', 'last_revision', 'now') THEN
        faults := faults || jsonb_build_object('parameter', 'schedule_as_known', 'rule', 'enum',
            'detail', 'This is start_of_year, last_revision or now.');
    END IF;
    IF key ? 'group' AND NOT key ->> 'group' = ANY (ARRAY['LDC', 'SIDS', 'LLDC', 'EIT', 'union',
                                                          'no group', 'no country', 'all']) THEN
        faults := faults || jsonb_build_object('parameter', 'group', 'rule', 'enum', 'detail',
            'This is LDC, SIDS, LLDC, EIT, union, no group, no country or all.');
    END IF;
    IF NOT string_to_array(coalesce(key ->> 'without', ''), ',')
           <@ ARRAY['country', 'region', 'sector'] THEN
        faults := faults || jsonb_build_object('parameter', 'without', 'rule', 'enum', 'detail',
            'This lists country, region or sector, with commas between them.');
    END IF;
    IF faults <> '[]' THEN
        RAISE EXCEPTION USING ERRCODE = 'AL422',
            MESSAGE = 'There is no such figure to explain.', DETAIL = faults::text;
    END IF;
    PERFORM report_period_basis(key ->> 'period_basis');
    PERFORM report_converts(key ->> 'convert_to', (key ->> 'rate_set')::uuid);
    -- What the row has no value for comes as one text; here it is a list.
    IF key ? 'without' THEN
        key := jsonb_set(key, '{without}', to_jsonb(string_to_array(key ->> 'without', ',')));
    END IF;
    RETURN QUERY
    WITH found AS MATERIALIZED (
        SELECT w.*
          FROM (SELECT p.* FROM explain_parts(measure, key, after, page_size) AS p
                 WHERE slug IN ('portfolio', 'group-allocation')
                 UNION ALL
                SELECT r.* FROM explain_receipts(measure, key, after, page_size) AS r
                 WHERE slug = 'reconciliation'
                 UNION ALL
                SELECT p.* FROM explain_promises(measure, key, after, page_size) AS p
                 WHERE slug = 'predictability') AS w),
    figure AS (
        SELECT f.currency, count(*) FILTER (WHERE f.numerator IS NOT NULL) AS counted,
               count(*) FILTER (WHERE f.numerator IS NULL) AS excluded,
               sum(f.numerator) AS numerator, sum(f.denominator) AS denominator,
               sum(f.base) FILTER (WHERE f.base <> 'NaN') AS base,
               coalesce(bool_or(f.base = 'NaN'), false) AS unrated,
               CASE measure
                    WHEN 'lag_median' THEN percentile_disc(0.5) WITHIN GROUP (ORDER BY f.numerator)
                    WHEN 'lag_p90' THEN percentile_disc(0.9) WITHIN GROUP (ORDER BY f.numerator)
                    END AS lag
          FROM found AS f
         GROUP BY f.currency),
    page AS (
        SELECT f.*, row_number() OVER (ORDER BY f.place COLLATE "C") AS at
          FROM found AS f
         WHERE after IS NULL OR f.place COLLATE "C" > after
         ORDER BY f.place COLLATE "C"
         LIMIT page_size + 1)
    SELECT report_explained.tree_size,
           json_build_object(
               'report', slug, 'measure', measure, 'tree_size', report_explained.tree_size,
               'row', asked_json(key),
               'figures', (SELECT coalesce(json_agg(json_build_object(
                               'currency', g.currency, 'counted', g.counted,
                               'excluded', g.excluded,
                               'numerator', CASE WHEN g.lag IS NULL AND NOT g.unrated
                                   THEN explained_sum(g.numerator, u.minor_unit, measure) END,
                               'denominator', CASE WHEN g.denominator IS NOT NULL
                                   THEN explained_sum(g.denominator, u.minor_unit, measure) END,
                               'value', CASE
                                   WHEN g.unrated THEN NULL
                                   WHEN slug IN ('portfolio', 'group-allocation')
                                   THEN explained_sum(g.numerator, u.minor_unit, measure)
                                   WHEN measure IN ('lag_median', 'lag_p90') THEN g.lag::text
                                   WHEN measure = 'beyond_rate' AND g.denominator = 0
                                    AND g.base > 0
                                   THEN '0.00'
                                   ELSE report_share(g.numerator, g.denominator) END)
                               ORDER BY g.currency COLLATE "C"), '[]')
                             FROM figure AS g
                             JOIN currency AS u ON u.code = g.currency),
               'items', (SELECT coalesce(json_agg(
                             (p.item || jsonb_build_object(
                                  'currency', p.currency,
                                  'numerator', explained_exact(p.numerator, u.minor_unit, measure),
                                  'denominator', explained_exact(p.denominator, u.minor_unit,
                                                                 measure)))::json
                             ORDER BY p.at), '[]')
                           FROM page AS p
                           JOIN currency AS u ON u.code = p.currency
                          WHERE p.at <= page_size)),
           (SELECT p.place FROM page AS p
             WHERE p.at = page_size AND EXISTS (SELECT FROM page AS q WHERE q.at > p.at));
END
$$;
COMMENT ON FUNCTION report_explained(text, text, jsonb, text, text, integer) IS
    'A page of the rows behind a figure at a position, with what they add up to in each currency; '
    'nothing for a figure that is not explained.';

CREATE FUNCTION explained_sum(total numeric, minor_unit integer, measure text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE WHEN measure IN ('confirmation_rate', 'visibility_gap') THEN trunc(total)::text
                ELSE report_sum(total, minor_unit, '') END
$$;
COMMENT ON FUNCTION explained_sum(numeric, integer, text) IS
    'A sum of counts, or of amounts rounded to the smallest unit of their currency.';

CREATE FUNCTION asked_json(key jsonb) RETURNS json
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT coalesce(json_object_agg(k.key, k.value ORDER BY k.key), '{}')
      FROM jsonb_each(key) AS k
$$;
COMMENT ON FUNCTION asked_json(jsonb) IS 'What a figure is asked for by, as it was taken.';

GRANT EXECUTE ON FUNCTION report_position(), report_day(), report_memberships(),
      report_year(date, text), report_period_basis(text), report_rate_set(text, uuid),
      report_amount(numeric, numeric, numeric), report_sum(numeric, integer),
      report_sum(numeric, integer, text), report_share(numeric, numeric),
      report_factor(text, uuid, text, date), report_converts(text, uuid),
      report_receipts(text, uuid), report_calendars(), report_schedules(),
      report_instalments(text, uuid), report_payments(text, uuid), report_promises(text, uuid),
      fiscal_year_start(integer, integer, integer, text), parts_with_share(jsonb),
      largest_remainder(numeric, integer, numeric[]), share_weights(text[]), share_fraction(text),
      conversion_json(text, uuid, text, date), explain_fits(jsonb, text, text),
      explain_shows(text, text, integer, bigint), explained_exact(numeric, integer, text),
      explain_parts(text, jsonb, text, integer), explain_receipts(text, jsonb, text, integer),
      explain_promises(text, jsonb, text, integer),
      explained_measures(text), explained_sum(numeric, integer, text), asked_json(jsonb),
      report_explained(text, text, jsonb, text, text, integer)
   TO aidledger_public, aidledger_scoped;

-- ---------------------------------------------------------------- what every report points to

CREATE OR REPLACE FUNCTION report_enter(asked text, filters jsonb, OUT tree_size bigint,
                                        OUT preface text, OUT note text, OUT related text)
LANGUAGE plpgsql AS $$
DECLARE
    standing record;
    limits   text;
BEGIN
    tree_size := coalesce(as_of_position(asked), aidledger.tree_size());
    PERFORM set_config('aidledger.tree_size', tree_size::text, true);
    SELECT d.* INTO standing FROM report_disagreements(filters) AS d;
    SELECT '/v1/reports/data-limitations?' || string_agg(
               p.name || '=' || percent_encoded(p.value), '&' ORDER BY p.place)
      INTO limits
      FROM (VALUES (1, 'donor', filters ->> 'donor'),
                   (2, 'country', coalesce(filters ->> 'country', filters ->> 'recipient')),
                   (3, 'as_of', tree_size::text)) AS p (place, name, value)
     WHERE p.value IS NOT NULL;
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
COMMENT ON FUNCTION report_enter(text, jsonb) IS
    'Binds the report that follows in this transaction to a position, the newest when none is '
    'asked for, and returns it with what the report says beside its rows: members of its JSON '
    'document, lines before its CSV, and the address of what is listed elsewhere. What the data do '
    'not tell of the same donor and country is a report of its own, and every report points to '
    'it. Without a position a report could not be run again.';
