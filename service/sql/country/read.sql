-- GET /v1/countries/{code}
-- One country with the groups it is in on a day, as stated now or by a position.
-- kind  one
-- lane  read
-- role  public
-- $1    code     path    country
-- $2    on       query   date      optional
-- $3    as_of    query   position  optional
SELECT 200 AS status,
       coalesce(as_of_position($3::text), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size,
       country_json(c, coalesce($2::date, today()), as_of_position($3)) AS body
  FROM country AS c
 WHERE c.code = $1::text
