-- GET /v1/countries/{code}
-- One country with the groups it is in on a day.
-- kind  one
-- lane  read
-- role  public
-- $1    code     path    country
-- $2    on       query   date      optional
SELECT 200 AS status,
       country_json(c, coalesce($2::date, (now() AT TIME ZONE 'UTC')::date)) AS body
  FROM country AS c
 WHERE c.code = $1::text
