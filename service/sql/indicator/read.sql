-- GET /v1/indicators/{code}
-- One indicator.
-- kind  one
-- lane  read
-- role  public
-- $1    code     path    code
SELECT 200 AS status, indicator_json(i) AS body
  FROM indicator AS i
 WHERE i.code = $1::text
