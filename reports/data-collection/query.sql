-- GET /v1/reports/data-collection
-- How much of the agreed ICT data is collected, and how much of that to the agreed standards.
-- kind  report
-- lane  report
-- role  public
-- $1    indicator     query   code      optional
-- $2    country       query   country   optional
-- $3    group         query   group     optional
-- $4    year          query   year      optional
-- $5    list_version  query   code      optional
-- $6    by            query   code      optional
WITH asked AS MATERIALIZED (
    SELECT report_list_version($5::text) AS list_version, report_levels($6::text) AS level),
mask AS MATERIALIZED (
    SELECT m.* FROM report_masks() AS m),
cell AS MATERIALIZED (
    SELECT c.*, a.level
      FROM asked AS a
     CROSS JOIN report_cells(a.list_version, $1::text, $2::text, $3::text, $4::integer) AS c),
keyed AS (
    SELECT c.*, k.*
      FROM cell AS c
     CROSS JOIN LATERAL (
           SELECT m AS country_group, NULL::text AS of_country, NULL::text AS of_indicator
             FROM unnest(c.country_groups || ARRAY['all']
                         || CASE WHEN c.country_groups <> '{}' THEN ARRAY['union'] END) AS m
            WHERE c.level = 'group'
            UNION ALL
           SELECT NULL, CASE WHEN c.level IN ('country', 'cell') THEN c.country END,
                  CASE WHEN c.level IN ('indicator', 'cell') THEN c.indicator END
            WHERE c.level <> 'group') AS k),
told AS (
    SELECT k.level, k.year, k.country_group, k.of_country, k.of_indicator,
           count(*) AS cells, count(k.mask) AS masked,
           count(*) FILTER (WHERE k.mask IS NULL) AS applicable,
           count(*) FILTER (WHERE k.mask IS NULL AND k.standard) AS conforming,
           count(*) FILTER (WHERE k.mask IS NULL AND k.any_) AS collected,
           count(*) FILTER (WHERE k.mask IS NULL AND k.fresh) AS fresh,
           count(*) FILTER (WHERE k.mask IS NULL AND k.agency_only) AS from_agency,
           count(*) FILTER (WHERE k.mask IS NULL AND k.suppressed AND NOT k.any_) AS suppressed,
           sum(k.valued) AS observations, sum(k.passing) AS passing, sum(k.complete) AS complete,
           sum(k.revised) AS revised, sum(k.open_licence) AS open_licence,
           sum(k.kept_back) AS kept_back, min(k.mask::text) AS mask,
           min(k.observation::text) AS observation
      FROM keyed AS k
     GROUP BY k.level, k.year, k.country_group, k.of_country, k.of_indicator)
SELECT t.year, t.country_group, t.of_country AS country, t.of_indicator AS indicator,
       CASE WHEN t.year IS NOT NULL THEN a.list_version END AS list_version, t.cells, t.masked,
       t.applicable, t.conforming, t.collected, t.fresh,
       report_share(t.conforming, t.applicable) AS t1_std,
       report_share(t.collected, t.applicable) AS t1_any,
       report_share(t.fresh, t.applicable) AS t1_fresh, t.from_agency, t.suppressed,
       t.observations, report_share(t.passing, t.observations) AS passing_rate,
       report_share(t.complete, t.observations) AS complete_rate,
       report_share(t.revised, t.observations) AS revised_rate,
       report_share(t.open_licence, t.observations) AS open_rate,
       t.kept_back AS suppressed_observations,
       CASE WHEN t.level <> 'cell' THEN NULL
            WHEN t.masked > 0 THEN 'masked'
            WHEN t.conforming > 0 THEN 'conforming'
            WHEN t.collected > 0 THEN 'collected'
            WHEN t.suppressed > 0 THEN 'suppressed'
            WHEN t.observations > 0 THEN 'not accepted'
            ELSE 'missing' END AS state,
       CASE WHEN t.level = 'cell' THEN t.observation END AS observation,
       m.reason AS mask_reason, m.approver AS mask_approver,
       CASE WHEN row_number() OVER place = 1
            THEN report_masked(a.list_version, $1, $2, $4) END AS limitations
  FROM asked AS a
  LEFT JOIN told AS t ON true
  LEFT JOIN mask AS m ON t.level = 'cell' AND m.id::text = t.mask
WINDOW place AS (ORDER BY t.year,
                          array_position(ARRAY['LDC', 'SIDS', 'LLDC', 'EIT', 'union', 'all'],
                                         t.country_group),
                          t.of_country COLLATE "C",
                          indicator_order(t.of_indicator) COLLATE "C")
 ORDER BY row_number() OVER place
