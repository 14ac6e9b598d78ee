-- GET /v1/observations/{id}
-- One observation with what its validation found, now or as of a position.
-- kind  one
-- lane  read
-- role  public
-- $1    id       path    uuid
-- $2    as_of    query   position  optional
SELECT 200 AS status,
       CASE WHEN $2::text IS NULL THEN observation_version(o, NULL)::text END AS etag,
       coalesce(as_of_position($2::text), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size,
       observation_json(o, as_of_position($2)) AS body
  FROM observation AS o
 WHERE o.id = $1::uuid
   AND ledger_holds(o.entry, as_of_position($2))
