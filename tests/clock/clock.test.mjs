// What time does: deadlines pass once, in order, whatever stood still meanwhile; and each party sees
// what is due from it.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { api, request, until } from '../lib/client.mjs';
import { moveClock, passTime } from '../lib/clock.mjs';
import * as make from '../lib/make.mjs';
import { organisation, somebody } from '../lib/principals.mjs';
import { rows, run, runBeside } from '../lib/sql.mjs';

let zambia;

before(async () => {
    zambia = await somebody(await organisation('XI-TEST-ZM', 'ZM'), 'recipient_signatory', 'ZM');
});

async function good(promise) {
    const answer = await promise;
    assert.ok(answer.status < 300, answer.text);
    return answer;
}

const inputOf = async (path) => (await good(api.anonymous.get(path))).body;

async function statements(made, kind) {
    const { body } = await good(api.auditor.get(`${made.path}/history?limit=200`));
    return body.items.filter((item) => item.kind === kind);
}

// Everything in somebody's inbox, over all its pages.
async function inbox(who, query = '') {
    const items = [];
    let path = `/v1/inbox?limit=7${query}`;
    while (path) {
        const answer = await good(who.get(path));
        items.push(...answer.body.items);
        path = /<([^>]+)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1];
    }
    return items;
}

// ---------------------------------------------------------------- ownership

test('silence is recorded as silence, once, by the clock; a late position is one', async () => {
    const made = await make.invited();
    await passTime(20);
    assert.equal((await inputOf(made.path)).state, 'INVITED');
    await passTime(60);
    const input = await inputOf(made.path);
    assert.equal(input.state, 'LAPSED_SILENT');
    const [event, ...others] = input.deadlines;
    assert.deepEqual(others, []);
    assert.deepEqual([event.deadline, event.event, event.due_on, event.reason],
        ['position', 'passed', input.due_on, null]);
    assert.equal(event.stated_by.name, 'aidledger clock');
    await passTime(90);
    assert.equal((await statements(made.commitment, 'ownership.lapsed')).length, 2, 'MW and ZM');
    moveClock(60);
    const late = await good(api.signatory.post(`${made.commitment.path}/ownership-inputs`,
        { position: 'endorse' })).finally(() => moveClock(0));
    assert.equal(late.body.ownership_input.state, 'ENDORSED');
    assert.equal(late.body.ownership_input.positions[0].late, true);
});

test('a donor that does not answer is recorded so, and may still answer', async () => {
    const made = await make.lodged();
    await passTime(15);
    assert.equal((await inputOf(made.path)).state, 'AWAITING_DONOR');
    await passTime(40);
    const input = await inputOf(made.path);
    assert.equal(input.state, 'UNANSWERED');
    assert.deepEqual(input.deadlines.map((one) => [one.deadline, one.event]),
        [['answer', 'passed']]);
    moveClock(40);
    const answered = await good(api.donorApprover.post(`${made.path}/answer`,
        { answer: 'accepted', reason: 'It is right.' }, { ifMatch: `"${input.version}"` }))
        .finally(() => moveClock(0));
    assert.equal(answered.body.ownership_input.state, 'ANSWERED');
    assert.equal(answered.body.ownership_input.positions[0].answer.late, true);
});

test('the time to answer an early voice runs before the commitment is public', async () => {
    const made = [await make.submitted(), await make.submitted()];
    const inputs = [];
    for (const one of made) {
        const { body } = await good(api.signatory.post(`${one.path}/ownership-inputs`,
            { position: 'contest', text: 'Not this way.' }));
        inputs.push(`/v1/ownership-inputs/${body.ownership_input.id}`);
    }
    // Given back to its maker it still waits for an answer.
    const { etag } = await make.fresh(made[1]);
    await good(api.donorApprover.post(`${made[1].path}/return`, { reason: 'Think again.' },
        { ifMatch: etag }));
    await passTime(60);
    for (const path of inputs) {
        assert.equal((await good(api.auditor.get(path))).body.state, 'UNANSWERED');
    }
});

