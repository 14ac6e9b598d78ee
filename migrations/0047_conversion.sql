-- Conversion at the value date, by a rate set that is named, never by a rate that is guessed.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

CREATE FUNCTION exchange_fraction(of_set uuid, of_currency text, day date,
                                  OUT units numeric, OUT per_unit numeric)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF of_currency = (SELECT s.base_currency FROM exchange_rate_set AS s WHERE s.id = of_set) THEN
        units := 1;
        per_unit := 1;
        RETURN;
    END IF;
    SELECT CASE r.quotation WHEN 'units_per_base' THEN r.rate ELSE 1 END,
           CASE r.quotation WHEN 'units_per_base' THEN 1 ELSE r.rate END
      INTO units, per_unit
      FROM exchange_rate_on(of_set, of_currency, day) AS r;
END
$$;
COMMENT ON FUNCTION exchange_fraction(uuid, text, date) IS
    'How many units of a currency are worth one of the base at a value date, as a fraction: units / '
    'per_unit. Null when there is no rate.';

-- A factor is kept as a fraction, so that a conversion divides once, whichever way round the rates
-- are quoted and whether or not it goes through the base.
CREATE FUNCTION exchange_factor(of_set uuid, from_currency text, day date, to_currency text,
                                OUT numerator numeric, OUT denominator numeric)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF from_currency = to_currency THEN
        numerator := 1;
        denominator := 1;
        RETURN;
    END IF;
    SELECT f.per_unit * t.units, f.units * t.per_unit INTO numerator, denominator
      FROM exchange_fraction(of_set, from_currency, day) AS f
     CROSS JOIN exchange_fraction(of_set, to_currency, day) AS t;
END
$$;
COMMENT ON FUNCTION exchange_factor(uuid, text, date, text) IS
    'What an amount of one currency is multiplied with and divided by to become one of another, at '
    'a value date, through the base of the set. Null when a rate is missing.';

CREATE FUNCTION money_multiplied(amount numeric, numerator numeric, denominator numeric)
RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT round(round(amount * numerator, 40) / denominator, 20) $$;
COMMENT ON FUNCTION money_multiplied(numeric, numeric, numeric) IS
    'An amount times a fraction, with 20 decimals, half away from zero: so many that sums of them '
    'do not depend on the order of their terms and are right to the smallest unit.';

CREATE FUNCTION money_converted(amount numeric, from_currency text, value_date date, rate_set uuid,
                                to_currency text)
RETURNS numeric
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT money_multiplied(amount, f.numerator, f.denominator)
      FROM exchange_factor(rate_set, from_currency, value_date, to_currency) AS f);
END
$$;
COMMENT ON FUNCTION money_converted(numeric, text, date, uuid, text) IS
    'An amount in another currency at its value date, with 20 decimals; null when the set has no '
    'rate for it. What is shown is rounded once, after summing: see report_sum().';

-- ---------------------------------------------------------------- reports

CREATE FUNCTION report_rate_set(target text, of_set uuid) RETURNS exchange_rate_set
LANGUAGE plpgsql STABLE AS $$
DECLARE
    s      exchange_rate_set;
    faults jsonb := '[]';
BEGIN
    SELECT w.* INTO s
      FROM exchange_rate_set AS w
     WHERE w.id = of_set AND (w.entry IS NULL OR ledger_holds(w.entry, report_position()));
    IF target IS NULL THEN
        faults := faults || '{"parameter": "currency", "rule": "required",
                              "detail": "Name the currency to convert to."}'::jsonb;
    ELSIF NOT EXISTS (SELECT FROM currency AS u WHERE u.code = target) THEN
        faults := faults || jsonb_build_object('parameter', 'currency', 'rule', 'codelist',
            'detail', format('"%s" is no currency; see /v1/codelists/Currency.', target));
    END IF;
    IF of_set IS NULL THEN
        faults := faults || '{"parameter": "rate_set", "rule": "required",
                              "detail": "Name the rate set to convert with."}'::jsonb;
    ELSIF s.id IS NULL THEN
        faults := faults || jsonb_build_object('parameter', 'rate_set', 'rule', 'known_set',
            'detail', format('At tree size %s there is no such rate set; see '
                             '/v1/exchange-rate-sets.', report_position()));
    END IF;
    -- Here and not in refuse_faults(): a function that changes nothing may not call a procedure.
    IF faults <> '[]' THEN
        RAISE EXCEPTION USING ERRCODE = 'AL422',
            MESSAGE = 'The report cannot be converted like this.', DETAIL = faults::text;
    END IF;
    RETURN s;
END
$$;
COMMENT ON FUNCTION report_rate_set(text, uuid) IS
    'The rate set a report converts with; it stands at the report''s position, or the report ends.';

CREATE FUNCTION report_amount(amount numeric, numerator numeric, denominator numeric)
RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE WHEN amount = 0 THEN 0
                WHEN numerator IS NULL THEN 'NaN'
                ELSE money_multiplied(amount, numerator, denominator) END
$$;
COMMENT ON FUNCTION report_amount(numeric, numeric, numeric) IS
    'An amount times a fraction; not a number where there is none, but nothing stays nothing.';

