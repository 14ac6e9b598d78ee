-- GET /v1/indicator-masks/{id}
-- One mask with its reason and who approved it, now or as of a position.
-- kind  one
-- lane  read
-- role  public
-- $1    id       path    uuid
-- $2    as_of    query   position  optional
SELECT 200 AS status,
       CASE WHEN $2::text IS NULL THEN aggregate_version(m.id, NULL)::text END AS etag,
       coalesce(as_of_position($2::text), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size,
       mask_json(m, as_of_position($2)) AS body
  FROM indicator_mask AS m
 WHERE m.id = $1::uuid
   AND ledger_holds(m.entry, as_of_position($2))
