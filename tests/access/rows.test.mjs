// The second wall: what the database itself shows to and takes from each lane's role.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { api, sequenced } from '../lib/client.mjs';
import * as make from '../lib/make.mjs';
import { rows, run } from '../lib/sql.mjs';

let hidden;
let shown;
let plan;

before(async () => {
    hidden = await make.drafted({ title: 'Behind the wall' });
    shown = (await make.paid()).commitment;
    plan = await make.plan();
});

const FOLLOWERS = ['commitment_revision', 'commitment_state', 'planned_disbursement',
    'framework_link', 'document_hash', 'transaction', 'ownership_input'];
const RECORDS = [...FOLLOWERS.filter((name) => name !== 'ownership_input'), 'allocation',
    'ownership_state', 'ownership_position', 'ownership_answer', 'ownership_resolution',
    'ownership_escalation', 'ownership_joint_statement', 'ownership_agreement',
    'ownership_disagreement', 'receipt_confirmation', 'receipt_confirmation_state',
    'treasury_receipt_state', 'treasury_rejection', 'period_close',
    'period_reopening', 'transaction_reporting', 'report_run', 'report_result',
    'report_run_proof',
    'receipt_explanation', 'receipt_correction', 'receipt_acceptance', 'receiver_confirmation',
    'joint_review', 'joint_review_participant', 'joint_review_commitment', 'joint_review_action',
    'joint_review_agreement', 'joint_review_event', 'comment', 'comment_change', 'third_party_observation', 'third_party_account',
    'third_party_reply', 'third_party_moderation',
    'commitment_distinction', 'instalment_settlement', 'instalment_miss', 'ownership_deadline',
    'priority_statement', 'national_priority', 'priority_supersession', 'alignment_statement',
    'link_answer', 'framework', 'framework_version', 'framework_item',
    'receipt_lapse', 'working_calendar', 'exchange_rate', 'exchange_rate_set', 'ledger_entry',
    'ledger_leaf', 'country_group_membership',
    'pledge_conversion', 'pledge_withdrawal', 'flow_link', 'flow_parking',
    'fiscal_calendar', 'ledger_content', 'ledger_erasure', 'observation', 'observation_withdrawal',
    'indicator_mask', 'indicator_mask_decision', 'indicator_mask_withdrawal', 'approved_budget',
    'approved_budget_withdrawal', 'contract_award', 'contract_award_withdrawal'];

function asRole(role, settings, statement) {
    const set = Object.entries(settings)
        .map(([name, value]) => `SELECT set_config('aidledger.${name}', '${value}', true);`).join('');
    return run(`BEGIN; SET LOCAL ROLE ${role}; ${set} ${statement}; COMMIT;`)
        .trim().split('\n').at(-1);
}

test('drafts are not there for a lane that nobody has entered', () => {
    for (const role of ['aidledger_public', 'aidledger_scoped', 'aidledger_reporter']) {
        for (const table of ['commitment', ...FOLLOWERS]) {
            const column = table === 'commitment' ? 'id' : 'commitment_id';
            assert.equal(asRole(role, {}, `SELECT count(*) FROM ${table}
                WHERE ${column} = '${hidden.id}'`), '0', `${role} ${table}`);
        }
        assert.equal(asRole(role, {}, `SELECT count(*) FROM commitment WHERE id = '${shown.id}'`), '1');
    }
});

