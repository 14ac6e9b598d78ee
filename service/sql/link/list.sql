-- GET /v1/commitments/{id}/links
-- The framework items a commitment serves, as stated now.
-- kind  list
-- lane  read
-- role  public
-- $1    id       path    uuid
SELECT 200 AS status, c.version::text AS etag,
       (SELECT t.size FROM ledger_tree AS t)::text AS tree_size,
       json_build_object(
           'items', (SELECT coalesce(json_agg(framework_link_json(l)
                                ORDER BY l.framework, l.framework_version, l.item), '[]')
                       FROM framework_links(c.id, NULL) AS l),
           'tree_size', (SELECT t.size FROM ledger_tree AS t)) AS body
  FROM commitment AS c
 WHERE c.id = $1::uuid
