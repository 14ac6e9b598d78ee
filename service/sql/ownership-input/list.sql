-- GET /v1/ownership-inputs
-- Inputs of recipient governments, now or as of a position; what is due first comes first.
-- kind  list
-- lane  list
-- role  public
-- $1    country     query   country   optional
-- $2    state       query   code      optional
-- $3    commitment  query   uuid      optional
-- $4    due_before  query   date      optional
-- $5    as_of       query   position  optional
-- $6    after       query   cursor    optional
-- $7    limit       query   limit     optional
WITH stood AS (
    -- The branch that is not asked for is gone before the plan is made.
    SELECT true AS now, w.id, w.commitment_id, w.country, w.state, w.due_on
      FROM ownership_input AS w
     UNION ALL
    SELECT false, w.*
      FROM ownership_inputs_at(as_of_position($5::text)) AS w),
page AS (
    SELECT i.id, i.due_on, row_number() OVER (
               ORDER BY coalesce(i.due_on, 'infinity'::date), i.id) AS place
      FROM stood AS i
     WHERE i.now = ($5 IS NULL)
       AND ($1::text IS NULL OR i.country = $1)
       AND ($2::text IS NULL OR i.state = upper($2))
       AND ($3::uuid IS NULL OR i.commitment_id = $3)
       AND ($4::date IS NULL OR i.due_on < $4)
       AND ($6::text IS NULL
            OR (coalesce(i.due_on, 'infinity'::date), i.id)
               > (split_part($6, ' ', 1)::date, split_part($6, ' ', 2)::uuid))
     ORDER BY coalesce(i.due_on, 'infinity'::date), i.id
     LIMIT coalesce($7::integer, 50) + 1)
SELECT 200 AS status,
       coalesce(as_of_position($5), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size,
       json_build_object(
           'items', (SELECT coalesce(json_agg(ownership_input_json(p.id, as_of_position($5))
                                              ORDER BY p.place), '[]')
                       FROM page AS p
                      WHERE p.place <= coalesce($7, 50)),
           'tree_size', coalesce(as_of_position($5),
                                 (SELECT t.size FROM ledger_tree AS t))) AS body,
       (SELECT concat_ws(' ', coalesce(p.due_on, 'infinity'::date), p.id)
          FROM page AS p
         WHERE p.place = coalesce($7, 50)
           AND EXISTS (SELECT FROM page AS q WHERE q.place > p.place)) AS next
