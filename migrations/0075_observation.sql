-- What countries say of ICT indicators: observations, which cells do not apply to a country, and what
-- both add up to: how much of the agreed data is collected.
--
-- A country's statistician speaks for the country. What an agency has published (ITU, UNESCO UIS,
-- UNCTAD) is taken over by the steward, as a statement of its own beside the country's: neither
-- replaces the other, and a cell that both fill counts once.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

INSERT INTO ledger_field (kind, field, exposure)
SELECT v.kind, f.field, 'public'
  FROM (VALUES ('observation.stated',
                ARRAY['id', 'indicator', 'country', 'year', 'origin', 'value', 'suppressed', 'unit',
                      'definition_version', 'source', 'source_type', 'method', 'period_start',
                      'period_end', 'units_observed', 'url', 'licence', 'status', 'parts',
                      'failures', 'deviations', 'supersedes', 'reason']),
               ('observation.withdrawn', ARRAY['reason']),
               ('mask.proposed', ARRAY['id', 'indicator', 'country', 'year_start', 'year_end',
                                       'reason']),
               ('mask.decided', ARRAY['decision', 'reason']),
               ('mask.withdrawn', ARRAY['reason'])) AS v (kind, fields)
 CROSS JOIN unnest(v.fields) AS f (field);

-- ---------------------------------------------------------------- the agreed list and its rules

CREATE TABLE indicator_list (
    version    text    NOT NULL CONSTRAINT indicator_list_pkey PRIMARY KEY,
    ordinal    integer NOT NULL CONSTRAINT indicator_list_ordinal_unique UNIQUE,
    title      text    NOT NULL,
    source     text    NOT NULL,
    confidence text    NOT NULL,
    note       text
);
COMMENT ON TABLE indicator_list IS
    'Versions of the agreed list of ICT indicators, the newest last: which data are to be '
    'collected, and by which definitions.';

INSERT INTO indicator_list (version, ordinal, title, source, confidence, note)
VALUES ('2016-03', 1, 'Core list of ICT indicators, March 2016',
        'Partnership on Measuring ICT for Development', 'medium',
        'Areas A, HH1 to HH19, B, ICT, ED1 to ED8 and EG. The reference indicator EDR1 is not one '
        'of the list.'),
       ('2022-03', 2, 'Core list of ICT indicators, March 2022',
        'Partnership on Measuring ICT for Development', 'low',
        'The list of 2016 with HH20 to HH23. What else was added after B12 is not in this '
        'catalogue; e-waste is left out, as its codes are not verified.');

CREATE TABLE indicator_definition (
    list_version text    NOT NULL
        CONSTRAINT indicator_definition_list_version_known REFERENCES indicator_list (version),
    indicator    text    NOT NULL
        CONSTRAINT indicator_definition_indicator_known REFERENCES indicator (code),
    unit         text    NOT NULL,
    other_units  text[]  NOT NULL,
    minimum      numeric NOT NULL,
    maximum      numeric,
    parts        text    NOT NULL,
    methods      text[]  NOT NULL,
    source_types text[]  NOT NULL,
    CONSTRAINT indicator_definition_pkey PRIMARY KEY (list_version, indicator),
    CONSTRAINT indicator_definition_parts_known CHECK (parts IN ('add_up', 'within', 'apart'))
);
COMMENT ON TABLE indicator_definition IS
    'How an indicator is to be observed by a version of the list: what an observation must be to '
    'be accepted, and what to conform.';
COMMENT ON COLUMN indicator_definition.unit IS 'The unit of the standard.';
COMMENT ON COLUMN indicator_definition.other_units IS
    'Units that it may be stated in as well; such an observation does not conform.';
COMMENT ON COLUMN indicator_definition.maximum IS 'In the unit of the standard; null for none.';
COMMENT ON COLUMN indicator_definition.parts IS
    'What parts are to the whole: they add_up to it, each is within it, or they stand apart, as '
    'rates of women and men do.';
COMMENT ON CONSTRAINT indicator_definition_parts_known ON indicator_definition IS
    'Parts add_up, are within or stand apart.';

INSERT INTO indicator_definition (list_version, indicator, unit, other_units, minimum, maximum,
                                  parts, methods, source_types)
SELECT v.version, i.code,
       CASE WHEN i.code IN ('A7', 'A8', 'A9') THEN 'percent_of_gni_per_capita'
            WHEN i.unit = 'per 100 inhabitants' THEN 'per_100_inhabitants'
            WHEN i.unit = 'bit/s per inhabitant' THEN 'bit_per_second_per_inhabitant'
            ELSE i.unit END,
       CASE WHEN i.code IN ('A7', 'A8', 'A9') THEN ARRAY['usd', 'ppp_dollar']
            ELSE ARRAY[]::text[] END,
       0,
       CASE i.unit WHEN 'percent' THEN 100 WHEN 'per 100 inhabitants' THEN 1000 END,
       CASE WHEN i.code = 'A3' THEN 'add_up'
            WHEN i.code IN ('A6', 'HH3', 'HH8', 'HH9', 'HH11', 'HH13', 'HH20', 'B9', 'B12', 'ED5',
                            'EG5') THEN 'within'
            ELSE 'apart' END,
       CASE WHEN i.code IN ('A7', 'A8', 'A9') THEN ARRAY['price_collection']
            WHEN i.family LIKE 'A %' THEN ARRAY['administrative']
            WHEN i.family LIKE 'HH %' THEN ARRAY['household_survey', 'census']
            WHEN i.family LIKE 'B %' THEN ARRAY['enterprise_survey', 'census']
            WHEN i.code IN ('ICT3', 'ICT4') THEN ARRAY['trade_statistics']
            WHEN i.family LIKE 'ICT %' THEN ARRAY['national_accounts', 'enterprise_survey']
            WHEN i.family LIKE 'ED %' THEN ARRAY['administrative', 'census']
            ELSE ARRAY['administrative', 'government_survey'] END,
       CASE WHEN i.family LIKE 'A %' THEN ARRAY['regulator', 'ministry', 'statistics_office', 'agency']
            WHEN i.family LIKE 'HH %' OR i.family LIKE 'B %' THEN ARRAY['statistics_office', 'agency']
            WHEN i.code IN ('ICT3', 'ICT4') THEN ARRAY['customs', 'statistics_office', 'agency']
            WHEN i.family LIKE 'ICT %' THEN ARRAY['statistics_office', 'central_bank', 'agency']
            ELSE ARRAY['ministry', 'statistics_office', 'agency'] END
  FROM indicator_list AS v
  JOIN indicator AS i
    ON split_part(i.family, ' ', 1) IN ('A', 'HH', 'B', 'ICT', 'ED', 'EG')
   AND i.code <> 'EDR1'
   AND (v.version = '2022-03' OR i.code NOT IN ('HH20', 'HH21', 'HH22', 'HH23'));

-- ---------------------------------------------------------------- observations

