-- How a published IATI activity becomes statements: what is read of it, what is wrong with it, what
-- of it is new.
--
-- The importer hands over one activity at a time, as a JSON document that repeats the file: names
-- of elements and attributes as in IATI with "_" for "-", an object for an element that stands
-- once, an array for one that may repeat, "text" for its text, "line" for its place. What the words
-- of the standard mean is decided here and nowhere else.
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
       ('identifier_repeated', 'rejected',
        'The identifier stands in the file before; the first counts.'),
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
       ('secondary_reporter', 'marked',
        'It repeats what another organisation reports: its money is not counted.'),
       ('without_money', 'marked', 'No transaction and no planned disbursement.'),
       ('title_missing', 'marked', 'Without a title; the identifier stands in its place.'),
       ('text_cut', 'marked', 'A text was cut; its SHA-256 is kept.'),
       ('list_cut', 'marked', 'A list does not fit into one statement; its SHA-256 is kept.'),
       ('status_unknown', 'marked', 'The activity status is not in the code list.'),
       ('code_unknown', 'marked', 'A code is not in its code list and was left out.'),
       ('country_unknown', 'marked', 'A country is not in ISO 3166-1: its money is unallocated.'),
       ('region_unknown', 'marked', 'A region is not in the DAC list: its money is unallocated.'),
       ('sector_unknown', 'marked',
        'A purpose code is not in the DAC list: its money is unallocated.'),
       ('recipient_missing', 'marked',
        'No recipient country and no DAC region: the money is unallocated.'),
       ('sector_missing', 'marked', 'No sector: the money is unallocated by sector.'),
       ('sector_not_dac', 'marked',
        'Sectors in other vocabularies only: the money is unallocated by sector.'),
       ('shares_missing', 'marked',
        'Recipients or sectors without shares: what no share covers is unallocated.'),
       ('shares_wrong', 'marked',
        'Shares do not add up to 100: below, the rest is unallocated; above, all of it.'),
       ('shares_scaled', 'marked', 'Shares that add up to 100 but for rounding; they were scaled.'),
       ('shares_merged', 'marked', 'A recipient or sector is listed twice; its shares were added.'),
       ('levels_mixed', 'marked',
        'Recipients or sectors both of the activity and of transactions.'),
       ('recipient_twice', 'marked', 'A transaction names country and region; the country counts.'),
       ('dates_order', 'marked', 'An end before the start; the end was left out.'),
       ('date_left_out', 'marked', 'A date that the calendar does not have was left out.'),
       ('value_date_missing', 'marked',
        'Without a value date; the date of the event stands for it.'),
       ('amount_rounded', 'marked', 'An amount finer than a ten-thousandth was rounded to it.'),
       ('future_dated', 'marked', 'A transaction dated after today.'),
       ('original_replaced', 'marked', 'A planned disbursement was left out for its revision.'),
       ('element_repeated', 'marked',
        'An element that may stand once is repeated; the first counts.');

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
LANGUAGE sql STABLE PARALLEL SAFE
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
             WHERE coalesce(iati_trim(t.value ->> 'vocabulary'), '1') = '1'
             ORDER BY t.ordinality
             LIMIT 1);
END
$$;
COMMENT ON FUNCTION iati_aid_type(jsonb) IS 'The aid type in the DAC vocabulary.';

