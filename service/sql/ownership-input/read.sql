-- GET /v1/ownership-inputs/{id}
-- One input with every position, answer, resolution and dispute, now or as of a position.
-- kind  one
-- lane  read
-- role  public
-- $1    id       path    uuid
-- $2    as_of    query   position  optional
SELECT 200 AS status, CASE WHEN $2::text IS NULL THEN i.version::text END AS etag, d.document AS body,
       coalesce(as_of_position($2::text), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size
  FROM ownership_input AS i
 CROSS JOIN ownership_input_json(i.id, as_of_position($2)) AS d (document)
 WHERE i.id = $1::uuid
   AND d.document IS NOT NULL
