-- Where money came from: a transaction draws on an earlier one, of its own organisation or one that
-- names it as the receiver; no more is drawn than there is, nothing goes in a circle, and parked
-- money tells its rest.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

INSERT INTO ledger_field (kind, field, exposure)
SELECT v.kind, f.field, 'public'
  FROM (VALUES ('flow.linked', ARRAY['id', 'child', 'parent', 'link_type', 'amount', 'currency',
                                     'note']),
               ('flow.reversed', ARRAY['id', 'link', 'amount', 'currency', 'reason']),
               ('flow.parked', ARRAY['transaction', 'purpose'])) AS v (kind, fields)
 CROSS JOIN unnest(v.fields) AS f (field);

CREATE TABLE flow_parent (
    transaction_id uuid    NOT NULL CONSTRAINT flow_parent_pkey PRIMARY KEY
        CONSTRAINT flow_parent_transaction_id_known REFERENCES transaction (id),
    amount         numeric NOT NULL,
    drawn          numeric NOT NULL DEFAULT 0,
    short          boolean NOT NULL DEFAULT false,
    CONSTRAINT flow_parent_drawn_natural CHECK (drawn >= 0),
    CONSTRAINT flow_parent_drawn_within CHECK (drawn <= amount OR short),
    CONSTRAINT flow_parent_short_true CHECK (NOT short OR drawn > amount)
);
COMMENT ON TABLE flow_parent IS
    'How much of a transaction is drawn by others now. Its owner may correct it whenever that is '
    'true, even below what is drawn: then it is short, and nothing more is drawn.';
COMMENT ON COLUMN flow_parent.amount IS 'What it comes to with all that adjusts it.';
COMMENT ON COLUMN flow_parent.short IS
    'Whether a correction has brought it below what is drawn; no draw can set this.';
COMMENT ON CONSTRAINT flow_parent_drawn_natural ON flow_parent IS
    '/amount: No more is given back than was drawn.';
COMMENT ON CONSTRAINT flow_parent_drawn_within ON flow_parent IS
    '/amount: No more is drawn than the parent transaction comes to.';
COMMENT ON CONSTRAINT flow_parent_short_true ON flow_parent IS
    'A transaction is short only while more is drawn than it comes to.';

CREATE TABLE flow_link (
    id              uuid        NOT NULL CONSTRAINT flow_link_pkey PRIMARY KEY,
    child_id        uuid        NOT NULL
        CONSTRAINT flow_link_child_id_known REFERENCES transaction (id),
    parent_id       uuid        NOT NULL
        CONSTRAINT flow_link_parent_id_known REFERENCES transaction (id),
    link_type       text        NOT NULL,
    amount          numeric     NOT NULL,
    note            text,
    reverses        uuid        CONSTRAINT flow_link_reverses_known REFERENCES flow_link (id),
    reason          text,
    organisation_id uuid        NOT NULL
        CONSTRAINT flow_link_organisation_id_known REFERENCES organisation (id),
    entry           uuid        NOT NULL
        CONSTRAINT flow_link_entry_known REFERENCES ledger_entry (entry),
    recorded_at     timestamptz NOT NULL,
    CONSTRAINT flow_link_parent_id_other CHECK (parent_id <> child_id),
    CONSTRAINT flow_link_link_type_known CHECK (
        link_type IN ('standard', 'pass_through', 'parked', 'carry_over')),
    CONSTRAINT flow_link_amount_some CHECK (amount <> 0),
    CONSTRAINT flow_link_reverses_negative CHECK ((reverses IS NULL) = (amount > 0)),
    CONSTRAINT flow_link_reason_given CHECK ((reverses IS NULL) = (reason IS NULL)),
    CONSTRAINT flow_link_note_length CHECK (char_length(note) BETWEEN 1 AND 2000)
);
CREATE INDEX flow_link_child_id ON flow_link (child_id);
CREATE INDEX flow_link_parent_id ON flow_link (parent_id);
CREATE INDEX flow_link_reverses ON flow_link (reverses) WHERE reverses IS NOT NULL;
CREATE INDEX flow_link_recorded_at ON flow_link (recorded_at DESC, id DESC);
COMMENT ON TABLE flow_link IS
    'That a transaction draws so much of another one, in the currency of that one; or takes it '
    'back, negative.';
