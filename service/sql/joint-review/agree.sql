-- POST /v1/joint-reviews/{id}/agree
-- The other side agrees to the record, which makes it joint.
-- kind  write
-- lane  write
-- role  donor_approver, recipient_signatory
-- etag  required
-- $1    id       path    uuid
SELECT a.status, a.body, a.etag, a.location
  FROM joint_review_agree($1::uuid) AS a
