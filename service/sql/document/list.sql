-- GET /v1/commitments/{id}/documents
-- The documents about a commitment, each pinned by its SHA-256.
-- kind  list
-- lane  read
-- role  public
-- $1    id       path    uuid
SELECT 200 AS status, c.version::text AS etag,
       (SELECT t.size FROM ledger_tree AS t)::text AS tree_size,
       json_build_object(
           'items', (SELECT coalesce(json_agg(document_hash_json(d) ORDER BY d.title, d.id), '[]')
                       FROM document_hash AS d
                      WHERE d.commitment_id = c.id),
           'tree_size', (SELECT t.size FROM ledger_tree AS t)) AS body
  FROM commitment AS c
 WHERE c.id = $1::uuid