CREATE TABLE observation (
    id                 uuid    NOT NULL CONSTRAINT observation_pkey PRIMARY KEY,
    indicator          text    NOT NULL
        CONSTRAINT observation_indicator_known REFERENCES indicator (code),
    country            text    NOT NULL
        CONSTRAINT observation_country_known REFERENCES country (code),
    year               integer NOT NULL,
    origin             text    NOT NULL,
    ordinal            integer NOT NULL,
    value              numeric,
    suppressed         text,
    unit               text    NOT NULL,
    definition_version text,
    source             text    NOT NULL,
    source_type        text,
    method             text,
    period_start       date,
    period_end         date,
    units_observed     bigint,
    url                text,
    licence            text,
    status             text    NOT NULL,
    parts              jsonb   NOT NULL,
    failures           text[]  NOT NULL,
    deviations         text[]  NOT NULL,
    supersedes         uuid    CONSTRAINT observation_supersedes_known REFERENCES observation (id)
                               CONSTRAINT observation_supersedes_unique UNIQUE,
    reason             text,
    organisation_id    uuid    NOT NULL
        CONSTRAINT observation_organisation_id_known REFERENCES organisation (id),
    entry              uuid    NOT NULL
        CONSTRAINT observation_entry_known REFERENCES ledger_entry (entry),
    recorded_at        timestamptz NOT NULL,
    CONSTRAINT observation_ordinal_unique UNIQUE (country, indicator, year, origin, ordinal),
    CONSTRAINT observation_origin_known CHECK (origin IN ('national', 'agency')),
    CONSTRAINT observation_value_or_suppressed CHECK ((value IS NULL) = (suppressed IS NOT NULL)),
    CONSTRAINT observation_suppressed_known CHECK (
        suppressed IN ('small_number', 'confidential', 'security')),
    CONSTRAINT observation_small_number CHECK (value IS NULL OR units_observed >= 5
                                               OR units_observed IS NULL),
    CONSTRAINT observation_status_known CHECK (status IN ('final', 'provisional')),
    CONSTRAINT observation_period_order CHECK (
        num_nulls(period_start, period_end) IN (0, 2) AND period_end >= period_start),
    CONSTRAINT observation_parts_list CHECK (jsonb_typeof(parts) = 'array'),
    CONSTRAINT observation_supersedes_reason CHECK (supersedes IS NULL OR reason IS NOT NULL),
    CONSTRAINT observation_source_length CHECK (char_length(source) BETWEEN 1 AND 1000),
    CONSTRAINT observation_reason_length CHECK (char_length(reason) BETWEEN 1 AND 2000)
);
CREATE INDEX observation_recorded_at ON observation (recorded_at DESC, id DESC);
CREATE INDEX observation_indicator ON observation (indicator, year);
COMMENT ON TABLE observation IS
    'The value of an indicator for a country and a reference year, or that it is kept back and '
    'why, as a statistician of the country or an agency states it. A newer one supersedes it and '
    'the older one stays. Figures of groups of people only, never of a person.';
COMMENT ON COLUMN observation.year IS 'The reference year: what the value is of.';
COMMENT ON COLUMN observation.origin IS
    'national: the country says so. agency: an agency has published it, and the steward took it '
    'over with its source.';
COMMENT ON COLUMN observation.ordinal IS
    'Counts what the same side said of the same cell.';
COMMENT ON COLUMN observation.units_observed IS
    'How many persons, households or enterprises the value was computed from.';
COMMENT ON COLUMN observation.parts IS 'The value by categories, each a value or suppressed.';
COMMENT ON COLUMN observation.failures IS
    'The rules of the indicator that it breaks; it is accepted when there is none. Judged when it '
    'was stated.';
COMMENT ON COLUMN observation.deviations IS
    'What of it does not conform to the definition: definition, source, method, period, unit.';
COMMENT ON CONSTRAINT observation_origin_known ON observation IS
    'An observation is national or of an agency.';
COMMENT ON CONSTRAINT observation_value_or_suppressed ON observation IS
    '/value: An observation has a value, or says why it is suppressed.';
COMMENT ON CONSTRAINT observation_suppressed_known ON observation IS
    '/suppressed: A value is suppressed as small_number, confidential or security.';
COMMENT ON CONSTRAINT observation_small_number ON observation IS
    '/units_observed: A value from fewer than 5 units could show a person, and is suppressed.';
COMMENT ON CONSTRAINT observation_status_known ON observation IS
    '/status: A status is final or provisional.';
COMMENT ON CONSTRAINT observation_period_order ON observation IS
    '/period_end: A period has a first and a last day, and does not end before it starts.';
COMMENT ON CONSTRAINT observation_parts_list ON observation IS '/parts: Parts are a list.';
COMMENT ON CONSTRAINT observation_supersedes_reason ON observation IS
    '/reason: An observation that supersedes another one says why.';
COMMENT ON CONSTRAINT observation_supersedes_unique ON observation IS
    'This observation was superseded already; supersede the newest one.';
COMMENT ON CONSTRAINT observation_source_length ON observation IS
    '/source: A source is named in 1 to 1,000 characters.';
COMMENT ON CONSTRAINT observation_reason_length ON observation IS
    '/reason: A reason has 1 to 2,000 characters.';

CREATE TABLE observation_withdrawal (
    observation_id  uuid        NOT NULL
        CONSTRAINT observation_withdrawal_pkey PRIMARY KEY
        CONSTRAINT observation_withdrawal_observation_id_known REFERENCES observation (id),
    reason          text        NOT NULL,
    organisation_id uuid        NOT NULL
        CONSTRAINT observation_withdrawal_organisation_id_known REFERENCES organisation (id),
    entry           uuid        NOT NULL
        CONSTRAINT observation_withdrawal_entry_known REFERENCES ledger_entry (entry),
    recorded_at     timestamptz NOT NULL,
    CONSTRAINT observation_withdrawal_reason_length CHECK (char_length(reason) BETWEEN 1 AND 2000)
);
COMMENT ON TABLE observation_withdrawal IS
    'That an observation no longer holds and nothing stands in its place, and why.';
COMMENT ON CONSTRAINT observation_withdrawal_reason_length ON observation_withdrawal IS
    '/reason: A reason has 1 to 2,000 characters.';

-- ---------------------------------------------------------------- masks

CREATE TABLE indicator_mask (
    id              uuid        NOT NULL CONSTRAINT indicator_mask_pkey PRIMARY KEY,
    indicator       text        NOT NULL
        CONSTRAINT indicator_mask_indicator_known REFERENCES indicator (code),
    country         text        NOT NULL
        CONSTRAINT indicator_mask_country_known REFERENCES country (code),
    year_start      integer     NOT NULL,
    year_end        integer,
    reason          text        NOT NULL,
    organisation_id uuid        NOT NULL
        CONSTRAINT indicator_mask_organisation_id_known REFERENCES organisation (id),
    entry           uuid        NOT NULL
        CONSTRAINT indicator_mask_entry_known REFERENCES ledger_entry (entry),
    recorded_at     timestamptz NOT NULL,
    CONSTRAINT indicator_mask_year_order CHECK (year_end >= year_start),
    CONSTRAINT indicator_mask_reason_length CHECK (char_length(reason) BETWEEN 1 AND 2000)
);
CREATE INDEX indicator_mask_recorded_at ON indicator_mask (recorded_at DESC, id DESC);
CREATE INDEX indicator_mask_country ON indicator_mask (country, indicator);
COMMENT ON TABLE indicator_mask IS
    'That an indicator does not apply to a country in these years, as its statistician proposes. '
    'It counts once the steward, who is no party, has approved it: a gap is no reason.';
COMMENT ON COLUMN indicator_mask.year_end IS 'The last year; null for no end.';
COMMENT ON CONSTRAINT indicator_mask_year_order ON indicator_mask IS
    '/year_end: The last year is not before the first.';
COMMENT ON CONSTRAINT indicator_mask_reason_length ON indicator_mask IS
    '/reason: A reason has 1 to 2,000 characters.';

CREATE TABLE indicator_mask_decision (
    mask_id         uuid        NOT NULL
        CONSTRAINT indicator_mask_decision_pkey PRIMARY KEY
        CONSTRAINT indicator_mask_decision_mask_id_known REFERENCES indicator_mask (id),
    decision        text        NOT NULL,
    reason          text        NOT NULL,
    organisation_id uuid        NOT NULL
        CONSTRAINT indicator_mask_decision_organisation_id_known REFERENCES organisation (id),
    entry           uuid        NOT NULL
        CONSTRAINT indicator_mask_decision_entry_known REFERENCES ledger_entry (entry),
    recorded_at     timestamptz NOT NULL,
    CONSTRAINT indicator_mask_decision_decision_known CHECK (decision IN ('approved', 'refused')),
    CONSTRAINT indicator_mask_decision_reason_length CHECK (
        char_length(reason) BETWEEN 1 AND 2000)
);
COMMENT ON TABLE indicator_mask_decision IS 'That the steward approved a mask or refused it, and why.';
COMMENT ON CONSTRAINT indicator_mask_decision_decision_known ON indicator_mask_decision IS
    '/decision: A mask is approved or refused.';
