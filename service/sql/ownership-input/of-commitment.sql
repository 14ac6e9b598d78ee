-- GET /v1/commitments/{id}/ownership-inputs
-- What the governments of the recipient countries said about a commitment.
-- kind  list
-- lane  read
-- role  public
-- $1    id       path    uuid
SELECT 200 AS status, (SELECT t.size FROM ledger_tree AS t)::text AS tree_size,
       json_build_object(
           'items', (SELECT coalesce(json_agg(ownership_input_json(i.id) ORDER BY i.country), '[]')
                       FROM ownership_input AS i
                      WHERE i.commitment_id = c.id),
           'tree_size', (SELECT t.size FROM ledger_tree AS t)) AS body
  FROM commitment AS c
 WHERE c.id = $1::uuid
