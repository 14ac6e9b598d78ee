-- GET /v1/ownership-inputs/{id}
-- One input with every position, answer, resolution and dispute.
-- kind  one
-- lane  read
-- role  public
-- $1    id       path    uuid
SELECT 200 AS status, i.version::text AS etag, ownership_input_json(i.id) AS body
  FROM ownership_input AS i
 WHERE i.id = $1::uuid