COMMENT ON CONSTRAINT indicator_mask_decision_reason_length ON indicator_mask_decision IS
    '/reason: A reason has 1 to 2,000 characters.';

CREATE TABLE indicator_mask_withdrawal (
    mask_id         uuid        NOT NULL
        CONSTRAINT indicator_mask_withdrawal_pkey PRIMARY KEY
        CONSTRAINT indicator_mask_withdrawal_mask_id_known REFERENCES indicator_mask (id),
    reason          text        NOT NULL,
    organisation_id uuid        NOT NULL
        CONSTRAINT indicator_mask_withdrawal_organisation_id_known REFERENCES organisation (id),
    entry           uuid        NOT NULL
        CONSTRAINT indicator_mask_withdrawal_entry_known REFERENCES ledger_entry (entry),
    recorded_at     timestamptz NOT NULL,
    CONSTRAINT indicator_mask_withdrawal_reason_length CHECK (
        char_length(reason) BETWEEN 1 AND 2000)
);
COMMENT ON TABLE indicator_mask_withdrawal IS
    'That a mask no longer holds, as its country or the steward says.';
COMMENT ON CONSTRAINT indicator_mask_withdrawal_reason_length ON indicator_mask_withdrawal IS
    '/reason: A reason has 1 to 2,000 characters.';

DO $$
DECLARE
    record_table text;
BEGIN
    FOREACH record_table IN ARRAY ARRAY['observation', 'observation_withdrawal', 'indicator_mask',
                                        'indicator_mask_decision', 'indicator_mask_withdrawal']
    LOOP
        EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I '
                       'FOR EACH STATEMENT EXECUTE FUNCTION record_is_immutable()',
                       record_table || '_kept', record_table);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', record_table);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', record_table);
        EXECUTE format('CREATE POLICY %I ON %I FOR SELECT USING (true)',
                       record_table || '_read', record_table);
    END LOOP;
END
$$;
CREATE POLICY observation_make ON observation FOR INSERT
    WITH CHECK (organisation_id = (SELECT caller_organisation())
                AND CASE origin
                    WHEN 'national' THEN country = (SELECT caller_country())
                                         AND (SELECT caller_has_role('statistician'))
                    ELSE (SELECT caller_has_role('steward')) END);
CREATE POLICY observation_withdrawal_make ON observation_withdrawal FOR INSERT
    WITH CHECK (organisation_id = (SELECT caller_organisation())
                AND EXISTS (SELECT FROM observation AS o
                             WHERE o.id = observation_id
                               AND CASE o.origin
                                   WHEN 'national' THEN o.country = (SELECT caller_country())
                                        AND (SELECT caller_has_role('statistician'))
                                   ELSE (SELECT caller_has_role('steward')) END));
CREATE POLICY indicator_mask_make ON indicator_mask FOR INSERT
    WITH CHECK (organisation_id = (SELECT caller_organisation())
                AND country = (SELECT caller_country())
                AND (SELECT caller_has_role('statistician')));
CREATE POLICY indicator_mask_decision_make ON indicator_mask_decision FOR INSERT
    WITH CHECK (organisation_id = (SELECT caller_organisation())
                AND (SELECT caller_has_role('steward')));
CREATE POLICY indicator_mask_withdrawal_make ON indicator_mask_withdrawal FOR INSERT
    WITH CHECK (organisation_id = (SELECT caller_organisation())
                AND ((SELECT caller_has_role('steward'))
                     OR EXISTS (SELECT FROM indicator_mask AS m
                                 WHERE m.id = mask_id AND m.country = (SELECT caller_country())
                                   AND (SELECT caller_has_role('statistician')))));

-- ---------------------------------------------------------------- the rules of an indicator

CREATE FUNCTION observation_definition(of_version text, of_indicator text)
RETURNS indicator_definition
LANGUAGE plpgsql STABLE AS $$
DECLARE
    d indicator_definition;
BEGIN
    SELECT w.* INTO d
      FROM indicator_definition AS w
      JOIN indicator_list AS l ON l.version = w.list_version
     WHERE w.indicator = of_indicator
     ORDER BY w.list_version = of_version DESC NULLS LAST, l.ordinal DESC
     LIMIT 1;
    RETURN d;
END
$$;
COMMENT ON FUNCTION observation_definition(text, text) IS
    'What an observation is judged by: the version it names, or the newest that has the indicator.';

CREATE FUNCTION decimal_of(written text) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT CASE WHEN written ~ '^-?[0-9]+(\.[0-9]+)?$' THEN written::numeric END $$;
COMMENT ON FUNCTION decimal_of(text) IS 'A decimal string as a number; null when it is none.';

-- Parts are rounded, each by half of its last digit at most, and so is the whole.
CREATE FUNCTION parts_failures(o observation, d indicator_definition) RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT array_remove(ARRAY[
               CASE WHEN bool_or(p.value < d.minimum OR (o.unit = d.unit AND p.value > d.maximum))
                    THEN 'parts_range' END,
               CASE WHEN d.parts = 'add_up' AND count(*) = count(p.value)
                         AND abs(sum(p.value) - o.value)
                             > (count(*) + 1) * 0.5 * power(10::numeric,
                                   -least(min(scale(p.value)), scale(o.value)))
                    THEN 'parts_add_up' END,
               CASE WHEN d.parts <> 'apart' AND bool_or(p.value > o.value)
                    THEN 'parts_within' END], NULL)
      FROM (SELECT decimal_of(e.value ->> 'value') AS value
              FROM jsonb_array_elements(o.parts) AS e) AS p);
END
$$;
COMMENT ON FUNCTION parts_failures(observation, indicator_definition) IS
    'Which rules the parts of an observation break: their range, that they add up to the whole '
    'but for rounding, that none is larger than the whole.';

CREATE FUNCTION observation_failures(o observation, d indicator_definition) RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN array_remove(ARRAY[
               CASE WHEN o.method = 'estimate' THEN 'estimate' END,
               CASE WHEN o.value < d.minimum OR (o.unit = d.unit AND o.value > d.maximum)
                    THEN 'range' END,
               CASE WHEN o.period_end < make_date(o.year, 1, 1)
                         OR o.period_start > make_date(o.year, 12, 31)
                    THEN 'period' END], NULL)
        || parts_failures(o, d);
END
$$;
COMMENT ON FUNCTION observation_failures(observation, indicator_definition) IS
    'Which rules of its indicator an observation breaks. One that breaks none is accepted. What a '
    'model has estimated was not collected, and is not.';

CREATE FUNCTION observation_deviations(o observation, d indicator_definition) RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN array_remove(ARRAY[
               CASE WHEN o.definition_version IS DISTINCT FROM d.list_version
                    THEN 'definition' END,
               CASE WHEN NOT coalesce(o.source_type = ANY (d.source_types), false)
                    THEN 'source' END,
               CASE WHEN NOT coalesce(o.method = ANY (d.methods), false) THEN 'method' END,
               CASE WHEN NOT coalesce(extract(year FROM o.period_end) = o.year
                                      AND o.period_end - o.period_start <= 366, false)
                    THEN 'period' END,
               CASE WHEN o.unit <> d.unit THEN 'unit' END], NULL);
END
$$;
COMMENT ON FUNCTION observation_deviations(observation, indicator_definition) IS
    'What of an observation does not conform to the definition: the version it names, who it is '
    'from, how it was collected, a reference period of a year at most that ends in the reference '
    'year, the unit.';

-- ---------------------------------------------------------------- observations as they are read

CREATE FUNCTION observation_status(o observation, as_of bigint) RETURNS text
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE
        WHEN EXISTS (SELECT FROM observation_withdrawal AS w
                      WHERE w.observation_id = o.id AND ledger_holds(w.entry, as_of))
        THEN 'withdrawn'
        WHEN EXISTS (SELECT FROM observation AS n
                      WHERE n.supersedes = o.id AND ledger_holds(n.entry, as_of))
        THEN 'superseded'
        WHEN o.suppressed IS NOT NULL THEN 'suppressed'
        WHEN o.failures = '{}' THEN 'accepted'
        ELSE 'not_accepted' END;
