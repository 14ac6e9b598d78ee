// Rate sets can be checked by whoever reads them: page by page, against the hash in the log.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { test } from 'node:test';

import { REFERENCE_RATES, bodyExample } from '../lib/calls.mjs';
import { api, sequenced } from '../lib/client.mjs';
import { operations } from '../lib/contract.mjs';

const example = bodyExample(operations.exchange_rate_set_record);

async function good(promise) {
    const answer = await promise;
    assert.ok(answer.status < 300, answer.text);
    return answer;
}

async function everyPage(path) {
    const items = [];
    for (let next = path; next;) {
        const { body, headers } = await good(api.anonymous.get(next));
        items.push(...body.items);
        next = /<([^>]+)>; rel="next"/.exec(headers.get('link'))?.[1];
    }
    return items;
}

function hashOf(rates) {
    const lines = rates.map((r) => `${[r.currency, r.valid_from, r.valid_to, r.rate, r.quotation,
        r.confidence ?? '-'].join(' ')}\n`);
    return createHash('sha256').update(lines.sort().join('')).digest('hex');
}

test('the pages of a set are all its rates, each once, with the hash that was stated', async () => {
    const { body: stated } = await good(api.steward.post('/v1/exchange-rate-sets', example));
    for (const [id, limit] of [[REFERENCE_RATES, 200], [stated.rate_set.id, 1]]) {
        const { body: set } = await good(api.anonymous.get(`/v1/exchange-rate-sets/${id}`));
        const rates = await everyPage(`/v1/exchange-rate-sets/${id}/rates?limit=${limit}`);
        assert.equal(rates.length, set.rate_count);
        assert.equal(hashOf(rates), set.rates_sha256);
    }
    const entry = await good(api.anonymous.get(`/v1/ledger/entries/${stated.statement.entry}`));
    const leaf = JSON.parse(Buffer.from(entry.body.leaf, 'base64'));
    assert.equal(leaf.public.rates_sha256, stated.rate_set.rates_sha256);
    assert.equal(leaf.public.source_sha256,
        createHash('sha256').update(example.csv).digest('hex'));
});

test('the list has every set once, whatever the size of its pages', async () => {
    await good(api.steward.post('/v1/exchange-rate-sets', { ...example, name: 'ECB, again' }));
    await good(api.steward.post('/v1/exchange-rate-sets', { ...example, name: 'ECB, again' }));
    const ids = async (limit) => (await everyPage(`/v1/exchange-rate-sets?limit=${limit}`))
        .map((set) => set.id);
    const all = await ids(200);
    assert.equal(new Set(all).size, all.length);
    assert.deepEqual(await ids(1), all);
});

test('the list of then does not know what was stated later', async () => {
    const one = await good(api.steward.post('/v1/exchange-rate-sets', example));
    const size = await sequenced(one.body.statement.entry);
    const { text } = await good(api.anonymous.get(`/v1/exchange-rate-sets?as_of=${size}`));
    await good(api.steward.post('/v1/exchange-rate-sets', { ...example,
        supersedes: one.body.rate_set.id, reason: 'A digit was wrong.' }));
    const then = await good(api.anonymous.get(`/v1/exchange-rate-sets?as_of=${size}`));
    assert.equal(then.text, text);
    assert.equal(then.headers.get('aidledger-tree-size'), String(size));
});

test('a year of thirty currencies is read in one request, and a retry states nothing', async () => {
    const codes = (await good(api.anonymous.get('/v1/codelists/Currency'))).body.items
        .map((item) => item.code).filter((code) => code !== 'EUR').slice(0, 30);
    const days = Array.from({ length: 260 }, (_, at) =>
        new Date(Date.UTC(2025, 0, 1 + at)).toISOString().slice(0, 10));
    const csv = [`Date,${codes}`, ...days.map((day, at) =>
        `${day},${codes.map((_, place) => `${1 + place}.${1000 + at}`)}`)].join('\n');
    const key = randomUUID();
    const send = () => good(api.steward.post('/v1/exchange-rate-sets',
        { ...example, name: 'A year', csv }, { key }));
    const first = await send();
    assert.equal(first.body.rate_set.rate_count, 30 * 260);
    assert.equal((await send()).text, first.text);
});
