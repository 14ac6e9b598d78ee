-- The portfolio of the newest position: what query.sql comes to, from the rollups of
-- migrations/0067_rollup.sql and 0073_lookup.sql. Each part is for one kind of question, so that one
-- plan serves them all.
WITH cell AS (
    SELECT r.*
      FROM rollup_portfolio AS r
     WHERE r.donor = ANY (report_donors($1::text))
       AND r.year BETWEEN coalesce($4::integer, 0) AND coalesce($4, 9999)
       AND r.in_kind = coalesce($7::boolean, false)
       AND ($2::text IS NULL OR r.country = $2)
       AND ($3::text IS NULL OR r.sector = $3)
     UNION ALL
    SELECT r.*
      FROM rollup_portfolio AS r
     WHERE $1 IS NULL AND r.country = $2
       AND r.year BETWEEN coalesce($4, 0) AND coalesce($4, 9999)
       AND r.in_kind = coalesce($7, false)
       AND ($3 IS NULL OR r.sector = $3)
     UNION ALL
    SELECT r.*
      FROM rollup_portfolio AS r
     WHERE $1 IS NULL AND $2 IS NULL AND r.sector = $3
       AND r.year BETWEEN coalesce($4, 0) AND coalesce($4, 9999)
       AND r.in_kind = coalesce($7, false)
     UNION ALL
    SELECT r.*
      FROM rollup_portfolio AS r
     WHERE $1 IS NULL AND $2 IS NULL AND $3 IS NULL
       AND r.year BETWEEN coalesce($4, 0) AND coalesce($4, 9999)
       AND r.in_kind = coalesce($7, false))
SELECT coalesce(o.identifier, p.donor::text) AS donor, o.name AS donor_name,
       p.country AS recipient_country, p.region AS recipient_region, p.sector,
       p.year, p.currency,
       report_sum(p.committed, u.minor_unit) AS committed,
       report_sum(p.committed_ict_220, u.minor_unit) AS committed_ict_220,
       report_sum(p.committed_ict_principal, u.minor_unit) AS committed_ict_principal,
       report_sum(p.committed_ict_significant, u.minor_unit) AS committed_ict_significant,
       report_sum(p.disbursed, u.minor_unit) AS disbursed,
       report_sum(p.disbursed_ict_220, u.minor_unit) AS disbursed_ict_220,
       report_sum(p.disbursed_ict_principal, u.minor_unit) AS disbursed_ict_principal,
       report_sum(p.disbursed_ict_significant, u.minor_unit) AS disbursed_ict_significant
  FROM cell AS p
  JOIN organisation AS o ON o.id = p.donor
  LEFT JOIN currency AS u ON u.code = p.currency
 ORDER BY coalesce(o.identifier, p.donor::text) COLLATE "C", p.country COLLATE "C",
          p.region COLLATE "C", p.sector COLLATE "C", p.year, p.currency COLLATE "C"