END
$$;
COMMENT ON FUNCTION observation_status(observation, bigint) IS
    'How an observation stands as of a ledger position, or now: accepted, not_accepted or '
    'suppressed while it is in force, then superseded or withdrawn.';

CREATE FUNCTION observation_version(o observation, as_of bigint) RETURNS integer
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE WHEN observation_status(o, as_of) IN ('superseded', 'withdrawn') THEN 2 ELSE 1 END;
END
$$;
COMMENT ON FUNCTION observation_version(observation, bigint) IS
    'The entity tag: 1 while the observation is in force, 2 from then on.';

CREATE FUNCTION observation_json(o observation, as_of bigint) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT json_build_object(
        'id', o.id, 'indicator', o.indicator, 'country', o.country, 'year', o.year,
        'origin', o.origin, 'value', o.value::text, 'suppressed', o.suppressed, 'unit', o.unit,
        'definition_version', o.definition_version, 'source', o.source,
        'source_type', o.source_type, 'method', o.method, 'period_start', o.period_start,
        'period_end', o.period_end, 'units_observed', o.units_observed, 'url', o.url,
        'licence', o.licence, 'status', o.status, 'parts', o.parts,
        'validation', json_build_object('accepted', o.suppressed IS NULL AND o.failures = '{}',
                                        'failures', to_json(o.failures),
                                        'deviations', to_json(o.deviations)),
        'state', observation_status(o, as_of),
        'supersedes', o.supersedes, 'reason', o.reason,
        'superseded_by', (SELECT n.id FROM observation AS n
                           WHERE n.supersedes = o.id AND ledger_holds(n.entry, as_of)),
        'withdrawal', (SELECT json_build_object('reason', w.reason, 'entry', w.entry,
                                                'withdrawn_at', rfc3339(w.recorded_at))
                         FROM observation_withdrawal AS w
                        WHERE w.observation_id = o.id AND ledger_holds(w.entry, as_of)),
        'stated_by', organisation_reference(o.organisation_id), 'entry', o.entry,
        'stated_at', rfc3339(o.recorded_at)));
END
$$;
COMMENT ON FUNCTION observation_json(observation, bigint) IS
    'An observation as documents show it, as of a ledger position or now.';

CREATE FUNCTION mask_state(m indicator_mask, as_of bigint) RETURNS text
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE
        WHEN EXISTS (SELECT FROM indicator_mask_withdrawal AS w
                      WHERE w.mask_id = m.id AND ledger_holds(w.entry, as_of)) THEN 'WITHDRAWN'
        ELSE coalesce((SELECT upper(d.decision)
                         FROM indicator_mask_decision AS d
                        WHERE d.mask_id = m.id AND ledger_holds(d.entry, as_of)), 'PROPOSED') END;
END
$$;
COMMENT ON FUNCTION mask_state(indicator_mask, bigint) IS
    'PROPOSED, APPROVED, REFUSED or WITHDRAWN, as of a ledger position or now.';

CREATE FUNCTION mask_json(m indicator_mask, as_of bigint) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT json_build_object(
        'id', m.id, 'indicator', m.indicator, 'country', m.country, 'year_start', m.year_start,
        'year_end', m.year_end, 'reason', m.reason, 'state', mask_state(m, as_of),
        'proposed_by', organisation_reference(m.organisation_id), 'entry', m.entry,
        'proposed_at', rfc3339(m.recorded_at),
        'decision', (SELECT json_build_object(
                                'decision', d.decision, 'reason', d.reason,
                                'decided_by', organisation_reference(d.organisation_id),
                                'entry', d.entry, 'decided_at', rfc3339(d.recorded_at))
                       FROM indicator_mask_decision AS d
                      WHERE d.mask_id = m.id AND ledger_holds(d.entry, as_of)),
        'withdrawal', (SELECT json_build_object(
                                  'reason', w.reason,
                                  'withdrawn_by', organisation_reference(w.organisation_id),
                                  'entry', w.entry, 'withdrawn_at', rfc3339(w.recorded_at))
                         FROM indicator_mask_withdrawal AS w
                        WHERE w.mask_id = m.id AND ledger_holds(w.entry, as_of))));
END
$$;
COMMENT ON FUNCTION mask_json(indicator_mask, bigint) IS
    'A mask as documents show it, as of a ledger position or now.';

CREATE OR REPLACE FUNCTION indicator_json(i indicator) RETURNS json
LANGUAGE sql STABLE
AS $$
    SELECT json_build_object(
        'code', i.code, 'family', i.family, 'name', i.name, 'unit', i.unit,
        'collecting_agency', i.collecting_agency, 'frequency', i.frequency,
        'sdg_target', i.sdg_target, 'source', i.source, 'confidence', i.confidence,
        'note', i.note,
        'definitions', (SELECT coalesce(json_agg(json_build_object(
                                   'list_version', d.list_version, 'unit', d.unit,
                                   'other_units', to_json(d.other_units),
                                   'minimum', d.minimum::text, 'maximum', d.maximum::text,
                                   'parts', d.parts, 'methods', to_json(d.methods),
                                   'source_types', to_json(d.source_types)) ORDER BY l.ordinal),
                               '[]')
                          FROM indicator_definition AS d
                          JOIN indicator_list AS l ON l.version = d.list_version
                         WHERE d.indicator = i.code))
$$;
COMMENT ON FUNCTION indicator_json(indicator) IS
    'An indicator of the catalogue, with its definition in each version of the list.';

-- ---------------------------------------------------------------- what is written

CREATE FUNCTION observation_same(a observation, b observation) RETURNS boolean
LANGUAGE sql IMMUTABLE
AS $$
    SELECT (a.value, a.suppressed, a.unit, a.definition_version, a.source, a.source_type, a.method,
            a.period_start, a.period_end, a.units_observed, a.url, a.licence, a.status, a.parts)
           IS NOT DISTINCT FROM
           (b.value, b.suppressed, b.unit, b.definition_version, b.source, b.source_type, b.method,
            b.period_start, b.period_end, b.units_observed, b.url, b.licence, b.status, b.parts)
$$;
COMMENT ON FUNCTION observation_same(observation, observation) IS
    'Whether two observations of a cell say the same.';

CREATE FUNCTION observation_in_force(of_indicator text, of_country text, of_year integer,
                                     of_origin text) RETURNS observation
LANGUAGE plpgsql STABLE AS $$
DECLARE
    o observation;
BEGIN
    SELECT w.* INTO o
      FROM observation AS w
     WHERE (w.country, w.indicator, w.year, w.origin)
           = (of_country, of_indicator, of_year, of_origin)
     ORDER BY w.ordinal DESC
     LIMIT 1;
    IF observation_status(o, NULL) = 'withdrawn' THEN
        RETURN NULL;
    END IF;
    RETURN o;
END
$$;
COMMENT ON FUNCTION observation_in_force(text, text, integer, text) IS
    'What a side says of a cell now; nothing when it never did or has withdrawn it.';

CREATE FUNCTION observation_rows(body jsonb, of_country text, of_origin text)
RETURNS TABLE (place bigint, row_ observation, times bigint, held observation)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    SELECT e.ordinality, w,
           row_number() OVER (PARTITION BY w.indicator, w.country, w.year ORDER BY e.ordinality),
           observation_in_force(w.indicator, w.country, w.year, w.origin)
      FROM jsonb_array_elements(body) WITH ORDINALITY AS e
     CROSS JOIN LATERAL jsonb_populate_record(NULL::observation,
                    jsonb_build_object('country', of_country, 'parts', '[]'::jsonb)
                    || jsonb_strip_nulls(e.value)
                    || jsonb_build_object('origin', of_origin)) AS w
     ORDER BY e.ordinality;
END
$$;
COMMENT ON FUNCTION observation_rows(jsonb, text, text) IS
    'The rows of an upload in their order: the observation each would be, how often its cell '
    'stands up to it, and what the same side says of the cell already.';

