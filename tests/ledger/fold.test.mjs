// fold.test.mjs - the fold sees everything: one row changed by hand is one difference named.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';

import { kinds } from '../fold/said.mjs';
import { REFERENCE_RATES, bodyExample } from '../lib/calls.mjs';
import { api, until } from '../lib/client.mjs';
import { inDays } from '../lib/clock.mjs';
import { operations } from '../lib/contract.mjs';
import { faults, snapshot, tables } from '../lib/fold.mjs';
import * as make from '../lib/make.mjs';
import { organisation, somebody } from '../lib/principals.mjs';
import { rows } from '../lib/sql.mjs';

async function done(promise) {
    const answer = await promise;
    assert.ok(answer.status < 300, answer.text);
    return answer;
}

// The sample, and the sample a day later: a disbursement is another one, a title too.
function importTwice() {
    const scratch = mkdtempSync(join(tmpdir(), 'aidledger-fold-'));
    const sample = readFileSync('tests/seed/sample-activities.xml', 'utf8');
    const later = sample.replace(/(<transaction>(?:(?!<\/transaction>)[^])*?<value [^>]*>)[0-9.]+/,
        '$1987654.32').replace(/<narrative([^>]*)>/, '<narrative$1>Renamed: ');
    for (const text of [sample, later]) {
        const file = join(scratch, 'activities.xml');
        writeFileSync(file, text);
        const run = spawnSync(process.env.AIDLEDGER_BINARY, ['import', file], {
            env: { ...process.env, AIDLEDGER_DATABASE_URL: process.env.AIDLEDGER_TEST_DATABASE },
            encoding: 'utf8',
        });
        assert.equal(run.status, 0, run.stderr);
    }
    rmSync(scratch, { recursive: true });
}

async function donorSide() {
    const returned = await make.submitted();
    await done(api.donorApprover.post(`${returned.path}/return`, { reason: 'The sector is missing.' },
        { ifMatch: returned.etag }));
    const told = await make.toldApart();
    await done(api.donorApprover.post(`${told.path}/register`, undefined, { ifMatch: told.etag }));
    const edited = await make.drafted({ amount: '0012.50', ict_share: '080', schedule: undefined });
    await done(api.donor.patch(edited.path, { narrative: null, title: 'Ärger\u2028\u0001 "\\"', sectors: null },
        { ifMatch: edited.etag }));
    // Thirds are exact, and paid to the unit.
    const thirds = await make.effective({ amount: '100.00', schedule: undefined, ict_share: '90.5',
        recipients: ['MW', 'ZM', 'KE'].map((country) => ({ country, share: '100/3' })),
        sectors: [{ code: '22040', share: '600/7' }, { code: '11110', share: '100/7' }] });
    await done(api.donor.post(`${thirds.path}/transactions`, { ...bodyExample(
        operations.transaction_record), amount: '100.00', currency: 'USD' }));
    const refused = await make.amending();
    await done(api.donorApprover.post(`${refused.path}/return`, { reason: 'Not yet.' },
        { ifMatch: refused.etag }));
    // Another amount and other countries: the governments are asked again.
    const amended = await make.amending({
        amount: '999999.99', currency: 'EUR', recipients: [{ country: 'MW', share: '100' }],
    });
    await done(api.donorApprover.post(`${amended.path}/register`, undefined, { ifMatch: amended.etag }));
    for (const [path, operation] of [['links', 'link_record'], ['links', 'link_record'],
        ['documents', 'document_record']]) {
        await done(api.donor.post(`${amended.path}/${path}`, bodyExample(operations[operation])));
    }
    await done(api.donor.post(`${amended.path}/links`,
        { ...bodyExample(operations.link_record), withdrawn: true, rationale: 'Not any more.' }));
    const now = await make.fresh(amended);
    await done(api.donor.post(`${amended.path}/schedule`, {
        reason: 'The works begin later.',
        planned_disbursements: [
            { period_start: '2027-01-01', amount: '1000.00' },
            { period_start: '2028-01-01', period_end: '2028-12-31', amount: '2000.5' },
        ],
    }, { ifMatch: now.etag }));
}

