-- GET /v1/ledger/consistency
-- The proof (RFC 6962) that the newer tree begins with the older one; the newest published one, if no other is asked for.
-- kind  one
-- lane  read
-- type  application/json, text/plain
-- render consistency
-- role  public
-- $1    old      query   index
-- $2    new      query   index     optional
SELECT c.old_size::text AS old, c.new_size::text AS new, c.pieces
  FROM ledger_consistency($1::bigint, $2::bigint) AS c
