-- GET /v1/reports/timeliness
-- How often donors say something new, how old their newest money is, and how far they look ahead.
-- kind  report
-- lane  report
-- role  public
-- $1    donor      query   text      optional
SELECT coalesce(o.identifier, o.id::text) AS donor, o.name AS donor_name, t.measure,
       t.numerator::text AS numerator, t.denominator::text AS denominator, t.dashboard_class,
       t.class, t.dashboard_value::text AS dashboard_value, t.value::text AS value, t.reason
  FROM report_timeliness(report_scope($1::text, NULL)) AS t
  JOIN organisation AS o ON o.id = t.donor
 ORDER BY coalesce(o.identifier, o.id::text) COLLATE "C", t.place