async function money() {
    const { commitment, transaction } = await make.paid();
    const report = (changes) => done(api.donor.post(`${commitment.path}/transactions`, {
        transaction_type: '3', transaction_date: '2026-11-03', amount: '100.01', currency: 'USD',
        ...changes,
    }));
    await report({ adjusts: transaction.id, reason: 'Sent twice.', amount: '-250000.01' });
    await report({ adjusts: transaction.id, reason: 'A part came back.', amount: '-0.01' });
    await report({ sector: '22040', recipient_country: 'ZM', provider_org: { name: 'A bank' } });
    await report({ recipient_region: '298', amount: '0.07' });
    const { body } = await report({ amount: '10000.00' });
    await done(api.officer.post('/v1/receipt-confirmations', {
        transaction_id: body.transaction.id, outcome: 'not_received', text: 'Nothing on the account.',
    }));
    await done(api.officer.post('/v1/receipt-confirmations', {
        transaction_id: body.transaction.id, outcome: 'full', amount: '7000.00',
        value_date: '2026-11-10', treasury_reference: 'TR-1',
    }));
}

async function ownership() {
    const input = await make.answered();
    await done(api.signatory.post(`${input.path}/resolve`, { text: 'That is well.' },
        { ifMatch: input.etag }));
    const changed = await make.lodged();
    await done(api.signatory.post(`${changed.path}/supersede`, { position: 'endorse' },
        { ifMatch: changed.etag }));
    const asked = await make.lodged();
    const c = await make.fresh(asked.commitment);
    const proposed = await done(api.donor.post(`${c.path}/amend`,
        { reason: 'A shorter time.', changes: { end_date: '2028-01-01' } }, { ifMatch: c.etag }));
    await done(api.donorApprover.post(`${c.path}/register`, undefined, { ifMatch: proposed.etag }));
}

async function disputes() {
    const step = (made, who, verb, body) => done(who.post(`${made.path}/${verb}`, body,
        { ifMatch: made.etag })).then(({ etag, body: said }) => ({ ...made, etag, said }));
    const jointly = await step(await make.disputed(), api.donorApprover, 'joint-statement',
        { text: 'Both regret it.' });
    const again = await step(jointly, api.donorApprover, 'joint-statement', { text: 'Both do.' });
    const [, { id }] = again.said.ownership_input.positions[0].joint_statements;
    await step(again, api.signatory, 'joint-statement', { accepts: id });
    const answered = await make.answered();
    const disputed = await step(answered, api.signatory, 'escalate',
        bodyExample(operations.ownership_input_escalate));
    const once = await step(disputed, api.signatory, 'agree-to-differ', { text: 'No.' });
    const twice = await step(once, api.signatory, 'agree-to-differ', { text: 'Never.' });
    const ended = await step(twice, api.donorApprover, 'agree-to-differ', { text: 'Yes.' });
    await step(ended, api.signatory, 'supersede', { position: 'endorse' });
}

async function cases() {
    const partial = await make.received('partial');
    await done(api.donor.post(`${partial.path}/explain`,
        bodyExample(operations.receipt_confirmation_explain), { ifMatch: partial.etag }));
    const { etag } = await done(api.anonymous.get(partial.path));
    const corrected = await make.corrected(
        await make.accepted(api.signatory, { ...partial, etag }), '-1000.00');
    // A correction of the correction counts too.
    await done(api.donor.post(`/v1/commitments/${partial.commitment}/transactions`, {
        transaction_type: '3', transaction_date: '2026-11-21', amount: '500.00', currency: 'USD',
        recipient_country: 'MW', adjusts: corrected.body.corrections[0].transaction_id,
        reason: 'Too much was taken back.' }));
    const read = await done(api.anonymous.get(partial.path));
    assert.equal(read.body.open_difference, '54500.01');
    const once = await make.accepted(api.signatory,
        { ...partial, etag: read.etag, body: read.body });
    await make.accepted(api.donorApprover, once);
    const reversed = await make.corrected(await make.received('not_received'), '-175000.01');
    await make.confirmedAs('not_received', reversed.transaction);
    const ngo = await somebody(await organisation('XI-TEST-NGO'), 'stakeholder');
    const unseen = await make.received('not_visible', { receiver_org: { ref: 'XI-TEST-NGO' } });
    await done(ngo.post(`${unseen.path}/receive`,
        bodyExample(operations.receipt_confirmation_receive), { ifMatch: unseen.etag }));
}

