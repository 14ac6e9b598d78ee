-- GET /v1/reports/group-allocation
-- Commitments and disbursements to LDC, SIDS, LLDC, EIT and to their union, by year and currency.
-- kind  report
-- lane  report
-- role  public
-- $1    donor      query   text      optional
-- $2    year       query   year      optional
-- $3    currency   query   currency  optional
-- $4    rate_set   query   uuid      optional
-- $5    in_kind    query   boolean   optional
WITH part AS (
    SELECT p.*
      FROM report_parts_in($3::text, $4::uuid, report_scope($1::text, NULL), NULL, ARRAY['2', '3'],
                           daterange(make_date($2::integer, 1, 1), make_date($2 + 1, 1, 1))) AS p
     WHERE p.in_kind = coalesce($5::boolean, false)),
missing AS (
    SELECT jsonb_agg(to_jsonb(m)) AS notes
      FROM (SELECT p.currency, p.transaction_type AS type,
                   count(DISTINCT p.transaction_id) AS transactions, sum(p.stated) AS amount
              FROM part AS p
             WHERE p.amount = 'NaN'
             GROUP BY p.currency, p.transaction_type) AS m),
membership AS MATERIALIZED (
    SELECT m.* FROM report_memberships() AS m),
standing AS MATERIALIZED (
    SELECT d.country, d.transaction_date,
           coalesce(array_agg(DISTINCT m.country_group) FILTER (WHERE m.country IS NOT NULL),
                    '{}') AS groups
      FROM (SELECT DISTINCT p.country, p.transaction_date
              FROM part AS p
             WHERE p.country IS NOT NULL) AS d
      LEFT JOIN membership AS m
        ON m.country = d.country AND m.valid_from <= d.transaction_date
       AND m.valid_to > d.transaction_date
     GROUP BY d.country, d.transaction_date),
placed AS (
    SELECT p.*, r.recipient_group
      FROM part AS p
      LEFT JOIN standing AS s
        ON s.country = p.country AND s.transaction_date = p.transaction_date
     CROSS JOIN LATERAL (
           SELECT unnest(s.groups)
            UNION ALL
           SELECT CASE WHEN p.country IS NULL THEN 'no country'
                       WHEN cardinality(s.groups) = 0 THEN 'no group'
                       ELSE 'union' END
            UNION ALL
           SELECT 'all') AS r (recipient_group)),
cell AS (
    SELECT l.recipient_group, extract(year FROM l.transaction_date)::integer AS year, l.currency,
           count(DISTINCT l.country) AS countries,
           sum(l.amount) FILTER (WHERE l.transaction_type = '2') AS committed,
           sum(l.ict_220) FILTER (WHERE l.transaction_type = '2') AS committed_ict_220,
           sum(l.ict_principal) FILTER (WHERE l.transaction_type = '2')
               AS committed_ict_principal,
           sum(l.ict_significant) FILTER (WHERE l.transaction_type = '2')
               AS committed_ict_significant,
           sum(l.amount) FILTER (WHERE l.transaction_type = '3') AS disbursed,
           sum(l.ict_220) FILTER (WHERE l.transaction_type = '3') AS disbursed_ict_220,
           sum(l.ict_principal) FILTER (WHERE l.transaction_type = '3')
               AS disbursed_ict_principal,
           sum(l.ict_significant) FILTER (WHERE l.transaction_type = '3')
               AS disbursed_ict_significant
      FROM placed AS l
     GROUP BY 1, 2, 3)
SELECT l.recipient_group, l.year, l.currency, l.countries,
       report_sum(l.committed, u.minor_unit, $3) AS committed,
       report_sum(l.committed_ict_220, u.minor_unit, $3) AS committed_ict_220,
       report_sum(l.committed_ict_principal, u.minor_unit, $3) AS committed_ict_principal,
       report_sum(l.committed_ict_significant, u.minor_unit, $3) AS committed_ict_significant,
       report_sum(l.disbursed, u.minor_unit, $3) AS disbursed,
       report_sum(l.disbursed_ict_220, u.minor_unit, $3) AS disbursed_ict_220,
       report_sum(l.disbursed_ict_principal, u.minor_unit, $3) AS disbursed_ict_principal,
       report_sum(l.disbursed_ict_significant, u.minor_unit, $3) AS disbursed_ict_significant,
       CASE WHEN row_number() OVER place = 1 THEN report_conversion($3, $4) END AS method,
       CASE WHEN row_number() OVER place = 1
            THEN report_conversion_limits($3, $4, (SELECT m.notes FROM missing AS m)) END
           AS limitations
  FROM (VALUES (true)) AS always
  LEFT JOIN cell AS l ON true
  LEFT JOIN currency AS u ON u.code = l.currency
WINDOW place AS (
     ORDER BY array_position(ARRAY['LDC', 'SIDS', 'LLDC', 'EIT', 'union', 'no group', 'no country',
                                   'all'], l.recipient_group),
              l.year, l.currency COLLATE "C")
 ORDER BY row_number() OVER place
