-- GET /v1/indicators
-- The indicator catalogue.
-- kind  list
-- lane  read
-- role  public
-- $1    text     query   text      optional
-- $2    after    query   cursor    optional
-- $3    limit    query   limit     optional
WITH page AS (
    SELECT i.*, row_number() OVER (ORDER BY i.code) AS place
      FROM indicator AS i
     WHERE ($1::text IS NULL
            OR lower(concat_ws(' ', i.code, i.family, i.name))
               LIKE '%' || like_escaped(lower($1)) || '%')
       AND ($2::text IS NULL OR i.code > $2)
     ORDER BY i.code
     LIMIT coalesce($3::integer, 50) + 1)
SELECT 200 AS status,
       json_build_object('items', (
           SELECT coalesce(json_agg(indicator_json(i) ORDER BY p.place), '[]')
             FROM page AS p
             JOIN indicator AS i ON i.code = p.code
            WHERE p.place <= coalesce($3, 50))) AS body,
       (SELECT p.code
          FROM page AS p
         WHERE p.place = coalesce($3, 50)
           AND EXISTS (SELECT FROM page AS q WHERE q.place > p.place)) AS next
