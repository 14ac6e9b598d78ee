-- GET /v1/ledger
-- The log's origin and how many entries it has.
-- kind  one
-- lane  read
-- role  public
SELECT 200 AS status, t.size::text AS tree_size,
       json_build_object('origin', l.origin, 'tree_size', t.size) AS body
  FROM ledger_log AS l
 CROSS JOIN ledger_tree AS t
