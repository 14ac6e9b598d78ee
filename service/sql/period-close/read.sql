-- GET /v1/period-closes/{id}
-- One closed period and whether it was opened again, now or as of a position.
-- kind  one
-- lane  read
-- role  public
-- $1    id       path    uuid
-- $2    as_of    query   position  optional
SELECT 200 AS status,
       CASE WHEN $2::text IS NULL
            THEN concat_ws('.', 1 + (SELECT count(*) FROM period_reopening AS o
                                      WHERE o.close_id = p.id), left(md5(d.body::text), 16))
       END AS etag,
       d.body,
       coalesce(as_of_position($2), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size
  FROM period_close AS p
 CROSS JOIN LATERAL period_close_json(p, as_of_position($2)) AS d (body)
 WHERE p.id = $1::uuid
   AND ledger_holds(p.entry, as_of_position($2))
