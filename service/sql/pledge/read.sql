-- GET /v1/pledges/{id}
-- One pledge: what of it is converted, by which commitments, and what is open, now or at a position.
-- kind  one
-- lane  read
-- role  public
-- $1    id       path    uuid
-- $2    as_of    query   position  optional
SELECT 200 AS status, CASE WHEN $2::text IS NULL THEN p.version::text END AS etag,
       pledge_json(p, as_of_position($2::text)) AS body,
       coalesce(as_of_position($2), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size
  FROM pledge AS p
 WHERE p.id = $1::uuid
   AND ledger_holds(p.entry, as_of_position($2))
