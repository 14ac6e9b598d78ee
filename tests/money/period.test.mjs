// Closed periods: what comes late keeps its date and is reported in the first open period.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { api, sequenced, until } from '../lib/client.mjs';
import * as make from '../lib/make.mjs';
import { rows } from '../lib/sql.mjs';

async function done(promise) {
    const answer = await promise;
    assert.ok(answer.status < 300, answer.text);
    return answer;
}

const after = make.dayAfter;

async function pay(day) {
    const { commitment, transaction, entry } = await make.paid({ transaction_date: day });
    return { ...transaction, entry, path: `${commitment.path}/transactions/${transaction.id}` };
}

const read = async (paid, query = '') => (await done(api.anonymous.get(paid.path + query))).body;

test('what was recorded before the close is in the period, what comes after it is not', async () => {
    const days = make.longAgo();
    const before = await pay(days.period_start);
    assert.deepEqual([before.late, before.reporting_date, before.reported_in],
        [false, days.period_start, null]);
    const close = await make.closedPeriod(days);
    const { late, reporting_date: day, reported_in: period } = await read(before);
    assert.deepEqual([late, day, period], [false, days.period_start, { id: close.id, ...days }]);
    const tardy = await pay(days.period_end);
    // Whoever records it is told at once.
    assert.deepEqual([tardy.late, tardy.transaction_date, tardy.reporting_date, tardy.reported_in],
        [true, days.period_end, after(days.period_end), null]);
    const outside = await pay(after(days.period_end));
    assert.equal(outside.late, false);
    const { body } = await done(api.anonymous.get(close.path));
    assert.equal(body.late_entries, 1);
});

test('the books as they were closed can be read for ever', async () => {
    const days = make.longAgo();
    const before = await pay(days.period_start);
    const close = await make.closedPeriod(days);
    const tardy = await pay(days.period_start);
    await sequenced(tardy.entry);
    const { body } = await done(api.anonymous.get(close.path));
    assert.equal(body.position, await sequenced(close.entry));
    assert.ok(body.tree_size < body.position);
    assert.equal((await read(before, `?as_of=${body.position}`)).reported_in.id, close.id);
    assert.equal((await read(before, `?as_of=${body.position - 1}`)).reported_in, null);
    assert.equal((await api.anonymous.get(`${tardy.path}?as_of=${body.position}`)).status, 404);
    const then = await done(api.anonymous.get(`${close.path}?as_of=${body.position}`));
    assert.deepEqual([then.body.late_entries, body.late_entries], [0, 1]);
});

test('the first open period may lie behind several closed ones', async () => {
    const first = make.longAgo();
    const second = make.following(first);
    const third = make.following(second);
    for (const days of [first, third, second]) {
        await make.closedPeriod(days);
    }
    const tardy = await pay(first.period_start);
    assert.equal(tardy.reporting_date, after(third.period_end));
});

test('the period that late money is reported in is closed in its turn', async () => {
    const days = make.longAgo();
    const next = make.following(days);
    const first = await make.closedPeriod(days);
    const tardy = await pay(days.period_start);
    const second = await make.closedPeriod(next);
    const now = await read(tardy);
    assert.deepEqual([now.late, now.reporting_date, now.reported_in.id],
        [true, next.period_start, second.id]);
    assert.equal((await done(api.anonymous.get(first.path))).body.late_entries, 1);
    assert.equal((await done(api.anonymous.get(second.path))).body.late_entries, 0);
});

test('an opened period takes what comes; what was moved on stays where it was told', async () => {
    const days = make.longAgo();
    const close = await make.closedPeriod(days);
    const tardy = await pay(days.period_start);
    await done(api.donorApprover.post(`${close.path}/reopen`, { reason: 'It was too early.' },
        { ifMatch: (await api.anonymous.get(close.path)).etag }));
    assert.equal((await pay(days.period_start)).late, false);
    assert.equal((await read(tardy)).reporting_date, after(days.period_end));
    const again = await make.closedPeriod(days);
    assert.equal((await pay(days.period_start)).late, true);
    assert.notEqual(again.id, close.id);
});

test('closing binds the organisation that closes, nobody else', async () => {
    await make.closedPeriod({ period_start: '2021-01-01', period_end: '2021-12-31' });
    const { path } = await make.imported();
    const { body } = await done(api.anonymous.get(`${path}/transactions`));
    assert.ok(body.items.every((one) => !one.late && one.reported_in === null));
});

test('of two who close a period at once, one does', async () => {
    const days = make.longAgo();
    const answers = await Promise.all([1, 2, 3].map(() =>
        api.donorApprover.post('/v1/period-closes', days)));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 409, 409]);
});

test('money and a close at the same time: late is what has its place behind the close', async () => {
    for (let round = 0; round < 5; round++) {
        const days = make.longAgo();
        const commitments = [];
        for (let n = 0; n < 4; n++) {
            commitments.push(await make.effective());
        }
        const report = ({ path }) => done(api.donor.post(`${path}/transactions`, {
            transaction_type: '3', transaction_date: days.period_start, amount: '1.00',
            currency: 'USD' }));
        const [close, ...paid] = await Promise.all([make.closedPeriod(days),
            ...commitments.map(report)]);
        const position = await sequenced(close.entry);
        for (const { body } of paid) {
            const place = await sequenced(body.statement.entry);
            assert.equal(body.transaction.late, place > position, `${place} ${position}`);
        }
    }
    await until(() => rows('SELECT count(*) AS n FROM ledger_queue')[0].n === 0);
});