async function treasury() {
    const looked = await make.bookedPayment({ note: 'Booked to the account of the programme.' });
    await done(api.signatory.post(`${looked.path}/reject`,
        { transaction_id: looked.transaction, reason: 'Another one.' }, { ifMatch: looked.etag }));
    const split = await make.bookedPayment({ amount: '100000.00' });
    await make.bookConfirmed(split, 'partial');
    const rest = await make.booked({ amount: '75000.01', provider: 'A bank' });
    await make.bookConfirmed({ ...rest, transaction: split.transaction }, 'full');
    await make.confirmedAs('not_received', split.transaction);
    const { path, etag } = await make.freshBook(rest);
    await done(api.officer.post(`${path}/withdraw`, { reason: 'Booked twice.' }, { ifMatch: etag }));
    const abroad = await make.bookedPayment({ currency: 'EUR', amount: '99.00' });
    await done(api.signatory.post(`${abroad.path}/confirm`, { transaction_id: abroad.transaction,
        outcome: 'partial', amount: '110.00' }, { ifMatch: abroad.etag }));
}

async function dialogue() {
    const question = await make.asked();
    const reply = await make.replied(api.signatory, question);
    await done(api.signatory.post(`${reply.path}/correct`,
        bodyExample(operations.comment_correct)));
    await done(api.signatory.post(`${reply.path}/correct`, { text: 'None.', reason: 'A typo.' }));
    await make.withdrawn(api.auditor, question);
    await make.commented(await make.thirdParty());
    const { commitment, transaction } = await make.paid();
    await make.observed({ transaction_id: transaction.id, evidence: undefined }, commitment);
    const made = await make.withheld();
    await done(api.officer.post(`${made.path}/reply`, { text: 'We have been there.' }));
    const replied = await done(api.donor.post(`${made.path}/reply`, { text: 'In January.' }));
    const shown = await done(api.steward.post(`${made.path}/restore`, { reason: 'It was a name '
        + 'in public office.' }, { ifMatch: replied.etag }));
    await done(api.steward.post(`${made.path}/withhold`, bodyExample(
        operations.third_party_observation_withhold), { ifMatch: shown.etag }));
}

async function reports() {
    await make.issued();
    await make.issued({ report: 'portfolio', format: 'csv', as_of: 0, parameters: {
        currency: 'EUR', rate_set: REFERENCE_RATES } });
}

async function periods() {
    const first = await make.closedPeriod();
    await make.closedPeriod();
    await make.reopenedPeriod();
    await make.paid({ transaction_date: first.period_start });
}

async function reviews() {
    await make.proposedReview({ commitments: undefined, actions: undefined });
    const reported = await make.reported();
    const disputed = await make.onReview(api.signatory, reported, 'actions/1/dispute',
        { text: 'Two have no power.' });
    const again = await make.onReview(api.donorApprover, disputed, 'actions/1/report',
        bodyExample(operations.joint_review_report));
    await make.onReview(api.signatory, again, 'actions/1/accept', { text: 'Now they do.' });
}

async function clocks() {
    await done(api.steward.post('/v1/countries/MW/working-calendar',
        bodyExample(operations.country_calendar_record)));
    const given = await make.invited();
    await done(api.donorApprover.post(`${given.path}/extend`,
        { due_on: inDays(80), reason: 'Elections.' }, { ifMatch: given.etag }));
    const stopped = await make.paused();
    await done(api.steward.post(`${stopped.path}/resume`, { reason: 'It is over.' },
        { ifMatch: stopped.etag }));
    await make.lodged();
    await make.paid();
    await make.escalated();
}

async function linkAnswers() {
    const made = await make.linkAnswered({ answer: 'endorsed' });
    await make.linkAnswered({ answer: 'refused', reason: 'It is for roads.' }, made);
    await done(api.donor.post(`${made.path}/links`, { ...make.pillarC, share: '50' }));
    await make.linkAnswered({ answer: 'endorsed', reason: 'That is right.' });
}

async function plans() {
    const made = await make.planLinked();
    await make.linkAnswered({ answer: 'endorsed' }, made);
    await done(api.signatory.post(`/v1/frameworks/${made.framework}/versions/2026/items`,
        { items: [{ code: '2.1', kind: 'programme', title: 'Teachers first', parent: '2' }] }));
    await make.linkAnswered({ answer: 'refused', reason: 'It serves another pillar.' },
        await make.planLinked());
    await done(api.signatory.post('/v1/frameworks', { ...bodyExample(operations.framework_state),
        framework: made.framework, version: '2031', note: 'Revised.', period_end: undefined }));
}

