-- On what terms: loans with the terms of their repayment and their grant equivalent, aid in kind
-- apart from cash, and the agreement that an instalment or a payment belongs to.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

INSERT INTO ledger_field (kind, field, exposure)
SELECT k.kind, f.field, k.exposure
  FROM (VALUES ('commitment.drafted', 'private'), ('commitment.edited', 'private'),
               ('commitment.amendment_proposed', 'private'), ('commitment.registered', 'public'),
               ('commitment.amended', 'public'), ('commitment.imported', 'public'))
       AS k (kind, exposure)
 CROSS JOIN unnest(ARRAY['loan_terms', 'in_kind']) AS f (field)
 UNION ALL
SELECT 'transaction.recorded', f.field, 'public'
  FROM unnest(ARRAY['in_kind', 'agreement_reference']) AS f (field);

CREATE FUNCTION in_kind_is_told(said jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT said IS NULL
        OR (said ->> 'kind' IN ('goods', 'services')
            AND said ->> 'valuation_method' IN ('market_price', 'purchase_cost', 'salary_cost',
                                                'estimate')
            AND char_length(said ->> 'description') BETWEEN 1 AND 2000
            AND char_length(said ->> 'valuation') BETWEEN 1 AND 2000)
$$;
COMMENT ON FUNCTION in_kind_is_told(jsonb) IS
    'Whether what is given in kind is described, with the method and the ground of its value.';

ALTER TABLE commitment_revision
    ADD COLUMN loan_terms jsonb,
    ADD COLUMN in_kind jsonb,
    ADD CONSTRAINT commitment_revision_loan_terms_whole CHECK (
        loan_terms IS NULL
        OR (loan_terms ?& ARRAY['interest_rate', 'repayment_type', 'repayment_plan',
                                'repayment_first_date', 'repayment_final_date']
            AND (loan_terms ->> 'interest_rate')::numeric BETWEEN 0 AND 100)),
    ADD CONSTRAINT commitment_revision_in_kind_told CHECK (
        coalesce(in_kind_is_told(in_kind), false));
COMMENT ON COLUMN commitment_revision.loan_terms IS
    'Of a loan (IATI loan-terms): interest in percent a year, type and plan of repayment, first '
    'and last day of repayment.';
COMMENT ON COLUMN commitment_revision.in_kind IS
    'Of goods or services: what they are, and how their value, the amount, was found. Null for '
    'cash.';
COMMENT ON CONSTRAINT commitment_revision_loan_terms_whole ON commitment_revision IS
    '/loan_terms: The terms of a loan are told whole, its interest between 0 and 100 percent.';
COMMENT ON CONSTRAINT commitment_revision_in_kind_told ON commitment_revision IS
    '/in_kind: What is given in kind is described, with the method and ground of its value.';

ALTER TABLE transaction
    ADD COLUMN in_kind jsonb,
    ADD COLUMN agreement_reference text,
    ADD CONSTRAINT transaction_in_kind_told CHECK (coalesce(in_kind_is_told(in_kind), false)),
    ADD CONSTRAINT transaction_agreement_reference_length CHECK (
        char_length(agreement_reference) BETWEEN 1 AND 200);
CREATE INDEX transaction_agreement_key ON transaction (agreement_key(agreement_reference))
 WHERE agreement_reference IS NOT NULL;
COMMENT ON COLUMN transaction.in_kind IS
    'Of goods or services, as of a commitment. Null for cash; sums of cash leave these out.';
COMMENT ON COLUMN transaction.agreement_reference IS
    'The agreement it belongs to: one that its organisation has named in a commitment.';
COMMENT ON CONSTRAINT transaction_in_kind_told ON transaction IS
    '/in_kind: What is given in kind is described, with the method and ground of its value.';
COMMENT ON CONSTRAINT transaction_agreement_reference_length ON transaction IS
    '/agreement_reference: An agreement reference has 1 to 200 characters.';

ALTER TABLE planned_disbursement
    ADD COLUMN agreement_reference text,
    ADD CONSTRAINT planned_disbursement_agreement_reference_length CHECK (
        char_length(agreement_reference) BETWEEN 1 AND 200);
CREATE INDEX planned_disbursement_agreement_key
    ON planned_disbursement (agreement_key(agreement_reference))
 WHERE agreement_reference IS NOT NULL;
COMMENT ON COLUMN planned_disbursement.agreement_reference IS
    'The agreement it is promised under, where it says so.';
COMMENT ON CONSTRAINT planned_disbursement_agreement_reference_length ON planned_disbursement IS
    '/planned_disbursements: An agreement reference has 1 to 200 characters.';

-- ---------------------------------------------------------------- discount rates

CREATE TABLE discount_rate_set (
    name       text NOT NULL CONSTRAINT discount_rate_set_pkey PRIMARY KEY,
    title      text NOT NULL,
    valid_from date NOT NULL,
    source     text NOT NULL
);
COMMENT ON TABLE discount_rate_set IS
    'Rates by which the repayments of a loan are discounted. A set is never changed; another one '
    'gets a name of its own.';
CREATE TABLE discount_rate (
    rate_set     text    NOT NULL
        CONSTRAINT discount_rate_rate_set_known REFERENCES discount_rate_set (name),
    income_class text    NOT NULL,
    rate         numeric NOT NULL,
    CONSTRAINT discount_rate_pkey PRIMARY KEY (rate_set, income_class),
    CONSTRAINT discount_rate_income_class_known CHECK (
        income_class IN ('LDC', 'LIC', 'LMIC', 'UMIC', 'MULTILATERAL')),
    CONSTRAINT discount_rate_rate_positive CHECK (rate > 0)
);
COMMENT ON TABLE discount_rate IS
    'Percent a year, by the income class of who borrows: least developed or other low income, '
    'lower middle, upper middle income country, or multilateral institution.';
COMMENT ON CONSTRAINT discount_rate_income_class_known ON discount_rate IS
    'An income class is LDC, LIC, LMIC, UMIC or MULTILATERAL.';
COMMENT ON CONSTRAINT discount_rate_rate_positive ON discount_rate IS
    'A discount rate is greater than zero.';
INSERT INTO discount_rate_set (name, title, valid_from, source)
VALUES ('oecd-dac-2018', 'OECD DAC, grant equivalent system', '2018-01-01',
        'OECD DAC High Level Meeting of December 2014, in use from the reporting on 2018; '
        'multilateral: global institutions and multilateral development banks');
INSERT INTO discount_rate (rate_set, income_class, rate)
VALUES ('oecd-dac-2018', 'LDC', 9), ('oecd-dac-2018', 'LIC', 9), ('oecd-dac-2018', 'LMIC', 7),
       ('oecd-dac-2018', 'UMIC', 6), ('oecd-dac-2018', 'MULTILATERAL', 5);
CREATE TRIGGER discount_rate_set_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON discount_rate_set
    FOR EACH STATEMENT EXECUTE FUNCTION record_is_immutable();
CREATE TRIGGER discount_rate_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON discount_rate
    FOR EACH STATEMENT EXECUTE FUNCTION record_is_immutable();

CREATE FUNCTION discount_rate_set_json(s discount_rate_set) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT json_build_object(
        'name', s.name, 'title', s.title, 'valid_from', s.valid_from, 'source', s.source,
        'rates', (SELECT json_agg(json_build_object('income_class', r.income_class,
                                                    'rate', r.rate::text)
                                  ORDER BY r.rate DESC, r.income_class)
                    FROM discount_rate AS r
                   WHERE r.rate_set = s.name)));
