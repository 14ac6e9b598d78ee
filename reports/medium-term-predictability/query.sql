-- GET /v1/reports/medium-term-predictability
-- Whether and for how much money forward schedules were held for the three years after each year.
-- kind  report
-- lane  report
-- role  public
-- $1    donor      query   text      optional
-- $2    country    query   country   optional
-- $3    year       query   year      optional
-- $4    currency   query   currency  optional
-- $5    rate_set   query   uuid      optional
WITH pair AS MATERIALIZED (
    SELECT f.*, coalesce(o.identifier, o.id::text) AS donor_key, o.name AS donor_name,
           o.id::text AS donor_id,
           CASE WHEN f.known THEN (f.scheduled_commitments > 0 AND f.uncovered = 0)::integer END
               AS plan
      FROM report_forward($4::text, $5::uuid, report_scope(NULL, $2::text), $2) AS f
      JOIN organisation AS o ON o.id = f.donor
     WHERE $3::integer IS NULL OR f.year = $3),
-- What is of the country as a whole is taken before rows of other donors are left out.
whole AS (
    SELECT p.*, p.disbursed * p.plan AS covered,
           sum(p.disbursed * p.plan) OVER everybody AS country_covered,
           sum(p.disbursed) FILTER (WHERE p.known) OVER everybody AS country_disbursed
      FROM pair AS p
    WINDOW everybody AS (PARTITION BY p.country, p.year, p.currency, p.years_ahead)),
told AS (
    SELECT w.* FROM whole AS w WHERE $1::text IS NULL OR $1 IN (w.donor_key, w.donor_id)),
missing AS (
    SELECT jsonb_agg(to_jsonb(m)) AS notes
      FROM (SELECT p.stated_currency AS currency, '3' AS type,
                   count(DISTINCT p.transaction_id) AS transactions, sum(p.stated) AS amount
              FROM report_payments($4, $5, report_scope(NULL, $2), $2) AS p
             WHERE $4 IS NOT NULL AND p.amount = 'NaN'
             GROUP BY p.stated_currency) AS m)
SELECT t.donor_key AS donor, t.donor_name, t.country, t.year, t.years_ahead, t.currency,
       t.plan,
       CASE WHEN t.known THEN t.in_force END AS commitments,
       CASE WHEN t.known THEN t.uncovered END AS commitments_without_schedule,
       report_sum(t.disbursed, u.minor_unit, $4) AS disbursed,
       CASE WHEN t.known THEN report_sum(t.covered, u.minor_unit, $4) END AS disbursed_covered,
       report_share(t.country_covered, t.country_disbursed) AS country_covered,
       CASE WHEN t.known THEN report_sum(t.scheduled, u.minor_unit, $4) END AS scheduled,
       CASE WHEN t.known THEN report_sum(t.scheduled_placed, u.minor_unit, $4) END
           AS scheduled_dated,
       CASE WHEN t.known THEN report_sum(round(t.falling, u.minor_unit), u.minor_unit, $4) END
           AS commitment_falling,
       CASE WHEN t.known THEN t.unplaced END AS commitments_undated,
       CASE WHEN t.known THEN report_share(t.scheduled_placed, t.falling) END AS value_covered,
       CASE WHEN row_number() OVER place = 1 THEN report_conversion($4, $5) END AS method,
       CASE WHEN row_number() OVER place = 1
            THEN report_conversion_limits($4, $5, (SELECT m.notes FROM missing AS m)) END
           AS limitations
  FROM (VALUES (true)) AS always
  LEFT JOIN told AS t ON true
  LEFT JOIN currency AS u ON u.code = t.currency
WINDOW place AS (ORDER BY t.donor_key COLLATE "C", t.country COLLATE "C", t.year,
                          t.currency COLLATE "C", t.years_ahead)
 ORDER BY row_number() OVER place