async function wishes() {
    const first = await make.priorities();
    const second = await make.priorities({ period_start: first.period_start, supersedes: [first.id] });
    const made = await make.effective({ commitment_date: first.day });
    for (const change of [{}, { priorities: second.id, reason: undefined,
        serves: [{ rank: 1, how: 'By its first phase.' }, { rank: 3, how: 'Later.' }] }]) {
        await done(api.donor.post(`${made.path}/alignment`,
            { ...bodyExample(operations.alignment_state), ...change }));
    }
}

async function statistics() {
    await make.remeasured({ parts: [{ category: 'women', value: '20.10' },
        { category: 'men', suppressed: 'small_number' }] });
    const made = await make.unmeasured();
    await make.measured({ ...made.row, value: '0024.50', units_observed: undefined });
    await make.measured({ value: undefined, suppressed: 'confidential', url: undefined,
        licence: undefined, method: undefined, period_start: undefined, period_end: undefined });
    await make.measured({ value: '140', definition_version: undefined });
    await make.published();
    const approved = await make.maskDecided();
    await done(api.steward.post(`${approved.path}/withdraw`, { reason: 'A licence was given.' },
        { ifMatch: approved.etag }));
    await make.maskDecided('refused', { year_end: undefined });
}

async function budgets() {
    await make.rebudgeted();
    await make.unbudgeted();
    await make.budgetedCommitment({ amount: '0012.5', url: 'https://example.org/act',
        sha256: 'ab'.repeat(32) });
}

async function contracts() {
    await make.recontracted();
    const made = await make.uncontracted();
    await make.contracted({ reference: made.body.reference, amount: '0012.5', natural_person: true,
        supplier_name: undefined, supplier_country: undefined }, api.donor, { id: made.commitment });
    await make.contracted({ reference: made.body.reference, supplier_identifier: 'MW-REG-1',
        url: 'https://example.org/award' }, api.signatory, { id: made.commitment });
}

async function endings() {
    const stopped = await make.suspended();
    const resumed = await done(api.donorApprover.post(`${stopped.path}/resume`,
        { reason: 'The works go on.' }, { ifMatch: stopped.etag }));
    await done(api.donorApprover.post(`${stopped.path}/cancel`, { reason: 'They do not.' },
        { ifMatch: resumed.etag }));
    const { commitment } = await make.paid({ amount: '333333.33' });
    await done(api.donorApprover.post(`${commitment.path}/cancel`, { reason: 'It was ended.' },
        { ifMatch: commitment.etag }));
    await make.closed();
}

async function terms() {
    const loan_terms = { interest_rate: '1.50', repayment_type: '2', repayment_plan: '4',
        repayment_first_date: '2030-01-01', repayment_final_date: '2040-01-01' };
    const goods = { kind: 'services', description: 'Training.', valuation_method: 'salary_cost',
        valuation: 'Six teachers for a month.' };
    const made = await make.effective({ finance_type: '421', loan_terms, in_kind: goods });
    const pay = (changes) => done(api.donor.post(`${made.path}/transactions`, {
        transaction_type: '3', transaction_date: '2026-11-02', amount: '10.00', currency: 'USD',
        agreement_reference: 'AGR-2026-017', ...changes }));
    const { body } = await pay({ in_kind: goods });
    await pay({ adjusts: body.transaction.id, amount: '-1.00', reason: 'One fell ill.' });
    const { etag } = await make.fresh(made);
    await done(api.donor.post(`${made.path}/schedule`, { reason: 'Later.',
        planned_disbursements: [{ period_start: '2027-01-01', amount: '5.00',
            agreement_reference: 'agr-2026-017' }] }, { ifMatch: etag }));
}

async function pledges() {
    const pledge = await make.pledged({ recipients: [{ country_group: 'LDC' }, { country: 'MW' }] });
    const { commitment } = await make.paid({ amount: '333333.33' });
    const { etag } = await make.converted(pledge, commitment, '1000000.00');
    await done(api.donorApprover.post(`${pledge.path}/withdraw`, { reason: 'The rest was not voted.' },
        { ifMatch: etag }));
    await done(api.donorApprover.post(`${commitment.path}/cancel`, { reason: 'It was ended.' },
        { ifMatch: commitment.etag }));
}

async function fiscalYears() {
    const { body } = await done(api.anonymous.get('/v1/organisations?text=XI-DEMO-DONOR'));
    for (const start_month of [4, 7]) {
        const calendar = { ...bodyExample(operations.country_fiscal_calendar_record), start_month };
        await done(api.signatory.post('/v1/countries/MW/fiscal-calendar', calendar));
        await done(api.donorApprover.post(
            `/v1/organisations/${body.items[0].id}/fiscal-calendar`, calendar));
    }
}