COMMENT ON COLUMN flow_link.link_type IS
    'standard: funds it; pass_through: was handed on unchanged; parked: was allocated out of '
    'parked money; carry_over: is what was left of an earlier year.';
COMMENT ON CONSTRAINT flow_link_parent_id_other ON flow_link IS
    '/parent_id: A transaction does not draw on itself.';
COMMENT ON CONSTRAINT flow_link_link_type_known ON flow_link IS
    '/link_type: A link is standard, pass_through, parked or carry_over.';
COMMENT ON CONSTRAINT flow_link_amount_some ON flow_link IS '/amount: A link is of some money.';
COMMENT ON CONSTRAINT flow_link_reverses_negative ON flow_link IS
    '/amount: What reverses a link is negative, and nothing else is.';
COMMENT ON CONSTRAINT flow_link_reason_given ON flow_link IS
    '/reason: What reverses a link gives its reason, and nothing else does.';
COMMENT ON CONSTRAINT flow_link_note_length ON flow_link IS
    '/note: A note has 1 to 2,000 characters.';

CREATE TABLE flow_parking (
    transaction_id  uuid        NOT NULL CONSTRAINT flow_parking_pkey PRIMARY KEY
        CONSTRAINT flow_parking_transaction_id_known REFERENCES transaction (id),
    purpose         text        NOT NULL,
    organisation_id uuid        NOT NULL
        CONSTRAINT flow_parking_organisation_id_known REFERENCES organisation (id),
    entry           uuid        NOT NULL
        CONSTRAINT flow_parking_entry_known REFERENCES ledger_entry (entry),
    recorded_at     timestamptz NOT NULL,
    CONSTRAINT flow_parking_purpose_length CHECK (char_length(purpose) BETWEEN 1 AND 2000)
);
CREATE INDEX flow_parking_recorded_at ON flow_parking (recorded_at DESC, transaction_id DESC);
COMMENT ON TABLE flow_parking IS
    'That the money of a transaction is held until it is allocated, as to a pooled fund.';
COMMENT ON CONSTRAINT flow_parking_purpose_length ON flow_parking IS
    '/purpose: A purpose is told in 1 to 2,000 characters.';

CREATE FUNCTION caller_may_draw(of_transaction uuid) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM transaction AS t
                    WHERE t.id = of_transaction
                      AND (t.organisation_id = caller_organisation()
                           OR t.receiver_org ->> 'ref' = (SELECT o.identifier
                                                            FROM organisation AS o
                                                           WHERE o.id = caller_organisation())));
END
$$;
COMMENT ON FUNCTION caller_may_draw(uuid) IS
    'Whether the transaction is the caller''s organisation''s, or names it as its receiver.';

DO $$
DECLARE
    of_table text;
BEGIN
    FOREACH of_table IN ARRAY ARRAY['flow_link', 'flow_parking']
    LOOP
        EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I '
                       'FOR EACH STATEMENT EXECUTE FUNCTION record_is_immutable()',
                       of_table || '_kept', of_table);
    END LOOP;
    -- Every transaction is public, and so is what draws on it.
    FOREACH of_table IN ARRAY ARRAY['flow_parent', 'flow_link', 'flow_parking']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', of_table);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', of_table);
        EXECUTE format('CREATE POLICY %I ON %I FOR SELECT USING (true)', of_table || '_read',
                       of_table);
    END LOOP;
END
$$;
CREATE POLICY flow_parent_make ON flow_parent FOR INSERT
    WITH CHECK (caller_may_draw(transaction_id));
CREATE POLICY flow_parent_advance ON flow_parent FOR UPDATE
    USING (caller_may_draw(transaction_id));
