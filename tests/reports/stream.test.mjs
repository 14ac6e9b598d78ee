// Reports of many rows: told piece by piece, and the same bytes as in one piece.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { get } from 'node:http';
import { before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';

import { api, base, until } from '../lib/client.mjs';
import { startService } from '../lib/service.mjs';
import { rows } from '../lib/sql.mjs';
import { readCsv, readLines } from './read.mjs';
import { commit, good } from './world.mjs';

// One commitment to 50 countries in 50 sectors: a row for each of both, and each year.
const MANY = 50;
let size;

async function commitMany(year) {
    const countries = rows(`SELECT code FROM country ORDER BY code LIMIT ${MANY}`).map(({ code }) => code);
    const sectors = rows(`SELECT code FROM codelist_item WHERE codelist = 'Sector'
                           ORDER BY code LIMIT ${MANY}`).map(({ code }) => code);
    await commit(api.donor, api.donorApprover, { commitment_date: `${year}-05-05`,
        amount: '2500000.27', currency: 'USD', ict_significance: undefined,
        recipients: countries.map((country) => ({ country, share: '2' })),
        sectors: sectors.map((code) => ({ code, share: '2' })) });
}

async function sizeNow() {
    await until(() => rows('SELECT FROM ledger_queue').length === 0);
    return (await good(api.anonymous.get('/v1/ledger'))).body.tree_size;
}

before(async () => {
    await commitMany(2021);
    size = await sizeNow();
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

// Bytes of results that wait for their readers, as the service counts them.
async function held(service) {
    const text = await (await fetch(`${service.url}/metrics`)).text();
    return Number(/^aidledger_backlog_bytes (\d+)$/m.exec(text)[1]);
}

// Asks, and reads no more than the head of the answer, which is larger than what the sockets on the
// way take.
async function askSlowly(url) {
    const request = get(url);
    const answer = await new Promise((resolve, reject) => {
        request.on('response', resolve).on('error', reject);
    });
    answer.pause();
    assert.equal(answer.statusCode, 200);
    return { leave: () => request.destroy(), read: async () => {
        const parts = [];
        for await (const part of answer) {
            parts.push(part);
        }
        return Buffer.concat(parts);
    } };
}

test('what slow readers hold is bounded together: the next is refused, and answered later', async () => {
    for (let year = 2011; year < 2021; year++) {
        await commitMany(year);
    }
    const query = `/v1/reports/portfolio?as_of=${await sizeNow()}`;
    const patience = { AIDLEDGER_SLOW_STRETCH_S: '600', AIDLEDGER_LOOPS: '2' };
    const measured = await startService({ ...patience, AIDLEDGER_BACKLOG_MAX: '1' });
    const alone = await askSlowly(measured.url + query);
    let each;
    await until(async () => { each = await held(measured); return each > 0; });
    // There is no room for any: a report is refused before it is read, and nothing else is.
    for (const path of ['/v1/reports/portfolio?as_of=0', '/v1/reports/portfolio?as_of=0&format=html']) {
        const refused = await fetch(measured.url + path);
        assert.equal(refused.status, 503, path);
        assert.match(refused.headers.get('retry-after'), /^[1-9]\d*$/);
    }
    for (const path of ['/v1/reports', '/v1/reports/portfolio/definition', '/v1/commitments', '/v1/ledger']) {
        assert.equal((await fetch(measured.url + path)).status, 200, path);
    }
    const bytes = await alone.read();
    assert.equal(JSON.parse(bytes).rows.length, 11 * MANY * MANY);
    await until(async () => await held(measured) === 0);
    assert.equal(await measured.stop(), 0);

    const bounded = await startService({ ...patience,
        AIDLEDGER_BACKLOG_MAX: String(2 * each + Math.floor(each / 2)) });
    const readers = [];
    for (let count = 1; count <= 2; count++) {
        readers.push(await askSlowly(bounded.url + query));
        await until(async () => await held(bounded) === count * each);
    }
    for (const format of ['json', 'csv', 'xlsx']) {
        const refused = await fetch(`${bounded.url}${query}&format=${format}`);
        assert.equal(refused.status, 503);
        assert.match(refused.headers.get('retry-after'), /^[1-9]\d*$/);
        assert.equal((await refused.json()).type, '/problems/unavailable');
    }
    for (const path of ['/v1/reports/portfolio?as_of=0', '/v1/reports', '/v1/commitments']) {
        assert.equal((await fetch(bounded.url + path)).status, 200, path);
    }
    readers[0].leave();
    await until(async () => await held(bounded) === each);
    const third = await askSlowly(bounded.url + query);
    assert.deepEqual(await third.read(), bytes);
    assert.deepEqual(await readers[1].read(), bytes);
    await until(async () => await held(bounded) === 0);
    assert.equal(await bounded.stop(), 0);
});