END
$$;
COMMENT ON FUNCTION discount_rate_set_json(discount_rate_set) IS
    'A set of discount rates as documents show it.';

CREATE FUNCTION months_between(from_day date, to_day date) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT ((extract(year FROM to_day) - extract(year FROM from_day)) * 12
            + extract(month FROM to_day) - extract(month FROM from_day))::integer
$$;
COMMENT ON FUNCTION months_between(date, date) IS
    'Calendar months from one day to another: the days within the months do not count.';

-- The OECD DAC's formulas for equal principal payments, annuities and lump sums. A year is
-- discounted at the rate of the set, a shorter period at the rate that comes to it over a year:
-- d = (1 + rate) ^ (1 / periods a year) - 1. Interest is paid each period from the first one on,
-- but with a lump sum at its end, without compounding. 40 decimals are carried throughout.
CREATE FUNCTION grant_element(terms jsonb, committed_on date, discount numeric) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    one      numeric(80, 40) := 1;
    a        integer := (terms ->> 'repayment_plan')::integer;
    months   integer := months_between(committed_on,
                                       (terms ->> 'repayment_first_date')::date);
    last     integer := months_between(committed_on,
                                       (terms ->> 'repayment_final_date')::date);
    -- The interval before the first period of repayment, and how many repayments there are.
    grace    numeric := one * months / 12 - one / a;
    n        integer := (last - months) * a / 12 + 1;
    yearly   numeric := one + one * discount / 100;
    d        numeric := power(yearly, one / a) - one;
    r        numeric := one * (terms ->> 'interest_rate')::numeric / 100 / a;
    before   numeric := one / power(yearly, grace);
    through  numeric := one / power(yearly, one * n / a);
    payment  numeric;
BEGIN
    CASE terms ->> 'repayment_type'
    WHEN '1' THEN
        RETURN 100 * (one - r / d) * (one - before * (one - through) / (d * n));
    WHEN '2' THEN
        payment := CASE WHEN r = 0 THEN one / n ELSE r + r / (power(one + r, n) - one) END;
        RETURN 100 * (one - r * (one - before) / d - payment * before * (one - through) / d);
    WHEN '3' THEN
        RETURN 100 * (one - (one + r * a * last / 12) / power(yearly, one * last / 12));
    ELSE
        RETURN NULL;
    END CASE;
END
$$;
COMMENT ON FUNCTION grant_element(jsonb, date, numeric) IS
    'The grant element of a loan in percent of its face value, discounted at so many percent a '
    'year; null where the type of repayment has no formula.';

CREATE FUNCTION is_loan(finance_type text) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM codelist_item AS i
                    WHERE i.codelist = 'FinanceType'
                      AND i.code = finance_type
                      AND (i.category IN ('400', '420') OR i.code = '431'));
END
$$;
COMMENT ON FUNCTION is_loan(text) IS
    'Whether a finance type is of the loan family: 410 to 414, debt instruments 421 to 425, '
    'subordinated loans 431.';

CREATE FUNCTION income_class(of_country text, on_date date, as_of bigint) RETURNS text
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE WHEN EXISTS (SELECT FROM country_group_member(on_date, as_of) AS m
                              WHERE m.country = of_country AND m.country_group = 'LDC') THEN 'LDC'
                ELSE (SELECT c.wb_income_fy26
                        FROM country AS c
                       WHERE c.code = of_country
                         AND c.wb_income_fy26 IN ('LIC', 'LMIC', 'UMIC')) END;