CREATE POLICY flow_link_make ON flow_link FOR INSERT
    WITH CHECK (organisation_id = (SELECT caller_organisation())
                AND EXISTS (SELECT FROM transaction AS t
                             WHERE t.id = child_id
                               AND t.organisation_id = (SELECT caller_organisation()))
                AND caller_may_draw(parent_id));
CREATE POLICY flow_parking_make ON flow_parking FOR INSERT
    WITH CHECK (organisation_id = (SELECT caller_organisation())
                AND EXISTS (SELECT FROM transaction AS t
                             WHERE t.id = transaction_id
                               AND t.organisation_id = (SELECT caller_organisation())));

-- ---------------------------------------------------------------- no circles

CREATE FUNCTION flow_is_upstream(of_transaction uuid, candidate uuid) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (
    WITH RECURSIVE up AS (
        SELECT candidate AS id
         UNION
        SELECT l.parent_id
          FROM up AS u
         CROSS JOIN LATERAL (
               SELECT w.parent_id
                 FROM flow_link AS w
                WHERE w.child_id = u.id
                GROUP BY w.parent_id
               HAVING sum(w.amount) > 0) AS l)
    SELECT FROM up AS u WHERE u.id = of_transaction);
END
$$;
COMMENT ON FUNCTION flow_is_upstream(uuid, uuid) IS
    'Whether the first transaction is the second one or something it draws on, near or far, by '
    'links that stand.';

CREATE PROCEDURE flows_hold()
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('aidledger flows', 0));
END
$$;
COMMENT ON PROCEDURE flows_hold() IS
    'One link after the other: two that are sound alone could close a circle together. Whoever '
    'needs commitments too has locked them before.';

CREATE FUNCTION flow_stays_acyclic() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    CALL flows_hold();
    IF flow_is_upstream(NEW.child_id, NEW.parent_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', TABLE = 'flow_link',
            SCHEMA = 'aidledger', CONSTRAINT = 'flow_link_acyclic',
            MESSAGE = 'flow_link_acyclic: money does not flow in a circle';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION flow_stays_acyclic() IS 'Refuses a link that closes a circle.';
CREATE CONSTRAINT TRIGGER flow_link_acyclic AFTER INSERT ON flow_link
    FOR EACH ROW WHEN (NEW.amount > 0) EXECUTE FUNCTION flow_stays_acyclic();
COMMENT ON CONSTRAINT flow_link_acyclic ON flow_link IS
    '/parent_id: Money does not flow in a circle: the parent draws on the child.';

-- ---------------------------------------------------------------- what is read

CREATE FUNCTION flow_remaining(of_link uuid, as_of bigint) RETURNS numeric
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT coalesce(sum(l.amount), 0)
              FROM flow_link AS l
             WHERE of_link IN (l.id, l.reverses) AND ledger_holds(l.entry, as_of));
END
$$;
COMMENT ON FUNCTION flow_remaining(uuid, bigint) IS
    'What stands of a link after all that reverses it.';

CREATE FUNCTION flow_transaction_json(of_transaction uuid) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT json_build_object(
        'id', t.id, 'commitment_id', t.commitment_id,
        'asserted_by', organisation_reference(t.organisation_id),
        'transaction_type', t.transaction_type, 'transaction_date', t.transaction_date,
        'amount', t.amount::text, 'currency', t.currency)
      FROM transaction AS t
     WHERE t.id = of_transaction);
END
$$;
COMMENT ON FUNCTION flow_transaction_json(uuid) IS 'A transaction as flow documents name it.';

CREATE FUNCTION flow_link_json(l flow_link, as_of bigint) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT json_build_object(
        'id', l.id, 'link_type', l.link_type, 'amount', l.amount::text,
        'remaining', flow_remaining(l.id, as_of)::text,
        'currency', (SELECT t.currency FROM transaction AS t WHERE t.id = l.parent_id),
        'note', l.note, 'child', flow_transaction_json(l.child_id),
        'parent', flow_transaction_json(l.parent_id),
        'asserted_by', organisation_reference(l.organisation_id),
        'reversals', (
            SELECT coalesce(json_agg(json_build_object(
                       'id', r.id, 'amount', r.amount::text, 'reason', r.reason,
                       'entry', r.entry, 'recorded_at', rfc3339(r.recorded_at))
                       ORDER BY r.recorded_at, r.id), '[]')
              FROM flow_link AS r
             WHERE r.reverses = l.id AND ledger_holds(r.entry, as_of)),
        'entry', l.entry, 'recorded_at', rfc3339(l.recorded_at)));
