-- POST /v1/comments/{id}/correct
-- Whoever said a comment says it otherwise; the earlier text stays on record.
-- kind  write
-- lane  write
-- role  donor_editor, donor_approver, recipient_officer, recipient_signatory, statistician, stakeholder, auditor, steward
-- etag  optional
-- body  CommentCorrection
-- $1    id       path    uuid
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM comment_alter($1::uuid, 'corrected', nfc($2::jsonb)) AS a
