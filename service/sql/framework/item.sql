-- GET /v1/frameworks/{framework}/versions/{version}/items/{code}
-- One item of a version.
-- kind  one
-- lane  read
-- role  public
-- $1    framework  path    code
-- $2    version    path    code
-- $3    code       path    code
SELECT 200 AS status, framework_item_json(i) AS body
  FROM framework_item AS i
 WHERE i.framework = $1::text
   AND i.framework_version = $2::text
   AND i.code = $3::text
