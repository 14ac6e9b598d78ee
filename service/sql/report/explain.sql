-- GET /v1/reports/{slug}/explain/{measure}
-- The records behind a figure of a report, how each was split and converted, and what is left out.
-- kind  list
-- lane  explain
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
-- $10   transaction_type   query  code      optional
-- $11   donor_type         query  code      optional
-- $12   sector_category    query  code      optional
-- $13   flow_type          query  code      optional
-- $14   finance_type       query  code      optional
-- $15   aid_type           query  code      optional
-- $16   tied_status        query  code      optional
-- $17   scope              query  code      optional
-- $18   member             query  text      optional
-- $19   version            query  code      optional
-- $20   item               query  code      optional
-- $21   years_ahead        query  integer   optional
-- $22   channel            query  code      optional
-- $23   stakeholder_group  query  code      optional
-- $24   of_currency        query  currency  optional
-- $25   without            query  text      optional
-- $26   currency           query  currency  optional
-- $27   rate_set           query  uuid      optional
-- $28   in_kind            query  boolean   optional
-- $29   fiscal_year_of     query  country   optional
-- $30   period_basis       query  code      optional
-- $31   year_from          query  year      optional
-- $32   year_to            query  year      optional
-- $33   countries          query  text      optional
-- $34   groups             query  text      optional
-- $35   organisations      query  text      optional
-- $36   framework          query  code      optional
-- $37   indicator          query  code      optional
-- $38   country_groups     query  text      optional
-- $39   serves             query  text      optional
-- $40   step               query  code      optional
-- $41   as_of              query  position  optional
-- $42   after              query  cursor    optional
-- $43   limit              query  limit     optional
SELECT 200 AS status, e.tree_size::text AS tree_size, e.body, e.next
  FROM report_explained(
           $1::text, $2::text,
           jsonb_build_object(
               'donor', $3::text, 'country', $4::text, 'region', $5::text, 'sector', $6::text,
               'year', $7::integer, 'group', $8::text, 'schedule_as_known', $9::text,
               'transaction_type', $10::text, 'donor_type', $11::text,
               'sector_category', $12::text, 'flow_type', $13::text, 'finance_type', $14::text,
               'aid_type', $15::text, 'tied_status', $16::text, 'scope', $17::text,
               'member', $18::text, 'version', $19::text, 'item', $20::text,
               'years_ahead', $21::integer, 'channel', $22::text, 'stakeholder_group', $23::text,
               'currency', $24::text, 'without', $25::text, 'convert_to', $26::text,
               'rate_set', $27::uuid, 'in_kind', $28::boolean, 'fiscal_year_of', $29::text,
               'period_basis', $30::text, 'year_from', $31::integer, 'year_to', $32::integer,
               'countries', $33::text, 'groups', $34::text, 'organisations', $35::text,
               'framework', $36::text, 'indicator', $37::text, 'country_groups', $38::text,
               'serves', $39::text, 'step', $40::text),
           $41::text, $42::text, coalesce($43::integer, 50)) AS e
