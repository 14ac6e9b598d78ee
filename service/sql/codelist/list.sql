-- GET /v1/codelists
-- The code lists with their version and how many codes each has.
-- kind  list
-- lane  read
-- role  public
SELECT 200 AS status,
       json_build_object('items', json_agg(json_build_object(
           'name', l.name, 'title', l.title, 'kind', l.kind, 'complete', l.complete,
           'category_codelist', l.category_codelist, 'source', l.source,
           'list_version', l.list_version,
           'codes', (SELECT count(*) FROM codelist_item AS i WHERE i.codelist = l.name))
           ORDER BY l.name)) AS body
  FROM codelist AS l
