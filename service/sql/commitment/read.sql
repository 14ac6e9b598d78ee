-- GET /v1/commitments/{id}
-- One commitment with what has been committed, disbursed and said of it, now or as of a position.
-- kind  one
-- lane  read
-- role  public
-- $1    id       path    uuid
-- $2    as_of    query   position  optional
SELECT 200 AS status, c.document AS body, c.version::text AS etag,
       tree_size()::text AS tree_size
  FROM commitment AS c
 WHERE c.id = $1::uuid
   AND $2::bigint IS NULL
 UNION ALL
SELECT 200, d.document::text, NULL, $2::text
  FROM (SELECT commitment_document($1::uuid, as_of_position($2::bigint)) AS document) AS d
 WHERE $2::bigint IS NOT NULL
   AND d.document IS NOT NULL