test('more time is more time', async () => {
    const made = await make.invited();
    const due = rows('SELECT (today() + 100)::text AS day')[0].day;
    await good(api.donorApprover.post(`${made.path}/extend`, { due_on: due, reason: 'Elections.' },
        { ifMatch: made.etag }));
    await passTime(100);
    assert.equal((await inputOf(made.path)).state, 'INVITED');
    await passTime(101);
    assert.equal((await inputOf(made.path)).state, 'LAPSED_SILENT');
});

test('a paused clock stands still and goes on where it stood', async () => {
    const made = await make.invited();
    moveClock(14);
    const paused = await good(api.steward.post(`${made.path}/pause`, { reason: 'Cyclone.' },
        { ifMatch: made.etag })).finally(() => moveClock(0));
    assert.equal(paused.body.ownership_input.paused_days, 20, '30 less two weeks of 5');
    await passTime(200);
    assert.equal((await inputOf(made.path)).state, 'PAUSED');
    moveClock(210);
    const resumed = await good(api.steward.post(`${made.path}/resume`, { reason: 'It is over.' },
        { ifMatch: paused.etag })).finally(() => moveClock(0));
    const should = rows(`SELECT working_days_after((now() AT TIME ZONE 'UTC')::date + 210, 20, 'MW')
        ::text AS day`)[0].day;
    assert.equal(resumed.body.ownership_input.due_on, should);
    await passTime(210 + 60);
    assert.equal((await inputOf(made.path)).state, 'LAPSED_SILENT');
});

test('a government may speak while its clock stands still', async () => {
    const made = await make.paused();
    const { body } = await good(api.signatory.post(`${made.commitment.path}/ownership-inputs`,
        { position: 'endorse' }));
    assert.equal(body.ownership_input.state, 'ENDORSED');
    assert.equal(body.ownership_input.paused_days, null);
    assert.equal(body.ownership_input.positions[0].late, false);
});

test('a new round begins a new clock', async () => {
    const made = await make.lapsed();
    const before = await make.fresh(made.commitment);
    const amended = await good(api.donor.post(`${before.path}/amend`, { reason: 'More money.',
        changes: { amount: '2000000.00' } }, { ifMatch: before.etag }));
    await good(api.donorApprover.post(`${before.path}/register`, undefined,
        { ifMatch: amended.etag }));
    const input = await inputOf(made.path);
    assert.deepEqual([input.state, input.round], ['INVITED', 2]);
    await passTime(60);
    assert.equal((await inputOf(made.path)).state, 'LAPSED_SILENT');
});

// ---------------------------------------------------------------- receipts

const receiptOf = async ({ commitment, transaction }, country) =>
    (await good(api.anonymous.get(`${commitment.path}/transactions/${transaction.id}`)))
        .body.receipts.find((one) => one.country === country);

test('a disbursement that nobody confirms for 60 days is unconfirmed, and still confirmable', async () => {
    const made = await make.paid();
    assert.equal((await receiptOf(made, 'MW')).state, 'REPORTED');
    await passTime(60);
    assert.equal((await receiptOf(made, 'MW')).state, 'REPORTED', 'the last day still counts');
    await passTime(61);
    assert.equal((await receiptOf(made, 'MW')).state, 'UNCONFIRMED');
    assert.equal((await receiptOf(made, 'ZM')).state, 'UNCONFIRMED');
    await make.confirmedAs('full', made.transaction.id);
    assert.equal((await receiptOf(made, 'MW')).state, 'CONFIRMED');
    assert.equal((await statements(made.commitment, 'receipt.unconfirmed')).length, 2);
});

test('what was taken back is not waited for; reported again, it is', async () => {
    const made = await make.paid({ recipient_country: 'MW' });
    const pay = (content) => good(api.donor.post(`${made.commitment.path}/transactions`, {
        transaction_type: '3', transaction_date: '2026-11-02', currency: 'USD',
        recipient_country: 'MW', ...content }));
    const back = await pay({ amount: '-250000.01', adjusts: made.transaction.id,
        reason: 'Not released.' });
    await passTime(70);
    assert.deepEqual(await receiptOf(made, 'MW').then((one) => [one.state, one.amount]),
        ['REPORTED', '0.00']);
    moveClock(70);
    await pay({ amount: '250000.01', adjusts: back.body.transaction.id, reason: 'Released.' })
        .finally(() => moveClock(0));
    const again = await receiptOf(made, 'MW');
    assert.equal(again.amount, '250000.01');
    await passTime(100);
    assert.equal((await receiptOf(made, 'MW')).state, 'REPORTED');
    await passTime(131);
    assert.equal((await receiptOf(made, 'MW')).state, 'UNCONFIRMED');
});

