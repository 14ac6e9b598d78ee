-- GET /v1/ledger/checkpoint
-- The newest published checkpoint (C2SP tlog-checkpoint) with the newest cosignature of each witness.
-- kind  one
-- lane  read
-- type  text/plain
-- cache moment
-- role  public
SELECT ledger_note(s.size) AS body
  FROM ledger_sealed AS s
 WHERE ledger_note(s.size) IS NOT NULL
