-- GET /v1/reports/untied-aid
-- How much of what donors commit is untied, partially tied or tied, and of how much they do not say.
-- kind  report
-- lane  report
-- role  public
-- $1    donor      query   text      optional
-- $2    country    query   country   optional
-- $3    year       query   year      optional
-- $4    currency   query   currency  optional
-- $5    rate_set   query   uuid      optional
-- $6    in_kind    query   boolean   optional
WITH part AS MATERIALIZED (
    SELECT p.*, coalesce(o.identifier, o.id::text) AS donor_key, o.name AS donor_name,
           extract(year FROM p.transaction_date)::integer AS year
      FROM report_tying($4::text, $5::uuid, report_scope($1::text, $2::text), $2,
                        daterange(make_date($3::integer, 1, 1), make_date($3 + 1, 1, 1))) AS p
      JOIN organisation AS o ON o.id = p.donor
     WHERE p.in_kind = coalesce($6::boolean, false)),
told AS (
    SELECT p.donor_key, p.donor_name, p.country, p.year, p.currency, sum(p.amount) AS committed,
           sum(p.amount) FILTER (WHERE p.tying = 'untied') AS untied,
           sum(p.amount) FILTER (WHERE p.tying = 'partially_tied') AS partially_tied,
           sum(p.amount) FILTER (WHERE p.tying = 'tied') AS tied,
           sum(p.amount) FILTER (WHERE p.tying = 'unreported') AS unreported,
           sum(p.amount) FILTER (WHERE p.tying = 'disregarded') AS disregarded
      FROM part AS p
     GROUP BY p.donor_key, p.donor_name, p.country, p.year, p.currency),
award AS MATERIALIZED (
    SELECT k.*, coalesce(o.identifier, o.id::text) AS donor_key, o.name AS donor_name
      FROM report_contracts($4, $5) AS k
      JOIN organisation AS o ON o.id = k.donor
     WHERE NOT coalesce($6, false)
       AND ($1 IS NULL OR $1 IN (o.identifier, o.id::text))
       AND ($2 IS NULL OR k.country = $2)),
contract AS MATERIALIZED (
    SELECT k.*, extract(year FROM coalesce(c.commitment_date, k.awarded_on))::integer AS year
      FROM award AS k
      JOIN report_commitments(ARRAY(SELECT DISTINCT w.commitment_id FROM award AS w)) AS c
        ON c.commitment_id = k.commitment_id),
missing AS (
    SELECT jsonb_agg(m.note) AS notes
      FROM (SELECT jsonb_build_object('currency', p.currency, 'type', '2',
                       'transactions', count(DISTINCT p.transaction_id),
                       'amount', sum(p.stated)) AS note
              FROM part AS p
             WHERE p.amount = 'NaN'
             GROUP BY p.currency
             UNION ALL
            SELECT jsonb_build_object('currency', k.currency, 'what', 'contracts',
                       'records', count(*), 'amount', sum(k.stated))
              FROM contract AS k
             WHERE k.amount = 'NaN' AND ($3 IS NULL OR k.year = $3)
             GROUP BY k.currency) AS m),
won AS (
    SELECT k.donor_key, k.donor_name, k.country, k.year, k.currency, count(*) AS contracts,
           count(*) FILTER (WHERE k.differing) AS differing, sum(k.amount) AS value,
           sum(k.amount) FILTER (WHERE k.supplier_country IS NOT NULL
                                   AND k.donor_country IS NOT NULL) AS known,
           sum(k.amount) FILTER (WHERE k.supplier_country <> k.donor_country) AS outside,
           bool_and(k.donor_country IS NULL) AS homeless
      FROM contract AS k
     WHERE ($3 IS NULL OR k.year = $3)
     GROUP BY k.donor_key, k.donor_name, k.country, k.year, k.currency),
cell AS (
    SELECT k.donor_key, k.donor_name, k.country, k.year, k.currency, t.committed, t.untied,
           t.partially_tied, t.tied, t.unreported, t.disregarded, coalesce(w.contracts, 0) AS contracts,
           coalesce(w.differing, 0) AS differing, w.value, w.known,
           CASE WHEN w.known IS NOT NULL THEN coalesce(w.outside, 0) END AS outside,
           CASE WHEN w.contracts IS NULL THEN 'no contract is known'
                WHEN w.homeless THEN 'the country of the donor is not known'
                WHEN w.known IS NULL THEN 'no country of a supplier is known'
                WHEN w.known = 'NaN' THEN 'no rate' END AS reason
      FROM (SELECT t.donor_key, t.donor_name, t.country, t.year, t.currency FROM told AS t
             UNION
            SELECT w.donor_key, w.donor_name, w.country, w.year, w.currency FROM won AS w) AS k
      LEFT JOIN told AS t
        ON (t.donor_key, t.year, t.currency) = (k.donor_key, k.year, k.currency)
       AND t.country IS NOT DISTINCT FROM k.country
      LEFT JOIN won AS w
        ON (w.donor_key, w.year, w.currency) = (k.donor_key, k.year, k.currency)
       AND w.country IS NOT DISTINCT FROM k.country)
SELECT t.donor_key AS donor, t.donor_name, t.country, t.year, t.currency,
       report_sum(t.committed, u.minor_unit, $4) AS committed,
       report_sum(t.untied, u.minor_unit, $4) AS untied,
       report_sum(t.partially_tied, u.minor_unit, $4) AS partially_tied,
       report_sum(t.tied, u.minor_unit, $4) AS tied,
       report_sum(t.unreported, u.minor_unit, $4) AS tied_unreported,
       report_sum(t.disregarded, u.minor_unit, $4) AS disregarded,
       report_share(t.untied, coalesce(t.untied, 0) + coalesce(t.partially_tied, 0)
                              + coalesce(t.tied, 0)) AS untied_rate,
       report_share(t.unreported, t.committed - coalesce(t.disregarded, 0)) AS unreported_rate,
       t.contracts, t.differing AS contracts_differing,
       CASE WHEN t.value IS NOT NULL THEN report_sum(t.value, u.minor_unit, $4) END
           AS contract_value,
       CASE WHEN t.known IS NOT NULL THEN report_sum(t.known, u.minor_unit, $4) END
           AS contract_value_known,
       CASE WHEN t.outside IS NOT NULL THEN report_sum(t.outside, u.minor_unit, $4) END
           AS contract_value_outside,
       report_share(t.outside, t.known) AS de_facto_untied_rate,
       report_share(t.known, t.committed - coalesce(t.disregarded, 0)) AS contracts_known_rate,
       t.reason AS de_facto_null_reason,
       CASE WHEN row_number() OVER place = 1 THEN report_conversion($4, $5) END AS method,
       CASE WHEN row_number() OVER place = 1
            THEN report_conversion_limits($4, $5, (SELECT m.notes FROM missing AS m)) END
           AS limitations
  FROM (VALUES (true)) AS always
  LEFT JOIN cell AS t ON true
  LEFT JOIN currency AS u ON u.code = t.currency
WINDOW place AS (ORDER BY t.donor_key COLLATE "C", t.country COLLATE "C", t.year,
                          t.currency COLLATE "C")
 ORDER BY row_number() OVER place
