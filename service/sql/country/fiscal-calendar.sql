-- GET /v1/countries/{code}/fiscal-calendar
-- When the fiscal year of a country begins and what names it, now or as of a position.
-- kind  one
-- lane  read
-- role  public
-- $1    code     path    country
-- $2    as_of    query   position  optional
SELECT 200 AS status,
       coalesce(as_of_position($2::text), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size,
       fiscal_calendar_json(c.code, NULL, as_of_position($2)) AS body
  FROM country AS c
 WHERE c.code = $1::text
