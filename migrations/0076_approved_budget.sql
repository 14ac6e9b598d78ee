-- What of aid stands in the budget that a recipient's legislature approved, as its government says; and
-- what follows for GPEDC indicator 6.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

INSERT INTO ledger_field (kind, field, exposure)
SELECT v.kind, f.field, 'public'
  FROM (VALUES ('budget.stated', ARRAY['id', 'country', 'donor', 'year', 'commitment', 'amount',
                                       'currency', 'approved_on', 'source', 'url', 'sha256',
                                       'supersedes', 'reason']),
               ('budget.withdrawn', ARRAY['reason'])) AS v (kind, fields)
 CROSS JOIN unnest(v.fields) AS f (field);

CREATE TABLE approved_budget (
    id              uuid    NOT NULL CONSTRAINT approved_budget_pkey PRIMARY KEY,
    country         text    NOT NULL
        CONSTRAINT approved_budget_country_known REFERENCES country (code),
    donor_id        uuid    NOT NULL
        CONSTRAINT approved_budget_donor_id_known REFERENCES organisation (id),
    year            integer NOT NULL,
    commitment_id   uuid    CONSTRAINT approved_budget_commitment_id_known
                            REFERENCES commitment (id),
    amount          numeric NOT NULL,
    currency        text    NOT NULL
        CONSTRAINT approved_budget_currency_known REFERENCES currency (code),
    approved_on     date    NOT NULL,
    source          text    NOT NULL,
    url             text,
    sha256          text,
    supersedes      uuid    CONSTRAINT approved_budget_supersedes_known
                            REFERENCES approved_budget (id)
                            CONSTRAINT approved_budget_supersedes_unique UNIQUE,
    reason          text,
    organisation_id uuid    NOT NULL
        CONSTRAINT approved_budget_organisation_id_known REFERENCES organisation (id),
    entry           uuid    NOT NULL
        CONSTRAINT approved_budget_entry_known REFERENCES ledger_entry (entry),
    recorded_at     timestamptz NOT NULL,
    CONSTRAINT approved_budget_amount_not_negative CHECK (amount >= 0),
    CONSTRAINT approved_budget_supersedes_reason CHECK ((supersedes IS NULL) = (reason IS NULL)),
    CONSTRAINT approved_budget_source_length CHECK (char_length(source) BETWEEN 1 AND 1000),
    CONSTRAINT approved_budget_url_length CHECK (char_length(url) BETWEEN 1 AND 2000),
    CONSTRAINT approved_budget_sha256_shape CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    CONSTRAINT approved_budget_reason_length CHECK (char_length(reason) BETWEEN 1 AND 2000)
);
CREATE INDEX approved_budget_recorded_at ON approved_budget (recorded_at DESC, id DESC);
CREATE INDEX approved_budget_place ON approved_budget (country, donor_id, year);
CREATE INDEX approved_budget_commitment_id ON approved_budget (commitment_id)
 WHERE commitment_id IS NOT NULL;
COMMENT ON TABLE approved_budget IS
    'Money of a donor that stands in the annual budget as the legislature of the recipient approved '
    'it, of all the donor gives or of one commitment. 0 says that somebody looked and found none.';
COMMENT ON COLUMN approved_budget.year IS 'The fiscal year, as the country names it.';
COMMENT ON COLUMN approved_budget.approved_on IS
    'The day the legislature approved it; a supplementary budget is another statement.';
COMMENT ON COLUMN approved_budget.sha256 IS 'Of the document that the source names.';
COMMENT ON CONSTRAINT approved_budget_amount_not_negative ON approved_budget IS
    '/amount: A budget holds an amount, or 0.';
COMMENT ON CONSTRAINT approved_budget_supersedes_unique ON approved_budget IS
    'This was superseded already; supersede the newest one.';
COMMENT ON CONSTRAINT approved_budget_supersedes_reason ON approved_budget IS
    '/reason: What supersedes something says why, and only that does.';
COMMENT ON CONSTRAINT approved_budget_source_length ON approved_budget IS
    '/source: A source is named in 1 to 1,000 characters.';
COMMENT ON CONSTRAINT approved_budget_url_length ON approved_budget IS
    '/url: A URL has 1 to 2,000 characters.';
COMMENT ON CONSTRAINT approved_budget_sha256_shape ON approved_budget IS
    '/sha256: A SHA-256 has 64 hexadecimal digits in lower case.';
COMMENT ON CONSTRAINT approved_budget_reason_length ON approved_budget IS
    '/reason: A reason has 1 to 2,000 characters.';

