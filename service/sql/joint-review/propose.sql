-- POST /v1/joint-reviews
-- One side proposes the record of a review that was held, with the actions each side takes on.
-- kind  write
-- lane  write
-- role  donor_approver, recipient_signatory
-- body  NewJointReview
-- $1    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM joint_review_propose(nfc($1::jsonb)) AS a