CREATE FUNCTION iati_transaction_place(item jsonb, line integer, OUT place jsonb, OUT notes jsonb)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    country text := iati_trim(item #>> '{recipient_country,code}');
    region  text := CASE WHEN coalesce(iati_trim(item #>> '{recipient_region,vocabulary}'),
                                       '1') = '1'
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
     WHERE coalesce(iati_trim(s.value ->> 'vocabulary'), '1') = '1'
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
            'the transaction type is "%s"',
            coalesce(item #>> '{transaction_type,code}', '')), line);
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
-- they are weights. What they leave of 100 is not specified, and when they say more than 100 or
-- nothing at all, the whole is not: a guess would be our statement, not theirs.
CREATE FUNCTION iati_shares(parts jsonb, what text, OUT shares jsonb, OUT notes jsonb)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    given    record;
    sum_text text;
BEGIN
    -- One entry for each recipient or sector; one with a share of zero gets nothing anyway.
    SELECT jsonb_agg(jsonb_strip_nulls(p.key || jsonb_build_object('share', p.share))
                     ORDER BY p.ordinality) AS shares,
           count(*) AS entries, sum(p.share) AS total, max(scale(trim_scale(p.share))) AS finest,
           bool_and(p.known) AS known, bool_and(p.sound) AS sound, bool_or(p.times > 1) AS merged
      INTO given
      FROM (SELECT e.value - 'percentage' AS key, min(e.ordinality) AS ordinality,
                   count(*) AS times,
                   sum(iati_decimal(e.value ->> 'percentage')) AS share,
                   bool_and(e.value ? 'percentage') AS known,
                   bool_and(NOT e.value ? 'percentage'
                            OR coalesce(iati_decimal(e.value ->> 'percentage'), -1) >= 0) AS sound
              FROM jsonb_array_elements(parts) WITH ORDINALITY AS e
             GROUP BY 1) AS p
     WHERE p.share IS DISTINCT FROM 0;
    notes := CASE WHEN given.merged THEN import_note('shares_merged', 'among the ' || what)
                  ELSE '[]' END;
    sum_text := format('the shares of the %s add up to %s', what,
                       coalesce(trim_scale(given.total)::text, 'nothing'));
    IF given.entries = 1 AND NOT given.known THEN
        shares := jsonb_set(given.shares, '{0,share}', '"100"');
    ELSIF given.known AND given.sound AND abs(given.total - 100) <= 0.01 * given.entries THEN
        shares := shares_scaled(given.shares, 100);
        IF given.total <> 100 OR given.finest > 6 THEN
            notes := notes || import_note('shares_scaled', sum_text);
        END IF;
    ELSIF parts IS NOT NULL THEN
        notes := notes || CASE WHEN given.known IS NOT FALSE
            THEN import_note('shares_wrong', sum_text)
            ELSE import_note('shares_missing', format('among %s %s', given.entries, what)) END;
        shares := shares_within(given.shares, given.sound AND given.total < 100);
    END IF;
END
$$;
COMMENT ON FUNCTION iati_shares(jsonb, text) IS
    'Recipients or sectors with shares that add up to exactly 100, or named without shares when '
    'the file does not say them. An entry with a share alone is what the file leaves open.';

CREATE FUNCTION shares_scaled(shares jsonb, total numeric) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN (
    SELECT jsonb_agg(p.value || jsonb_build_object('share', trim_scale(w.part)::text)
                     ORDER BY p.ordinality)
      FROM jsonb_array_elements(shares) WITH ORDINALITY AS p
      JOIN largest_remainder(total, 6, (
               SELECT array_agg((v.value ->> 'share')::numeric ORDER BY v.ordinality)
                 FROM jsonb_array_elements(shares) WITH ORDINALITY AS v)) AS w
        ON w.ordinal = p.ordinality);
END
$$;
COMMENT ON FUNCTION shares_scaled(jsonb, numeric) IS
    'The same shares with at most six decimals, adding up to exactly this total.';

CREATE FUNCTION shares_within(shares jsonb, is_partly_known boolean) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    said jsonb;
    left_open numeric;
BEGIN
    IF is_partly_known THEN
        SELECT jsonb_agg(CASE WHEN p.value ? 'share' THEN p.value || jsonb_build_object(
                             'share', trim_scale(trunc((p.value ->> 'share')::numeric, 6))::text)
                              ELSE p.value END ORDER BY p.ordinality)
          INTO said
          FROM jsonb_array_elements(shares) WITH ORDINALITY AS p
         WHERE p.value - 'share' <> '{}';
        left_open := 100 - coalesce(shares_total(said), 0);
        RETURN coalesce(said, '[]') || jsonb_build_object('share', trim_scale(left_open)::text);
    END IF;
    RETURN (SELECT jsonb_agg(p.value - 'share' ORDER BY p.ordinality)
              FROM jsonb_array_elements(shares) WITH ORDINALITY AS p
             WHERE p.value - 'share' <> '{}');
END
$$;
COMMENT ON FUNCTION shares_within(jsonb, boolean) IS
    'Shares below 100 with what they leave open as an entry of its own; or, when they cannot be '
    'used, only who or what is named.';

CREATE FUNCTION iati_recipients(activity jsonb, transactions import_item[], OUT recipients jsonb,
                                OUT notes jsonb)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    parts jsonb;
    own   jsonb;
    split record;
BEGIN
    SELECT jsonb_agg(jsonb_strip_nulls(p.key || jsonb_build_object('percentage', p.percentage))
                     ORDER BY p.region, p.ordinality),
           coalesce(jsonb_agg(p.note) FILTER (WHERE p.note IS NOT NULL), '[]')
      INTO parts, notes
      FROM (SELECT false AS region, e.ordinality, iati_trim(e.value ->> 'percentage') AS percentage,
                   CASE WHEN c.code IS NOT NULL THEN jsonb_build_object('country', c.code)
                        ELSE '{}' END AS key,
                   CASE WHEN c.code IS NULL THEN import_note('country_unknown', format(
                            'the country is "%s"', e.value ->> 'code')) -> 0 END AS note
              FROM jsonb_array_elements(activity -> 'recipient_country') WITH ORDINALITY AS e
              LEFT JOIN country AS c ON c.code = iati_trim(e.value ->> 'code')
             UNION ALL
            -- Regions of other vocabularies say the same again in other words.
            SELECT true, e.ordinality, iati_trim(e.value ->> 'percentage'),
                   CASE WHEN r.code IS NOT NULL THEN jsonb_build_object('region', r.code)
                        ELSE '{}' END,
                   CASE WHEN r.code IS NULL THEN import_note('region_unknown', format(
                            'the region is "%s"', e.value ->> 'code')) -> 0 END
              FROM jsonb_array_elements(activity -> 'recipient_region') WITH ORDINALITY AS e
             CROSS JOIN LATERAL (SELECT iati_code('Region', e.value ->> 'code') AS code) AS r
             WHERE coalesce(iati_trim(e.value ->> 'vocabulary'), '1') = '1') AS p;
    split := iati_shares(parts, 'recipients');
    notes := notes || coalesce(split.notes, '[]');
    SELECT jsonb_agg(DISTINCT o.part) INTO own
      FROM (SELECT jsonb_strip_nulls(jsonb_build_object(
                       'country', t.content -> 'recipient_country',
                       'region', t.content -> 'recipient_region')) AS part
              FROM unnest(transactions) AS t) AS o
     WHERE o.part <> '{}';
    IF own IS NOT NULL AND split.shares IS NOT NULL THEN
        notes := notes || import_note('levels_mixed', 'recipients');
    END IF;
    recipients := import_named(split.shares, own);
    IF parts IS NULL AND own IS NULL THEN
        notes := notes || import_note('recipient_missing', 'none is named');
    END IF;
END
$$;
COMMENT ON FUNCTION iati_recipients(jsonb, import_item[]) IS
    'The recipients of an activity with their shares; those that only transactions name follow '
    'without a share.';

CREATE FUNCTION iati_sectors(activity jsonb, transactions import_item[], OUT sectors jsonb,
                             OUT notes jsonb)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    parts jsonb;
    own   jsonb;
    split record;
BEGIN
    -- Every vocabulary describes the same money: only the DAC purpose codes are added up.
    SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
               'code', s.code, 'percentage', iati_trim(e.value ->> 'percentage')))
               ORDER BY e.ordinality),
           coalesce(jsonb_agg(import_note('sector_unknown', format(
               'the sector is "%s"', e.value ->> 'code')) -> 0) FILTER (WHERE s.code IS NULL), '[]')
      INTO parts, notes
      FROM jsonb_array_elements(activity -> 'sector') WITH ORDINALITY AS e
     CROSS JOIN LATERAL (SELECT iati_code('Sector', e.value ->> 'code') AS code) AS s
     WHERE coalesce(iati_trim(e.value ->> 'vocabulary'), '1') = '1';
    split := iati_shares(parts, 'sectors');
    notes := notes || coalesce(split.notes, '[]');
    SELECT jsonb_agg(DISTINCT jsonb_build_object('code', t.content -> 'sector')) INTO own
      FROM unnest(transactions) AS t
     WHERE t.content ? 'sector';
    IF own IS NOT NULL AND split.shares IS NOT NULL THEN
        notes := notes || import_note('levels_mixed', 'sectors');
    ELSIF own IS NULL AND parts IS NULL THEN
        notes := notes || CASE WHEN activity ? 'sector'
            THEN import_note('sector_not_dac', 'no sector in vocabulary 1')
            ELSE import_note('sector_missing', 'none is named') END;
    END IF;
    sectors := import_named(split.shares, own);
END
$$;
COMMENT ON FUNCTION iati_sectors(jsonb, import_item[]) IS
    'The DAC purpose codes of an activity with their shares; those that only transactions name '
    'follow without a share.';

