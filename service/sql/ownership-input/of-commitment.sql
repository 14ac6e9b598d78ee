-- GET /v1/commitments/{id}/ownership-inputs
-- What the governments of the recipient countries said about a commitment, now or as of a position.
-- kind  list
-- lane  read
-- role  public
-- $1    id       path    uuid
-- $2    as_of    query   position  optional
SELECT 200 AS status, w.tree_size::text AS tree_size,
       json_build_object(
           'items', (SELECT coalesce(json_agg(d.document ORDER BY i.country), '[]')
                       FROM ownership_input AS i
                      CROSS JOIN ownership_input_json(i.id, as_of_position($2)) AS d (document)
                      WHERE i.commitment_id = c.id AND d.document IS NOT NULL),
           'tree_size', w.tree_size) AS body
  FROM commitment AS c
 CROSS JOIN (SELECT coalesce(as_of_position($2::text), (SELECT t.size FROM ledger_tree AS t))
                    AS tree_size) AS w
 WHERE c.id = $1::uuid