test('a government asked about a submission reads none of the drafts before it, at any position', async () => {
    const first = await make.drafted({ title: 'First thought', narrative: 'Bought from a friend.' });
    const edited = await api.donor.patch(first.path, { title: 'Second thought', narrative: null },
        { ifMatch: first.etag });
    const submitted = await api.donor.post(`${first.path}/submit`, undefined,
        { ifMatch: edited.etag });
    assert.equal(submitted.status, 200, submitted.text);
    const size = await sequenced(submitted.body.statement.entry);
    const seen = await api.officer.get(first.path);
    assert.equal(seen.body.title, 'Second thought');
    for (let position = size - 4; position <= size; position++) {
        const then = await api.officer.get(`${first.path}?as_of=${position}`);
        assert.ok(then.status === 404 || then.body.status === 'SUBMITTED', then.text);
        assert.doesNotMatch(then.text, /First thought|friend/);
        const list = await api.officer.get(`/v1/commitments?text=thought&as_of=${position}`);
        assert.doesNotMatch(list.text, /First thought|friend/);
        assert.equal((await api.donor.get(`${first.path}?as_of=${size}`)).status, 200);
    }
    assert.equal((await api.officer.get(`${first.path}?as_of=${size}`)).body.title, 'Second thought');
});

test('a registration says nothing of another commitment that is not public yet', async () => {
    const told = await make.toldApart();
    const done = await api.donorApprover.post(`${told.path}/register`, undefined,
        { ifMatch: told.etag });
    assert.equal(done.status, 200, done.text);
    for (const path of ['', '/history?limit=200', '/field-history']) {
        const { status, text } = await api.anonymous.get(`${told.path}${path}`);
        assert.equal(status, 200);
        assert.ok(!text.includes(told.other), path);
    }
    const own = await api.donor.get(`${told.path}/duplicates`);
    assert.equal(own.body.distinct_from[0].commitment_id, told.other);
});

test('what remakes all documents remakes drafts too', () => {
    run(`BEGIN; UPDATE commitment SET document = '' WHERE id IN ('${hidden.id}', '${shown.id}');
         SET LOCAL ROLE aidledger_owner; CALL commitments_refresh(); COMMIT`);
    assert.deepEqual(rows("SELECT id FROM commitment WHERE document = ''"), []);
});

test('a scoped lane shows drafts to their organisation and to auditors, nobody else', () => {
    const [{ id }] = rows("SELECT id FROM organisation WHERE identifier = 'XI-DEMO-DONOR'");
    const [other] = rows("SELECT id FROM organisation WHERE identifier = 'XI-DEMO-MW'");
    const count = (settings) => asRole('aidledger_scoped', settings,
        `SELECT count(*) FROM commitment WHERE id = '${hidden.id}'`);
    assert.equal(count({ organisation: id, roles: 'donor_editor' }), '1');
    assert.equal(count({ organisation: other.id, roles: 'auditor' }), '1');
    assert.equal(count({ organisation: other.id, roles: 'recipient_officer', country: 'MW' }), '0');
    assert.equal(count({ organisation: other.id, roles: 'steward' }), '0');
});

test('private values are for their organisation and auditors', () => {
    const [{ id }] = rows("SELECT id FROM organisation WHERE identifier = 'XI-DEMO-DONOR'");
    const [other] = rows("SELECT id FROM organisation WHERE identifier = 'XI-DEMO-MW'");
    const count = (role, settings) => Number(asRole(role, settings,
        `SELECT count(*) FROM ledger_secret WHERE entry = '${hidden.entry}'`));
    assert.ok(count('aidledger_scoped', { organisation: id, roles: 'donor_editor' }) > 5);
    assert.ok(count('aidledger_scoped', { organisation: other.id, roles: 'auditor' }) > 5);
    assert.equal(count('aidledger_scoped', { organisation: other.id, roles: 'steward' }), 0);
    assert.equal(count('aidledger_public', {}), 0);
});