CREATE FUNCTION import_named(shares jsonb, own jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN (
    SELECT jsonb_agg(p.part ORDER BY p.place, p.ordinality)
      FROM (SELECT 1 AS place, s.ordinality, s.value AS part
              FROM jsonb_array_elements(shares) WITH ORDINALITY AS s
             UNION ALL
            SELECT 2, o.ordinality, o.value
              FROM jsonb_array_elements(own) WITH ORDINALITY AS o
             WHERE NOT EXISTS (SELECT FROM jsonb_array_elements(shares) AS s
                                WHERE s.value - 'share' = o.value)) AS p);
END
$$;
COMMENT ON FUNCTION import_named(jsonb, jsonb) IS
    'Parts with shares, and after them the parts that are only named.';

CREATE FUNCTION iati_dates(activity jsonb, OUT starts date, OUT ends date, OUT notes jsonb)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    -- What happened (2, 4) counts before what was planned (1, 3).
    SELECT coalesce(min(d.day) FILTER (WHERE d.type = '2'), min(d.day) FILTER (WHERE d.type = '1')),
           coalesce(max(d.day) FILTER (WHERE d.type = '4'), max(d.day) FILTER (WHERE d.type = '3')),
           coalesce(jsonb_agg(import_note('date_left_out', format(
               'the activity date of type %s is "%s"', d.type, d.given)) -> 0)
               FILTER (WHERE d.day IS NULL), '[]')
      INTO starts, ends, notes
      FROM (SELECT e.value ->> 'type' AS type, e.value ->> 'iso_date' AS given,
                   iati_date(e.value ->> 'iso_date') AS day
              FROM jsonb_array_elements(activity -> 'activity_date') AS e) AS d;
    IF ends < starts THEN
        notes := notes || import_note('dates_order', format('%s is before %s', ends, starts));
        ends := NULL;
    END IF;
END
$$;
COMMENT ON FUNCTION iati_dates(jsonb) IS 'When an activity starts and ends.';

CREATE FUNCTION iati_said(parts jsonb, members text[]) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN (
    SELECT jsonb_agg((SELECT coalesce(jsonb_object_agg(m.name, v.given), '{}')
                        FROM unnest(members) AS m (name)
                       CROSS JOIN LATERAL (
                             SELECT left(iati_trim(p.value ->> m.name), 300) AS given) AS v
                       WHERE v.given IS NOT NULL)
                     ORDER BY p.ordinality)
      FROM jsonb_array_elements(parts) WITH ORDINALITY AS p);
END
$$;
COMMENT ON FUNCTION iati_said(jsonb, text[]) IS
    'The attributes with these names of repeated elements, as published.';

CREATE FUNCTION iati_organisations(activity jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT jsonb_agg(jsonb_strip_nulls(
               s.value || jsonb_build_object('name', iati_name(e.value, activity ->> 'lang', 300)))
               ORDER BY e.ordinality)
      FROM jsonb_array_elements(activity -> 'participating_org') WITH ORDINALITY AS e
      JOIN jsonb_array_elements(iati_said(
               activity -> 'participating_org',
               ARRAY['role', 'ref', 'type', 'activity_id', 'crs_channel_code']))
           WITH ORDINALITY AS s ON s.ordinality = e.ordinality);
END
$$;
COMMENT ON FUNCTION iati_organisations(jsonb) IS 'The participating organisations as published.';

CREATE FUNCTION iati_descriptions(activity jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('type', e.value ->> 'type')) || n.value
                     ORDER BY e.ordinality, n.ordinality)
      FROM jsonb_array_elements(activity -> 'description') WITH ORDINALITY AS e
     CROSS JOIN LATERAL jsonb_array_elements(iati_narratives(e.value, activity ->> 'lang'))
                        WITH ORDINALITY AS n);
END
$$;
COMMENT ON FUNCTION iati_descriptions(jsonb) IS 'The descriptions of an activity by type.';

-- What an activity statement says. It repeats what was published, in every vocabulary and language;
-- contacts are never read.
CREATE FUNCTION iati_activity_content(activity jsonb, identifier text) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
    lang text := activity ->> 'lang';
