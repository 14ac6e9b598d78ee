-- GET /v1/approved-budgets
-- What governments say stands in their approved budgets, newest first, now or as of a position.
-- kind  list
-- lane  list
-- role  public
-- $1    country     query   country   optional
-- $2    donor       query   text      optional
-- $3    year        query   year      optional
-- $4    commitment  query   uuid      optional
-- $5    state       query   code      optional
-- $6    as_of       query   position  optional
-- $7    after       query   cursor    optional
-- $8    limit       query   limit     optional
WITH page AS (
    SELECT b.id, b.recorded_at, row_number() OVER (
               ORDER BY b.recorded_at DESC, b.id DESC) AS place
      FROM approved_budget AS b
     WHERE ($1::text IS NULL OR b.country = $1)
       AND ($2::text IS NULL OR EXISTS (SELECT FROM organisation AS o
                                         WHERE o.id = b.donor_id
                                           AND $2 IN (o.identifier, o.id::text)))
       AND ($3::integer IS NULL OR b.year = $3)
       AND ($4::uuid IS NULL OR b.commitment_id = $4)
       AND ($5::text IS NULL OR budget_state_of(b, as_of_position($6)) = lower($5))
       AND ledger_holds(b.entry, as_of_position($6::text))
       AND ($7::text IS NULL
            OR (b.recorded_at, b.id) < (split_part($7, ' ', 1)::timestamptz,
                                        split_part($7, ' ', 2)::uuid))
     ORDER BY b.recorded_at DESC, b.id DESC
     LIMIT coalesce($8::integer, 50) + 1)
SELECT 200 AS status,
       coalesce(as_of_position($6), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size,
       json_build_object(
           'items', (SELECT coalesce(json_agg(budget_json(b, as_of_position($6))
                                              ORDER BY p.place), '[]')
                       FROM page AS p
                       JOIN approved_budget AS b ON b.id = p.id
                      WHERE p.place <= coalesce($8, 50)),
           'tree_size', coalesce(as_of_position($6),
                                 (SELECT t.size FROM ledger_tree AS t))) AS body,
       (SELECT to_char(p.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
               || ' ' || p.id
          FROM page AS p
         WHERE p.place = coalesce($8, 50)
           AND EXISTS (SELECT FROM page AS q WHERE q.place > p.place)) AS next
