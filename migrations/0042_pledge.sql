-- Pledges: what an organisation says it intends to give, and which commitments make good on it. A
-- pledge is indicative and never in a total of commitments; no more is converted than it promises.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

INSERT INTO ledger_field (kind, field, exposure)
SELECT v.kind, f.field, 'public'
  FROM (VALUES ('pledge.recorded', ARRAY['id', 'amount', 'currency', 'pledge_date', 'recipients',
                                         'purpose']),
               ('pledge.converted', ARRAY['id', 'commitment', 'amount', 'currency']),
               ('pledge.returned', ARRAY['id', 'commitment', 'amount', 'currency', 'reason']),
               ('pledge.withdrawn', ARRAY['id', 'amount', 'currency', 'reason']))
       AS v (kind, fields)
 CROSS JOIN unnest(v.fields) AS f (field);

CREATE TABLE pledge (
    id              uuid        NOT NULL CONSTRAINT pledge_pkey PRIMARY KEY,
    organisation_id uuid        NOT NULL
        CONSTRAINT pledge_organisation_id_known REFERENCES organisation (id),
    pledge_date     date        NOT NULL,
    amount          numeric     NOT NULL,
    currency        text        NOT NULL
        CONSTRAINT pledge_currency_known REFERENCES currency (code),
    recipients      jsonb,
    purpose         text        NOT NULL,
    converted       numeric     NOT NULL DEFAULT 0,
    withdrawn       numeric     NOT NULL DEFAULT 0,
    version         integer     NOT NULL,
    entry           uuid        NOT NULL
        CONSTRAINT pledge_entry_known REFERENCES ledger_entry (entry),
    recorded_at     timestamptz NOT NULL,
    CONSTRAINT pledge_amount_positive CHECK (amount > 0),
    CONSTRAINT pledge_purpose_length CHECK (char_length(purpose) BETWEEN 1 AND 2000),
    CONSTRAINT pledge_recipients_count CHECK (jsonb_array_length(recipients) BETWEEN 1 AND 200),
    CONSTRAINT pledge_converted_natural CHECK (converted >= 0),
    CONSTRAINT pledge_withdrawn_natural CHECK (withdrawn >= 0),
    CONSTRAINT pledge_converted_within CHECK (converted + withdrawn <= amount)
);
CREATE INDEX pledge_recorded_at ON pledge (recorded_at DESC, id DESC);
CREATE INDEX pledge_organisation_id ON pledge (organisation_id, recorded_at DESC, id DESC);
COMMENT ON TABLE pledge IS
    'An outgoing pledge (IATI transaction type 12), stated in public by the organisation that '
    'makes it, and how much of it is converted or withdrawn by now. What its receiver expects '
    '(type 13) is a transaction of a commitment of its own, not a pledge here.';
COMMENT ON COLUMN pledge.recipients IS
    'Countries, DAC regions or country groups that it is for; null where it names none.';
COMMENT ON COLUMN pledge.converted IS
    'What commitments make good on, what was given back left out.';
COMMENT ON COLUMN pledge.version IS 'Counts every statement about the pledge; the entity tag.';
COMMENT ON CONSTRAINT pledge_amount_positive ON pledge IS
    '/amount: A pledged amount is greater than zero.';
COMMENT ON CONSTRAINT pledge_purpose_length ON pledge IS
    '/purpose: A purpose is told in 1 to 2,000 characters.';
COMMENT ON CONSTRAINT pledge_recipients_count ON pledge IS
    '/recipients: A pledge names 1 to 200 recipients, or none at all.';
COMMENT ON CONSTRAINT pledge_converted_natural ON pledge IS
    '/amount: No more is given back than was converted.';
COMMENT ON CONSTRAINT pledge_withdrawn_natural ON pledge IS
    '/amount: What is withdrawn of a pledge is not less than nothing.';
COMMENT ON CONSTRAINT pledge_converted_within ON pledge IS
    '/amount: No more is converted and withdrawn than was pledged.';

