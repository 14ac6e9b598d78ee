-- How a published IATI activity becomes statements: what is read of it, what is wrong with it, what
-- of it is new.
--
-- The importer hands over one activity at a time, as a JSON document that repeats the file: names of
-- elements and attributes as in IATI with "_" for "-", an object for an element that stands once, an
-- array for one that may repeat, "text" for its text, "line" for its place. What the words of the
-- standard mean is decided here and nowhere else.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

INSERT INTO ledger_field (kind, field, exposure)
SELECT 'activity.recorded', f.field, 'public'
  FROM unnest(ARRAY['iati_identifier', 'reporting_org', 'titles', 'descriptions',
                    'activity_status', 'activity_dates', 'participating_orgs',
                    'other_identifiers', 'related_activities', 'hierarchy', 'humanitarian',
                    'recipient_countries', 'recipient_regions', 'sectors', 'collaboration_type',
                    'default_currency', 'default_flow_type', 'default_finance_type',
                    'default_aid_types', 'default_tied_status', 'last_updated', 'iati_version',
                    'marks', 'source_sha256']) AS f (field);

CREATE TABLE import_rule (
    rule    text NOT NULL CONSTRAINT import_rule_pkey PRIMARY KEY,
    verdict text NOT NULL,
    meaning text NOT NULL,
    CONSTRAINT import_rule_verdict_known CHECK (verdict IN ('marked', 'rejected'))
);
COMMENT ON TABLE import_rule IS
    'What can be wrong with published data and what follows: marked is recorded and says so, '
    'rejected is left out and says so.';
COMMENT ON CONSTRAINT import_rule_verdict_known ON import_rule IS
    'What is wrong with published data is either marked or rejected.';
INSERT INTO import_rule (rule, verdict, meaning)
VALUES ('identifier_missing', 'rejected', 'The activity has no identifier.'),
       ('identifier_long', 'rejected', 'The identifier has more than 300 characters.'),
       ('identifier_repeated', 'rejected', 'The identifier stands in the file before; the first counts.'),
       ('identifier_taken', 'rejected', 'Another organisation has published this identifier.'),
       ('reporter_missing', 'rejected', 'The reporting organisation has no identifier.'),
       ('activity_large', 'rejected', 'The activity is larger than the importer reads.'),
       ('not_recordable', 'rejected', 'A rule of the database refuses it.'),
       ('type_unknown', 'rejected', 'The transaction type is not in the standard.'),
       ('date_unknown', 'rejected', 'Money without a date of the calendar.'),
       ('amount_unknown', 'rejected', 'The amount is no decimal number of at most 18 digits.'),
       ('currency_unknown', 'rejected', 'The currency is not in the code list.'),
       ('instalment_not_positive', 'rejected', 'A planned disbursement of nothing, or less.'),
       ('schedule_long', 'rejected', 'More planned disbursements than one statement holds.'),
       ('older', 'rejected', 'The recorded version was updated later than this one.'),
       ('secondary_reporter', 'marked', 'It repeats what another organisation reports: its money is not counted.'),
       ('without_money', 'marked', 'No transaction and no planned disbursement.'),
       ('title_missing', 'marked', 'Without a title; the identifier stands in its place.'),
       ('text_cut', 'marked', 'A text was cut; its SHA-256 is kept.'),
       ('list_cut', 'marked', 'A list does not fit into one statement; its SHA-256 is kept.'),
       ('status_unknown', 'marked', 'The activity status is not in the code list.'),
       ('code_unknown', 'marked', 'A code is not in its code list and was left out.'),
       ('country_unknown', 'marked', 'A country is not in ISO 3166-1: its money is unallocated.'),
       ('region_unknown', 'marked', 'A region is not in the DAC list: its money is unallocated.'),
       ('sector_unknown', 'marked', 'A purpose code is not in the DAC list: its money is unallocated.'),
       ('sector_not_dac', 'marked', 'Sectors in other vocabularies only: the money is unallocated by sector.'),
       ('shares_missing', 'marked', 'Several recipients or sectors without shares: the money is unallocated.'),
       ('shares_wrong', 'marked', 'Shares that do not add up to 100: the money is unallocated.'),
       ('shares_scaled', 'marked', 'Shares that add up to 100 but for rounding; they were scaled.'),
       ('shares_merged', 'marked', 'A recipient or sector is listed twice; its shares were added.'),
       ('levels_mixed', 'marked', 'Recipients or sectors both of the activity and of transactions.'),
       ('recipient_twice', 'marked', 'A transaction names country and region; the country counts.'),
       ('dates_order', 'marked', 'An end before the start; the end was left out.'),
       ('date_left_out', 'marked', 'A date that the calendar does not have was left out.'),
       ('value_date_missing', 'marked', 'Without a value date; the date of the event stands for it.'),
       ('amount_rounded', 'marked', 'An amount finer than a ten-thousandth was rounded to it.'),
       ('future_dated', 'marked', 'A transaction dated after today.'),
       ('original_replaced', 'marked', 'A planned disbursement was left out for its revision.'),
       ('element_repeated', 'marked', 'An element that may stand once is repeated; the first counts.');

