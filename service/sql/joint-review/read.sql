-- GET /v1/joint-reviews/{id}
-- One joint review with its actions and what became of them, now or as of a position.
-- kind  one
-- lane  read
-- role  public
-- $1    id       path    uuid
-- $2    as_of    query   position  optional
SELECT 200 AS status,
       CASE WHEN $2::text IS NULL THEN aggregate_version(r.id, NULL)::text END AS etag,
       joint_review_json(r, as_of_position($2)) AS body,
       coalesce(as_of_position($2::text), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size
  FROM joint_review AS r
 WHERE r.id = $1::uuid
   AND ledger_holds(r.entry, as_of_position($2))