CREATE TABLE pledge_conversion (
    id              uuid        NOT NULL CONSTRAINT pledge_conversion_pkey PRIMARY KEY,
    pledge_id       uuid        NOT NULL
        CONSTRAINT pledge_conversion_pledge_id_known REFERENCES pledge (id),
    ordinal         integer     NOT NULL,
    commitment_id   uuid        NOT NULL
        CONSTRAINT pledge_conversion_commitment_id_known REFERENCES commitment (id),
    amount          numeric     NOT NULL,
    reason          text,
    organisation_id uuid        NOT NULL
        CONSTRAINT pledge_conversion_organisation_id_known REFERENCES organisation (id),
    entry           uuid        NOT NULL
        CONSTRAINT pledge_conversion_entry_known REFERENCES ledger_entry (entry),
    recorded_at     timestamptz NOT NULL,
    CONSTRAINT pledge_conversion_statement_unique UNIQUE (pledge_id, ordinal),
    CONSTRAINT pledge_conversion_amount_some CHECK (amount <> 0),
    CONSTRAINT pledge_conversion_reason_given CHECK ((amount < 0) = (reason IS NOT NULL))
);
CREATE INDEX pledge_conversion_commitment_id ON pledge_conversion (commitment_id, pledge_id);
COMMENT ON TABLE pledge_conversion IS
    'How much of a pledge, in its currency, a commitment makes good on; negative where a record '
    'gives back what the commitment does not commit any more.';
COMMENT ON CONSTRAINT pledge_conversion_amount_some ON pledge_conversion IS
    '/amount: A conversion is of some money.';
COMMENT ON CONSTRAINT pledge_conversion_reason_given ON pledge_conversion IS
    '/reason: What gives money back to a pledge gives its reason, and nothing else does.';

CREATE TABLE pledge_withdrawal (
    id              uuid        NOT NULL CONSTRAINT pledge_withdrawal_pkey PRIMARY KEY,
    pledge_id       uuid        NOT NULL
        CONSTRAINT pledge_withdrawal_pledge_id_known REFERENCES pledge (id),
    ordinal         integer     NOT NULL,
    amount          numeric     NOT NULL,
    reason          text        NOT NULL,
    organisation_id uuid        NOT NULL
        CONSTRAINT pledge_withdrawal_organisation_id_known REFERENCES organisation (id),
    entry           uuid        NOT NULL
        CONSTRAINT pledge_withdrawal_entry_known REFERENCES ledger_entry (entry),
    recorded_at     timestamptz NOT NULL,
    CONSTRAINT pledge_withdrawal_statement_unique UNIQUE (pledge_id, ordinal),
    CONSTRAINT pledge_withdrawal_amount_positive CHECK (amount > 0),
    CONSTRAINT pledge_withdrawal_reason_length CHECK (char_length(reason) BETWEEN 1 AND 2000)
);
COMMENT ON TABLE pledge_withdrawal IS
    'That an organisation does not stand by the rest of a pledge any more, and why.';
COMMENT ON CONSTRAINT pledge_withdrawal_amount_positive ON pledge_withdrawal IS
    '/amount: A withdrawal is greater than zero.';
COMMENT ON CONSTRAINT pledge_withdrawal_reason_length ON pledge_withdrawal IS
    '/reason: A reason has 1 to 2,000 characters.';

DO $$
DECLARE
    of_table text;
BEGIN
    FOREACH of_table IN ARRAY ARRAY['pledge_conversion', 'pledge_withdrawal']
    LOOP
        EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I '
                       'FOR EACH STATEMENT EXECUTE FUNCTION record_is_immutable()',
                       of_table || '_kept', of_table);
    END LOOP;
    -- A pledge is public; only who makes it speaks of it.
    FOREACH of_table IN ARRAY ARRAY['pledge', 'pledge_conversion', 'pledge_withdrawal']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', of_table);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', of_table);
        EXECUTE format('CREATE POLICY %I ON %I FOR SELECT USING (true)', of_table || '_read',
                       of_table);
    END LOOP;
    FOREACH of_table IN ARRAY ARRAY['pledge_conversion', 'pledge_withdrawal']
    LOOP
        EXECUTE format('CREATE POLICY %I ON %I FOR INSERT WITH CHECK (organisation_id = '
                       '(SELECT caller_organisation()) AND EXISTS (SELECT FROM pledge AS p WHERE '
                       'p.id = pledge_id AND p.organisation_id = (SELECT caller_organisation())))',
                       of_table || '_make', of_table);
    END LOOP;
