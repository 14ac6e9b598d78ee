-- What a converted report has no rate for, contracts and budgets too.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

CREATE OR REPLACE FUNCTION report_conversion_limits(target text, of_set uuid, unconverted jsonb)
RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT jsonb_build_array('Converted rows are rounded one by one: they add up to converted '
                             'totals but for the smallest units.')
           || CASE WHEN s.note IS NULL THEN '[]'
                   ELSE jsonb_build_array('Of the rates: ' || s.note) END
           || coalesce((SELECT jsonb_agg(format(
                               'No rate: %s %s in %s, together %s. They are in no converted sum; '
                               'rows in %s with empty amounts say where they belong.',
                               coalesce(u.transactions, u.records),
                               coalesce('transactions of type ' || u.type, u.what), u.currency,
                               report_sum(u.amount, c.minor_unit), u.currency)
                               ORDER BY u.currency COLLATE "C", u.type::integer,
                                        u.what COLLATE "C")
                          FROM jsonb_to_recordset(unconverted)
                               AS u (currency text, type text, transactions integer, what text,
                                     records integer, amount numeric)
                          JOIN currency AS c ON c.code = u.currency), '[]')
      FROM exchange_rate_set AS s
     WHERE s.id = of_set
$$;
COMMENT ON FUNCTION report_conversion_limits(text, uuid, jsonb) IS
    'What the limitations of a converted report say beside those of its definition: above all what '
    'could not be converted, transactions by their "type" or other "records" as "what" they are; '
    'null when nothing is converted.';
