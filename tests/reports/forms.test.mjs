// Every form of a report holds the same cells: read back by readers of their own, one by one.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { before, test } from 'node:test';

import { api, base, until } from '../lib/client.mjs';
import { somebody } from '../lib/principals.mjs';
import { rows } from '../lib/sql.mjs';
import { readCsv, readLines } from './read.mjs';
import { commit, good, makeWorld } from './world.mjs';

const slugs = readdirSync('reports').sort();
const manifests = Object.fromEntries(slugs.map((slug) => [slug,
    JSON.parse(readFileSync(`reports/${slug}/manifest.json`, 'utf8'))]));

// What a spreadsheet would run, a page would take for markup, and lines and quotes would break.
const AWKWARD = '=SUM(1,2) "a" & <b>é</b> مرحبا';
// More digits than a floating point number keeps.
const EXACT = '12345678901234567.89';
let size;

before(async () => {
    await makeWorld();
    await good(api.steward.post('/v1/organisations', { identifier: '@XI-TEST-AWKWARD',
        name: AWKWARD, type_code: '10' }));
    const [editor, approver] = await Promise.all([
        somebody('@XI-TEST-AWKWARD', 'donor_editor'), somebody('@XI-TEST-AWKWARD', 'donor_approver')]);
    await commit(editor, approver, { commitment_date: '2022-03-01', amount: EXACT,
        currency: 'USD', recipients: [{ country: 'MW', share: '100' }],
        sectors: [{ code: '22040', share: '100' }] });
    await until(() => rows('SELECT FROM ledger_queue').length === 0);
    size = (await good(api.anonymous.get('/v1/reports/portfolio'))).body.tree_size;
});

// The bytes and the headers of a form, asked for as a link would.
async function form(slug, name, query = '') {
    const answer = await fetch(`${base}/v1/reports/${slug}?as_of=${size}&format=${name}${query}`);
    const bytes = Buffer.from(await answer.arrayBuffer());
    assert.equal(answer.status, 200, bytes.toString());
    return { bytes, text: bytes.toString(), headers: answer.headers };
}

// The cells of the JSON document, in the order of the columns; null is an empty cell.
async function canonical(slug) {
    const { text } = await form(slug, 'json');
    const document = JSON.parse(text);
    return { document, text, cells: document.rows.map((row) =>
        manifests[slug].columns.map(({ name }) => row[name] ?? '').map(String)) };
}

for (const slug of slugs) {
    test(`${slug}: NDJSON is the JSON document line by line`, async () => {
        const { document, text, cells } = await canonical(slug);
        const { text: lines, headers } = await form(slug, 'ndjson');
        const { facts, rows: told } = readLines(lines);
        assert.equal(headers.get('content-type'), 'application/x-ndjson');
        assert.equal(headers.get('content-disposition'),
            `attachment; filename="${slug}-${size}.ndjson"`);
        assert.deepEqual(told.map((row) => manifests[slug].columns.map(({ name }) =>
            row[name] ?? '').map(String)), cells);
        const { rows: all, ...rest } = document;
        assert.deepEqual(facts, { ...rest, row_count: all.length });
        // The rows are the very bytes of the document.
        assert.ok(text.endsWith(`"rows":[${lines.split('\n').slice(1, -1).join(',')}]}`));
    });

    test(`${slug}: CSV holds the same cells, and none that a spreadsheet would run`, async () => {
        const { cells } = await canonical(slug);
        const { columns } = manifests[slug];
        const { text } = await form(slug, 'csv', '&notes=none');
        const [header, ...records] = readCsv(text);
        assert.deepEqual(header, columns.map(({ name }) => name));
        assert.deepEqual(records, cells.map((row) => row.map((cell, at) =>
            (columns[at].type === 'text' && /^[=+@\t\r\n-]/.test(cell) ? `'${cell}` : cell))));
        const marked = await form(slug, 'csv', '&notes=none&bom=1');
        assert.deepEqual(marked.bytes, Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]),
            Buffer.from(text)]));
    });
}

test('awkward text and exact amounts are in what is compared', async () => {
    const { document } = await canonical('portfolio');
    assert.ok(document.rows.some((row) => row.donor_name === AWKWARD && row.committed === EXACT));
    const { text } = await form('portfolio', 'csv');
    assert.ok(text.includes(`'@XI-TEST-AWKWARD,"'=SUM(1,2) ""a"" & <b>é</b> مرحبا",MW`));
});

test('the parameter wins over Accept, and a form that is not offered is refused', async () => {
    const path = `/v1/reports/portfolio?as_of=${size}`;
    const type = async (query, accept) => (await fetch(base + path + query, { headers: { accept } }))
        .headers.get('content-type').split(';')[0];
    assert.equal(await type('&format=ndjson', 'text/csv'), 'application/x-ndjson');
    assert.equal(await type('', 'application/x-ndjson'), 'application/x-ndjson');
    assert.equal(await type('', '*/*'), 'application/json');
    const refused = await api.anonymous.get(`${path}&format=xml`);
    assert.deepEqual([refused.status, refused.body.errors[0].parameter], [422, 'format']);
    const mark = await api.anonymous.get(`${path}&format=csv&bom=yes`);
    assert.deepEqual([mark.status, mark.body.errors[0].parameter], [422, 'bom']);
    const none = await api.anonymous.get(path, { headers: { accept: 'application/xml' } });
    assert.equal(none.status, 406);
});
