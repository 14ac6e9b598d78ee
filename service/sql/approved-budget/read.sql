-- GET /v1/approved-budgets/{id}
-- What was stated of an approved budget, now or as of a position.
-- kind  one
-- lane  read
-- role  public
-- $1    id       path    uuid
-- $2    as_of    query   position  optional
SELECT 200 AS status,
       CASE WHEN $2::text IS NULL THEN budget_version(b, NULL)::text END AS etag,
       coalesce(as_of_position($2::text), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size,
       budget_json(b, as_of_position($2)) AS body
  FROM approved_budget AS b
 WHERE b.id = $1::uuid
   AND ledger_holds(b.entry, as_of_position($2))
