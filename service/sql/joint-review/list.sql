-- GET /v1/joint-reviews
-- Joint reviews of donors and governments, the latest meeting first, now or as of a position.
-- kind  list
-- lane  list
-- role  public
-- $1    donor       query   text      optional
-- $2    country     query   country   optional
-- $3    commitment  query   uuid      optional
-- $4    state       query   code      optional
-- $5    as_of       query   position  optional
-- $6    after       query   cursor    optional
-- $7    limit       query   limit     optional
WITH page AS (
    SELECT r.id, r.held_on, row_number() OVER (ORDER BY r.held_on DESC, r.id DESC) AS place
      FROM joint_review AS r
     WHERE ($1::text IS NULL OR r.donor_id IN (SELECT o.id
                                                 FROM organisation AS o
                                                WHERE $1 IN (o.identifier, o.id::text)))
       AND ($2::text IS NULL OR r.country = $2)
       AND ($3::uuid IS NULL OR EXISTS (SELECT FROM joint_review_commitment AS c
                                         WHERE c.review_id = r.id AND c.commitment_id = $3))
       AND ($4::text IS NULL OR review_state(r.id, as_of_position($5)) = upper($4))
       AND ledger_holds(r.entry, as_of_position($5::text))
       AND ($6::text IS NULL
            OR (r.held_on, r.id) < (split_part($6, ' ', 1)::date, split_part($6, ' ', 2)::uuid))
     ORDER BY r.held_on DESC, r.id DESC
     LIMIT coalesce($7::integer, 50) + 1)
SELECT 200 AS status,
       coalesce(as_of_position($5), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size,
       json_build_object(
           'items', (SELECT coalesce(json_agg(joint_review_json(r, as_of_position($5))
                                              ORDER BY p.place), '[]')
                       FROM page AS p
                       JOIN joint_review AS r ON r.id = p.id
                      WHERE p.place <= coalesce($7, 50)),
           'tree_size', coalesce(as_of_position($5),
                                 (SELECT t.size FROM ledger_tree AS t))) AS body,
       (SELECT concat_ws(' ', p.held_on, p.id)
          FROM page AS p
         WHERE p.place = coalesce($7, 50)
           AND EXISTS (SELECT FROM page AS q WHERE q.place > p.place)) AS next