END
$$;
COMMENT ON FUNCTION income_class(text, date, bigint) IS
    'The class by which loans to a country are discounted: least developed on the day, or else its '
    'income group (World Bank, fiscal year 2026); null for high income and where it has none.';

CREATE FUNCTION grant_elements(r commitment_revision, rate_set text, as_of bigint)
RETURNS TABLE (ordinal bigint, country text, region text, share text, income_class text,
               rate numeric, element numeric)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    SELECT p.ordinality, p.value ->> 'country', p.value ->> 'region', p.value ->> 'share',
           k.class, w.rate, grant_element(r.loan_terms, r.commitment_date, w.rate)
      FROM jsonb_array_elements(parts_with_share(r.recipients)) WITH ORDINALITY AS p
     CROSS JOIN LATERAL (
           SELECT CASE WHEN r.collaboration_type = '2' THEN 'MULTILATERAL'
                       ELSE income_class(p.value ->> 'country', r.commitment_date, as_of)
                  END AS class) AS k
      LEFT JOIN discount_rate AS w
        ON w.rate_set = grant_elements.rate_set AND w.income_class = k.class;
END
$$;
COMMENT ON FUNCTION grant_elements(commitment_revision, text, bigint) IS
    'The grant element of a loan for each of its recipients. A contribution to a multilateral '
    'institution (collaboration type 2) is discounted as such.';

CREATE FUNCTION grant_equivalent_json(r commitment_revision, as_of bigint) RETURNS json
LANGUAGE plpgsql STABLE AS $$
DECLARE
    named   text := (SELECT s.name
                       FROM discount_rate_set AS s
                      WHERE s.valid_from <= r.commitment_date
                         OR s.valid_from = (SELECT min(w.valid_from) FROM discount_rate_set AS w)
                      ORDER BY s.valid_from DESC
                      LIMIT 1);
    lacks   text;
    element numeric;
    parts   json := '[]';
BEGIN
    IF EXISTS (SELECT FROM codelist_item AS i
                WHERE i.codelist = 'FinanceType' AND i.code = r.finance_type
                  AND i.category = '100') THEN
        element := 100;
    ELSIF NOT is_loan(r.finance_type) THEN
        lacks := 'finance_type';
    ELSIF r.loan_terms IS NULL OR r.commitment_date IS NULL THEN
        lacks := 'loan_terms';
    ELSE
        SELECT sum(g.element * g.share::numeric) / 100,
               CASE WHEN r.loan_terms ->> 'repayment_type' = '5' THEN 'repayment_type'
                    WHEN count(g.rate) < count(*) THEN 'income_class' END,
               json_agg(json_build_object(
                   'country', g.country, 'region', g.region, 'share', g.share,
                   'income_class', g.income_class, 'discount_rate', g.rate::text,
                   'grant_element', round(g.element, 4)::text) ORDER BY g.ordinal)
          INTO element, lacks, parts
          FROM grant_elements(r, named, as_of) AS g;
    END IF;
    element := CASE WHEN lacks IS NULL THEN element END;
    RETURN (
    SELECT json_build_object(
        'commitment_id', r.commitment_id, 'finance_type', r.finance_type,
        'face_value', r.amount::text, 'currency', r.currency,
        'loan_terms', r.loan_terms, 'discount_rate_set', named, 'recipients', parts,
        'grant_element', round(element, 4)::text,
        'grant_equivalent', round(r.amount * element / 100, u.minor_unit)::text,
        'lacking', lacks)
      FROM (SELECT 1) AS o
      LEFT JOIN currency AS u ON u.code = r.currency);
END
$$;
COMMENT ON FUNCTION grant_equivalent_json(commitment_revision, bigint) IS
    'Face value and grant equivalent of a commitment side by side. Grants are grants in whole; '
    'what cannot be computed is null, and "lacking" names what it would take.';

-- ---------------------------------------------------------------- what is wrong