CREATE TABLE transaction_source (
    transaction_id uuid  NOT NULL
        CONSTRAINT transaction_source_pkey PRIMARY KEY
        CONSTRAINT transaction_source_transaction_id_known REFERENCES transaction (id),
    source_hash    bytea NOT NULL,
    CONSTRAINT transaction_source_source_hash_length CHECK (octet_length(source_hash) = 32)
);
COMMENT ON TABLE transaction_source IS
    'By which a transaction in a file is known to be recorded already: the hash of what the file '
    'says and of the shares it was split by. An aid of the importer, no statement.';
COMMENT ON CONSTRAINT transaction_source_source_hash_length ON transaction_source IS
    'A SHA-256 has 32 bytes.';
CREATE TRIGGER transaction_source_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON transaction_source
    FOR EACH STATEMENT EXECUTE FUNCTION record_is_immutable();

CREATE INDEX commitment_revision_activity_id ON commitment_revision (activity_id);

-- ---------------------------------------------------------------- reading

CREATE FUNCTION import_note(rule text, detail text, line integer DEFAULT NULL) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT jsonb_build_array(jsonb_build_object('rule', rule, 'detail', left(detail, 300),
                                                'line', line))
$$;
COMMENT ON FUNCTION import_note(text, text, integer) IS
    'One remark on published data, as an array to be joined with others.';

CREATE FUNCTION iati_trim(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT nullif(btrim(normalize(value, NFC), E' \t\r\n\u00a0'), '') $$;
COMMENT ON FUNCTION iati_trim(text) IS
    'A text of a file in normal form C without white space around it; null when nothing is left.';

CREATE FUNCTION iati_code(list text, code text) RETURNS text
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE WHEN in_codelist(list, iati_trim(code)) THEN iati_trim(code) END;
END
$$;
COMMENT ON FUNCTION iati_code(text, text) IS 'The code, if the code list has it.';

CREATE FUNCTION iati_date(value text) RETURNS date
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    -- xsd:date may carry a zone; the calendar date counts as written.
    part  text[] := regexp_match(value, '^\s*((?:19|20)\d\d)-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])'
                                        '(?:Z|[+-]\d\d:\d\d)?\s*$');
    first date;
BEGIN
    IF part IS NULL THEN
        RETURN NULL;
    END IF;
    first := make_date(part[1]::integer, part[2]::integer, 1);
    RETURN CASE WHEN first + part[3]::integer <= (first + interval '1 month')::date
                THEN first + part[3]::integer - 1 END;
END
$$;
COMMENT ON FUNCTION iati_date(text) IS
    'A day of the calendar from 1900 to 2099; null for anything else.';

CREATE FUNCTION iati_instant(value text) RETURNS timestamptz
LANGUAGE plpgsql STABLE AS $$
DECLARE
    part text[] := regexp_match(value, '^\s*(\d{4}-\d\d-\d\d)T((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)'
                                       '(?:\.\d+)?(Z|[+-](?:0\d|1[0-4]):[0-5]\d)?\s*$');
BEGIN
    RETURN (iati_date(part[1])::text || 'T' || part[2] || coalesce(part[3], 'Z'))::timestamptz;
END
$$;
COMMENT ON FUNCTION iati_instant(text) IS
    'xsd:dateTime, in UTC when it names no zone; null for anything else.';

CREATE FUNCTION iati_decimal(value text) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN CASE WHEN value ~ '^\s*[+-]?0*(\d{1,18}(\.\d{0,40})?|\.\d{1,40})\s*$'
                THEN value::numeric END;
END
$$;
COMMENT ON FUNCTION iati_decimal(text) IS
    'xsd:decimal with at most 18 digits before the point; null for anything else.';

CREATE FUNCTION iati_narratives(element jsonb, lang text) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN (
    SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
               'lang', lower(n.lang),
               'text', left(n.text, 4000),
               'sha256', CASE WHEN char_length(n.text) > 4000
                              THEN encode(sha256(convert_to(n.text, 'UTF8')), 'hex') END))
               ORDER BY n.ordinality)
      FROM (SELECT e.ordinality, iati_trim(e.value ->> 'text') AS text,
                   coalesce(e.value ->> 'lang', element ->> 'lang', iati_narratives.lang) AS lang
              FROM jsonb_array_elements(element -> 'narrative') WITH ORDINALITY AS e) AS n
     WHERE n.text IS NOT NULL);
