// What every answer says beside its body: representation, caching, other origins, allowances.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';

import { api, base, request, sequenced } from '../lib/client.mjs';
import * as make from '../lib/make.mjs';
import { exchange } from '../lib/wire.mjs';

const PLAIN = { 'accept-encoding': 'identity' };
const PATHS = ['/healthz', '/readyz', '/metrics', '/openapi.json', '/problems/not-found',
    '/v1/commitments', '/v1/countries/MW', '/v1/reports', '/v1/reports/portfolio',
    '/v1/reports/portfolio/definition'];

// The bytes as they came: fetch would unpack them without a word.
async function gzipped(path, encoding = 'gzip', headers = {}) {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join('');
    const { answers: [answer] } = await exchange(`GET ${path} HTTP/1.1\r\nHost: a\r\n` +
        `Connection: close\r\nAccept-Encoding: ${encoding}\r\n${lines}\r\n`);
    let body = Buffer.from(answer.body, 'latin1');
    if (answer.headers['transfer-encoding'] === 'chunked') {
        const parts = [];
        for (let at = 0; ;) {
            const end = body.indexOf('\r\n', at);
            const size = parseInt(body.toString('latin1', at, end), 16);
            if (size === 0) {
                break;
            }
            parts.push(body.subarray(end + 2, end + 2 + size));
            at = end + 2 + size + 2;
        }
        body = Buffer.concat(parts);
    }
    return { ...answer, body };
}

