-- GET /v1/exchange-rate-sets/{id}
-- A set of exchange rates: its source, its method and the hashes of both its source and its rates.
-- kind  one
-- lane  read
-- role  public
-- $1    id       path    uuid
-- $2    as_of    query   position  optional
SELECT 200 AS status, w.tree_size::text AS tree_size,
       exchange_rate_set_json(s, as_of_position($2::text)) AS body
  FROM exchange_rate_set AS s
 CROSS JOIN (SELECT coalesce(as_of_position($2), (SELECT t.size FROM ledger_tree AS t))
                    AS tree_size) AS w
 WHERE s.id = $1::uuid
   AND (s.entry IS NULL OR ledger_holds(s.entry, as_of_position($2)))