END
$$;
COMMENT ON FUNCTION flow_link_json(flow_link, bigint) IS
    'A link as documents show it, with what reverses it, as of a ledger position or now.';

CREATE FUNCTION parked_at(of_transaction uuid, as_of bigint, OUT parked numeric,
                          OUT drawn numeric, OUT residual numeric, OUT state text)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF as_of IS NULL THEN
        SELECT p.amount, p.drawn INTO parked, drawn
          FROM flow_parent AS p
         WHERE p.transaction_id = of_transaction;
    ELSE
        parked := transaction_net(of_transaction, as_of);
        SELECT coalesce(sum(l.amount), 0) INTO drawn
          FROM flow_link AS l
         WHERE l.parent_id = of_transaction AND ledger_holds(l.entry, as_of);
    END IF;
    residual := parked - drawn;
    state := CASE WHEN residual > 0 THEN 'OPEN' WHEN residual < 0 THEN 'OVERDRAWN'
                  ELSE 'ALLOCATED' END;
END
$$;
COMMENT ON FUNCTION parked_at(uuid, bigint) IS
    'What is parked, drawn and left as of a ledger position or now. It is OVERDRAWN, with a '
    'residual below nothing, only after a correction of what was parked.';

CREATE FUNCTION parking_json(k flow_parking, as_of bigint) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT json_build_object(
        'transaction', flow_transaction_json(k.transaction_id), 'purpose', k.purpose,
        'state', s.state, 'parked', s.parked::text, 'drawn', s.drawn::text,
        'residual', s.residual::text,
        'currency', (SELECT t.currency FROM transaction AS t WHERE t.id = k.transaction_id),
        'draws', (
            SELECT coalesce(json_agg(flow_link_json(l, as_of) ORDER BY l.recorded_at, l.id), '[]')
              FROM flow_link AS l
             WHERE l.parent_id = k.transaction_id
               AND l.reverses IS NULL
               AND ledger_holds(l.entry, as_of)),
        'entry', k.entry, 'recorded_at', rfc3339(k.recorded_at))
      FROM parked_at(k.transaction_id, as_of) AS s);
END
$$;
COMMENT ON FUNCTION parking_json(flow_parking, bigint) IS
    'Parked money as documents show it: what was allocated out of it, and the rest.';

CREATE FUNCTION flow_chain(of_transaction uuid, downwards boolean, as_of bigint) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    WITH RECURSIVE step AS (
        SELECT of_transaction AS id, 0 AS depth
         UNION
        SELECT CASE WHEN downwards THEN l.child_id ELSE l.parent_id END, s.depth + 1
          FROM step AS s
          JOIN flow_link AS l
            ON s.id = CASE WHEN downwards THEN l.parent_id ELSE l.child_id END
         WHERE l.reverses IS NULL
           AND ledger_holds(l.entry, as_of)
           AND flow_remaining(l.id, as_of) > 0),
    reached AS (
        SELECT s.id, min(s.depth) AS depth FROM step AS s GROUP BY s.id)
    SELECT coalesce(json_agg(json_build_object(
               'depth', r.depth + 1, 'link', flow_link_json(l, as_of))
               ORDER BY r.depth, l.recorded_at, l.id), '[]')
      FROM reached AS r
      JOIN flow_link AS l ON r.id = CASE WHEN downwards THEN l.parent_id ELSE l.child_id END
     WHERE l.reverses IS NULL
       AND ledger_holds(l.entry, as_of)
       AND flow_remaining(l.id, as_of) > 0);
