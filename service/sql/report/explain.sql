-- GET /v1/reports/{slug}/explain/{measure}
-- The records behind a figure of a report, how each was split and converted, and what is left out.
-- kind  list
-- lane  list
-- role  public
-- $1    slug               path   code
-- $2    measure            path   code
-- $3    donor              query  text      optional
-- $4    country            query  country   optional
-- $5    region             query  code      optional
-- $6    sector             query  code      optional
-- $7    year               query  year      optional
-- $8    group              query  text      optional
-- $9    schedule_as_known  query  code      optional
-- $10   of_currency        query  currency  optional
-- $11   without            query  text      optional
-- $12   currency           query  currency  optional
-- $13   rate_set           query  uuid      optional
-- $14   in_kind            query  boolean   optional
-- $15   fiscal_year_of     query  country   optional
-- $16   period_basis       query  code      optional
-- $17   as_of              query  position  optional
-- $18   after              query  cursor    optional
-- $19   limit              query  limit     optional
SELECT 200 AS status, e.tree_size::text AS tree_size, e.body, e.next
  FROM report_explained(
           $1::text, $2::text,
           jsonb_build_object(
               'donor', $3::text, 'country', $4::text, 'region', $5::text, 'sector', $6::text,
               'year', $7::integer, 'group', $8::text, 'schedule_as_known', $9::text,
               'currency', $10::text, 'without', $11::text, 'convert_to', $12::text,
               'rate_set', $13::uuid, 'in_kind', $14::boolean, 'fiscal_year_of', $15::text,
               'period_basis', $16::text),
           $17::text, $18::text, coalesce($19::integer, 50)) AS e