CREATE FUNCTION loan_faults(content jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
    terms  jsonb := content -> 'loan_terms';
    first  date := (terms ->> 'repayment_first_date')::date;
    final  date := (terms ->> 'repayment_final_date')::date;
    period integer := 12 / (terms ->> 'repayment_plan')::integer;
BEGIN
    IF terms IS NULL THEN
        RETURN '[]';
    END IF;
    RETURN CASE WHEN content ? 'finance_type' AND NOT is_loan(content ->> 'finance_type')
                THEN fault('/loan_terms', 'loan', format(
                         'Only loans have terms of repayment; finance type %s is none.',
                         content ->> 'finance_type')) ELSE '[]' END
        || CASE WHEN (terms ->> 'interest_rate')::numeric <= 100 THEN '[]'
                ELSE fault('/loan_terms/interest_rate', 'rate_range',
                           'Interest is at most 100 percent a year.') END
        || code_fault('/loan_terms/repayment_type', 'LoanRepaymentType',
                      terms ->> 'repayment_type')
        || CASE WHEN first < (content ->> 'commitment_date')::date
                THEN fault('/loan_terms/repayment_first_date', 'date_order',
                           'A loan is not repaid before it is committed.') ELSE '[]' END
        || CASE WHEN final < first
                THEN fault('/loan_terms/repayment_final_date', 'date_order',
                           'The last repayment is not before the first one.')
                WHEN terms ->> 'repayment_type' = '3' AND final <> first
                THEN fault('/loan_terms/repayment_final_date', 'single_repayment',
                           'A lump sum is repaid on one day.')
                WHEN terms ->> 'repayment_type' IN ('1', '2')
                     AND months_between(first, final) % period <> 0
                THEN fault('/loan_terms/repayment_final_date', 'whole_periods', format(
                         'From the first to the last repayment it is a multiple of %s months.',
                         period)) ELSE '[]' END;
END
$$;
COMMENT ON FUNCTION loan_faults(jsonb) IS 'What is wrong with the terms of a loan.';

CREATE FUNCTION agreement_faults(pointer text, reference text, own text) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE WHEN reference IS NULL
                     OR agreement_key(reference) = agreement_key(own)
                     OR EXISTS (SELECT FROM commitment_revision AS r
                                  JOIN commitment AS c ON c.id = r.commitment_id
                                 WHERE agreement_key(r.agreement_reference)
                                       = agreement_key(reference)
                                   AND c.organisation_id = caller_organisation()) THEN '[]'
                ELSE fault(pointer, 'known_agreement', format(
                         'No commitment of your organisation names the agreement "%s".',
                         reference)) END;
END
$$;
COMMENT ON FUNCTION agreement_faults(text, text, text) IS
    'Whether an agreement is one that the caller''s organisation has named in a commitment, this '
    'one or another, however it is spelled there.';

CREATE FUNCTION instalment_agreement_faults(pointer text, instalments jsonb, own text)
RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN coalesce((SELECT jsonb_agg(f.value)
                       FROM jsonb_array_elements(instalments) WITH ORDINALITY AS p
                      CROSS JOIN jsonb_array_elements(agreement_faults(
                            format('%s/%s/agreement_reference', pointer, p.ordinality - 1),
                            p.value ->> 'agreement_reference', own)) AS f), '[]');
END
$$;
COMMENT ON FUNCTION instalment_agreement_faults(text, jsonb, text) IS
    'Whether the agreements that instalments name are known.';

CREATE FUNCTION in_kind_faults(of_commitment uuid, content jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
    committed jsonb;
BEGIN
    IF content ? 'adjusts' THEN
        RETURN CASE WHEN content ? 'in_kind'
                    THEN fault('/in_kind', 'not_applicable', 'A record that adjusts another one is '
                               'in kind where that one is.') ELSE '[]' END;
    END IF;
    SELECT r.in_kind INTO committed
      FROM commitment AS c
      JOIN commitment_revision AS r ON r.commitment_id = c.id AND r.revision = c.revision
     WHERE c.id = of_commitment;
    RETURN CASE WHEN content ->> 'transaction_type' IN ('3', '4')
                     AND (committed IS NULL) = (content ? 'in_kind')
                THEN fault('/in_kind', 'as_committed', format(
                         'What is committed in %s is given in %s.',
                         CASE WHEN committed IS NULL THEN 'cash' ELSE 'kind' END,
                         CASE WHEN committed IS NULL THEN 'cash' ELSE 'kind' END))
                ELSE '[]' END;
END
$$;
COMMENT ON FUNCTION in_kind_faults(uuid, jsonb) IS
    'Whether a disbursement is in kind where its commitment is, and only there: cash and kind do '
    'not pay for one another.';

CREATE OR REPLACE FUNCTION receipt_faults(t transaction, body jsonb, reported numeric) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT CASE WHEN t.transaction_type = '3' THEN '[]'
                ELSE fault('/transaction_id', 'disbursement',
                           'Only a disbursement (transaction type 3) is confirmed.') END
        || CASE WHEN body ->> 'outcome' IN ('full', 'partial') AND body ->> 'amount' IS NULL
                THEN fault('/amount', 'required', 'Say what amount arrived.') ELSE '[]' END
        || CASE WHEN body ->> 'outcome' IN ('full', 'partial') AND body ->> 'value_date' IS NULL
                THEN fault('/value_date', 'required', 'Say on what date it arrived.')
                ELSE '[]' END
        || CASE WHEN body ->> 'outcome' NOT IN ('full', 'partial') AND body ? 'amount'
                THEN fault('/amount', 'not_applicable',
                           'This outcome names no amount; use full or partial.') ELSE '[]' END
        || CASE WHEN body ->> 'outcome' NOT IN ('full', 'partial') AND body ? 'value_date'
                THEN fault('/value_date', 'not_applicable',
                           'This outcome names no value date; use full or partial.') ELSE '[]' END
        || CASE WHEN (body ->> 'amount')::numeric <= 0
                THEN fault('/amount', 'positive',
                           'An amount received is greater than zero; else it is not_received.')
                ELSE '[]' END
        || amount_faults('/amount', body ->> 'amount', t.currency)
        || CASE WHEN NOT body ? 'currency' OR body ->> 'currency' = t.currency THEN '[]'
                ELSE fault('/currency', 'same_currency', format(
                         'Confirm in the currency of the disbursement, %s.', t.currency)) END
        || CASE WHEN (body ->> 'value_date')::date > (now() AT TIME ZONE 'UTC')::date
                THEN fault('/value_date', 'not_in_future', 'What arrived has arrived.')
                ELSE '[]' END
        || CASE WHEN body ->> 'outcome' = 'full'
                     AND abs((body ->> 'amount')::numeric - reported) * 200 > abs(reported)
                THEN fault('/outcome', 'tolerance', format(
                         'The amount differs from the %s %s reported by more than 0.5 percent: '
                         'that is a partial receipt.', reported, t.currency)) ELSE '[]' END
        || CASE WHEN body ->> 'outcome' = 'partial'
                     AND (body ->> 'amount')::numeric = reported
                THEN fault('/outcome', 'partial', format(
                         'The amount equals the %s %s reported: that is a full receipt.',
                         reported, t.currency)) ELSE '[]' END
        || CASE WHEN t.in_kind IS NOT NULL AND body ->> 'outcome' IN ('full', 'partial')
                     AND NOT body ? 'text'
                THEN fault('/text', 'described', 'What was given in kind is confirmed by what '
                           'arrived: describe it.') ELSE '[]' END);
END
$$;

-- ---------------------------------------------------------------- what is said

CREATE OR REPLACE FUNCTION commitment_content(r commitment_revision) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN (
    SELECT jsonb_strip_nulls(jsonb_build_object(
        'activity_id', r.activity_id,
        'title', r.title,
        'narrative', r.narrative,
        'agreement_reference', r.agreement_reference,
        'commitment_date', r.commitment_date,
        'start_date', r.start_date,
        'end_date', r.end_date,
        'recipients', r.recipients,
        'sectors', r.sectors,
        'collaboration_type', r.collaboration_type,
        'flow_type', r.flow_type,
        'finance_type', r.finance_type,
        'aid_type', r.aid_type,
        'tied_status', r.tied_status,
        'loan_terms', r.loan_terms,
        'in_kind', r.in_kind,
        'ict_significance', r.ict_significance,
        'ict_share', r.ict_share::text,
        'ict_reason', r.ict_reason,
        'amount', r.amount::text,
        'currency', r.currency,
        'schedule', r.schedule)));
END
$$;

CREATE OR REPLACE FUNCTION commitment_revise(c commitment, content jsonb, published boolean,
                                  receipt ledger_receipt)
RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    r    commitment_revision := jsonb_populate_record(NULL::commitment_revision, content);
    made integer;
BEGIN
    SELECT coalesce(max(w.revision), 0) + 1 INTO made
      FROM commitment_revision AS w
     WHERE w.commitment_id = c.id;
    INSERT INTO commitment_revision (
           commitment_id, revision, published, activity_id, title, narrative,
           agreement_reference, commitment_date, start_date, end_date, recipients, sectors,
           collaboration_type, flow_type, finance_type, aid_type, tied_status, ict_significance,
           ict_share, ict_reason, amount, currency, schedule, loan_terms, in_kind, maker, entry)
    VALUES (c.id, made, commitment_revise.published, r.activity_id, r.title, r.narrative,
            r.agreement_reference, r.commitment_date, r.start_date, r.end_date, r.recipients,
            r.sectors, r.collaboration_type, r.flow_type, r.finance_type, r.aid_type,
            r.tied_status, r.ict_significance, r.ict_share, r.ict_reason, r.amount, r.currency,
            r.schedule, r.loan_terms, r.in_kind, caller_principal(), receipt.entry);
    RETURN made;
END
$$;

CREATE OR REPLACE FUNCTION commitment_json(c commitment, s commitment_state, r commitment_revision,
                                as_of bigint)
RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT json_build_object(
        'id', c.id,
        'organisation', organisation_reference(c.organisation_id),
        'origin', c.origin,
        'status', s.status,
        'version', CASE WHEN as_of IS NULL THEN c.version ELSE (
            SELECT max(e.version)
              FROM ledger_entry AS e
              JOIN ledger_leaf AS l ON l.entry = e.entry
             WHERE e.aggregate = c.id AND l.leaf_index < as_of) END,
        'revision', s.revision,
        'amendment_pending', as_of IS NULL AND c.amendment IS NOT NULL,
        'activity', (SELECT json_build_object('id', a.id, 'iati_identifier', a.iati_identifier)
                       FROM activity AS a WHERE a.id = r.activity_id),
        'title', r.title,
        'narrative', r.narrative,
        'agreement_reference', r.agreement_reference,
        'commitment_date', r.commitment_date,
        'start_date', r.start_date,
        'end_date', r.end_date,
        'recipients', coalesce(r.recipients, '[]'),
        'sectors', coalesce(r.sectors, '[]'),
        'collaboration_type', r.collaboration_type,
        'flow_type', r.flow_type,
        'finance_type', r.finance_type,
        'aid_type', r.aid_type,
        'tied_status', r.tied_status,
        'loan_terms', r.loan_terms,
        'in_kind', r.in_kind,
        'ict_significance', r.ict_significance,
        'ict_share', r.ict_share::text,
        'ict_reason', r.ict_reason,
        'amount', r.amount::text,
        'currency', r.currency,
        'effective_date', s.effective_date,
        'money', commitment_money(c.id, as_of),
        'schedule_version', s.schedule,
        'baseline_schedule_version', s.baseline_schedule,
        'links', (SELECT coalesce(json_agg(link_json(l, r.countries, as_of)
                                           ORDER BY l.framework, l.framework_version, l.item), '[]')
                    FROM stated_links(c.id, as_of) AS l),
        'ownership', ownership_summary(c.id, as_of),
        'created_at', rfc3339(c.created_at)));
