-- POST /v1/countries/{code}/fiscal-calendar
-- States when the fiscal year of a country begins and what names it, or states it anew.
-- kind  write
-- lane  write
-- role  recipient_signatory, steward
-- body  NewFiscalCalendar
-- $1    code     path    country
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM country_fiscal_calendar_record($1::text, nfc($2::jsonb)) AS a
