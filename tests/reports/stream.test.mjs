// Reports of many rows: told piece by piece, and the same bytes as in one piece.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { get } from 'node:http';
import { before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';

import { api, base, until } from '../lib/client.mjs';
import { rows } from '../lib/sql.mjs';
import { readCsv, readLines } from './read.mjs';
import { commit, good } from './world.mjs';

// One commitment to 50 countries in 50 sectors: a row for each of both.
const MANY = 50;
let size;

before(async () => {
    const countries = rows(`SELECT code FROM country ORDER BY code LIMIT ${MANY}`).map(({ code }) => code);
    const sectors = rows(`SELECT code FROM codelist_item WHERE codelist = 'Sector'
                           ORDER BY code LIMIT ${MANY}`).map(({ code }) => code);
    await commit(api.donor, api.donorApprover, { commitment_date: '2021-05-05',
        amount: '2500000.27', currency: 'USD', ict_significance: undefined,
        recipients: countries.map((country) => ({ country, share: '2' })),
        sectors: sectors.map((code) => ({ code, share: '2' })) });
    await until(() => rows('SELECT FROM ledger_queue').length === 0);
    size = (await good(api.anonymous.get('/v1/ledger'))).body.tree_size;
});

const path = (format) => `${base}/v1/reports/portfolio?as_of=${size}&format=${format}`;

// The answer as it goes over the wire.
function raw(url, { method = 'GET', encoding = 'identity' } = {}) {
    return new Promise((resolve, reject) => {
        get(url, { method, headers: { 'accept-encoding': encoding } }, (answer) => {
            const parts = [];
            answer.on('data', (part) => parts.push(part));
            answer.on('error', reject);
            answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers,
                bytes: Buffer.concat(parts) }));
        }).on('error', reject);
    });
}

test('JSON, NDJSON and CSV have the same cells, and all of them', async () => {
    const [json, ndjson, csv] = await Promise.all(['json', 'ndjson', 'csv&notes=none']
        .map((format) => raw(path(format))));
    for (const { status, headers } of [json, ndjson, csv]) {
        assert.equal(status, 200);
        assert.equal(headers['transfer-encoding'], 'chunked');
        assert.equal(headers['aidledger-tree-size'], String(size));
    }
    const document = JSON.parse(json.bytes);
    const lines = readLines(String(ndjson.bytes));
    const [names, ...records] = readCsv(String(csv.bytes));
    assert.equal(document.rows.length, MANY * MANY);
    assert.deepEqual(lines.rows, document.rows);
    const { rows: told, ...facts } = document;
    assert.deepEqual(lines.facts, { ...facts, row_count: told.length });
    assert.deepEqual(records, document.rows.map((row) => names.map((name) => String(row[name] ?? ''))));
    const cents = document.rows.map(({ committed }) => BigInt(committed.replace('.', '')));
    assert.equal(cents.reduce((sum, each) => sum + each), 250000027n);
});

test('compressed on the way it is the same', async () => {
    for (const format of ['json', 'ndjson', 'csv']) {
        const [plain, packed] = await Promise.all([raw(path(format)),
            raw(path(format), { encoding: 'gzip' })]);
        assert.equal(packed.headers['content-encoding'], 'gzip');
        assert.ok(packed.bytes.length < plain.bytes.length / 2);
        assert.deepEqual(gunzipSync(packed.bytes), plain.bytes);
    }
});

test('what is issued is kept in one piece, and is those bytes', async () => {
    const { body } = await good(api.auditor.post('/v1/report-runs', { report: 'portfolio',
        as_of: size, format: 'json' }));
    const told = await raw(path('json'));
    assert.equal(body.report_run.sha256,
        createHash('sha256').update(told.bytes).digest('hex'));
});

test('HEAD says what it would be', async () => {
    const { status, headers, bytes } = await raw(path('csv'), { method: 'HEAD' });
    assert.deepEqual([status, bytes.length], [200, 0]);
    assert.match(headers['content-type'], /^text\/csv/);
});

test('a client that stops reading, or goes, holds up nobody', async () => {
    const idle = await new Promise((resolve, reject) => {
        get(path('json'), (answer) => {
            answer.pause();
            resolve(answer);
        }).on('error', reject);
    });
    for (let i = 0; i < 5; i++) {
        const leaving = new AbortController();
        const answer = await fetch(path('ndjson'), { signal: leaving.signal });
        await answer.body.getReader().read();
        leaving.abort();
        assert.equal((await raw(path('ndjson'))).status, 200);
    }
    const parts = [];
    for await (const part of idle) {
        parts.push(part);
    }
    assert.deepEqual(Buffer.concat(parts), (await raw(path('json'))).bytes);
});
