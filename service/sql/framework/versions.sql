-- GET /v1/frameworks/{framework}/versions
-- The versions of a text: which submissions each gathers, and which meeting it went to.
-- kind  list
-- lane  read
-- role  public
-- $1    framework  path    code
SELECT 200 AS status,
       json_build_object('items', (
           SELECT coalesce(json_agg(json_build_object(
                      'version', v.version, 'document_number', v.document_number,
                      'title', v.title, 'status', v.status, 'window_start', v.window_start,
                      'window_end', v.window_end, 'window_note', v.window_note,
                      'input_to', v.input_to, 'meeting_start', v.meeting_start,
                      'meeting_end', v.meeting_end, 'source', v.source,
                      'items', (SELECT count(*)
                                  FROM framework_item AS i
                                 WHERE i.framework = v.framework
                                   AND i.framework_version = v.version))
                      ORDER BY v.ordinal), '[]')
             FROM framework_version AS v
            WHERE v.framework = f.code)) AS body
  FROM framework AS f
 WHERE f.code = $1::text