CREATE FUNCTION report_parts_converted(target text, of_set uuid)
RETURNS TABLE (transaction_id uuid, commitment_id uuid, donor uuid, transaction_type text,
               transaction_date date, currency text, country text, region text, sector text,
               amount numeric, ict_220 numeric, ict_principal numeric, ict_significant numeric,
               stated numeric)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    PERFORM report_rate_set(target, of_set);
    RETURN QUERY
    WITH part AS MATERIALIZED (
        SELECT p.*, t.value_date AS day
          FROM report_parts() AS p
          JOIN transaction AS t ON t.id = p.transaction_id),
    factor AS MATERIALIZED (
        SELECT d.currency, d.day, f.numerator, f.denominator
          FROM (SELECT DISTINCT p.currency, p.day FROM part AS p) AS d
         CROSS JOIN LATERAL exchange_factor(of_set, d.currency, d.day, target) AS f)
    SELECT p.transaction_id, p.commitment_id, p.donor, p.transaction_type, p.transaction_date,
           CASE WHEN f.numerator IS NULL THEN p.currency ELSE target END,
           p.country, p.region, p.sector,
           report_amount(p.amount, f.numerator, f.denominator),
           report_amount(p.ict_220, f.numerator, f.denominator),
           report_amount(p.ict_principal, f.numerator, f.denominator),
           report_amount(p.ict_significant, f.numerator, f.denominator), p.amount
      FROM part AS p
      JOIN factor AS f ON f.currency = p.currency AND f.day = p.day;
END
$$;
COMMENT ON FUNCTION report_parts_converted(text, uuid) IS
    'report_parts() in another currency. What the set has no rate for keeps its currency, and its '
    'amounts are not numbers (NaN), so that no sum they are in is one either.';

CREATE FUNCTION report_parts_in(target text, of_set uuid)
RETURNS TABLE (transaction_id uuid, commitment_id uuid, donor uuid, transaction_type text,
               transaction_date date, currency text, country text, region text, sector text,
               amount numeric, ict_220 numeric, ict_principal numeric, ict_significant numeric,
               stated numeric)
LANGUAGE sql STABLE
AS $$
    SELECT p.transaction_id, p.commitment_id, p.donor, p.transaction_type, p.transaction_date,
           p.currency, p.country, p.region, p.sector, p.amount, p.ict_220, p.ict_principal,
           p.ict_significant, p.amount
      FROM report_parts() AS p
     WHERE target IS NULL AND of_set IS NULL
     UNION ALL
    SELECT c.*
      FROM report_parts_converted(target, of_set) AS c
     WHERE target IS NOT NULL OR of_set IS NOT NULL
$$;
COMMENT ON FUNCTION report_parts_in(text, uuid) IS
    'report_parts() as they were stated or, when a currency and a rate set are named, converted. '
    '"stated" is the amount before.';

CREATE FUNCTION report_sum(amounts numeric, minor_unit integer, target text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE WHEN amounts = 'NaN' THEN NULL
                WHEN target IS NULL THEN report_sum(amounts, minor_unit)
                ELSE round(coalesce(amounts, 0), minor_unit)::text END
$$;
COMMENT ON FUNCTION report_sum(numeric, integer, text) IS
    'A sum as reports print it. When it is converted ("target") it is rounded here and nowhere '
    'before, half away from zero, to the smallest unit of the currency; null when an amount in it '
    'has no rate.';

CREATE FUNCTION report_conversion(target text, of_set uuid) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT jsonb_build_array(
               format('Amounts are in %s, converted with the rate set %s (%s): %s; %s, base %s, '
                      'published on %s; SHA-256 of the source %s, of the rates %s.',
                      target, s.id, s.name, s.source, replace(s.method, '_', ' '),
                      s.base_currency, s.published_on, encode(s.source_sha256, 'hex'),
                      encode(s.rates_sha256, 'hex')),
               format('The rate is that of each transaction''s value date: %s. Between two '
                      'currencies of which neither is %s it goes through %s.',
                      CASE s.method WHEN 'daily' THEN 'of that day, or else of the last one '
                                                      'published in the 7 days before'
                                    WHEN 'monthly_average' THEN 'the average of its month'
                                    ELSE 'the average of its year' END,
                      s.base_currency, s.base_currency),
               format('A sum is rounded once, when it is complete, half away from zero to the '
                      'smallest unit of %s.', target))
      FROM exchange_rate_set AS s
     WHERE s.id = of_set
$$;
COMMENT ON FUNCTION report_conversion(text, uuid) IS
    'What the method of a converted report says beside that of its definition; null when nothing '
    'is converted.';

CREATE FUNCTION report_conversion_limits(target text, of_set uuid, unconverted jsonb) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT jsonb_build_array('Converted rows are rounded one by one: they add up to converted '
                             'totals but for the smallest units.')
           || CASE WHEN s.note IS NULL THEN '[]'
                   ELSE jsonb_build_array('Of the rates: ' || s.note) END
           || coalesce((SELECT jsonb_agg(format(
                               'No rate: %s transactions of type %s in %s, together %s. They are '
                               'in no converted sum; rows in %s with empty amounts say where they '
                               'belong.', u.transactions, u.type, u.currency,
                               report_sum(u.amount, c.minor_unit), u.currency)
                               ORDER BY u.currency COLLATE "C", u.type::integer)
                          FROM jsonb_to_recordset(unconverted)
                               AS u (currency text, type text, transactions integer, amount numeric)
                          JOIN currency AS c ON c.code = u.currency), '[]')
      FROM exchange_rate_set AS s
     WHERE s.id = of_set
$$;
COMMENT ON FUNCTION report_conversion_limits(text, uuid, jsonb) IS
    'What the limitations of a converted report say beside those of its definition: above all what '
    'could not be converted; null when nothing is converted.';

GRANT EXECUTE ON FUNCTION exchange_factor(uuid, text, date, text),
      exchange_fraction(uuid, text, date), money_multiplied(numeric, numeric, numeric),
      money_converted(numeric, text, date, uuid, text)
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter;
GRANT EXECUTE ON FUNCTION report_rate_set(text, uuid), report_parts_converted(text, uuid),
      report_amount(numeric, numeric, numeric), report_parts_in(text, uuid),
      report_sum(numeric, integer, text), report_conversion(text, uuid),
      report_conversion_limits(text, uuid, jsonb)
   TO aidledger_reporter;
