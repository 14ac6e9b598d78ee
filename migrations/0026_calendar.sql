-- Which days are working days, country by country: deadlines between the parties count them.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

CREATE FUNCTION today() RETURNS date
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT (now() AT TIME ZONE 'UTC')::date $$;
COMMENT ON FUNCTION today() IS
    'The day on which something is stated, in UTC: what "late", "due" and "not in future" go by.';

-- Facts: Unicode CLDR 48, supplemental week data; the countries marked secondary follow their
-- governments' practice as it is generally reported, where CLDR has no entry of its own.
CREATE TABLE country_weekend (
    country    text       NOT NULL
        CONSTRAINT country_weekend_pkey PRIMARY KEY
        CONSTRAINT country_weekend_country_known REFERENCES country (code),
    days       smallint[] NOT NULL,
    confidence text       NOT NULL
);
COMMENT ON TABLE country_weekend IS
    'Countries whose weekend is not Saturday and Sunday, until their calendar is stated.';
COMMENT ON COLUMN country_weekend.days IS 'Days of the week, 1 for Monday to 7 for Sunday.';
INSERT INTO country_weekend (country, days, confidence)
SELECT unnest(w.countries), w.days, w.confidence
  FROM (VALUES (ARRAY['BH', 'DZ', 'EG', 'IL', 'IQ', 'JO', 'KW', 'LY', 'OM', 'QA', 'SA', 'SD', 'SY',
                      'YE'], '{5,6}'::smallint[], 'cldr'),
               (ARRAY['BD', 'DJ', 'MV', 'PS'], '{5,6}', 'secondary'),
               (ARRAY['AF'], '{4,5}', 'cldr'),
               (ARRAY['IR'], '{5}', 'cldr'),
               (ARRAY['IN', 'UG'], '{7}', 'cldr')) AS w (countries, days, confidence);

INSERT INTO ledger_field (kind, field, exposure)
SELECT 'calendar.recorded', f.field, 'public'
  FROM unnest(ARRAY['id', 'country', 'year', 'weekend', 'holidays', 'source']) AS f (field);

CREATE TABLE working_calendar (
    id          uuid        NOT NULL CONSTRAINT working_calendar_pkey PRIMARY KEY,
    country     text        NOT NULL
        CONSTRAINT working_calendar_country_known REFERENCES country (code),
    year        integer     NOT NULL,
    ordinal     integer     NOT NULL,
    weekend     smallint[]  NOT NULL,
    holidays    jsonb       NOT NULL,
    source      text        NOT NULL,
    entry       uuid        NOT NULL
        CONSTRAINT working_calendar_entry_known REFERENCES ledger_entry (entry),
    recorded_at timestamptz NOT NULL,
    CONSTRAINT working_calendar_statement_unique UNIQUE (country, year, ordinal),
    CONSTRAINT working_calendar_year_range CHECK (year BETWEEN 1990 AND 2200),
    -- Working days are left whatever is stated: counting them comes to an end.
    CONSTRAINT working_calendar_weekend_days CHECK (
        cardinality(weekend) <= 3 AND weekend <@ ARRAY[1, 2, 3, 4, 5, 6, 7]::smallint[]),
    CONSTRAINT working_calendar_holidays_count CHECK (jsonb_array_length(holidays) <= 100),
    CONSTRAINT working_calendar_source_length CHECK (char_length(source) BETWEEN 1 AND 1000)
);
COMMENT ON TABLE working_calendar IS
    'The weekend and the public holidays of a country in a year. A later statement replaces the '
    'earlier one; deadlines that are set stay as they were set.';
COMMENT ON COLUMN working_calendar.holidays IS 'Days off: date and name.';
COMMENT ON CONSTRAINT working_calendar_year_range ON working_calendar IS
    '/year: A year lies between 1990 and 2200.';
COMMENT ON CONSTRAINT working_calendar_weekend_days ON working_calendar IS
    '/weekend: A weekend has at most three days, 1 for Monday to 7 for Sunday.';
COMMENT ON CONSTRAINT working_calendar_holidays_count ON working_calendar IS
    '/holidays: A year has at most 100 holidays.';
COMMENT ON CONSTRAINT working_calendar_source_length ON working_calendar IS
    '/source: A source is named in 1 to 1,000 characters.';
CREATE TRIGGER working_calendar_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON working_calendar
    FOR EACH STATEMENT EXECUTE FUNCTION record_is_immutable();

CREATE FUNCTION calendar_of(of_country text, of_year integer, as_of bigint, OUT weekend smallint[],
                            OUT holidays jsonb, OUT source text, OUT entry uuid)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    SELECT w.weekend, w.holidays, w.source, w.entry INTO weekend, holidays, source, entry
      FROM working_calendar AS w
     WHERE w.country = of_country AND w.year = of_year AND ledger_holds(w.entry, as_of)
     ORDER BY w.ordinal DESC
     LIMIT 1;
    IF NOT FOUND THEN
        weekend := coalesce((SELECT w.days FROM country_weekend AS w
                              WHERE w.country = of_country), '{6,7}');
        holidays := '[]';
    END IF;
END
$$;
COMMENT ON FUNCTION calendar_of(text, integer, bigint) IS
    'The calendar of a country in a year: as stated up to a ledger position, else its usual '
    'weekend, without holidays. No country means Saturday and Sunday.';

