-- GET /v1/reports/framework-coverage
-- Money and commitments linked to the items of a framework, by whose word, and what is linked to none.
-- kind  report
-- lane  report
-- role  public
-- $1    donor      query   text      optional
-- $2    country    query   country   optional
-- $3    framework  query   code      optional
-- $4    version    query   code      optional
-- $5    currency   query   currency  optional
-- $6    rate_set   query   uuid      optional
-- $7    in_kind    query   boolean   optional
WITH part AS MATERIALIZED (
    SELECT p.*
      FROM report_parts_in($5::text, $6::uuid, report_scope($1::text, $2::text), $2,
                           ARRAY['2', '3']) AS p
     WHERE p.in_kind = coalesce($7::boolean, false)),
missing AS (
    SELECT jsonb_agg(to_jsonb(m)) AS notes
      FROM (SELECT p.currency, p.transaction_type AS type,
                   count(DISTINCT p.transaction_id) AS transactions, sum(p.stated) AS amount
              FROM part AS p
             WHERE p.amount = 'NaN'
             GROUP BY p.currency, p.transaction_type) AS m),
money AS MATERIALIZED (
    SELECT p.commitment_id, p.currency,
           coalesce(sum(p.amount) FILTER (WHERE p.transaction_type = '2'), 0) AS committed,
           coalesce(sum(p.amount) FILTER (WHERE p.transaction_type = '3'), 0) AS disbursed
      FROM part AS p
     GROUP BY p.commitment_id, p.currency),
link AS MATERIALIZED (
    SELECT k.*
      FROM report_links($2, report_scope($1, $2)) AS k
     WHERE k.framework = report_framework(coalesce($3::text, 'C11'), $4::text)
       AND ($4 IS NULL OR k.framework_version = $4)),
item AS MATERIALIZED (
    SELECT i.* FROM report_items(report_framework(coalesce($3, 'C11'), $4), $4) AS i
     WHERE EXISTS (SELECT FROM money AS m)),
-- A commitment once, whatever it is linked to.
whole AS (
    SELECT m.*, k.commitment_id IS NOT NULL AS is_linked, k.endorsed
      FROM money AS m
      LEFT JOIN (SELECT w.commitment_id, bool_or(w.endorsed) AS endorsed
                   FROM link AS w GROUP BY w.commitment_id) AS k
        ON k.commitment_id = m.commitment_id),
told AS (
    SELECT 1 AS scope_place, 'item' AS scope, i.framework_version, i.place, i.item, i.kind,
           m.currency, count(m.commitment_id) AS commitments,
           count(*) FILTER (WHERE m.commitment_id IS NOT NULL AND k.endorsed) AS endorsed,
           count(*) FILTER (WHERE m.commitment_id IS NOT NULL AND k.refused) AS refused,
           sum(m.committed * k.share / 100) AS committed,
           sum(m.committed * k.share / 100) FILTER (WHERE k.endorsed) AS committed_endorsed,
           sum(m.disbursed * k.share / 100) AS disbursed,
           sum(m.committed) FILTER (WHERE k.share IS NULL) AS committed_without_share,
           count(m.commitment_id) > 0 AND count(k.share) = 0 AS shareless
      FROM item AS i
      LEFT JOIN (link AS k JOIN money AS m ON m.commitment_id = k.commitment_id)
        ON k.framework_version = i.framework_version AND k.item = i.item
     GROUP BY i.framework_version, i.place, i.item, i.kind, m.currency
     UNION ALL
    SELECT 2, 'linked', NULL, NULL, NULL, NULL, w.currency, count(*),
           count(*) FILTER (WHERE w.endorsed), NULL, sum(w.committed),
           sum(w.committed) FILTER (WHERE w.endorsed), sum(w.disbursed), NULL, false
      FROM whole AS w
     WHERE w.is_linked
     GROUP BY w.currency
     UNION ALL
    SELECT 3, 'unlinked', NULL, NULL, NULL, NULL, w.currency, count(*), NULL, NULL,
           sum(w.committed), NULL, sum(w.disbursed), NULL, false
      FROM whole AS w
     WHERE NOT w.is_linked
     GROUP BY w.currency
     UNION ALL
    SELECT 4, 'total', NULL, NULL, NULL, NULL, w.currency, count(*), NULL, NULL,
           sum(w.committed), NULL, sum(w.disbursed), NULL, false
      FROM whole AS w
     GROUP BY w.currency)
SELECT t.scope, coalesce($3, 'C11') AS framework, t.framework_version, t.item, t.kind, t.currency,
       t.commitments,
       CASE WHEN t.scope_place <= 2 THEN t.endorsed END AS endorsed,
       CASE WHEN t.scope_place = 1 THEN t.refused END AS refused,
       CASE WHEN t.scope_place <= 2 THEN report_rate(t.endorsed, t.commitments) END
           AS link_quality,
       CASE WHEN NOT t.shareless
            THEN report_sum(t.committed, coalesce(u.minor_unit, 0), coalesce(u.code, '')) END
           AS committed,
       CASE WHEN t.scope_place <= 2 AND NOT t.shareless
            THEN report_sum(t.committed_endorsed, coalesce(u.minor_unit, 0), coalesce(u.code, ''))
            END AS committed_endorsed,
       CASE WHEN NOT t.shareless
            THEN report_sum(t.disbursed, coalesce(u.minor_unit, 0), coalesce(u.code, '')) END
           AS disbursed,
       CASE WHEN t.scope_place = 1
            THEN report_sum(t.committed_without_share, coalesce(u.minor_unit, 0),
                            coalesce(u.code, '')) END AS committed_without_share,
       CASE WHEN NOT t.shareless
            THEN report_share(t.committed, sum(t.committed) FILTER (WHERE t.scope_place = 4)
                                               OVER (PARTITION BY t.currency)) END
           AS share_of_total,
       CASE WHEN row_number() OVER place = 1 THEN report_conversion($5, $6) END AS method,
       CASE WHEN row_number() OVER place = 1
            THEN report_conversion_limits($5, $6, (SELECT m.notes FROM missing AS m)) END
           AS limitations
  FROM (VALUES (true)) AS always
  LEFT JOIN told AS t ON true
  LEFT JOIN currency AS u ON u.code = t.currency
WINDOW place AS (ORDER BY t.scope_place, t.place, t.currency COLLATE "C")
 ORDER BY row_number() OVER place
