-- Whose year: the fiscal calendars of countries and organisations. Aid is promised in a year of the
-- donor and budgeted in another one of the government; reports may count by either.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

INSERT INTO ledger_field (kind, field, exposure)
SELECT 'fiscal_calendar.recorded', f.field, 'public'
  FROM unnest(ARRAY['id', 'country', 'of_organisation', 'start_month', 'start_day', 'label',
                    'source']) AS f (field);

CREATE TABLE fiscal_calendar (
    id              uuid        NOT NULL CONSTRAINT fiscal_calendar_pkey PRIMARY KEY,
    country         text        CONSTRAINT fiscal_calendar_country_known REFERENCES country (code),
    of_organisation uuid        CONSTRAINT fiscal_calendar_of_organisation_known
                                REFERENCES organisation (id),
    ordinal         integer     NOT NULL,
    start_month     integer     NOT NULL,
    start_day       integer     NOT NULL,
    label           text        NOT NULL,
    source          text        NOT NULL,
    organisation_id uuid        NOT NULL
        CONSTRAINT fiscal_calendar_organisation_id_known REFERENCES organisation (id),
    entry           uuid        NOT NULL
        CONSTRAINT fiscal_calendar_entry_known REFERENCES ledger_entry (entry),
    recorded_at     timestamptz NOT NULL,
    CONSTRAINT fiscal_calendar_statement_unique
        UNIQUE NULLS NOT DISTINCT (country, of_organisation, ordinal),
    CONSTRAINT fiscal_calendar_country_single CHECK (
        (country IS NULL) <> (of_organisation IS NULL)),
    CONSTRAINT fiscal_calendar_start_month_range CHECK (start_month BETWEEN 1 AND 12),
    -- Every month of every year has these days.
    CONSTRAINT fiscal_calendar_start_day_range CHECK (start_day BETWEEN 1 AND 28),
    CONSTRAINT fiscal_calendar_label_known CHECK (label IN ('start_year', 'end_year')),
    CONSTRAINT fiscal_calendar_source_length CHECK (char_length(source) BETWEEN 1 AND 1000)
);
COMMENT ON TABLE fiscal_calendar IS
    'When the fiscal year of a country or an organisation begins and which calendar year names it. '
    'A later statement replaces the earlier one.';
COMMENT ON COLUMN fiscal_calendar.label IS
    'Whether the calendar year in which it starts names it, or the one in which it ends.';
COMMENT ON COLUMN fiscal_calendar.organisation_id IS 'Who stated it.';
COMMENT ON CONSTRAINT fiscal_calendar_country_single ON fiscal_calendar IS
    'A fiscal calendar is of a country or of an organisation.';
COMMENT ON CONSTRAINT fiscal_calendar_start_month_range ON fiscal_calendar IS
    '/start_month: A month is 1 to 12.';
COMMENT ON CONSTRAINT fiscal_calendar_start_day_range ON fiscal_calendar IS
    '/start_day: A fiscal year starts on a day from 1 to 28.';
COMMENT ON CONSTRAINT fiscal_calendar_label_known ON fiscal_calendar IS
    '/label: A fiscal year is named by its start_year or its end_year.';
COMMENT ON CONSTRAINT fiscal_calendar_source_length ON fiscal_calendar IS
    '/source: A source is named in 1 to 1,000 characters.';
CREATE TRIGGER fiscal_calendar_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON fiscal_calendar
    FOR EACH STATEMENT EXECUTE FUNCTION record_is_immutable();
ALTER TABLE fiscal_calendar ENABLE ROW LEVEL SECURITY;
ALTER TABLE fiscal_calendar FORCE ROW LEVEL SECURITY;
CREATE POLICY fiscal_calendar_read ON fiscal_calendar FOR SELECT USING (true);
CREATE POLICY fiscal_calendar_make ON fiscal_calendar FOR INSERT
    WITH CHECK (organisation_id = (SELECT caller_organisation())
                AND ((SELECT caller_has_role('steward'))
                     OR country = (SELECT caller_country())
                     OR of_organisation = (SELECT caller_organisation())));

CREATE FUNCTION fiscal_calendar_of(of_country text, organisation uuid, as_of bigint,
                                   OUT start_month integer, OUT start_day integer, OUT label text,
                                   OUT source text, OUT entry uuid)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    SELECT f.start_month, f.start_day, f.label, f.source, f.entry
      INTO start_month, start_day, label, source, entry
      FROM fiscal_calendar AS f
     WHERE f.country IS NOT DISTINCT FROM of_country
       AND f.of_organisation IS NOT DISTINCT FROM organisation
       AND ledger_holds(f.entry, as_of)
     ORDER BY f.ordinal DESC
     LIMIT 1;
    IF NOT FOUND THEN
        start_month := 1;
        start_day := 1;
        label := 'start_year';
    END IF;
END
$$;
COMMENT ON FUNCTION fiscal_calendar_of(text, uuid, bigint) IS
    'The fiscal calendar of a country or of an organisation as stated up to a ledger position, '
    'else the calendar year.';

CREATE FUNCTION fiscal_year(day date, start_month integer, start_day integer, label text)
RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT (extract(year FROM day)
            - CASE WHEN (extract(month FROM day), extract(day FROM day))
                        < (start_month, start_day) THEN 1 ELSE 0 END
            + CASE WHEN label = 'end_year' AND (start_month, start_day) <> (1, 1)
                   THEN 1 ELSE 0 END)::integer