END
$$;
COMMENT ON FUNCTION iati_narratives(jsonb, text) IS
    'The texts of an element with their languages; a text beyond 4,000 characters is cut and its '
    'SHA-256 kept.';

CREATE FUNCTION iati_name(element jsonb, lang text, most integer) RETURNS text
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN (
    SELECT left(n.value ->> 'text', most)
      FROM jsonb_array_elements(iati_narratives(element, lang)) WITH ORDINALITY AS n
     ORDER BY (n.value ->> 'lang') IS NOT DISTINCT FROM lower(iati_name.lang) DESC, n.ordinality
     LIMIT 1);
END
$$;
COMMENT ON FUNCTION iati_name(jsonb, text, integer) IS
    'The text of an element in the language of the activity, or else its first, cut to so many '
    'characters.';

CREATE FUNCTION iati_party(element jsonb, lang text, activity_id text) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN nullif(jsonb_strip_nulls(jsonb_build_object(
        'ref', left(iati_trim(element ->> 'ref'), 200),
        'name', iati_name(element, lang, 300),
        'activity_id', left(iati_trim(activity_id), 300))), '{}');
END
$$;
COMMENT ON FUNCTION iati_party(jsonb, text, text) IS 'A provider or receiver of money.';

CREATE TYPE import_money AS (amount text, currency text, value_date date, notes jsonb);
COMMENT ON TYPE import_money IS 'A value element: original amount, currency, value date.';

CREATE FUNCTION iati_money(value jsonb, default_currency text, on_date date, line integer)
RETURNS import_money
LANGUAGE plpgsql STABLE AS $$
DECLARE
    money  import_money;
    exact  numeric := iati_decimal(value ->> 'text');
    digits integer;
    unit   currency;
BEGIN
    money.notes := '[]';
    money.currency := coalesce(iati_trim(value ->> 'currency'), iati_trim(default_currency));
    SELECT u.* INTO unit FROM currency AS u WHERE u.code = money.currency;
    IF NOT FOUND THEN
        money.notes := money.notes || import_note('currency_unknown', CASE
            WHEN money.currency IS NULL THEN 'neither the value nor the activity names a currency'
            ELSE format('the currency is "%s"', money.currency) END, line);
    END IF;
    IF exact IS NULL THEN
        money.notes := money.notes || import_note('amount_unknown', format(
            'the amount is "%s"', coalesce(left(value ->> 'text', 60), '')), line);
    ELSIF scale(trim_scale(exact)) > 4 THEN
        money.notes := money.notes || import_note('amount_rounded', format(
            'the amount %s was rounded to %s', trim_scale(exact), round(exact, 4)), line);
    END IF;
    -- The decimals that say something, and at least those of the currency's smallest unit.
    digits := greatest(least(scale(trim_scale(exact)), 4), unit.minor_unit, 0);
    money.amount := round(exact, digits)::text;
    money.value_date := iati_date(value ->> 'value_date');
    IF money.value_date IS NULL THEN
        money.value_date := on_date;
        money.notes := money.notes || import_note('value_date_missing', format(
            'the value date is "%s"', coalesce(value ->> 'value_date', '')), line);
    END IF;
    RETURN money;
