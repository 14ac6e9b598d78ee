-- GET /v1/report-runs/{id}
-- What was issued: report, parameters, tree size, and the SHA-256 of its bytes.
-- kind  one
-- lane  read
-- role  public
-- $1    id       path    uuid
-- $2    as_of    query   position  optional
SELECT 200 AS status,
       CASE WHEN $2::text IS NULL THEN concat_ws('.', 1, left(md5(d.body::text), 16)) END AS etag,
       d.body,
       coalesce(as_of_position($2), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size
  FROM report_run AS r
 CROSS JOIN LATERAL report_run_json(r) AS d (body)
 WHERE r.id = $1::uuid
   AND ledger_holds(r.entry, as_of_position($2))