BEGIN
    RETURN jsonb_strip_nulls(jsonb_build_object(
        'iati_identifier', identifier,
        'iati_version', activity ->> 'version',
        'last_updated', rfc3339(iati_instant(activity ->> 'last_updated_datetime')),
        'hierarchy', left(iati_trim(activity ->> 'hierarchy'), 40),
        'humanitarian', left(iati_trim(activity ->> 'humanitarian'), 40),
        'default_currency', left(iati_trim(activity ->> 'default_currency'), 40),
        'reporting_org', iati_said(jsonb_build_array(activity -> 'reporting_org'),
                                   ARRAY['ref', 'type', 'secondary_reporter']) -> 0
            || jsonb_build_object('name', iati_name(activity -> 'reporting_org', lang, 300)),
        'titles', iati_narratives(activity -> 'title', lang),
        'descriptions', iati_descriptions(activity),
        'activity_status', left(iati_trim(activity #>> '{activity_status,code}'), 40),
        'activity_dates', iati_said(activity -> 'activity_date', ARRAY['type', 'iso_date']),
        'participating_orgs', iati_organisations(activity),
        'other_identifiers', iati_said(activity -> 'other_identifier', ARRAY['ref', 'type']),
        'related_activities', iati_said(activity -> 'related_activity', ARRAY['ref', 'type']),
        'recipient_countries', iati_said(activity -> 'recipient_country',
                                         ARRAY['code', 'percentage']),
        'recipient_regions', iati_said(activity -> 'recipient_region',
                                       ARRAY['code', 'vocabulary', 'percentage']),
        'sectors', iati_said(activity -> 'sector', ARRAY['code', 'vocabulary', 'percentage']),
        'collaboration_type', left(iati_trim(activity #>> '{collaboration_type,code}'), 40),
        'default_flow_type', left(iati_trim(activity #>> '{default_flow_type,code}'), 40),
        'default_finance_type', left(iati_trim(activity #>> '{default_finance_type,code}'), 40),
        'default_aid_types', iati_said(activity -> 'default_aid_type',
                                       ARRAY['code', 'vocabulary']),
        'default_tied_status', left(iati_trim(activity #>> '{default_tied_status,code}'), 40)));
END
$$;
COMMENT ON FUNCTION iati_activity_content(jsonb, text) IS
    'What the statement about an activity says of it.';

-- A leaf holds 65,535 bytes. What is left of them after this is for the remarks and the envelope.
CREATE FUNCTION import_fit(INOUT content jsonb, OUT notes jsonb)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    list text;
BEGIN
    notes := CASE WHEN jsonb_path_exists(content, '$.**.sha256')
                  THEN import_note('text_cut', 'a title or description of more than 4,000 characters')
                  ELSE '[]' END;
    WHILE octet_length(content::text) > 46000 LOOP
        SELECT c.key INTO list
          FROM jsonb_each(content) AS c
         WHERE jsonb_typeof(c.value) = 'array'
         ORDER BY octet_length(c.value::text) DESC, c.key
         LIMIT 1;
        EXIT WHEN NOT FOUND;
        notes := notes || import_note('list_cut', list);
        content := content || jsonb_build_object(list, jsonb_build_object(
            'count', jsonb_array_length(content -> list),
            'sha256', encode(sha256(convert_to(ledger_canonical(content -> list), 'UTF8')),
                             'hex')));
    END LOOP;
END
$$;
COMMENT ON FUNCTION import_fit(jsonb) IS
    'The content of an activity cut down to what a leaf holds: of the longest lists, the count and '
    'the SHA-256 of the canonical form remain.';

CREATE FUNCTION import_marks(notes jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT jsonb_agg(jsonb_build_object('rule', m.rule, 'count', m.count, 'detail', m.detail)
                     ORDER BY m.rule COLLATE "C")
      FROM (SELECT n.value ->> 'rule' AS rule, count(*) AS count,
                   left((array_agg(n.value ->> 'detail' ORDER BY n.ordinality))[1], 80) AS detail
              FROM jsonb_array_elements(notes) WITH ORDINALITY AS n
             GROUP BY 1) AS m);
END
$$;
COMMENT ON FUNCTION import_marks(jsonb) IS
    'The remarks on an activity as its statement keeps them: each rule with its count and one '
    'example.';

CREATE FUNCTION iati_status(code text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE code WHEN '2' THEN 'EFFECTIVE' WHEN '3' THEN 'EFFECTIVE' WHEN '4' THEN 'CLOSED'
                     WHEN '5' THEN 'CANCELLED' WHEN '6' THEN 'SUSPENDED' ELSE 'REGISTERED' END
$$;
COMMENT ON FUNCTION iati_status(text) IS
    'The state of a commitment by the status of its activity: pipeline and unknown are registered, '
    'implementation and finalisation effective.';

-- What the commitment says: the activity as one funding by its reporting organisation.
CREATE FUNCTION iati_commitment_content(activity jsonb, said jsonb, transactions import_item[],
                                        OUT content jsonb, OUT notes jsonb)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    lang      text := activity ->> 'lang';
    title     text := iati_name(activity -> 'title', lang, 300);
    dates     record := iati_dates(activity);
    recipient record := iati_recipients(activity, transactions);
    sector    record := iati_sectors(activity, transactions);
    codes     record := iati_codes(
        activity || jsonb_build_object('default_aid_type',
                                       iati_aid_type(activity -> 'default_aid_type')),
        ARRAY[['collaboration_type', 'CollaborationType'], ['default_flow_type', 'FlowType'],
              ['default_finance_type', 'FinanceType'], ['default_aid_type', 'AidType'],
              ['default_tied_status', 'TiedStatus']], NULL);
    promised  record;
BEGIN
    notes := dates.notes || recipient.notes || sector.notes || codes.notes;
    IF title IS NULL THEN
        notes := notes || import_note('title_missing', said ->> 'iati_identifier');
    END IF;
    IF NOT in_codelist('ActivityStatus', said ->> 'activity_status') IS TRUE THEN
        notes := notes || import_note('status_unknown', format(
            'the status is "%s"', coalesce(said ->> 'activity_status', '')));
    END IF;
    SELECT min((t.content ->> 'transaction_date')::date) AS day,
           min(t.content ->> 'currency') AS currency,
           sum((t.content ->> 'amount')::numeric) AS amount,
           count(DISTINCT t.content ->> 'currency') = 1
               AND sum((t.content ->> 'amount')::numeric) > 0 AS is_one
      INTO promised
      FROM unnest(transactions) AS t
     WHERE t.content ->> 'transaction_type' = '2';
    content := jsonb_strip_nulls(jsonb_build_object(
        'title', coalesce(title, said ->> 'iati_identifier'),
        'narrative', (SELECT d.value ->> 'text'
                        FROM jsonb_array_elements(iati_descriptions(activity))
                             WITH ORDINALITY AS d
                       ORDER BY coalesce(d.value ->> 'type', '1') = '1' DESC,
                                (d.value ->> 'lang') IS NOT DISTINCT FROM lower(lang) DESC,
                                d.ordinality
                       LIMIT 1),
        'commitment_date', promised.day,
        'start_date', dates.starts, 'end_date', dates.ends,
        'recipients', recipient.recipients, 'sectors', sector.sectors,
        -- Amounts in several currencies have no sum; the transactions say them.
        'amount', CASE WHEN promised.is_one THEN promised.amount::text END,
        'currency', CASE WHEN promised.is_one THEN promised.currency END)) || codes.codes;
END
$$;
COMMENT ON FUNCTION iati_commitment_content(jsonb, jsonb, import_item[]) IS
    'What the statement about the commitment of an activity says, with what is wrong with it.';

-- ---------------------------------------------------------------- writing

CREATE PROCEDURE import_speak(organisation uuid, principal uuid, request uuid)
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config(s.name, s.value, true)
       FROM (VALUES ('aidledger.principal', principal::text),
                    ('aidledger.organisation', organisation::text),
                    ('aidledger.country', ''), ('aidledger.roles', 'importer'),
                    ('aidledger.key', ''), ('aidledger.request', request::text),
                    ('aidledger.idempotency_key', ''), ('aidledger.if_match', ''),
                    ('aidledger.route', '')) AS s (name, value);
END
$$;
COMMENT ON PROCEDURE import_speak(uuid, uuid, uuid) IS
    'Makes the importer of an organisation the one who speaks until the transaction ends.';

CREATE FUNCTION import_principal(of_organisation uuid) RETURNS uuid
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT p.id
      FROM principal AS p
     WHERE p.organisation_id = of_organisation AND p.roles = ARRAY['importer']
     ORDER BY p.created_at, p.id
     LIMIT 1);
END
$$;
COMMENT ON FUNCTION import_principal(uuid) IS
    'The importer of an organisation; null before its first import.';

CREATE FUNCTION import_reporter(reporting_org jsonb, lang text, source_sha256 bytea, request uuid)
RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    ref       text := iati_trim(reporting_org ->> 'ref');
    o         organisation;
    principal uuid;
    receipt   ledger_receipt;
BEGIN
    SELECT w.* INTO o FROM organisation AS w WHERE w.identifier = ref;
    principal := import_principal(o.id);
    IF principal IS NULL THEN
        -- Two imports may meet the same new organisation; the second waits and finds it.
        PERFORM pg_advisory_xact_lock(hashtextextended('aidledger organisation ' || ref, 0));
        SELECT w.* INTO o FROM organisation AS w WHERE w.identifier = ref;
        principal := import_principal(o.id);
    END IF;
    IF o.id IS NULL THEN
        INSERT INTO organisation (identifier, name, type_code, four_eyes, origin)
        VALUES (ref, coalesce(iati_name(reporting_org, lang, 300), ref),
                iati_code('OrganisationType', reporting_org ->> 'type'), false, 'imported')
        RETURNING * INTO o;
    END IF;
    IF principal IS NULL THEN
        INSERT INTO principal (organisation_id, roles, label)
        VALUES (o.id, ARRAY['importer'], 'Importer for ' || left(ref, 150))
        RETURNING id INTO principal;
    END IF;
    CALL import_speak(o.id, principal, request);
    IF o.origin <> 'imported' OR o.entry IS NOT NULL THEN
        RETURN 0;
    END IF;
    receipt := aggregate_append(o.id, 'organisation.recorded', jsonb_build_object(
        'id', o.id, 'identifier', o.identifier, 'name', o.name, 'type_code', o.type_code,
        'four_eyes', o.four_eyes, 'origin', o.origin,
        'source_sha256', encode(source_sha256, 'hex')));
    UPDATE organisation AS u SET entry = receipt.entry WHERE u.id = o.id;
    RETURN 1;
END
$$;
COMMENT ON FUNCTION import_reporter(jsonb, text, bytea, uuid) IS
    'Finds the reporting organisation by its identifier, or records it, and lets its importer '
    'speak. Returns how many statements that took.';

CREATE FUNCTION import_said(INOUT a activity, said jsonb, marks jsonb, source_sha256 bytea,
                            OUT statements integer)
LANGUAGE plpgsql AS $$
DECLARE
    hash    bytea := sha256(convert_to(said::text, 'UTF8'));
    leaf    jsonb := jsonb_strip_nulls(said || jsonb_build_object(
        'marks', marks, 'source_sha256', encode(source_sha256, 'hex')));
    is_new  boolean := a.id IS NULL;
    receipt ledger_receipt;
BEGIN
    statements := 0;
    -- The remarks are ours and change with the day; what was published decides what is new.
    IF a.content_sha256 = hash THEN
        RETURN;
    END IF;
    a.id := coalesce(a.id, gen_random_uuid());
    a.version := coalesce(a.version, 0) + 1;
    receipt := ledger_append('activity.recorded', caller_organisation(), a.id, a.version, a.head,
                             leaf);
    a.head := receipt.leaf_hash;
    statements := 1;
    IF is_new THEN
        INSERT INTO activity (id, organisation_id, iati_identifier, version, head, content,
                              content_sha256, recorded_at)
        VALUES (a.id, caller_organisation(), said ->> 'iati_identifier', a.version, a.head, leaf,
                hash, receipt.at);
    ELSE
        UPDATE activity AS u
           SET version = a.version, head = a.head, content = leaf,
               content_sha256 = hash, recorded_at = receipt.at
         WHERE u.id = a.id;
    END IF;
END
$$;
COMMENT ON FUNCTION import_said(activity, jsonb, jsonb, bytea) IS
    'Records what is said of an activity when it differs from what was said before.';

CREATE FUNCTION import_commitment(INOUT c commitment, content jsonb, status text,
                                  source_sha256 bytea, OUT statements integer)
LANGUAGE plpgsql AS $$
DECLARE
    old     commitment_revision;
    receipt ledger_receipt;
BEGIN
    statements := 0;
    IF c.id IS NOT NULL THEN
        SELECT r.* INTO old
          FROM commitment_revision AS r
         WHERE r.commitment_id = c.id AND r.revision = c.revision;
        -- Not in the file, but stated here since: it stays.
        content := content || jsonb_strip_nulls(jsonb_build_object(
                       'agreement_reference', old.agreement_reference));
        IF status = c.status AND content = commitment_content(old) THEN
            RETURN;
        END IF;
    END IF;
    statements := 1;
    IF c.id IS NULL THEN
        c.id := gen_random_uuid();
        c.organisation_id := caller_organisation();
        c.origin := 'imported';
    END IF;
    receipt := commitment_append(c, 'commitment.imported', content || jsonb_build_object(
                   'status', status, 'source_sha256', encode(source_sha256, 'hex')));
    c := commitment_advanced(c, receipt);
    c.status := status;
    c.published := true;
    IF c.version = 1 THEN
        INSERT INTO commitment (id, organisation_id, origin, status, published, version, head,
                                revision, created_at)
        VALUES (c.id, c.organisation_id, c.origin, c.status, c.published, c.version, c.head, 1,
                receipt.at);
    END IF;
    c.revision := commitment_revise(c, content, true, receipt);
    c.registered_revision := c.revision;
    CALL commitment_turn(c, receipt);
    -- An import never reads as silence: the governments were not asked.
    CALL ownership_invite(c, 'NOT_INVITED', false, NULL, receipt);
END
$$;
COMMENT ON FUNCTION import_commitment(commitment, jsonb, text, bytea) IS
    'Records what a commitment says when it differs from what it said before.';

CREATE FUNCTION import_schedule(INOUT c commitment, instalments import_item[], source_sha256 bytea,
                                OUT statements integer)
LANGUAGE plpgsql AS $$
DECLARE
    plan    jsonb;
    receipt ledger_receipt;
BEGIN
    SELECT coalesce(jsonb_agg(i.content
               ORDER BY i.content ->> 'period_start', i.content ->> 'period_end' NULLS FIRST,
                        i.content ->> 'currency', (i.content ->> 'amount')::numeric,
                        i.content ->> 'value_date')
               FILTER (WHERE i.content IS NOT NULL), '[]')
      INTO plan
      FROM unnest(instalments) AS i;
    statements := 0;
    IF plan = coalesce(planned_disbursements_json(c.id, c.schedule), '[]') THEN
        RETURN;
    END IF;
    statements := 1;
    receipt := commitment_append(c, 'schedule.recorded', jsonb_build_object(
                   'schedule_version', coalesce(c.schedule, 0) + 1,
                   'planned_disbursements', plan,
                   'source_sha256', encode(source_sha256, 'hex')));
    c.schedule := schedule_promise(c, plan, NULL, NULL, receipt);
    c := commitment_advanced(c, receipt);
    CALL commitment_turn(c, receipt);
END
$$;
COMMENT ON FUNCTION import_schedule(commitment, import_item[], bytea) IS
    'Records the planned disbursements as a further schedule version when they differ from the '
    'present one.';

CREATE FUNCTION transaction_reversal(t transaction, source_sha256 bytea) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    -- It keeps the dates: what was never paid in a year must not count in that year.
    RETURN jsonb_strip_nulls(jsonb_build_object(
        'transaction_type', t.transaction_type, 'ref', t.ref,
        'transaction_date', t.transaction_date, 'value_date', t.value_date,
        'amount', (-t.amount)::text, 'currency', t.currency,
        'recipient_country', t.recipient_country, 'recipient_region', t.recipient_region,
        'sector', t.sector, 'disbursement_channel', t.disbursement_channel,
        'flow_type', t.flow_type, 'finance_type', t.finance_type, 'aid_type', t.aid_type,
        'tied_status', t.tied_status, 'adjusts', t.id,
        'reason', 'no longer in the published file',
        'source_sha256', encode(source_sha256, 'hex')));
END
$$;
COMMENT ON FUNCTION transaction_reversal(transaction, bytea) IS
    'The record that takes a transaction back.';

-- Transactions have no identifier that could be trusted: they are matched as a multiset of what
-- they say. The shares they are split by belong to it, so that the parts always follow the file.
CREATE FUNCTION import_transactions(INOUT c commitment, transactions import_item[],
                                    source_sha256 bytea, OUT recorded integer,
                                    OUT reversed integer)
LANGUAGE plpgsql AS $$
DECLARE
    r      commitment_revision;
    change record;
    basis  text[];
BEGIN
    recorded := 0;
    reversed := 0;
    SELECT w.* INTO r
      FROM commitment_revision AS w
     WHERE w.commitment_id = c.id AND w.revision = c.revision;
    basis := ARRAY[parts_with_share(r.recipients)::text, parts_with_share(r.sectors)::text];
    FOR change IN
        SELECT old.transaction_id, new.content, new.hash
          FROM (SELECT s.transaction_id, s.source_hash AS hash,
                       row_number() OVER (PARTITION BY s.source_hash
                                              ORDER BY s.transaction_id) AS nth
                  FROM transaction AS t
                  JOIN transaction_source AS s ON s.transaction_id = t.id
                 WHERE t.commitment_id = c.id
                   AND NOT EXISTS (SELECT FROM transaction AS b WHERE b.adjusts = t.id)) AS old
          FULL JOIN (
                SELECT h.ordinality, h.content, h.hash,
                       row_number() OVER (PARTITION BY h.hash ORDER BY h.ordinality) AS nth
                  FROM (SELECT i.ordinality, i.content, sha256(convert_to(concat_ws(E'\n',
                                   i.content::text,
                                   CASE WHEN NOT i.content ?| ARRAY['recipient_country',
                                                                    'recipient_region']
                                        THEN basis[1] END,
                                   CASE WHEN NOT i.content ? 'sector' THEN basis[2] END),
                                   'UTF8')) AS hash
                          FROM unnest(transactions) WITH ORDINALITY
                               AS i (line, content, notes, ordinality)
                         WHERE i.content IS NOT NULL) AS h) AS new
            ON new.hash = old.hash AND new.nth = old.nth
         WHERE old.hash IS NULL OR new.hash IS NULL
         ORDER BY new.ordinality NULLS FIRST, old.transaction_id
    LOOP
        IF change.content IS NULL THEN
            c := transaction_append(c, (SELECT transaction_reversal(t, source_sha256)
                                          FROM transaction AS t
                                         WHERE t.id = change.transaction_id));
            reversed := reversed + 1;
        ELSE
            change.transaction_id := gen_random_uuid();
            c := transaction_append(c, change.content || jsonb_build_object(
                     'id', change.transaction_id, 'source_sha256', encode(source_sha256, 'hex')));
            INSERT INTO transaction_source (transaction_id, source_hash)
            VALUES (change.transaction_id, change.hash);
            recorded := recorded + 1;
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION import_transactions(commitment, import_item[], bytea) IS
    'Records the transactions that are new in the file and takes back those that are gone.';

CREATE FUNCTION import_sums(transactions import_item[]) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN coalesce((
        SELECT jsonb_object_agg(m.currency, jsonb_strip_nulls(jsonb_build_object(
                   'commitments', m.commitments::text, 'disbursements', m.disbursements::text)))
          FROM (SELECT t.content ->> 'currency' AS currency,
                       sum((t.content ->> 'amount')::numeric)
                           FILTER (WHERE t.content ->> 'transaction_type' = '2') AS commitments,
                       sum((t.content ->> 'amount')::numeric)
                           FILTER (WHERE t.content ->> 'transaction_type' = '3') AS disbursements
                  FROM unnest(transactions) AS t
                 WHERE t.content ->> 'transaction_type' IN ('2', '3')
                 GROUP BY 1) AS m), '{}');
END
$$;
COMMENT ON FUNCTION import_sums(import_item[]) IS
    'Commitments (type 2) and disbursements (type 3) per currency.';

CREATE TYPE import_result AS (outcome text, marks jsonb, reasons jsonb, counts jsonb, money jsonb);
COMMENT ON TYPE import_result IS
    'What became of an activity: new, changed, unchanged or rejected; the remarks by verdict; how '
    'many of what; and the money that counts.';

CREATE FUNCTION import_obstacle(activity jsonb, identifier text, a activity) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
    line    integer := activity ->> 'line';
    ref     text := iati_trim(activity #>> '{reporting_org,ref}');
    owner   text := (SELECT o.identifier FROM organisation AS o WHERE o.id = a.organisation_id);
    updated timestamptz := iati_instant(activity ->> 'last_updated_datetime');
BEGIN
    RETURN CASE
        WHEN identifier IS NULL
        THEN import_note('identifier_missing', 'there is no text in iati-identifier', line)
        WHEN char_length(identifier) > 300
        THEN import_note('identifier_long', left(identifier, 100), line)
        WHEN ref IS NULL
        THEN import_note('reporter_missing', 'reporting-org has no ref', line)
        WHEN owner <> ref
        THEN import_note('identifier_taken', format('it was published by %s before', owner), line)
        WHEN updated < (a.content ->> 'last_updated')::timestamptz
        THEN import_note('older', format('last updated %s; recorded is %s', rfc3339(updated),
                                         a.content ->> 'last_updated'), line)
        ELSE '[]' END;
END
$$;
COMMENT ON FUNCTION import_obstacle(jsonb, text, activity) IS
    'Why an activity as a whole cannot be recorded; nothing when it can.';

CREATE FUNCTION import_is_secondary(activity jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT coalesce(lower(iati_trim(activity #>> '{reporting_org,secondary_reporter}'))
                    IN ('1', 'true'), false)
$$;
COMMENT ON FUNCTION import_is_secondary(jsonb) IS
    'Whether the publisher repeats what another organisation reports.';

CREATE TYPE import_plan AS (said jsonb, promised jsonb, transactions import_item[],
                            instalments import_item[], notes jsonb);
COMMENT ON TYPE import_plan IS
    'What an activity in a file comes to: the contents of its statements, and all remarks.';

CREATE FUNCTION import_read(activity jsonb, identifier text) RETURNS import_plan
LANGUAGE plpgsql STABLE AS $$
DECLARE
    plan  import_plan;
    step  record;
    money integer;
BEGIN
    SELECT array_agg(iati_transaction(e.value, activity ->> 'lang', activity ->> 'default_currency')
                     ORDER BY e.ordinality)
      INTO plan.transactions
      FROM jsonb_array_elements(activity -> 'transaction') WITH ORDINALITY AS e;
    SELECT array_agg(i) INTO plan.instalments FROM iati_instalments(activity) AS i;
    SELECT coalesce(jsonb_agg(import_note('element_repeated', e.value ->> 'name',
                                          (e.value ->> 'line')::integer) -> 0), '[]')
      INTO plan.notes
      FROM jsonb_array_elements(activity -> 'repeated') AS e;
    money := coalesce(cardinality(plan.transactions), 0)
             + coalesce(cardinality(plan.instalments), 0);
    IF import_is_secondary(activity) THEN
        plan.notes := plan.notes || import_note('secondary_reporter', format(
            '%s transactions and planned disbursements are not counted', money));
        plan.transactions := NULL;
        plan.instalments := NULL;
    ELSIF money = 0 THEN
        plan.notes := plan.notes || import_note('without_money',
                                                'nothing is recorded but the activity');
    END IF;
    step := import_fit(iati_activity_content(activity, identifier));
    plan.said := step.content;
    plan.notes := plan.notes || step.notes;
    step := iati_commitment_content(activity, plan.said, plan.transactions);
    plan.promised := step.content;
    plan.notes := plan.notes || step.notes
        || coalesce((SELECT jsonb_agg(n.value)
                       FROM (SELECT * FROM unnest(plan.transactions)
                              UNION ALL
                             SELECT * FROM unnest(plan.instalments)) AS i
                      CROSS JOIN jsonb_array_elements(i.notes) AS n), '[]');
    RETURN import_within_leaf(plan);
END
$$;
COMMENT ON FUNCTION import_read(jsonb, text) IS
    'Reads an activity; nothing is written and nothing depends on what was recorded before.';

CREATE FUNCTION import_within_leaf(plan import_plan) RETURNS import_plan
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF (SELECT sum(octet_length(i.content::text)) FROM unnest(plan.instalments) AS i) > 60000 THEN
        plan.notes := plan.notes || import_note('schedule_long', format(
            '%s planned disbursements', cardinality(plan.instalments)));
        SELECT array_agg((i.line, NULL, i.notes)::import_item) INTO plan.instalments
          FROM unnest(plan.instalments) AS i;
    END IF;
    RETURN plan;
END
$$;
COMMENT ON FUNCTION import_within_leaf(import_plan) IS
    'The plan without a schedule that no leaf could hold.';

CREATE FUNCTION import_accepted(items import_item[]) RETURNS integer
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN (SELECT count(*) FROM unnest(items) AS i WHERE i.content IS NOT NULL);
END
$$;
COMMENT ON FUNCTION import_accepted(import_item[]) IS 'How many of the items have a content.';

CREATE FUNCTION import_commitment_of(a activity) RETURNS commitment
LANGUAGE plpgsql AS $$
DECLARE
    c commitment;
BEGIN
    SELECT w.* INTO c
      FROM commitment AS w
     WHERE w.origin = 'imported'
       AND w.id IN (SELECT r.commitment_id FROM commitment_revision AS r WHERE r.activity_id = a.id)
       FOR UPDATE;
    RETURN c;
END
$$;
COMMENT ON FUNCTION import_commitment_of(activity) IS
    'The imported commitment of an activity, held by this transaction; null when there is none.';

CREATE FUNCTION import_money_of(a activity, plan import_plan, before text, source_sha256 bytea)
RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    c          commitment := import_commitment_of(a);
    status     text := iati_status(plan.said ->> 'activity_status');
    step       record;
    statements integer;
BEGIN
    IF c.id IS NULL AND import_accepted(plan.transactions || plan.instalments) = 0 THEN
        RETURN '{"statements": 0, "recorded": 0, "reversed": 0}';
    END IF;
    -- A state reached here since stands until the publisher states another one.
    IF c.id IS NOT NULL AND status = before THEN
        status := c.status;
    END IF;
    step := import_commitment(c, plan.promised || jsonb_build_object('activity_id', a.id), status,
                              source_sha256);
    statements := step.statements;
    step := import_schedule(step.c, plan.instalments, source_sha256);
    statements := statements + step.statements;
    step := import_transactions(step.c, plan.transactions, source_sha256);
    statements := statements + step.recorded + step.reversed;
    IF statements > 0 THEN
        CALL commitment_store(step.c);
    END IF;
    RETURN jsonb_build_object('statements', statements, 'recorded', step.recorded,
                              'reversed', step.reversed);
END
$$;
COMMENT ON FUNCTION import_money_of(activity, import_plan, text, bytea) IS
    'Records the commitment, schedule and transactions of an activity as far as they are new, and '
    'remakes the commitment''s document once.';

CREATE FUNCTION import_activity(activity jsonb, source_sha256 bytea, request uuid)
RETURNS import_result
LANGUAGE plpgsql AS $$
DECLARE
    identifier text := iati_trim(activity #>> '{iati_identifier,text}');
    notes      jsonb;
    plan       import_plan;
    a          activity;
    before     activity;
    counts     jsonb;
    step       record;
    statements integer;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('aidledger activity ' || identifier, 0));
    SELECT w.* INTO before FROM activity AS w WHERE w.iati_identifier = identifier;
    notes := import_obstacle(activity, identifier, before);
    IF notes <> '[]' THEN
        RETURN import_refused(notes);
    END IF;
    plan := import_read(activity, identifier);
    statements := import_reporter(activity -> 'reporting_org', activity ->> 'lang', source_sha256,
                                  request);
    step := import_said(before, plan.said, import_marks(plan.notes), source_sha256);
    a := step.a;
    counts := import_money_of(a, plan, iati_status(before.content ->> 'activity_status'),
                              source_sha256);
    statements := statements + step.statements + (counts ->> 'statements')::integer;
    RETURN (CASE WHEN before.id IS NULL THEN 'new' WHEN statements > 0 THEN 'changed'
                 ELSE 'unchanged' END,
            import_verdict(plan.notes, 'marked'), import_verdict(plan.notes, 'rejected'),
            counts || jsonb_build_object(
                'statements', statements,
                'transactions', import_accepted(plan.transactions),
                'transactions_rejected', coalesce(cardinality(plan.transactions), 0)
                                         - import_accepted(plan.transactions),
                'instalments', import_accepted(plan.instalments)),
            import_sums(plan.transactions))::import_result;
END
$$;
COMMENT ON FUNCTION import_activity(jsonb, bytea, uuid) IS
    'Records one activity of a published file: what differs from what is recorded becomes '
    'statements of its publisher, the rest is left as it is. An activity that is rejected leaves '
    'no trace.';

-- ---------------------------------------------------------------- one run

-- What became of each activity is kept for the session, so that the summary counts exactly and the
-- program needs no memory for it.
CREATE PROCEDURE import_begin()
LANGUAGE plpgsql AS $$
BEGIN
    CREATE TEMPORARY TABLE IF NOT EXISTS import_outcome (
        request    uuid          NOT NULL,
        ordinal    bigint        GENERATED ALWAYS AS IDENTITY,
        identifier text,
        line       integer,
        result     import_result NOT NULL);
    CREATE INDEX IF NOT EXISTS import_outcome_identifier
        ON import_outcome (request, identifier);
END
$$;
COMMENT ON PROCEDURE import_begin() IS 'Makes the session ready to import files.';

CREATE FUNCTION import_refused(notes jsonb) RETURNS import_result
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT ('rejected', '[]', notes, '{}', '{}')::import_result $$;
COMMENT ON FUNCTION import_refused(jsonb) IS 'The result of an activity that is left out.';

CREATE FUNCTION import_take(activity jsonb, source_sha256 bytea, request uuid) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    named  text := left(iati_trim(activity #>> '{iati_identifier,text}'), 300);
    result import_result;
    cause  text;
    broken text;
BEGIN
    IF EXISTS (SELECT FROM import_outcome AS o
                WHERE o.request = import_take.request AND o.identifier = named
                  AND (o.result).outcome <> 'rejected') THEN
        result := import_refused(import_note('identifier_repeated', named));
    ELSE
        BEGIN
            result := import_activity(activity, source_sha256, request);
        EXCEPTION
            -- What the data is to blame for. Anything else ends the run.
            WHEN integrity_constraint_violation OR data_exception OR program_limit_exceeded
                 OR raise_exception OR SQLSTATE 'AL409' OR SQLSTATE 'AL422' THEN
            GET STACKED DIAGNOSTICS cause = MESSAGE_TEXT, broken = CONSTRAINT_NAME;
            result := import_refused(import_note('not_recordable', coalesce(
                (SELECT obj_description(c.oid, 'pg_constraint')
                   FROM pg_constraint AS c
                  WHERE c.connamespace = 'aidledger'::regnamespace AND c.conname = broken
                  ORDER BY c.oid
                  LIMIT 1), cause)));
        END;
    END IF;
    INSERT INTO import_outcome (request, identifier, line, result)
    VALUES (import_take.request, named, (activity ->> 'line')::integer, result);
    RETURN result.outcome;
END
$$;
COMMENT ON FUNCTION import_take(jsonb, bytea, uuid) IS
    'Records the next activity of a file, or why it is left out; returns what became of it.';

CREATE FUNCTION import_leave_out(identifier text, line integer, request uuid) RETURNS text
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO import_outcome (request, identifier, line, result)
    VALUES (import_leave_out.request, left(iati_trim(import_leave_out.identifier), 300),
            import_leave_out.line,
            import_refused(import_note('activity_large', 'it is beyond the limits of the reader')));
    RETURN 'rejected';
END
$$;
COMMENT ON FUNCTION import_leave_out(text, integer, uuid) IS
    'Notes an activity of a file that the reader could not hold.';

CREATE FUNCTION import_counts(request uuid)
RETURNS TABLE (accepted bigint, made bigint, changed bigint, unchanged bigint, marked bigint,
               rejected bigint, left_out bigint, statements bigint, recorded bigint,
               reversed bigint)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    SELECT count(*) FILTER (WHERE r.outcome <> 'rejected'),
           count(*) FILTER (WHERE r.outcome = 'new'),
           count(*) FILTER (WHERE r.outcome = 'changed'),
           count(*) FILTER (WHERE r.outcome = 'unchanged'),
           count(*) FILTER (WHERE r.outcome <> 'rejected' AND r.marks || r.reasons <> '[]'),
           count(*) FILTER (WHERE r.outcome = 'rejected'),
           coalesce(sum(jsonb_array_length(r.reasons))
                        FILTER (WHERE r.outcome <> 'rejected'), 0)::bigint,
           coalesce(sum((r.counts ->> 'statements')::bigint), 0)::bigint,
           coalesce(sum((r.counts ->> 'recorded')::bigint), 0)::bigint,
           coalesce(sum((r.counts ->> 'reversed')::bigint), 0)::bigint
      FROM import_outcome AS o
     CROSS JOIN LATERAL (SELECT (o.result).*) AS r
     WHERE o.request = import_counts.request;
END
$$;
COMMENT ON FUNCTION import_counts(uuid) IS 'How many activities of a file became what.';

CREATE FUNCTION import_reasons(request uuid)
RETURNS TABLE (verdict text, rule text, meaning text, times bigint, activities bigint,
               examples text)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    SELECT w.verdict, w.rule, w.meaning, count(*), count(DISTINCT n.ordinal),
           string_agg(format('%s, line %s: %s',
                             coalesce(left(n.identifier, 60), '(no identifier)'), n.line,
                             replace(left(n.detail, 120), E'\n', ' ')), E'\n'
                             ORDER BY n.nth) FILTER (WHERE n.nth <= 3)
      FROM (SELECT o.ordinal, o.identifier, v.value ->> 'rule' AS rule,
                   coalesce((v.value ->> 'line')::integer, o.line) AS line,
                   v.value ->> 'detail' AS detail,
                   row_number() OVER (PARTITION BY v.value ->> 'rule'
                                          ORDER BY o.ordinal, v.ordinality) AS nth
              FROM import_outcome AS o
             CROSS JOIN jsonb_array_elements((o.result).reasons || (o.result).marks)
                        WITH ORDINALITY AS v
             WHERE o.request = import_reasons.request) AS n
      JOIN import_rule AS w ON w.rule = n.rule
     GROUP BY w.verdict, w.rule, w.meaning
     ORDER BY w.verdict DESC, 5 DESC, w.rule;
END
$$;
COMMENT ON FUNCTION import_reasons(uuid) IS
    'Why activities of a file were rejected or marked: how often, in how many, the first of them.';

CREATE FUNCTION import_totals(request uuid)
RETURNS TABLE (currency text, commitments text, disbursements text)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    SELECT m.key, coalesce(sum((m.value ->> 'commitments')::numeric), 0)::text,
           coalesce(sum((m.value ->> 'disbursements')::numeric), 0)::text
      FROM import_outcome AS o
     CROSS JOIN jsonb_each((o.result).money) AS m
     WHERE o.request = import_totals.request
     GROUP BY m.key
     ORDER BY m.key;
END
$$;
COMMENT ON FUNCTION import_totals(uuid) IS
    'Commitments (type 2) and disbursements (type 3) of the accepted activities of a file.';

GRANT INSERT ON organisation TO aidledger_importer;
GRANT UPDATE (entry) ON organisation TO aidledger_importer;
GRANT SELECT ON import_rule TO aidledger_importer;
GRANT SELECT, INSERT ON transaction_source TO aidledger_importer;
GRANT EXECUTE ON FUNCTION import_note, iati_trim, iati_code, iati_date, iati_instant,
      iati_decimal, iati_narratives, iati_name, iati_party, iati_money, import_verdict,
      iati_codes, iati_aid_type, iati_transaction_place, iati_transaction, iati_instalment,
      iati_instalments, iati_shares, iati_recipients, iati_sectors, import_named, shares_scaled,
      shares_within, iati_dates, iati_said, iati_organisations, iati_descriptions,
      iati_activity_content, import_fit, import_marks, iati_status, iati_commitment_content,
      import_principal, import_reporter, import_said, import_commitment, import_schedule,
      transaction_reversal, import_transactions, import_sums, import_obstacle,
      import_is_secondary, import_read, import_within_leaf, import_accepted, import_commitment_of,
      import_money_of, import_activity, import_refused, import_take, import_leave_out,
      import_counts, import_reasons, import_totals
   TO aidledger_importer;
GRANT EXECUTE ON PROCEDURE import_speak, import_begin
   TO aidledger_importer;
