-- GET /v1/commitments/{id}/links
-- The framework items a commitment serves by its donor, and what each recipient government says of
-- it, now or as of a position.
-- kind  list
-- lane  read
-- role  public
-- $1    id       path    uuid
-- $2    as_of    query   position  optional
SELECT 200 AS status, CASE WHEN $2::text IS NULL THEN c.version::text END AS etag,
       w.tree_size::text AS tree_size,
       json_build_object('items', d.items, 'tree_size', w.tree_size) AS body
  FROM commitment AS c
 CROSS JOIN links_json(c.id, as_of_position($2)) AS d (items)
 CROSS JOIN (SELECT coalesce(as_of_position($2::text), (SELECT t.size FROM ledger_tree AS t))
                    AS tree_size) AS w
 WHERE c.id = $1::uuid
   AND d.items IS NOT NULL