test('neither side writes what the other says', async () => {
    const receipt = await make.received('partial');
    const dispute = await make.disputed();
    const proposed = await api.donorApprover.post(`${dispute.path}/joint-statement`,
        { text: 'Both regret it.' }, { ifMatch: dispute.etag });
    const [position] = proposed.body.ownership_input.positions;
    const [statement] = position.joint_statements;
    const idOf = (identifier) =>
        rows(`SELECT id FROM organisation WHERE identifier = '${identifier}'`)[0].id;
    const sides = {
        donor: { organisation: idOf('XI-DEMO-DONOR'), roles: 'donor_approver' },
        recipient: { organisation: idOf('XI-DEMO-MW'), roles: 'recipient_signatory', country: 'MW' },
    };
    const said = (side) => `'${sides[side].organisation}', '${receipt.entry}', now()`;
    const acceptance = (side) => `INSERT INTO receipt_acceptance (id, confirmation_id, side,
        difference, organisation_id, entry, recorded_at)
        VALUES (gen_random_uuid(), '${receipt.id}', '${side}', 1, ${said(side)})`;
    const text = (table) => (side) => `INSERT INTO ${table} (id, position_id, ordinal, side, text,
        organisation_id, entry, recorded_at)
        VALUES (gen_random_uuid(), '${position.id}', 9, '${side}', 'x', ${said(side)})`;
    // Each by the side that may, then by the other one, in its own name and in the first one's.
    const forge = (side, other, statementOf) => {
        const attempt = (as, name) => asRole('aidledger_writer', sides[as],
            `${statementOf(side).replace(sides[side].organisation, sides[name].organisation)};
             DO $$ BEGIN RAISE EXCEPTION 'it was let in'; END $$`);
        assert.throws(() => attempt(side, side), /it was let in/, statementOf(side));
        assert.throws(() => attempt(other, other), /row-level security/, statementOf(side));
        assert.throws(() => attempt(other, side), /row-level security/, statementOf(side));
    };
    for (const statementOf of [acceptance, text('ownership_joint_statement'),
        text('ownership_disagreement')]) {
        forge('donor', 'recipient', statementOf);
        forge('recipient', 'donor', statementOf);
    }
    const observed = await make.observed({}, shown);
    const aside = (side) => `INSERT INTO third_party_reply (id, observation_id, ordinal, side,
        country, text, organisation_id, entry, recorded_at)
        VALUES (gen_random_uuid(), '${observed.id}', 9, '${side}',
        ${side === 'donor' ? 'NULL' : "'MW'"}, 'x', ${said(side)})`;
    const remark = (side) => `INSERT INTO comment (id, commitment_id, thread_id, kind, side, country,
        text, organisation_id, entry, recorded_at)
        SELECT w.id, '${shown.id}', w.id, 'comment', '${side}',
        ${side === 'donor' ? 'NULL' : "'MW'"}, 'x', ${said(side)}
        FROM gen_random_uuid() AS w (id)`;
    const [mine, theirs] = [await make.proposedReview({}, shown), await make.reviewed({}, shown)];
    forge('recipient', 'donor', (side) => `INSERT INTO joint_review_agreement
        VALUES ('${mine.id}', ${said(side)})`);
    const event = (what, evidence) => (side) => `INSERT INTO joint_review_event (id, review_id,
        action, ordinal, event, side, text, evidence, organisation_id, entry, recorded_at)
        VALUES (gen_random_uuid(), '${theirs.id}', 1, 9, '${what}', '${side}', 'x', ${evidence},
        ${said(side)})`;
    forge('donor', 'recipient', event('reported', "'[]'"));
    forge('recipient', 'donor', event('accepted', 'NULL'));
    for (const statementOf of [aside, remark]) {
        forge('donor', 'recipient', statementOf);
        forge('recipient', 'donor', statementOf);
    }
    forge('recipient', 'donor', (side) => `INSERT INTO ownership_agreement
        VALUES ('${statement.id}', ${said(side)})`);
    forge('donor', 'recipient', (side) => `INSERT INTO receipt_explanation
        VALUES (gen_random_uuid(), '${receipt.id}', 'fee', 'x', ${said(side)})`);
});

