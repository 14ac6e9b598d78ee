-- GET /v1/ledger
-- The log's origin, how many entries it has, and how many of them the newest published checkpoint covers.
-- kind  one
-- lane  read
-- role  public
SELECT 200 AS status, t.size::text AS tree_size,
       json_build_object('origin', l.origin, 'tree_size', t.size, 'published_size', s.size,
                         'checkpoint', CASE WHEN s.size > 0 THEN '/v1/ledger/checkpoint' END) AS body
  FROM ledger_log AS l
 CROSS JOIN ledger_tree AS t
 CROSS JOIN ledger_sealed AS s
