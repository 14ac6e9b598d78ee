-- Figures explained, report by report: which function yields the records behind each, and how they
-- make it. A report is explained when its figures stand in explained_figure.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

CREATE TABLE explained_figure (
    report  text NOT NULL,
    measure text NOT NULL,
    told_by text NOT NULL,
    aspect  text NOT NULL,
    rule    text NOT NULL,
    unit    text NOT NULL,
    CONSTRAINT explained_figure_pkey PRIMARY KEY (report, measure),
    CONSTRAINT explained_figure_told_by_name CHECK (told_by ~ '^explain_[a-z_]+$'),
    CONSTRAINT explained_figure_unit_known CHECK (unit IN ('money', 'count'))
);
COMMENT ON TABLE explained_figure IS
    'The figures of reports that are explained down to their records: "told_by" is the function '
    'that yields the records, asked for "aspect"; "rule" is how explained_value() makes the figure '
    'of them.';
COMMENT ON CONSTRAINT explained_figure_told_by_name ON explained_figure IS
    'What explains a figure is a function that is named for it.';
COMMENT ON CONSTRAINT explained_figure_unit_known ON explained_figure IS
    'A record counts with money or as a number.';
GRANT SELECT ON explained_figure TO aidledger_public, aidledger_scoped;

INSERT INTO explained_figure (report, measure, told_by, aspect, rule, unit)
SELECT r.report, m.measure, 'explain_parts', m.measure, 'sum', 'money'
  FROM unnest(ARRAY['portfolio', 'group-allocation']) AS r (report)
 CROSS JOIN unnest(ARRAY['committed', 'committed_ict_220', 'committed_ict_principal',
                         'committed_ict_significant', 'disbursed', 'disbursed_ict_220',
                         'disbursed_ict_principal', 'disbursed_ict_significant']) AS m (measure)
 UNION ALL
SELECT 'group-allocation', 'countries', 'explain_money', 'group_countries', 'sum', 'count'
 UNION ALL
SELECT 'reconciliation', m.measure, 'explain_receipts', m.measure, m.rule, m.unit
  FROM (VALUES ('disbursements', 'sum', 'count'), ('disbursements_not_invited', 'sum', 'count'),
               ('reported_amount', 'sum', 'money'), ('disbursements_due', 'sum', 'count'),
               ('due_amount', 'sum', 'money'), ('confirmed', 'sum', 'count'),
               ('confirmed_amount', 'sum', 'money'), ('confirmation_rate', 'rate', 'count'),
               ('confirmation_rate_value', 'rate', 'money'), ('answered', 'sum', 'count'),
               ('answered_amount', 'sum', 'money'), ('discrepancy', 'sum', 'money'),
               ('discrepancy_rate', 'rate', 'money'), ('timing', 'sum', 'money'),
               ('fx', 'sum', 'money'), ('fee', 'sum', 'money'), ('given_in_kind', 'sum', 'money'),
               ('wrong_account', 'sum', 'money'), ('split', 'sum', 'money'),
               ('error', 'sum', 'money'), ('not_received', 'sum', 'money'),
               ('unexplained', 'sum', 'money'), ('not_visible', 'sum', 'money'),
               ('disbursements_not_visible', 'sum', 'count'), ('visibility_gap', 'rate', 'count'),
               ('visibility_gap_value', 'rate', 'money'), ('receipts_dated', 'sum', 'count'),
               ('lag_median', 'list_median', 'count'), ('lag_p90', 'list_p90', 'count'))
       AS m (measure, rule, unit)
 UNION ALL
SELECT 'predictability', m.measure, 'explain_promises', m.measure, m.rule, m.unit
  FROM (VALUES ('commitments', 'sum', 'count'), ('scheduled', 'known', 'money'),
               ('disbursed', 'known', 'money'), ('within_schedule', 'known', 'money'),
               ('beyond_schedule', 'known', 'money'), ('unscheduled', 'known', 'money'),
               ('as_scheduled', 'rate', 'money'), ('beyond_rate', 'beyond', 'money'),
               ('as_scheduled_of_sums', 'least_rate', 'money'),
               ('beyond_rate_of_sums', 'excess_rate', 'money'),
               ('disbursed_not_known', 'sum', 'money'), ('churn', 'rate', 'money'))
       AS m (measure, rule, unit);

INSERT INTO explained_figure (report, measure, told_by, aspect, rule, unit)
SELECT 'cube', m.measure, 'explain_money', m.measure, 'sum', m.unit
  FROM (VALUES ('amount', 'money'), ('ict_220', 'money'), ('ict_principal', 'money'),
               ('ict_significant', 'money'), ('transactions', 'count'), ('commitments', 'count'),
               ('donors', 'count'), ('countries', 'count')) AS m (measure, unit)
 UNION ALL
SELECT 'untied-aid', m.measure, 'explain_money', m.aspect, m.rule, 'money'
  FROM (VALUES ('committed', 'tying_all', 'sum'), ('untied', 'tying_untied', 'sum'),
               ('partially_tied', 'tying_partially_tied', 'sum'), ('tied', 'tying_tied', 'sum'),
               ('tied_unreported', 'tying_unreported', 'sum'),
               ('disregarded', 'tying_disregarded', 'sum'),
               ('untied_rate', 'tying_untied_rate', 'rate'),
               ('unreported_rate', 'tying_unreported_rate', 'rate')) AS m (measure, aspect, rule)
 UNION ALL