END
$$;
CREATE POLICY pledge_make ON pledge FOR INSERT
    WITH CHECK (organisation_id = (SELECT caller_organisation()));
CREATE POLICY pledge_advance ON pledge FOR UPDATE
    USING (organisation_id = (SELECT caller_organisation()));

-- ---------------------------------------------------------------- what is read

CREATE FUNCTION pledge_at(p pledge, as_of bigint, OUT converted numeric, OUT withdrawn numeric,
                          OUT open numeric, OUT state text, OUT version integer)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF as_of IS NULL THEN
        converted := p.converted;
        withdrawn := p.withdrawn;
        version := p.version;
    ELSE
        SELECT coalesce(sum(k.amount), 0) INTO converted
          FROM pledge_conversion AS k
         WHERE k.pledge_id = p.id AND ledger_holds(k.entry, as_of);
        SELECT coalesce(sum(w.amount), 0) INTO withdrawn
          FROM pledge_withdrawal AS w
         WHERE w.pledge_id = p.id AND ledger_holds(w.entry, as_of);
        SELECT max(e.version) INTO version
          FROM ledger_entry AS e
         WHERE e.aggregate = p.id AND ledger_holds(e.entry, as_of);
    END IF;
    open := p.amount - converted - withdrawn;
    state := CASE WHEN open > 0 THEN 'OPEN' WHEN withdrawn > 0 THEN 'WITHDRAWN'
                  ELSE 'CONVERTED' END;
END
$$;
COMMENT ON FUNCTION pledge_at(pledge, bigint) IS
    'How much of a pledge was converted, withdrawn and open as of a ledger position, or now. It is '
    'WITHDRAWN when nothing is open and some of it was withdrawn.';

CREATE FUNCTION pledge_json(p pledge, as_of bigint) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT json_build_object(
        'id', p.id, 'organisation', organisation_reference(p.organisation_id),
        'transaction_type', '12', 'state', s.state, 'version', s.version,
        'pledge_date', p.pledge_date, 'amount', p.amount::text, 'currency', p.currency,
        'recipients', coalesce(p.recipients, '[]'), 'purpose', p.purpose,
        'converted', s.converted::text, 'withdrawn', s.withdrawn::text, 'open', s.open::text,
        'commitments', (
            SELECT coalesce(json_agg(json_build_object(
                       'commitment_id', w.commitment_id, 'converted', w.amount::text)
                       ORDER BY w.first), '[]')
              FROM (SELECT k.commitment_id, sum(k.amount) AS amount, min(k.ordinal) AS first
                      FROM pledge_conversion AS k
                     WHERE k.pledge_id = p.id AND ledger_holds(k.entry, as_of)
                     GROUP BY k.commitment_id) AS w),
        'conversions', (
            SELECT coalesce(json_agg(json_build_object(
                       'id', k.id, 'commitment_id', k.commitment_id, 'amount', k.amount::text,
                       'reason', k.reason, 'entry', k.entry,
                       'recorded_at', rfc3339(k.recorded_at)) ORDER BY k.ordinal), '[]')
              FROM pledge_conversion AS k
             WHERE k.pledge_id = p.id AND ledger_holds(k.entry, as_of)),
        'withdrawals', (
            SELECT coalesce(json_agg(json_build_object(
                       'id', w.id, 'amount', w.amount::text, 'reason', w.reason,
                       'entry', w.entry, 'recorded_at', rfc3339(w.recorded_at))
                       ORDER BY w.ordinal), '[]')
              FROM pledge_withdrawal AS w
             WHERE w.pledge_id = p.id AND ledger_holds(w.entry, as_of)),
        'entry', p.entry, 'recorded_at', rfc3339(p.recorded_at))
      FROM pledge_at(p, as_of) AS s);
