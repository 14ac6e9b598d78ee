-- GET /v1/ledger/checkpoints/{size}
-- The checkpoint of this size as the log signed it, without cosignatures.
-- kind  one
-- lane  read
-- type  text/plain
-- cache forever
-- role  public
-- $1    size     path    index
SELECT c.note AS body
  FROM ledger_checkpoint AS c
 WHERE c.tree_size = $1::bigint
