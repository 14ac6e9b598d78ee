-- GET /v1/reports/on-budget
-- How much aid is on the budget of the recipient and uses its systems, as far as the ledger can tell.
-- kind  report
-- lane  report
-- role  public
-- $1    donor      query   text      optional
-- $2    country    query   country   optional
-- $3    year       query   year      optional
-- $4    currency   query   currency  optional
-- $5    rate_set   query   uuid      optional
WITH scheduled AS (
    SELECT p.donor, p.country, p.year, p.currency, sum(p.at_start) AS amount,
           bool_or(p.at_start IS NULL) AS partly
      FROM report_promises($4::text, $5::uuid, report_scope($1::text, $2::text), $2) AS p
     WHERE p.country IS NOT NULL
     GROUP BY p.donor, p.country, p.year, p.currency),
system AS (
    SELECT s.* FROM report_systems($4, $5, report_scope($1, $2), $2) AS s),
budget AS MATERIALIZED (
    SELECT b.donor, b.country, b.year, b.currency, sum(b.amount) AS amount
      FROM report_budgets($4, $5) AS b
     GROUP BY b.donor, b.country, b.year, b.currency),
cell AS MATERIALIZED (
    SELECT coalesce(o.identifier, o.id::text) AS donor_key, o.name AS donor_name, k.country,
           k.year, k.currency, s.disbursed, c.amount AS scheduled, c.partly,
           b.amount AS budgeted,
           EXISTS (SELECT FROM budget AS e
                    WHERE (e.donor, e.country, e.year) = (k.donor, k.country, k.year)) AS elsewhere,
           CASE WHEN s.channel_unstated < s.disbursed THEN s.treasury END AS treasury,
           CASE WHEN s.aid_type_unstated < s.disbursed THEN s.budget_support END AS budget_support
      FROM (SELECT w.donor, w.country, w.year, w.currency FROM system AS w
             UNION
            SELECT w.donor, w.country, w.year, w.currency FROM scheduled AS w
             UNION
            SELECT w.donor, w.country, w.year, w.currency FROM budget AS w) AS k
      JOIN organisation AS o ON o.id = k.donor
      LEFT JOIN system AS s
        ON (s.donor, s.country, s.year, s.currency) = (k.donor, k.country, k.year, k.currency)
      LEFT JOIN scheduled AS c
        ON (c.donor, c.country, c.year, c.currency) = (k.donor, k.country, k.year, k.currency)
      LEFT JOIN budget AS b
        ON (b.donor, b.country, b.year, b.currency) = (k.donor, k.country, k.year, k.currency)
     WHERE ($1 IS NULL OR $1 IN (o.identifier, o.id::text))
       AND ($2 IS NULL OR k.country = $2)
       AND ($3::integer IS NULL OR k.year = $3)),
missing AS (
    SELECT jsonb_agg(m.note) AS notes
      FROM (SELECT jsonb_build_object('currency', p.stated_currency, 'type', '3',
                       'transactions', count(DISTINCT p.transaction_id),
                       'amount', sum(p.stated)) AS note
              FROM report_payments($4, $5, report_scope(NULL, $2), $2) AS p
             WHERE $4 IS NOT NULL AND p.amount = 'NaN' AND p.country IS NOT NULL
             GROUP BY p.stated_currency
             UNION ALL
            SELECT jsonb_build_object('currency', b.stated_currency, 'what', 'approved budgets',
                       'records', count(*), 'amount', sum(b.stated))
              FROM report_budgets($4, $5) AS b
              JOIN organisation AS o ON o.id = b.donor
             WHERE b.amount = 'NaN' AND ($1 IS NULL OR $1 IN (o.identifier, o.id::text))
               AND ($2 IS NULL OR b.country = $2) AND ($3 IS NULL OR b.year = $3)
             GROUP BY b.stated_currency) AS m),
told AS (
    SELECT c.donor_key, c.donor_name, c.country, c.year, c.currency, i.*
      FROM cell AS c
     CROSS JOIN LATERAL (
           SELECT CASE WHEN coalesce(c.disbursed, 0) <= 0 THEN 'nothing disbursed'
                       WHEN c.disbursed = 'NaN' THEN 'no rate' END AS reason,
                  CASE WHEN c.budgeted IS NULL AND c.elsewhere
                       THEN 'the approved budget is recorded in another currency'
                       WHEN c.budgeted IS NULL THEN 'the approved budget is not recorded'
                       WHEN 'NaN' IN (c.budgeted, c.scheduled) THEN 'no rate'
                       WHEN c.scheduled IS NULL
                       THEN 'what was scheduled is not known, or the year has not ended'
                       WHEN c.partly
                       THEN 'the ledger did not hold every commitment when the year began' END
                       AS unknown) AS w
     CROSS JOIN LATERAL (VALUES
           (1, '6_1', CASE WHEN w.unknown IS NULL THEN least(c.budgeted, c.scheduled) END,
               c.scheduled, (w.unknown IS NULL)::integer, coalesce(w.unknown, 'nothing scheduled')),
           (2, '6_2', CASE WHEN w.unknown IS NULL
                           THEN greatest(c.budgeted - c.scheduled, 0) END,
               c.budgeted, (w.unknown IS NULL)::integer, coalesce(w.unknown, 'nothing on budget')),
           (3, '9b-budget_execution', c.treasury, c.disbursed, num_nonnulls(c.treasury),
               coalesce(w.reason, 'no channel is stated')),
           (4, '9b-financial_reporting', c.budget_support, c.disbursed,
               num_nonnulls(c.budget_support), coalesce(w.reason, 'no aid type is stated')),
           (5, '9b-auditing', c.budget_support, c.disbursed, num_nonnulls(c.budget_support),
               coalesce(w.reason, 'no aid type is stated')),
           (6, '9b-procurement', c.budget_support, c.disbursed, num_nonnulls(c.budget_support),
               coalesce(w.reason, 'no aid type is stated')),
           (7, '9b', coalesce(c.treasury, 0) + 3 * coalesce(c.budget_support, 0), c.disbursed,
               num_nonnulls(c.treasury) + 3 * num_nonnulls(c.budget_support),
               coalesce(w.reason, 'no component is known')))
           AS i (place, indicator, numerator, denominator, components, reason)),
valued AS (
    SELECT t.*, report_share(t.numerator, t.denominator * nullif(t.components, 0)) AS at_least
      FROM told AS t)
SELECT t.donor_key AS donor, t.donor_name, t.country, t.year, t.currency, t.indicator,
       CASE WHEN t.numerator IS NOT NULL AND t.place < 7
            THEN report_sum(t.numerator, u.minor_unit, $4) END AS numerator,
       CASE WHEN t.denominator IS NOT NULL THEN report_sum(t.denominator, u.minor_unit, $4) END
           AS denominator,
       CASE WHEN t.place > 2 THEN t.components END AS components, t.at_least,
       CASE WHEN t.at_least IS NULL THEN t.reason END AS null_reason,
       CASE WHEN row_number() OVER place = 1 THEN report_conversion($4, $5) END AS method,
       CASE WHEN row_number() OVER place = 1
            THEN report_conversion_limits($4, $5, (SELECT m.notes FROM missing AS m)) END
           AS limitations
  FROM (VALUES (true)) AS always
  LEFT JOIN valued AS t ON true
  LEFT JOIN currency AS u ON u.code = t.currency
WINDOW place AS (ORDER BY t.donor_key COLLATE "C", t.country COLLATE "C", t.year,
                          t.currency COLLATE "C", t.place)
 ORDER BY row_number() OVER place
