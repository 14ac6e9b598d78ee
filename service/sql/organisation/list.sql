-- GET /v1/organisations
-- Organisations by name, now or as of a position.
-- kind  list
-- lane  list
-- role  public
-- $1    type     query   code      optional
-- $2    country  query   country   optional
-- $3    text     query   text      optional
-- $4    as_of    query   position  optional
-- $5    after    query   cursor    optional
-- $6    limit    query   limit     optional
WITH page AS (
    SELECT o.id, o.name, row_number() OVER (ORDER BY o.name, o.id) AS place
      FROM organisation AS o
     WHERE ($1::text IS NULL OR o.type_code = $1)
       AND ($2::text IS NULL OR o.country = $2)
       AND ($3::text IS NULL
            OR lower(concat_ws(' ', o.identifier, o.name))
               LIKE '%' || like_escaped(lower($3)) || '%')
       AND (o.entry IS NULL OR ledger_holds(o.entry, as_of_position($4::text)))
       AND ($5::text IS NULL
            OR (o.name, o.id) > (substr($5, 38), left($5, 36)::uuid))
     ORDER BY o.name, o.id
     LIMIT coalesce($6::integer, 50) + 1)
SELECT 200 AS status,
       coalesce(as_of_position($4), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size,
       json_build_object('items', (
           SELECT coalesce(json_agg(organisation_document(o, as_of_position($4))
                                    ORDER BY p.place), '[]')
             FROM page AS p
             JOIN organisation AS o ON o.id = p.id
            WHERE p.place <= coalesce($6, 50))) AS body,
       (SELECT p.id || ' ' || p.name
          FROM page AS p
         WHERE p.place = coalesce($6, 50)
           AND EXISTS (SELECT FROM page AS q WHERE q.place > p.place)) AS next
