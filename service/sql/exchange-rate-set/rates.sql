-- GET /v1/exchange-rate-sets/{id}/rates
-- The rates of a set by currency and day, or those that hold for one value date.
-- kind  list
-- lane  list
-- role  public
-- $1    id        path    uuid
-- $2    currency  query   currency  optional
-- $3    on        query   date      optional
-- $4    as_of     query   position  optional
-- $5    after     query   cursor    optional
-- $6    limit     query   limit     optional
WITH page AS (
    SELECT r.*, row_number() OVER (ORDER BY r.currency, r.valid_from) AS place
      FROM exchange_rate AS r
     WHERE r.set_id = $1::uuid
       AND ($2::text IS NULL OR r.currency = $2)
       AND ($3::date IS NULL
            OR r.valid_from = (SELECT h.valid_from
                                 FROM exchange_rate_on($1, r.currency, $3) AS h))
       AND ($5::text IS NULL
            OR (r.currency, r.valid_from) > (split_part($5, ' ', 1), split_part($5, ' ', 2)::date))
     ORDER BY r.currency, r.valid_from
     LIMIT coalesce($6::integer, 50) + 1)
SELECT 200 AS status, w.tree_size::text AS tree_size,
       json_build_object(
           'base_currency', s.base_currency,
           'items', (SELECT coalesce(json_agg(json_build_object(
                                'currency', p.currency, 'valid_from', p.valid_from,
                                'valid_to', p.valid_to, 'rate', p.rate::text,
                                'quotation', p.quotation, 'confidence', p.confidence)
                                ORDER BY p.place), '[]')
                       FROM page AS p
                      WHERE p.place <= coalesce($6, 50)),
           'tree_size', w.tree_size) AS body,
       (SELECT p.currency || ' ' || p.valid_from
          FROM page AS p
         WHERE p.place = coalesce($6, 50)
           AND EXISTS (SELECT FROM page AS q WHERE q.place > p.place)) AS next
  FROM exchange_rate_set AS s
 CROSS JOIN (SELECT coalesce(as_of_position($4::text), (SELECT t.size FROM ledger_tree AS t))
                    AS tree_size) AS w
 WHERE s.id = $1
   AND (s.entry IS NULL OR ledger_holds(s.entry, as_of_position($4)))
