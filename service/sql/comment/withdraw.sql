-- POST /v1/comments/{id}/withdraw
-- Whoever said a comment takes it back; the text stays on record, shown as withdrawn.
-- kind  write
-- lane  write
-- role  donor_editor, donor_approver, recipient_officer, recipient_signatory, statistician, stakeholder, auditor, steward
-- etag  optional
-- body  Reason
-- $1    id       path    uuid
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM comment_alter($1::uuid, 'withdrawn', nfc($2::jsonb)) AS a