test('nobody is a third party to what is theirs, and the steward alone withholds', async () => {
    const observed = await make.observed({}, shown);
    const idOf = (identifier) =>
        rows(`SELECT id FROM organisation WHERE identifier = '${identifier}'`)[0].id;
    const attempt = (settings, statement) => asRole('aidledger_writer', settings, statement);
    const observe = (settings) => attempt(settings, `INSERT INTO third_party_observation (id,
        commitment_id, standing, observed_on, organisation_id, entry, recorded_at)
        VALUES (gen_random_uuid(), '${shown.id}', 'other', '2026-11-01',
        '${settings.organisation}', '${observed.entry}', now())`);
    for (const settings of [{ organisation: idOf('XI-DEMO-DONOR'), roles: 'stakeholder' },
        { organisation: idOf('XI-DEMO-MW'), country: 'MW', roles: 'stakeholder' }]) {
        assert.throws(() => observe(settings), /row-level security/);
    }
    for (const roles of ['stakeholder', 'auditor', 'donor_approver']) {
        assert.throws(() => attempt({ organisation: idOf('XI-DEMO-DONOR'), roles },
            `INSERT INTO third_party_moderation (id, observation_id, ordinal, event, harm, reason,
             organisation_id, entry, recorded_at) VALUES (gen_random_uuid(), '${observed.id}', 1,
             'withheld', 'unlawful', 'x', '${idOf('XI-DEMO-DONOR')}', '${observed.entry}', now())`),
        /row-level security/);
    }
});

test('withheld words are there for their organisation and auditors, in no other lane', async () => {
    const made = await make.withheld();
    const count = (role, settings) => asRole(role, settings, `SELECT count(*)
        FROM third_party_account WHERE observation_id = '${made.id}'`);
    const [{ id }] = rows("SELECT id FROM organisation WHERE identifier = 'XI-TEST-WATCH'");
    const [donor] = rows("SELECT id FROM organisation WHERE identifier = 'XI-DEMO-DONOR'");
    assert.equal(count('aidledger_public', {}), '0');
    assert.equal(count('aidledger_reporter', {}), '0');
    assert.equal(count('aidledger_scoped', { organisation: donor.id, roles: 'donor_approver' }), '0');
    assert.equal(count('aidledger_scoped', { organisation: donor.id, roles: 'steward' }), '0');
    assert.equal(count('aidledger_scoped', { organisation: donor.id, roles: 'auditor' }), '1');
    assert.equal(count('aidledger_scoped', { organisation: id, roles: 'stakeholder' }), '1');
});

test('a country speaks for itself, and a donor of its own commitments', async () => {
    const stated = await make.priorities();
    const [{ id: ministry }] = rows("SELECT id FROM organisation WHERE identifier = 'XI-DEMO-MW'");
    const [{ id: donor }] = rows("SELECT id FROM organisation WHERE identifier = 'XI-DEMO-DONOR'");
    const malawi = { organisation: ministry, roles: 'recipient_signatory', country: 'MW' };
    const zambia = { ...malawi, country: 'ZM' };
    const givers = { organisation: donor, roles: 'donor_editor' };
    const statement = `INSERT INTO priority_statement (id, country, ordinal, period_start,
        period_end, source, organisation_id, entry, recorded_at)
        VALUES (gen_random_uuid(), 'MW', 999, '2100-01-01', '2100-12-31', 'x', '${ministry}',
                '${stated.entry}', now())`;
    const priority = `INSERT INTO national_priority (statement_id, rank, sector)
        VALUES ('${stated.id}', 99, '11110')`;
    const alignment = `INSERT INTO alignment_statement (id, commitment_id, country, ordinal, serves,
        reason, organisation_id, entry, recorded_at)
        VALUES (gen_random_uuid(), '${shown.id}', 'MW', 99, '[]', 'x', '${donor}',
                '${stated.entry}', now())`;
    const linked = await make.frameworkLinked();
    const answer = `INSERT INTO link_answer (id, commitment_id, link_id, country, ordinal, answer,
        organisation_id, entry, recorded_at)
        VALUES (gen_random_uuid(), '${linked.id}', '${linked.link}', 'MW', 99, 'endorsed',
                '${ministry}', '${stated.entry}', now())`;
    const framework = `INSERT INTO framework (code, title, source, country, entry)
        VALUES ('MW-other', 'x', 'x', 'MW', '${stated.entry}')`;
    const version = `INSERT INTO framework_version (framework, version, ordinal, title, status,
        source, id, organisation_id, entry, recorded_at)
        VALUES ('${plan.framework}', 'x', 9, 'x', 'stated', 'x', gen_random_uuid(), '${ministry}',
                '${stated.entry}', now())`;
    const item = (of) => `INSERT INTO framework_item (framework, framework_version, code, ordinal,
        kind, gist, entry)
        VALUES ('${of.framework}', '${of.version}', 'x', 99, 'goal', 'x', '${stated.entry}')`;
    assert.throws(() => asRole('aidledger_writer', malawi,
        item({ framework: 'C11', version: 'V1.2' })), /row-level security/);
    const attempt = (who, insert) => asRole('aidledger_writer', who,
        `${insert}; DO $$ BEGIN RAISE EXCEPTION 'it was let in'; END $$`);
    for (const [insert, may, others] of [[statement, malawi, [zambia, givers]],
        [priority, malawi, [zambia, givers]], [answer, malawi, [zambia, givers]],
        [framework, malawi, [zambia, givers]], [version, malawi, [zambia, givers]],
        [item(plan), malawi, [zambia, givers]], [alignment, givers, [malawi, zambia]]]) {
        assert.throws(() => attempt(may, insert), /it was let in/, insert);
        for (const other of others) {
            assert.throws(() => attempt(other, insert), /row-level security/, insert);
        }
    }
});