END
$$;
COMMENT ON FUNCTION flow_chain(uuid, boolean, bigint) IS
    'Every link that stands between a transaction and where its money went, or came from, each '
    'once, with how many steps away it is at least.';

CREATE FUNCTION flow_chain_json(t transaction, as_of bigint) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT json_build_object(
        'transaction', flow_transaction_json(t.id),
        'net_amount', transaction_net(t.id, as_of)::text,
        'drawn', coalesce(sum(l.amount), 0)::text,
        'undrawn', (transaction_net(t.id, as_of) - coalesce(sum(l.amount), 0))::text,
        'up', flow_chain(t.id, false, as_of), 'down', flow_chain(t.id, true, as_of))
      FROM flow_link AS l
     WHERE l.parent_id = t.id AND ledger_holds(l.entry, as_of));
END
$$;
COMMENT ON FUNCTION flow_chain_json(transaction, bigint) IS
    'Where the money of a transaction came from and where it went.';

-- ---------------------------------------------------------------- what is said

CREATE FUNCTION flow_original_fault(pointer text, t transaction) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE WHEN t.adjusts IS NULL THEN '[]'
                ELSE fault(pointer, 'original', format(
                         'It corrects the transaction %s: name that one, as corrected.',
                         t.adjusts)) END;
END
$$;
COMMENT ON FUNCTION flow_original_fault(text, transaction) IS
    'Whether a record that corrects another one stands where that one should.';

