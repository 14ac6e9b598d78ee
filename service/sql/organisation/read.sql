-- GET /v1/organisations/{id}
-- One organisation, now or as of a position.
-- kind  one
-- lane  read
-- role  public
-- $1    id       path    uuid
-- $2    as_of    query   position  optional
SELECT 200 AS status, organisation_document(o, as_of_position($2::text)) AS body,
       coalesce(as_of_position($2), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size
  FROM organisation AS o
 WHERE o.id = $1::uuid
   AND (o.entry IS NULL OR ledger_holds(o.entry, as_of_position($2)))
