-- GET /v1/frameworks/{framework}/versions/{version}/items
-- The items of a version in their order, each with the submissions on it, now or as of a position.
-- kind  list
-- lane  list
-- role  public
-- $1    framework  path    code
-- $2    version    path    code
-- $3    as_of      query   position  optional
-- $4    after      query   cursor    optional
-- $5    limit      query   limit     optional
WITH page AS (
    SELECT i.code, i.ordinal, row_number() OVER (ORDER BY i.ordinal) AS place
      FROM framework_item AS i
     WHERE i.framework = $1::text
       AND i.framework_version = $2::text
       AND framework_holds(i.entry, as_of_position($3::text))
       AND ($4::text IS NULL OR i.ordinal > $4::integer)
     ORDER BY i.ordinal
     LIMIT coalesce($5::integer, 50) + 1)
SELECT 200 AS status,
       coalesce(as_of_position($3), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size,
       json_build_object(
           'items', (SELECT coalesce(json_agg(framework_item_json(i) ORDER BY p.place), '[]')
                       FROM page AS p
                       JOIN framework_item AS i
                         ON i.framework = v.framework AND i.framework_version = v.version
                        AND i.code = p.code
                      WHERE p.place <= coalesce($5, 50)),
           'tree_size', coalesce(as_of_position($3),
                                 (SELECT t.size FROM ledger_tree AS t))) AS body,
       (SELECT p.ordinal::text
          FROM page AS p
         WHERE p.place = coalesce($5, 50)
           AND EXISTS (SELECT FROM page AS q WHERE q.place > p.place)) AS next
  FROM framework_version AS v
 WHERE v.framework = $1
   AND v.version = $2
   AND framework_holds(v.entry, as_of_position($3))