CREATE FUNCTION observation_part_faults(at text, o observation, d indicator_definition)
RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE WHEN o.parts <> '[]' AND o.suppressed IS NOT NULL
                THEN fault(at || '/parts', 'not_applicable',
                           'The parts of what is suppressed could show it.') ELSE '[]' END
        || CASE WHEN d.parts = 'add_up'
                     AND (SELECT count(*) = 1 FROM jsonb_array_elements(o.parts) AS e
                           WHERE e.value ? 'suppressed')
                THEN fault(at || '/parts', 'complementary',
                           'Parts add up to the whole, so that one alone that is suppressed can be '
                           'computed: suppress another one with it.') ELSE '[]' END
        || coalesce((SELECT jsonb_agg(f.value ORDER BY e.place, f.ordinality)
                       FROM (SELECT w.value, w.ordinality AS place,
                                    row_number() OVER (PARTITION BY w.value ->> 'category'
                                                           ORDER BY w.ordinality) AS times
                               FROM jsonb_array_elements(o.parts) WITH ORDINALITY AS w) AS e
                      CROSS JOIN LATERAL jsonb_array_elements(
                            CASE WHEN e.times > 1
                                 THEN fault(format('%s/parts/%s/category', at, e.place - 1), 'unique',
                                            'The category stands before.') ELSE '[]' END
                            || CASE WHEN (e.value ? 'value') <> (e.value ? 'suppressed') THEN '[]'
                                    ELSE fault(format('%s/parts/%s/value', at, e.place - 1),
                                               'value_or_suppressed', 'A part has a value, or says '
                                               'why it is suppressed.') END)
                            WITH ORDINALITY AS f), '[]');
END
$$;
COMMENT ON FUNCTION observation_part_faults(text, observation, indicator_definition) IS
    'What is wrong with the parts of an observation, so that it cannot be recorded.';

CREATE FUNCTION observation_faults(at text, o observation, d indicator_definition)
RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE WHEN o.country IS NULL
                THEN fault(at || '/country', 'required',
                           'What an agency has published is of a country: name it.')
                WHEN o.origin = 'national' AND o.country <> caller_country()
                THEN fault(at || '/country', 'own_country',
                           'A statistician speaks for the own country only.')
                WHEN NOT EXISTS (SELECT FROM country AS c WHERE c.code = o.country)
                THEN fault(at || '/country', 'known_country', format(
                         '"%s" is no ISO 3166-1 country code; see /v1/countries.', o.country))
                ELSE '[]' END
        || CASE WHEN d.indicator IS NULL
                THEN fault(at || '/indicator', 'known_indicator', format(
                         'No version of the agreed list has the indicator "%s"; see '
                         '/v1/indicators.', o.indicator))
                WHEN o.unit <> d.unit AND o.unit <> ALL (d.other_units)
                THEN fault(at || '/unit', 'unit', format(
                         '%s is stated in %s.', o.indicator,
                         array_to_string(d.unit || d.other_units, ', '))) ELSE '[]' END
        || CASE WHEN o.year <= extract(year FROM today()) THEN '[]'
                ELSE fault(at || '/year', 'not_in_future',
                           'What has been observed is not of a year to come.') END
        || CASE WHEN (o.value IS NULL) = (o.suppressed IS NOT NULL) THEN '[]'
                ELSE fault(at || '/value', 'value_or_suppressed',
                           'An observation has a value, or says why it is suppressed.') END
        || CASE WHEN o.value IS NOT NULL AND o.units_observed < 5
                THEN fault(at || '/units_observed', 'small_number', 'A value from fewer than 5 '
                           'units could show a person: suppress it.') ELSE '[]' END
        || CASE WHEN num_nulls(o.period_start, o.period_end) = 1
                THEN fault(at || CASE WHEN o.period_end IS NULL THEN '/period_end'
                                      ELSE '/period_start' END, 'required',
                           'A period has a first and a last day.')
                WHEN o.period_end < o.period_start
                THEN fault(at || '/period_end', 'period_order',
                           'A period does not end before it starts.')
                WHEN o.period_end > today()
                THEN fault(at || '/period_end', 'not_in_future',
                           'What has been observed has ended.') ELSE '[]' END
        || CASE WHEN o.origin = 'agency' AND o.source_type IS DISTINCT FROM 'agency'
                THEN fault(at || '/source_type', 'agency_source',
                           'What is taken over is what an agency has published.') ELSE '[]' END
        || CASE WHEN o.origin = 'agency' AND o.url IS NULL
                THEN fault(at || '/url', 'required', 'What is taken over says where it was '
                           'published.') ELSE '[]' END;
END
$$;
COMMENT ON FUNCTION observation_faults(text, observation, indicator_definition) IS
    'What is wrong with an observation, so that it cannot be recorded. What is merely not accepted '
    'is recorded, and says so.';

CREATE FUNCTION observation_revision_faults(at text, o observation, held observation, times bigint)
RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE WHEN times > 1
                THEN fault(at || '/year', 'unique',
                           'The indicator, country and year stand before in the same upload.')
                WHEN held.id IS NULL AND o.supersedes IS NOT NULL
                     OR held.id <> o.supersedes
                THEN fault(at || '/supersedes', 'in_force', 'This is not what you say of the '
                           'indicator, country and year now; read them again and decide anew.')
                WHEN held.id IS NULL AND o.reason IS NOT NULL
                THEN fault(at || '/reason', 'not_applicable',
                           'Nothing is in force that this would supersede.')
                WHEN held.id IS NOT NULL AND o.reason IS NULL AND NOT observation_same(o, held)
                THEN fault(at || '/reason', 'required', format(
                         'The observation %s says something else: say why it is superseded.',
                         held.id)) ELSE '[]' END;
END
$$;
COMMENT ON FUNCTION observation_revision_faults(text, observation, observation, bigint) IS
    'What is wrong with an observation beside what the same side says of the cell already.';

CREATE FUNCTION observations_faults(body jsonb, of_country text, of_origin text) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN coalesce((
    SELECT jsonb_agg(f.value ORDER BY w.place, f.ordinality)
      FROM (SELECT v.place, v.row_, v.times, v.held, format('/%s', v.place - 1) AS at,
                   observation_definition((v.row_).definition_version, (v.row_).indicator) AS d
              FROM observation_rows(body, of_country, of_origin) AS v) AS w
     CROSS JOIN LATERAL jsonb_array_elements(
               observation_faults(w.at, w.row_, w.d)
               || observation_part_faults(w.at, w.row_, w.d)
               || observation_revision_faults(w.at, w.row_, w.held, w.times))
           WITH ORDINALITY AS f), '[]');
END
$$;
COMMENT ON FUNCTION observations_faults(jsonb, text, text) IS
    'What is wrong with the rows of an upload; pointers count the rows below the header line '
    'from 0.';

CREATE FUNCTION observation_record(o observation) RETURNS observation
LANGUAGE plpgsql AS $$
DECLARE
    d       indicator_definition := observation_definition(o.definition_version, o.indicator);
    receipt ledger_receipt;
BEGIN
    o.id := gen_random_uuid();
    o.organisation_id := caller_organisation();
    o.failures := observation_failures(o, d);
    o.deviations := observation_deviations(o, d);
    receipt := ledger_append('observation.stated', o.organisation_id, o.id, 1, NULL,
                   jsonb_build_object(
                       'id', o.id, 'indicator', o.indicator, 'country', o.country, 'year', o.year,
                       'origin', o.origin, 'value', o.value::text, 'suppressed', o.suppressed,
                       'unit', o.unit, 'definition_version', o.definition_version,
                       'source', o.source, 'source_type', o.source_type, 'method', o.method,
                       'period_start', o.period_start, 'period_end', o.period_end,
                       'units_observed', o.units_observed, 'url', o.url, 'licence', o.licence,
                       'status', o.status, 'parts', o.parts, 'failures', o.failures,
                       'deviations', o.deviations, 'supersedes', o.supersedes,
                       'reason', o.reason));
    o.entry := receipt.entry;
    o.recorded_at := receipt.at;
    SELECT count(*) + 1 INTO o.ordinal
      FROM observation AS w
     WHERE (w.country, w.indicator, w.year, w.origin)
           = (o.country, o.indicator, o.year, o.origin);
    INSERT INTO observation SELECT o.*;
    RETURN o;
