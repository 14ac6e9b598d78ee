// What goes over the wire: bodies, methods, conditions, representations.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';

import { api, base, request } from '../lib/client.mjs';
import * as make from '../lib/make.mjs';

function create(raw, headers = {}) {
    return api.donor.post('/v1/commitments', undefined, { raw, headers });
}

function fault(answer, pointer) {
    return answer.body.errors?.find((error) => error.pointer === pointer);
}

// The answer to bytes sent as they are: its status line, headers and body as one text.
function raw(bytes) {
    const { hostname, port } = new URL(base);
    return new Promise((resolve, reject) => {
        const socket = connect(Number(port), hostname, () => socket.write(bytes));
        let text = '';
        socket.setEncoding('utf8');
        socket.on('data', (part) => {
            text += part;
        });
        socket.on('end', () => resolve(text));
        socket.on('error', reject);
        socket.setTimeout(10_000, () => socket.destroy(new Error(`no end after 10 s: ${text}`)));
    });
}

function get(path, headers = '') {
    return raw(`GET ${path} HTTP/1.1\r\nHost: aidledger\r\nConnection: close\r\n${headers}\r\n`);
}

test('every wrong member is named at once, and nothing is recorded', async () => {
    const { body: before } = await api.auditor.get('/v1/commitments?limit=1');
    const answer = await create(JSON.stringify({
        title: '', recipients: [{ country: 'mw', share: '70' }, { share: 30 }],
        sectors: [{ code: '22040', share: '100.1234567' }], amount: 1250.5, currency: 'usd',
        ict_significance: 3, commitment_date: '2026-02-30', nothing: 1,
    }));
    assert.equal(answer.status, 422);
    assert.equal(answer.headers.get('content-type'), 'application/problem+json');
    assert.deepEqual(answer.body.errors.map((e) => `${e.pointer} ${e.rule}`).sort(), [
        '/amount decimal', '/commitment_date format', '/currency pattern', '/ict_significance range',
        '/nothing unknown', '/recipients/0/country pattern', '/recipients/1 choice',
        '/recipients/1/share decimal', '/sectors/0/share decimal', '/title length']);
    const { body: after } = await api.auditor.get('/v1/commitments?limit=1');
    assert.equal(after.items[0]?.id, before.items[0]?.id);
});

test('a number for money or a share is refused with the advice to send a string', async () => {
    for (const [raw_, pointer] of [['1250.50', '/amount'], ['1250', '/amount'], ['1e3', '/amount'],
        ['12345678901234567.89', '/amount']]) {
        const answer = await create(`{"title":"A","currency":"USD","amount":${raw_}}`);
        assert.equal(answer.status, 422, answer.text);
        assert.match(fault(answer, pointer).detail, /decimal string, such as "1250.00"/);
    }
});

test('exact decimals come back as they were sent', async () => {
    for (const amount of ['999999999999999999.99', '0.01', '12345678901234567.89', '100']) {
        const made = await make.drafted({ amount, schedule: undefined });
        assert.equal((await api.donor.get(made.path)).body.amount, amount);
    }
    const yen = await api.donor.post('/v1/commitments', make.draft({ amount: '10.5', currency: 'JPY',
        schedule: undefined }));
    assert.equal(fault(yen, '/amount').rule, 'minor_unit');
});

test('what is no JSON is refused with its place', async () => {
    for (const text of ['{', '{"title":"A",}', '{"title":"A"} x', '{"title":"A","title":"B"}',
        '{"title":"\\u0000"}', '{"title":"\\ud800"}', "{'title':'A'}", '{"amount":01}', 'nul']) {
        const answer = await create(text);
        assert.equal(answer.status, 400, `${text}: ${answer.text}`);
        assert.equal(answer.body.type, '/problems/malformed-json');
        assert.match(answer.body.detail, /^Line 1, column \d+/);
    }
    const bytes = await create(Buffer.from('7b227469746c65223a22ff227d', 'hex'));
    assert.equal(bytes.body.type, '/problems/malformed-json');
    const none = await create(undefined);
    assert.equal(none.status, 400);
});

test('nesting is bounded', async () => {
    const nested = (depth) => `${'{"a":'.repeat(depth - 1)}{}${'}'.repeat(depth - 1)}`;
    assert.equal((await create(nested(64))).status, 422);
    const deep = await create(nested(65));
    assert.equal(deep.status, 400);
    assert.match(deep.body.detail, /64 levels/);
    assert.equal((await create('['.repeat(500_000))).status, 400);
    assert.equal((await create(`{"title":"${'['.repeat(100)}","x":"\\"${'{'.repeat(100)}"}`)).status,
        422, 'brackets in strings do not nest');
});

test('bodies have a bound and a type', async () => {
    assert.equal((await create('x'.repeat((1 << 20) + 1))).status, 413);
    for (const type of ['text/plain', 'application/xml', 'application/json; charset=latin1',
        'multipart/form-data; boundary=x', 'text/csv', 'text/csv; charset=latin1']) {
        assert.equal((await create('{}', { 'content-type': type })).status, 415, type);
    }
    const gzip = await create('{}', { 'content-encoding': 'gzip' });
    assert.equal(gzip.status, 415);
    const made = await make.drafted();
    const patched = await api.donor.patch(made.path, { narrative: null },
        { ifMatch: made.etag, headers: { 'content-type': 'application/merge-patch+json' } });
    assert.equal(patched.status, 200);
    assert.equal(patched.body.commitment.narrative, null);
    assert.equal((await create('{}', { 'content-type': 'application/merge-patch+json' })).status, 415);
});

