-- Who won the contracts that aid pays for: de facto untying, beside what donors declare.
--
-- The donor, an organisation that a transaction names as its receiver, and a recipient government may each
-- state a contract. One that several state counts once, as whoever bought says.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

INSERT INTO ledger_field (kind, field, exposure)
SELECT v.kind, f.field, 'public'
  FROM (VALUES ('contract.stated', ARRAY['id', 'commitment', 'side', 'country', 'reference', 'title',
                                         'natural_person', 'supplier_name', 'supplier_identifier',
                                         'supplier_country', 'amount', 'currency', 'awarded_on',
                                         'url', 'supersedes', 'reason']),
               ('contract.withdrawn', ARRAY['reason'])) AS v (kind, fields)
 CROSS JOIN unnest(v.fields) AS f (field);

CREATE TABLE contract_award (
    id                  uuid    NOT NULL CONSTRAINT contract_award_pkey PRIMARY KEY,
    commitment_id       uuid    NOT NULL
        CONSTRAINT contract_award_commitment_id_known REFERENCES commitment (id),
    side                text    NOT NULL,
    country             text    CONSTRAINT contract_award_country_known REFERENCES country (code),
    reference           text    NOT NULL,
    reference_key       text    NOT NULL,
    title               text    NOT NULL,
    natural_person      boolean NOT NULL,
    supplier_name       text,
    supplier_identifier text,
    supplier_country    text
        CONSTRAINT contract_award_supplier_country_known REFERENCES country (code),
    amount              numeric NOT NULL,
    currency            text    NOT NULL
        CONSTRAINT contract_award_currency_known REFERENCES currency (code),
    awarded_on          date    NOT NULL,
    url                 text,
    supersedes          uuid    CONSTRAINT contract_award_supersedes_known
                                REFERENCES contract_award (id)
                                CONSTRAINT contract_award_supersedes_unique UNIQUE,
    reason              text,
    organisation_id     uuid    NOT NULL
        CONSTRAINT contract_award_organisation_id_known REFERENCES organisation (id),
    entry               uuid    NOT NULL
        CONSTRAINT contract_award_entry_known REFERENCES ledger_entry (entry),
    recorded_at         timestamptz NOT NULL,
    CONSTRAINT contract_award_side_known CHECK (side IN ('donor', 'implementer', 'recipient')),
    CONSTRAINT contract_award_supplier_name_person CHECK (
        natural_person = (supplier_name IS NULL)
        AND NOT (natural_person AND supplier_identifier IS NOT NULL)),
    CONSTRAINT contract_award_amount_positive CHECK (amount > 0),
    CONSTRAINT contract_award_supersedes_reason CHECK ((supersedes IS NULL) = (reason IS NULL)),
    CONSTRAINT contract_award_reference_length CHECK (char_length(reference) BETWEEN 1 AND 200),
    CONSTRAINT contract_award_title_length CHECK (char_length(title) BETWEEN 1 AND 500),
    CONSTRAINT contract_award_supplier_name_length CHECK (
        char_length(supplier_name) BETWEEN 1 AND 200),
    CONSTRAINT contract_award_url_length CHECK (char_length(url) BETWEEN 1 AND 2000),
    CONSTRAINT contract_award_reason_length CHECK (char_length(reason) BETWEEN 1 AND 2000)
);
CREATE INDEX contract_award_recorded_at ON contract_award (recorded_at DESC, id DESC);
CREATE INDEX contract_award_commitment_id ON contract_award (commitment_id, reference_key);
COMMENT ON TABLE contract_award IS
    'A contract paid for from a commitment: its value, and the country of the supplier that won it. A '
    'supplier is named when it is a firm; of a natural person only the country is kept.';
COMMENT ON COLUMN contract_award.side IS
    'As what the speaker states it: the donor, a receiver that implements, or a recipient '
    'government.';
COMMENT ON COLUMN contract_award.country IS
    'The recipient country that it is for, where the commitment has one or the speaker says which.';
