-- GET /v1/report-runs
-- Reports that were issued, newest first, now or as of a position.
-- kind  list
-- lane  list
-- role  public
-- $1    report   query   code      optional
-- $2    sha256   query   text      optional
-- $3    as_of    query   position  optional
-- $4    after    query   cursor    optional
-- $5    limit    query   limit     optional
WITH page AS (
    SELECT r.id, r.recorded_at, row_number() OVER (
               ORDER BY r.recorded_at DESC, r.id DESC) AS place
      FROM report_run AS r
     WHERE ($1::text IS NULL OR r.report = $1)
       AND ($2::text IS NULL
            OR r.sha256 = CASE WHEN $2 ~ '^[0-9a-f]{64}$' THEN decode($2, 'hex') END)
       AND ledger_holds(r.entry, as_of_position($3::text))
       AND ($4::text IS NULL
            OR (r.recorded_at, r.id) < (split_part($4, ' ', 1)::timestamptz,
                                        split_part($4, ' ', 2)::uuid))
     ORDER BY r.recorded_at DESC, r.id DESC
     LIMIT coalesce($5::integer, 50) + 1)
SELECT 200 AS status,
       coalesce(as_of_position($3), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size,
       json_build_object(
           'items', (SELECT coalesce(json_agg(report_run_json(r) ORDER BY g.place), '[]')
                       FROM page AS g
                       JOIN report_run AS r ON r.id = g.id
                      WHERE g.place <= coalesce($5, 50)),
           'tree_size', coalesce(as_of_position($3),
                                 (SELECT t.size FROM ledger_tree AS t))) AS body,
       (SELECT to_char(g.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
               || ' ' || g.id
          FROM page AS g
         WHERE g.place = coalesce($5, 50)
           AND EXISTS (SELECT FROM page AS q WHERE q.place > g.place)) AS next
