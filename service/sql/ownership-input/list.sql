-- GET /v1/ownership-inputs
-- Inputs of recipient governments; what is due first comes first.
-- kind  list
-- lane  list
-- role  public
-- $1    country     query   country   optional
-- $2    state       query   code      optional
-- $3    commitment  query   uuid      optional
-- $4    due_before  query   date      optional
-- $5    after       query   cursor    optional
-- $6    limit       query   limit     optional
WITH page AS (
    SELECT i.id, i.due_on, row_number() OVER (
               ORDER BY coalesce(i.due_on, 'infinity'::date), i.id) AS place
      FROM ownership_input AS i
     WHERE ($1::text IS NULL OR i.country = $1)
       AND ($2::text IS NULL OR i.state = upper($2))
       AND ($3::uuid IS NULL OR i.commitment_id = $3)
       AND ($4::date IS NULL OR i.due_on < $4)
       AND ($5::text IS NULL
            OR (coalesce(i.due_on, 'infinity'::date), i.id)
               > (split_part($5, ' ', 1)::date, split_part($5, ' ', 2)::uuid))
     ORDER BY coalesce(i.due_on, 'infinity'::date), i.id
     LIMIT coalesce($6::integer, 50) + 1)
SELECT 200 AS status, (SELECT t.size FROM ledger_tree AS t)::text AS tree_size,
       json_build_object(
           'items', (SELECT coalesce(json_agg(ownership_input_json(p.id) ORDER BY p.place), '[]')
                       FROM page AS p
                      WHERE p.place <= coalesce($6, 50)),
           'tree_size', (SELECT t.size FROM ledger_tree AS t)) AS body,
       (SELECT concat_ws(' ', coalesce(p.due_on, 'infinity'::date), p.id)
          FROM page AS p
         WHERE p.place = coalesce($6, 50)
           AND EXISTS (SELECT FROM page AS q WHERE q.place > p.place)) AS next