SELECT 'framework-coverage', m.measure, m.told_by, m.measure, m.rule, m.unit
  FROM (VALUES ('commitments', 'explain_linked', 'sum', 'count'),
               ('endorsed', 'explain_linked', 'sum', 'count'),
               ('refused', 'explain_linked', 'sum', 'count'),
               ('link_quality', 'explain_linked', 'rate', 'count'),
               ('committed', 'explain_linked_money', 'shared', 'money'),
               ('committed_endorsed', 'explain_linked_money', 'shared', 'money'),
               ('disbursed', 'explain_linked_money', 'shared', 'money'),
               ('committed_without_share', 'explain_linked_money', 'rounded', 'money'),
               ('share_of_total', 'explain_linked_money', 'shared_rate', 'money'))
       AS m (measure, told_by, rule, unit)
 UNION ALL
SELECT 'boundary-totals', d.direction || '_' || k.kind, 'explain_flows',
       d.direction || '_' || k.kind, 'sum', 'money'
  FROM unnest(ARRAY['incoming', 'internal', 'outgoing']) AS d (direction)
 CROSS JOIN unnest(ARRAY['committed', 'paid']) AS k (kind)
 UNION ALL
SELECT 'ownership', m.measure, 'explain_inputs', m.measure, m.rule, 'count'
  FROM (VALUES ('inputs', 'sum'), ('not_invited', 'sum'), ('due', 'sum'), ('endorsed', 'sum'),
               ('endorsed_with_reservation', 'sum'), ('change_requested', 'sum'),
               ('contested', 'sum'), ('silent', 'sum'), ('awaited', 'sum'),
               ('input_coverage', 'rate'), ('needing_answer', 'sum'), ('accepted', 'sum'),
               ('partly_accepted', 'sum'), ('rejected', 'sum'), ('unanswered', 'sum'),
               ('resolved', 'sum'), ('disputed', 'sum'), ('standing_disagreement', 'sum'),
               ('uptake', 'rate')) AS m (measure, rule)
 UNION ALL
SELECT 'ownership', m.measure, 'explain_disbursed', m.measure, m.rule, 'count'
  FROM (VALUES ('disbursements', 'sum'), ('disbursements_not_invited', 'sum'),
               ('disbursements_due', 'sum'), ('confirmed', 'sum'), ('reconciled', 'sum'),
               ('confirmed_by_receiver', 'sum'), ('discrepant', 'sum'), ('denied', 'sum'),
               ('escalated', 'sum'), ('off_treasury', 'sum'), ('unconfirmed', 'sum'),
               ('confirmation_rate', 'rate')) AS m (measure, rule);

-- ---------------------------------------------------------------- what all of them share

CREATE FUNCTION explained_donor(key jsonb) RETURNS uuid
LANGUAGE sql STABLE
AS $$
    SELECT CASE WHEN key ? 'donor' THEN coalesce(
               (SELECT o.id FROM organisation AS o WHERE o.identifier = key ->> 'donor'),
               (SELECT o.id FROM organisation AS o WHERE o.id::text = key ->> 'donor'),
               '00000000-0000-0000-0000-000000000000') END
$$;
COMMENT ON FUNCTION explained_donor(jsonb) IS
    'The organisation a figure is asked of; null when of any, and of nobody where there is none of '
    'this name.';

CREATE FUNCTION exact_fraction(part numeric, whole numeric) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE WHEN part IS NOT NULL AND whole <> 0 THEN
               (SELECT trunc(f.up / f.common)::text || '/' || trunc(f.down / f.common)::text
                  FROM (SELECT n.up, n.down, gcd(n.up, n.down) AS common
                          FROM (SELECT abs(part) * power(10::numeric, s.scale) AS up,
                                       abs(whole) * power(10::numeric, s.scale) AS down
                                  FROM (SELECT greatest(scale(part), scale(whole)) AS scale) AS s)
                               AS n) AS f) END
$$;
COMMENT ON FUNCTION exact_fraction(numeric, numeric) IS
    'One amount as a fraction of another in lowest terms, without a sign.';

CREATE FUNCTION leaf_place(leaf bigint, ordinal bigint) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT to_char(leaf, 'FM000000000000000') || '-' || to_char(ordinal, 'FM00000')
$$;
COMMENT ON FUNCTION leaf_place(bigint, bigint) IS
    'Where a part of a statement stands among records in the order of the log.';

CREATE FUNCTION explained_parts(of_donor uuid, of_country text, types text[], target text,
                                of_set uuid)
RETURNS TABLE (place text, transaction_id uuid, ordinal integer, commitment_id uuid, donor uuid,
               transaction_type text, transaction_date date, in_kind boolean, country text,
               region text, sector text, currency text, amount numeric, ict_220 numeric,
               ict_principal numeric, ict_significant numeric, stated numeric, multiplied numeric,
               divided numeric)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan
