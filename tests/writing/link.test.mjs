// The link to the database is lost, at every moment at which that matters: no answer claims what is
// not so, nothing is recorded twice, and the service is back by itself.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, afterEach, before, test } from 'node:test';

import { api, until } from '../lib/client.mjs';
import { draft } from '../lib/make.mjs';
import { startProxy } from '../lib/proxy.mjs';
import { startService } from '../lib/service.mjs';
import { rows } from '../lib/sql.mjs';

let proxy;
let service;

before(async () => {
    proxy = await startProxy(process.env.AIDLEDGER_TEST_DATABASE);
    service = await startService({
        AIDLEDGER_DATABASE_URL: proxy.conninfo, AIDLEDGER_READ_TIMEOUT_MS: '1000',
        AIDLEDGER_WRITE_TIMEOUT_MS: '1000', AIDLEDGER_REPORT_TIMEOUT_MS: '2000',
        AIDLEDGER_REPORT_WAIT_MS: '1000', AIDLEDGER_LOOPS: '2',
    });
});

after(async () => {
    const status = await service?.stop();
    await proxy?.stop();
    assert.equal(status, 0, service?.log());
});

afterEach(async () => {
    proxy.rule = () => 'pass';
    await until(async () => (await fetch(`${service.url}/readyz`)).status === 200);
});

// The write itself, not the preparation of its statement.
const isCreate = (bytes) => bytes.includes('Fibre backbone');

async function create(body, key) {
    const response = await fetch(`${service.url}/v1/commitments`, {
        method: 'POST',
        headers: {
            authorization: `Bearer ${api.donor.token}`, 'content-type': 'application/json',
            'idempotency-key': key, connection: 'close',
        },
        body: JSON.stringify(body),
    });
    return { status: response.status, headers: response.headers, body: await response.json() };
}

const recorded = (title) =>
    rows(`SELECT count(*) AS n FROM commitment_revision WHERE title = '${title}'`)[0].n;

// The write is in doubt; the same request again says what came of it.
async function settles(body, key, before_) {
    const doubtful = await create(body, key);
    assert.equal(doubtful.status, 503, JSON.stringify(doubtful.body));
    assert.equal(doubtful.body.type, '/problems/in-doubt');
    assert.ok(Number(doubtful.headers.get('retry-after')) > 0);
    assert.equal(recorded(body.title), before_);
    proxy.rule = () => 'pass';
    const settled = await until(async () => {
        const answer = await create(body, key);
        return answer.status === 503 ? false : answer;
    });
    assert.equal(settled.status, 201, JSON.stringify(settled.body));
    assert.equal(settled.body.commitment.title, body.title);
    assert.equal(recorded(body.title), 1);
}

test('the answer to a COMMIT is lost: in doubt, and recorded once', async () => {
    let armed = true;
    proxy.rule = ({ pair, fromClient, bytes }) => {
        if (fromClient) {
            pair.seen = bytes;
            return 'pass';
        }
        if (armed && isCreate(pair.seen)) {
            armed = false;
            return 'cut';
        }
        return 'pass';
    };
    await settles(draft(), randomUUID(), 1);
});

test('half of the answer is lost', async () => {
    let armed = true;
    proxy.rule = ({ pair, fromClient, bytes }) => {
        if (fromClient) {
            pair.seen = bytes;
            return 'pass';
        }
        // The statement's row arrives; that it was committed does not.
        if (armed && isCreate(pair.seen)) {
            armed = false;
            pair.cut();
            return 'drop';
        }
        return 'pass';
    };
    await settles(draft(), randomUUID(), 1);
});

test('the request never reaches the database: in doubt, and recorded once', async () => {
    let armed = true;
    proxy.rule = ({ fromClient, bytes }) => {
        if (armed && fromClient && isCreate(bytes)) {
            armed = false;
            return 'cut';
        }
        return 'pass';
    };
    await settles(draft(), randomUUID(), 0);
});

test('the database falls silent in the middle of a COMMIT', async () => {
    let armed = true;
    proxy.rule = ({ pair, fromClient, bytes }) => {
        if (fromClient) {
            pair.seen = bytes;
            return 'pass';
        }
        if (isCreate(pair.seen) && (armed || pair.silent)) {
            armed = false;
            pair.silent = true;
            return 'drop';
        }
        return 'pass';
    };
    const began = Date.now();
    await settles(draft(), randomUUID(), 1);
    assert.ok(Date.now() - began < 8000, 'statement_timeout and a second');
});

test('sixteen writers at once, cut at every moment: each recorded once', async () => {
    let count = 0;
    proxy.rule = ({ fromClient }) => {
        count += 1;
        return count % 37 === 0 ? (fromClient ? 'cut' : 'cut after') : count % 53 === 0 ? 'cut' : 'pass';
    };
    const bodies = Array.from({ length: 96 }, () => draft());
    const queue = [...bodies];
    await Promise.all(Array.from({ length: 16 }, async () => {
        for (let body = queue.pop(); body; body = queue.pop()) {
            const key = randomUUID();
            await until(async () => {
                const answer = await create(body, key);
                assert.ok([201, 503].includes(answer.status), JSON.stringify(answer.body));
                return answer.status === 201;
            }, 60_000);
        }
    }));
    for (const body of bodies) {
        assert.equal(recorded(body.title), 1, body.title);
    }
});

test('a read whose connection is lost goes again, unseen', async () => {
    let cuts = 0;
    proxy.rule = ({ fromClient, bytes }) => {
        if (cuts === 0 && fromClient && bytes.includes('country_read')) {
            cuts += 1;
            return 'cut';
        }
        return 'pass';
    };
    const answer = await fetch(`${service.url}/v1/countries/MW`);
    assert.equal(answer.status, 200);
    assert.equal(cuts, 1);
});

test('a read whose connection is lost twice is refused', async () => {
    proxy.rule = ({ fromClient, bytes }) =>
        (fromClient && bytes.includes('country_read') ? 'cut' : 'pass');
    const answer = await fetch(`${service.url}/v1/countries/MW`);
    assert.equal(answer.status, 503);
    assert.equal((await answer.json()).type, '/problems/unavailable');
});

test('while nothing gets through every answer is prompt and true', async () => {
    proxy.rule = () => 'drop';
    const began = Date.now();
    const statuses = await Promise.all([
        fetch(`${service.url}/v1/countries/MW`), fetch(`${service.url}/v1/commitments`),
        fetch(`${service.url}/v1/reports/portfolio`), create(draft(), randomUUID()),
    ].map(async (promise) => (await promise).status));
    assert.ok(statuses.every((status) => status === 503 || status === 504), statuses.join(' '));
    assert.ok(Date.now() - began < 8000);
    assert.equal((await fetch(`${service.url}/healthz`)).status, 200);
    proxy.cutAll();
});

test('when every connection is cut the service is soon back', async () => {
    proxy.cutAll();
    await until(async () => {
        const answers = await Promise.all(Array.from({ length: 50 }, () =>
            fetch(`${service.url}/v1/countries/VU`)));
        assert.ok(answers.every(({ status }) => status === 200 || status === 503));
        return answers.every(({ status }) => status === 200);
    }, 5000);
});
