-- GET /v1/contract-awards
-- Contracts that aid pays for, and who won them, newest first, now or as of a position.
-- kind  list
-- lane  list
-- role  public
-- $1    commitment        query   uuid      optional
-- $2    donor             query   text      optional
-- $3    supplier_country  query   country   optional
-- $4    side              query   code      optional
-- $5    state             query   code      optional
-- $6    as_of             query   position  optional
-- $7    after             query   cursor    optional
-- $8    limit             query   limit     optional
WITH page AS (
    SELECT a.id, a.recorded_at, row_number() OVER (
               ORDER BY a.recorded_at DESC, a.id DESC) AS place
      FROM contract_award AS a
     WHERE ($1::uuid IS NULL OR a.commitment_id = $1)
       AND ($2::text IS NULL OR EXISTS (SELECT FROM commitment AS c
                                          JOIN organisation AS o ON o.id = c.organisation_id
                                         WHERE c.id = a.commitment_id
                                           AND $2 IN (o.identifier, o.id::text)))
       AND ($3::text IS NULL OR a.supplier_country = $3)
       AND ($4::text IS NULL OR a.side = $4)
       AND ($5::text IS NULL OR contract_state_of(a, as_of_position($6)) = lower($5))
       AND ledger_holds(a.entry, as_of_position($6::text))
       AND ($7::text IS NULL
            OR (a.recorded_at, a.id) < (split_part($7, ' ', 1)::timestamptz,
                                        split_part($7, ' ', 2)::uuid))
     ORDER BY a.recorded_at DESC, a.id DESC
     LIMIT coalesce($8::integer, 50) + 1)
SELECT 200 AS status,
       coalesce(as_of_position($6), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size,
       json_build_object(
           'items', (SELECT coalesce(json_agg(contract_json(a, as_of_position($6))
                                              ORDER BY p.place), '[]')
                       FROM page AS p
                       JOIN contract_award AS a ON a.id = p.id
                      WHERE p.place <= coalesce($8, 50)),
           'tree_size', coalesce(as_of_position($6),
                                 (SELECT t.size FROM ledger_tree AS t))) AS body,
       (SELECT to_char(p.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
               || ' ' || p.id
          FROM page AS p
         WHERE p.place = coalesce($8, 50)
           AND EXISTS (SELECT FROM page AS q WHERE q.place > p.place)) AS next