CREATE TABLE approved_budget_withdrawal (
    budget_id       uuid        NOT NULL
        CONSTRAINT approved_budget_withdrawal_pkey PRIMARY KEY
        CONSTRAINT approved_budget_withdrawal_budget_id_known REFERENCES approved_budget (id),
    reason          text        NOT NULL,
    organisation_id uuid        NOT NULL
        CONSTRAINT approved_budget_withdrawal_organisation_id_known REFERENCES organisation (id),
    entry           uuid        NOT NULL
        CONSTRAINT approved_budget_withdrawal_entry_known REFERENCES ledger_entry (entry),
    recorded_at     timestamptz NOT NULL,
    CONSTRAINT approved_budget_withdrawal_reason_length CHECK (
        char_length(reason) BETWEEN 1 AND 2000)
);
COMMENT ON TABLE approved_budget_withdrawal IS
    'That what was stated of a budget no longer holds and nothing stands in its place, and why.';
COMMENT ON CONSTRAINT approved_budget_withdrawal_reason_length ON approved_budget_withdrawal IS
    '/reason: A reason has 1 to 2,000 characters.';

DO $$
DECLARE
    record_table text;
BEGIN
    FOREACH record_table IN ARRAY ARRAY['approved_budget', 'approved_budget_withdrawal']
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
CREATE POLICY approved_budget_make ON approved_budget FOR INSERT
    WITH CHECK (organisation_id = (SELECT caller_organisation())
                AND country = (SELECT caller_country())
                AND ((SELECT caller_has_role('recipient_officer'))
                     OR (SELECT caller_has_role('recipient_signatory')))
                AND (commitment_id IS NULL
                     OR EXISTS (SELECT FROM commitment AS c
                                 WHERE c.id = commitment_id AND c.published
                                   AND c.organisation_id = donor_id)));
CREATE POLICY approved_budget_withdrawal_make ON approved_budget_withdrawal FOR INSERT
    WITH CHECK (organisation_id = (SELECT caller_organisation())
                AND EXISTS (SELECT FROM approved_budget AS b
                             WHERE b.id = budget_id AND b.country = (SELECT caller_country()))
                AND ((SELECT caller_has_role('recipient_officer'))
                     OR (SELECT caller_has_role('recipient_signatory'))));

CREATE FUNCTION budget_state_of(b approved_budget, as_of bigint) RETURNS text
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE
        WHEN EXISTS (SELECT FROM approved_budget_withdrawal AS w
                      WHERE w.budget_id = b.id AND ledger_holds(w.entry, as_of)) THEN 'withdrawn'
        WHEN EXISTS (SELECT FROM approved_budget AS n
                      WHERE n.supersedes = b.id AND ledger_holds(n.entry, as_of))
        THEN 'superseded'
        ELSE 'in_force' END;
END
$$;
COMMENT ON FUNCTION budget_state_of(approved_budget, bigint) IS
    'Whether what was stated of a budget is in_force, superseded or withdrawn, as of a ledger '
    'position or now.';

CREATE FUNCTION budget_version(b approved_budget, as_of bigint) RETURNS integer
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE budget_state_of(b, as_of) WHEN 'in_force' THEN 1 ELSE 2 END;
END
$$;
COMMENT ON FUNCTION budget_version(approved_budget, bigint) IS
    'The entity tag: 1 while it is in force, 2 from then on.';

CREATE FUNCTION budget_json(b approved_budget, as_of bigint) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT json_build_object(
        'id', b.id, 'country', b.country, 'donor', organisation_reference(b.donor_id),
        'year', b.year, 'commitment_id', b.commitment_id, 'amount', b.amount::text,
        'currency', b.currency, 'approved_on', b.approved_on, 'source', b.source, 'url', b.url,
        'sha256', b.sha256, 'state', budget_state_of(b, as_of), 'supersedes', b.supersedes,
        'reason', b.reason,
        'superseded_by', (SELECT n.id FROM approved_budget AS n
                           WHERE n.supersedes = b.id AND ledger_holds(n.entry, as_of)),
        'withdrawal', (SELECT json_build_object('reason', w.reason, 'entry', w.entry,
                                                'withdrawn_at', rfc3339(w.recorded_at))
                         FROM approved_budget_withdrawal AS w
                        WHERE w.budget_id = b.id AND ledger_holds(w.entry, as_of)),
        'stated_by', organisation_reference(b.organisation_id), 'entry', b.entry,
        'stated_at', rfc3339(b.recorded_at)));
END
$$;
COMMENT ON FUNCTION budget_json(approved_budget, bigint) IS
    'What was stated of a budget as documents show it, as of a ledger position or now.';

CREATE FUNCTION budget_in_force(b approved_budget) RETURNS approved_budget
LANGUAGE plpgsql STABLE AS $$
DECLARE
    held approved_budget;
