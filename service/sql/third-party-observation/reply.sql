-- POST /v1/third-party-observations/{id}/reply
-- The donor or a recipient government replies to an observation, as often as it wishes.
-- kind  write
-- lane  write
-- role  donor_editor, donor_approver, recipient_officer, recipient_signatory
-- etag  optional
-- body  OwnText
-- $1    id       path    uuid
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM third_party_reply($1::uuid, nfc($2::jsonb)) AS a
