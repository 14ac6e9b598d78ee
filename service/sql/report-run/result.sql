-- GET /v1/report-runs/{id}/result
-- The very bytes that were issued, in the format they were issued in.
-- kind  one
-- lane  read
-- role  public
-- media own
-- $1    id       path    uuid
SELECT 200 AS status, encode(r.sha256, 'hex') AS etag, r.tree_size::text AS tree_size,
       CASE r.format WHEN 'csv' THEN 'text/csv; charset=utf-8; header=present'
                     ELSE 'application/json' END AS type,
       format('attachment; filename="%s-%s.%s"', r.report, r.tree_size, r.format) AS disposition,
       'public, max-age=31536000, immutable' AS cache,
       convert_from(s.content, 'UTF8') AS body
  FROM report_run AS r
  JOIN report_result AS s ON s.sha256 = r.sha256
 WHERE r.id = $1::uuid
