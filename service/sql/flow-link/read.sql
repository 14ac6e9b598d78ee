-- GET /v1/flow-links/{id}
-- One flow link with what reverses it, now or as of a position.
-- kind  one
-- lane  read
-- role  public
-- $1    id       path    uuid
-- $2    as_of    query   position  optional
SELECT 200 AS status, flow_link_json(l, as_of_position($2::text)) AS body,
       coalesce(as_of_position($2), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size
  FROM flow_link AS l
 WHERE l.id = $1::uuid
   AND l.reverses IS NULL
   AND ledger_holds(l.entry, as_of_position($2))
