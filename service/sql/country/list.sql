-- GET /v1/countries
-- Countries and territories by code, with the groups they are in on a day.
-- kind  list
-- lane  read
-- role  public
-- $1    on       query   date      optional
-- $2    after    query   cursor    optional
-- $3    limit    query   limit     optional
WITH page AS (
    SELECT c.*, row_number() OVER (ORDER BY c.code) AS place
      FROM country AS c
     WHERE $2::text IS NULL OR c.code > $2
     ORDER BY c.code
     LIMIT coalesce($3::integer, 50) + 1)
SELECT 200 AS status,
       json_build_object('items', (
           SELECT coalesce(json_agg(country_json(c, coalesce($1::date,
                                        (now() AT TIME ZONE 'UTC')::date)) ORDER BY p.place), '[]')
             FROM page AS p
             JOIN country AS c ON c.code = p.code
            WHERE p.place <= coalesce($3, 50))) AS body,
       (SELECT p.code
          FROM page AS p
         WHERE p.place = coalesce($3, 50)
           AND EXISTS (SELECT FROM page AS q WHERE q.place > p.place)) AS next
