-- POST /v1/report-runs
-- Runs a report at a tree size and keeps its very bytes, with their SHA-256 in the log.
-- kind  write
-- lane  write
-- role  donor_editor, donor_approver, recipient_officer, recipient_signatory, statistician, stakeholder, auditor, steward
-- body  NewReportRun
-- $1    body     body    jsonb
-- $2    run      report  jsonb
-- $3    result   report  text
SELECT a.status, a.body, a.etag, a.location
  FROM report_run_issue(nfc($1::jsonb), $2::jsonb, $3::text) AS a
