-- Explained: what is collected of the agreed data, what is on budget, and who won contracts.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

-- ---------------------------------------------------------------- explained

CREATE FUNCTION explained_cells(key jsonb)
RETURNS TABLE (year integer, country text, indicator text, mask uuid, mask_reason text,
               any_ boolean, standard boolean, fresh boolean, suppressed boolean,
               agency_only boolean, observation uuid)
LANGUAGE sql STABLE
AS $$
    SELECT c.year, c.country, c.indicator, c.mask, m.reason, c.any_, c.standard, c.fresh,
           c.suppressed, c.agency_only, c.observation
      FROM report_cells(report_list_version(key ->> 'version'), key ->> 'indicator',
                        key ->> 'country', NULL, (key ->> 'year')::integer) AS c
      LEFT JOIN report_masks() AS m ON m.id = c.mask
     WHERE CASE coalesce(key ->> 'group', 'all')
                WHEN 'all' THEN true
                WHEN 'union' THEN c.country_groups <> '{}'
                ELSE key ->> 'group' = ANY (c.country_groups) END
$$;
COMMENT ON FUNCTION explained_cells(jsonb) IS
    'The cells of the row that a figure on data collection is asked of.';

CREATE FUNCTION explain_cells(measure text, key jsonb, after text, page_size integer)
RETURNS TABLE (place text, numerator numeric, denominator numeric, base numeric,
               currency text, item jsonb)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    WITH judged AS (
        SELECT c.*, measure LIKE 't1%' AS is_rate,
               CASE WHEN measure = 'cells' THEN true
                    WHEN measure = 'masked' THEN c.mask IS NOT NULL
                    WHEN measure IN ('conforming', 't1_std') THEN c.standard
                    WHEN measure IN ('collected', 't1_any') THEN c.any_
                    WHEN measure IN ('fresh', 't1_fresh') THEN c.fresh
                    WHEN measure = 'from_agency' THEN c.agency_only
                    WHEN measure = 'suppressed' THEN c.suppressed AND NOT c.any_
                    ELSE true END AS counts,
               (c.year || '-' || c.country || '-' || indicator_order(c.indicator)) COLLATE "C"
                   AS sorted
          FROM explained_cells(key) AS c),
    counted AS (
        SELECT j.*,
               CASE WHEN j.mask IS NOT NULL AND measure NOT IN ('cells', 'masked')
                    THEN 'the indicator does not apply'
                    WHEN j.counts OR j.is_rate THEN NULL
                    WHEN measure = 'masked' THEN 'the indicator applies'
                    WHEN measure = 'from_agency' AND j.any_ THEN 'the country has observed it'
                    WHEN measure = 'suppressed' THEN 'no value of it is kept back'
                    WHEN j.any_ THEN 'its observation does not conform'
                    ELSE 'no observation of it is accepted' END AS excluded
          FROM judged AS j),
    placed AS (
        SELECT c.*, explain_shows(c.sorted, after, page_size, row_number() OVER (
                        PARTITION BY after IS NULL OR c.sorted > after COLLATE "C"
                            ORDER BY c.sorted)) AS shown
          FROM counted AS c)
    SELECT p.sorted, CASE WHEN p.excluded IS NULL THEN p.counts::integer::numeric END,
           CASE WHEN p.excluded IS NULL AND p.is_rate THEN 1::numeric END,
           NULL::numeric, NULL::text,
           CASE WHEN p.shown THEN jsonb_build_object(
               'kind', 'cell', 'country', p.country, 'indicator', p.indicator, 'year', p.year,
               'observation_id', p.observation, 'mask_id', p.mask,
               'mask_reason', p.mask_reason, 'excluded', p.excluded) END
      FROM placed AS p;
END
$$;
COMMENT ON FUNCTION explain_cells(text, jsonb, text, integer) IS
    'The cells behind a figure of the report on data collection, with their observation, or the '
    'mask that leaves them out.';

CREATE FUNCTION explain_observations(measure text, key jsonb, after text, page_size integer)
RETURNS TABLE (place text, numerator numeric, denominator numeric, base numeric,
               currency text, item jsonb)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    WITH counted AS (
        SELECT o.*,
               CASE WHEN measure = 'suppressed_observations'
                    THEN CASE WHEN NOT o.suppressed THEN 'it has a value' END
                    WHEN o.suppressed THEN 'its value is kept back' END AS excluded,
               CASE measure WHEN 'passing_rate' THEN o.accepted
                            WHEN 'complete_rate' THEN o.complete
                            WHEN 'revised_rate' THEN o.revised
                            WHEN 'open_rate' THEN o.open_licence
                            ELSE true END AS counts,
               to_char(o.leaf_index, 'FM000000000000000') COLLATE "C" AS sorted
          FROM report_observations() AS o
          JOIN explained_cells(key) AS c
            ON c.year = o.year AND c.country = o.country AND c.indicator = o.indicator),
    placed AS (
        SELECT c.*, explain_shows(c.sorted, after, page_size, row_number() OVER (
                        PARTITION BY after IS NULL OR c.sorted > after COLLATE "C"
                            ORDER BY c.sorted)) AS shown
          FROM counted AS c)
    SELECT p.sorted, CASE WHEN p.excluded IS NULL THEN p.counts::integer::numeric END,
           CASE WHEN p.excluded IS NULL AND measure LIKE '%\_rate' THEN 1::numeric END,
           NULL::numeric, NULL::text,
           CASE WHEN p.shown THEN jsonb_build_object(
               'kind', 'observation', 'country', p.country, 'indicator', p.indicator,
               'year', p.year, 'observation_id', p.id, 'leaf_index', p.leaf_index,
               'excluded', p.excluded) END
      FROM placed AS p;
