-- GET /v1/frameworks/{framework}/versions/{version}/items
-- The items of a version in their order, each with the submissions on it.
-- kind  list
-- lane  read
-- role  public
-- $1    framework  path    code
-- $2    version    path    code
SELECT 200 AS status,
       json_build_object('items', (
           SELECT coalesce(json_agg(framework_item_json(i) ORDER BY i.ordinal), '[]')
             FROM framework_item AS i
            WHERE i.framework = v.framework AND i.framework_version = v.version)) AS body
  FROM framework_version AS v
 WHERE v.framework = $1::text
   AND v.version = $2::text
