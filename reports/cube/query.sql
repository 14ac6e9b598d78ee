-- GET /v1/reports/cube
-- Money and counts cut by the dimensions asked for, with the filters asked for.
-- kind  report
-- lane  report
-- role  public
-- $1    dimensions        query  text      optional
-- $2    measures          query  text      optional
-- $3    donor             query  text      optional
-- $4    recipient         query  country   optional
-- $5    group             query  group     optional
-- $6    sector            query  code      optional
-- $7    transaction_type  query  code      optional
-- $8    year_from         query  year      optional
-- $9    year_to           query  year      optional
-- $10   in_kind           query  boolean   optional
-- $11   currency          query  currency  optional
-- $12   rate_set          query  uuid      optional
WITH asked AS MATERIALIZED (
    SELECT coalesce(cube_choice($1::text, 'dimensions', ARRAY[
               'donor', 'donor_type', 'recipient_country', 'recipient_region', 'recipient_group',
               'sector', 'sector_category', 'year', 'flow_type', 'finance_type', 'aid_type',
               'tied_status']), '{}') AS by,
           coalesce(cube_choice($2::text, 'measures', ARRAY[
               'amount', 'ict_220', 'ict_principal', 'ict_significant', 'transactions',
               'commitments', 'donors', 'countries']), ARRAY['amount']) AS told,
           cube_year($8::integer, 'year_from', $9::integer) AS year_from),
part AS (
    SELECT p.*, o.identifier, o.type_code, extract(year FROM p.transaction_date)::integer AS year
      FROM asked AS a
     CROSS JOIN cube_parts($11::text, $12::uuid, report_scope($3::text, $4::text), $4,
                           daterange(make_date(a.year_from, 1, 1), make_date($9 + 1, 1, 1))) AS p
      JOIN organisation AS o ON o.id = p.donor
     WHERE p.in_kind = coalesce($10::boolean, false)
       AND ($6::text IS NULL OR p.sector = $6)
       AND ($7::text IS NULL OR p.transaction_type = $7)),
membership AS MATERIALIZED (
    SELECT m.* FROM report_memberships() AS m),
standing AS MATERIALIZED (
    SELECT d.country, d.transaction_date,
           coalesce(array_agg(DISTINCT m.country_group) FILTER (WHERE m.country IS NOT NULL),
                    '{}') AS groups
      FROM (SELECT DISTINCT p.country, p.transaction_date
              FROM asked AS a
             CROSS JOIN part AS p
             WHERE p.country IS NOT NULL
               AND ($5::text IS NOT NULL OR 'recipient_group' = ANY (a.by))) AS d
      LEFT JOIN membership AS m
        ON m.country = d.country AND m.valid_from <= d.transaction_date
       AND m.valid_to > d.transaction_date
     GROUP BY d.country, d.transaction_date),
placed AS (
    SELECT p.*, g.recipient_group
      FROM asked AS a
     CROSS JOIN part AS p
      LEFT JOIN standing AS s
        ON s.country = p.country AND s.transaction_date = p.transaction_date
     CROSS JOIN LATERAL (
           SELECT unnest(CASE WHEN 'recipient_group' <> ALL (a.by) THEN ARRAY[NULL]
                              WHEN p.country IS NULL THEN ARRAY['no country']
                              WHEN cardinality(s.groups) = 0 THEN ARRAY['no group']
                              ELSE s.groups END)) AS g (recipient_group)
     WHERE $5::text IS NULL
        OR ($5 = ANY (s.groups) AND coalesce(g.recipient_group, $5) = $5)),
