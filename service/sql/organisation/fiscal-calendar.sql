-- GET /v1/organisations/{id}/fiscal-calendar
-- When the fiscal year of an organisation begins and what names it, now or as of a position.
-- kind  one
-- lane  read
-- role  public
-- $1    id       path    uuid
-- $2    as_of    query   position  optional
SELECT 200 AS status,
       coalesce(as_of_position($2::text), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size,
       fiscal_calendar_json(NULL, o.id, as_of_position($2)) AS body
  FROM organisation AS o
 WHERE o.id = $1::uuid
   AND (o.entry IS NULL OR ledger_holds(o.entry, as_of_position($2)))