END
$$;
COMMENT ON FUNCTION pledge_json(pledge, bigint) IS
    'A pledge as documents show it, as of a ledger position or now: what of it is open, which '
    'commitments make good on it, and every record of that.';

-- ---------------------------------------------------------------- what is said

CREATE FUNCTION pledge_faults(content jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT CASE WHEN (content ->> 'amount')::numeric > 0 THEN '[]'
                ELSE fault('/amount', 'positive', 'A pledged amount is greater than zero.') END
        || CASE WHEN (content ->> 'pledge_date')::date <= today() THEN '[]'
                ELSE fault('/pledge_date', 'not_in_future',
                           'A pledge was made on a day that has come.') END
        || CASE WHEN EXISTS (SELECT FROM currency AS c WHERE c.code = content ->> 'currency')
                THEN '[]'
                ELSE fault('/currency', 'codelist', format(
                         '"%s" is no ISO 4217 code; see /v1/codelists/Currency.',
                         content ->> 'currency')) END
        || amount_faults('/amount', content ->> 'amount', content ->> 'currency')
        || coalesce((SELECT jsonb_agg(f.value)
                       FROM jsonb_array_elements(content -> 'recipients') WITH ORDINALITY AS p
                      CROSS JOIN jsonb_array_elements(
                            code_fault(format('/recipients/%s/region', p.ordinality - 1), 'Region',
                                       p.value ->> 'region')
                            || CASE WHEN NOT p.value ? 'country'
                                         OR EXISTS (SELECT FROM country AS c
                                                     WHERE c.code = p.value ->> 'country')
                                    THEN '[]'
                                    ELSE fault(format('/recipients/%s/country', p.ordinality - 1),
                                               'known_country', format(
                                             '"%s" is no ISO 3166-1 country code; see '
                                             '/v1/countries.', p.value ->> 'country')) END) AS f),
                    '[]')
        || coalesce((SELECT jsonb_agg(jsonb_build_object(
                         'pointer', format('/recipients/%s', p.ordinality - 1), 'rule', 'unique',
                         'detail', 'It is listed before.'))
                       FROM (SELECT e.ordinality, row_number() OVER (
                                        PARTITION BY e.value ORDER BY e.ordinality) AS times
                               FROM jsonb_array_elements(content -> 'recipients')
                                    WITH ORDINALITY AS e) AS p
                      WHERE p.times > 1), '[]'));
END
$$;
COMMENT ON FUNCTION pledge_faults(jsonb) IS 'Everything that is wrong with what a pledge says.';

CREATE FUNCTION pledge_lock(of_pledge uuid) RETURNS pledge
LANGUAGE plpgsql AS $$
DECLARE
    p pledge;
BEGIN
    SELECT w.* INTO p FROM pledge AS w WHERE w.id = of_pledge FOR UPDATE;
    IF NOT FOUND THEN
        -- A row that may be read but not changed is somebody else's, which is no secret.
        IF EXISTS (SELECT FROM pledge AS w WHERE w.id = of_pledge) THEN
            CALL refuse_forbidden('This pledge was made by another organisation.');
        END IF;
        CALL refuse_missing('pledge');
    END IF;
    RETURN p;
END
$$;
COMMENT ON FUNCTION pledge_lock(uuid) IS
    'A pledge of the caller''s organisation, held by this transaction. Who holds a commitment too '
    'has taken that first, so that nobody waits in a circle.';

CREATE FUNCTION pledge_answer(status integer, of_pledge uuid, receipt ledger_receipt)
RETURNS answer
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT (status, json_build_object('pledge', pledge_json(p, NULL),
                                      'statement', statement_json(receipt))::text,
            p.version::text, CASE WHEN status = 201 THEN '/v1/pledges/' || p.id END)::answer
      FROM pledge AS p
     WHERE p.id = of_pledge);
END
$$;
COMMENT ON FUNCTION pledge_answer(integer, uuid, ledger_receipt) IS
    'The answer to a statement about a pledge: its document and the ledger entry.';