CREATE FUNCTION flow_faults(child transaction, parent transaction, body jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
    amount numeric := (body ->> 'amount')::numeric;
    undrawn numeric := transaction_net(parent.id, NULL) - (
        SELECT coalesce(sum(l.amount), 0) FROM flow_link AS l WHERE l.parent_id = parent.id);
    unfunded numeric := CASE WHEN child.currency = parent.currency THEN
        transaction_net(child.id, NULL) - (
            SELECT coalesce(sum(l.amount), 0)
              FROM flow_link AS l
              JOIN transaction AS t ON t.id = l.parent_id AND t.currency = child.currency
             WHERE l.child_id = child.id) END;
BEGIN
    RETURN flow_original_fault('/child_id', child)
        || flow_original_fault('/parent_id', parent)
        || CASE WHEN amount > 0 THEN '[]'
                ELSE fault('/amount', 'positive', 'A link is greater than zero.') END
        || amount_faults('/amount', body ->> 'amount', parent.currency)
        || CASE WHEN parent.transaction_type IN ('1', '2', '3', '11', '12', '13') THEN '[]'
                ELSE fault('/parent_id', 'parent_type', format(
                         'Money is drawn on pledges, commitments and disbursements, incoming or '
                         'outgoing, not on type %s.', parent.transaction_type)) END
        || CASE WHEN amount <= undrawn THEN '[]'
                ELSE fault('/amount', 'within_parent', format(
                         'Only %s %s of it are not drawn.', undrawn, parent.currency)) END
        || CASE WHEN amount > unfunded
                THEN fault('/amount', 'within_child', format(
                         'Only %s %s of the child are not funded by other links.', unfunded,
                         child.currency)) ELSE '[]' END
        || CASE WHEN flow_is_upstream(child.id, parent.id)
                THEN fault('/parent_id', 'acyclic', 'Money does not flow in a circle: the parent '
                           'is the child, or draws on it.') ELSE '[]' END
        || CASE WHEN body ->> 'link_type' = 'parked'
                     AND NOT EXISTS (SELECT FROM flow_parking AS k
                                      WHERE k.transaction_id = parent.id)
                THEN fault('/parent_id', 'parked',
                           'Only money that is stated to be parked is allocated; see '
                           '/v1/parked-funds.') ELSE '[]' END
        || CASE WHEN body ->> 'link_type' = 'carry_over'
                     AND extract(year FROM child.transaction_date)
                         <= extract(year FROM parent.transaction_date)
                THEN fault('/child_id', 'later_year', format(
                         'What is carried over is used in a later year than %s.',
                         extract(year FROM parent.transaction_date))) ELSE '[]' END;
END
$$;
COMMENT ON FUNCTION flow_faults(transaction, transaction, jsonb) IS
    'Everything that is wrong with a link between two transactions.';

CREATE FUNCTION flow_known(pointer text, of_transaction uuid) RETURNS transaction
LANGUAGE plpgsql AS $$
DECLARE
    t transaction;
BEGIN
    SELECT w.* INTO t FROM transaction AS w WHERE w.id = of_transaction;
    IF NOT FOUND THEN
        CALL refuse_faults(fault(pointer, 'known_transaction',
                                 'There is no transaction with this id.'));
    END IF;
    RETURN t;
END
$$;
COMMENT ON FUNCTION flow_known(text, uuid) IS 'The transaction that a body names.';

CREATE PROCEDURE flow_ends_hold(child transaction, parent transaction)
LANGUAGE plpgsql AS $$
BEGIN
    IF child.organisation_id IS DISTINCT FROM caller_organisation() THEN
        CALL refuse_forbidden('The child was asserted by another organisation, which alone says '
                              'what it draws on.');
    END IF;
    IF NOT caller_may_draw(parent.id) THEN
        CALL refuse_forbidden('The parent is neither your organisation''s nor names it as its '
                              'receiver.');
    END IF;
    PERFORM commitment_lock(w.id)
       FROM (SELECT DISTINCT unnest(ARRAY[child.commitment_id, parent.commitment_id]) AS id
              ORDER BY 1) AS w;
    CALL flows_hold();
END
$$;
COMMENT ON PROCEDURE flow_ends_hold(transaction, transaction) IS
    'Holds both commitments, in the order of their ids, and the flows: nobody corrects or draws on '
    'either transaction meanwhile.';

CREATE PROCEDURE flow_parent_keep(of_transaction uuid)
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO flow_parent (transaction_id, amount)
    VALUES (of_transaction, transaction_net(of_transaction, NULL))
        ON CONFLICT (transaction_id) DO NOTHING;
END
$$;
COMMENT ON PROCEDURE flow_parent_keep(uuid) IS
    'Begins to count what is drawn of a transaction.';

-- The owner of a transaction corrects it whatever others have drawn: what is true is not refused.
CREATE PROCEDURE flow_follow(t transaction)
LANGUAGE plpgsql AS $$
BEGIN
    IF t.adjusts IS NOT NULL THEN
        UPDATE flow_parent AS p
           SET amount = p.amount + t.amount, short = p.drawn > p.amount + t.amount
         WHERE p.transaction_id = transaction_root(t.adjusts);
    END IF;
END
$$;
COMMENT ON PROCEDURE flow_follow(transaction) IS
    'What a correction does to the transaction that others draw on.';

CREATE FUNCTION flow_answer(of_link uuid, receipt ledger_receipt) RETURNS answer
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT (201, json_build_object('flow_link', flow_link_json(l, NULL),
                                   'statement', statement_json(receipt))::text,
            NULL, '/v1/flow-links/' || l.id)::answer
      FROM flow_link AS l
     WHERE l.id = of_link);
END
$$;
COMMENT ON FUNCTION flow_answer(uuid, ledger_receipt) IS
    'The answer to a statement about a link: the link and the ledger entry.';