BEGIN
    SELECT w.* INTO held
      FROM approved_budget AS w
     WHERE (w.country, w.donor_id, w.year, w.currency) = (b.country, b.donor_id, b.year, b.currency)
       AND w.commitment_id IS NOT DISTINCT FROM b.commitment_id
       AND budget_state_of(w, NULL) = 'in_force';
    RETURN held;
END
$$;
COMMENT ON FUNCTION budget_in_force(approved_budget) IS
    'What the government says now of the same donor, year, currency and commitment, or of all '
    'commitments.';

CREATE FUNCTION budget_faults(b approved_budget, held approved_budget) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
    c commitment;
BEGIN
    SELECT w.* INTO c FROM commitment AS w WHERE w.id = b.commitment_id AND w.published;
    RETURN CASE WHEN b.donor_id IS NULL
                THEN fault('/donor', 'known_organisation',
                           'No organisation has this identifier or id; see /v1/organisations.')
                WHEN b.commitment_id IS NOT NULL AND c.id IS NULL
                THEN fault('/commitment_id', 'known_commitment',
                           'There is no public commitment with this id.')
                WHEN c.organisation_id <> b.donor_id
                THEN fault('/commitment_id', 'of_donor', 'The commitment is another donor''s.')
                WHEN b.country <> ALL (c.countries)
                THEN fault('/commitment_id', 'recipient',
                           'Your country is no recipient of this commitment.')
                WHEN EXISTS (SELECT FROM approved_budget AS w
                              WHERE (w.country, w.donor_id, w.year)
                                    = (b.country, b.donor_id, b.year)
                                AND (w.commitment_id IS NULL) <> (b.commitment_id IS NULL)
                                AND budget_state_of(w, NULL) = 'in_force')
                THEN fault('/commitment_id', 'whole_or_parts', 'You have stated the donor''s money '
                           'of the year the other way, as a whole or by commitments: withdraw '
                           'that first, or it would count twice.') ELSE '[]' END
        || CASE WHEN EXISTS (SELECT FROM currency AS k WHERE k.code = b.currency)
                THEN amount_faults('/amount', b.amount::text, b.currency)
                ELSE fault('/currency', 'codelist', format(
                         '"%s" is no currency; see /v1/codelists/Currency.', b.currency)) END
        || CASE WHEN b.approved_on <= today() THEN '[]'
                ELSE fault('/approved_on', 'not_in_future',
                           'A budget that is approved was approved by today.') END
        || CASE WHEN b.supersedes IS DISTINCT FROM held.id
                THEN fault('/supersedes', 'in_force', CASE WHEN held.id IS NULL
                         THEN 'Nothing is in force that this would supersede.'
                         ELSE format('%s is in force: supersede that one.', held.id) END)
                WHEN held.id IS NOT NULL AND b.reason IS NULL
                THEN fault('/reason', 'required', 'Say why it is superseded.')
                WHEN held.id IS NULL AND b.reason IS NOT NULL
                THEN fault('/reason', 'not_applicable',
                           'Nothing is in force that this would supersede.') ELSE '[]' END;
END
$$;
COMMENT ON FUNCTION budget_faults(approved_budget, approved_budget) IS
    'What is wrong with what a government says of its budget.';

CREATE PROCEDURE budgets_hold()
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(
        concat_ws(' ', 'aidledger budgets', caller_country()), 0));
END
$$;
COMMENT ON PROCEDURE budgets_hold() IS
    'What a government says of its budgets comes one after the other.';

CREATE FUNCTION budget_answer(b approved_budget, receipt ledger_receipt, status integer)
RETURNS answer
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (status, json_build_object('approved_budget', budget_json(b, NULL),
                                      'statement', statement_json(receipt))::text,
            budget_version(b, NULL)::text,
            CASE WHEN status = 201 THEN '/v1/approved-budgets/' || b.id END)::answer;
END
$$;
COMMENT ON FUNCTION budget_answer(approved_budget, ledger_receipt, integer) IS
    'The answer to a statement about a budget: what it says and the ledger entry.';

