-- GET /v1/codelists/{list}
-- The codes of a list, withdrawn ones too.
-- kind  list
-- lane  read
-- role  public
-- $1    list     path    code
-- $2    after    query   cursor    optional
-- $3    limit    query   limit     optional
WITH page AS (
    SELECT i.*, row_number() OVER (ORDER BY i.code) AS place
      FROM codelist_item AS i
     WHERE i.codelist = $1::text
       AND ($2::text IS NULL OR i.code > $2)
     ORDER BY i.code
     LIMIT coalesce($3::integer, 50) + 1)
SELECT 200 AS status,
       json_build_object(
           'name', l.name, 'title', l.title, 'source', l.source, 'list_version', l.list_version,
           'items', (SELECT coalesce(json_agg(json_build_object(
                                'code', p.code, 'name', p.name, 'status', p.status,
                                'category', p.category, 'activation_date', p.activation_date,
                                'withdrawal_date', p.withdrawal_date) ORDER BY p.place), '[]')
                       FROM page AS p
                      WHERE p.place <= coalesce($3, 50))) AS body,
       (SELECT p.code
          FROM page AS p
         WHERE p.place = coalesce($3, 50)
           AND EXISTS (SELECT FROM page AS q WHERE q.place > p.place)) AS next
  FROM codelist AS l
 WHERE l.name = $1