test('a statistician speaks for the own country, the steward for agencies and on masks', async () => {
    const made = await make.measured();
    const mask = await make.masked();
    const idOf = (identifier) =>
        rows(`SELECT id FROM organisation WHERE identifier = '${identifier}'`)[0].id;
    const malawi = { organisation: idOf('XI-DEMO-MW'), roles: 'statistician', country: 'MW' };
    const zambia = { ...malawi, country: 'ZM' };
    const officer = { ...malawi, roles: 'recipient_officer' };
    const steward = { organisation: idOf('XI-DEMO-STEWARD'), roles: 'steward' };
    const donor = { organisation: idOf('XI-DEMO-DONOR'), roles: 'donor_approver' };
    const observation = (origin) => (who) => `INSERT INTO observation (id, indicator, country, year,
        origin, ordinal, value, unit, source, status, parts, failures, deviations, organisation_id,
        entry, recorded_at) VALUES (gen_random_uuid(), 'A1', 'MW', 1990, '${origin}', 99, 1,
        'per_100_inhabitants', 'x', 'final', '[]', '{}', '{}', '${who.organisation}',
        '${made.entry}', now())`;
    const withdrawal = (who) => `INSERT INTO observation_withdrawal VALUES ('${made.id}', 'x',
        '${who.organisation}', '${made.entry}', now())`;
    const proposal = (who) => `INSERT INTO indicator_mask (id, indicator, country, year_start, reason,
        organisation_id, entry, recorded_at) VALUES (gen_random_uuid(), 'A1', 'MW', 1990, 'x',
        '${who.organisation}', '${made.entry}', now())`;
    const decision = (who) => `INSERT INTO indicator_mask_decision VALUES ('${mask.id}', 'approved',
        'x', '${who.organisation}', '${made.entry}', now())`;
    const end = (who) => `INSERT INTO indicator_mask_withdrawal VALUES ('${mask.id}', 'x',
        '${who.organisation}', '${made.entry}', now())`;
    for (const [insert, may, others] of [
        [observation('national'), [malawi], [zambia, officer, steward, donor]],
        [observation('agency'), [steward], [malawi, officer, donor]],
        [withdrawal, [malawi], [zambia, officer, steward, donor]],
        [proposal, [malawi], [zambia, officer, steward, donor]],
        [decision, [steward], [malawi, officer, donor]],
        [end, [malawi, steward], [zambia, officer, donor]]]) {
        for (const who of may) {
            assert.throws(() => asRole('aidledger_writer', who, `${insert(who)};
                DO $$ BEGIN RAISE EXCEPTION 'it was let in'; END $$`), /it was let in/, insert(who));
        }
        for (const who of others) {
            assert.throws(() => asRole('aidledger_writer', who, insert(who)), /row-level security/,
                `${who.roles} ${insert(who)}`);
        }
    }
});

