-- GET /v1/frameworks/{framework}/versions/{version}/items/{code}/submissions
-- What stakeholders proposed, commented or wanted deleted at this place of the text.
-- kind  list
-- lane  read
-- role  public
-- $1    framework  path    code
-- $2    version    path    code
-- $3    code       path    code
SELECT 200 AS status,
       json_build_object('items', (
           SELECT coalesce(json_agg(json_build_object(
                      'code', s.code, 'place', p.place, 'scope', p.scope,
                      'stakeholder', s.stakeholder, 'stakeholder_type', s.stakeholder_type,
                      'type_inferred', s.type_inferred, 'kind', s.kind, 'effect', s.effect,
                      'gist', s.gist, 'parts', s.parts, 'verify', s.verify)
                      ORDER BY s.code, p.place), '[]')
             FROM framework_submission_place AS p
             JOIN framework_submission AS s
               ON s.framework = p.framework AND s.framework_version = p.framework_version
              AND s.code = p.submission
            WHERE p.framework = i.framework AND p.framework_version = i.framework_version
              AND p.item = i.code)) AS body
  FROM framework_item AS i
 WHERE i.framework = $1::text
   AND i.framework_version = $2::text
   AND i.code = $3::text