test('a case open for 90 days is the auditors\', and both sides can still end it', async () => {
    const made = await make.received('partial');
    await passTime(90);
    assert.equal((await good(api.auditor.get(made.path))).body.state, 'DISCREPANT');
    await passTime(91);
    const { body } = await good(api.auditor.get(made.path));
    assert.equal(body.state, 'ESCALATED');
    assert.equal(body.open_difference, '55000.01');
    const queue = await inbox(api.auditor);
    const mine = queue.filter((item) => item.href === made.path);
    assert.deepEqual(mine.map((item) => [item.kind, item.overdue, item.state]),
        [['case', false, 'ESCALATED']], 'by today it is not due; the clock was moved');
    const { etag } = await make.fresh({ path: `/v1/commitments/${made.commitment}` });
    const once = await make.accepted(api.signatory, { ...made, etag });
    const both = await make.accepted(api.donorApprover, once);
    assert.equal(both.body.state, 'RECONCILED');
    assert.equal((await inbox(api.auditor)).some((item) => item.href === made.path), false);
});

test('a further statement on an open case does not begin its 90 days anew', async () => {
    const made = await make.received('partial');
    moveClock(50);
    const again = await make.confirmedAs('not_received', made.transaction)
        .finally(() => moveClock(0));
    assert.equal(again.body.case_due_on, made.body.case_due_on);
    assert.equal((await good(api.anonymous.get(made.path))).body.case_due_on, null);
});

test('an import reads as silence only once the government has taken it up', async () => {
    const made = await make.imported();
    const { body } = await good(api.anonymous.get(`${made.path}/transactions?type=3`));
    const paid = { commitment: made, transaction: body.items[0] };
    assert.deepEqual(await receiptOf(paid, 'MW').then((one) => [one.state, one.due_on]),
        ['REPORTED', null]);
    await passTime(400);
    assert.equal((await receiptOf(paid, 'MW')).state, 'REPORTED');
    await good(api.signatory.post(`${made.path}/ownership-inputs`, { position: 'endorse' }));
    assert.equal((await receiptOf(paid, 'MW')).due_on,
        rows('SELECT (today() + 60)::text AS day')[0].day);
    await passTime(61);
    assert.equal((await receiptOf(paid, 'MW')).state, 'UNCONFIRMED');
});

// ---------------------------------------------------------------- inboxes

test('each party sees what is due from it, the most urgent first', async () => {
    const made = await make.paid();
    const kinds = async (who) => {
        const items = await inbox(who);
        const days = items.map((item) => item.due_on);
        assert.deepEqual(days, [...days].sort());
        return items.filter((item) => item.commitment.id === made.commitment.id)
            .map((item) => `${item.kind} ${item.country} ${item.state}`).sort();
    };
    assert.deepEqual(await kinds(api.officer), ['position MW INVITED', 'receipt MW REPORTED']);
    assert.deepEqual(await kinds(zambia), ['position ZM INVITED', 'receipt ZM REPORTED']);
    const promised = ['instalment null SCHEDULED', 'instalment null SCHEDULED'];
    assert.deepEqual(await kinds(api.donor), promised);
    await good(api.signatory.post(`${made.commitment.path}/ownership-inputs`,
        { position: 'contest', text: 'Not this way.' }));
    await make.confirmedAs('partial', made.transaction.id);
    assert.deepEqual(await kinds(api.donor),
        ['answer MW AWAITING_DONOR', 'case MW DISCREPANT', ...promised]);
    assert.deepEqual(await kinds(api.officer), ['case MW DISCREPANT']);
    await passTime(120);
    assert.deepEqual(await kinds(api.donor),
        ['answer MW UNANSWERED', 'case MW ESCALATED', ...promised]);
    assert.deepEqual(await kinds(zambia), ['position ZM LAPSED_SILENT', 'receipt ZM UNCONFIRMED']);
    for (const item of await inbox(api.donor)) {
        assert.equal((await api.donor.get(item.href)).status, 200, item.href);
    }
});

