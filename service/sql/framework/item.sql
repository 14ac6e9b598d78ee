-- GET /v1/frameworks/{framework}/versions/{version}/items/{code}
-- One item of a version, now or as of a position.
-- kind  one
-- lane  read
-- role  public
-- $1    framework  path    code
-- $2    version    path    code
-- $3    code       path    code
-- $4    as_of      query   position  optional
SELECT 200 AS status, framework_item_json(i) AS body,
       coalesce(as_of_position($4::text), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size
  FROM framework_item AS i
 WHERE i.framework = $1::text
   AND i.framework_version = $2::text
   AND i.code = $3::text
   AND framework_holds(i.entry, as_of_position($4))
