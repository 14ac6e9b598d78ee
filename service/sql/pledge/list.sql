-- GET /v1/pledges
-- Pledges, newest first, now or as of a position. They are in no total of commitments.
-- kind  list
-- lane  list
-- role  public
-- $1    donor       query   text      optional
-- $2    recipient   query   country   optional
-- $3    currency    query   currency  optional
-- $4    state       query   code      optional
-- $5    commitment  query   uuid      optional
-- $6    as_of       query   position  optional
-- $7    after       query   cursor    optional
-- $8    limit       query   limit     optional
WITH page AS (
    SELECT p.id, p.recorded_at, row_number() OVER (
               ORDER BY p.recorded_at DESC, p.id DESC) AS place
      FROM pledge AS p
     WHERE ($1::text IS NULL OR p.organisation_id IN (SELECT o.id
                                                        FROM organisation AS o
                                                       WHERE $1 IN (o.identifier, o.id::text)))
       AND ($2::text IS NULL
            OR p.recipients @> jsonb_build_array(jsonb_build_object('country', $2)))
       AND ($3::text IS NULL OR p.currency = $3)
       AND ($4::text IS NULL OR (pledge_at(p, as_of_position($6))).state = upper($4))
       AND ($5::uuid IS NULL
            OR EXISTS (SELECT FROM pledge_conversion AS k
                        WHERE k.pledge_id = p.id
                          AND k.commitment_id = $5
                          AND ledger_holds(k.entry, as_of_position($6))))
       AND ledger_holds(p.entry, as_of_position($6::text))
       AND ($7::text IS NULL
            OR (p.recorded_at, p.id) < (split_part($7, ' ', 1)::timestamptz,
                                        split_part($7, ' ', 2)::uuid))
     ORDER BY p.recorded_at DESC, p.id DESC
     LIMIT coalesce($8::integer, 50) + 1)
SELECT 200 AS status,
       coalesce(as_of_position($6), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size,
       json_build_object(
           'items', (SELECT coalesce(json_agg(pledge_json(w, as_of_position($6))
                                              ORDER BY p.place), '[]')
                       FROM page AS p
                       JOIN pledge AS w ON w.id = p.id
                      WHERE p.place <= coalesce($8, 50)),
           'tree_size', coalesce(as_of_position($6),
                                 (SELECT t.size FROM ledger_tree AS t))) AS body,
       (SELECT to_char(p.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
               || ' ' || p.id
          FROM page AS p
         WHERE p.place = coalesce($8, 50)
           AND EXISTS (SELECT FROM page AS q WHERE q.place > p.place)) AS next
