-- GET /v1/organisations/{id}
-- One organisation.
-- kind  one
-- lane  read
-- role  public
-- $1    id       path    uuid
SELECT 200 AS status, organisation_document(o) AS body
  FROM organisation AS o
 WHERE o.id = $1::uuid
