-- GET /v1/commitments/{id}/links/{link}
-- One link with every answer to it, withdrawn or stated anew since or not, now or as of a position.
-- kind  one
-- lane  read
-- role  public
-- $1    id       path    uuid
-- $2    link     path    uuid
-- $3    as_of    query   position  optional
SELECT 200 AS status,
       coalesce(as_of_position($3::text), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size,
       link_json(l, r.countries, as_of_position($3)) AS body
  FROM framework_link AS l
 CROSS JOIN revision_at(l.commitment_id, as_of_position($3)) AS r
 WHERE l.commitment_id = $1::uuid
   AND l.id = $2::uuid
   AND ledger_holds(l.entry, as_of_position($3))
