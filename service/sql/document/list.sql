-- GET /v1/commitments/{id}/documents
-- The documents about a commitment, each pinned by its SHA-256, now or as of a position.
-- kind  list
-- lane  read
-- role  public
-- $1    id       path    uuid
-- $2    as_of    query   position  optional
SELECT 200 AS status, CASE WHEN $2::text IS NULL THEN c.version::text END AS etag,
       w.tree_size::text AS tree_size,
       json_build_object(
           'items', (SELECT coalesce(json_agg(document_hash_json(d) ORDER BY d.title, d.id), '[]')
                       FROM document_hash AS d
                      WHERE d.commitment_id = c.id
                        AND ledger_holds(d.entry, as_of_position($2))),
           'tree_size', w.tree_size) AS body
  FROM commitment AS c
 CROSS JOIN (SELECT coalesce(as_of_position($2::text), (SELECT t.size FROM ledger_tree AS t))
                    AS tree_size) AS w
 WHERE c.id = $1::uuid