$$;
COMMENT ON FUNCTION fiscal_year(date, integer, integer, text) IS
    'The fiscal year that a day is in, as it is named.';

CREATE FUNCTION report_year(day date, fiscal_year_of text) RETURNS integer
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF fiscal_year_of IS NULL THEN
        RETURN extract(year FROM day);
    END IF;
    RETURN (SELECT fiscal_year(day, f.start_month, f.start_day, f.label)
              FROM fiscal_calendar_of(fiscal_year_of, NULL, report_position()) AS f);
END
$$;
COMMENT ON FUNCTION report_year(date, text) IS
    'The year in which a report counts a day: the fiscal year of a country by its calendar at the '
    'report''s position, or the calendar year.';

CREATE FUNCTION fiscal_calendar_json(of_country text, organisation uuid, as_of bigint)
RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT json_build_object(
        'country', of_country, 'organisation', organisation_reference(organisation),
        'start_month', f.start_month, 'start_day', f.start_day, 'label', f.label,
        'source', f.source, 'stated', f.entry IS NOT NULL, 'entry', f.entry)
      FROM fiscal_calendar_of(of_country, organisation, as_of) AS f);
END
$$;
COMMENT ON FUNCTION fiscal_calendar_json(text, uuid, bigint) IS
    'A fiscal calendar as documents show it.';

CREATE FUNCTION fiscal_calendar_append(of_country text, organisation uuid, body jsonb)
RETURNS ledger_receipt
LANGUAGE plpgsql AS $$
DECLARE
    made    uuid := gen_random_uuid();
    receipt ledger_receipt;
BEGIN
    -- One after the other, or two statements would take the same place.
    PERFORM pg_advisory_xact_lock(hashtextextended(
        concat_ws(' ', 'aidledger fiscal calendar', of_country, organisation), 0));
    receipt := aggregate_append(made, 'fiscal_calendar.recorded', body || jsonb_build_object(
                   'id', made, 'country', of_country, 'of_organisation', organisation));
    INSERT INTO fiscal_calendar (id, country, of_organisation, ordinal, start_month, start_day,
                                 label, source, organisation_id, entry, recorded_at)
    SELECT made, of_country, organisation, count(*) + 1, (body ->> 'start_month')::integer,
           (body ->> 'start_day')::integer, body ->> 'label', body ->> 'source',
           caller_organisation(), receipt.entry, receipt.at
      FROM fiscal_calendar AS f
     WHERE f.country IS NOT DISTINCT FROM of_country
       AND f.of_organisation IS NOT DISTINCT FROM organisation;
    RETURN receipt;
END
$$;
COMMENT ON FUNCTION fiscal_calendar_append(text, uuid, jsonb) IS
    'Records the fiscal calendar of a country or an organisation.';

CREATE FUNCTION country_fiscal_calendar_record(of_country text, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    IF NOT EXISTS (SELECT FROM country AS c WHERE c.code = of_country) THEN
        CALL refuse_missing('country');
    END IF;
    IF NOT caller_has_role('steward') AND caller_country() IS DISTINCT FROM of_country THEN
        CALL refuse_forbidden('The fiscal calendar of a country is stated by its government or by '
                              'a steward.');
    END IF;
    receipt := fiscal_calendar_append(of_country, NULL, body);
    RETURN write_end(body, (201,
        json_build_object('fiscal_calendar', fiscal_calendar_json(of_country, NULL, NULL),
                          'statement', statement_json(receipt))::text,
        NULL, format('/v1/countries/%s/fiscal-calendar', of_country))::answer);
END
$$;
COMMENT ON FUNCTION country_fiscal_calendar_record(text, jsonb) IS
    'States the fiscal calendar of a country, or states it anew.';

CREATE FUNCTION organisation_fiscal_calendar_record(organisation uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    IF NOT EXISTS (SELECT FROM organisation AS o WHERE o.id = organisation) THEN
        CALL refuse_missing('organisation');
    END IF;
    IF NOT caller_has_role('steward') AND caller_organisation() IS DISTINCT FROM organisation THEN
        CALL refuse_forbidden('The fiscal calendar of an organisation is stated by itself or by a '
                              'steward.');
    END IF;
    receipt := fiscal_calendar_append(NULL, organisation, body);
    RETURN write_end(body, (201,
        json_build_object('fiscal_calendar', fiscal_calendar_json(NULL, organisation, NULL),
                          'statement', statement_json(receipt))::text,
        NULL, format('/v1/organisations/%s/fiscal-calendar', organisation))::answer);
END
$$;
COMMENT ON FUNCTION organisation_fiscal_calendar_record(uuid, jsonb) IS
    'States the fiscal calendar of an organisation, or states it anew.';

GRANT SELECT ON fiscal_calendar
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter;
GRANT INSERT ON fiscal_calendar TO aidledger_writer;
GRANT EXECUTE ON FUNCTION fiscal_calendar_of(text, uuid, bigint),
      fiscal_year(date, integer, integer, text), fiscal_calendar_json(text, uuid, bigint)
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter;
GRANT EXECUTE ON FUNCTION report_year(date, text) TO aidledger_reporter;
GRANT EXECUTE ON FUNCTION fiscal_calendar_append(text, uuid, jsonb),
      country_fiscal_calendar_record(text, jsonb), organisation_fiscal_calendar_record(uuid, jsonb)
   TO aidledger_writer;