COMMENT ON COLUMN contract_award.reference_key IS
    'The reference without what people write differently: the same contract, whoever states it.';
COMMENT ON COLUMN contract_award.supplier_country IS 'Null where it is not known.';
COMMENT ON CONSTRAINT contract_award_side_known ON contract_award IS
    'The sides are donor, implementer and recipient.';
COMMENT ON CONSTRAINT contract_award_supplier_name_person ON contract_award IS
    '/supplier_name: A firm is named, a natural person is not.';
COMMENT ON CONSTRAINT contract_award_amount_positive ON contract_award IS
    '/amount: The value of a contract is greater than zero.';
COMMENT ON CONSTRAINT contract_award_supersedes_unique ON contract_award IS
    'This was superseded already; supersede the newest one.';
COMMENT ON CONSTRAINT contract_award_supersedes_reason ON contract_award IS
    '/reason: What supersedes something says why, and only that does.';
COMMENT ON CONSTRAINT contract_award_reference_length ON contract_award IS
    '/reference: A reference has 1 to 200 characters.';
COMMENT ON CONSTRAINT contract_award_title_length ON contract_award IS
    '/title: A title has 1 to 500 characters.';
COMMENT ON CONSTRAINT contract_award_supplier_name_length ON contract_award IS
    '/supplier_name: A name has 1 to 200 characters.';
COMMENT ON CONSTRAINT contract_award_url_length ON contract_award IS
    '/url: A URL has 1 to 2,000 characters.';
COMMENT ON CONSTRAINT contract_award_reason_length ON contract_award IS
    '/reason: A reason has 1 to 2,000 characters.';

CREATE TABLE contract_award_withdrawal (
    award_id        uuid        NOT NULL
        CONSTRAINT contract_award_withdrawal_pkey PRIMARY KEY
        CONSTRAINT contract_award_withdrawal_award_id_known REFERENCES contract_award (id),
    reason          text        NOT NULL,
    organisation_id uuid        NOT NULL
        CONSTRAINT contract_award_withdrawal_organisation_id_known REFERENCES organisation (id),
    entry           uuid        NOT NULL
        CONSTRAINT contract_award_withdrawal_entry_known REFERENCES ledger_entry (entry),
    recorded_at     timestamptz NOT NULL,
    CONSTRAINT contract_award_withdrawal_reason_length CHECK (
        char_length(reason) BETWEEN 1 AND 2000)
);
COMMENT ON TABLE contract_award_withdrawal IS
    'That a contract was not awarded as stated and nothing stands in its place, and why.';
COMMENT ON CONSTRAINT contract_award_withdrawal_reason_length ON contract_award_withdrawal IS
    '/reason: A reason has 1 to 2,000 characters.';

CREATE FUNCTION contract_side(of_commitment uuid, organisation uuid, of_country text) RETURNS text
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT CASE WHEN c.organisation_id = organisation THEN 'donor'
                WHEN of_country = ANY (c.countries) THEN 'recipient'
                WHEN EXISTS (SELECT FROM transaction AS t
                               JOIN organisation AS o ON o.identifier = t.receiver_org ->> 'ref'
                              WHERE t.commitment_id = c.id AND o.id = organisation)
                THEN 'implementer' END
      FROM commitment AS c
     WHERE c.id = of_commitment AND c.published);
END
$$;
COMMENT ON FUNCTION contract_side(uuid, uuid, text) IS
    'As what an organisation of this country''s government may state contracts of a public '
    'commitment; null when it may not.';

CREATE FUNCTION caller_contract_side(of_commitment uuid) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
    side text := contract_side(of_commitment, caller_organisation(), caller_country());
BEGIN
    RETURN CASE WHEN side = 'recipient' AND NOT (caller_has_role('recipient_officer')
                                                 OR caller_has_role('recipient_signatory'))
                     OR side = 'donor' AND NOT (caller_has_role('donor_editor')
                                                OR caller_has_role('donor_approver'))
                     OR side = 'implementer' AND NOT (caller_has_role('stakeholder')
                                                      OR caller_has_role('donor_editor')
                                                      OR caller_has_role('donor_approver'))
                THEN NULL ELSE side END;