END
$$;
COMMENT ON FUNCTION explain_observations(text, jsonb, text, integer) IS
    'The observations behind a figure on the quality of data, in the order of the log.';

CREATE FUNCTION explain_budgets(measure text, key jsonb, after text, page_size integer)
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
      FROM report_promises(target, of_set) AS p
      JOIN organisation AS o ON o.id = p.donor
     WHERE p.country IS NOT NULL
       AND (NOT key ? 'donor' OR key ->> 'donor' IN (o.identifier, o.id::text))
       AND (NOT key ? 'year' OR p.year = (key ->> 'year')::integer)
       AND explain_fits(key, 'country', p.country)
       AND explain_fits(key, 'currency', p.currency);
END
$$;
COMMENT ON FUNCTION explain_budgets(text, jsonb, text, integer) IS
    'What is on budget and what was scheduled, which GPEDC indicators 6_1 and 6_2 compare.';

CREATE FUNCTION explain_contracts(measure text, key jsonb, after text, page_size integer)
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
          JOIN report_commitments() AS c ON c.commitment_id = k.commitment_id
          JOIN commitment_revision AS r
            ON r.commitment_id = c.commitment_id AND r.revision = c.revision
         WHERE NOT coalesce((key ->> 'in_kind')::boolean, false)
           AND (NOT key ? 'donor' OR key ->> 'donor' IN (o.identifier, o.id::text))
           AND (NOT key ? 'year' OR (key ->> 'year')::integer
                = extract(year FROM coalesce(r.commitment_date, k.awarded_on)))
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
COMMENT ON FUNCTION explain_contracts(text, jsonb, text, integer) IS
    'The contracts behind de facto untying, each once; the "base" is there where one is known.';

CREATE FUNCTION explain_contracts_known(measure text, key jsonb, after text, page_size integer)
RETURNS TABLE (place text, numerator numeric, denominator numeric, base numeric,
               currency text, item jsonb)
LANGUAGE sql STABLE
AS $$
    SELECT c.* FROM explain_contracts('contract_value_known', key, after, page_size) AS c
     UNION ALL
    SELECT m.place, CASE WHEN m.numerator IS NOT NULL THEN 0 END, m.denominator, m.base,
           m.currency, m.item
      FROM explain_money('tying_unreported_rate', key, after, page_size) AS m
$$;
COMMENT ON FUNCTION explain_contracts_known(text, jsonb, text, integer) IS
    'The contracts that are known, and the committed money that they are a share of.';

INSERT INTO explained_figure (report, measure, told_by, aspect, rule, unit)
SELECT m.report, m.measure, m.told_by, m.measure, m.rule, m.unit
  FROM (VALUES ('data-collection', 'cells', 'explain_cells', 'sum', 'count'),
               ('data-collection', 'masked', 'explain_cells', 'sum', 'count'),
               ('data-collection', 'applicable', 'explain_cells', 'sum', 'count'),
               ('data-collection', 'conforming', 'explain_cells', 'sum', 'count'),
               ('data-collection', 'collected', 'explain_cells', 'sum', 'count'),
               ('data-collection', 'fresh', 'explain_cells', 'sum', 'count'),
               ('data-collection', 't1_std', 'explain_cells', 'rate', 'count'),
               ('data-collection', 't1_any', 'explain_cells', 'rate', 'count'),
               ('data-collection', 't1_fresh', 'explain_cells', 'rate', 'count'),
               ('data-collection', 'from_agency', 'explain_cells', 'sum', 'count'),
               ('data-collection', 'suppressed', 'explain_cells', 'sum', 'count'),
               ('data-collection', 'observations', 'explain_observations', 'sum', 'count'),
               ('data-collection', 'passing_rate', 'explain_observations', 'rate', 'count'),
               ('data-collection', 'complete_rate', 'explain_observations', 'rate', 'count'),
               ('data-collection', 'revised_rate', 'explain_observations', 'rate', 'count'),
               ('data-collection', 'open_rate', 'explain_observations', 'rate', 'count'),
               ('data-collection', 'suppressed_observations', 'explain_observations', 'sum',
                'count'),
               ('on-budget', '6_1', 'explain_budgets', 'within_both', 'money'),
               ('on-budget', '6_2', 'explain_budgets', 'beyond_both', 'money'),
               ('untied-aid', 'contracts', 'explain_contracts', 'sum', 'count'),
               ('untied-aid', 'contracts_differing', 'explain_contracts', 'sum', 'count'),
               ('untied-aid', 'contract_value', 'explain_contracts', 'known', 'money'),
               ('untied-aid', 'contract_value_known', 'explain_contracts', 'known', 'money'),
               ('untied-aid', 'contract_value_outside', 'explain_contracts', 'known', 'money'),
               ('untied-aid', 'de_facto_untied_rate', 'explain_contracts', 'rate', 'money'),
               ('untied-aid', 'contracts_known_rate', 'explain_contracts_known', 'rate',
                'money')) AS m (report, measure, told_by, rule, unit);

GRANT EXECUTE ON FUNCTION explained_cells(jsonb), explain_cells(text, jsonb, text, integer),
      explain_observations(text, jsonb, text, integer),
      explain_budgets(text, jsonb, text, integer), explain_contracts(text, jsonb, text, integer),
      explain_contracts_known(text, jsonb, text, integer)
   TO aidledger_public, aidledger_scoped;