AS $$
BEGIN
    PERFORM report_converts(target, of_set);
    RETURN QUERY
    WITH part AS MATERIALIZED (
        SELECT l.leaf_index, t.id, t.commitment_id, t.organisation_id, t.transaction_type,
               t.transaction_date, t.value_date, t.in_kind IS NOT NULL AS in_kind,
               t.currency AS stated_currency, a.ordinal, a.country, a.region, a.sector, a.amount,
               a.ict_amount, a.ict_ring
          FROM commitment AS c
          JOIN transaction AS t ON t.commitment_id = c.id
          JOIN ledger_leaf AS l ON l.entry = t.entry AND l.leaf_index < report_position()
          JOIN allocation AS a ON a.transaction_id = t.id
         WHERE c.published
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
           f.denominator
      FROM part AS p
      JOIN factor AS f ON f.stated_currency = p.stated_currency AND f.value_date = p.value_date;
END
$$;
COMMENT ON FUNCTION explained_parts(uuid, text, text[], text, uuid) IS
    'The parts of transactions up to the report''s position as report_parts_in() gives them, each '
    'with its place, looked up from the donor''s or the country''s end where one is named.';

CREATE FUNCTION part_json(of_transaction uuid, of_part integer, target text, of_set uuid)
RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT jsonb_build_object(
               'kind', 'transaction_part', 'commitment_id', t.commitment_id,
               'transaction_id', t.id, 'donor', coalesce(o.identifier, o.id::text),
               'transaction_type', t.transaction_type, 'transaction_date', t.transaction_date,
               'value_date', t.value_date, 'adjusts', t.adjusts, 'entry', t.entry,
               'leaf_index', l.leaf_index, 'country', a.country, 'region', a.region,
               'sector', a.sector, 'transaction_amount', t.amount::text,
               'stated_currency', t.currency, 'part_amount', a.amount::text,
               'split_share', report_share(abs(a.amount), abs(t.amount)),
               'ict_amount', a.ict_amount::text, 'ict_ring', a.ict_ring,
               'stated_amount', a.amount::text,
               'conversion', conversion_json(target, of_set, t.currency, t.value_date))
      FROM transaction AS t
      JOIN ledger_leaf AS l ON l.entry = t.entry
      JOIN organisation AS o ON o.id = t.organisation_id
      JOIN allocation AS a ON a.transaction_id = t.id AND a.ordinal = of_part
     WHERE t.id = of_transaction);
END
$$;
COMMENT ON FUNCTION part_json(uuid, integer, text, uuid) IS
    'A part of a transaction as a record behind a figure: how it was split and how converted.';

CREATE FUNCTION explained_commitment(of_commitment uuid) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT jsonb_build_object('kind', 'commitment', 'commitment_id', c.id,
                              'donor', coalesce(o.identifier, o.id::text), 'country', NULL)
      FROM commitment AS c
      JOIN organisation AS o ON o.id = c.organisation_id
     WHERE c.id = of_commitment
$$;
COMMENT ON FUNCTION explained_commitment(uuid) IS 'A commitment as a record behind a figure.';

CREATE FUNCTION explained_class(of_commitment uuid)
RETURNS TABLE (flow_type text, finance_type text, aid_type text, tied_status text,
               countries text[])
LANGUAGE sql STABLE
AS $$
    SELECT r.flow_type, r.finance_type, r.aid_type, r.tied_status, r.countries
      FROM commitment_state AS s
      JOIN commitment_revision AS r
        ON r.commitment_id = s.commitment_id AND r.revision = s.revision
     WHERE s.commitment_id = of_commitment AND s.published
       AND ledger_holds(s.entry, report_position())
     ORDER BY s.version DESC
     LIMIT 1
$$;
COMMENT ON FUNCTION explained_class(uuid) IS
    'How a commitment is classified, and to which countries it goes, as it stood at the report''s '
    'position.';

-- ---------------------------------------------------------------- money