END
$$;
COMMENT ON FUNCTION caller_contract_side(uuid) IS
    'As what the caller may state contracts of a public commitment; null when it may not.';

DO $$
DECLARE
    record_table text;
BEGIN
    FOREACH record_table IN ARRAY ARRAY['contract_award', 'contract_award_withdrawal']
    LOOP
        EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I '
                       'FOR EACH STATEMENT EXECUTE FUNCTION record_is_immutable()',
                       record_table || '_kept', record_table);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', record_table);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', record_table);
    END LOOP;
END
$$;
CREATE POLICY contract_award_read ON contract_award FOR SELECT
    USING (EXISTS (SELECT FROM commitment AS c WHERE c.id = commitment_id));
CREATE POLICY contract_award_make ON contract_award FOR INSERT
    WITH CHECK (organisation_id = (SELECT caller_organisation())
                AND side = caller_contract_side(commitment_id));
CREATE POLICY contract_award_withdrawal_read ON contract_award_withdrawal FOR SELECT
    USING (EXISTS (SELECT FROM contract_award AS a WHERE a.id = award_id));
CREATE POLICY contract_award_withdrawal_make ON contract_award_withdrawal FOR INSERT
    WITH CHECK (organisation_id = (SELECT caller_organisation())
                AND EXISTS (SELECT FROM contract_award AS a
                             WHERE a.id = award_id
                               AND a.organisation_id = (SELECT caller_organisation())
                               AND a.side = caller_contract_side(a.commitment_id)));

CREATE FUNCTION contract_state_of(a contract_award, as_of bigint) RETURNS text
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE
        WHEN EXISTS (SELECT FROM contract_award_withdrawal AS w
                      WHERE w.award_id = a.id AND ledger_holds(w.entry, as_of)) THEN 'withdrawn'
        WHEN EXISTS (SELECT FROM contract_award AS n
                      WHERE n.supersedes = a.id AND ledger_holds(n.entry, as_of))
        THEN 'superseded'
        ELSE 'in_force' END;
END
$$;
COMMENT ON FUNCTION contract_state_of(contract_award, bigint) IS
    'Whether what was stated of a contract is in_force, superseded or withdrawn, as of a ledger '
    'position or now.';

CREATE FUNCTION contract_version(a contract_award, as_of bigint) RETURNS integer
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE contract_state_of(a, as_of) WHEN 'in_force' THEN 1 ELSE 2 END;
END
$$;
COMMENT ON FUNCTION contract_version(contract_award, bigint) IS
    'The entity tag: 1 while it is in force, 2 from then on.';

CREATE FUNCTION contract_json(a contract_award, as_of bigint) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT json_build_object(
        'id', a.id, 'commitment_id', a.commitment_id, 'side', a.side, 'country', a.country,
        'reference', a.reference, 'title', a.title, 'natural_person', a.natural_person,
        'supplier_name', a.supplier_name, 'supplier_identifier', a.supplier_identifier,
        'supplier_country', a.supplier_country, 'amount', a.amount::text, 'currency', a.currency,
        'awarded_on', a.awarded_on, 'url', a.url, 'state', contract_state_of(a, as_of),
        'supersedes', a.supersedes, 'reason', a.reason,
        'superseded_by', (SELECT n.id FROM contract_award AS n
                           WHERE n.supersedes = a.id AND ledger_holds(n.entry, as_of)),
        'withdrawal', (SELECT json_build_object('reason', w.reason, 'entry', w.entry,
                                                'withdrawn_at', rfc3339(w.recorded_at))
                         FROM contract_award_withdrawal AS w
                        WHERE w.award_id = a.id AND ledger_holds(w.entry, as_of)),
        'stated_by', organisation_reference(a.organisation_id), 'entry', a.entry,
        'stated_at', rfc3339(a.recorded_at)));
