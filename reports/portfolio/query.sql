-- GET /v1/reports/portfolio
-- Commitments and disbursements by donor, recipient, sector, year and currency, in three ICT rings.
-- kind  report
-- lane  report
-- role  public
-- $1    donor      query   text      optional
-- $2    recipient  query   country   optional
-- $3    sector     query   code      optional
-- $4    year       query   year      optional
SELECT coalesce(o.identifier, o.id::text) AS donor, o.name AS donor_name,
       p.country AS recipient_country, p.region AS recipient_region, p.sector,
       extract(year FROM p.transaction_date)::integer AS year, p.currency,
       report_sum(sum(p.amount) FILTER (WHERE p.transaction_type = '2'), u.minor_unit)
           AS committed,
       report_sum(sum(p.ict_220) FILTER (WHERE p.transaction_type = '2'), u.minor_unit)
           AS committed_ict_220,
       report_sum(sum(p.ict_principal) FILTER (WHERE p.transaction_type = '2'), u.minor_unit)
           AS committed_ict_principal,
       report_sum(sum(p.ict_significant) FILTER (WHERE p.transaction_type = '2'), u.minor_unit)
           AS committed_ict_significant,
       report_sum(sum(p.amount) FILTER (WHERE p.transaction_type = '3'), u.minor_unit)
           AS disbursed,
       report_sum(sum(p.ict_220) FILTER (WHERE p.transaction_type = '3'), u.minor_unit)
           AS disbursed_ict_220,
       report_sum(sum(p.ict_principal) FILTER (WHERE p.transaction_type = '3'), u.minor_unit)
           AS disbursed_ict_principal,
       report_sum(sum(p.ict_significant) FILTER (WHERE p.transaction_type = '3'), u.minor_unit)
           AS disbursed_ict_significant
  FROM report_parts() AS p
  JOIN organisation AS o ON o.id = p.donor
  JOIN currency AS u ON u.code = p.currency
 WHERE p.transaction_type IN ('2', '3')
   AND ($1::text IS NULL OR $1 IN (o.identifier, o.id::text))
   AND ($2::text IS NULL OR p.country = $2)
   AND ($3::text IS NULL OR p.sector = $3)
   AND ($4::integer IS NULL OR extract(year FROM p.transaction_date) = $4)
 GROUP BY o.id, p.country, p.region, p.sector, year, p.currency, u.minor_unit
 ORDER BY coalesce(o.identifier, o.id::text) COLLATE "C", p.country COLLATE "C",
          p.region COLLATE "C", p.sector COLLATE "C", year, p.currency COLLATE "C"
