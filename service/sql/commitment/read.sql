-- GET /v1/commitments/{id}
-- One commitment with what has been committed, disbursed and said of it, now or as of a position.
-- kind  one
-- lane  read
-- role  public
-- $1    id       path    uuid
-- $2    as_of    query   position  optional
SELECT 200 AS status, d.document AS body,
       CASE WHEN $2 IS NULL THEN c.version::text END AS etag,
       coalesce(as_of_position($2), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size
  FROM commitment AS c
 CROSS JOIN LATERAL (
       SELECT CASE WHEN $2::text IS NULL THEN c.document
                   ELSE commitment_document(c.id, as_of_position($2))::text END AS document) AS d
 WHERE c.id = $1::uuid
   AND d.document IS NOT NULL
