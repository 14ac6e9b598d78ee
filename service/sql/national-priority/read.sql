-- GET /v1/national-priorities/{id}
-- One statement of priorities, with what it supersedes and what supersedes it, now or as of a
-- position.
-- kind  one
-- lane  read
-- role  public
-- $1    id       path    uuid
-- $2    as_of    query   position  optional
SELECT 200 AS status,
       coalesce(as_of_position($2::text), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size,
       priorities_json(s, as_of_position($2)) AS body
  FROM priority_statement AS s
 WHERE s.id = $1::uuid
   AND ledger_holds(s.entry, as_of_position($2))
