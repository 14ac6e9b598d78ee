-- GET /v1/discount-rate-sets
-- Sets of discount rates by which the repayments of loans are discounted, newest first.
-- kind  list
-- lane  read
-- role  public
SELECT 200 AS status,
       json_build_object('items', json_agg(discount_rate_set_json(s)
                                           ORDER BY s.valid_from DESC, s.name)) AS body
  FROM discount_rate_set AS s
