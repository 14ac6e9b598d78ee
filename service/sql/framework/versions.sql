-- GET /v1/frameworks/{framework}/versions
-- The versions of a text: which submissions each gathers and which meeting it went to, or who
-- stated it for which period; now or as of a position.
-- kind  list
-- lane  read
-- role  public
-- $1    framework  path    code
-- $2    as_of      query   position  optional
SELECT 200 AS status, w.tree_size::text AS tree_size,
       json_build_object('items', (
           SELECT coalesce(json_agg(framework_version_json(v, as_of_position($2))
                                    ORDER BY v.ordinal), '[]')
             FROM framework_version AS v
            WHERE v.framework = f.code AND framework_holds(v.entry, as_of_position($2))),
           'tree_size', w.tree_size) AS body
  FROM framework AS f
 CROSS JOIN (SELECT coalesce(as_of_position($2::text), (SELECT t.size FROM ledger_tree AS t))
                    AS tree_size) AS w
 WHERE f.code = $1::text
   AND framework_holds(f.entry, as_of_position($2))
