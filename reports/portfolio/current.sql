-- The portfolio of the newest position: what query.sql comes to, from the rollups of
-- migrations/0067_rollup.sql, printed and placed as in 0086_portfolio_text.sql. Each part is for one kind
-- of question, so that one plan serves them all. Rows of a donor and year, and of all donors, come as good
-- as sorted (0088_portfolio_order.sql), which the sort at the end only has to notice. The donors there are
-- found by going through the index from each to the next.
WITH RECURSIVE donor AS (
    (SELECT r.donor AS id
       FROM rollup_portfolio AS r
      WHERE $1::text IS NULL AND $2::text IS NULL AND $3::text IS NULL
      ORDER BY r.donor
      LIMIT 1)
     UNION ALL
    SELECT (SELECT r.donor FROM rollup_portfolio AS r WHERE r.donor > d.id ORDER BY r.donor LIMIT 1)
      FROM donor AS d
     WHERE d.id IS NOT NULL),
cell AS (
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
      FROM (SELECT o.id
              FROM donor AS d
              JOIN organisation AS o ON o.id = d.id
             ORDER BY coalesce(o.identifier, o.id::text) COLLATE "C") AS d
     CROSS JOIN LATERAL (
           SELECT r.*
             FROM rollup_portfolio AS r
            WHERE r.donor = d.id
              AND r.year BETWEEN coalesce($4, 0) AND coalesce($4, 9999)
              AND r.in_kind = coalesce($7, false)
            ORDER BY r.place) AS r)
SELECT coalesce(o.identifier, p.donor::text) AS donor, o.name AS donor_name,
       p.country AS recipient_country, p.region AS recipient_region, p.sector,
       p.year, p.currency,
       p.committed_text AS committed,
       p.committed_ict_220_text AS committed_ict_220,
       p.committed_ict_principal_text AS committed_ict_principal,
       p.committed_ict_significant_text AS committed_ict_significant,
       p.disbursed_text AS disbursed,
       p.disbursed_ict_220_text AS disbursed_ict_220,
       p.disbursed_ict_principal_text AS disbursed_ict_principal,
       p.disbursed_ict_significant_text AS disbursed_ict_significant
  FROM cell AS p
  JOIN organisation AS o ON o.id = p.donor
 ORDER BY CASE WHEN $1 IS NULL OR (SELECT cardinality(report_donors($1)) > 1)
               THEN coalesce(o.identifier, p.donor::text) END COLLATE "C",
          p.place
