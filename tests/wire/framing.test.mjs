// Requests as bytes: what is framed badly is refused and closes the connection, and never becomes
// two requests; what is only unusual is answered.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';

import { api } from '../lib/client.mjs';
import { exchange } from '../lib/wire.mjs';

const GET = 'GET /healthz HTTP/1.1\r\n';
const POST = 'POST /v1/commitments HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n';
const HOST = 'Host: a\r\n';
const NEXT = 'GET /healthz?smuggled HTTP/1.1\r\nHost: a\r\n\r\n';
const field = (text) => `${GET}${HOST}${text}\r\n\r\n`;

// Each of these is answered by one 4xx (505 for a version), or by none, and then the connection is closed: the bytes
// behind it are no request.
const REFUSED = {
    // the length of the body (RFC 9112 §6.3)
    'two lengths that differ': `${POST}Content-Length: 2\r\nContent-Length: 44\r\n\r\n{}`,
    'two lengths that agree': `${POST}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}`,
    'a list of lengths': `${POST}Content-Length: 2, 2\r\n\r\n{}`,
    'a length with a sign': `${POST}Content-Length: +2\r\n\r\n{}`,
    'a length below zero': `${POST}Content-Length: -2\r\n\r\n{}`,
    'a length in hexadecimal': `${POST}Content-Length: 0x2\r\n\r\n{}`,
    'a length in tenths': `${POST}Content-Length: 2.0\r\n\r\n{}`,
    'a length that is no number': `${POST}Content-Length: two\r\n\r\n{}`,
    'a length without digits': `${POST}Content-Length:\r\n\r\n{}`,
    'a length beyond every number': `${POST}Content-Length: 18446744073709551618\r\n\r\n{}`,
    'a length with a space inside': `${POST}Content-Length: 2 2\r\n\r\n{}`,
    'a length and chunks': `${POST}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    'chunks and a length': `${POST}Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n`,
    'a length on a GET': `${GET}${HOST}Content-Length: 2\r\nContent-Length: 0\r\n\r\n{}`,
    // transfer codings
    'an unknown coding': `${POST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
    'a coding besides chunked': `${POST}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
    'a coding behind chunked': `${POST}Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n`,
    'chunked twice': `${POST}Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n`,
    'two fields of codings':
        `${POST}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n`,
    'identity': `${POST}Transfer-Encoding: identity\r\n\r\n{}`,
    'chunked with a parameter': `${POST}Transfer-Encoding: chunked;a=b\r\n\r\n0\r\n\r\n`,
    'chunked with a tab': `${POST}Transfer-Encoding: chunked\t\r\n\r\n0\r\n\r\n`,
    'chunked with a vertical tab': `${POST}Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n`,
    'chunked in quotes': `${POST}Transfer-Encoding: "chunked"\r\n\r\n0\r\n\r\n`,
    'an empty coding': `${POST}Transfer-Encoding:\r\n\r\n{}`,
    'chunks in HTTP/1.0':
        'POST /v1/commitments HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    // chunks
    'a chunk size that is no number': `${POST}Transfer-Encoding: chunked\r\n\r\nZ\r\n{}\r\n0\r\n\r\n`,
    'a chunk size below zero': `${POST}Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n`,
    'a chunk size with 0x': `${POST}Transfer-Encoding: chunked\r\n\r\n0x2\r\n{}\r\n0\r\n\r\n`,
    'a chunk size beyond every number':
        `${POST}Transfer-Encoding: chunked\r\n\r\n1${'0'.repeat(16)}2\r\n{}\r\n0\r\n\r\n`,
    'a chunk longer than its size':
        `${POST}Transfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n`,
    // lines
    'a bare line feed behind the request line': `GET /healthz HTTP/1.1\n${HOST}\r\n`,
    'a bare line feed behind a field': `${GET}Host: a\nX-A: b\r\n\r\n`,
    'a bare line feed behind the last field': `${GET}Host: a\n\r\n`,
    'a bare line feed at the end': `${GET}Host: a\r\n\n`,
    'line feeds only': 'GET /healthz HTTP/1.1\nHost: a\n\n',
    'a bare carriage return in a value': field('X-A: b\rc'),
    'a bare carriage return that hides a field': field('X-A: b\rContent-Length: 44'),
    'a folded field': field('X-A: b\r\n c'),
    'a field folded with a tab': field('X-A: b\r\n\tc'),
    'a field folded into nothing': field('X-A: b\r\n '),
    'a folded length': `${POST}Content-Length:\r\n 2\r\n\r\n{}`,
    'a folded coding': `${POST}Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n`,
    'a fold before the first field': `${GET} X-A: b\r\n${HOST}\r\n`,
    'a zero in a value': field('X-A: b\0c'),
    'a zero that hides a field': field('X-A: b\0\r\nContent-Length: 44'),
    'a zero in a name': field('X\0A: b'),
    'a zero in the target': 'GET /healthz\0x HTTP/1.1\r\nHost: a\r\n\r\n',
    'a control character in a value': field('X-A: b\x01'),
    'a delete in a value': field('X-A: b\x7f'),
    // names
    'a space before the colon': field('X-A : b'),
    'a space before the colon of a length': `${POST}Content-Length : 2\r\n\r\n{}`,
    'a tab before the colon': field('X-A\t: b'),
    'a name that is no token': field('X(A): b'),
    'a name in another script': field('X-\xc3\xa9: b'),
    'a field without a name': field(': b'),
    'a line without a colon': field('X-A'),
    'a leading space in the first field': `${GET} ${HOST}\r\n`,
    // Host
    'no Host': `${GET}\r\n`,
    'two Hosts': `${GET}${HOST}Host: b\r\n\r\n`,
    'two Hosts that agree': `${GET}${HOST}${HOST}\r\n`,
    'a Host with a user': `${GET}Host: u@a\r\n\r\n`,
    'a Host with a path': `${GET}Host: a/b\r\n\r\n`,
    'a Host with a space': `${GET}Host: a b\r\n\r\n`,
    'a list of Hosts': `${GET}Host: a, b\r\n\r\n`,
    // the request line
    'a version that is none': `GET /healthz HTTP/1.2\r\n${HOST}\r\n`,
    'a version of two digits': `GET /healthz HTTP/1.10\r\n${HOST}\r\n`,
    'HTTP/2 without its frames': `GET /healthz HTTP/2.0\r\n${HOST}\r\n`,
    'the preface of HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'a version in small letters': `GET /healthz http/1.1\r\n${HOST}\r\n`,
    'a version with a space behind it': `GET /healthz HTTP/1.1 \r\n${HOST}\r\n`,
    'HTTP/0.9': 'GET /healthz\r\n',
    'a target with a space': `GET /healthz x HTTP/1.1\r\n${HOST}\r\n`,
    'a target with a tab': `GET /healthz\tx HTTP/1.1\r\n${HOST}\r\n`,
    'a target that is not ASCII': `GET /health\xc3\xa9 HTTP/1.1\r\n${HOST}\r\n`,
    'a target with a control character': `GET /health\x01 HTTP/1.1\r\n${HOST}\r\n`,
    'no target': `GET HTTP/1.1\r\n${HOST}\r\n`,
    'no method': `/healthz HTTP/1.1\r\n${HOST}\r\n`,
    'a method in small letters': `get /healthz HTTP/1.1\r\n${HOST}\r\n`,
    'a method that is none': `BREW /healthz HTTP/1.1\r\n${HOST}\r\n`,
    'the hello of TLS': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
    // bounds
    'a target of 9,000 bytes': `GET /${'x'.repeat(9000)} HTTP/1.1\r\n${HOST}\r\n`,
    'a field of 9,000 bytes': field(`X-A: ${'x'.repeat(9000)}`),
    'a name of 9,000 bytes': field(`${'x'.repeat(9000)}: a`),
    '40,000 bytes of fields': field(Array.from({ length: 10 }, (_, i) =>
        `X-${i}: ${'x'.repeat(4000)}`).join('\r\n')),
    '101 fields': field(Array.from({ length: 100 }, (_, i) => `X-${i}: x`).join('\r\n')),
};

for (const [name, bytes] of Object.entries(REFUSED)) {
    test(`refused: ${name}`, async () => {
        const got = await exchange(Buffer.from(bytes + NEXT, 'latin1'));
        assert.ok(got.closed, `the connection stays open: ${got.text}`);
        assert.ok(got.answers.length <= 1, `one answer at most: ${got.text}`);
        for (const answer of got.answers) {
            assert.ok(answer.status >= 400 && answer.status < 500 || answer.status === 505, got.text);
            assert.ok(!got.text.includes('smuggled'));
        }
    });
}

// What our own rooms refuse is a problem document; only the library's earliest refusals are not.
test('refusals of framing are problem documents', async () => {
    for (const [name, status] of [['two lengths that differ', 400], ['a length and chunks', 400],
        ['a bare line feed behind a field', 400], ['a folded field', 400],
        ['a zero in a value', 400], ['two Hosts', 400], ['a target of 9,000 bytes', 414],
        ['a field of 9,000 bytes', 431], ['101 fields', 431], ['a method that is none', 405]]) {
        const got = await exchange(Buffer.from(REFUSED[name], 'latin1'));
        assert.equal(got.answers[0]?.status, status, name);
        assert.equal(got.answers[0].headers['content-type'], 'application/problem+json', name);
        assert.equal(JSON.parse(got.answers[0].body).status, status, name);
    }
});

// Unusual, but there is only one way to read it. [bytes, status, further answers]
const READ = {
    'fields in any case': [`${GET}hOsT: a\r\n\r\n`, 200],
    'an empty Host': [`${GET}Host:\r\n\r\n`, 200],
    'a Host with a port': [`${GET}Host: a:8080\r\n\r\n`, 200],
    'a Host that is an IPv6 address': [`${GET}Host: [::1]:8080\r\n\r\n`, 200],
    'no space behind the colon': [`${GET}Host:a\r\n\r\n`, 200],
    'a value that is not ASCII': [field('X-A: caf\xc3\xa9'), 200],
    'an empty value': [field('X-A:'), 200],
    'an empty line before the request': [`\r\n${GET}${HOST}\r\n`, 200],
    'a URL as the target': [`GET http://a/healthz HTTP/1.1\r\n${HOST}\r\n`, 200],
    'a URL without a path': [`GET http://a HTTP/1.1\r\n${HOST}\r\n`, 400],
    'an authority as the target': [`CONNECT a:80 HTTP/1.1\r\n${HOST}\r\n`, 405],
    'an asterisk': [`OPTIONS * HTTP/1.1\r\n${HOST}\r\n`, 204],
    'an asterisk that is asked for': [`GET * HTTP/1.1\r\n${HOST}\r\n`, 400],
    'a fragment': [`GET /healthz#a HTTP/1.1\r\n${HOST}\r\n`, 400],
    'a letter in percent-encoding': [`GET /health%7A HTTP/1.1\r\n${HOST}\r\n`, 200],
    'a percent sign alone': [`GET /health% HTTP/1.1\r\n${HOST}\r\n`, 400],
    'half a letter in percent-encoding': [`GET /health%7 HTTP/1.1\r\n${HOST}\r\n`, 400],
    'percent-encoding that is none': [`GET /health%zz HTTP/1.1\r\n${HOST}\r\n`, 400],
    'a zero in percent-encoding': [`GET /health%00 HTTP/1.1\r\n${HOST}\r\n`, 400],
    'UTF-8 longer than it need be': [`GET /%C0%AFhealthz HTTP/1.1\r\n${HOST}\r\n`, 400],
    'UTF-8 cut short': [`GET /%E2%82 HTTP/1.1\r\n${HOST}\r\n`, 400],
    'a surrogate in UTF-8': [`GET /%ED%A0%80 HTTP/1.1\r\n${HOST}\r\n`, 400],
    'a slash in percent-encoding': [`GET /v1%2Fcommitments HTTP/1.1\r\n${HOST}\r\n`, 400],
    'a backslash': [`GET /v1\\commitments HTTP/1.1\r\n${HOST}\r\n`, 400],
    'a dot segment': [`GET /v1/./commitments HTTP/1.1\r\n${HOST}\r\n`, 400],
    'two dots': [`GET /v1/../healthz HTTP/1.1\r\n${HOST}\r\n`, 400],
    'two dots in percent-encoding': [`GET /v1/%2e%2E/healthz HTTP/1.1\r\n${HOST}\r\n`, 400],
    'an empty segment': [`GET //healthz HTTP/1.1\r\n${HOST}\r\n`, 400],
    'a slash at the end': [`GET /v1/commitments/ HTTP/1.1\r\n${HOST}\r\n`, 400],
    'an empty query': [`GET /healthz? HTTP/1.1\r\n${HOST}\r\n`, 200],
    'a query of separators': [`GET /v1/commitments?&& HTTP/1.1\r\n${HOST}\r\n`, 200],
    'a query without a name': [`GET /v1/commitments?=1 HTTP/1.1\r\n${HOST}\r\n`, 400],
    'a length of no bytes on a GET': [`${GET}${HOST}Content-Length: 0\r\n\r\n`, 200],
    'a range': [field('Range: bytes=0-1'), 200],
    'a range that is none': [field('Range: bytes=9-1, 1-'), 200],
    'an upgrade': [field('Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings'), 200],
    'an expectation': [`${POST}Content-Length: 2\r\nExpect: 100-continue\r\n\r\n`, 100],
    'another method': [`TRACE /healthz HTTP/1.1\r\n${HOST}\r\n`, 405],
    'a body where none is taken': [`PUT /healthz HTTP/1.1\r\n${HOST}Content-Length: 0\r\n\r\n`, 405],
    '100 fields': [field(Array.from({ length: 99 }, (_, i) => `X-${i}: x`).join('\r\n')), 200],
    '32,000 bytes of fields': [field(Array.from({ length: 8 }, (_, i) =>
        `X-${i}: ${'x'.repeat(3900)}`).join('\r\n')), 200],
};

for (const [name, [bytes, status]] of Object.entries(READ)) {
    test(`read: ${name}`, async () => {
        const got = await exchange(Buffer.from(bytes, 'latin1'), { quietMs: 300 });
        assert.equal(got.answers[0]?.status, status, got.text);
    });
}

test('a head that comes byte by byte is the same head', async () => {
    const bytes = `${GET}${HOST}X-A: ${'x'.repeat(300)}\r\n\r\n`;
    const got = await exchange([...bytes], { quietMs: 300 });
    assert.equal(got.answers[0]?.status, 200, got.text);
});

test('a head that comes in pieces of any size is the same head', async () => {
    const bytes = field(Array.from({ length: 60 }, (_, i) => `X-${i}: ${'x'.repeat(i * 8)}`)
        .join('\r\n'));
    for (const size of [7, 100, 1000, 4096]) {
        const pieces = [];
        for (let at = 0; at < bytes.length; at += size) {
            pieces.push(bytes.slice(at, at + size));
        }
        const got = await exchange(pieces, { quietMs: 300 });
        assert.equal(got.answers[0]?.status, 200, `${size}: ${got.text}`);
    }
});

test('requests sent together are answered in order', async () => {
    const one = (path) => `GET ${path} HTTP/1.1\r\n${HOST}\r\n`;
    const got = await exchange(one('/healthz') + one('/v1/countries/MW') + one('/v1/nothing') +
        one('/v1/countries/VU') + one('/healthz'), { quietMs: 500 });
    assert.deepEqual(got.answers.map((answer) => answer.status), [200, 200, 404, 200, 200]);
    assert.match(got.answers[1].body, /Malawi/);
    assert.match(got.answers[3].body, /Vanuatu/);
    assert.ok(!got.closed);
});

test('nothing is read behind a chunked body', async () => {
    const got = await exchange(`${POST}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n${NEXT}`);
    assert.deepEqual(got.answers.map((answer) => answer.status), [401]);
    assert.ok(got.closed);
    assert.equal(got.answers[0].headers.connection, 'close');
});

test('a chunked body is a body', async () => {
    const authorization = `Authorization: Bearer ${api.donor.token}\r\n`;
    const json = JSON.stringify({ title: 'Sent in chunks' });
    const chunks = [...json].map((letter) => `1;a=b\r\n${letter}\r\n`).join('');
    const got = await exchange(`${POST}${authorization}Idempotency-Key: ${randomUUID()}\r\n` +
        `Transfer-Encoding: chunked\r\n\r\n${chunks}0\r\nTrailer: x\r\n\r\n`);
    assert.equal(got.answers[0]?.status, 201, got.text);
});

test('an answer reaches a client that is still sending', async () => {
    const body = 'x'.repeat(4 << 20);
    for (const head of [`${POST}Content-Length: ${body.length}\r\n\r\n`,
        'POST /v1/commitments HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\n' +
        `Content-Length: ${body.length}\r\n\r\n`, `${POST}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`]) {
        const got = await exchange([head, body], { quietMs: 3000 });
        assert.ok([400, 413, 415].includes(got.answers[0]?.status), got.text);
        assert.ok(got.closed);
    }
});

test('whoever waits for 100 is refused before the body is sent', async () => {
    const got = await exchange(`${POST}Expect: 100-continue\r\nContent-Length: 99999999\r\n\r\n`);
    assert.deepEqual(got.answers.map((answer) => answer.status), [413]);
});
