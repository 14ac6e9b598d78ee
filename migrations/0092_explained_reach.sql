-- An explanation costs what its figure is made of: the commitments of the donor or country that it names,
-- the days of its year. It was planned like a report on everything, which reads every table from end to
-- end, for three records as for three million.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

CREATE FUNCTION explained_days(first_year text, last_year text, key jsonb) RETURNS daterange
LANGUAGE sql STABLE
AS $$
    SELECT CASE WHEN key ->> 'period_basis' = 'reporting' OR coalesce(first_year, last_year) IS NULL
                THEN NULL
                -- Years that go backwards are none.
                ELSE daterange(make_date(least(y.first, y.last) - y.fiscal, 1, 1),
                               make_date(y.last + y.fiscal, 1, 1)) END
      FROM (SELECT coalesce(first_year, '2')::integer AS first,
                   coalesce(last_year, '9990')::integer + 1 AS last,
                   (key ? 'fiscal_year_of')::integer AS fiscal) AS y
$$;
COMMENT ON FUNCTION explained_days(text, text, jsonb) IS
    'Days outside of which nothing is dated that belongs to these years, null when there are none: a '
    'fiscal year takes in part of the calendar year before or after.';

-- A report asks for it many times, in one transaction: what names a country is looked for once.
CREATE OR REPLACE FUNCTION report_scope(of_donor text, of_country text) RETURNS uuid[]
LANGUAGE plpgsql STABLE SET enable_nestloop = on
AS $$
DECLARE
    kept  text := current_setting('aidledger.scope', true);
    found uuid[];
BEGIN
    IF of_donor IS NOT NULL THEN
        RETURN ARRAY(SELECT c.id
                       FROM commitment AS c
                      WHERE c.organisation_id = ANY (report_donors(of_donor)));
    ELSIF of_country IS NULL THEN
        RETURN NULL;
    ELSIF starts_with(kept, of_country || ' ') THEN
        RETURN substr(kept, length(of_country) + 2)::uuid[];
    END IF;
    found := ARRAY(SELECT t.commitment_id
                     FROM allocation AS a
                     JOIN transaction AS t ON t.id = a.transaction_id
                    WHERE a.country = of_country
                    UNION
                   SELECT i.commitment_id FROM ownership_input AS i WHERE i.country = of_country
                    UNION
                   SELECT r.commitment_id
                     FROM commitment_revision AS r
                    WHERE of_country = ANY (r.countries));
    PERFORM set_config('aidledger.scope', of_country || ' ' || found::text, true);
    RETURN found;
END
$$;

-- ---------------------------------------------------------------- money

DROP FUNCTION explained_parts(uuid, text, text[], text, uuid);
CREATE FUNCTION explained_parts(of_donor uuid, of_country text, types text[], target text,
                                of_set uuid, of_days daterange DEFAULT NULL,
                                of_these uuid[] DEFAULT NULL)
RETURNS TABLE (place text, transaction_id uuid, ordinal integer, commitment_id uuid, donor uuid,
               transaction_type text, transaction_date date, in_kind boolean, country text,
               region text, sector text, currency text, amount numeric, ict_220 numeric,
               ict_principal numeric, ict_significant numeric, stated numeric, multiplied numeric,
               divided numeric, flow_type text, finance_type text, aid_type text,
               tied_status text)
LANGUAGE plpgsql STABLE SET enable_nestloop = on SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    of_commitments uuid[] := coalesce(of_these, report_scope(of_donor::text, of_country));
    until_leaf     bigint := report_position();