END
$$;
COMMENT ON FUNCTION contract_json(contract_award, bigint) IS
    'What was stated of a contract as documents show it, as of a ledger position or now.';

CREATE FUNCTION contract_in_force(a contract_award) RETURNS contract_award
LANGUAGE plpgsql STABLE AS $$
DECLARE
    held contract_award;
BEGIN
    SELECT w.* INTO held
      FROM contract_award AS w
     WHERE w.commitment_id = a.commitment_id AND w.reference_key = a.reference_key
       AND w.organisation_id = a.organisation_id AND contract_state_of(w, NULL) = 'in_force';
    RETURN held;
END
$$;
COMMENT ON FUNCTION contract_in_force(contract_award) IS
    'What the same organisation says of the same contract now.';

CREATE FUNCTION contract_faults(a contract_award, c commitment, held contract_award)
RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE WHEN a.natural_person AND num_nonnulls(a.supplier_name, a.supplier_identifier) > 0
                THEN fault(CASE WHEN a.supplier_name IS NOT NULL THEN '/supplier_name'
                                ELSE '/supplier_identifier' END, 'personal_data',
                           'A natural person is not named: its country is enough.')
                WHEN NOT a.natural_person AND a.supplier_name IS NULL
                THEN fault('/supplier_name', 'required', 'A firm is named.') ELSE '[]' END
        || CASE WHEN a.supplier_country IS NULL
                     OR EXISTS (SELECT FROM country AS k WHERE k.code = a.supplier_country)
                THEN '[]'
                ELSE fault('/supplier_country', 'known_country', format(
                         '"%s" is no ISO 3166-1 country code; see /v1/countries.',
                         a.supplier_country)) END
        || CASE WHEN a.country IS NULL OR a.country = ANY (c.countries) THEN '[]'
                ELSE fault('/country', 'recipient', format(
                         '"%s" is no recipient country of this commitment.', a.country)) END
        || CASE WHEN a.reference_key IS NULL
                THEN fault('/reference', 'letters', 'A reference has letters or digits.')
                ELSE '[]' END
        || CASE WHEN NOT EXISTS (SELECT FROM currency AS k WHERE k.code = a.currency)
                THEN fault('/currency', 'codelist', format(
                         '"%s" is no currency; see /v1/codelists/Currency.', a.currency))
                WHEN a.amount > 0 THEN amount_faults('/amount', a.amount::text, a.currency)
                ELSE fault('/amount', 'positive',
                           'The value of a contract is greater than zero.') END
        || CASE WHEN a.awarded_on <= today() THEN '[]'
                ELSE fault('/awarded_on', 'not_in_future',
                           'A contract that was awarded was awarded by today.') END
        || CASE WHEN a.supersedes IS DISTINCT FROM held.id
                THEN fault('/supersedes', 'in_force', CASE WHEN held.id IS NULL
                         THEN 'Nothing of yours is in force that this would supersede.'
                         ELSE format('%s is in force: supersede that one.', held.id) END)
                WHEN held.id IS NOT NULL AND a.reason IS NULL
                THEN fault('/reason', 'required', 'Say why it is superseded.')
                WHEN held.id IS NULL AND a.reason IS NOT NULL
                THEN fault('/reason', 'not_applicable',
                           'Nothing of yours is in force that this would supersede.')
                ELSE '[]' END;
END
$$;
COMMENT ON FUNCTION contract_faults(contract_award, commitment, contract_award) IS
    'What is wrong with what is said of a contract.';

CREATE FUNCTION contract_answer(a contract_award, receipt ledger_receipt, status integer)
RETURNS answer
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (status, json_build_object('contract_award', contract_json(a, NULL),
                                      'statement', statement_json(receipt))::text,
            contract_version(a, NULL)::text,
            CASE WHEN status = 201 THEN '/v1/contract-awards/' || a.id END)::answer;
END
$$;
COMMENT ON FUNCTION contract_answer(contract_award, ledger_receipt, integer) IS
    'The answer to a statement about a contract: what it says and the ledger entry.';

