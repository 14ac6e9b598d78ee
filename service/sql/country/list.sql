-- GET /v1/countries
-- Countries and territories by code, with the groups they are in on a day, as stated now or by a
-- position.
-- kind  list
-- lane  read
-- role  public
-- $1    on       query   date      optional
-- $2    as_of    query   position  optional
-- $3    after    query   cursor    optional
-- $4    limit    query   limit     optional
WITH page AS (
    SELECT c.*, row_number() OVER (ORDER BY c.code) AS place
      FROM country AS c
     WHERE $3::text IS NULL OR c.code > $3
     ORDER BY c.code
     LIMIT coalesce($4::integer, 50) + 1)
SELECT 200 AS status,
       coalesce(as_of_position($2::text), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size,
       json_build_object('items', (
           SELECT coalesce(json_agg(country_json(c, coalesce($1::date, today()),
                                                 as_of_position($2)) ORDER BY p.place), '[]')
             FROM page AS p
             JOIN country AS c ON c.code = p.code
            WHERE p.place <= coalesce($4, 50))) AS body,
       (SELECT p.code
          FROM page AS p
         WHERE p.place = coalesce($4, 50)
           AND EXISTS (SELECT FROM page AS q WHERE q.place > p.place)) AS next