CREATE FUNCTION budget_state(body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    b       approved_budget := jsonb_populate_record(NULL::approved_budget, body);
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    CALL budgets_hold();
    b.id := gen_random_uuid();
    b.country := caller_country();
    SELECT o.id INTO b.donor_id
      FROM organisation AS o
     WHERE body ->> 'donor' IN (o.identifier, o.id::text);
    CALL refuse_faults(budget_faults(b, budget_in_force(b)));
    receipt := aggregate_append(b.id, 'budget.stated', jsonb_build_object(
                   'id', b.id, 'country', b.country, 'donor', b.donor_id, 'year', b.year,
                   'commitment', b.commitment_id, 'amount', b.amount::text,
                   'currency', b.currency, 'approved_on', b.approved_on, 'source', b.source,
                   'url', b.url, 'sha256', b.sha256, 'supersedes', b.supersedes,
                   'reason', b.reason));
    b.organisation_id := caller_organisation();
    b.entry := receipt.entry;
    b.recorded_at := receipt.at;
    INSERT INTO approved_budget SELECT b.*;
    RETURN write_end(body, budget_answer(b, receipt, 201));
END
$$;
COMMENT ON FUNCTION budget_state(jsonb) IS
    'A government says what of a donor''s money stands in the approved budget of a fiscal year.';

CREATE FUNCTION budget_withdraw(of_budget uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    b       approved_budget;
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    SELECT w.* INTO b FROM approved_budget AS w WHERE w.id = of_budget;
    IF NOT FOUND THEN
        CALL refuse_missing('approved budget');
    END IF;
    IF b.country IS DISTINCT FROM caller_country() THEN
        CALL refuse_forbidden('A government speaks of the budget of its own country.');
    END IF;
    CALL budgets_hold();
    CALL refuse_stale(budget_version(b, NULL));
    IF budget_state_of(b, NULL) <> 'in_force' THEN
        CALL refuse_conflict(format('What is %s cannot be withdrawn.', budget_state_of(b, NULL)));
    END IF;
    receipt := aggregate_append(b.id, 'budget.withdrawn', body);
    INSERT INTO approved_budget_withdrawal (budget_id, reason, organisation_id, entry, recorded_at)
    VALUES (b.id, body ->> 'reason', caller_organisation(), receipt.entry, receipt.at);
    RETURN write_end(body, budget_answer(b, receipt, 200));
END
$$;
COMMENT ON FUNCTION budget_withdraw(uuid, jsonb) IS
    'Takes back what was stated of a budget, without anything in its place.';

-- ---------------------------------------------------------------- what the report counts

CREATE FUNCTION report_budgets(target text, of_set uuid)
RETURNS TABLE (budget_id uuid, donor uuid, country text, year integer, currency text,
               amount numeric, stated_currency text, stated numeric, approved_on date)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    PERFORM report_converts(target, of_set);
    RETURN QUERY
    WITH said AS MATERIALIZED (
        SELECT b.*
          FROM approved_budget AS b
          JOIN ledger_leaf AS l ON l.entry = b.entry
         WHERE l.leaf_index < report_position()),
    held AS MATERIALIZED (
        SELECT s.*
          FROM said AS s
         WHERE NOT EXISTS (SELECT FROM said AS n WHERE n.supersedes = s.id)
           AND NOT EXISTS (SELECT FROM approved_budget_withdrawal AS w
                             JOIN ledger_leaf AS l ON l.entry = w.entry
                            WHERE w.budget_id = s.id AND l.leaf_index < report_position())),
    factor AS MATERIALIZED (
        SELECT d.stated, d.day, f.currency, f.numerator, f.denominator
          FROM (SELECT DISTINCT h.currency AS stated, h.approved_on AS day FROM held AS h) AS d
         CROSS JOIN LATERAL report_factor(target, of_set, d.stated, d.day) AS f)
    SELECT h.id, h.donor_id, h.country, h.year, f.currency,
           report_amount(h.amount, f.numerator, f.denominator), h.currency, h.amount,
           h.approved_on
      FROM held AS h
      JOIN factor AS f ON f.stated = h.currency AND f.day = h.approved_on;
END
$$;
COMMENT ON FUNCTION report_budgets(text, uuid) IS
    'What governments say stands in their approved budgets, as it is in force at the report''s '
    'position, converted by the day the budget was approved.';

GRANT SELECT ON approved_budget, approved_budget_withdrawal
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter,
      aidledger_importer;
GRANT INSERT ON approved_budget, approved_budget_withdrawal TO aidledger_writer;
GRANT EXECUTE ON FUNCTION budget_state_of(approved_budget, bigint),
      budget_version(approved_budget, bigint), budget_json(approved_budget, bigint)
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter;
GRANT EXECUTE ON FUNCTION budget_in_force(approved_budget),
      budget_faults(approved_budget, approved_budget),
      budget_answer(approved_budget, ledger_receipt, integer), budget_state(jsonb),
      budget_withdraw(uuid, jsonb)
   TO aidledger_writer;
GRANT EXECUTE ON PROCEDURE budgets_hold() TO aidledger_writer;
GRANT EXECUTE ON FUNCTION report_budgets(text, uuid)
   TO aidledger_reporter, aidledger_public, aidledger_scoped;
