-- POST /v1/commitments/{id}/schedule
-- Promises a further version of the forward schedule; the earlier ones stay as promised.
-- kind  write
-- lane  write
-- role  donor_editor, donor_approver
-- etag  required
-- body  NewSchedule
-- $1    id       path    uuid
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM schedule_record($1::uuid, nfc($2::jsonb)) AS a
