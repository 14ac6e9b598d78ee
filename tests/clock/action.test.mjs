// Actions of joint reviews in the inbox of whoever owes them.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { api, until } from '../lib/client.mjs';
import * as make from '../lib/make.mjs';
import { rows } from '../lib/sql.mjs';

// What stands in the inbox of this user about a review.
async function due(who, made) {
    const { status, body, text } = await who.get('/v1/inbox?kind=action&limit=200');
    assert.equal(status, 200, text);
    return body.items.filter(({ href }) => href === made.path);
}

const today = new Date().toISOString().slice(0, 10);
const evidence = { evidence: [{ title: 'Delivery notes' }] };

test('an action is due from its owner alone, once the record is joint', async () => {
    const proposed = await make.proposedReview();
    assert.deepEqual(await due(api.donor, proposed), []);
    const made = await make.onReview(api.signatory, proposed, 'agree');
    assert.deepEqual(await due(api.donor, made), [{ kind: 'action', due_on: '2027-03-31',
        overdue: '2027-03-31' < today, state: 'OPEN', country: null, commitment: null, amount: null,
        currency: null, href: made.path }]);
    const [mine] = await due(api.officer, made);
    assert.deepEqual(mine, { kind: 'action', due_on: '2026-11-20', overdue: true, state: 'OPEN',
        country: 'MW', commitment: null, amount: null, currency: null, href: made.path });
    assert.deepEqual(await due(api.auditor, made), []);
});

test('it leaves the inbox with the report, comes back with a dispute, and goes for good', async () => {
    const made = await make.reviewed();
    const reported = await make.onReview(api.donorApprover, made, 'actions/1/report', evidence);
    assert.deepEqual(await due(api.donor, made), []);
    const disputed = await make.onReview(api.signatory, reported, 'actions/1/dispute',
        { text: 'Two have no power.' });
    assert.deepEqual((await due(api.donor, made)).map(({ state }) => state), ['DISPUTED']);
    const again = await make.onReview(api.donorApprover, disputed, 'actions/1/report', evidence);
    await make.onReview(api.signatory, again, 'actions/1/accept', {});
    assert.deepEqual(await due(api.donor, made), []);
    assert.equal((await due(api.officer, made)).length, 1);
});

test('the clock has nothing to state of an action that is overdue', async () => {
    await make.reviewed();
    assert.deepEqual(rows("SELECT subject FROM deadline WHERE kind = 'action' AND NOT passed"), []);
    assert.ok(rows(`SELECT subject FROM deadline WHERE kind = 'action'
        AND due_on < today()`).length > 0);
    await until(async () => /deadlines_overdue\{kind="action"\} [1-9]/.test(
        (await api.anonymous.get('/metrics')).text));
});
