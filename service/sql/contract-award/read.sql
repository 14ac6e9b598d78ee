-- GET /v1/contract-awards/{id}
-- What was stated of a contract, now or as of a position.
-- kind  one
-- lane  read
-- role  public
-- $1    id       path    uuid
-- $2    as_of    query   position  optional
SELECT 200 AS status,
       CASE WHEN $2::text IS NULL THEN contract_version(a, NULL)::text END AS etag,
       coalesce(as_of_position($2::text), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size,
       contract_json(a, as_of_position($2)) AS body
  FROM contract_award AS a
 WHERE a.id = $1::uuid
   AND ledger_holds(a.entry, as_of_position($2))
