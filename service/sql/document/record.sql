-- POST /v1/commitments/{id}/documents
-- Pins a document about a commitment by its SHA-256; the document itself stays where it is.
-- kind  write
-- lane  write
-- role  donor_editor, donor_approver
-- etag  optional
-- body  NewDocument
-- $1    id       path    uuid
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM document_record($1::uuid, nfc($2::jsonb)) AS a
