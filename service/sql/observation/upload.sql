-- POST /v1/observations
-- A statistician states observations of the own country, or the steward what an agency has
-- published, as CSV or JSON: all rows or none.
-- kind  write
-- lane  write
-- role  steward, statistician
-- body  csv ObservationUpload
-- $1    body      body    jsonb
-- $2    dry_run   query   boolean   optional
SELECT a.status, a.body, a.etag, a.location
  FROM observation_upload(nfc($1::jsonb), coalesce($2::boolean, false)) AS a
