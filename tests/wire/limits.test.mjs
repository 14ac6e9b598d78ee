// What the service puts up with: how often, how many at a time, how slowly, through which proxies.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { api, until } from '../lib/client.mjs';
import { startService } from '../lib/service.mjs';
import { dial, exchange } from '../lib/wire.mjs';

const SECOND = 1000;
let strict;
let proxied;

before(async () => {
    strict = await startService({
        AIDLEDGER_LOOPS: '2', AIDLEDGER_REQUESTS_PER_MINUTE: '30', AIDLEDGER_BAD_KEYS_PER_MINUTE: '5',
        AIDLEDGER_CONNECTIONS_PER_ADDRESS: '20', AIDLEDGER_IDLE_TIMEOUT_S: '2',
        AIDLEDGER_HEAD_TIMEOUT_S: '3', AIDLEDGER_SLOW_STRETCH_S: '2',
    });
    proxied = await startService({
        AIDLEDGER_LOOPS: '2', AIDLEDGER_REQUESTS_PER_MINUTE: '5', AIDLEDGER_CONNECTIONS_PER_ADDRESS: '1',
        AIDLEDGER_TRUSTED_PROXIES: '127.0.0.0/8, 10.1.0.0/16, 2001:db8::/32',
    });
});

after(async () => {
    for (const service of [strict, proxied]) {
        assert.equal(await service?.stop(), 0);
    }
});

const get = (service, path, headers = {}) => fetch(service.url + path, { headers });
const asDonor = () => ({ authorization: `Bearer ${api.donor.token}` });

test('a key has so many requests a minute, over all loops', async () => {
    const answers = [];
    for (let i = 0; i < 40; i++) {
        // Each on a connection of its own: they fall on both loops.
        answers.push(await get(strict, '/v1/countries?limit=1', { ...asDonor(), connection: 'close' }));
    }
    const refused = answers.filter((answer) => answer.status === 429);
    // One comes back every two seconds.
    assert.ok(refused.length >= 7 && refused.length <= 10, `${refused.length} refused`);
    const remaining = answers.slice(0, 5).map(({ headers }) => headers.get('ratelimit'));
    assert.match(remaining[0], /^"default";r=29;t=2$/);
    assert.match(remaining[4], /^"default";r=25;t=(9|10)$/);
    const last = refused.at(-1);
    assert.equal(last.headers.get('content-type'), 'application/problem+json');
    assert.match(last.headers.get('ratelimit'), /^"default";r=0;t=(59|60)$/);
    assert.ok(Number(last.headers.get('retry-after')) >= 1);
    assert.equal((await last.json()).type, '/problems/too-many-requests');
    // Others are not held up, and what keeps watch is never counted.
    assert.equal((await get(strict, '/v1/countries?limit=1',
        { authorization: `Bearer ${api.auditor.token}` })).status, 200);
    assert.equal((await get(strict, '/v1/countries?limit=1')).status, 200);
    assert.equal((await get(strict, '/healthz', asDonor())).status, 200);
    const wait = Number(last.headers.get('retry-after'));
    await until(async () => (await get(strict, '/v1/countries?limit=1', asDonor())).status === 200,
        (wait + 3) * SECOND);
});

test('guessing keys is stopped, and good keys still work', async () => {
    const statuses = [];
    for (let i = 0; i < 8; i++) {
        const answer = await get(strict, '/v1/commitments', { authorization: `Bearer guess${i}` });
        statuses.push(answer.status);
        await answer.arrayBuffer();
    }
    assert.deepEqual(statuses, [401, 401, 401, 401, 401, 429, 429, 429]);
    assert.equal((await get(strict, '/v1/commitments',
        { authorization: `Bearer ${api.steward.token}` })).status, 200);
});

test('an address has so many connections at a time', async () => {
    const sockets = [];
    const closed = new Set();
    // What earlier tests keep open counts too.
    for (let i = 0; i < 60; i++) {
        const socket = dial(strict.url);
        socket.on('close', () => closed.add(socket)).on('error', () => {});
        sockets.push(socket);
    }
    await until(() => closed.size >= 40);
    assert.ok(closed.size < 60);
    const { text } = await exchange('GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n', { url: strict.url });
    assert.equal(text, '', 'one more is closed at once');
    sockets.forEach((socket) => socket.destroy());
    await until(async () => {
        try {
            const metrics = await (await get(strict, '/metrics', { connection: 'close' })).text();
            return /clients_refused_total (4|5)\d/.test(metrics);
        } catch {
            return false;
        }
    });
});

// Resolves to the milliseconds after which the service cut the connection.
function cut(what, url, drive) {
    return new Promise((resolve, reject) => {
        const began = Date.now();
        const socket = dial(url);
        const timer = setInterval(() => drive(socket), 100);
        socket.on('close', () => {
            clearInterval(timer);
            resolve(Date.now() - began);
        });
        socket.on('error', () => {});
        socket.setTimeout(20 * SECOND, () => {
            clearInterval(timer);
            socket.destroy();
            reject(new Error(`${what}: not cut within 20 s`));
        });
        socket.resume();
        drive(socket, true);
    });
}