END
$$;

CREATE OR REPLACE FUNCTION commitment_faults(content jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT CASE WHEN content ->> 'activity_id' IS NULL
                     OR EXISTS (SELECT FROM activity AS a
                                 WHERE a.id = (commitment_faults.content ->> 'activity_id')::uuid
                                   AND a.organisation_id = caller_organisation()) THEN '[]'
                ELSE fault('/activity_id', 'own_activity',
                           'Your organisation has published no activity with this id.') END
        || CASE WHEN (content ->> 'end_date')::date < (content ->> 'start_date')::date
                THEN fault('/end_date', 'date_order',
                           'The end date is not before the start date.') ELSE '[]' END
        || CASE WHEN (content ->> 'amount')::numeric <= 0
                THEN fault('/amount', 'positive', 'A committed amount is greater than zero.')
                ELSE '[]' END
        || CASE WHEN content ? 'amount' AND NOT content ? 'currency'
                THEN fault('/currency', 'required', 'An amount names its currency.')
                ELSE '[]' END
        || CASE WHEN NOT content ? 'currency'
                     OR EXISTS (SELECT FROM currency AS c
                                 WHERE c.code = content ->> 'currency') THEN '[]'
                ELSE fault('/currency', 'codelist', format(
                         '"%s" is no ISO 4217 code; see /v1/codelists/Currency.',
                         content ->> 'currency')) END
        || amount_faults('/amount', content ->> 'amount', content ->> 'currency')
        || coalesce(recipient_faults(content -> 'recipients'), '[]')
        || coalesce(sector_faults(content -> 'sectors'), '[]')
        || ict_faults(content)
        || instalment_faults('/schedule', content -> 'schedule', content ->> 'currency')
        || schedule_total_fault('/schedule', content -> 'schedule',
                                (content ->> 'amount')::numeric, content ->> 'currency')
        || instalment_agreement_faults('/schedule', content -> 'schedule',
                                       content ->> 'agreement_reference')
        || loan_faults(content)
        || code_fault('/collaboration_type', 'CollaborationType', content ->> 'collaboration_type')
        || code_fault('/flow_type', 'FlowType', content ->> 'flow_type')
        || code_fault('/finance_type', 'FinanceType', content ->> 'finance_type')
        || code_fault('/aid_type', 'AidType', content ->> 'aid_type')
        || code_fault('/tied_status', 'TiedStatus', content ->> 'tied_status'));
