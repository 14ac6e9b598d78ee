-- GET /v1/countries/{code}/working-calendar
-- The weekend and public holidays by which deadlines for a country are counted.
-- kind  one
-- lane  read
-- role  public
-- $1    code     path    country
-- $2    year     query   year      optional
-- $3    as_of    query   position  optional
SELECT 200 AS status,
       coalesce(as_of_position($3::text), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size,
       calendar_json(c.code, coalesce($2::integer, extract(year FROM today())::integer),
                     as_of_position($3)) AS body
  FROM country AS c
 WHERE c.code = $1::text