END
$$;
COMMENT ON FUNCTION iati_money(jsonb, text, date, integer) IS
    'An amount as published, with what is wrong with it.';

CREATE TYPE import_item AS (line integer, content jsonb, notes jsonb);
COMMENT ON TYPE import_item IS
    'A transaction or planned disbursement of a file; without content it is rejected.';

CREATE FUNCTION import_verdict(notes jsonb, verdict text) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN coalesce((
        SELECT jsonb_agg(n.value ORDER BY n.ordinality)
          FROM jsonb_array_elements(notes) WITH ORDINALITY AS n
          JOIN import_rule AS r ON r.rule = n.value ->> 'rule'
         WHERE r.verdict = import_verdict.verdict), '[]');
END
$$;
COMMENT ON FUNCTION import_verdict(jsonb, text) IS 'The remarks that lead to this verdict.';

CREATE FUNCTION iati_codes(item jsonb, lists text[], line integer, OUT codes jsonb,
                           OUT notes jsonb)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    name  text;
    given text;
BEGIN
    codes := '{}';
    notes := '[]';
    FOR i IN 1 .. array_length(lists, 1) LOOP
        name := lists[i][1];
        given := iati_trim(item #>> ARRAY[name, 'code']);
        IF in_codelist(lists[i][2], given) THEN
            codes := codes || jsonb_build_object(regexp_replace(name, '^default_', ''), given);
        ELSIF given IS NOT NULL THEN
            notes := notes || import_note('code_unknown', format('%s is "%s"', name, given), line);
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION iati_codes(jsonb, text[], integer) IS
    'The codes of elements that are only a code; "lists" pairs each element with its code list.';

CREATE FUNCTION iati_aid_type(types jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN (SELECT t.value
              FROM jsonb_array_elements(types) WITH ORDINALITY AS t
             WHERE coalesce(t.value ->> 'vocabulary', '1') = '1'
             ORDER BY t.ordinality
             LIMIT 1);
END
$$;
COMMENT ON FUNCTION iati_aid_type(jsonb) IS 'The aid type in the DAC vocabulary.';

CREATE FUNCTION iati_transaction_place(item jsonb, line integer, OUT place jsonb, OUT notes jsonb)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    country text := iati_trim(item #>> '{recipient_country,code}');
    region  text := CASE WHEN coalesce(item #>> '{recipient_region,vocabulary}', '1') = '1'
                         THEN iati_trim(item #>> '{recipient_region,code}') END;
    sector  text;
BEGIN
    place := '{}';
    notes := '[]';
    IF EXISTS (SELECT FROM country AS c WHERE c.code = country) THEN
        place := place || jsonb_build_object('recipient_country', country);
        IF region IS NOT NULL THEN
            notes := notes || import_note('recipient_twice', format(
                'country "%s" and region "%s"', country, region), line);
        END IF;
    ELSIF country IS NOT NULL THEN
        notes := notes || import_note('country_unknown', format('the country is "%s"', country),
                                      line);
    ELSIF in_codelist('Region', region) THEN
        place := place || jsonb_build_object('recipient_region', region);
    ELSIF region IS NOT NULL THEN
        notes := notes || import_note('region_unknown', format('the region is "%s"', region), line);
    END IF;
    SELECT iati_trim(s.value ->> 'code') INTO sector
      FROM jsonb_array_elements(item -> 'sector') WITH ORDINALITY AS s
     WHERE coalesce(s.value ->> 'vocabulary', '1') = '1'
     ORDER BY s.ordinality
     LIMIT 1;
    IF in_codelist('Sector', sector) THEN
        place := place || jsonb_build_object('sector', sector);
    ELSIF sector IS NOT NULL THEN
        notes := notes || import_note('sector_unknown', format('the sector is "%s"', sector), line);
    END IF;
END
$$;
COMMENT ON FUNCTION iati_transaction_place(jsonb, integer) IS
    'Recipient and DAC sector that a transaction names for itself.';

CREATE FUNCTION iati_transaction(item jsonb, lang text, default_currency text)
RETURNS import_item
LANGUAGE plpgsql STABLE AS $$
DECLARE
    made    import_item;
    line    integer := item ->> 'line';
    kind    text := iati_code('TransactionType', item #>> '{transaction_type,code}');
    on_date date := iati_date(item #>> '{transaction_date,iso_date}');
    money   import_money := iati_money(item -> 'value', default_currency, on_date, line);
    place   record := iati_transaction_place(item, line);
    codes   record := iati_codes(
        item || jsonb_build_object('aid_type', iati_aid_type(item -> 'aid_type')),
        ARRAY[['disbursement_channel', 'DisbursementChannel'], ['flow_type', 'FlowType'],
              ['finance_type', 'FinanceType'], ['aid_type', 'AidType'],
              ['tied_status', 'TiedStatus']], line);
    about   text := iati_name(item -> 'description', lang, 4000);
BEGIN
    made.line := line;
    made.notes := money.notes || place.notes || codes.notes;
    IF kind IS NULL THEN
        made.notes := made.notes || import_note('type_unknown', format(
            'the transaction type is "%s"', coalesce(item #>> '{transaction_type,code}', '')), line);
    END IF;
    IF on_date IS NULL THEN
        made.notes := made.notes || import_note('date_unknown', format(
            'the transaction date is "%s"',
            coalesce(item #>> '{transaction_date,iso_date}', '')), line);
    ELSIF on_date > (now() AT TIME ZONE 'UTC')::date THEN
        made.notes := made.notes || import_note('future_dated', format('it is dated %s', on_date),
                                                line);
    END IF;
    IF char_length(about) > 2000 THEN
        about := left(about, 2000);
        made.notes := made.notes || import_note('text_cut', 'the description was cut', line);
    END IF;
    IF import_verdict(made.notes, 'rejected') = '[]' THEN
        made.content := jsonb_strip_nulls(jsonb_build_object(
            'transaction_type', kind, 'ref', left(iati_trim(item ->> 'ref'), 200),
            'transaction_date', on_date, 'value_date', money.value_date,
            'amount', money.amount, 'currency', money.currency, 'description', about,
            'provider_org', iati_party(item -> 'provider_org', lang,
                                       item #>> '{provider_org,provider_activity_id}'),
            'receiver_org', iati_party(item -> 'receiver_org', lang,
                                       item #>> '{receiver_org,receiver_activity_id}'))
            || place.place || codes.codes);
    END IF;
    RETURN made;
END
$$;
COMMENT ON FUNCTION iati_transaction(jsonb, text, text) IS
    'A transaction of a file as a statement says it, with what is wrong with it.';

CREATE FUNCTION iati_instalment(item jsonb, default_currency text) RETURNS import_item
LANGUAGE plpgsql STABLE AS $$
DECLARE
    made   import_item;
    line   integer := item ->> 'line';
    starts date := iati_date(item #>> '{period_start,iso_date}');
    ends   date := iati_date(item #>> '{period_end,iso_date}');
    money  import_money := iati_money(item -> 'value', default_currency, starts, line);
BEGIN
    made.line := line;
    made.notes := money.notes;
    IF starts IS NULL THEN
        made.notes := made.notes || import_note('date_unknown', format(
            'the period starts on "%s"', coalesce(item #>> '{period_start,iso_date}', '')), line);
    ELSIF ends < starts THEN
        ends := NULL;
        made.notes := made.notes || import_note('dates_order', 'the period ends before it starts',
                                                line);
    END IF;
    IF money.amount::numeric <= 0 THEN
        made.notes := made.notes || import_note('instalment_not_positive', format(
            'it plans %s %s', money.amount, money.currency), line);
    END IF;
    IF import_verdict(made.notes, 'rejected') = '[]' THEN
        made.content := jsonb_strip_nulls(jsonb_build_object(
            'period_start', starts, 'period_end', ends, 'amount', money.amount,
            'currency', money.currency, 'value_date', money.value_date));
    END IF;
    RETURN made;
END
$$;
COMMENT ON FUNCTION iati_instalment(jsonb, text) IS
    'A planned disbursement of a file as a schedule says it, with what is wrong with it.';

CREATE FUNCTION iati_instalments(activity jsonb) RETURNS SETOF import_item
LANGUAGE plpgsql STABLE AS $$
BEGIN
    -- Type 2 is the revised plan: it replaces the original one for the same period and receiver.
    RETURN QUERY
    SELECT i.line,
           CASE WHEN p.replaced THEN NULL ELSE i.content END,
           i.notes || CASE WHEN p.replaced
                           THEN import_note('original_replaced', 'its revision counts', i.line)
                           ELSE '[]' END
      FROM (SELECT e.ordinality, e.value,
                   coalesce(e.value ->> 'type', '1') <> '2'
                   AND bool_or(coalesce(e.value ->> 'type', '1') = '2') OVER (
                           PARTITION BY e.value -> 'period_start', e.value -> 'period_end',
                                        e.value -> 'receiver_org') AS replaced
              FROM jsonb_array_elements(activity -> 'planned_disbursement')
                   WITH ORDINALITY AS e) AS p
     CROSS JOIN LATERAL iati_instalment(p.value, activity ->> 'default_currency') AS i
     ORDER BY p.ordinality;
END
$$;
COMMENT ON FUNCTION iati_instalments(jsonb) IS 'The planned disbursements of an activity.';

-- Shares are split by as they are published when they add up to 100. When they do but for rounding
-- they are weights; otherwise nobody knows them, and a guess would be our statement, not theirs.
CREATE FUNCTION iati_shares(parts jsonb, what text, OUT shares jsonb, OUT notes jsonb)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    total numeric;
    most  integer;
    known boolean;
    sound boolean;
    count integer;
BEGIN
    notes := '[]';
    -- One row for each recipient or sector, shares of zero left out.
    SELECT jsonb_agg(p.key || jsonb_build_object('share', p.share) ORDER BY p.ordinality),
           count(*), sum(p.share), max(scale(trim_scale(p.share))), bool_and(p.known),
           bool_and(p.sound)
      INTO shares, count, total, most, known, sound
      FROM (SELECT e.value - 'percentage' AS key, min(e.ordinality) AS ordinality,
                   sum(iati_decimal(e.value ->> 'percentage')) AS share,
                   bool_and(e.value ->> 'percentage' IS NOT NULL) AS known,
                   bool_and(coalesce(iati_decimal(e.value ->> 'percentage'), -1) >= 0) AS sound
              FROM jsonb_array_elements(parts) WITH ORDINALITY AS e
             GROUP BY 1) AS p
     WHERE p.share IS DISTINCT FROM 0;
    IF count < jsonb_array_length(parts) THEN
        notes := notes || import_note('shares_merged', format('among the %s', what));
    END IF;
    IF count = 0 THEN
        RETURN;
    ELSIF count = 1 AND NOT known THEN
        shares := jsonb_set(shares, '{0,share}', '"100"');
    ELSIF known AND sound AND abs(total - 100) <= 0.01 * count THEN
        IF total <> 100 OR most > 6 THEN
            notes := notes || import_note('shares_scaled', format(
                'the shares of the %s add up to %s', what, trim_scale(total)));
        END IF;
        SELECT jsonb_agg(p.value || jsonb_build_object('share', trim_scale(w.part)::text)
                         ORDER BY p.ordinality)
          INTO shares
          FROM jsonb_array_elements(shares) WITH ORDINALITY AS p
          JOIN largest_remainder(100, 6, (
                   SELECT array_agg((v.value ->> 'share')::numeric ORDER BY v.ordinality)
                     FROM jsonb_array_elements(shares) WITH ORDINALITY AS v)) AS w
            ON w.ordinal = p.ordinality;
    ELSE
        notes := notes || CASE WHEN known
            THEN import_note('shares_wrong', format('the shares of the %s add up to %s', what,
                                                    coalesce(trim_scale(total)::text, 'nothing')))
            ELSE import_note('shares_missing', format('%s %s', count, what)) END;
        SELECT jsonb_agg(p.value - 'share' ORDER BY p.ordinality) INTO shares
          FROM jsonb_array_elements(shares) WITH ORDINALITY AS p
         WHERE p.value - 'share' <> '{}';
    END IF;
END
$$;
COMMENT ON FUNCTION iati_shares(jsonb, text) IS
    'Recipients or sectors with shares that add up to exactly 100, or named without shares when '
    'the file does not say them. An entry with a share alone is a code nobody knows.';