// ---------------------------------------------------------------- whatever happens

// The deadlines that passed, in the order of the log, from this leaf on.
async function passedSince(size) {
    await until(() => rows('SELECT FROM ledger_queue').length === 0);
    return rows(`SELECT e.kind, (convert_from(e.leaf, 'UTF8')::json -> 'public'
            ->> CASE e.kind WHEN 'receipt.escalated' THEN 'case_due_on' ELSE 'due_on' END) AS due_on
        FROM ledger_leaf AS l JOIN ledger_entry AS e ON e.entry = l.entry
        JOIN principal AS p ON p.id = e.actor AND p.roles = ARRAY['clock']
        WHERE l.leaf_index >= ${size} ORDER BY l.leaf_index`);
}

const treeSize = async () => (await good(api.anonymous.get('/v1/ledger'))).body.tree_size;

test('after years of standing still everything passes in the order of its day, once', async () => {
    await passTime(400);
    for (const days of [0, 9, 3, 6]) {
        moveClock(days);
        try {
            await make.lodged();
            await make.paid();
            await make.received('not_received');
        } finally {
            moveClock(0);
        }
    }
    await until(() => rows('SELECT FROM ledger_queue').length === 0);
    const size = await treeSize();
    const waiting = rows('SELECT count(*) AS n FROM deadline WHERE NOT passed')[0].n;
    assert.ok(waiting >= 4 * 8);
    moveClock(3000);
    try {
        // As on four machines at once.
        const machine = () => runBeside(`SET ROLE aidledger_writer;
            ${'SELECT clock_turn();'.repeat(waiting + 20)}`);
        await Promise.all([machine(), machine(), machine(), machine()]);
        await until(() => rows(`SELECT FROM deadline WHERE NOT passed
            AND due_on < today()`).length === 0);
    } finally {
        moveClock(0);
    }
    const passed = await passedSince(size);
    assert.equal(passed.length, waiting);
    const days = passed.map((one) => one.due_on);
    assert.deepEqual(days, [...days].sort());
});

test('who speaks in the last moment has spoken, or is late: never both, never neither', async () => {
    const made = [];
    for (let i = 0; i < 8; i++) {
        made.push(await make.invited());
    }
    moveClock(60);
    try {
        const machine = runBeside(`SET ROLE aidledger_writer; ${'SELECT clock_turn();'.repeat(40)}`);
        const answers = await Promise.all(made.map(({ commitment }) =>
            api.signatory.post(`${commitment.path}/ownership-inputs`, { position: 'endorse' })));
        await machine;
        assert.deepEqual(answers.map((answer) => answer.status), made.map(() => 201));
    } finally {
        moveClock(0);
    }
    for (const { path } of made) {
        const input = await inputOf(path);
        assert.equal(input.state, 'ENDORSED');
        assert.ok(input.deadlines.length <= 1);
    }
});

test('the service itself states what passes', async () => {
    const made = await make.invited();
    moveClock(60);
    try {
        await until(async () => (await inputOf(made.path)).state === 'LAPSED_SILENT', 15_000);
    } finally {
        moveClock(0);
    }
});

test('one deadline that cannot be stated does not hold up the others', async () => {
    const made = await make.paid();
    run(`ALTER TABLE receipt_lapse ADD CONSTRAINT for_a_test CHECK (country <> 'MW') NOT VALID`);
    moveClock(61);
    try {
        await until(async () => (await receiptOf(made, 'ZM')).state === 'UNCONFIRMED', 15_000);
        assert.equal((await receiptOf(made, 'MW')).state, 'REPORTED');
        const metrics = async () => (await request('GET', '/metrics')).text;
        await until(async () => /deadlines_unstated\{kind="receipt"\} [1-9]/.test(await metrics()),
            15_000);
        assert.match(await metrics(), /deadlines_overdue\{kind="position"\} [1-9]/);
    } finally {
        run('ALTER TABLE receipt_lapse DROP CONSTRAINT for_a_test');
        moveClock(0);
    }
    await passTime(61);
    assert.equal((await receiptOf(made, 'MW')).state, 'UNCONFIRMED');
});