test('slow clients are cut', async () => {
    const head = 'POST /v1/commitments HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n';
    const many = 'GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(200);
    const [silent, dribbled, body, chunks, reader, idle] = await Promise.all([
        cut('silent', strict.url, () => {}),
        cut('head', strict.url, (socket, first) => socket.write(first ? 'GET / HTTP/1.1\r\nX: ' : 'x')),
        cut('body', strict.url, (socket, first) =>
            socket.write(first ? `${head}Content-Length: 100000\r\n\r\n` : 'x')),
        cut('chunks', strict.url, (socket, first) =>
            socket.write(first ? `${head}Transfer-Encoding: chunked\r\n\r\n` : '1\r\nx\r\n')),
        cut('reader', strict.url, (socket, first) => {
            if (first) {
                socket.write(many);
                socket.pause();
                // A paused socket of Node does not see that it was closed; asking it does.
                setTimeout(() => socket.resume(), 9 * SECOND);
            }
        }),
        cut('idle', strict.url, (socket, first) => first
            && socket.write('GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n')),
    ]);
    assert.ok(silent >= 1.5 * SECOND && silent < 6 * SECOND, `silent: ${silent}`);
    assert.ok(idle >= 1.5 * SECOND && idle < 6 * SECOND, `idle: ${idle}`);
    assert.ok(dribbled >= 2.5 * SECOND && dribbled < 6 * SECOND, `head: ${dribbled}`);
    assert.ok(body >= 1.5 * SECOND && body < 6 * SECOND, `body: ${body}`);
    assert.ok(chunks >= 1.5 * SECOND && chunks < 6 * SECOND, `chunks: ${chunks}`);
    assert.ok(reader < 12 * SECOND, `reader: ${reader}`);
    const metrics = await (await get(strict, '/metrics')).text();
    assert.ok(Number(/aidledger_clients_cut_total (\d+)/.exec(metrics)[1]) >= 3, metrics);
});

test('a body at a fair speed is taken, however long it takes', async () => {
    const json = JSON.stringify({ title: 'A'.repeat(12_000) });
    const parts = json.match(/.{1,400}/g);
    const socket = dial(strict.url);
    let text = '';
    socket.setEncoding('utf8').on('data', (data) => { text += data; });
    socket.write('POST /v1/commitments HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n' +
        `Authorization: Bearer ${api.auditor.token}\r\nContent-Length: ${json.length}\r\n\r\n`);
    for (const part of parts) {
        socket.write(part);
        await new Promise((resolve) => { setTimeout(resolve, 120); });
    }
    await until(() => text.includes('\r\n\r\n'));
    assert.match(text, /^HTTP\/1.1 403 /);
    socket.destroy();
});

test('behind a trusted proxy the client is whom the proxy heard from', async () => {
    const statusOf = async (forwarded) =>
        (await get(proxied, '/v1/countries?limit=1', { 'x-forwarded-for': forwarded })).status;
    const use = async (forwarded) => {
        const statuses = [];
        for (let i = 0; i < 6; i++) {
            statuses.push(await statusOf(forwarded));
        }
        return statuses.join(' ');
    };
    const usual = '200 200 200 200 200 429';
    assert.equal(await use('198.51.100.7'), usual);
    assert.equal(await use('198.51.100.8'), usual);
    // Anybody can write what stands before the last one that is no proxy.
    assert.equal(await statusOf('203.0.113.9, 198.51.100.8'), 429);
    assert.equal(await statusOf('198.51.100.8, 10.1.2.3'), 429);
    assert.equal(await statusOf('198.51.100.8 ,\t10.1.2.3 '), 429, 'white space says nothing');
    assert.equal(await statusOf('198.51.100.8, 2001:db8::5, 10.1.2.3'), 429);
    assert.equal(await statusOf('198.51.100.8, 10.2.0.1'), 200, '10.2 is no proxy of ours');
    // A subscriber has a whole /64.
    assert.equal(await use('2a00:1450:4001:80b::1'), usual);
    assert.equal(await statusOf('2a00:1450:4001:80b:ffff::2'), 429);
    assert.equal(await statusOf('2a00:1450:4001:80c::1'), 200);
    assert.match(proxied.log(), /client=198\.51\.100\.7 /);
    assert.match(proxied.log(), /client=2a00:1450:4001:80b::1 /);
    // The proxy itself may have any number of connections, and words that are no address are not
    // believed.
    assert.equal(await statusOf('nonsense'), 200);
    assert.match(proxied.log(), /client=127\.0\.0\.1 /);
});

test('nobody is believed who is no proxy of ours', async () => {
    await get(strict, '/healthz', { 'x-forwarded-for': '198.51.100.99' });
    assert.doesNotMatch(strict.log(), /198\.51\.100\.99/);
});

test('settings that are none are refused with their name', async () => {
    await assert.rejects(startService({ AIDLEDGER_TRUSTED_PROXIES: '10.0.0.0/33' }),
        /AIDLEDGER_TRUSTED_PROXIES is "10.0.0.0\/33"/);
});
