-- GET /v1/ledger/tile/{level}/{tile}
-- Hashes of the tree (C2SP tlog-tiles): a whole tile, or its first hashes.
-- kind  one
-- lane  read
-- type  application/octet-stream
-- cache forever
-- role  public
-- $1    level    path    text
-- $2    tile     path    tile
SELECT t.hashes AS body
  FROM ledger_tile_read($1::text, $2::text) AS t (hashes)
 WHERE t.hashes IS NOT NULL
