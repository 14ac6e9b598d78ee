-- GET /v1/comments/{id}
-- One comment or question with every earlier text, now or as of a position.
-- kind  one
-- lane  read
-- role  public
-- $1    id       path    uuid
-- $2    as_of    query   position  optional
SELECT 200 AS status,
       CASE WHEN $2::text IS NULL THEN aggregate_version(c.thread_id, NULL)::text END AS etag,
       comment_json(c, as_of_position($2)) AS body,
       coalesce(as_of_position($2::text), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size
  FROM comment AS c
 WHERE c.id = $1::uuid
   AND ledger_holds(c.entry, as_of_position($2))