async function flows() {
    const made = await make.linked({ note: 'First window.' });
    await done(api.donor.post('/v1/parked-funds',
        { transaction_id: made.parent.id, purpose: 'A fund for small islands.' }));
    await done(api.donor.post(`${made.path}/reverse`, { amount: '40000.00', reason: 'Too much.' }));
    await done(api.donor.post('/v1/flow-links', { child_id: made.child.id,
        parent_id: made.parent.id, link_type: 'parked', amount: '0.01' }));
    await done(api.donor.post(`${made.commitment.path}/transactions`, { transaction_type: '3',
        transaction_date: '2026-11-10', amount: '-240000.00', currency: 'USD',
        adjusts: made.parent.id, reason: 'Most came back.' }));
}

async function erasures() {
    const erase = (entry, fields, who = api.steward) => done(who.post(
        `/v1/ledger/entries/${entry}/erasures`, { ...bodyExample(operations.ledger_erase), fields }));
    const draft = await make.drafted({ title: 'Of J. Doe', in_kind: { kind: 'goods', description: 'A car',
        valuation_method: 'market_price', valuation: 'The list price.' } });
    await erase(draft.entry, ['narrative', 'agreement_reference']);
    const { etag } = await make.fresh(draft);
    const edited = await done(api.donor.patch(draft.path, { title: 'Another', in_kind: null,
        ict_reason: 'Another.' }, { ifMatch: etag }));
    await erase(draft.entry, ['title', 'ict_reason', 'in_kind'], api.donorApprover);
    const told = await make.toldApart();
    await done(api.donorApprover.post(`${told.path}/return`, { reason: 'By J. Doe.' },
        { ifMatch: told.etag })).then(({ body }) => erase(body.statement.entry, ['reason']));
    await erase(told.entry, ['distinct_from']);
    assert.ok(edited.etag);
    const amended = await make.amending({ narrative: 'Led by J. Doe.' });
    await done(api.donorApprover.post(`${amended.path}/return`, { reason: 'Not yet.' },
        { ifMatch: amended.etag }));
    await erase(amended.entry, ['narrative', 'reason']);
    const seen = await make.withheld();
    await erase((await make.observed()).entry, ['text', 'place']);
    await erase(seen.body.entry, ['ground', 'evidence'], await make.thirdParty());
    const books = await make.bookedPayment({ note: 'J. Doe', provider: 'J. Doe' });
    await erase(books.entry, ['note', 'ref'], api.signatory);
    const fresh = await make.freshBook(books);
    const looked = await make.bookedPayment({ amount: '175000.01' });
    await done(api.signatory.post(`${looked.path}/reject`, { transaction_id: looked.transaction,
        reason: 'J. Doe says so.' }, { ifMatch: looked.etag }))
        .then(({ body }) => erase(body.statement.entry, ['reason']));
    await done(api.officer.post(`${books.path}/withdraw`, { reason: 'J. Doe.' },
        { ifMatch: fresh.etag })).then(({ body }) => erase(body.statement.entry, ['reason']));
    await erase(books.entry, ['treasury_reference', 'provider']);
    await make.longPlan();
}

async function steward() {
    const { body } = await done(api.steward.post('/v1/organisations', {
        ...bodyExample(operations.organisation_register),
        identifier: `XI-TEST-${randomBytes(4).toString('hex')}`,
    }));
    const [known] = rows("SELECT id FROM organisation WHERE origin = 'reference' ORDER BY id LIMIT 1");
    for (const id of [body.organisation.id, known.id]) {
        await done(api.steward.post(`/v1/organisations/${id}/four-eyes`,
            { four_eyes: true, reason: 'Asked for by letter.' }));
    }
    await done(api.steward.post('/v1/country-groups/LDC/memberships',
        bodyExample(operations.country_group_record)));
    const first = await done(api.steward.post('/v1/exchange-rate-sets',
        { ...bodyExample(operations.exchange_rate_set_record), note: 'Before noon.' }));
    await done(api.steward.post('/v1/exchange-rate-sets', { name: 'Corrected', source: 'The same',
        layout: 'plain', base_currency: 'XDR', method: 'monthly_average',
        published_on: '2026-11-02', retrieved_on: '2026-11-03', reason: 'A digit was wrong.',
        supersedes: first.body.rate_set.id, csv: 'currency,valid_from,valid_to,rate\n'
            + 'USD,2026-10-01,2026-10-31,1.330\nOLD,2026-10-01,2026-10-31,2\n' }));
}