END
$$;

CREATE OR REPLACE FUNCTION commitment_asks_again(old commitment_revision, new jsonb) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT abs((new ->> 'amount')::numeric - old.amount) * 10 >= old.amount
        OR (new ->> 'currency') IS DISTINCT FROM old.currency
        OR (new -> 'sectors') IS DISTINCT FROM old.sectors
        OR (new -> 'recipients') IS DISTINCT FROM old.recipients
        OR (new ->> 'aid_type') IS DISTINCT FROM old.aid_type
        OR (new ->> 'finance_type') IS DISTINCT FROM old.finance_type
        OR (new -> 'loan_terms') IS DISTINCT FROM old.loan_terms
        OR (new -> 'in_kind') IS DISTINCT FROM old.in_kind
        OR (new ->> 'start_date')::date IS DISTINCT FROM old.start_date
        OR (new ->> 'end_date')::date IS DISTINCT FROM old.end_date);
END
$$;
COMMENT ON FUNCTION commitment_asks_again(commitment_revision, jsonb) IS
    'Whether an amendment changes so much that the recipient is asked again: the amount by 10 '
    'percent or more, the currency, the sectors, the recipients, the modality, the terms of a '
    'loan, cash or kind, or the dates.';

CREATE OR REPLACE FUNCTION commitment_splits_anew(old commitment_revision, new jsonb)
RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (new ->> 'currency') <> old.currency
        OR (new ? 'in_kind') <> (old.in_kind IS NOT NULL)
        OR (new -> 'recipients') IS DISTINCT FROM old.recipients
        OR (new -> 'sectors') IS DISTINCT FROM old.sectors
        OR (new ->> 'ict_significance')::integer IS DISTINCT FROM old.ict_significance
        OR (new ->> 'ict_share')::numeric IS DISTINCT FROM old.ict_share;
END
$$;
COMMENT ON FUNCTION commitment_splits_anew(commitment_revision, jsonb) IS
    'Whether an amendment changes into which parts the committed amount is split, or whether it is '
    'cash.';

CREATE OR REPLACE FUNCTION schedule_promise(c commitment, instalments jsonb, currency text,
                                            value_date date, receipt ledger_receipt)
RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    made integer := coalesce(c.schedule, 0) + 1;
BEGIN
    INSERT INTO planned_disbursement (commitment_id, schedule, ordinal, period_start, period_end,
                                      amount, currency, value_date, agreement_reference, entry)
    SELECT c.id, made, p.ordinality, (p.value ->> 'period_start')::date,
           (p.value ->> 'period_end')::date, (p.value ->> 'amount')::numeric,
           coalesce(p.value ->> 'currency', schedule_promise.currency),
           coalesce((p.value ->> 'value_date')::date, schedule_promise.value_date),
           p.value ->> 'agreement_reference', receipt.entry
      FROM jsonb_array_elements(instalments) WITH ORDINALITY AS p;
    CALL instalments_promise(c, made);
    RETURN made;
END
$$;

