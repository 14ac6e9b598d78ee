-- GET /v1/commitments/{id}/grant-equivalent
-- Face value and grant equivalent of a commitment side by side, now or as of a position.
-- kind  one
-- lane  read
-- role  public
-- $1    id       path    uuid
-- $2    as_of    query   position  optional
SELECT 200 AS status, grant_equivalent_json(r, as_of_position($2::text)) AS body,
       coalesce(as_of_position($2), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size
  FROM commitment AS c
 CROSS JOIN LATERAL (
       SELECT w.*
         FROM commitment_state AS w
        WHERE w.commitment_id = c.id AND ledger_holds(w.entry, as_of_position($2))
        ORDER BY w.version DESC
        LIMIT 1) AS s
  JOIN commitment_revision AS r ON r.commitment_id = c.id AND r.revision = s.revision
 WHERE c.id = $1::uuid
