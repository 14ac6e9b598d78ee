// A request that is sent again takes effect once.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';

import { api } from '../lib/client.mjs';
import * as make from '../lib/make.mjs';
import { somebody } from '../lib/principals.mjs';
import { rows } from '../lib/sql.mjs';

test('100 parallel requests with one key make one commitment and store one answer', async () => {
    const key = randomUUID();
    const body = make.draft();
    const answers = await Promise.all(Array.from({ length: 100 },
        () => api.donor.post('/v1/commitments', body, { key })));
    assert.deepEqual([...new Set(answers.map((a) => a.status))], [201]);
    assert.equal(new Set(answers.map((a) => a.text)).size, 1);
    assert.equal(new Set(answers.map((a) => a.location)).size, 1);
    assert.equal(new Set(answers.map((a) => a.etag)).size, 1);
    const [{ made }] = rows(`SELECT count(*) AS made FROM commitment_revision
                              WHERE title = '${body.title}'`);
    assert.equal(made, 1);
    const [{ stored }] = rows(`SELECT count(*) AS stored FROM idempotency
                                WHERE key = '${key}'`);
    assert.equal(stored, 1);
});

test('a retry is answered as the first request was, whatever has happened since', async () => {
    const key = randomUUID();
    const body = make.draft();
    const first = await api.donor.post('/v1/commitments', body, { key });
    const path = `/v1/commitments/${first.body.commitment.id}`;
    await api.donor.post(`${path}/submit`, undefined, { ifMatch: first.etag });
    const again = await api.donor.post('/v1/commitments', body, { key });
    assert.equal(again.status, 201);
    assert.equal(again.text, first.text);
    assert.equal(again.etag, first.etag);
    assert.equal(again.location, first.location);
});

test('a quoted key and a bare one are the same key', async () => {
    const key = randomUUID();
    const body = make.draft();
    const first = await api.donor.post('/v1/commitments', body, { key: `"${key}"` });
    const again = await api.donor.post('/v1/commitments', body, { key });
    assert.equal(again.text, first.text);
});

test('spaces and the order of members do not make another request', async () => {
    const key = randomUUID();
    const body = make.draft();
    const first = await api.donor.post('/v1/commitments', body, { key });
    const turned = Object.fromEntries(Object.entries(body).reverse());
    const again = await api.donor.post('/v1/commitments', undefined,
        { key, raw: JSON.stringify(turned, null, 4) });
    assert.equal(again.text, first.text);
});

test('a cancellation that is sent again takes nothing back twice', async () => {
    const key = randomUUID();
    const made = await make.effective();
    const cancel = () => api.donorApprover.post(`${made.path}/cancel`, { reason: 'It was ended.' },
        { key, ifMatch: made.etag });
    const answers = await Promise.all(Array.from({ length: 8 }, cancel));
    assert.deepEqual([...new Set(answers.map((a) => a.status))], [200]);
    assert.equal(new Set(answers.map((a) => a.text)).size, 1);
    const { body } = await api.anonymous.get(`${made.path}/transactions?type=2`);
    assert.deepEqual(body.items.map((t) => t.amount).sort(), ['-1250000.00', '1250000.00']);
});

test('the same key for something else is refused, and the first stands', async () => {
    const key = randomUUID();
    const made = await make.effective();
    const first = await api.donor.post('/v1/commitments', make.draft(), { key });
    const other = await api.donor.post('/v1/commitments', make.draft(), { key });
    assert.equal(other.status, 422);
    assert.equal(other.body.type, '/problems/idempotency-key-reused');
    assert.equal((await api.donor.get(first.location)).status, 200);
    const link = { framework: 'C11', framework_version: 'V1.2', item: 'pillar-c', rationale: 'Aid.' };
    assert.equal((await api.donor.post(`${made.path}/links`, link, { key })).status, 201,
        'another route is another request');
});

test('keys of different principals have nothing to do with each other', async () => {
    const key = randomUUID();
    const body = make.draft();
    const other = await somebody('XI-DEMO-DONOR', 'donor_editor');
    const first = await api.donor.post('/v1/commitments', body, { key });
    const second = await other.post('/v1/commitments', body, { key });
    assert.equal(second.status, 201);
    assert.notEqual(second.location, first.location);
});

test('a refused request leaves its key free', async () => {
    const key = randomUUID();
    const bad = await api.donor.post('/v1/commitments', make.draft({ currency: 'XXQ' }), { key });
    assert.equal(bad.status, 422);
    const good = await api.donor.post('/v1/commitments', make.draft(), { key });
    assert.equal(good.status, 201);
});

test('what is no key is refused', async () => {
    for (const key of ['"', '"a', 'a b', `"${'a'.repeat(256)}"`, '""']) {
        const answer = await api.donor.post('/v1/commitments', make.draft(), { key });
        assert.equal(answer.status, 400, key);
    }
    const none = await api.donor.post('/v1/commitments', make.draft(), { key: null });
    assert.equal(none.body.type, '/problems/idempotency-key-missing');
});