CREATE FUNCTION explain_money(measure text, key jsonb, after text, page_size integer)
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
    found AS (
        SELECT p.*, CASE ring WHEN 1 THEN p.ict_220 WHEN 2 THEN p.ict_principal
                              WHEN 3 THEN p.ict_significant END AS ict,
               CASE WHEN tying_left_out(coalesce(t.aid_type, c.aid_type)) IS NOT NULL
                    THEN 'disregarded'
                    ELSE CASE coalesce(t.tied_status, c.tied_status)
                             WHEN '3' THEN 'partially_tied' WHEN '4' THEN 'tied'
                             WHEN '5' THEN 'untied' ELSE 'unreported' END END AS tying,
               CASE things WHEN 'transactions' THEN p.transaction_id::text
                           WHEN 'commitments' THEN p.commitment_id::text
                           WHEN 'donors' THEN p.donor::text
                           WHEN 'countries' THEN p.country END AS thing
          FROM explained_parts(explained_donor(key), key ->> 'country', types, target, of_set) AS p
          JOIN transaction AS t ON t.id = p.transaction_id
          JOIN organisation AS o ON o.id = p.donor
         CROSS JOIN LATERAL explained_class(p.commitment_id) AS c
         WHERE explain_fits(key, 'country', p.country)
           AND explain_fits(key, 'region', p.region)
           AND explain_fits(key, 'sector', p.sector)
           AND explain_fits(key, 'sector_category', left(p.sector, 3))
           AND explain_fits(key, 'donor_type', o.type_code)
           AND explain_fits(key, 'flow_type', coalesce(t.flow_type, c.flow_type))
           AND explain_fits(key, 'finance_type', coalesce(t.finance_type, c.finance_type))
           AND explain_fits(key, 'aid_type', coalesce(t.aid_type, c.aid_type))
           AND explain_fits(key, 'tied_status', coalesce(t.tied_status, c.tied_status))
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
COMMENT ON FUNCTION explain_money(text, jsonb, text, integer) IS
    'The parts of transactions behind an amount, a rate of amounts or a count of the cube, of the '
    'reports on tying and on allocation to groups, and of scorecards.';

-- ---------------------------------------------------------------- frameworks

CREATE FUNCTION explained_links(key jsonb)
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
      FROM report_links(key ->> 'country') AS k
     WHERE k.framework = of_framework
       AND (NOT key ? 'version' OR k.framework_version = key ->> 'version')
       AND (key ->> 'scope' <> 'item' OR k.item = key ->> 'item')
     GROUP BY k.commitment_id;
END
$$;
COMMENT ON FUNCTION explained_links(jsonb) IS
    'The commitments that are linked to the item of a row of the report on coverage, with the '
    'share of their money; of its other rows those linked to anything, each once and whole.';

CREATE FUNCTION explain_linked_money(measure text, key jsonb, after text, page_size integer)
RETURNS TABLE (place text, numerator numeric, denominator numeric, base numeric,
               currency text, item jsonb)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    scope    text := key ->> 'scope';
    target   text := key ->> 'convert_to';
    of_set   uuid := (key ->> 'rate_set')::uuid;
    of_goods boolean := coalesce((key ->> 'in_kind')::boolean, false);
    of_type  text := CASE measure WHEN 'disbursed' THEN '3' ELSE '2' END;
BEGIN
    RETURN QUERY
    WITH link AS MATERIALIZED (
        SELECT k.* FROM explained_links(key) AS k),
    found AS (
        SELECT p.*, k.link_id, coalesce(k.is_linked, false) AS is_linked, k.endorsed,
               CASE WHEN scope IN ('unlinked', 'total') THEN 100 ELSE k.share END AS share
          FROM explained_parts(explained_donor(key), key ->> 'country', ARRAY['2', '3'], target,
                               of_set) AS p
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
COMMENT ON FUNCTION explain_linked_money(text, jsonb, text, integer) IS
    'The parts of transactions behind an amount of the report on coverage, each with the share by '
    'which its commitment is linked. The "base" is positive where a share is said at all.';

CREATE FUNCTION explain_linked(measure text, key jsonb, after text, page_size integer)
RETURNS TABLE (place text, numerator numeric, denominator numeric, base numeric,
               currency text, item jsonb)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    scope text := key ->> 'scope';
BEGIN
    RETURN QUERY
    WITH link AS MATERIALIZED (
        SELECT k.* FROM explained_links(key) AS k),
    found AS (
        SELECT DISTINCT p.commitment_id, p.currency, k.link_id,
               coalesce(k.is_linked, false) AS is_linked, k.share, k.endorsed, k.refused
          FROM explained_parts(explained_donor(key), key ->> 'country', ARRAY['2', '3'],
                               key ->> 'convert_to', (key ->> 'rate_set')::uuid) AS p
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
COMMENT ON FUNCTION explain_linked(text, jsonb, text, integer) IS
    'The commitments behind a count of the report on coverage, and what governments said of their '
    'links.';

-- ---------------------------------------------------------------- boundaries

CREATE FUNCTION explain_flows(measure text, key jsonb, after text, page_size integer)
RETURNS TABLE (place text, numerator numeric, denominator numeric, base numeric,
               currency text, item jsonb)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    asked_direction text := split_part(measure, '_', 1);
    asked_kind      text := split_part(measure, '_', 2);
    target          text := key ->> 'convert_to';
    of_set          uuid := (key ->> 'rate_set')::uuid;
    of_goods        boolean := coalesce((key ->> 'in_kind')::boolean, false);
    edge            record;
BEGIN
    SELECT b.* INTO edge
      FROM report_boundary(key ->> 'countries', key ->> 'groups', key ->> 'organisations') AS b;
    PERFORM report_converts(target, of_set);
    RETURN QUERY
    WITH membership AS MATERIALIZED (
        SELECT m.* FROM report_memberships() AS m WHERE m.country_group = ANY (edge.groups)),
    flow AS MATERIALIZED (
        SELECT f.*, t.in_kind IS NOT NULL AS in_kind, s.country AS source_country,
               coalesce(s.identifier, s.id::text) AS source_name,
               coalesce(d.identifier, d.id::text) AS destination_name, t.entry
          FROM report_flows(target, of_set) AS f
          JOIN transaction AS t ON t.id = f.transaction_id
          JOIN commitment AS c ON c.id = t.commitment_id AND c.published
          LEFT JOIN organisation AS s ON s.id = f.source
          LEFT JOIN organisation AS d ON d.id = f.destination
         WHERE f.measure = asked_kind
           AND (NOT key ? 'donor' OR key ->> 'donor' IN (s.identifier, s.id::text))
           AND explain_fits(key, 'sector', f.sector)
           AND explain_fits(key, 'currency', f.currency)
           AND (NOT key ? 'year'
                OR extract(year FROM f.transaction_date) = (key ->> 'year')::integer)),
    inside AS MATERIALIZED (
        SELECT d.country, d.day
          FROM (SELECT f.country, f.transaction_date AS day FROM flow AS f
                 UNION
                SELECT f.source_country, f.transaction_date FROM flow AS f) AS d
         WHERE d.country = ANY (edge.countries)
            OR EXISTS (SELECT FROM membership AS m
                        WHERE m.country = d.country AND m.valid_from <= d.day
                          AND m.valid_to > d.day)),
    ended AS (
        SELECT f.*,
               array_remove(ARRAY[CASE WHEN f.source = ANY (edge.organisations)
                                       THEN f.source_name END, s.country], NULL) AS sources,
               array_remove(ARRAY[CASE WHEN f.destination = ANY (edge.organisations)
                                       THEN f.destination_name END, d.country], NULL)
                   AS destinations
          FROM flow AS f
          LEFT JOIN inside AS s
            ON s.country = f.source_country AND s.day = f.transaction_date
          LEFT JOIN inside AS d
            ON d.country = f.country AND d.day = f.transaction_date),
    directed AS (
        SELECT e.*, CASE key ->> 'scope'
                        WHEN 'set' THEN CASE WHEN e.sources = '{}' THEN 'incoming'
                                             WHEN e.destinations = '{}' THEN 'outgoing'
                                             ELSE 'internal' END
                        WHEN 'shared' THEN CASE WHEN e.sources = '{}' THEN 'incoming'
                                                ELSE 'internal' END
                        ELSE CASE WHEN e.destinations[1] IS DISTINCT FROM key ->> 'member'
                                  THEN 'outgoing'
                                  WHEN e.destinations && e.sources THEN 'internal'
                                  ELSE 'incoming' END END AS direction
          FROM ended AS e
         WHERE CASE key ->> 'scope'
                   WHEN 'set' THEN e.sources || e.destinations <> '{}'
                   WHEN 'shared' THEN cardinality(e.destinations) > 1
                   ELSE e.destinations = ARRAY[key ->> 'member']
                        OR key ->> 'member' = ANY (e.sources)
                           AND key ->> 'member' <> ALL (e.destinations) END),
    counted AS (
        SELECT d.*,
               CASE WHEN d.in_kind <> of_goods
                    THEN CASE WHEN d.in_kind THEN 'it is aid in kind' ELSE 'it is cash' END
                    WHEN NOT d.counted
                    THEN 'a receiver''s account of what its provider tells, or may tell, itself'
                    WHEN d.direction <> asked_direction THEN 'it goes in another direction'
                    WHEN d.amount = 'NaN' THEN 'the rate set has no rate for it' END AS excluded,
               leaf_place(l.leaf_index, row_number() OVER (
                   PARTITION BY d.transaction_id
                       ORDER BY d.country COLLATE "C", d.sector COLLATE "C", d.stated))
                   COLLATE "C" AS sorted
          FROM directed AS d
          JOIN ledger_leaf AS l ON l.entry = d.entry),
    placed AS (
        SELECT c.*, explain_shows(c.sorted, after, page_size, row_number() OVER (
                        PARTITION BY after IS NULL OR c.sorted > after COLLATE "C"
                            ORDER BY c.sorted)) AS shown
          FROM counted AS c)
    SELECT p.sorted, CASE WHEN p.excluded IS NULL THEN p.amount END, NULL::numeric,
           CASE WHEN p.excluded = 'the rate set has no rate for it' THEN 'NaN'::numeric END,
           p.currency,
           CASE WHEN p.shown THEN (
               SELECT jsonb_build_object(
                          'kind', 'flow', 'commitment_id', t.commitment_id,
                          'transaction_id', t.id, 'donor', coalesce(o.identifier, o.id::text),
                          'transaction_type', t.transaction_type,
                          'transaction_date', t.transaction_date, 'value_date', t.value_date,
                          'adjusts', t.adjusts, 'entry', t.entry, 'leaf_index', l.leaf_index,
                          'country', p.country, 'sector', p.sector, 'source', p.source_name,
                          'source_country', p.source_country, 'destination', p.destination_name,
                          'direction', p.direction, 'transaction_amount', t.amount::text,
                          'stated_currency', t.currency, 'part_amount', p.stated::text,
                          'split_share', report_share(abs(p.stated), abs(t.amount)),
                          'stated_amount', p.stated::text,
                          'conversion', conversion_json(target, of_set, t.currency, t.value_date),
                          'excluded', p.excluded)
                 FROM transaction AS t
                 JOIN ledger_leaf AS l ON l.entry = t.entry
                 JOIN organisation AS o ON o.id = t.organisation_id
                WHERE t.id = p.transaction_id) END
      FROM placed AS p;
END
$$;
COMMENT ON FUNCTION explain_flows(text, jsonb, text, integer) IS
    'The parts of transactions behind an amount that enters a set, stays in it or leaves it, and '
    'those that touch the same member another way.';

-- ---------------------------------------------------------------- what governments said

CREATE FUNCTION explain_inputs(measure text, key jsonb, after text, page_size integer)
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
          FROM report_inputs() AS i
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
COMMENT ON FUNCTION explain_inputs(text, jsonb, text, integer) IS
    'The positions that governments were asked for behind a count or a rate of the report on '
    'ownership, of scorecards and of the report on participation.';

CREATE FUNCTION explain_disbursed(measure text, key jsonb, after text, page_size integer)
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
          FROM report_receipts(NULL, NULL) AS r
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
COMMENT ON FUNCTION explain_disbursed(text, jsonb, text, integer) IS
    'The disbursements behind a count or a rate of the report on ownership, each with the state '
    'that it is in.';

-- ---------------------------------------------------------------- receipts and promises

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

-- ---------------------------------------------------------------- the answer

CREATE FUNCTION explained_number(total numeric, unit text, minor_unit integer, target text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE WHEN total IS NULL OR total = 'NaN' THEN NULL
                WHEN unit = 'money' AND minor_unit IS NOT NULL
                THEN report_sum(total, minor_unit, target)
                ELSE trim_scale(total)::text END
$$;
COMMENT ON FUNCTION explained_number(numeric, text, integer, text) IS
    'A sum of counts, or of amounts as reports print them; null when it has no rate.';

CREATE FUNCTION explained_exact_number(amount numeric, unit text, minor_unit integer) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE WHEN amount IS NULL OR amount = 'NaN' THEN NULL
                WHEN unit = 'money' AND minor_unit IS NOT NULL THEN report_sum(amount, minor_unit)
                ELSE trim_scale(amount)::text END
$$;
COMMENT ON FUNCTION explained_exact_number(numeric, text, integer) IS
    'What one record counts with, not rounded; null when it has no rate.';

CREATE FUNCTION explained_value(rule text, unit text, numerator numeric,
                                denominator numeric, base numeric,
                                minor_unit integer, target text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE rule
        WHEN 'sum' THEN explained_number(coalesce(numerator, 0), unit, minor_unit, target)
        WHEN 'known' THEN CASE WHEN base IS NOT NULL
            THEN explained_number(coalesce(numerator, 0), unit, minor_unit, target) END
        WHEN 'least_rate' THEN report_share(least(numerator, denominator), denominator)
        WHEN 'excess_rate' THEN CASE
            WHEN numerator > 0
            THEN report_share(greatest(numerator - denominator, 0), numerator)
            WHEN denominator > 0 THEN '0.00' END
        WHEN 'rounded' THEN report_sum(numerator, minor_unit, '')
        WHEN 'shared' THEN CASE WHEN base > 0 THEN report_sum(numerator, minor_unit, '') END
        WHEN 'shared_rate' THEN CASE WHEN base > 0
            THEN report_share(numerator, denominator) END
        WHEN 'beyond' THEN CASE WHEN denominator = 0 AND base > 0 THEN '0.00'
                                ELSE report_share(numerator, denominator) END
        WHEN 'plan' THEN (coalesce(numerator, 0) > 0 AND coalesce(base, 0) = 0)::integer::text
        WHEN 'systems' THEN CASE WHEN base < denominator
            THEN report_share(numerator, denominator) END
        WHEN 'within_both' THEN CASE WHEN num_nulls(numerator, denominator, base) = 0
            THEN report_share(least(numerator, denominator), denominator) END
        WHEN 'beyond_both' THEN CASE WHEN num_nulls(numerator, denominator, base) = 0
            THEN report_share(greatest(numerator - denominator, 0), numerator) END
        WHEN 'rate' THEN report_share(numerator, denominator) END
$$;
COMMENT ON FUNCTION explained_value(text, text, numeric, numeric, numeric, integer, text) IS
    'A figure made of the sums of its records, as its report prints it.';

CREATE FUNCTION explained_resource(item jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE item ->> 'kind'
        WHEN 'figure' THEN item ->> 'explained_at'
        WHEN 'cell' THEN '/v1/observations/' || (item ->> 'observation_id')
        WHEN 'observation' THEN '/v1/observations/' || (item ->> 'observation_id')
        WHEN 'budget' THEN '/v1/approved-budgets/' || (item ->> 'budget_id')
        WHEN 'contract' THEN '/v1/contract-awards/' || (item ->> 'contract_award_id')
        WHEN 'ownership_input' THEN '/v1/ownership-inputs/' || (item ->> 'ownership_input_id')
        WHEN 'comment' THEN '/v1/comments/' || (item ->> 'statement_id')
        WHEN 'third_party_observation'
        THEN '/v1/third-party-observations/' || (item ->> 'statement_id')
        WHEN 'joint_review' THEN '/v1/joint-reviews/' || (item ->> 'statement_id')
        WHEN 'organisation' THEN '/v1/organisations/' || (item ->> 'organisation_id')
        WHEN 'recipient' THEN '/v1/countries/' || (item ->> 'country')
        ELSE CASE WHEN item ->> 'transaction_id' IS NOT NULL
                  THEN '/v1/commitments/' || (item ->> 'commitment_id') || '/transactions/'
                       || (item ->> 'transaction_id')
                  WHEN item ->> 'commitment_id' IS NOT NULL
                  THEN '/v1/commitments/' || (item ->> 'commitment_id') END END
$$;
COMMENT ON FUNCTION explained_resource(jsonb) IS 'Where a record behind a figure is read itself.';

CREATE FUNCTION explained_item(item jsonb, currency text, numerator numeric, denominator numeric,
                               unit text, minor_unit integer)
RETURNS json
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT (item
            || jsonb_build_object('resource', explained_resource(item), 'currency', currency,
                                  'numerator', explained_exact_number(numerator, unit, minor_unit),
                                  'denominator', explained_exact_number(denominator, unit,
                                                                        minor_unit))
            || CASE WHEN item ? 'split_share'
                    THEN jsonb_build_object('split', exact_fraction(
                             (item ->> 'part_amount')::numeric,
                             (item ->> 'transaction_amount')::numeric)) ELSE '{}' END)::json
$$;
COMMENT ON FUNCTION explained_item(jsonb, text, numeric, numeric, text, integer) IS
    'A record behind a figure with what it counts, the fraction that it is, and where to read it.';

CREATE FUNCTION explained_faults(key jsonb) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT coalesce(jsonb_agg(jsonb_build_object(
               'parameter', k.name, 'rule', 'enum',
               'detail', format('This is %s.', array_to_string(k.known, ', '))) ORDER BY k.place),
               '[]')
      FROM (VALUES
            (1, 'schedule_as_known', ARRAY['start_of_year', 'last_revision', 'now']),
            (2, 'group', ARRAY['LDC', 'SIDS', 'LLDC', 'EIT', 'union', 'no group', 'no country',
                               'all']),
            (3, 'scope', ARRAY['set', 'member', 'shared', 'item', 'linked', 'unlinked', 'total']),
            (4, 'channel', ARRAY['comment', 'third_party_observation', 'joint_review', 'all',
                                 'ownership_position']),
            (5, 'stakeholder_group', ARRAY['governments', 'civil_society', 'private_sector',
                                           'international_organisations', 'academia', 'other',
                                           'total']),
            (6, 'step', ARRAY['definition_1', 'students', 'refugees', 'definition_2']))
           AS k (place, name, known)
     WHERE key ? k.name AND key ->> k.name <> ALL (k.known)
$$;
COMMENT ON FUNCTION explained_faults(jsonb) IS
    'What a figure is asked by that no row of a report has.';

CREATE FUNCTION explained_key(report text, asked jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
    key    jsonb := jsonb_strip_nulls(asked);
    faults jsonb := explained_faults(key);
    empty  text[] := string_to_array(key ->> 'without', ',');
BEGIN
    IF NOT empty <@ ARRAY['country', 'region', 'sector', 'sector_category', 'donor_type',
                          'flow_type', 'finance_type', 'aid_type', 'tied_status'] THEN
        faults := faults || jsonb_build_object('parameter', 'without', 'rule', 'enum', 'detail',
            'This lists country, region, sector, sector_category, donor_type, flow_type, '
            'finance_type, aid_type or tied_status, with commas between them.');
    END IF;
    -- All groups that a country is in, in their order.
    IF key ->> 'country_groups' NOT IN ('no group', 'no country')
       AND key ->> 'country_groups'
           !~ '^(?=.*[A-Z]$)(LDC( \+ |$))?(SIDS( \+ |$))?(LLDC( \+ |$))?(EIT)?$' THEN
        faults := faults || jsonb_build_object('parameter', 'country_groups', 'rule', 'enum',
            'detail', 'This is no group, no country, or what there is of LDC, SIDS, LLDC and EIT '
            'in this order, with " + " between them.');
    END IF;
    -- A row of these reports is of a scope; without one it is the widest.
    IF report IN ('framework-coverage', 'boundary-totals') AND NOT key ? 'scope' THEN
        key := key || jsonb_build_object('scope', CASE
                   WHEN report = 'boundary-totals'
                   THEN CASE WHEN key ? 'member' THEN 'member' ELSE 'set' END
                   WHEN key ? 'item' THEN 'item' ELSE 'total' END);
    END IF;
    -- What is made of a list is of one donor or country: there is no sum of all.
    IF report IN ('donor-scorecard', 'timeliness') AND NOT key ? 'donor' THEN
        faults := faults || jsonb_build_object('parameter', 'donor', 'rule', 'required',
            'detail', 'A row of this report is of a donor.');
    ELSIF report = 'recipient-scorecard' AND NOT key ? 'country' THEN
        faults := faults || jsonb_build_object('parameter', 'country', 'rule', 'required',
            'detail', 'A row of this report is of a country.');
    -- Steps do not add up to anything: the last one is the sum of those before.
    ELSIF report = 'untied-aid-bridge' AND NOT key ? 'step' THEN
        faults := faults || jsonb_build_object('parameter', 'step', 'rule', 'required',
            'detail', 'A row of this report is of a step.');
    END IF;
    IF key ->> 'scope' = 'item' AND NOT (key ? 'item' AND key ? 'version')
       OR key ->> 'scope' = 'member' AND NOT key ? 'member' THEN
        faults := faults || jsonb_build_object('parameter', 'scope', 'rule', 'required', 'detail',
            'A row of an item is asked for with item and version, a row of a member with member.');
    END IF;
    IF faults <> '[]' THEN
        RAISE EXCEPTION USING ERRCODE = 'AL422',
            MESSAGE = 'There is no such figure to explain.', DETAIL = faults::text;
    END IF;
    PERFORM report_period_basis(key ->> 'period_basis');
    PERFORM report_converts(key ->> 'convert_to', (key ->> 'rate_set')::uuid);
    -- What the row has no value for comes as one text; here it is a list.
    RETURN CASE WHEN empty IS NULL THEN key
                ELSE jsonb_set(key, '{without}', to_jsonb(empty)) END;
END
$$;
COMMENT ON FUNCTION explained_key(text, jsonb) IS
    'What a figure is asked for by, as it is taken; the answer ends here where no row is like it.';

CREATE FUNCTION explained_records(f explained_figure, key jsonb, after text, page_size integer)
RETURNS TABLE (place text, numerator numeric, denominator numeric, base numeric,
               currency text, item jsonb)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY EXECUTE format('SELECT e.* FROM %I($1, $2, $3, $4) AS e', f.told_by)
           USING f.aspect, key, after, page_size;
END
$$;
COMMENT ON FUNCTION explained_records(explained_figure, jsonb, text, integer) IS
    'The records behind a figure, from the function that tells them: counted and left out.';

-- A page of records is small, and its plan large: compiling it takes longer than all the rest.
CREATE OR REPLACE FUNCTION report_explained(slug text, measure text, asked jsonb, as_of text,
                                            after text, page_size integer)
RETURNS TABLE (tree_size bigint, body json, next text)
LANGUAGE plpgsql SET jit = off SET enable_nestloop = off AS $$
DECLARE
    key    jsonb;
    target text;
    f      explained_figure;
BEGIN
    SELECT e.* INTO f
      FROM explained_figure AS e
     WHERE e.report = slug AND e.measure = report_explained.measure;
    IF f IS NULL THEN
        IF EXISTS (SELECT FROM explained_figure AS e WHERE e.report = slug) THEN
            RAISE EXCEPTION USING ERRCODE = 'AL404', MESSAGE = format(
                'There is no figure "%s" of the report "%s" to explain; there are %s.', measure,
                slug, (SELECT string_agg(e.measure, ', ' ORDER BY e.measure COLLATE "C")
                         FROM explained_figure AS e WHERE e.report = slug));
        END IF;
        RETURN;
    END IF;
    tree_size := coalesce(as_of_position(as_of), aidledger.tree_size());
    PERFORM set_config('aidledger.tree_size', tree_size::text, true);
    key := explained_key(slug, asked);
    target := key ->> 'convert_to';
    RETURN QUERY
    WITH found AS MATERIALIZED (
        SELECT w.* FROM explained_records(f, key, after, page_size) AS w),
    figure AS (
        SELECT w.currency, count(*) FILTER (WHERE w.numerator IS NOT NULL) AS counted,
               count(*) FILTER (WHERE w.numerator IS NULL) AS excluded,
               sum(w.numerator) AS numerator, sum(w.denominator) AS denominator,
               sum(w.base) FILTER (WHERE w.base <> 'NaN') AS base,
               coalesce(bool_or(w.base = 'NaN'), false) AS unrated,
               array_agg(w.numerator) FILTER (WHERE starts_with(f.rule, 'list_')) AS numerators,
               array_agg(w.base) FILTER (WHERE starts_with(f.rule, 'list_')) AS bases,
               array_agg(w.item) FILTER (WHERE starts_with(f.rule, 'list_')) AS list
          FROM found AS w
         GROUP BY w.currency),
    page AS (
        SELECT w.*, row_number() OVER (ORDER BY w.place COLLATE "C") AS at
          FROM found AS w
         WHERE after IS NULL OR w.place COLLATE "C" > after
         ORDER BY w.place COLLATE "C"
         LIMIT page_size + 1)
    SELECT report_explained.tree_size,
           json_build_object(
               'report', slug, 'measure', measure, 'tree_size', report_explained.tree_size,
               'row', asked_json(key),
               'figures', (SELECT coalesce(json_agg(jsonb_build_object(
                               'currency', g.currency, 'counted', g.counted,
                               'excluded', g.excluded,
                               'numerator', CASE WHEN f.rule NOT IN ('list_median', 'list_p90')
                                                      AND NOT g.unrated
                                   THEN explained_number(g.numerator, f.unit, u.minor_unit,
                                                         target) END,
                               'denominator', explained_number(g.denominator, f.unit, u.minor_unit,
                                                               target),
                               'value', CASE
                                   WHEN NOT g.unrated
                                   THEN explained_value(f.rule, f.unit, g.numerator,
                                                        g.denominator, g.base, u.minor_unit,
                                                        target) END)
                               || CASE WHEN g.list IS NULL THEN '{}'
                                       ELSE explained_list(f.rule, g.numerators, g.bases, g.list)
                                       END
                               ORDER BY g.currency COLLATE "C"), '[]')
                             FROM figure AS g
                             LEFT JOIN currency AS u ON u.code = g.currency),
               'items', (SELECT coalesce(json_agg(explained_item(
                             p.item, p.currency, p.numerator, p.denominator, f.unit, u.minor_unit)
                             ORDER BY p.at), '[]')
                           FROM page AS p
                           LEFT JOIN currency AS u ON u.code = p.currency
                          WHERE p.at <= page_size)),
           (SELECT p.place FROM page AS p
             WHERE p.at = page_size AND EXISTS (SELECT FROM page AS q WHERE q.at > p.at));
END
$$;
COMMENT ON FUNCTION report_explained(text, text, jsonb, text, text, integer) IS
    'A page of the records behind a figure at a position, with what all of them add up to in each '
    'currency; nothing for a report that is not explained.';

DROP FUNCTION explained_measures(text);
DROP FUNCTION explained_sum(numeric, integer, text);

GRANT EXECUTE ON FUNCTION report_parts(), report_parts_in(text, uuid),
      report_parts_converted(text, uuid), report_inputs(), report_rate(bigint, bigint),
      report_links(text), report_framework(text, text), report_boundary(text, text, text),
      report_parties(), report_activities(), report_flows(text, uuid), words_of(text),
      explained_donor(jsonb), exact_fraction(numeric, numeric), leaf_place(bigint, bigint),
      explained_parts(uuid, text, text[], text, uuid), part_json(uuid, integer, text, uuid),
      explained_commitment(uuid), explained_class(uuid), explain_money(text, jsonb, text, integer),
      explained_links(jsonb), explain_linked_money(text, jsonb, text, integer),
      explain_linked(text, jsonb, text, integer), explain_flows(text, jsonb, text, integer),
      explain_inputs(text, jsonb, text, integer), explain_disbursed(text, jsonb, text, integer),
      explained_value(text, text, numeric, numeric, numeric, integer, text),
      explained_number(numeric, text, integer, text),
      explained_exact_number(numeric, text, integer), explained_resource(jsonb),
      explained_item(jsonb, text, numeric, numeric, text, integer), explained_faults(jsonb),
      explained_key(text, jsonb), explained_records(explained_figure, jsonb, text, integer)
   TO aidledger_public, aidledger_scoped;
GRANT SELECT ON receipt_lapse TO aidledger_public, aidledger_scoped;
