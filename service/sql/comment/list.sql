-- GET /v1/comments
-- Comments, questions and replies on commitments, newest first, now or as of a position.
-- kind  list
-- lane  list
-- role  public
-- $1    commitment    query   uuid      optional
-- $2    thread        query   uuid      optional
-- $3    kind          query   code      optional
-- $4    status        query   code      optional
-- $5    addressed_to  query   code      optional
-- $6    donor         query   text      optional
-- $7    country       query   country   optional
-- $8    as_of         query   position  optional
-- $9    after         query   cursor    optional
-- $10   limit         query   limit     optional
WITH page AS (
    SELECT c.id, c.recorded_at, row_number() OVER (
               ORDER BY c.recorded_at DESC, c.id DESC) AS place
      FROM comment AS c
     WHERE ($1::uuid IS NULL OR c.commitment_id = $1)
       AND ($2::uuid IS NULL OR c.thread_id = $2)
       AND ($3::text IS NULL OR c.kind = $3)
       AND ($4::text IS NULL OR c.kind = 'question'
                                AND comment_status(c, as_of_position($8)) = upper($4))
       AND ($5::text IS NULL OR c.addressed_to = $5)
       AND ($6::text IS NULL OR EXISTS (SELECT FROM commitment AS w
                                          JOIN organisation AS o ON o.id = w.organisation_id
                                         WHERE w.id = c.commitment_id
                                           AND $6 IN (o.identifier, o.id::text)))
       AND ($7::text IS NULL OR c.addressed_country = $7)
       AND ledger_holds(c.entry, as_of_position($8::text))
       AND ($9::text IS NULL
            OR (c.recorded_at, c.id) < (split_part($9, ' ', 1)::timestamptz,
                                        split_part($9, ' ', 2)::uuid))
     ORDER BY c.recorded_at DESC, c.id DESC
     LIMIT coalesce($10::integer, 50) + 1)
SELECT 200 AS status,
       coalesce(as_of_position($8), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size,
       json_build_object(
           'items', (SELECT coalesce(json_agg(comment_json(c, as_of_position($8))
                                              ORDER BY p.place), '[]')
                       FROM page AS p
                       JOIN comment AS c ON c.id = p.id
                      WHERE p.place <= coalesce($10, 50)),
           'tree_size', coalesce(as_of_position($8),
                                 (SELECT t.size FROM ledger_tree AS t))) AS body,
       (SELECT to_char(p.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
               || ' ' || p.id
          FROM page AS p
         WHERE p.place = coalesce($10, 50)
           AND EXISTS (SELECT FROM page AS q WHERE q.place > p.place)) AS next