CREATE PROCEDURE contracts_hold(of_commitment uuid)
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('aidledger contracts ' || of_commitment, 0));
END
$$;
COMMENT ON PROCEDURE contracts_hold(uuid) IS
    'What is said of the contracts of a commitment comes one after the other.';

CREATE FUNCTION contract_state(of_commitment uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    c       commitment;
    a       contract_award := jsonb_populate_record(NULL::contract_award, body);
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    SELECT w.* INTO c FROM commitment AS w WHERE w.id = of_commitment;
    IF NOT FOUND THEN
        CALL refuse_missing('commitment');
    END IF;
    IF NOT c.published THEN
        CALL refuse_conflict(format('Contracts are of a commitment that is registered; this one is '
                                    '%s.', c.status));
    END IF;
    a.side := caller_contract_side(c.id);
    IF a.side IS NULL THEN
        CALL refuse_forbidden('Contracts are stated by the donor, by a receiver that a '
                              'transaction of the commitment names, or by a recipient government.');
    END IF;
    CALL contracts_hold(c.id);
    a.id := gen_random_uuid();
    a.commitment_id := c.id;
    a.natural_person := coalesce(a.natural_person, false);
    a.reference_key := agreement_key(a.reference);
    a.organisation_id := caller_organisation();
    a.country := coalesce(a.country, CASE WHEN a.side = 'recipient' THEN caller_country()
                                          WHEN cardinality(c.countries) = 1 THEN c.countries[1] END);
    IF a.side = 'recipient' AND a.country <> caller_country() THEN
        CALL refuse_faults(fault('/country', 'own_country',
                                 'A government speaks of contracts for its own country.'));
    END IF;
    CALL refuse_faults(contract_faults(a, c, contract_in_force(a)));
    receipt := aggregate_append(a.id, 'contract.stated', jsonb_build_object(
                   'id', a.id, 'commitment', a.commitment_id, 'side', a.side,
                   'country', a.country, 'reference', a.reference, 'title', a.title,
                   'natural_person', a.natural_person, 'supplier_name', a.supplier_name,
                   'supplier_identifier', a.supplier_identifier,
                   'supplier_country', a.supplier_country, 'amount', a.amount::text,
                   'currency', a.currency, 'awarded_on', a.awarded_on, 'url', a.url,
                   'supersedes', a.supersedes, 'reason', a.reason));
    a.entry := receipt.entry;
    a.recorded_at := receipt.at;
    INSERT INTO contract_award SELECT a.*;
    RETURN write_end(body, contract_answer(a, receipt, 201));
END
$$;
COMMENT ON FUNCTION contract_state(uuid, jsonb) IS
    'The donor, a receiver that implements or a recipient government says who won a contract.';

CREATE FUNCTION contract_withdraw(of_award uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    a       contract_award;
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    SELECT w.* INTO a FROM contract_award AS w WHERE w.id = of_award;
    IF NOT FOUND THEN
        CALL refuse_missing('contract award');
    END IF;
    IF a.organisation_id <> caller_organisation()
       OR a.side IS DISTINCT FROM caller_contract_side(a.commitment_id) THEN
        CALL refuse_forbidden('What was stated of a contract is withdrawn by who stated it.');
    END IF;
    CALL contracts_hold(a.commitment_id);
    CALL refuse_stale(contract_version(a, NULL));
    IF contract_state_of(a, NULL) <> 'in_force' THEN
        CALL refuse_conflict(format('What is %s cannot be withdrawn.',
                                    contract_state_of(a, NULL)));
    END IF;
    receipt := aggregate_append(a.id, 'contract.withdrawn', body);
    INSERT INTO contract_award_withdrawal (award_id, reason, organisation_id, entry, recorded_at)
    VALUES (a.id, body ->> 'reason', caller_organisation(), receipt.entry, receipt.at);
    RETURN write_end(body, contract_answer(a, receipt, 200));
END
$$;
COMMENT ON FUNCTION contract_withdraw(uuid, jsonb) IS
    'Takes back what was stated of a contract, without anything in its place.';

-- ---------------------------------------------------------------- what the report counts

CREATE FUNCTION report_contracts(target text, of_set uuid)
RETURNS TABLE (award_id uuid, commitment_id uuid, donor uuid, donor_country text, country text,
               awarded_on date, currency text, amount numeric, stated_currency text,
               stated numeric, supplier_country text, differing boolean, leaf_index bigint)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    PERFORM report_converts(target, of_set);
    RETURN QUERY
    WITH said AS MATERIALIZED (
        SELECT a.*, l.leaf_index AS leaf
          FROM contract_award AS a
          JOIN ledger_leaf AS l ON l.entry = a.entry
         WHERE l.leaf_index < report_position()),
    held AS (
        SELECT s.*
          FROM said AS s
         WHERE NOT EXISTS (SELECT FROM said AS n WHERE n.supersedes = s.id)
           AND NOT EXISTS (SELECT FROM contract_award_withdrawal AS w
                             JOIN ledger_leaf AS l ON l.entry = w.entry
                            WHERE w.award_id = s.id AND l.leaf_index < report_position())),
    told AS MATERIALIZED (
        SELECT h.*,
               row_number() OVER (PARTITION BY h.commitment_id, h.reference_key ORDER BY
                   array_position(ARRAY['implementer', 'recipient', 'donor'], h.side), h.leaf)
                   AS turn,
               count(*) OVER contract > 1
                   AND (min(h.supplier_country) OVER contract
                        IS DISTINCT FROM max(h.supplier_country) OVER contract
                        OR min(h.amount) OVER contract <> max(h.amount) OVER contract
                        OR min(h.currency) OVER contract <> max(h.currency) OVER contract)
                   AS differs
          FROM held AS h
        WINDOW contract AS (PARTITION BY h.commitment_id, h.reference_key)),
    factor AS MATERIALIZED (
        SELECT d.stated, d.day, f.currency, f.numerator, f.denominator
          FROM (SELECT DISTINCT t.currency AS stated, t.awarded_on AS day FROM told AS t
                 WHERE t.turn = 1) AS d
         CROSS JOIN LATERAL report_factor(target, of_set, d.stated, d.day) AS f)
    SELECT t.id, t.commitment_id, o.id, o.country, t.country, t.awarded_on, f.currency,
           report_amount(t.amount, f.numerator, f.denominator), t.currency, t.amount,
           t.supplier_country, t.differs, t.leaf
      FROM told AS t
      JOIN commitment AS c ON c.id = t.commitment_id
      JOIN organisation AS o ON o.id = c.organisation_id
      JOIN factor AS f ON f.stated = t.currency AND f.day = t.awarded_on
     WHERE t.turn = 1;
END
$$;
COMMENT ON FUNCTION report_contracts(text, uuid) IS
    'The contracts in force at the report''s position, each once: as a receiver that implements '
    'says, or else the recipient government, or else the donor; "differing" where they say '
    'different things.';

GRANT SELECT ON contract_award, contract_award_withdrawal
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter,
      aidledger_importer;
GRANT INSERT ON contract_award, contract_award_withdrawal TO aidledger_writer;
GRANT EXECUTE ON FUNCTION contract_state_of(contract_award, bigint),
      contract_version(contract_award, bigint), contract_json(contract_award, bigint)
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter;
GRANT EXECUTE ON FUNCTION contract_side(uuid, uuid, text), caller_contract_side(uuid),
      contract_in_force(contract_award),
      contract_faults(contract_award, commitment, contract_award),
      contract_answer(contract_award, ledger_receipt, integer), contract_state(uuid, jsonb),
      contract_withdraw(uuid, jsonb)
   TO aidledger_writer;
GRANT EXECUTE ON PROCEDURE contracts_hold(uuid) TO aidledger_writer;
GRANT EXECUTE ON FUNCTION report_contracts(text, uuid)
   TO aidledger_reporter, aidledger_public, aidledger_scoped;