test('a government speaks of its own budget, and of public commitments of the donor', async () => {
    const made = await make.budgeted();
    const idOf = (identifier) =>
        rows(`SELECT id FROM organisation WHERE identifier = '${identifier}'`)[0].id;
    const donor = idOf('XI-DEMO-DONOR');
    const malawi = { organisation: idOf('XI-DEMO-MW'), roles: 'recipient_officer', country: 'MW' };
    const others = [{ ...malawi, country: 'ZM' }, { ...malawi, roles: 'statistician' },
        { organisation: donor, roles: 'donor_approver' },
        { organisation: idOf('XI-DEMO-STEWARD'), roles: 'steward' }];
    const budget = (commitment, by = donor) => (who) => `INSERT INTO approved_budget (id, country,
        donor_id, year, commitment_id, amount, currency, approved_on, source, organisation_id, entry,
        recorded_at) VALUES (gen_random_uuid(), 'MW', '${by}', 1999, ${commitment}, 1, 'USD',
        '2026-01-01', 'x', '${who.organisation}', '${made.entry}', now())`;
    const end = (who) => `INSERT INTO approved_budget_withdrawal VALUES ('${made.id}', 'x',
        '${who.organisation}', '${made.entry}', now())`;
    for (const insert of [budget('NULL'), budget(`'${shown.id}'`), end]) {
        assert.throws(() => asRole('aidledger_writer', malawi, `${insert(malawi)};
            DO $$ BEGIN RAISE EXCEPTION 'it was let in'; END $$`), /it was let in/, insert(malawi));
        for (const who of others) {
            assert.throws(() => asRole('aidledger_writer', who, insert(who)), /row-level security/);
        }
    }
    for (const insert of [budget(`'${hidden.id}'`), budget(`'${shown.id}'`, malawi.organisation)]) {
        assert.throws(() => asRole('aidledger_writer', malawi, insert(malawi)),
            /row-level security/);
    }
});

test('contracts are stated by those who have to do with them, and withdrawn by the same', async () => {
    const made = await make.contracted({}, api.donor, shown);
    const idOf = (identifier) =>
        rows(`SELECT id FROM organisation WHERE identifier = '${identifier}'`)[0].id;
    const donor = { organisation: idOf('XI-DEMO-DONOR'), roles: 'donor_editor' };
    const malawi = { organisation: idOf('XI-DEMO-MW'), roles: 'recipient_officer', country: 'MW' };
    const kenya = { ...malawi, country: 'KE' };
    const steward = { organisation: idOf('XI-DEMO-STEWARD'), roles: 'steward' };
    const award = (side, commitment) => (who) => `INSERT INTO contract_award (id, commitment_id, side,
        reference, reference_key, title, natural_person, supplier_name, amount, currency, awarded_on,
        organisation_id, entry, recorded_at) VALUES (gen_random_uuid(), '${commitment}', '${side}',
        'x', 'X', 'x', false, 'x', 1, 'USD', '2026-01-01', '${who.organisation}', '${made.entry}',
        now())`;
    const end = (who) => `INSERT INTO contract_award_withdrawal VALUES ('${made.id}', 'x',
        '${who.organisation}', '${made.entry}', now())`;
    for (const [insert, may, others] of [
        [award('donor', shown.id), donor, [malawi, kenya, steward]],
        [award('recipient', shown.id), malawi, [donor, kenya, steward]],
        [award('implementer', shown.id), undefined, [donor, malawi, kenya, steward]],
        [award('donor', hidden.id), undefined, [donor, malawi]],
        [end, donor, [malawi, kenya, steward]]]) {
        if (may) {
            assert.throws(() => asRole('aidledger_writer', may, `${insert(may)};
                DO $$ BEGIN RAISE EXCEPTION 'it was let in'; END $$`), /it was let in/, insert(may));
        }
        for (const who of others) {
            assert.throws(() => asRole('aidledger_writer', who, insert(who)), /row-level security/,
                insert(who));
        }
    }
});

