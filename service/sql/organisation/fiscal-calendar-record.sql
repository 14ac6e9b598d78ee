-- POST /v1/organisations/{id}/fiscal-calendar
-- States when the fiscal year of an organisation begins and what names it, or states it anew.
-- kind  write
-- lane  write
-- role  donor_approver, steward
-- body  NewFiscalCalendar
-- $1    id       path    uuid
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM organisation_fiscal_calendar_record($1::uuid, nfc($2::jsonb)) AS a
