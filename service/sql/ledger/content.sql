-- GET /v1/ledger/content/{sha256}
-- A public field that is too large for its leaf, by the hash the leaf names it with.
-- kind  one
-- lane  read
-- cache forever
-- role  public
-- $1    sha256   path    text
SELECT 200 AS status, encode(c.sha256, 'hex') AS etag, convert_from(c.bytes, 'UTF8') AS body
  FROM ledger_content AS c
 WHERE c.sha256 = CASE WHEN $1::text ~ '^[0-9a-f]{64}$' THEN decode($1, 'hex') END