test('no lane changes, deletes or empties a record', () => {
    const lanes = ['public', 'scoped', 'writer', 'reporter', 'sealer', 'importer', 'keeper'];
    for (const lane of lanes) {
        for (const table of RECORDS) {
            const [column] = rows(`SELECT attname FROM pg_attribute
                WHERE attrelid = '${table}'::regclass AND attnum = 1`);
            for (const statement of [`DELETE FROM ${table}`, `TRUNCATE ${table}`,
                `UPDATE ${table} SET ${column.attname} = ${column.attname}`]) {
                assert.throws(() => asRole(`aidledger_${lane}`, {}, statement),
                    /permission denied/, `${lane}: ${statement}`);
            }
        }
    }
});

test('not even the owner changes a record without taking the triggers away', () => {
    for (const table of RECORDS.filter((name) => name !== 'ledger_leaf')) {
        const [column] = rows(`SELECT attname FROM pg_attribute
            WHERE attrelid = '${table}'::regclass AND attnum = 1`);
        for (const statement of [`DELETE FROM ${table}`, `TRUNCATE ${table} CASCADE`,
            `UPDATE ${table} SET ${column.attname} = ${column.attname}`]) {
            assert.throws(() => run(statement), /never changed|immutable|not changed|record/i,
                `${table}: ${statement}`);
        }
    }
});

test('every rule of the schema has its sentence', () => {
    const silent = rows(`SELECT conname FROM pg_constraint
        WHERE connamespace = 'aidledger'::regnamespace AND contype = 'c'
          AND obj_description(oid, 'pg_constraint') IS NULL`);
    assert.deepEqual(silent, []);
    const unnamed = rows(`SELECT conrelid::regclass::text || ' ' || conname AS name
        FROM pg_constraint
        WHERE connamespace = 'aidledger'::regnamespace AND contype IN ('c', 'u', 'f', 'p')
          AND conname NOT LIKE (SELECT relname FROM pg_class WHERE oid = conrelid) || '%'`);
    assert.deepEqual(unnamed, []);
});

test('every function and table belongs to the owner, whose functions nobody may call unless a migration says so', () => {
    const foreign = rows(`SELECT p.proname AS name FROM pg_proc AS p
        WHERE p.pronamespace = 'aidledger'::regnamespace
          AND p.proowner <> 'aidledger_owner'::regrole
          AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = p.oid AND d.deptype = 'e')
        UNION ALL
        SELECT c.relname FROM pg_class AS c
        WHERE c.relnamespace = 'aidledger'::regnamespace AND c.relkind IN ('r', 'v', 'S')
          AND c.relowner <> 'aidledger_owner'::regrole AND c.relname <> 'schema_migration'`);
    assert.deepEqual(foreign, []);
});

test('every function and table says what it is', () => {
    const silent = rows(`SELECT p.proname AS name FROM pg_proc AS p
        WHERE p.pronamespace = 'aidledger'::regnamespace AND obj_description(p.oid, 'pg_proc') IS NULL
          AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = p.oid AND d.deptype = 'e')
        UNION ALL
        SELECT c.relname FROM pg_class AS c
        WHERE c.relnamespace = 'aidledger'::regnamespace AND c.relkind IN ('r', 'v')
          AND obj_description(c.oid, 'pg_class') IS NULL`);
    assert.deepEqual(silent, []);
});
