-- GET /v1/frameworks
-- The texts that commitments can be linked to, with their versions.
-- kind  list
-- lane  read
-- role  public
SELECT 200 AS status,
       json_build_object('items', json_agg(json_build_object(
           'code', f.code, 'title', f.title, 'source', f.source, 'note', f.note,
           'versions', (SELECT json_agg(v.version ORDER BY v.ordinal)
                          FROM framework_version AS v
                         WHERE v.framework = f.code))
           ORDER BY f.code)) AS body
  FROM framework AS f