cell AS (
    SELECT CASE WHEN 'donor' = ANY (a.by) THEN coalesce(p.identifier, p.donor::text) END AS donor,
           CASE WHEN 'donor_type' = ANY (a.by)
                THEN coalesce(p.type_code, 'not stated') END AS donor_type,
           CASE WHEN 'recipient_country' = ANY (a.by)
                THEN coalesce(p.country, 'not stated') END AS recipient_country,
           CASE WHEN 'recipient_region' = ANY (a.by)
                THEN coalesce(p.region, 'not stated') END AS recipient_region,
           p.recipient_group,
           CASE WHEN 'sector' = ANY (a.by) THEN coalesce(p.sector, 'not stated') END AS sector,
           CASE WHEN 'sector_category' = ANY (a.by)
                THEN coalesce(left(p.sector, 3), 'not stated') END AS sector_category,
           CASE WHEN 'year' = ANY (a.by) THEN p.year END AS year,
           CASE WHEN 'flow_type' = ANY (a.by)
                THEN coalesce(p.flow_type, 'not stated') END AS flow_type,
           CASE WHEN 'finance_type' = ANY (a.by)
                THEN coalesce(p.finance_type, 'not stated') END AS finance_type,
           CASE WHEN 'aid_type' = ANY (a.by)
                THEN coalesce(p.aid_type, 'not stated') END AS aid_type,
           CASE WHEN 'tied_status' = ANY (a.by)
                THEN coalesce(p.tied_status, 'not stated') END AS tied_status,
           p.transaction_type, p.currency, p.amount, p.ict_220, p.ict_principal,
           p.ict_significant, p.transaction_id, p.commitment_id, p.donor AS donor_id, p.country
      FROM asked AS a
     CROSS JOIN placed AS p),
missing AS (
    SELECT jsonb_agg(to_jsonb(m)) AS notes
      FROM (SELECT p.currency, p.transaction_type AS type,
                   count(DISTINCT p.transaction_id) AS transactions, sum(p.stated) AS amount
              FROM part AS p
             WHERE p.amount = 'NaN'
             GROUP BY p.currency, p.transaction_type) AS m)
SELECT c.transaction_type, c.currency, c.donor, c.donor_type, c.recipient_country,
       c.recipient_region, c.recipient_group, c.sector, c.sector_category, c.year, c.flow_type,
       c.finance_type, c.aid_type, c.tied_status,
       CASE WHEN 'amount' = ANY (a.told)
            THEN report_sum(sum(c.amount), u.minor_unit, $11) END AS amount,
       CASE WHEN 'ict_220' = ANY (a.told)
            THEN report_sum(sum(c.ict_220), u.minor_unit, $11) END AS ict_220,
       CASE WHEN 'ict_principal' = ANY (a.told)
            THEN report_sum(sum(c.ict_principal), u.minor_unit, $11) END AS ict_principal,
       CASE WHEN 'ict_significant' = ANY (a.told)
            THEN report_sum(sum(c.ict_significant), u.minor_unit, $11) END AS ict_significant,
       CASE WHEN 'transactions' = ANY (a.told)
            THEN count(DISTINCT c.transaction_id) END AS transactions,
       CASE WHEN 'commitments' = ANY (a.told)
            THEN count(DISTINCT c.commitment_id) END AS commitments,
       CASE WHEN 'donors' = ANY (a.told) THEN count(DISTINCT c.donor_id) END AS donors,
       CASE WHEN 'countries' = ANY (a.told) THEN count(DISTINCT c.country) END AS countries,
       CASE WHEN row_number() OVER place = 1 THEN report_conversion($11, $12) END AS method,
       CASE WHEN row_number() OVER place = 1
            THEN report_conversion_limits($11, $12, (SELECT m.notes FROM missing AS m)) END
           AS limitations
  FROM asked AS a
  LEFT JOIN cell AS c ON true
  LEFT JOIN currency AS u ON u.code = c.currency
 GROUP BY a.told, c.transaction_type, c.currency, c.donor, c.donor_type, c.recipient_country,
          c.recipient_region, c.recipient_group, c.sector, c.sector_category, c.year, c.flow_type,
          c.finance_type, c.aid_type, c.tied_status, u.minor_unit
WINDOW place AS (
     ORDER BY lpad(c.transaction_type, 2) COLLATE "C", c.currency COLLATE "C",
              c.donor COLLATE "C", c.donor_type COLLATE "C", c.recipient_country COLLATE "C",
              c.recipient_region COLLATE "C", c.recipient_group COLLATE "C", c.sector COLLATE "C",
              c.sector_category COLLATE "C", c.year, c.flow_type COLLATE "C",
              c.finance_type COLLATE "C", c.aid_type COLLATE "C", c.tied_status COLLATE "C")
 ORDER BY row_number() OVER place