END
$$;
COMMENT ON FUNCTION observation_record(observation) IS
    'Records an observation, judged by the rules of its indicator: a statement of its own.';

CREATE PROCEDURE observations_hold(countries text[])
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(
                concat_ws(' ', 'aidledger observations', c.code), 0))
       FROM (SELECT DISTINCT w AS code FROM unnest(countries) AS w ORDER BY 1) AS c;
END
$$;
COMMENT ON PROCEDURE observations_hold(text[]) IS
    'What is said of the indicators of these countries comes one after the other.';

CREATE FUNCTION observation_upload(body jsonb, dry_run boolean) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    -- Who is a statistician of a country speaks for it, whatever else.
    origin  text := CASE WHEN caller_has_role('statistician') THEN 'national' ELSE 'agency' END;
    w       record;
    o       observation;
    outcome text;
    told    jsonb := '[]';
    countries text[] := ARRAY(SELECT coalesce(e.value ->> 'country', caller_country(), '')
                                FROM jsonb_array_elements(body) AS e);
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    CALL observations_hold(countries);
    CALL refuse_faults(observations_faults(body, caller_country(), origin));
    FOR w IN SELECT v.* FROM observation_rows(body, caller_country(), origin) AS v
              ORDER BY v.place
    LOOP
        o := w.row_;
        outcome := CASE WHEN (w.held).id IS NULL THEN 'stated'
                        WHEN observation_same(o, w.held) THEN 'known' ELSE 'revised' END;
        o.supersedes := (w.held).id;
        IF outcome = 'known' THEN
            o := w.held;
        ELSIF dry_run THEN
            o.failures := observation_failures(o, observation_definition(o.definition_version,
                                                                         o.indicator));
            o.deviations := observation_deviations(o, observation_definition(
                                                          o.definition_version, o.indicator));
        ELSE
            o := observation_record(o);
        END IF;
        told := told || jsonb_build_object(
            'row', w.place, 'indicator', o.indicator, 'country', o.country, 'year', o.year,
            'result', outcome, 'id', o.id,
            'accepted', o.suppressed IS NULL AND o.failures = '{}',
            'failures', o.failures, 'deviations', o.deviations);
    END LOOP;
    given := (200, jsonb_build_object(
                       'dry_run', dry_run,
                       'stated', jsonb_array_length(jsonb_path_query_array(
                                     told, '$[*] ? (@.result == "stated")')),
                       'revised', jsonb_array_length(jsonb_path_query_array(
                                      told, '$[*] ? (@.result == "revised")')),
                       'known', jsonb_array_length(jsonb_path_query_array(
                                    told, '$[*] ? (@.result == "known")')),
                       'rows', told)::text, NULL, NULL)::answer;
    -- A trial leaves nothing behind, so its key is good for the upload itself.
    RETURN CASE WHEN dry_run THEN given ELSE write_end(body, given) END;
END
$$;
COMMENT ON FUNCTION observation_upload(jsonb, boolean) IS
    'Records observations, all or none: a statistician''s of the own country, or the steward''s of '
    'what an agency has published. One that says what is in force already is told and not '
    'recorded again. A trial says what would be and records nothing.';

