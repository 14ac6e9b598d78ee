-- GET /v1/organisations
-- Organisations by name.
-- kind  list
-- lane  list
-- role  public
-- $1    type     query   code      optional
-- $2    country  query   country   optional
-- $3    text     query   text      optional
-- $4    after    query   cursor    optional
-- $5    limit    query   limit     optional
WITH page AS (
    SELECT o.id, o.name, row_number() OVER (ORDER BY o.name, o.id) AS place
      FROM organisation AS o
     WHERE ($1::text IS NULL OR o.type_code = $1)
       AND ($2::text IS NULL OR o.country = $2)
       AND ($3::text IS NULL
            OR lower(concat_ws(' ', o.identifier, o.name))
               LIKE '%' || like_escaped(lower($3)) || '%')
       AND ($4::text IS NULL
            OR (o.name, o.id) > (substr($4, 38), left($4, 36)::uuid))
     ORDER BY o.name, o.id
     LIMIT coalesce($5::integer, 50) + 1)
SELECT 200 AS status,
       json_build_object('items', (
           SELECT coalesce(json_agg(organisation_document(o) ORDER BY p.place), '[]')
             FROM page AS p
             JOIN organisation AS o ON o.id = p.id
            WHERE p.place <= coalesce($5, 50))) AS body,
       (SELECT p.id || ' ' || p.name
          FROM page AS p
         WHERE p.place = coalesce($5, 50)
           AND EXISTS (SELECT FROM page AS q WHERE q.place > p.place)) AS next