CREATE FUNCTION pledge_record(body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    content jsonb := jsonb_strip_nulls(body);
    p       pledge := jsonb_populate_record(NULL::pledge, content);
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    CALL refuse_faults(pledge_faults(content));
    p.id := gen_random_uuid();
    receipt := aggregate_append(p.id, 'pledge.recorded',
                                content || jsonb_build_object('id', p.id));
    INSERT INTO pledge (id, organisation_id, pledge_date, amount, currency, recipients, purpose,
                        version, entry, recorded_at)
    VALUES (p.id, caller_organisation(), p.pledge_date, p.amount, p.currency, p.recipients,
            p.purpose, 1, receipt.entry, receipt.at);
    RETURN write_end(body, pledge_answer(201, p.id, receipt));
END
$$;
COMMENT ON FUNCTION pledge_record(jsonb) IS 'A pledge of the caller''s organisation.';

CREATE FUNCTION conversion_faults(p pledge, c commitment, body jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
    most      numeric := (pledge_at(p, NULL)).open;
    committed numeric;
    held      numeric;
    signed_on date;
BEGIN
    SELECT r.commitment_date,
           CASE WHEN r.currency = p.currency THEN commitment_committed(c.id, r.currency) END
      INTO signed_on, committed
      FROM commitment_revision AS r
     WHERE r.commitment_id = c.id AND r.revision = c.revision;
    SELECT coalesce(sum(k.amount), 0) INTO held
      FROM pledge_conversion AS k
      JOIN pledge AS w ON w.id = k.pledge_id
     WHERE k.commitment_id = c.id AND w.currency = p.currency;
    RETURN CASE WHEN (body ->> 'amount')::numeric > 0 THEN '[]'
                ELSE fault('/amount', 'positive', 'A conversion is greater than zero.') END
        || amount_faults('/amount', body ->> 'amount', p.currency)
        || CASE WHEN (body ->> 'amount')::numeric <= most THEN '[]'
                ELSE fault('/amount', 'within_pledge', format(
                         'Only %s %s of the pledge are open.', most, p.currency)) END
        -- No rate turns one currency into another here: a commitment in another currency says
        -- itself what of the pledge it makes good on.
        || CASE WHEN (body ->> 'amount')::numeric + held > committed
                THEN fault('/amount', 'within_commitment', format(
                         'The commitment is of %s %s, and makes good on %s of pledges already.',
                         committed, p.currency, held)) ELSE '[]' END
        || CASE WHEN signed_on < p.pledge_date
                THEN fault('/commitment_id', 'after_pledge', format(
                         'The commitment is of %s, before the pledge of %s.', signed_on,
                         p.pledge_date)) ELSE '[]' END;
END
$$;
COMMENT ON FUNCTION conversion_faults(pledge, commitment, jsonb) IS
    'What is wrong with a conversion of a pledge by a commitment.';

CREATE FUNCTION pledge_moved(p pledge, kind text, of_commitment uuid, moved numeric, reason text)
RETURNS ledger_receipt
LANGUAGE plpgsql AS $$
DECLARE
    made    uuid := gen_random_uuid();
    receipt ledger_receipt;
BEGIN
    receipt := aggregate_append(p.id, kind, jsonb_build_object(
                   'id', made, 'commitment', of_commitment, 'amount', abs(moved)::text,
                   'currency', p.currency, 'reason', reason));
    INSERT INTO pledge_conversion (id, pledge_id, ordinal, commitment_id, amount, reason,
                                   organisation_id, entry, recorded_at)
    SELECT made, p.id, count(*) + 1, of_commitment, moved, pledge_moved.reason,
           caller_organisation(), receipt.entry, receipt.at
      FROM pledge_conversion AS k
     WHERE k.pledge_id = p.id;
    UPDATE pledge AS u
       SET converted = u.converted + moved, version = u.version + 1
     WHERE u.id = p.id;
    RETURN receipt;
END
$$;
COMMENT ON FUNCTION pledge_moved(pledge, text, uuid, numeric, text) IS
    'Records what a commitment takes of a pledge, or gives back to it.';

CREATE FUNCTION pledge_convert(of_pledge uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    c       commitment;
    p       pledge;
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    IF NOT EXISTS (SELECT FROM pledge AS w WHERE w.id = of_pledge) THEN
        CALL refuse_missing('pledge');
    END IF;
    IF NOT EXISTS (SELECT FROM commitment AS w WHERE w.id = (body ->> 'commitment_id')::uuid) THEN
        CALL refuse_faults(fault('/commitment_id', 'known_commitment',
                                 'There is no commitment with this id.'));
    END IF;
    c := commitment_lock((body ->> 'commitment_id')::uuid);
    p := pledge_lock(of_pledge);
    IF c.organisation_id IS DISTINCT FROM p.organisation_id THEN
        CALL refuse_forbidden('This commitment belongs to another organisation.');
    END IF;
    CALL refuse_stale(p.version);
    CALL refuse_unless_status(c, ARRAY['REGISTERED', 'EFFECTIVE'], 'counted against a pledge');
    CALL refuse_imported(c);
    CALL refuse_faults(conversion_faults(p, c, body));
    receipt := pledge_moved(p, 'pledge.converted', c.id, (body ->> 'amount')::numeric, NULL);
    RETURN write_end(body, pledge_answer(201, p.id, receipt));
END
$$;
COMMENT ON FUNCTION pledge_convert(uuid, jsonb) IS
    'A registered commitment of the same organisation makes good on so much of a pledge.';

CREATE FUNCTION pledge_withdraw(of_pledge uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    p       pledge;
    made    uuid := gen_random_uuid();
    rest    numeric;
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    p := pledge_lock(of_pledge);
    CALL refuse_stale(p.version);
    rest := (pledge_at(p, NULL)).open;
    IF rest = 0 THEN
        CALL refuse_conflict('Nothing of this pledge is open: there is no rest to withdraw.');
    END IF;
    receipt := aggregate_append(p.id, 'pledge.withdrawn', jsonb_build_object(
                   'id', made, 'amount', rest::text, 'currency', p.currency,
                   'reason', body -> 'reason'));
    INSERT INTO pledge_withdrawal (id, pledge_id, ordinal, amount, reason, organisation_id, entry,
                                   recorded_at)
    SELECT made, p.id, count(*) + 1, rest, body ->> 'reason', caller_organisation(),
           receipt.entry, receipt.at
      FROM pledge_withdrawal AS w
     WHERE w.pledge_id = p.id;
    UPDATE pledge AS u
       SET withdrawn = u.withdrawn + rest, version = u.version + 1
     WHERE u.id = p.id;
    RETURN write_end(body, pledge_answer(200, p.id, receipt));
END
$$;
COMMENT ON FUNCTION pledge_withdraw(uuid, jsonb) IS
    'The rest of a pledge is not stood by any more; what is converted stays converted.';

-- ---------------------------------------------------------------- what commitments give back

-- In proportion and in whole minor units: a commitment of which a third is taken back gives back a
-- third of what it took of the pledges. What is rounded away at one pledge is carried to the next of
-- its currency, so that together they never hold more than is still committed.
CREATE PROCEDURE pledges_give_back(c commitment, part numeric, whole numeric, reason text)
LANGUAGE plpgsql AS $$
DECLARE
    held record;
    back numeric;
BEGIN
    FOR held IN
        SELECT h.pledge_id, u.minor_unit,
               sum(h.amount) OVER along * 10::numeric ^ u.minor_unit AS upto,
               (sum(h.amount) OVER along - h.amount) * 10::numeric ^ u.minor_unit AS before
          FROM (SELECT k.pledge_id, sum(k.amount) AS amount
                  FROM pledge_conversion AS k
                 WHERE k.commitment_id = c.id
                 GROUP BY k.pledge_id
                HAVING sum(k.amount) > 0) AS h
          JOIN pledge AS p ON p.id = h.pledge_id
          JOIN currency AS u ON u.code = p.currency
        WINDOW along AS (PARTITION BY p.currency ORDER BY h.pledge_id)
         ORDER BY h.pledge_id
    LOOP
        back := round((div(held.upto * part, whole) - div(held.before * part, whole))
                          / 10::numeric ^ held.minor_unit, held.minor_unit);
        IF back > 0 THEN
            PERFORM pledge_moved(pledge_lock(held.pledge_id), 'pledge.returned', c.id, -back,
                                 reason);
        END IF;
    END LOOP;
END
$$;
COMMENT ON PROCEDURE pledges_give_back(commitment, numeric, numeric, text) IS
    'Gives back to the pledges that a commitment makes good on what it does not commit any more: '
    'such a part of the whole that was committed.';

-- ---------------------------------------------------------------- what amendments take away

CREATE FUNCTION transaction_net(of_transaction uuid, as_of bigint) RETURNS numeric
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    WITH RECURSIVE family AS (
        SELECT t.id, t.amount FROM transaction AS t
         WHERE t.id = of_transaction AND ledger_holds(t.entry, as_of)
         UNION ALL
        SELECT t.id, t.amount
          FROM family AS f
          JOIN transaction AS t ON t.adjusts = f.id
         WHERE ledger_holds(t.entry, as_of))
    SELECT coalesce(sum(f.amount), 0) FROM family AS f);
END
$$;
COMMENT ON FUNCTION transaction_net(uuid, bigint) IS
    'What a transaction comes to with all that adjusts it, as of a ledger position or now.';

CREATE FUNCTION commitment_reduced(c commitment, amount numeric, in_currency text, reason text)
RETURNS commitment
LANGUAGE plpgsql AS $$
DECLARE
    today date := (now() AT TIME ZONE 'UTC')::date;
    owed  numeric := amount;
    part  numeric;
    t     record;
BEGIN
    FOR t IN
        SELECT w.id, transaction_net(w.id, NULL) AS net
          FROM transaction AS w
          JOIN ledger_entry AS e ON e.entry = w.entry
         WHERE w.commitment_id = c.id
           AND w.transaction_type = '2'
           AND w.currency = in_currency
           AND w.adjusts IS NULL
         ORDER BY e.version DESC
    LOOP
        EXIT WHEN owed = 0;
        part := least(t.net, owed);
        CONTINUE WHEN part = 0;
        c := transaction_append(c, jsonb_build_object(
                 'transaction_type', '2', 'transaction_date', today, 'value_date', today,
                 'amount', (-part)::text, 'currency', in_currency,
                 'description', 'Amendment', 'adjusts', t.id, 'reason', reason));
        owed := owed - part;
    END LOOP;
    RETURN c;
END
$$;
COMMENT ON FUNCTION commitment_reduced(commitment, numeric, text, text) IS
    'Takes so much off what is committed in a currency by records that adjust the latest ones, so '
    'that no more can be drawn of any of them than it still comes to.';

CREATE OR REPLACE FUNCTION commitment_amended(c commitment) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    old        commitment_revision;
    content    jsonb;
    again      boolean;
    invited    jsonb;
    receipt    ledger_receipt;
    difference numeric;
    reason     text := amendment_reason(c);
BEGIN
    CALL refuse_unless_status(c, ARRAY['REGISTERED', 'EFFECTIVE'], 'amended');
    SELECT r.* INTO old
      FROM commitment_revision AS r
     WHERE r.commitment_id = c.id AND r.revision = c.registered_revision;
    SELECT commitment_content(r) INTO content
      FROM commitment_revision AS r
     WHERE r.commitment_id = c.id AND r.revision = c.amendment;
    again := commitment_asks_again(old, content);
    IF again THEN
        invited := ownership_deadlines(c.id, content -> 'recipients');
    END IF;
    receipt := commitment_append(c, 'commitment.amended', content || jsonb_build_object(
                   'reason', reason, 'asked_again', again, 'invited', invited));
    c := commitment_advanced(c, receipt);
    c.amendment := NULL;
    c.revision := commitment_revise(c, content, true, receipt);
    c.registered_revision := c.revision;
    CALL commitment_turn(c, receipt);
    IF again THEN
        CALL ownership_invite(c, 'INVITED', true, invited, receipt);
    END IF;
    -- What was committed before stays as it was recorded; what changes is a record of its own.
    -- Where the parts change, the whole is taken back and committed anew, or it would stay with
    -- those who are no recipients any more.
    difference := (content ->> 'amount')::numeric - old.amount;
    IF commitment_splits_anew(old, content) THEN
        c := commitment_taken_back(c, commitment_committed(c.id, old.currency), old.currency,
                                   'Amendment', reason);
        c := transaction_append(c, commitment_adjustment(content, (content ->> 'amount')::numeric,
                                                         content ->> 'currency'));
    ELSIF difference < 0 THEN
        c := commitment_reduced(c, -difference, old.currency, reason);
    ELSIF difference > 0 THEN
        c := transaction_append(c, commitment_adjustment(content, difference, old.currency));
    END IF;
    -- In another currency nothing of the old commitment is left.
    CALL pledges_give_back(c, CASE WHEN old.currency <> content ->> 'currency' THEN old.amount
                                   ELSE greatest(-difference, 0) END, old.amount, reason);
    CALL commitment_store(c);
    RETURN commitment_answer(200, c, receipt);
END
$$;
COMMENT ON FUNCTION commitment_amended(commitment) IS
    'Puts the pending amendment in force: restates the content, asks the recipients again when it '
    'matters, records the change of the amount, and gives back to pledges what is not committed '
    'any more.';

CREATE OR REPLACE FUNCTION commitment_cancel(of_commitment uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given       answer := write_begin(body);
    c           commitment;
    in_currency text;
    committed   numeric;
    undisbursed numeric;
    receipt     ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    c := commitment_lock_to_turn(of_commitment, ARRAY['REGISTERED', 'EFFECTIVE', 'SUSPENDED'],
                                 'cancelled');
    CALL refuse_pending_amendment(c);
    SELECT r.currency INTO in_currency
      FROM commitment_revision AS r
     WHERE r.commitment_id = c.id AND r.revision = c.revision;
    CALL refuse_faults(cancellation_faults(c.id, in_currency, body));
    undisbursed := coalesce((body ->> 'undisbursed')::numeric,
                            commitment_undisbursed(c.id, in_currency));
    committed := commitment_committed(c.id, in_currency);
    receipt := commitment_append(c, 'commitment.cancelled', jsonb_build_object(
                   'reason', body -> 'reason', 'undisbursed', undisbursed::text,
                   'currency', in_currency));
    c := commitment_advanced(c, receipt);
    c.status := 'CANCELLED';
    CALL commitment_turn(c, receipt);
    c := commitment_decommitted(c, undisbursed, in_currency, body ->> 'reason');
    CALL pledges_give_back(c, undisbursed, committed, body ->> 'reason');
    CALL commitment_store(c);
    RETURN write_end(body, commitment_answer(200, c, receipt));
END
$$;
COMMENT ON FUNCTION commitment_cancel(uuid, jsonb) IS
    'Ends a commitment before it is fulfilled. What was not paid is decommitted by further '
    'records, so that no more stays committed than was paid, and given back to the pledges it made '
    'good on; where more was paid, nothing is.';

GRANT SELECT ON pledge, pledge_conversion, pledge_withdrawal
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter;
GRANT INSERT ON pledge, pledge_conversion, pledge_withdrawal TO aidledger_writer;
GRANT UPDATE (converted, withdrawn, version) ON pledge TO aidledger_writer;
GRANT EXECUTE ON FUNCTION pledge_at(pledge, bigint), pledge_json(pledge, bigint),
      transaction_net(uuid, bigint)
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter;
GRANT EXECUTE ON FUNCTION pledge_faults(jsonb), pledge_lock(uuid),
      pledge_answer(integer, uuid, ledger_receipt), pledge_record(jsonb),
      conversion_faults(pledge, commitment, jsonb),
      commitment_reduced(commitment, numeric, text, text),
      pledge_moved(pledge, text, uuid, numeric, text), pledge_convert(uuid, jsonb),
      pledge_withdraw(uuid, jsonb)
   TO aidledger_writer;
GRANT EXECUTE ON PROCEDURE pledges_give_back(commitment, numeric, numeric, text)
   TO aidledger_writer;