CREATE FUNCTION observation_withdraw(of_observation uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    o       observation;
    state   text;
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    SELECT w.* INTO o FROM observation AS w WHERE w.id = of_observation;
    IF NOT FOUND THEN
        CALL refuse_missing('observation');
    END IF;
    IF o.origin = 'agency' AND NOT caller_has_role('steward')
       OR o.origin = 'national' AND (o.country IS DISTINCT FROM caller_country()
                                     OR NOT caller_has_role('statistician')) THEN
        CALL refuse_forbidden('An observation is withdrawn by the side that stated it.');
    END IF;
    CALL observations_hold(ARRAY[o.country]);
    CALL refuse_stale(observation_version(o, NULL));
    state := observation_status(o, NULL);
    IF state IN ('superseded', 'withdrawn') THEN
        CALL refuse_conflict(format('An observation that is %s cannot be withdrawn.', state));
    END IF;
    receipt := aggregate_append(o.id, 'observation.withdrawn', body);
    INSERT INTO observation_withdrawal (observation_id, reason, organisation_id, entry, recorded_at)
    VALUES (o.id, body ->> 'reason', caller_organisation(), receipt.entry, receipt.at);
    RETURN write_end(body, (200,
        json_build_object('observation', observation_json(o, NULL),
                          'statement', statement_json(receipt))::text, '2', NULL)::answer);
END
$$;
COMMENT ON FUNCTION observation_withdraw(uuid, jsonb) IS
    'Takes an observation back without another one in its place; its side does.';

CREATE FUNCTION mask_years_meet(m indicator_mask, year_start integer, year_end integer)
RETURNS boolean
LANGUAGE sql IMMUTABLE
AS $$
    SELECT int4range(m.year_start, m.year_end, '[]') && int4range(mask_years_meet.year_start,
                                                                  mask_years_meet.year_end, '[]')
$$;
COMMENT ON FUNCTION mask_years_meet(indicator_mask, integer, integer) IS
    'Whether a mask is of any of these years; no last year means no end.';

CREATE FUNCTION mask_faults(m indicator_mask) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
    other uuid;
    seen  integer;
BEGIN
    IF m.year_end < m.year_start THEN
        RETURN fault('/year_end', 'period_order', 'The last year is not before the first.');
    END IF;
    IF (observation_definition(NULL, m.indicator)).indicator IS NULL THEN
        RETURN fault('/indicator', 'known_indicator', format(
                   'No version of the agreed list has the indicator "%s"; see /v1/indicators.',
                   m.indicator));
    END IF;
    SELECT w.id INTO other
      FROM indicator_mask AS w
     WHERE w.country = m.country AND w.indicator = m.indicator
       AND mask_years_meet(w, m.year_start, m.year_end)
       AND mask_state(w, NULL) IN ('PROPOSED', 'APPROVED')
     LIMIT 1;
    SELECT min(o.year) INTO seen
      FROM observation AS o
     WHERE o.country = m.country AND o.indicator = m.indicator AND o.origin = 'national'
       AND int4range(m.year_start, m.year_end, '[]') @> o.year
       AND observation_status(o, NULL) IN ('accepted', 'suppressed');
    RETURN CASE WHEN other IS NULL THEN '[]'
                ELSE fault('/year_start', 'overlap', format(
                         'The mask %s is of some of these years; withdraw that one first.',
                         other)) END
        || CASE WHEN seen IS NULL THEN '[]'
                ELSE fault('/year_start', 'observed', format(
                         'You have observed it in %s: what is observed applies.', seen)) END;
END
$$;
COMMENT ON FUNCTION mask_faults(indicator_mask) IS
    'What is wrong with a mask that is proposed.';

CREATE FUNCTION mask_answer(m indicator_mask, receipt ledger_receipt, status integer)
RETURNS answer
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (status, json_build_object('indicator_mask', mask_json(m, NULL),
                                      'statement', statement_json(receipt))::text,
            aggregate_version(m.id, NULL)::text,
            CASE WHEN status = 201 THEN '/v1/indicator-masks/' || m.id END)::answer;
END
$$;
COMMENT ON FUNCTION mask_answer(indicator_mask, ledger_receipt, integer) IS
    'The answer to a statement about a mask: the mask and the ledger entry.';

CREATE FUNCTION mask_propose(body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    m       indicator_mask := jsonb_populate_record(NULL::indicator_mask, body);
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    m.id := gen_random_uuid();
    m.country := caller_country();
    CALL observations_hold(ARRAY[m.country]);
    CALL refuse_faults(mask_faults(m));
    receipt := aggregate_append(m.id, 'mask.proposed', jsonb_build_object(
                   'id', m.id, 'indicator', m.indicator, 'country', m.country,
                   'year_start', m.year_start, 'year_end', m.year_end, 'reason', m.reason));
    INSERT INTO indicator_mask (id, indicator, country, year_start, year_end, reason,
                                organisation_id, entry, recorded_at)
    VALUES (m.id, m.indicator, m.country, m.year_start, m.year_end, m.reason,
            caller_organisation(), receipt.entry, receipt.at)
    RETURNING * INTO m;
    RETURN write_end(body, mask_answer(m, receipt, 201));
END
$$;
COMMENT ON FUNCTION mask_propose(jsonb) IS
    'A statistician says that an indicator does not apply to the own country in some years.';

CREATE FUNCTION mask_lock(of_mask uuid) RETURNS indicator_mask
LANGUAGE plpgsql AS $$
DECLARE
    m indicator_mask;
BEGIN
    SELECT w.* INTO m FROM indicator_mask AS w WHERE w.id = of_mask;
    IF NOT FOUND THEN
        CALL refuse_missing('mask');
    END IF;
    CALL aggregate_hold(m.id);
    CALL refuse_stale(aggregate_version(m.id, NULL));
    RETURN m;
END
$$;
COMMENT ON FUNCTION mask_lock(uuid) IS 'The mask, held by this transaction, If-Match included.';

CREATE FUNCTION mask_decide(of_mask uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    m       indicator_mask;
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    m := mask_lock(of_mask);
    IF mask_state(m, NULL) <> 'PROPOSED' THEN
        CALL refuse_conflict(format('A mask that is %s is not decided on.', mask_state(m, NULL)));
    END IF;
    receipt := aggregate_append(m.id, 'mask.decided', body);
    INSERT INTO indicator_mask_decision (mask_id, decision, reason, organisation_id, entry,
                                         recorded_at)
    VALUES (m.id, body ->> 'decision', body ->> 'reason', caller_organisation(), receipt.entry,
            receipt.at);
    RETURN write_end(body, mask_answer(m, receipt, 200));
END
$$;
COMMENT ON FUNCTION mask_decide(uuid, jsonb) IS
    'The steward approves a mask that was proposed, or refuses it.';

CREATE FUNCTION mask_withdraw(of_mask uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    m       indicator_mask;
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    m := mask_lock(of_mask);
    IF NOT caller_has_role('steward') AND m.country IS DISTINCT FROM caller_country() THEN
        CALL refuse_forbidden('A mask is withdrawn by its country or by the steward.');
    END IF;
    IF mask_state(m, NULL) NOT IN ('PROPOSED', 'APPROVED') THEN
        CALL refuse_conflict(format('A mask that is %s cannot be withdrawn.', mask_state(m, NULL)));
    END IF;
    receipt := aggregate_append(m.id, 'mask.withdrawn', body);
    INSERT INTO indicator_mask_withdrawal (mask_id, reason, organisation_id, entry, recorded_at)
    VALUES (m.id, body ->> 'reason', caller_organisation(), receipt.entry, receipt.at);
    RETURN write_end(body, mask_answer(m, receipt, 200));
END
$$;
COMMENT ON FUNCTION mask_withdraw(uuid, jsonb) IS
    'The country, or the steward, says that a mask no longer holds.';

-- ---------------------------------------------------------------- what the report counts

CREATE FUNCTION licence_is_open(licence text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT coalesce(upper(licence) = ANY (ARRAY[
               'CC0-1.0', 'PDDL-1.0', 'CC-BY-3.0-IGO', 'CC-BY-4.0', 'CC-BY-SA-4.0', 'ODC-BY-1.0',
               'ODBL-1.0', 'OGL-UK-3.0']), false)
$$;
COMMENT ON FUNCTION licence_is_open(text) IS
    'Whether a licence, by its SPDX identifier, conforms to the Open Definition.';

CREATE FUNCTION report_observations()
RETURNS TABLE (id uuid, indicator text, country text, year integer, origin text,
               suppressed boolean, accepted boolean, standard text, complete boolean,
               revised boolean, open_licence boolean, leaf_index bigint)
LANGUAGE sql STABLE
AS $$
    WITH said AS (
        SELECT o.*, l.leaf_index
          FROM observation AS o
          JOIN ledger_leaf AS l ON l.entry = o.entry
         WHERE l.leaf_index < report_position())
    SELECT s.id, s.indicator, s.country, s.year, s.origin, s.suppressed IS NOT NULL,
           s.suppressed IS NULL AND s.failures = '{}',
           CASE WHEN s.suppressed IS NULL AND s.failures = '{}' AND s.deviations = '{}'
                THEN s.definition_version END,
           num_nulls(s.definition_version, s.source_type, s.method, s.period_start, s.period_end,
                     s.licence, s.url) = 0,
           coalesce(s.recorded_at <= p.recorded_at + interval '12 months', false),
           licence_is_open(s.licence), s.leaf_index
      FROM said AS s
      LEFT JOIN observation AS p ON p.id = s.supersedes
     WHERE NOT EXISTS (SELECT FROM said AS n WHERE n.supersedes = s.id)
       AND NOT EXISTS (SELECT FROM observation_withdrawal AS w
                         JOIN ledger_leaf AS l ON l.entry = w.entry
                        WHERE w.observation_id = s.id AND l.leaf_index < report_position())
$$;
COMMENT ON FUNCTION report_observations() IS
    'The observations in force at the report''s position: whether each is accepted, to which '
    'version of the list it conforms in full, and what is known of its quality.';

CREATE FUNCTION report_masks()
RETURNS TABLE (id uuid, indicator text, country text, year_start integer, year_end integer,
               reason text, approver text)
LANGUAGE sql STABLE
AS $$
    SELECT m.id, m.indicator, m.country, m.year_start, m.year_end, m.reason,
           coalesce(o.identifier, o.name)
      FROM indicator_mask AS m
      JOIN indicator_mask_decision AS d ON d.mask_id = m.id AND d.decision = 'approved'
      JOIN ledger_leaf AS l ON l.entry = d.entry
      JOIN organisation AS o ON o.id = d.organisation_id
     WHERE l.leaf_index < report_position()
       AND NOT EXISTS (SELECT FROM indicator_mask_withdrawal AS w
                         JOIN ledger_leaf AS k ON k.entry = w.entry
                        WHERE w.mask_id = m.id AND k.leaf_index < report_position())
$$;
COMMENT ON FUNCTION report_masks() IS
    'The masks that are approved at the report''s position, with their reason and who approved.';

CREATE FUNCTION report_list_version(asked text) RETURNS text
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF asked IS NULL THEN
        RETURN (SELECT l.version FROM indicator_list AS l ORDER BY l.ordinal DESC LIMIT 1);
    END IF;
    IF NOT EXISTS (SELECT FROM indicator_list AS l WHERE l.version = asked) THEN
        RAISE EXCEPTION USING ERRCODE = 'AL422', MESSAGE = 'There is no such list of indicators.',
            DETAIL = jsonb_build_array(jsonb_build_object(
                'parameter', 'list_version', 'rule', 'enum',
                'detail', 'This is ' || (SELECT string_agg(l.version, ' or ' ORDER BY l.ordinal)
                                           FROM indicator_list AS l) || '.'))::text;
    END IF;
    RETURN asked;
END
$$;
COMMENT ON FUNCTION report_list_version(text) IS
    'The version of the list that a report is about: the one asked for, or the newest.';

CREATE FUNCTION report_cells(of_version text, of_indicator text, of_country text, of_group text,
                             of_year integer)
RETURNS TABLE (year integer, country text, indicator text, country_groups text[], mask uuid,
               any_ boolean, standard boolean, fresh boolean, suppressed boolean,
               agency_only boolean, observation uuid, valued bigint, passing bigint,
               complete bigint, revised bigint, open_licence bigint, kept_back bigint)
LANGUAGE sql STABLE
AS $$
    WITH held AS MATERIALIZED (SELECT o.* FROM report_observations() AS o),
    seen AS MATERIALIZED (
        SELECT h.country, h.indicator, h.year, bool_or(h.accepted) AS any_,
               coalesce(bool_or(h.standard = of_version), false) AS standard,
               bool_or(h.suppressed) AS suppressed,
               bool_or(h.accepted AND h.origin = 'agency')
                   AND NOT bool_or(h.accepted AND h.origin = 'national') AS agency_only,
               (array_agg(h.id ORDER BY h.accepted DESC,
                          coalesce(h.standard = of_version, false) DESC, h.origin DESC))[1]
                   AS observation,
               count(*) FILTER (WHERE NOT h.suppressed) AS valued,
               count(*) FILTER (WHERE h.accepted) AS passing,
               count(*) FILTER (WHERE NOT h.suppressed AND h.complete) AS complete,
               count(*) FILTER (WHERE NOT h.suppressed AND h.revised) AS revised,
               count(*) FILTER (WHERE NOT h.suppressed AND h.open_licence) AS open_licence,
               count(*) FILTER (WHERE h.suppressed) AS kept_back
          FROM held AS h
         GROUP BY h.country, h.indicator, h.year),
    counted AS (
        SELECT y.year
          FROM (SELECT DISTINCT h.year FROM held AS h WHERE of_year IS NULL
                 UNION
                SELECT of_year WHERE of_year IS NOT NULL) AS y),
    member AS MATERIALIZED (
        SELECT y.year, m.country, array_agg(DISTINCT m.country_group) AS country_groups
          FROM counted AS y
          JOIN report_memberships() AS m
            ON make_date(y.year, 12, 31) >= m.valid_from
           AND make_date(y.year, 12, 31) < m.valid_to
         GROUP BY y.year, m.country),
    place AS MATERIALIZED (
        SELECT y.year, c.code AS country,
               coalesce(m.country_groups, ARRAY[]::text[]) AS country_groups
          FROM counted AS y
         CROSS JOIN country AS c
          LEFT JOIN member AS m ON m.year = y.year AND m.country = c.code
         WHERE (c.un_member OR m.country IS NOT NULL)
           AND (of_country IS NULL OR c.code = of_country)
           AND (of_group IS NULL OR of_group = ANY (m.country_groups))),
    masked AS MATERIALIZED (SELECT m.* FROM report_masks() AS m)
    SELECT p.year, p.country, d.indicator, p.country_groups,
           (SELECT m.id FROM masked AS m
             WHERE m.country = p.country AND m.indicator = d.indicator
               AND p.year >= m.year_start AND (m.year_end IS NULL OR p.year <= m.year_end)),
           coalesce(s.any_, false), coalesce(s.standard, false),
           coalesce(s.any_, false) OR coalesce(b.any_, false),
           coalesce(s.suppressed, false), coalesce(s.agency_only, false), s.observation,
           coalesce(s.valued, 0), coalesce(s.passing, 0), coalesce(s.complete, 0),
           coalesce(s.revised, 0), coalesce(s.open_licence, 0), coalesce(s.kept_back, 0)
      FROM place AS p
      JOIN indicator_definition AS d
        ON d.list_version = of_version AND (of_indicator IS NULL OR d.indicator = of_indicator)
      LEFT JOIN seen AS s
        ON s.country = p.country AND s.indicator = d.indicator AND s.year = p.year
      LEFT JOIN seen AS b
        ON b.country = p.country AND b.indicator = d.indicator AND b.year = p.year - 1
$$;
COMMENT ON FUNCTION report_cells(text, text, text, text, integer) IS
    'The cells of a version of the list: its indicators, by the member states of the United '
    'Nations and the members of the four groups on the last day of the year, by the years of '
    'which anything is observed, or the one asked for; and what is collected in each.';

CREATE FUNCTION report_levels(asked text) RETURNS text
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF coalesce(asked, 'group') NOT IN ('group', 'indicator', 'country', 'cell') THEN
        RAISE EXCEPTION USING ERRCODE = 'AL422', MESSAGE = 'There are no such rows.',
            DETAIL = jsonb_build_array(jsonb_build_object(
                'parameter', 'by', 'rule', 'enum',
                'detail', 'This is group, indicator, country or cell.'))::text;
    END IF;
    RETURN coalesce(asked, 'group');
END
$$;
COMMENT ON FUNCTION report_levels(text) IS
    'What a row of the report on data collection is of: group, indicator, country or cell.';

CREATE FUNCTION report_masked(of_version text, of_indicator text, of_country text,
                              of_year integer) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT coalesce(jsonb_agg(CASE WHEN w.place <= 20 THEN format(
                'Masked: %s of %s, %s, as approved by %s: %s', w.indicator, w.country,
                CASE WHEN w.year_end IS NULL THEN format('from %s on', w.year_start)
                     WHEN w.year_end = w.year_start THEN w.year_start::text
                     ELSE format('%s to %s', w.year_start, w.year_end) END, w.approver, w.reason)
            ELSE format('%s more masks are approved; /v1/indicator-masks lists them.',
                        w.masks - 20) END ORDER BY w.place), '[]')
      FROM (SELECT m.*, count(*) OVER () AS masks,
                   row_number() OVER (ORDER BY m.country COLLATE "C", m.indicator COLLATE "C",
                                               m.year_start) AS place
              FROM report_masks() AS m
             WHERE EXISTS (SELECT FROM indicator_definition AS d
                            WHERE d.list_version = of_version AND d.indicator = m.indicator)
               AND (of_indicator IS NULL OR m.indicator = of_indicator)
               AND (of_country IS NULL OR m.country = of_country)
               AND (of_year IS NULL
                    OR of_year BETWEEN m.year_start AND coalesce(m.year_end, of_year))) AS w
     WHERE w.place <= 21
$$;
COMMENT ON FUNCTION report_masked(text, text, text, integer) IS
    'A sentence for each approved mask that a report leaves cells out by, the first 20 of them.';

CREATE FUNCTION indicator_order(code text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT rtrim(code, '0123456789')
           || lpad(coalesce(substring(code FROM '[0-9]+$'), ''), 4, '0')
$$;
COMMENT ON FUNCTION indicator_order(text) IS 'What codes are sorted by, so that A2 is before A10.';

GRANT SELECT ON indicator_list, indicator_definition, observation, observation_withdrawal,
      indicator_mask, indicator_mask_decision, indicator_mask_withdrawal
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter,
      aidledger_importer;
GRANT SELECT ON indicator_list, indicator_definition TO aidledger_keeper;
GRANT INSERT ON observation, observation_withdrawal, indicator_mask, indicator_mask_decision,
      indicator_mask_withdrawal
   TO aidledger_writer;
GRANT EXECUTE ON FUNCTION observation_status(observation, bigint),
      observation_version(observation, bigint), observation_json(observation, bigint),
      mask_state(indicator_mask, bigint), mask_json(indicator_mask, bigint)
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter;
GRANT EXECUTE ON FUNCTION observation_definition(text, text), decimal_of(text),
      parts_failures(observation, indicator_definition),
      observation_failures(observation, indicator_definition),
      observation_deviations(observation, indicator_definition),
      observation_same(observation, observation),
      observation_in_force(text, text, integer, text), observation_rows(jsonb, text, text),
      observation_part_faults(text, observation, indicator_definition),
      observation_faults(text, observation, indicator_definition),
      observation_revision_faults(text, observation, observation, bigint),
      observations_faults(jsonb, text, text), observation_record(observation),
      observation_upload(jsonb, boolean), observation_withdraw(uuid, jsonb),
      mask_years_meet(indicator_mask, integer, integer), mask_faults(indicator_mask),
      mask_answer(indicator_mask, ledger_receipt, integer), mask_propose(jsonb), mask_lock(uuid),
      mask_decide(uuid, jsonb), mask_withdraw(uuid, jsonb)
   TO aidledger_writer;
GRANT EXECUTE ON PROCEDURE observations_hold(text[]) TO aidledger_writer;
GRANT EXECUTE ON FUNCTION licence_is_open(text), report_observations(), report_masks(),
      report_list_version(text), report_cells(text, text, text, text, integer),
      report_levels(text), report_masked(text, text, text, integer), indicator_order(text)
   TO aidledger_reporter, aidledger_public, aidledger_scoped;