CREATE OR REPLACE FUNCTION schedule_record(of_commitment uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given       answer := write_begin(body);
    c           commitment;
    r           commitment_revision;
    instalments jsonb := body -> 'planned_disbursements';
    carried     jsonb;
    receipt     ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    c := commitment_lock_own(of_commitment);
    CALL refuse_unless_status(c, ARRAY['REGISTERED', 'EFFECTIVE'], 'rescheduled');
    CALL refuse_imported(c);
    SELECT w.* INTO r
      FROM commitment_revision AS w
     WHERE w.commitment_id = c.id AND w.revision = c.revision;
    CALL refuse_faults(instalment_faults('/planned_disbursements', instalments, r.currency)
        || schedule_total_fault('/planned_disbursements', instalments, r.amount, r.currency)
        || instalment_agreement_faults('/planned_disbursements', instalments,
                                       r.agreement_reference));
    carried := instalments_carried(c, instalments);
    receipt := commitment_append(c, 'schedule.recorded', jsonb_build_object(
                   'schedule_version', coalesce(c.schedule, 0) + 1,
                   'planned_disbursements', (
                       SELECT coalesce(jsonb_agg(p.value || jsonb_build_object(
                                  'currency', r.currency, 'value_date', r.commitment_date)
                                  ORDER BY p.ordinality), '[]')
                         FROM jsonb_array_elements(instalments) WITH ORDINALITY AS p),
                   'settles', carried,
                   'reason', body -> 'reason'));
    c.schedule := schedule_promise(c, instalments, r.currency, r.commitment_date, receipt);
    CALL instalments_settle(c.id, NULL, carried, receipt);
    c := commitment_advanced(c, receipt);
    CALL commitment_turn(c, receipt);
    CALL commitment_store(c);
    RETURN write_end(body, (201,
        json_build_object('schedule', schedule_json(c.id, c.schedule),
                          'statement', statement_json(receipt))::text,
        c.version::text, format('/v1/commitments/%s/schedule', c.id))::answer);
END
$$;

CREATE OR REPLACE FUNCTION instalments_json(of_commitment uuid, of_schedule integer, as_of bigint)
RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT coalesce(json_agg(json_build_object(
               'instalment', p.ordinal, 'period_start', p.period_start,
               'period_end', p.period_end, 'amount', p.amount::text, 'currency', p.currency,
               'value_date', p.value_date, 'agreement_reference', p.agreement_reference,
               'settled', i.settled::text, 'state', i.state)
               ORDER BY p.ordinal), '[]')
      FROM planned_disbursement AS p
      LEFT JOIN instalments_at(of_commitment, of_schedule, as_of) AS i ON i.ordinal = p.ordinal
     WHERE p.commitment_id = of_commitment AND p.schedule = of_schedule);
END
$$;

CREATE OR REPLACE FUNCTION transaction_faults(of_commitment uuid, content jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT CASE WHEN content ->> 'transaction_type' = '2'
                THEN fault('/transaction_type', 'by_amendment',
                           'The committed amount changes by an amendment of the commitment.')
                ELSE code_fault('/transaction_type', 'TransactionType',
                                content ->> 'transaction_type') END
        || CASE WHEN (content ->> 'amount')::numeric = 0
                THEN fault('/amount', 'not_zero', 'A transaction moves some money.')
                ELSE '[]' END
        || CASE WHEN (content ->> 'amount')::numeric < 0 AND NOT content ? 'adjusts'
                THEN fault('/amount', 'positive',
                           'A negative amount corrects an earlier record: name it in "adjusts".')
                ELSE '[]' END
        || CASE WHEN (content ->> 'transaction_date')::date > (now() AT TIME ZONE 'UTC')::date
                THEN fault('/transaction_date', 'not_in_future',
                           'A transaction has happened; what is planned belongs in the schedule.')
                ELSE '[]' END
        || CASE WHEN EXISTS (SELECT FROM currency AS c WHERE c.code = content ->> 'currency')
                THEN '[]'
                ELSE fault('/currency', 'codelist', format(
                         '"%s" is no ISO 4217 code; see /v1/codelists/Currency.',
                         content ->> 'currency')) END
        || amount_faults('/amount', content ->> 'amount', content ->> 'currency')
        || CASE WHEN NOT content ? 'recipient_country'
                     OR EXISTS (SELECT FROM country AS c
                                 WHERE c.code = content ->> 'recipient_country') THEN '[]'
                ELSE fault('/recipient_country', 'known_country', format(
                         '"%s" is no ISO 3166-1 country code; see /v1/countries.',
                         content ->> 'recipient_country')) END
        || CASE WHEN content ? 'recipient_country' AND content ? 'recipient_region'
                THEN fault('/recipient_region', 'single_recipient',
                           'A transaction names one recipient country or one region, not both.')
                ELSE '[]' END
        || CASE WHEN content ? 'adjusts' AND NOT content ? 'reason'
                THEN fault('/reason', 'required',
                           'A record that adjusts another one gives its reason.') ELSE '[]' END
        || CASE WHEN NOT content ? 'adjusts'
                     OR EXISTS (SELECT FROM transaction AS t
                                 WHERE t.id = (content ->> 'adjusts')::uuid
                                   AND t.commitment_id = of_commitment) THEN '[]'
                ELSE fault('/adjusts', 'known_transaction',
                           'This commitment has no transaction with this id.') END
        || coalesce((SELECT fault('/currency', 'same_currency', format(
                                'The record it adjusts is in %s.', t.currency))
                       FROM transaction AS t
                      WHERE t.id = (content ->> 'adjusts')::uuid
                        AND t.currency <> content ->> 'currency'), '[]')
        || coalesce((SELECT fault('/transaction_type', 'same_type', format(
                                'The record it adjusts has the type %s.', t.transaction_type))
                       FROM transaction AS t
                      WHERE t.id = (content ->> 'adjusts')::uuid
                        AND t.transaction_type <> content ->> 'transaction_type'), '[]')
        || in_kind_faults(of_commitment, content)
        || agreement_faults('/agreement_reference', content ->> 'agreement_reference', NULL)
        || code_fault('/recipient_region', 'Region', content ->> 'recipient_region')
        || code_fault('/sector', 'Sector', content ->> 'sector')
        || code_fault('/disbursement_channel', 'DisbursementChannel',
                      content ->> 'disbursement_channel')
        || code_fault('/flow_type', 'FlowType', content ->> 'flow_type')
        || code_fault('/finance_type', 'FinanceType', content ->> 'finance_type')
        || code_fault('/aid_type', 'AidType', content ->> 'aid_type')
        || code_fault('/tied_status', 'TiedStatus', content ->> 'tied_status'));
