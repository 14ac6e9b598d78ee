-- The group allocation of the newest position: what query.sql comes to, from the rollups of
-- migrations/0067_rollup.sql. Each part is for one kind of question, so that one plan serves both.
WITH cell AS (
    SELECT r.*
      FROM rollup_group AS r
     WHERE r.donor = ANY (report_donors($1::text))
       AND r.year BETWEEN coalesce($2::integer, 0) AND coalesce($2, 9999)
       AND r.in_kind = coalesce($5::boolean, false)
       AND r.parts > 0
     UNION ALL
    SELECT r.*
      FROM rollup_group AS r
     WHERE $1 IS NULL AND r.donor IS NULL
       AND r.year BETWEEN coalesce($2, 0) AND coalesce($2, 9999)
       AND r.in_kind = coalesce($5, false)
       AND r.parts > 0)
SELECT l.recipient_group, l.year, l.currency, l.countries,
       report_sum(l.committed, u.minor_unit) AS committed,
       report_sum(l.committed_ict_220, u.minor_unit) AS committed_ict_220,
       report_sum(l.committed_ict_principal, u.minor_unit) AS committed_ict_principal,
       report_sum(l.committed_ict_significant, u.minor_unit) AS committed_ict_significant,
       report_sum(l.disbursed, u.minor_unit) AS disbursed,
       report_sum(l.disbursed_ict_220, u.minor_unit) AS disbursed_ict_220,
       report_sum(l.disbursed_ict_principal, u.minor_unit) AS disbursed_ict_principal,
       report_sum(l.disbursed_ict_significant, u.minor_unit) AS disbursed_ict_significant
  FROM cell AS l
  LEFT JOIN currency AS u ON u.code = l.currency
 ORDER BY array_position(ARRAY['LDC', 'SIDS', 'LLDC', 'EIT', 'union', 'no group', 'no country',
                               'all'], l.recipient_group),
          l.year, l.currency COLLATE "C"