function anotherKey() {
    const run = spawnSync(process.env.AIDLEDGER_BINARY, ['key', 'rotate'], {
        env: { ...process.env, AIDLEDGER_DATABASE_URL: process.env.AIDLEDGER_TEST_DATABASE,
            AIDLEDGER_LOG_KEY: process.env.AIDLEDGER_TEST_LOG_KEY },
        encoding: 'utf8',
    });
    assert.equal(run.status, 0, run.stderr);
}

const settled = () => until(() => rows('SELECT count(*) AS n FROM ledger_queue')[0].n === 0, 15_000);

before(async () => {
    await donorSide();
    await money();
    await ownership();
    await disputes();
    await cases();
    await treasury();
    await dialogue();
    await periods();
    await reviews();
    await endings();
    await clocks();
    await terms();
    await pledges();
    await flows();
    await fiscalYears();
    await wishes();
    await statistics();
    await budgets();
    await contracts();
    await linkAnswers();
    await plans();
    await erasures();
    await steward();
    importTwice();
    await reports();
    anotherKey();
    await settled();
});

test('every kind of statement is in the log', () => {
    const made = rows('SELECT DISTINCT kind FROM ledger_entry').map((row) => row.kind);
    assert.deepEqual(made.sort(), Object.keys(kinds).sort());
});

test('what the log says is what the state tables hold', () => {
    assert.deepEqual(faults(), []);
});

// ---------------------------------------------------------------- tampering

// As an administrator of the database could: without triggers, and the rules taken away.
function lawless(name) {
    const checks = rows(`SELECT conname FROM pg_constraint
                          WHERE conrelid = 'aidledger."${name}"'::regclass AND contype IN ('c', 'f', 'u')
                          ORDER BY conname`);
    const unique = rows(`SELECT i.indexrelid::regclass::text AS name FROM pg_index AS i
                          WHERE i.indrelid = 'aidledger."${name}"'::regclass AND i.indisunique
                            AND NOT EXISTS (SELECT FROM pg_constraint AS c
                                             WHERE c.conindid = i.indexrelid)`);
    return ['SET LOCAL session_replication_role = replica;',
        ...unique.map((index) => `DROP INDEX ${index.name};`),
        ...checks.map(({ conname }) => `ALTER TABLE "${name}" DROP CONSTRAINT "${conname}";`)].join('\n');
}

const another = {
    text: (c) => `coalesce(${c}, '') || '~'`,
    integer: (c) => `coalesce(${c}, 0) + 1`,
    smallint: (c) => `coalesce(${c}, 0) + 1`,
    bigint: (c) => `coalesce(${c}, 0) + 1`,
    numeric: (c) => `coalesce(${c}, 0) + 0.01`,
    boolean: (c) => `NOT ${c}`,
    uuid: () => 'gen_random_uuid()',
    date: (c) => `coalesce(${c}, '2000-01-01') + 1`,
    bytea: (c) => `sha256(${c})`,
    jsonb: () => `'[{"tampered": true}]'`,
    // Texts and dates take this; numbers do not.
    ARRAY: (c) => (c === 't.weekend' ? `'{3}'` : `'{2000-01-01}'`),
    'timestamp with time zone': (c) => `${c} + interval '1 millisecond'`,
};

// One row that stands in the log, the last of its table.
function victim(name) {
    const { key } = tables[name];
    const stated = {
        organisation: 't.entry IS NOT NULL',
        country_group_membership: 't.entry IS NOT NULL',
        framework: 't.entry IS NOT NULL',
        framework_version: 't.entry IS NOT NULL',
        framework_item: 't.entry IS NOT NULL',
        exchange_rate_set: 't.entry IS NOT NULL',
        ownership_input: 't.position_id IS NOT NULL',
    };
    return `t.ctid = (SELECT t.ctid FROM "${name}" AS t WHERE ${stated[name] ?? 'true'}
                       ORDER BY ${key.map((c) => `t.${c} DESC`).join(', ')} LIMIT 1)`;
}

const { columns } = snapshot();