END
$$;

CREATE OR REPLACE FUNCTION transaction_append(c commitment, content jsonb) RETURNS commitment
LANGUAGE plpgsql AS $$
DECLARE
    t        transaction := jsonb_populate_record(NULL::transaction, content);
    due      date := receipt_deadline(c, t);
    settles  jsonb := settlement_of(c, t, content);
    revision commitment_revision;
    receipt  ledger_receipt;
BEGIN
    t.id := coalesce(t.id, gen_random_uuid());
    SELECT r.* INTO revision
      FROM commitment_revision AS r
     WHERE r.commitment_id = c.id AND r.revision = c.revision;
    -- What adjusts a record is in kind where that is, and the committed amount where it was agreed.
    IF t.adjusts IS NOT NULL THEN
        t.in_kind := (SELECT w.in_kind FROM transaction AS w WHERE w.id = t.adjusts);
    ELSIF t.transaction_type = '2' THEN
        t.in_kind := revision.in_kind;
    END IF;
    receipt := commitment_append(c, 'transaction.recorded',
                                 content || jsonb_build_object(
                                     'id', t.id, 'receipt_due_on', due, 'settles', settles,
                                     'in_kind', t.in_kind));
    INSERT INTO transaction (
           id, commitment_id, organisation_id, transaction_type, ref, transaction_date, value_date,
           amount, currency, description, provider_org, receiver_org, recipient_country,
           recipient_region, sector, disbursement_channel, flow_type, finance_type, aid_type,
           tied_status, in_kind, agreement_reference, adjusts, reason, entry, recorded_at)
    VALUES (t.id, c.id, caller_organisation(), t.transaction_type, t.ref, t.transaction_date,
            t.value_date, t.amount, t.currency, t.description, t.provider_org, t.receiver_org,
            t.recipient_country, t.recipient_region, t.sector, t.disbursement_channel,
            t.flow_type, t.finance_type, t.aid_type, t.tied_status, t.in_kind,
            t.agreement_reference, t.adjusts, t.reason, receipt.entry, receipt.at);
    INSERT INTO allocation (transaction_id, ordinal, country, region, sector, amount, ict_amount,
                            ict_ring)
    SELECT t.id, p.ordinal, p.country, p.region, p.sector, p.amount_part, p.ict_part, p.ict_ring
      FROM allocate(t, revision) AS p;
    CALL disbursement_follow(c, t, due);
    CALL instalments_settle(c.id, t.id, settles, receipt);
    CALL flow_follow(t);
    RETURN commitment_advanced(c, receipt);
END
$$;

CREATE OR REPLACE FUNCTION transaction_json(t transaction, as_of bigint) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT json_build_object(
        'id', t.id, 'commitment_id', t.commitment_id,
        'asserted_by', organisation_reference(t.organisation_id),
        'transaction_type', t.transaction_type, 'ref', t.ref,
        'transaction_date', t.transaction_date, 'value_date', t.value_date,
        'amount', t.amount::text, 'currency', t.currency, 'description', t.description,
        'provider_org', t.provider_org, 'receiver_org', t.receiver_org,
        'recipient_country', t.recipient_country, 'recipient_region', t.recipient_region,
        'sector', t.sector, 'disbursement_channel', t.disbursement_channel,
        'flow_type', t.flow_type, 'finance_type', t.finance_type, 'aid_type', t.aid_type,
        'tied_status', t.tied_status, 'in_kind', t.in_kind,
        'agreement_reference', t.agreement_reference, 'adjusts', t.adjusts, 'reason', t.reason,
        'parts', (SELECT coalesce(json_agg(json_build_object(
                             'country', a.country, 'region', a.region, 'sector', a.sector,
                             'amount', a.amount::text, 'ict_amount', a.ict_amount::text,
                             'ict_ring', a.ict_ring)
                             ORDER BY a.ordinal), '[]')
                    FROM allocation AS a WHERE a.transaction_id = t.id),
        'receipts', (SELECT coalesce(json_agg(json_build_object(
                                'country', d.country, 'state', d.state, 'amount', d.amount::text,
                                'due_on', d.due_on, 'case_due_on', d.case_due_on,
                                'confirmation_id', d.confirmation_id)
                                ORDER BY d.country COLLATE "C"), '[]')
                       FROM disbursement_states(t.id, as_of) AS d),
        'settles', (SELECT coalesce(json_agg(json_build_object(
                               'schedule_version', s.schedule, 'instalment', s.ordinal,
                               'amount', s.amount::text) ORDER BY s.ordinal), '[]')
                      FROM instalment_settlement AS s WHERE s.transaction_id = t.id),
        'entry', t.entry, 'recorded_at', rfc3339(t.recorded_at)));
END
$$;

CALL commitments_refresh();

GRANT SELECT ON discount_rate_set, discount_rate
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter,
      aidledger_importer;
GRANT EXECUTE ON FUNCTION in_kind_is_told(jsonb), discount_rate_set_json(discount_rate_set),
      months_between(date, date), grant_element(jsonb, date, numeric), is_loan(text),
      income_class(text, date, bigint), grant_elements(commitment_revision, text, bigint),
      grant_equivalent_json(commitment_revision, bigint), parts_with_share(jsonb)
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter,
      aidledger_importer;
GRANT EXECUTE ON FUNCTION loan_faults(jsonb), agreement_faults(text, text, text),
      instalment_agreement_faults(text, jsonb, text), in_kind_faults(uuid, jsonb)
   TO aidledger_writer;