-- "from_day" itself does not count, "to_day" does.
CREATE FUNCTION working_days(from_day date, to_day date, of_country text) RETURNS SETOF date
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    SELECT d.day::date
      FROM generate_series(extract(year FROM from_day)::integer,
                           extract(year FROM to_day)::integer) AS y (year)
     CROSS JOIN LATERAL calendar_of(of_country, y.year, NULL) AS c
     CROSS JOIN LATERAL generate_series(
               greatest(from_day + 1, make_date(y.year, 1, 1))::timestamp,
               least(to_day, make_date(y.year, 12, 31))::timestamp, interval '1 day') AS d (day)
     WHERE extract(isodow FROM d.day) <> ALL (c.weekend)
       AND NOT c.holidays @> jsonb_build_array(jsonb_build_object('date', d.day::date))
     ORDER BY 1;
END
$$;
COMMENT ON FUNCTION working_days(date, date, text) IS
    'The working days of a country after one day, up to another.';

CREATE FUNCTION working_days_after(day date, days integer, of_country text) RETURNS date
LANGUAGE plpgsql STABLE AS $$
DECLARE
    reach integer := days * 2 + 14;
    found date;
BEGIN
    LOOP
        SELECT w.day INTO found
          FROM working_days(day, day + reach, of_country) AS w (day)
        OFFSET days - 1
         LIMIT 1;
        EXIT WHEN found IS NOT NULL;
        reach := reach * 2;
    END LOOP;
    RETURN found;
END
$$;
COMMENT ON FUNCTION working_days_after(date, integer, text) IS
    'The day so many working days later by the calendar of a country; at least one.';

CREATE FUNCTION calendar_json(of_country text, of_year integer, as_of bigint) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT json_build_object(
        'country', of_country, 'year', of_year, 'weekend', to_json(c.weekend),
        'holidays', c.holidays, 'source', c.source, 'stated', c.entry IS NOT NULL,
        'entry', c.entry)
      FROM calendar_of(of_country, of_year, as_of) AS c);
END
$$;
COMMENT ON FUNCTION calendar_json(text, integer, bigint) IS 'A calendar as documents show it.';

CREATE FUNCTION calendar_faults(body jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN coalesce((SELECT jsonb_agg(jsonb_build_object(
                         'pointer', format('/weekend/%s', d.ordinality - 1), 'rule', 'unique',
                         'detail', 'The day is listed before.'))
                       FROM (SELECT e.ordinality, row_number() OVER (
                                        PARTITION BY e.value ORDER BY e.ordinality) AS times
                               FROM jsonb_array_elements(body -> 'weekend')
                                    WITH ORDINALITY AS e) AS d
                      WHERE d.times > 1), '[]')
        || coalesce((SELECT jsonb_agg(jsonb_build_object(
                         'pointer', format('/holidays/%s/date', d.ordinality - 1),
                         'rule', CASE WHEN d.times > 1 THEN 'unique' ELSE 'in_year' END,
                         'detail', CASE WHEN d.times > 1 THEN 'The day is listed before.'
                                        ELSE format('The day is not in %s.', body ->> 'year')
                                   END))
                       FROM (SELECT e.ordinality, e.value, row_number() OVER (
                                        PARTITION BY e.value ->> 'date'
                                            ORDER BY e.ordinality) AS times
                               FROM jsonb_array_elements(body -> 'holidays')
                                    WITH ORDINALITY AS e) AS d
                      WHERE d.times > 1
                         OR extract(year FROM (d.value ->> 'date')::date)
                            <> (body ->> 'year')::integer), '[]');
END
$$;
COMMENT ON FUNCTION calendar_faults(jsonb) IS 'What is wrong with a calendar.';

CREATE FUNCTION calendar_record(of_country text, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    made    uuid := gen_random_uuid();
    of_year integer := (body ->> 'year')::integer;
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    IF NOT EXISTS (SELECT FROM country AS c WHERE c.code = of_country) THEN
        CALL refuse_missing('country');
    END IF;
    CALL refuse_faults(calendar_faults(body));
    -- One after the other, or two statements would take the same place.
    PERFORM pg_advisory_xact_lock(hashtextextended(
        concat_ws(' ', 'aidledger calendar', of_country, of_year), 0));
    receipt := aggregate_append(made, 'calendar.recorded',
                                body || jsonb_build_object('id', made, 'country', of_country));
    INSERT INTO working_calendar (id, country, year, ordinal, weekend, holidays, source, entry,
                                  recorded_at)
    SELECT made, of_country, of_year, count(*) + 1,
           ARRAY(SELECT d::smallint FROM jsonb_array_elements_text(body -> 'weekend') AS d),
           body -> 'holidays', body ->> 'source', receipt.entry, receipt.at
      FROM working_calendar AS w
     WHERE w.country = of_country AND w.year = of_year;
    RETURN write_end(body, (201,
        json_build_object('calendar', calendar_json(of_country, of_year, NULL),
                          'statement', statement_json(receipt))::text,
        NULL, format('/v1/countries/%s/working-calendar?year=%s', of_country, of_year))::answer);
END
$$;
COMMENT ON FUNCTION calendar_record(text, jsonb) IS
    'States the working calendar of a country for a year, or states it anew.';

GRANT SELECT ON country_weekend, working_calendar
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter,
      aidledger_importer;
GRANT INSERT ON working_calendar TO aidledger_writer;
GRANT EXECUTE ON FUNCTION today(), calendar_of(text, integer, bigint),
      working_days(date, date, text), working_days_after(date, integer, text),
      calendar_json(text, integer, bigint)
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter,
      aidledger_importer;
GRANT EXECUTE ON FUNCTION calendar_faults(jsonb), calendar_record(text, jsonb)
   TO aidledger_writer;
