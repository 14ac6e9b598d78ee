-- POST /v1/countries/{code}/working-calendar
-- States the working calendar of a country for a year, or states it anew.
-- kind  write
-- lane  write
-- role  steward
-- body  NewWorkingCalendar
-- $1    code     path    country
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM calendar_record($1::text, nfc($2::jsonb)) AS a