for (const [name, { key, unsaid = [] }] of Object.entries(tables)) {
    const free = columns[name].filter((column) => !column.generated);
    const changeable = free.filter((c) => !key.includes(c.name) && !unsaid.includes(c.name));

    test(`${name}: every column changed by hand is named`, () => {
        const changes = changeable.map((c) => `${c.name} = ${another[c.type](`t.${c.name}`)}`);
        const found = faults({
            tampering: `${lawless(name)}\nUPDATE "${name}" AS t SET ${changes.join(', ')} WHERE ${victim(name)};`,
        });
        for (const column of changeable) {
            assert.ok(found.some((fault) => fault.startsWith(`${name} `)
                && fault.includes(`: ${column.name} is `)), `${column.name}: ${found.join('\n')}`);
        }
    });

    test(`${name}: a row taken away by hand is named`, () => {
        const found = faults({
            tampering: `${lawless(name)}\nDELETE FROM "${name}" AS t WHERE ${victim(name)};`,
        });
        assert.ok(found.some((fault) => fault.startsWith(`${name} `)
            && fault.endsWith('the row is missing')), found.join('\n'));
    });

    test(`${name}: a row put in by hand is named`, () => {
        const changed = name === 'ownership_input' ? [...key, 'id'] : key;
        const values = free.map((c) => (changed.includes(c.name)
            ? another[c.type](`t.${c.name}`) : `t.${c.name}`));
        const found = faults({
            tampering: `${lawless(name)}
                INSERT INTO "${name}" (${free.map((c) => c.name).join(', ')})
                SELECT ${values.join(', ')} FROM "${name}" AS t WHERE ${victim(name)};`,
        });
        assert.ok(found.some((fault) => fault.startsWith(`${name} `)
            && fault.endsWith('the log says nothing of this row')), found.join('\n'));
    });
}

for (const [what, change] of Object.entries({
    'another rate': 'UPDATE exchange_rate AS t SET rate = t.rate + 0.0001 WHERE',
    'the same rate with another digit': 'UPDATE exchange_rate AS t SET rate = t.rate + 0.0000 WHERE',
    'another day': 'UPDATE exchange_rate AS t SET valid_to = t.valid_to + 1 WHERE',
    'the other quotation': "UPDATE exchange_rate AS t SET quotation = 'base_per_unit' WHERE",
    'another confidence': "UPDATE exchange_rate AS t SET confidence = 'low' WHERE",
    'a rate taken away': 'DELETE FROM exchange_rate AS t WHERE',
    'a rate put in': `INSERT INTO exchange_rate (set_id, currency, valid_from, valid_to, rate, quotation)
        SELECT t.set_id, 'XAU', t.valid_from, t.valid_to, 1, t.quotation FROM exchange_rate AS t WHERE`,
})) {
    test(`a set of exchange rates: ${what} is named`, () => {
        for (const stated of [true, false]) {
            const found = faults({ tampering: `${lawless('exchange_rate')}\n${change}
                t.ctid = (SELECT r.ctid FROM exchange_rate AS r
                            JOIN exchange_rate_set AS s ON s.id = r.set_id
                           WHERE (s.entry IS NOT NULL) = ${stated} AND scale(r.rate) < 4
                             AND r.confidence IS DISTINCT FROM 'low'
                           ORDER BY r.set_id, r.currency, r.valid_from LIMIT 1);` });
            assert.equal(found.length, 1, found.join('\n'));
            assert.match(found[0], /^exchange_rate .*: the rates are not those that were stated$/);
        }
    });
}

for (const [what, change] of Object.entries({
    'another byte': ["UPDATE report_result AS t SET content = content || '\\x20' WHERE",
        /the bytes are others|not as long as was stated/],
    'taken away': ['DELETE FROM report_result AS t WHERE', /it is missing/],
    'put in': [`INSERT INTO report_result (sha256, content)
        SELECT sha256('\\x20'), '\\x20' FROM report_result AS t WHERE`, /the log says nothing of it/],
})) {
    test(`the bytes of a report: ${what} is named`, () => {
        const found = faults({ tampering: `${lawless('report_result')}\n${change[0]} t.ctid = (
            SELECT r.ctid FROM report_result AS r ORDER BY r.sha256 LIMIT 1);` });
        assert.ok(found.length > 0);
        assert.ok(found.every((fault) => change[1].test(fault)), found.join('\n'));
    });
}

test('an organisation that was there before the log keeps its wish for four eyes', () => {
    const found = faults({
        tampering: `${lawless('organisation')}
            UPDATE organisation SET four_eyes = NOT four_eyes WHERE origin = 'reference';`,
    });
    const { n } = rows("SELECT count(*) AS n FROM organisation WHERE origin = 'reference'")[0];
    assert.equal(found.length, n, found.join('\n'));
});

