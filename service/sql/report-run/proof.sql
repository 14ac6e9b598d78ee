-- GET /v1/report-runs/{id}/proof
-- That the log holds the SHA-256 of what was issued: leaf, path and signed checkpoint.
-- kind  one
-- lane  read
-- role  public
-- media own
-- $1    id       path    uuid
SELECT 200 AS status, left(encode(sha256(convert_to(p.proof, 'UTF8')), 'hex'), 16) AS etag,
       'text/plain; charset=utf-8' AS type,
       format('attachment; filename="%s-%s.%s.proof"', r.report, r.tree_size, r.format)
           AS disposition,
       'public, max-age=31536000, immutable' AS cache,
       p.proof AS body
  FROM report_run AS r
  JOIN report_run_proof AS p ON p.report_run_id = r.id
 WHERE r.id = $1::uuid