BEGIN
    PERFORM report_converts(target, of_set);
    RETURN QUERY
    WITH part AS MATERIALIZED (
        SELECT l.leaf_index, t.id, t.commitment_id, t.organisation_id, t.transaction_type,
               t.transaction_date, t.value_date, t.in_kind IS NOT NULL AS in_kind,
               t.currency AS stated_currency, t.flow_type, t.finance_type, t.aid_type,
               t.tied_status, a.ordinal, a.country, a.region, a.sector, a.amount,
               a.ict_amount, a.ict_ring
          FROM commitment AS c
          JOIN transaction AS t ON t.commitment_id = c.id
          JOIN ledger_leaf AS l ON l.entry = t.entry AND l.leaf_index < until_leaf
          JOIN allocation AS a ON a.transaction_id = t.id
         WHERE c.published
           AND (of_commitments IS NULL OR t.commitment_id = ANY (of_commitments))
           AND (of_days IS NULL OR t.transaction_date <@ of_days)
           AND (of_donor IS NULL OR c.organisation_id = of_donor)
           AND (of_donor IS NULL OR t.organisation_id = of_donor)
           AND (of_country IS NULL OR a.country = of_country)
           AND (types IS NULL OR t.transaction_type = ANY (types))),
    factor AS MATERIALIZED (
        SELECT d.stated_currency, d.value_date, f.currency, f.numerator, f.denominator
          FROM (SELECT DISTINCT p.stated_currency, p.value_date FROM part AS p) AS d
         CROSS JOIN LATERAL report_factor(target, of_set, d.stated_currency, d.value_date) AS f)
    SELECT leaf_place(p.leaf_index, p.ordinal), p.id, p.ordinal::integer, p.commitment_id,
           p.organisation_id, p.transaction_type, p.transaction_date, p.in_kind, p.country,
           p.region, p.sector, f.currency, report_amount(p.amount, f.numerator, f.denominator),
           report_amount(CASE WHEN p.ict_ring <= 1 THEN p.ict_amount ELSE 0 END, f.numerator,
                         f.denominator),
           report_amount(CASE WHEN p.ict_ring <= 2 THEN p.ict_amount ELSE 0 END, f.numerator,
                         f.denominator),
           report_amount(p.ict_amount, f.numerator, f.denominator), p.amount, f.numerator,
           f.denominator, p.flow_type, p.finance_type, p.aid_type, p.tied_status
      FROM part AS p
      JOIN factor AS f ON f.stated_currency = p.stated_currency AND f.value_date = p.value_date;
END
$$;
COMMENT ON FUNCTION explained_parts(uuid, text, text[], text, uuid, daterange, uuid[]) IS
    'The parts of transactions that figures of money are made of, each with its place in the log, as '
    'the report counts them: of a donor, a country, some types and days, and of these commitments '
    'alone, or all where these are null.';
GRANT EXECUTE ON FUNCTION explained_days(text, text, jsonb),
      explained_parts(uuid, text, text[], text, uuid, daterange, uuid[])
   TO aidledger_public, aidledger_scoped, aidledger_reporter;

CREATE OR REPLACE FUNCTION explain_parts(measure text, key jsonb, after text, page_size integer)
RETURNS TABLE (place text, numerator numeric, denominator numeric, base numeric,
               currency text, item jsonb)
LANGUAGE plpgsql STABLE SET enable_nestloop = on SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    of_type  text := CASE WHEN starts_with(measure, 'committed') THEN '2' ELSE '3' END;
    ring     integer := CASE WHEN measure LIKE '%\_ict\_220' THEN 1
                             WHEN measure LIKE '%\_ict\_principal' THEN 2
                             WHEN measure LIKE '%\_ict\_significant' THEN 3 END;
    of_goods boolean := coalesce((key ->> 'in_kind')::boolean, false);
    target   text := key ->> 'convert_to';
    of_set   uuid := (key ->> 'rate_set')::uuid;
    of_days  daterange := explained_days(key ->> 'year', key ->> 'year', key);
    of_commitments uuid[] := report_scope(key ->> 'donor', key ->> 'country');
    until_leaf     bigint := report_position();
