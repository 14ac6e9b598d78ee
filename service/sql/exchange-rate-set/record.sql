-- POST /v1/exchange-rate-sets
-- States a set of exchange rates, read from the CSV of its source.
-- kind  write
-- lane  write
-- role  steward
-- body  NewExchangeRateSet
-- $1    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM exchange_rate_set_record(nfc($1::jsonb)) AS a
