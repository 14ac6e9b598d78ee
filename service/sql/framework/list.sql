-- GET /v1/frameworks
-- The texts that commitments can be linked to, national plans among them, with their versions, now
-- or as of a position.
-- kind  list
-- lane  list
-- role  public
-- $1    country  query   country   optional
-- $2    as_of    query   position  optional
-- $3    after    query   cursor    optional
-- $4    limit    query   limit     optional
WITH page AS (
    SELECT f.*, row_number() OVER (ORDER BY f.code) AS place
      FROM framework AS f
     WHERE ($1::text IS NULL OR f.country = $1)
       AND framework_holds(f.entry, as_of_position($2::text))
       AND ($3::text IS NULL OR f.code > $3)
     ORDER BY f.code
     LIMIT coalesce($4::integer, 50) + 1)
SELECT 200 AS status,
       coalesce(as_of_position($2), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size,
       json_build_object(
           'items', (SELECT coalesce(json_agg(json_build_object(
                                'code', p.code, 'title', p.title, 'source', p.source,
                                'note', p.note, 'country', p.country,
                                'versions', (
                                    SELECT json_agg(v.version ORDER BY v.ordinal)
                                      FROM framework_version AS v
                                     WHERE v.framework = p.code
                                       AND framework_holds(v.entry, as_of_position($2))))
                                ORDER BY p.place), '[]')
                       FROM page AS p
                      WHERE p.place <= coalesce($4, 50)),
           'tree_size', coalesce(as_of_position($2),
                                 (SELECT t.size FROM ledger_tree AS t))) AS body,
       (SELECT p.code
          FROM page AS p
         WHERE p.place = coalesce($4, 50)
           AND EXISTS (SELECT FROM page AS q WHERE q.place > p.place)) AS next