test('what was read is not sent again while it has not changed', async () => {
    const made = await make.registered();
    const unchanged = await api.anonymous.get(made.path,
        { headers: { 'if-none-match': `W/"x", ${made.etag}` } });
    assert.equal(unchanged.status, 304);
    assert.equal(unchanged.text, '');
    assert.equal(unchanged.etag, made.etag.replace(/"$/, '-gzip"'), 'fetch takes gzip');
    await api.donor.post(`${made.path}/links`, { framework: 'C11', framework_version: 'V1.2',
        item: 'pillar-c', rationale: 'Aid.' });
    const changed = await api.anonymous.get(made.path,
        { headers: { 'if-none-match': made.etag } });
    assert.equal(changed.status, 200);
    assert.notEqual(changed.etag, made.etag);
});

test('If-Match: strong tags, a list of them, no star', async () => {
    const made = await make.drafted();
    const patch = (ifMatch) => api.donor.patch(made.path, { title: 'New' }, { ifMatch });
    assert.equal((await patch(undefined)).status, 428);
    assert.equal((await patch('*')).status, 428);
    assert.equal((await patch(`W/${made.etag}`)).status, 412);
    assert.equal((await patch('1')).status, 400);
    assert.equal((await patch('"77"')).status, 412);
    const listed = await patch(`"77", ${made.etag}`);
    assert.equal(listed.status, 200);
    assert.equal((await patch(made.etag)).status, 412);
    assert.match((await patch(made.etag)).body.detail, /"2"/);
});

test('paths are what they say', async () => {
    for (const [path, status] of [['/v1/nothing', 404], ['/v1/commitments/', 400],
        ['/v1//commitments', 400], ['/V1/commitments', 404], ['/v1/commitments/%00', 400],
        ['/v1/commitments/%zz', 400], ['/v1/%63ommitments', 200], ['/v1/commitments?limit=%zz', 400],
        ['/v1/../healthz', 400], ['/v1/./commitments', 400],
        [`/v1/commitments?text=${'x'.repeat(9000)}`, 414]]) {
        const text = await get(path);
        assert.equal(Number(/^HTTP\/1.1 (\d+)/.exec(text)[1]), status, `${path}: ${text}`);
    }
    assert.equal((await request('PUT', '/v1/commitments', { body: {} })).status, 405);
    const brew = await raw('BREW /v1/commitments HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    assert.match(brew, /^HTTP\/1.1 405 /);
});

test('parameters: unknown, repeated and malformed ones are all named', async () => {
    const answer = await api.anonymous.get(
        '/v1/commitments?limit=201&limit=1&group=DAC&year=99&as_of=-1&nothing=1&recipient=Malawi');
    assert.equal(answer.status, 422);
    assert.deepEqual(answer.body.errors.map((e) => `${e.parameter} ${e.rule}`).sort(),
        ['as_of type', 'group type', 'limit repeated', 'nothing unknown', 'recipient type',
            'year type']);
    assert.equal((await api.anonymous.get('/v1/reports/portfolio?notes=some')).status, 422);
    assert.equal((await api.anonymous.get('/v1/reports/portfolio?format=xml')).status, 422);
    assert.equal((await api.anonymous.get('/v1/commitments?format=json')).status, 422);
});

test('framing that proxies read differently is refused', async () => {
    const head = 'POST /v1/commitments HTTP/1.1\r\nHost: aidledger\r\n';
    for (const bytes of [
        `${head}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
        `${head}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`,
        `${head}Content-Length: 2, 2\r\n\r\n{}`,
        `${head}Content-Length: +2\r\n\r\n{}`,
        `${head}Transfer-Encoding: xchunked\r\n\r\n`,
        'GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n',
        'GET /healthz HTTP/1.1\r\n\r\n',
    ]) {
        const text = await raw(bytes);
        assert.match(text, /^HTTP\/1.1 4\d\d /, JSON.stringify(bytes));
        assert.doesNotMatch(text, /HTTP\/1.1 2\d\d/);
    }
});

test('answers say no more than they should', async () => {
    const broken = await api.donor.get("/v1/commitments?text='%22%3B--");
    assert.equal(broken.status, 200);
    for (const path of ['/v1/commitments/x', '/v1/nothing', '/v1/commitments?as_of=9999999']) {
        const { text, headers } = await api.anonymous.get(path);
        assert.doesNotMatch(text, /SELECT|relation|pg_|plpgsql|\/service\/|aidledger_/i);
        assert.equal(headers.get('x-content-type-options'), 'nosniff');
    }
    const own = await api.donor.get('/v1/commitments');
    assert.equal(own.headers.get('cache-control'), 'private, no-cache');
});

test('metrics count what happens', async () => {
    const counter = async (name) => {
        const { text } = await api.anonymous.get('/metrics');
        const lines = text.split('\n').filter((line) => line.startsWith(name));
        assert.ok(lines.length > 0, `no ${name} in:\n${text}`);
        return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    };
    const before = await counter('aidledger_requests_total{');
    await api.anonymous.get('/v1/countries?limit=1');
    assert.ok(await counter('aidledger_requests_total{') > before);
    assert.equal(await counter('aidledger_ready'), 1);
});