CREATE FUNCTION flow_link_record(body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    child   transaction;
    parent  transaction;
    made    uuid := gen_random_uuid();
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    child := flow_known('/child_id', (body ->> 'child_id')::uuid);
    parent := flow_known('/parent_id', (body ->> 'parent_id')::uuid);
    CALL flow_ends_hold(child, parent);
    CALL refuse_faults(flow_faults(child, parent, body));
    receipt := statement_append(child.commitment_id, 'flow.linked',
                   body - 'child_id' - 'parent_id' || jsonb_build_object(
                       'id', made, 'child', child.id, 'parent', parent.id,
                       'currency', parent.currency));
    CALL flow_parent_keep(parent.id);
    INSERT INTO flow_link (id, child_id, parent_id, link_type, amount, note, organisation_id,
                           entry, recorded_at)
    VALUES (made, child.id, parent.id, body ->> 'link_type', (body ->> 'amount')::numeric,
            body ->> 'note', caller_organisation(), receipt.entry, receipt.at);
    UPDATE flow_parent AS p
       SET drawn = p.drawn + (body ->> 'amount')::numeric
     WHERE p.transaction_id = parent.id;
    CALL commitment_follow(child.commitment_id, receipt);
    RETURN write_end(body, flow_answer(made, receipt));
END
$$;
COMMENT ON FUNCTION flow_link_record(jsonb) IS
    'A transaction of the caller''s organisation draws on another of its own, or on one that names '
    'it as the receiver.';

CREATE FUNCTION flow_reversal_faults(l flow_link, parent transaction, amount text) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
    remaining numeric := flow_remaining(l.id, NULL);
BEGIN
    RETURN CASE WHEN amount::numeric > 0 THEN '[]'
                ELSE fault('/amount', 'positive', 'What is reversed is greater than zero.') END
        || amount_faults('/amount', amount, parent.currency)
        || CASE WHEN amount::numeric > remaining
                THEN fault('/amount', 'within_link', format(
                         'Only %s %s of the link stand.', remaining, parent.currency))
                ELSE '[]' END;
END
$$;
COMMENT ON FUNCTION flow_reversal_faults(flow_link, transaction, text) IS
    'What is wrong with a reversal of a link.';

CREATE FUNCTION flow_link_reverse(of_link uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    l       flow_link;
    child   transaction;
    parent  transaction;
    made    uuid := gen_random_uuid();
    back    numeric;
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    SELECT w.* INTO l FROM flow_link AS w WHERE w.id = of_link AND w.reverses IS NULL;
    IF NOT FOUND THEN
        CALL refuse_missing('flow link');
    END IF;
    SELECT w.* INTO child FROM transaction AS w WHERE w.id = l.child_id;
    SELECT w.* INTO parent FROM transaction AS w WHERE w.id = l.parent_id;
    CALL flow_ends_hold(child, parent);
    back := coalesce((body ->> 'amount')::numeric, flow_remaining(l.id, NULL));
    IF flow_remaining(l.id, NULL) = 0 THEN
        CALL refuse_conflict('Nothing of this link stands any more.');
    END IF;
    CALL refuse_faults(flow_reversal_faults(l, parent, back::text));
    receipt := statement_append(child.commitment_id, 'flow.reversed', jsonb_build_object(
                   'id', made, 'link', l.id, 'amount', back::text, 'currency', parent.currency,
                   'reason', body -> 'reason'));
    INSERT INTO flow_link (id, child_id, parent_id, link_type, amount, reverses, reason,
                           organisation_id, entry, recorded_at)
    VALUES (made, l.child_id, l.parent_id, l.link_type, -back, l.id, body ->> 'reason',
            caller_organisation(), receipt.entry, receipt.at);
    UPDATE flow_parent AS p
       SET drawn = p.drawn - back, short = p.drawn - back > p.amount
     WHERE p.transaction_id = parent.id;
    CALL commitment_follow(child.commitment_id, receipt);
    RETURN write_end(body, flow_answer(l.id, receipt));
END
$$;
COMMENT ON FUNCTION flow_link_reverse(uuid, jsonb) IS
    'Takes back a link, or a part of it, by a record of its own.';

CREATE FUNCTION parking_record(body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    t       transaction;
    k       flow_parking;
    c       commitment;
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    t := flow_known('/transaction_id', (body ->> 'transaction_id')::uuid);
    IF t.organisation_id IS DISTINCT FROM caller_organisation() THEN
        CALL refuse_forbidden('This transaction was asserted by another organisation.');
    END IF;
    c := commitment_lock(t.commitment_id);
    CALL refuse_faults(flow_original_fault('/transaction_id', t)
        || CASE WHEN t.transaction_type IN ('1', '2', '3', '11') THEN '[]'
                ELSE fault('/transaction_id', 'parent_type', format(
                         'What is parked is committed or disbursed, not of type %s.',
                         t.transaction_type)) END);
    IF EXISTS (SELECT FROM flow_parking AS w WHERE w.transaction_id = t.id) THEN
        CALL refuse_conflict('This transaction is stated to be parked already.');
    END IF;
    receipt := commitment_append(c, 'flow.parked', jsonb_build_object(
                   'transaction', t.id, 'purpose', body -> 'purpose'));
    CALL flow_parent_keep(t.id);
    INSERT INTO flow_parking (transaction_id, purpose, organisation_id, entry, recorded_at)
    VALUES (t.id, body ->> 'purpose', caller_organisation(), receipt.entry, receipt.at)
    RETURNING * INTO k;
    CALL commitment_follow(c.id, receipt);
    RETURN write_end(body, (201,
        json_build_object('parked_fund', parking_json(k, NULL),
                          'statement', statement_json(receipt))::text,
        NULL, format('/v1/commitments/%s/transactions/%s/flows', c.id, t.id))::answer);
END
$$;
COMMENT ON FUNCTION parking_record(jsonb) IS
    'States that the money of a transaction of the caller''s organisation is parked.';

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
    receipt := commitment_append(c, 'transaction.recorded',
                                 content || jsonb_build_object(
                                     'id', t.id, 'receipt_due_on', due, 'settles', settles));
    INSERT INTO transaction (
           id, commitment_id, organisation_id, transaction_type, ref, transaction_date, value_date,
           amount, currency, description, provider_org, receiver_org, recipient_country,
           recipient_region, sector, disbursement_channel, flow_type, finance_type, aid_type,
           tied_status, adjusts, reason, entry, recorded_at)
    VALUES (t.id, c.id, caller_organisation(), t.transaction_type, t.ref, t.transaction_date,
            t.value_date, t.amount, t.currency, t.description, t.provider_org, t.receiver_org,
            t.recipient_country, t.recipient_region, t.sector, t.disbursement_channel,
            t.flow_type, t.finance_type, t.aid_type, t.tied_status, t.adjusts, t.reason,
            receipt.entry, receipt.at);
    SELECT r.* INTO revision
      FROM commitment_revision AS r
     WHERE r.commitment_id = c.id AND r.revision = c.revision;
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
COMMENT ON FUNCTION transaction_append(commitment, jsonb) IS
    'Records one transaction of a commitment with its parts, and returns the commitment after it. '
    'Its entry is the one whose leaf hash is the commitment''s head.';

GRANT SELECT ON flow_parent, flow_link, flow_parking
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter,
      aidledger_importer;
GRANT INSERT ON flow_parent, flow_link, flow_parking TO aidledger_writer;
GRANT UPDATE (amount, drawn, short) ON flow_parent TO aidledger_writer;
GRANT UPDATE (amount, short) ON flow_parent TO aidledger_importer;
GRANT EXECUTE ON FUNCTION flow_remaining(uuid, bigint), flow_transaction_json(uuid),
      flow_link_json(flow_link, bigint), parked_at(uuid, bigint),
      parking_json(flow_parking, bigint), flow_chain(uuid, boolean, bigint),
      flow_chain_json(transaction, bigint)
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter;
GRANT EXECUTE ON FUNCTION caller_may_draw(uuid) TO aidledger_writer, aidledger_importer;
GRANT EXECUTE ON PROCEDURE flow_follow(transaction) TO aidledger_writer, aidledger_importer;
GRANT EXECUTE ON FUNCTION flow_is_upstream(uuid, uuid), flow_stays_acyclic(),
      flow_original_fault(text, transaction), flow_faults(transaction, transaction, jsonb),
      flow_known(text, uuid), flow_answer(uuid, ledger_receipt), flow_link_record(jsonb),
      flow_reversal_faults(flow_link, transaction, text), flow_link_reverse(uuid, jsonb),
      parking_record(jsonb)
   TO aidledger_writer;
GRANT EXECUTE ON PROCEDURE flows_hold(), flow_ends_hold(transaction, transaction),
      flow_parent_keep(uuid)
   TO aidledger_writer;
