// A national plan whose tree is too large for one leaf is stated all the same, at once or in parts.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { api, base } from '../lib/client.mjs';
import * as make from '../lib/make.mjs';

// 120,000 bytes: twice what a leaf may have.
const items = Array.from({ length: 120 }, (_, i) => ({ code: `m${i}`, kind: 'measure',
    title: `${i} ${'x'.repeat(990)}`, ...(i > 0 && { parent: 'm0' }) }));

test('a large tree is stated whole, or part by part', async () => {
    const whole = await api.signatory.post('/v1/frameworks', { framework: 'MW-LARGE',
        version: '1', title: 'Large', source: 'Ministry', items });
    assert.equal(whole.status, 201, whole.text);
    const listed = await api.anonymous.get('/v1/frameworks/MW-LARGE/versions/1/items?limit=200');
    assert.deepEqual(listed.body.items.map((item) => item.code), items.map((item) => item.code));
    const { framework, path } = await make.plan({ items: items.slice(0, 50) });
    for (const part of [items.slice(50, 100), items.slice(100)]) {
        const answer = await api.signatory.post(`${path}/2026/items`, { items: part });
        assert.equal(answer.status, 201, answer.text);
    }
    const found = [];
    let next = `/v1/frameworks/${framework}/versions/2026/items?limit=50`;
    while (next) {
        const page = await api.anonymous.get(next);
        found.push(...page.body.items.map((item) => item.code));
        next = /<([^>]*)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1]?.replace(base, '');
    }
    assert.deepEqual(found, items.map((item) => item.code));
});

test('two who state the same version at once: one does', async () => {
    const body = { framework: 'MW-TWICE', version: '1', title: 'Twice', source: 'Ministry',
        items: make.planItems };
    const answers = await Promise.all([1, 2, 3].map(() => api.signatory.post('/v1/frameworks', body)));
    assert.deepEqual(answers.map((one) => one.status).sort(), [201, 409, 409]);
});