// An entry in the middle of the history of a commitment, and the leaf as it would have to read.
const middle = `(SELECT e.entry FROM ledger_entry AS e
                   JOIN commitment AS c ON c.id = e.aggregate AND c.version > e.version
                  WHERE e.kind = 'transaction.recorded' ORDER BY e.entry LIMIT 1)`;
const rewritten = `UPDATE ledger_entry SET leaf = convert_to(regexp_replace(
        convert_from(leaf, 'UTF8'), '"amount":"', '"amount":"1'), 'UTF8') WHERE entry = ${middle};`;

const forgeries = {
    'a leaf with other bytes': [rewritten, /leaf_hash/],
    'a leaf with other bytes and their hash': [`${rewritten}
        UPDATE ledger_entry SET leaf_hash = ledger_leaf_hash(leaf) WHERE entry = ${middle};
        UPDATE ledger_leaf SET leaf_hash = (SELECT leaf_hash FROM ledger_entry AS e WHERE e.entry = ledger_leaf.entry)
         WHERE entry = ${middle};`, /"prev" is/],
    'a leaf that is not canonical': [`UPDATE ledger_entry
        SET leaf = convert_to(replace(convert_from(leaf, 'UTF8'), ',"v":1', ', "v":1'), 'UTF8')
        WHERE entry = ${middle};`, /not in canonical form/],
    'a leaf of another log': [`UPDATE ledger_log SET origin = 'example.org/other';`, /belongs to log/],
    'a gap': [`UPDATE ledger_leaf SET leaf_index = leaf_index + 1
        WHERE leaf_index = (SELECT max(leaf_index) FROM ledger_leaf);`, /belongs/],
    'two statements in the other order': [`UPDATE ledger_leaf AS l
           SET leaf_index = o.leaf_index
          FROM ledger_entry AS mine
          JOIN ledger_entry AS other ON other.aggregate = mine.aggregate
                                    AND other.version = 3 - mine.version
          JOIN ledger_leaf AS o ON o.entry = other.entry
         WHERE l.entry = mine.entry
           AND mine.aggregate = (SELECT e.aggregate FROM ledger_entry AS e WHERE e.entry = ${middle});`,
    /follows version/],
    'an entry that was never numbered': [`DELETE FROM ledger_leaf
        WHERE leaf_index = (SELECT max(leaf_index) FROM ledger_leaf);`, /no leaf index/],
    'a statement taken out': [`DELETE FROM ledger_leaf WHERE entry = ${middle};
        DELETE FROM ledger_entry WHERE entry = ${middle};`, /stands where/],
    'a private value exchanged': [`UPDATE ledger_secret SET value = '"Another"'
        WHERE field = 'title';`, /not what was committed to/],
    'a private value lost': [`DELETE FROM ledger_secret WHERE field = 'title';`, /title is missing/],
    'a private value kept': [`INSERT INTO ledger_secret (entry, field, salt, value)
        SELECT x.entry, x.field, s.salt, s.value FROM ledger_erasure AS x, ledger_secret AS s LIMIT 1;`,
    /is erased and still there/],
    'a text beside a leaf exchanged': [`UPDATE ledger_content SET bytes = bytes || 'x';`,
    /ledger_content: items is missing or another one/],
    'a private value added': [`INSERT INTO ledger_secret (entry, field, salt, value)
        SELECT entry, 'extra', salt, value FROM ledger_secret WHERE field = 'title';`, /stands in no leaf/],
    'a column of an entry that says something else': [`UPDATE ledger_entry SET actor = gen_random_uuid(),
        at = at + interval '1 second', version = -version, kind = 'x' WHERE entry = ${middle};`,
    /ledger_entry\.at is[^]*\.kind is[^]*\.actor is[^]*\.version is/],
};

// The primary key of the leaves would forbid to exchange two of them in one go.
const forger = ['ALTER TABLE ledger_leaf DROP CONSTRAINT ledger_leaf_pkey;',
    ...['ledger_entry', 'ledger_leaf', 'ledger_secret', 'ledger_content'].map(lawless)].join('\n');

for (const [what, [tampering, pattern]] of Object.entries(forgeries)) {
    test(`${what} is named`, () => {
        const found = faults({ tampering: `${forger}\n${tampering}` });
        assert.match(found.join('\n'), pattern);
    });
}

test('all of that was taken back', () => {
    assert.deepEqual(faults(), []);
});
