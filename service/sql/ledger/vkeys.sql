-- GET /.well-known/aidledger-vkey
-- The verifier keys (C2SP signed-note) the log was ever signed with, oldest first, one a line.
-- kind  one
-- lane  read
-- type  text/plain
-- cache moment
-- role  public
SELECT string_agg(k.vkey || E'\n', '' ORDER BY k.used_at, k.vkey) AS body
  FROM ledger_key AS k
HAVING count(*) > 0