test('what is long enough comes as gzip to those who take it, with an ETag of its own', async () => {
    const made = await make.registered();
    await sequenced(made.entry);
    for (const path of [made.path, '/openapi.json', '/v1/commitments', '/v1/reports/portfolio']) {
        const plain = await api.anonymous.get(path, { headers: PLAIN });
        const squeezed = await gzipped(path);
        assert.equal(squeezed.status, 200);
        assert.equal(squeezed.headers['content-encoding'], 'gzip', path);
        assert.equal(gunzipSync(squeezed.body).toString(), plain.text, path);
        assert.ok(squeezed.body.length < Buffer.byteLength(plain.text), path);
        assert.match(squeezed.headers.vary, /Accept-Encoding/);
        if (plain.etag) {
            assert.equal(squeezed.headers.etag, plain.etag.replace(/"$/, '-gzip"'));
        }
    }
    const short = await gzipped('/healthz');
    assert.equal(short.headers['content-encoding'], undefined);
    assert.equal(short.body.toString(), '{"status":"alive"}');
});

test('gzip is negotiated', async () => {
    for (const [encoding, taken] of [['gzip', true], ['GZIP', true], ['x-gzip', true],
        ['deflate, gzip;q=0.1', true], ['*', true], ['br', false], ['gzip;q=0', false],
        ['identity', false], ['gzip;q=0, *', false], ['*;q=0', false], ['gzip;q=0.000', false],
        ['br, *;q=0.5', true], ['', false], ['gzipped', false]]) {
        const answer = await gzipped('/openapi.json', encoding);
        assert.equal(answer.headers['content-encoding'] === 'gzip', taken, encoding);
    }
});

test('a version is the same version, compressed or not', async () => {
    const made = await make.drafted();
    const authorization = { Authorization: `Bearer ${api.donor.token}` };
    const squeezed = await gzipped(made.path, 'gzip', authorization);
    assert.equal(squeezed.headers.etag, '"1-gzip"');
    for (const [tag, encoding, etag] of [['"1-gzip"', 'gzip', '"1-gzip"'], ['"1"', 'gzip', '"1-gzip"'],
        ['"1"', 'identity', '"1"'], ['"1-gzip"', 'identity', '"1"'], ['W/"1"', 'identity', '"1"'],
        ['"7", "1"', 'identity', '"1"'], ['*', 'identity', '"1"']]) {
        const again = await gzipped(made.path, encoding, { ...authorization, 'If-None-Match': tag });
        assert.equal(again.status, 304, tag);
        assert.equal(again.headers.etag, etag);
        assert.equal(again.headers['content-encoding'], undefined);
        assert.equal(again.body.length, 0);
    }
    for (const tag of ['"2"', '"1-gzip-gzip"', '"-gzip"', '1']) {
        const again = await gzipped(made.path, 'identity', { ...authorization, 'If-None-Match': tag });
        assert.equal(again.status, 200, tag);
    }
    const changed = await api.donor.patch(made.path, { title: 'Changed' }, { ifMatch: '"1-gzip"' });
    assert.equal(changed.status, 200, changed.text);
    assert.equal(changed.etag, '"2"');
});

test('HEAD says what GET says', async () => {
    const made = await make.registered();
    await sequenced(made.entry);
    for (const path of [...PATHS, made.path, `${made.path}/history`, '/v1/nothing',
        '/v1/commitments/x', '/v1/reports/portfolio?format=csv']) {
        const full = await api.anonymous.get(path, { headers: PLAIN });
        const head = await request('HEAD', path, { headers: PLAIN });
        assert.equal(head.status, full.status, path);
        assert.equal(head.text, '', path);
        for (const name of ['content-type', 'etag', 'vary', 'cache-control', 'link',
            'aidledger-tree-size', 'access-control-allow-origin', 'content-disposition']) {
            assert.equal(head.headers.get(name), full.headers.get(name), `${path} ${name}`);
        }
        // Counts go on between the two.
        if (path !== '/metrics') {
            assert.equal(Number(head.headers.get('content-length')), Buffer.byteLength(full.text),
                path);
        }
    }
    const created = await request('HEAD', '/v1/commitments/x/submit');
    assert.equal(created.status, 405);
});

test('nothing follows the head of a HEAD, compressed or not', async () => {
    for (const [encoding, path] of [['gzip', '/openapi.json'], ['gzip', '/v1/reports/portfolio'],
        ['identity', '/openapi.json']]) {
        const { text } = await exchange(`HEAD ${path} HTTP/1.1\r\nHost: a\r\n`
            + `Accept-Encoding: ${encoding}\r\n\r\n`, { quietMs: 500 });
        assert.match(text, /^HTTP\/1\.1 200 /);
        assert.equal(text.indexOf('\r\n\r\n') + 4, text.length, `${encoding} ${path}`);
    }
});

test('OPTIONS says what a path takes', async () => {
    const id = randomUUID();
    for (const [path, allow] of [['/healthz', 'GET, HEAD, OPTIONS'],
        ['/v1/commitments', 'GET, HEAD, POST, OPTIONS'],
        [`/v1/commitments/${id}`, 'GET, HEAD, PATCH, OPTIONS'],
        [`/v1/commitments/${id}/submit`, 'POST, OPTIONS'],
        ['*', 'GET, HEAD, POST, PATCH, OPTIONS']]) {
        const { answers: [answer] } = await exchange(
            `OPTIONS ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
        assert.equal(answer.status, 204, path);
        assert.deepEqual(answer.headers.allow.split(', ').sort(), allow.split(', ').sort(), path);
        assert.equal(answer.body, '');
    }
    assert.equal((await request('OPTIONS', '/v1/nothing')).status, 404);
    const wrong = await request('DELETE', '/v1/commitments');
    assert.equal(wrong.status, 405);
    assert.match(wrong.headers.get('allow'), /GET, HEAD, .*POST/);
});

test('pages of other origins may read, and may not write', async () => {
    const origin = { origin: 'https://example.org' };
    for (const path of [...PATHS, '/v1/nothing', '/v1/commitments?limit=0']) {
        const { headers } = await api.anonymous.get(path, { headers: origin });
        assert.equal(headers.get('access-control-allow-origin'), '*', path);
        assert.equal(headers.get('access-control-allow-credentials'), null);
        assert.match(headers.get('access-control-expose-headers'), /ETag, Link/);
    }
    const asked = await request('OPTIONS', '/v1/commitments', { headers: { ...origin,
        'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' } });
    assert.equal(asked.status, 204);
    assert.equal(asked.headers.get('access-control-allow-origin'), '*');
    assert.equal(asked.headers.get('access-control-allow-methods'), 'GET, HEAD');
    assert.match(asked.headers.get('access-control-allow-headers'), /Authorization/);
    assert.ok(Number(asked.headers.get('access-control-max-age')) > 0);
    const written = await api.donor.post('/v1/commitments', make.draft(), { headers: origin });
    assert.equal(written.status, 201);
    assert.equal(written.headers.get('access-control-allow-origin'), null);
});

test('who prefers a minimal answer to a write gets one', async () => {
    const prefer = { headers: { prefer: 'return=minimal' } };
    const key = randomUUID();
    const body = make.draft();
    const created = await api.donor.post('/v1/commitments', body, { ...prefer, key });
    assert.equal(created.status, 201);
    assert.equal(created.text, '');
    assert.equal(created.headers.get('preference-applied'), 'return=minimal');
    assert.equal(created.headers.get('content-type'), null);
    assert.ok(created.location && created.etag);
    // The same request again, in full: what was recorded does not depend on the preference.
    const again = await api.donor.post('/v1/commitments', body, { key });
    assert.equal(again.status, 201);
    assert.equal(again.body.commitment.title, body.title);
    assert.equal(again.location, created.location);
    for (const words of ['return=minimal', 'respond-async, return=minimal; x=1', 'return="minimal"',
        'RETURN=minimal']) {
        const etag = (await api.donor.get(created.location)).etag;
        const patched = await api.donor.patch(created.location, { title: words },
            { ifMatch: etag, headers: { prefer: words } });
        assert.equal(patched.status, 204, words);
        assert.equal(patched.text, '');
        assert.notEqual(patched.etag, etag);
    }
    for (const words of ['return=representation', 'return=minimalist', 'x-return=minimal']) {
        const etag = (await api.donor.get(created.location)).etag;
        const patched = await api.donor.patch(created.location, { title: words },
            { ifMatch: etag, headers: { prefer: words } });
        assert.equal(patched.status, 200, words);
        assert.equal(patched.headers.get('preference-applied'), null);
    }
    const read = await api.donor.get(created.location, prefer);
    assert.equal(read.status, 200);
    assert.equal(read.body.title, 'x-return=minimal');
    const refused = await api.donor.post('/v1/commitments', { title: 1 }, prefer);
    assert.equal(refused.status, 422);
    assert.equal(refused.body.errors.length > 0, true);
});

test('answers say how many requests are left', async () => {
    const first = await api.anonymous.get('/v1/countries?limit=1');
    assert.match(first.headers.get('ratelimit-policy'), /^"default";q=\d+;w=60$/);
    assert.match(first.headers.get('ratelimit'), /^"default";r=\d+;t=\d+$/);
    const none = await fetch(`${base}/healthz`);
    assert.equal(none.headers.get('ratelimit'), null);
});
