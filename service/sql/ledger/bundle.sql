-- GET /v1/ledger/tile/entries/{tile}
-- Leaves of the log (C2SP tlog-tiles): those below a tile of level 0, each behind its length in two bytes.
-- kind  one
-- lane  read
-- type  application/octet-stream
-- cache forever
-- role  public
-- $1    tile     path    tile
SELECT t.leaves AS body
  FROM ledger_bundle_read($1::text) AS t (leaves)
 WHERE t.leaves IS NOT NULL