BEGIN
    RETURN QUERY
    WITH membership AS MATERIALIZED (
        SELECT m.* FROM report_memberships() AS m),
    found AS (
        SELECT l.leaf_index, t.*, a.ordinal, a.country, a.region, a.sector AS part_sector,
               a.amount AS part_amount, a.ict_amount, a.ict_ring,
               coalesce(o.identifier, o.id::text) AS donor
          FROM transaction AS t
          JOIN ledger_leaf AS l ON l.entry = t.entry AND l.leaf_index < until_leaf
          JOIN allocation AS a ON a.transaction_id = t.id
          JOIN organisation AS o ON o.id = t.organisation_id
          LEFT JOIN transaction_reporting AS g ON g.transaction_id = t.id
         WHERE t.transaction_type = of_type
           AND (of_commitments IS NULL OR t.commitment_id = ANY (of_commitments))
           AND (of_days IS NULL OR t.transaction_date <@ of_days)
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

CREATE OR REPLACE FUNCTION explain_money(measure text, key jsonb, after text, page_size integer)
RETURNS TABLE (place text, numerator numeric, denominator numeric, base numeric,
               currency text, item jsonb)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    target   text := key ->> 'convert_to';
    of_set   uuid := (key ->> 'rate_set')::uuid;
    of_goods boolean := coalesce((key ->> 'in_kind')::boolean, false);
    types    text[] := CASE WHEN measure LIKE 'tying\_%' OR measure LIKE '%\_committed'
                            THEN ARRAY['2']
                            WHEN measure LIKE '%\_disbursed' THEN ARRAY['3']
                            WHEN measure = 'all_expended' THEN ARRAY['4']
                            WHEN measure = 'all_reimbursed' THEN ARRAY['7']
                            WHEN measure IN ('group_countries', 'paid_of_agreed')
                            THEN ARRAY['2', '3']
                            WHEN measure = 'balance' THEN ARRAY['2', '3', '7']
                            WHEN key ? 'transaction_type' THEN ARRAY[key ->> 'transaction_type']
                            END;
    things   text := CASE WHEN measure IN ('transactions', 'commitments', 'donors', 'countries')
                          THEN measure
                          WHEN measure = 'group_countries' THEN 'countries' END;
    ring     integer := CASE WHEN starts_with(measure, 'ict_220') THEN 1
                             WHEN starts_with(measure, 'ict_principal') THEN 2
                             WHEN starts_with(measure, 'ict_significant') THEN 3 END;
    rate     boolean := measure ~ '_rate|_of_';
BEGIN
    RETURN QUERY
    WITH membership AS MATERIALIZED (
        SELECT m.* FROM report_memberships() AS m WHERE key ? 'group'),
    part AS MATERIALIZED (
        SELECT p.*
          FROM explained_parts(explained_donor(key), key ->> 'country', types, target, of_set,
                               explained_days(coalesce(key ->> 'year', key ->> 'year_from'),
                                              coalesce(key ->> 'year', key ->> 'year_to'), key)) AS p
         WHERE explain_fits(key, 'country', p.country)
           AND explain_fits(key, 'region', p.region)
           AND explain_fits(key, 'sector', p.sector)
           AND explain_fits(key, 'sector_category', left(p.sector, 3))
           AND explain_fits(key, 'currency', p.currency)
           AND extract(year FROM p.transaction_date)
               BETWEEN coalesce(key ->> 'year', key ->> 'year_from', '0')::integer
                   AND coalesce(key ->> 'year', key ->> 'year_to', '9999')::integer
           AND CASE coalesce(key ->> 'group', 'all')
                   WHEN 'all' THEN true
                   WHEN 'no country' THEN p.country IS NULL
                   ELSE p.country IS NOT NULL AND (key ->> 'group' = 'no group') <> EXISTS (
                            SELECT FROM membership AS m
                             WHERE m.country = p.country
                               AND m.valid_from <= p.transaction_date
                               AND m.valid_to > p.transaction_date
                               AND key ->> 'group' IN (m.country_group, 'no group', 'union'))
                   END),
    class AS MATERIALIZED (
        SELECT c.*
          FROM report_contents(ARRAY(SELECT DISTINCT p.commitment_id FROM part AS p)) AS c
         WHERE c.revision IS NOT NULL),
    found AS (
        SELECT p.*, CASE ring WHEN 1 THEN p.ict_220 WHEN 2 THEN p.ict_principal
                              WHEN 3 THEN p.ict_significant END AS ict,
               CASE WHEN tying_left_out(coalesce(p.aid_type, c.aid_type)) IS NOT NULL
                    THEN 'disregarded'
                    ELSE CASE coalesce(p.tied_status, c.tied_status)
                             WHEN '3' THEN 'partially_tied' WHEN '4' THEN 'tied'
                             WHEN '5' THEN 'untied' ELSE 'unreported' END END AS tying,
               CASE things WHEN 'transactions' THEN p.transaction_id::text
                           WHEN 'commitments' THEN p.commitment_id::text
                           WHEN 'donors' THEN p.donor::text
                           WHEN 'countries' THEN p.country END AS thing
          FROM part AS p
          JOIN organisation AS o ON o.id = p.donor
          JOIN class AS c ON c.commitment_id = p.commitment_id
         WHERE explain_fits(key, 'donor_type', o.type_code)
           AND explain_fits(key, 'flow_type', coalesce(p.flow_type, c.flow_type))
           AND explain_fits(key, 'finance_type', coalesce(p.finance_type, c.finance_type))
           AND explain_fits(key, 'aid_type', coalesce(p.aid_type, c.aid_type))
           AND explain_fits(key, 'tied_status', coalesce(p.tied_status, c.tied_status))),
    barred AS (
        SELECT f.*, CASE WHEN f.in_kind <> of_goods
                         THEN CASE WHEN f.in_kind THEN 'it is aid in kind' ELSE 'it is cash' END
                         WHEN things = 'countries' AND f.thing IS NULL THEN 'it names no country'
                         END AS bar
          FROM found AS f),
    counted AS (
        SELECT b.*, coalesce(b.bar, CASE
               WHEN things IS NOT NULL AND row_number() OVER (
                        PARTITION BY b.bar, b.currency, b.thing ORDER BY b.place) > 1
               THEN 'what it is counted for is counted already'
               WHEN measure ~ '^tying_.*_rate$' AND b.tying = 'disregarded'
               THEN 'statistics on tying disregard its aid type'
               WHEN measure = 'tying_untied_rate' AND b.tying = 'unreported'
               THEN 'whether it is tied is not reported'
               WHEN measure ~ '^tying_' AND measure NOT IN ('tying_all', 'tying_' || b.tying)
                    AND NOT rate
               THEN 'its tied status is another'
               WHEN ring IS NOT NULL AND NOT rate AND b.ict_significant = 0
               THEN 'no part of it is marked as ICT'
               WHEN ring IS NOT NULL AND NOT rate AND b.ict = 0
               THEN 'its ICT part is in a wider ring'
               WHEN things IS NULL AND 'NaN' IN (b.amount, b.ict)
               THEN 'the rate set has no rate for it' END) AS excluded
          FROM barred AS b),
    placed AS (
        SELECT c.*, explain_shows(c.place, after, page_size, row_number() OVER (
                        PARTITION BY after IS NULL OR c.place COLLATE "C" > after
                            ORDER BY c.place COLLATE "C")) AS shown
          FROM counted AS c)
    SELECT p.place,
           CASE WHEN p.excluded IS NOT NULL THEN NULL
                WHEN things IS NOT NULL THEN 1
                WHEN ring IS NOT NULL THEN p.ict
                WHEN measure = 'balance' AND p.transaction_type <> '2' THEN -p.amount
                WHEN measure = 'tying_untied_rate' AND p.tying <> 'untied'
                  OR measure = 'tying_unreported_rate' AND p.tying <> 'unreported'
                  OR measure = 'paid_of_agreed' AND p.transaction_type = '2'
                THEN 0
                ELSE p.amount END,
           CASE WHEN p.excluded IS NOT NULL OR NOT rate THEN NULL
                WHEN measure = 'paid_of_agreed' AND p.transaction_type = '3' THEN 0
                ELSE p.amount END,
           CASE WHEN p.excluded = 'the rate set has no rate for it' THEN 'NaN'::numeric END,
           p.currency,
           CASE WHEN p.shown
                THEN part_json(p.transaction_id, p.ordinal, target, of_set)
                     || jsonb_build_object('excluded', p.excluded)
                     || CASE WHEN starts_with(measure, 'tying_')
                             THEN jsonb_build_object('tying', p.tying) ELSE '{}' END END
      FROM placed AS p;
END
$$;

CREATE OR REPLACE FUNCTION explain_linked_money(measure text, key jsonb, after text, page_size integer)
RETURNS TABLE (place text, numerator numeric, denominator numeric, base numeric,
               currency text, item jsonb)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    scope    text := key ->> 'scope';
    target   text := key ->> 'convert_to';
    of_set   uuid := (key ->> 'rate_set')::uuid;
    of_goods boolean := coalesce((key ->> 'in_kind')::boolean, false);
    linked   uuid[] := CASE WHEN scope = 'item' AND measure <> 'share_of_total'
                            THEN ARRAY(SELECT k.commitment_id FROM explained_links(key) AS k) END;
    of_type  text := CASE measure WHEN 'disbursed' THEN '3' ELSE '2' END;
BEGIN
    RETURN QUERY
    WITH link AS MATERIALIZED (
        SELECT k.* FROM explained_links(key) AS k),
    found AS (
        SELECT p.*, k.link_id, coalesce(k.is_linked, false) AS is_linked, k.endorsed,
               CASE WHEN scope IN ('unlinked', 'total') THEN 100 ELSE k.share END AS share
          FROM explained_parts(explained_donor(key), key ->> 'country', ARRAY['2', '3'], target,
                               of_set, NULL, linked) AS p
          LEFT JOIN link AS k ON k.commitment_id = p.commitment_id
         WHERE explain_fits(key, 'currency', p.currency)
           AND (scope <> 'item' OR k.is_linked OR measure = 'share_of_total')),
    counted AS (
        SELECT f.*,
               CASE WHEN f.in_kind <> of_goods
                    THEN CASE WHEN f.in_kind THEN 'it is aid in kind' ELSE 'it is cash' END
                    WHEN f.transaction_type <> of_type THEN 'it is another type of transaction'
                    WHEN measure = 'share_of_total'
                    THEN CASE WHEN f.amount = 'NaN' THEN 'the rate set has no rate for it' END
                    WHEN scope = 'linked' AND NOT f.is_linked THEN 'it is linked to no item'
                    WHEN scope = 'unlinked' AND f.is_linked THEN 'it is linked to an item'
                    WHEN measure = 'committed_without_share' AND f.share IS NOT NULL
                    THEN 'its link says a share'
                    WHEN measure <> 'committed_without_share' AND f.share IS NULL
                    THEN 'its link says no share'
                    WHEN measure = 'committed_endorsed' AND NOT f.endorsed
                    THEN 'no government has endorsed its link'
                    WHEN f.amount = 'NaN' THEN 'the rate set has no rate for it' END AS excluded,
               CASE WHEN scope = 'linked' AND NOT f.is_linked
                      OR scope = 'unlinked' AND f.is_linked THEN 0
                    ELSE coalesce(f.share, 0) END AS counts
          FROM found AS f),
    placed AS (
        SELECT c.*, explain_shows(c.place, after, page_size, row_number() OVER (
                        PARTITION BY after IS NULL OR c.place COLLATE "C" > after
                            ORDER BY c.place COLLATE "C")) AS shown
          FROM counted AS c
         WHERE scope = 'item' OR measure IN ('committed', 'disbursed', 'share_of_total')
            OR scope = 'linked' AND measure = 'committed_endorsed')
    SELECT p.place,
           CASE WHEN p.excluded IS NOT NULL THEN NULL
                WHEN measure = 'committed_without_share' THEN p.amount
                ELSE p.amount * p.counts / 100 END,
           CASE WHEN p.excluded IS NULL AND measure = 'share_of_total' THEN p.amount END,
           CASE WHEN p.excluded = 'the rate set has no rate for it' THEN 'NaN'::numeric
                WHEN p.in_kind = of_goods AND p.counts > 0 THEN 1 END,
           p.currency,
           CASE WHEN p.shown
                THEN part_json(p.transaction_id, p.ordinal, target, of_set)
                     || jsonb_build_object('excluded', p.excluded, 'link_id', p.link_id,
                                           'link_share', trim_scale(p.share)::text,
                                           'endorsed', p.endorsed) END
      FROM placed AS p;
END
$$;

CREATE OR REPLACE FUNCTION explain_linked(measure text, key jsonb, after text, page_size integer)
RETURNS TABLE (place text, numerator numeric, denominator numeric, base numeric,
               currency text, item jsonb)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    scope  text := key ->> 'scope';
    linked uuid[] := CASE WHEN scope = 'item'
                          THEN ARRAY(SELECT k.commitment_id FROM explained_links(key) AS k) END;
BEGIN
    RETURN QUERY
    WITH link AS MATERIALIZED (
        SELECT k.* FROM explained_links(key) AS k),
    found AS (
        SELECT DISTINCT p.commitment_id, p.currency, k.link_id,
               coalesce(k.is_linked, false) AS is_linked, k.share, k.endorsed, k.refused
          FROM explained_parts(explained_donor(key), key ->> 'country', ARRAY['2', '3'],
                               key ->> 'convert_to', (key ->> 'rate_set')::uuid, NULL,
                               linked) AS p
          LEFT JOIN link AS k ON k.commitment_id = p.commitment_id
         WHERE p.in_kind = coalesce((key ->> 'in_kind')::boolean, false)
           AND explain_fits(key, 'currency', p.currency)
           AND (scope <> 'item' OR k.is_linked)
           AND (measure = 'commitments' OR scope = 'item'
                OR scope = 'linked' AND measure <> 'refused')),
    counted AS (
        SELECT f.*,
               CASE WHEN scope = 'linked' AND NOT f.is_linked THEN 'it is linked to no item'
                    WHEN scope = 'unlinked' AND f.is_linked THEN 'it is linked to an item'
                    WHEN measure = 'endorsed' AND NOT f.endorsed
                    THEN 'no government has endorsed its link'
                    WHEN measure = 'refused' AND NOT f.refused
                    THEN 'no government has refused its link' END AS excluded,
               (f.commitment_id || '-' || f.currency) COLLATE "C" AS sorted
          FROM found AS f),
    placed AS (
        SELECT c.*, explain_shows(c.sorted, after, page_size, row_number() OVER (
                        PARTITION BY after IS NULL OR c.sorted > after COLLATE "C"
                            ORDER BY c.sorted)) AS shown
          FROM counted AS c)
    SELECT p.sorted,
           CASE WHEN p.excluded IS NULL
                THEN CASE measure WHEN 'link_quality' THEN p.endorsed::integer ELSE 1 END
                END::numeric,
           CASE WHEN p.excluded IS NULL AND measure = 'link_quality' THEN 1::numeric END,
           NULL::numeric, p.currency,
           CASE WHEN p.shown
                THEN explained_commitment(p.commitment_id)
                     || jsonb_build_object('excluded', p.excluded, 'link_id', p.link_id,
                                           'link_share', trim_scale(p.share)::text,
                                           'endorsed', p.endorsed) END
      FROM placed AS p;
END
$$;

CREATE OR REPLACE FUNCTION explain_bridge(measure text, key jsonb, after text, page_size integer)
RETURNS TABLE (place text, numerator numeric, denominator numeric, base numeric,
               currency text, item jsonb)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    step     text := key ->> 'step';
    target   text := key ->> 'convert_to';
    of_set   uuid := (key ->> 'rate_set')::uuid;
    of_goods boolean := coalesce((key ->> 'in_kind')::boolean, false);
    is_cause boolean := step IN ('students', 'refugees');
    is_rate  boolean := measure LIKE '%\_rate';
BEGIN
    RETURN QUERY
    WITH part AS MATERIALIZED (
        SELECT p.*
          FROM explained_parts(explained_donor(key), key ->> 'country', ARRAY['2'], target, of_set,
                               explained_days(key ->> 'year', key ->> 'year', key)) AS p),
    class AS MATERIALIZED (
        SELECT c.*
          FROM report_contents(ARRAY(SELECT DISTINCT p.commitment_id FROM part AS p)) AS c
         WHERE c.revision IS NOT NULL),
    found AS (
        SELECT p.*, w.left_out, w.said,
               coalesce(w.left_out IN ('students', 'refugees'), false) AS moved
          FROM part AS p
          JOIN class AS c ON c.commitment_id = p.commitment_id
         CROSS JOIN LATERAL (
               SELECT tying_left_out(coalesce(p.aid_type, c.aid_type)) AS left_out,
                      CASE coalesce(p.tied_status, c.tied_status)
                          WHEN '3' THEN 'partially_tied'
                          WHEN '4' THEN 'tied'
                          WHEN '5' THEN 'untied'
                          ELSE 'unreported' END AS said) AS w
         WHERE explain_fits(key, 'country', p.country)
           AND explain_fits(key, 'currency', p.currency)
           AND (NOT key ? 'year'
                OR extract(year FROM p.transaction_date) = (key ->> 'year')::integer)),
    -- A cause takes money from what was said of it, and adds it to what is disregarded.
    placed AS (
        SELECT f.*,
               CASE WHEN is_cause
                    THEN CASE measure WHEN 'disregarded' THEN measure ELSE f.said END
                    WHEN f.left_out IS NULL OR f.moved AND step = 'definition_1' THEN f.said
                    ELSE 'disregarded' END AS tying,
               CASE WHEN is_cause AND measure <> 'disregarded' THEN -1 ELSE 1 END AS sign
          FROM found AS f),
    counted AS (
        SELECT p.*,
               CASE WHEN p.in_kind <> of_goods
                    THEN CASE WHEN p.in_kind THEN 'it is aid in kind' ELSE 'it is cash' END
                    WHEN is_cause AND NOT p.moved THEN 'both definitions count it alike'
                    WHEN is_cause AND p.left_out <> step THEN 'another cause changes how it counts'
                    WHEN is_cause AND is_rate THEN 'the difference that a cause makes has no rate'
                    WHEN is_rate AND p.tying = 'disregarded'
                    THEN 'statistics on tying disregard its aid type'
                    WHEN measure = 'untied_rate' AND p.tying = 'unreported'
                    THEN 'whether it is tied is not reported'
                    WHEN NOT is_rate AND p.tying <> measure THEN 'its tied status is another'
                    WHEN p.amount = 'NaN' THEN 'the rate set has no rate for it' END AS excluded
          FROM placed AS p),
    listed AS (
        SELECT c.*, explain_shows(c.place, after, page_size, row_number() OVER (
                        PARTITION BY after IS NULL OR c.place COLLATE "C" > after
                            ORDER BY c.place COLLATE "C")) AS shown
          FROM counted AS c)
    SELECT l.place,
           CASE WHEN l.excluded IS NOT NULL THEN NULL
                WHEN is_rate AND l.tying || '_rate' <> measure THEN 0
                ELSE l.sign * l.amount END,
           CASE WHEN l.excluded IS NULL AND is_rate THEN l.amount END,
           CASE WHEN l.excluded = 'the rate set has no rate for it' THEN 'NaN'::numeric END,
           l.currency,
           CASE WHEN l.shown
                THEN part_json(l.transaction_id, l.ordinal, target, of_set)
                     || jsonb_build_object('step', step, 'said', l.said, 'left_out', l.left_out,
                                           'tying', l.tying, 'sign', l.sign,
                                           'excluded', l.excluded) END
      FROM listed AS l;
END
$$;

CREATE OR REPLACE FUNCTION explained_served(measure text, key jsonb)
RETURNS TABLE (place text, transaction_id uuid, ordinal integer, commitment_id uuid, donor uuid,
               country text, country_groups text, currency text, amount numeric, serves text[],
               weights numeric[], goal integer, link_id uuid, share numeric, excluded text)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    asked    text := key ->> 'serves';
    of_goods boolean := coalesce((key ->> 'in_kind')::boolean, false);
    of_type  text := CASE measure WHEN 'disbursed' THEN '3' ELSE '2' END;
BEGIN
    RETURN QUERY
    WITH found AS MATERIALIZED (
        SELECT p.*
          FROM explained_parts(explained_donor(key), key ->> 'country', ARRAY['2', '3'],
                               key ->> 'convert_to', (key ->> 'rate_set')::uuid,
                               explained_days(key ->> 'year', key ->> 'year', key)) AS p
         WHERE explain_fits(key, 'country', p.country)
           AND explain_fits(key, 'currency', p.currency)
           AND (NOT key ? 'year'
                OR extract(year FROM p.transaction_date) = (key ->> 'year')::integer)),
    membership AS MATERIALIZED (
        SELECT m.country, m.valid_from, m.valid_to, g.place, g.code
          FROM report_memberships() AS m
          JOIN (VALUES (1, 'LDC'), (2, 'SIDS'), (3, 'LLDC'), (4, 'EIT')) AS g (place, code)
            ON g.code = m.country_group),
    standing AS MATERIALIZED (
        SELECT w.country, w.transaction_date,
               coalesce(string_agg(w.code, ' + ' ORDER BY w.place),
                        CASE WHEN w.country IS NULL THEN 'no country' ELSE 'no group' END)
                   AS country_groups
          FROM (SELECT DISTINCT f.country, f.transaction_date, m.place, m.code
                  FROM found AS f
                  LEFT JOIN membership AS m
                    ON m.country = f.country AND m.valid_from <= f.transaction_date
                   AND m.valid_to > f.transaction_date) AS w
         GROUP BY w.country, w.transaction_date),
    served AS (
        SELECT f.*, s.country_groups, g.serves, g.weights, g.place AS goal, g.link_id, g.missing,
               CASE WHEN asked IS NULL OR g.commitment_id IS NULL AND asked = 'linked to none'
                    THEN 100
                    ELSE g.weights[g.place] END AS share
          FROM found AS f
          JOIN standing AS s ON s.country IS NOT DISTINCT FROM f.country
                            AND s.transaction_date = f.transaction_date
          LEFT JOIN explained_goals(key) AS g ON g.commitment_id = f.commitment_id)
    SELECT s.place, s.transaction_id, s.ordinal, s.commitment_id, s.donor, s.country,
           s.country_groups, s.currency, s.amount, s.serves, s.weights, s.goal, s.link_id, s.share,
           CASE WHEN s.in_kind <> of_goods
                THEN CASE WHEN s.in_kind THEN 'it is aid in kind' ELSE 'it is cash' END
                WHEN s.transaction_type <> of_type THEN 'it is another type of transaction'
                WHEN s.country_groups <> key ->> 'country_groups'
                THEN 'its country was in other groups on its date'
                WHEN s.share IS NULL THEN coalesce(s.missing, 'it is linked to no pillar')
                WHEN s.amount = 'NaN' THEN 'the rate set has no rate for it' END
      FROM served AS s;
END
$$;

CREATE OR REPLACE FUNCTION explain_months(measure text, key jsonb, after text, page_size integer)
RETURNS TABLE (place text, numerator numeric, denominator numeric, base numeric,
               currency text, item jsonb)
LANGUAGE plpgsql STABLE SET enable_nestloop = on SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    of_donor uuid := explained_donor(key);
    today    date := report_day();
    of_commitments uuid[] := report_scope(key ->> 'donor', NULL);
BEGIN
    RETURN QUERY
    WITH record AS MATERIALIZED (
        SELECT t.transaction_date AS dated, (t.recorded_at AT TIME ZONE 'UTC')::date AS recorded_on
          FROM commitment AS c
          JOIN transaction AS t ON t.commitment_id = c.id AND t.organisation_id = of_donor
          JOIN ledger_leaf AS l ON l.entry = t.entry AND l.leaf_index < report_position()
         WHERE c.id = ANY (of_commitments) AND c.organisation_id = of_donor AND c.published),
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

-- ---------------------------------------------------------------- plans

-- A record is looked up by what names it, not by going through all there are.
ALTER FUNCTION explained_class(uuid) SET enable_nestloop = on;
ALTER FUNCTION explained_payments(jsonb) SET enable_nestloop = on;
ALTER FUNCTION explain_outlook(text, jsonb, text, integer) SET enable_nestloop = on;
ALTER FUNCTION explain_receipts(text, jsonb, text, integer) SET enable_nestloop = on;
ALTER FUNCTION explain_disbursed(text, jsonb, text, integer) SET enable_nestloop = on;
ALTER FUNCTION explain_unanswered(text, jsonb, text, integer) SET enable_nestloop = on;
ALTER FUNCTION explain_dated_ahead(text, jsonb, text, integer) SET enable_nestloop = on;
ALTER FUNCTION part_json(uuid, integer, text, uuid) SET enable_nestloop = on;

-- Like a report it takes one core, and sorts in memory.
ALTER FUNCTION report_explained(text, text, jsonb, text, text, integer)
    SET max_parallel_workers_per_gather = 0;
ALTER FUNCTION report_explained(text, text, jsonb, text, text, integer) SET work_mem = '64MB';
