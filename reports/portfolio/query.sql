-- GET /v1/reports/portfolio
-- Commitments and disbursements by donor, recipient, sector, year and currency, in three ICT rings.
-- kind  report
-- lane  report
-- role  public
-- $1    donor      query   text      optional
-- $2    recipient  query   country   optional
-- $3    sector     query   code      optional
-- $4    year       query   year      optional
-- $5    currency   query   currency  optional
-- $6    rate_set   query   uuid      optional
-- $7    in_kind    query   boolean   optional
-- $8    fiscal_year_of  query  country  optional
-- $9    period_basis    query  code     optional
WITH part AS (
    SELECT p.*, y.year
      FROM report_parts_in($5::text, $6::uuid, report_scope($1::text, $2::text), $2,
                           ARRAY['2', '3']) AS p
      LEFT JOIN transaction_reporting AS g ON g.transaction_id = p.transaction_id
     CROSS JOIN report_year(
               CASE WHEN $9::text = 'reporting' THEN coalesce(g.reporting_date, p.transaction_date)
                    ELSE p.transaction_date END, $8::text) AS y (year)
     WHERE report_period_basis($9::text) IS NOT NULL
       AND p.in_kind = coalesce($7::boolean, false)
       AND ($3::text IS NULL OR p.sector = $3)
       AND ($4::integer IS NULL OR y.year = $4)),
missing AS (
    SELECT jsonb_agg(to_jsonb(m)) AS notes
      FROM (SELECT p.currency, p.transaction_type AS type,
                   count(DISTINCT p.transaction_id) AS transactions, sum(p.stated) AS amount
              FROM part AS p
             WHERE p.amount = 'NaN'
             GROUP BY p.currency, p.transaction_type) AS m),
cell AS (
    SELECT p.donor, p.country, p.region, p.sector, p.year, p.currency,
           sum(p.amount) FILTER (WHERE p.transaction_type = '2') AS committed,
           sum(p.ict_220) FILTER (WHERE p.transaction_type = '2') AS committed_ict_220,
           sum(p.ict_principal) FILTER (WHERE p.transaction_type = '2')
               AS committed_ict_principal,
           sum(p.ict_significant) FILTER (WHERE p.transaction_type = '2')
               AS committed_ict_significant,
           sum(p.amount) FILTER (WHERE p.transaction_type = '3') AS disbursed,
           sum(p.ict_220) FILTER (WHERE p.transaction_type = '3') AS disbursed_ict_220,
           sum(p.ict_principal) FILTER (WHERE p.transaction_type = '3')
               AS disbursed_ict_principal,
           sum(p.ict_significant) FILTER (WHERE p.transaction_type = '3')
               AS disbursed_ict_significant
      FROM part AS p
     GROUP BY p.donor, p.country, p.region, p.sector, p.year, p.currency)
SELECT coalesce(o.identifier, p.donor::text) AS donor, o.name AS donor_name,
       p.country AS recipient_country, p.region AS recipient_region, p.sector,
       p.year, p.currency,
       report_sum(p.committed, u.minor_unit, $5) AS committed,
       report_sum(p.committed_ict_220, u.minor_unit, $5) AS committed_ict_220,
       report_sum(p.committed_ict_principal, u.minor_unit, $5) AS committed_ict_principal,
       report_sum(p.committed_ict_significant, u.minor_unit, $5) AS committed_ict_significant,
       report_sum(p.disbursed, u.minor_unit, $5) AS disbursed,
       report_sum(p.disbursed_ict_220, u.minor_unit, $5) AS disbursed_ict_220,
       report_sum(p.disbursed_ict_principal, u.minor_unit, $5) AS disbursed_ict_principal,
       report_sum(p.disbursed_ict_significant, u.minor_unit, $5) AS disbursed_ict_significant,
       CASE WHEN row_number() OVER place = 1 THEN report_conversion($5, $6) END AS method,
       CASE WHEN row_number() OVER place = 1
            THEN report_conversion_limits($5, $6, (SELECT m.notes FROM missing AS m)) END
           AS limitations
  FROM (VALUES (true)) AS always
  LEFT JOIN cell AS p ON true
  LEFT JOIN organisation AS o ON o.id = p.donor
  LEFT JOIN currency AS u ON u.code = p.currency
WINDOW place AS (
     ORDER BY coalesce(o.identifier, p.donor::text) COLLATE "C", p.country COLLATE "C",
              p.region COLLATE "C", p.sector COLLATE "C",
              p.year, p.currency COLLATE "C")
 ORDER BY row_number() OVER place
