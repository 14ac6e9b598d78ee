// Answers of reports that are kept: the rows of a position are summed once, for every form and everybody.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { api, base, until } from '../lib/client.mjs';
import { startService } from '../lib/service.mjs';
import { hold, rows } from '../lib/sql.mjs';
import { commit, good } from './world.mjs';

const SLUGS = ['donor-scorecard', 'recipient-scorecard', 'predictability', 'reconciliation', 'timeliness',
    'untied-aid', 'data-limitations'];
let size;
let one; // whose only loop answers everything
let forgetful; // keeps nothing

async function sizeNow() {
    await until(() => rows('SELECT FROM ledger_queue').length === 0);
    return (await good(api.anonymous.get('/v1/ledger'))).body.tree_size;
}

before(async () => {
    await commit(api.donor, api.donorApprover, { commitment_date: '2021-05-05', amount: '1000.00' });
    size = await sizeNow();
    one = await startService({ AIDLEDGER_LOOPS: '1' });
    forgetful = await startService({ AIDLEDGER_KEPT_MAX: '0' });
});

test.after(() => Promise.all([one.stop(), forgetful.stop()]));

// How many reports were answered, of a service: from the database, and with what was kept.
async function counts({ url } = one) {
    const text = await (await fetch(`${url}/metrics`)).text();
    const of = (name) => Number(new RegExp(`aidledger_lane_${name}_total\\{lane="report"\\} (\\d+)`).exec(text)[1]);
    return { asked: of('statements'), kept: of('kept') };
}

async function told(url, path, headers = {}) {
    const answer = await fetch(`${url}${path}`, { headers });
    assert.equal(answer.status, 200, path);
    return Buffer.from(await answer.arrayBuffer());
}

test('every form of a report at one position is made of one query, to the same bytes', async () => {
    for (const slug of SLUGS) {
        const begun = await counts();
        for (const format of ['json', 'csv', 'ndjson', 'html', 'json']) {
            const path = `/v1/reports/${slug}?as_of=${size}&format=${format}`;
            assert.ok((await told(one.url, path)).equals(await told(forgetful.url, path)), path);
        }
        const ended = await counts();
        assert.deepEqual({ asked: ended.asked - begun.asked, kept: ended.kept - begun.kept },
            { asked: 1, kept: 4 }, slug);
    }
    assert.equal((await counts(forgetful)).kept, 0);
});

test('other parameters, and callers with other rights, are answered by the database', async () => {
    const path = `/v1/reports/donor-scorecard?as_of=${size}`;
    const anonymous = await told(one.url, path);
    const begun = await counts();
    const [{ donor }] = JSON.parse(anonymous).rows;
    await told(one.url, `${path}&donor=${encodeURIComponent(donor)}`);
    assert.equal((await counts()).asked, begun.asked + 1);
    for (const { token } of [api.auditor, api.donor]) {
        assert.ok((await told(one.url, path, { authorization: `Bearer ${token}` })).equals(anonymous));
    }
    assert.equal((await counts()).asked, begun.asked + 3);
});

test('what is recorded later is in the report of the newest position, and in none of before', async () => {
    const newest = async (query = '') => JSON.parse(await told(one.url, `/v1/reports/untied-aid${query}`));
    const earlier = await newest();
    assert.deepEqual(await newest(), earlier);
    await commit(api.donor, api.donorApprover, { commitment_date: '2021-06-06', amount: '2000.00' });
    await sizeNow();
    const later = await newest();
    assert.ok(later.tree_size > earlier.tree_size);
    assert.notDeepEqual(later.rows, earlier.rows);
    assert.deepEqual((await newest(`?as_of=${earlier.tree_size}`)).rows, earlier.rows);
});

test('a position that cannot be is refused, and the connection serves the next report', async () => {
    for (let i = 0; i < 3; i++) {
        assert.equal((await fetch(`${one.url}/v1/reports/donor-scorecard?as_of=999999999`)).status, 422);
        await told(one.url, `/v1/reports/donor-scorecard?as_of=${size}`);
    }
});

test('a report that takes too long says what to ask for instead; a list says only that', async () => {
    const hasty = await startService({ AIDLEDGER_REPORT_TIMEOUT_MS: '300',
        AIDLEDGER_LONG_REPORT_TIMEOUT_MS: '300', AIDLEDGER_LIST_TIMEOUT_MS: '300' });
    const letGo = await hold('LOCK TABLE commitment IN ACCESS EXCLUSIVE MODE;');
    try {
        const detail = async (path) => {
            const answer = await fetch(`${hasty.url}${path}`);
            assert.equal(answer.status, 504);
            return (await answer.json()).detail;
        };
        assert.match(await detail('/v1/reports/donor-scorecard'), /longer than it may.* one donor/);
        assert.doesNotMatch(await detail('/v1/commitments'), /donor|recorded/);
    } finally {
        await letGo();
        await hasty.stop();
    }
    assert.equal((await fetch(`${base}/v1/reports/donor-scorecard`)).status, 200);
});

test('a report that takes long is begun anew where nobody waits behind it, and then kept', async () => {
    const service = await startService({ AIDLEDGER_REPORT_TIMEOUT_MS: '300' });
    const statements = async (lane) => Number(new RegExp(
        `lane_statements_total\\{lane="${lane}"\\} (\\d+)`).exec(
        await (await fetch(`${service.url}/metrics`)).text())[1]);
    const letGo = await hold('LOCK TABLE allocation IN ACCESS EXCLUSIVE MODE;');
    const path = `/v1/reports/donor-scorecard?as_of=${await sizeNow()}`;
    try {
        const long = fetch(`${service.url}${path}`);
        await until(async () => await statements('patient-report') === 1);
        // The only connection for reports is free again.
        assert.equal((await fetch(`${service.url}/v1/reports/data-collection`)).status, 200);
        await letGo();
        const answer = await long;
        assert.equal(answer.status, 200);
        assert.ok(Buffer.from(await answer.arrayBuffer()).equals(await told(forgetful.url, path)));
        await told(service.url, path);
        assert.equal(await statements('patient-report'), 1);
        assert.equal(await statements('report'), 2);
    } finally {
        await letGo();
        await service.stop();
    }
});

test('a slow report of the newest position stands for a while, says how old it is, and is made anew behind', async () => {
    const service = await startService({ AIDLEDGER_LOOPS: '1', AIDLEDGER_PROMPT_MS: '250' });
    const path = '/v1/reports/untied-aid';
    const ask = async (headers = {}, query = '') => {
        const answer = await fetch(`${service.url}${path}${query}`, { headers });
        assert.equal(answer.status, 200);
        return { size: Number(answer.headers.get('aidledger-tree-size')), age: answer.headers.get('age'),
            text: await answer.text() };
    };
    const slowly = async () => {
        const letGo = await hold('LOCK TABLE allocation IN ACCESS EXCLUSIVE MODE;');
        const asked = ask({ 'cache-control': 'max-age=0, no-cache' });
        await new Promise((resolve) => { setTimeout(resolve, 400); });
        await letGo();
        return asked;
    };
    const record = async () => {
        await commit(api.donor, api.donorApprover, { commitment_date: '2021-07-07', amount: '3000.00' });
        return sizeNow();
    };
    try {
        await sizeNow();
        const first = await slowly();
        assert.equal(first.age, null);
        const later = await record();
        assert.ok(later > first.size);
        const standing = await ask();
        assert.deepEqual([standing.size, standing.text], [first.size, first.text]);
        assert.match(standing.age, /^[0-9]+$/);
        const other = await ask({}, '?format=csv');
        assert.deepEqual([other.size, other.age !== null], [first.size, true]);
        // A position that is asked for is never another one, nor is the newest when nothing older will do.
        const bound = await ask({}, `?as_of=${later}`);
        assert.deepEqual([bound.size, bound.age], [later, null]);
        const newest = await ask({ 'cache-control': 'no-cache' });
        assert.deepEqual([newest.size, newest.age, newest.text], [later, null, bound.text]);
        // That one was not slow: the newest is what everybody gets again.
        const last = await record();
        assert.deepEqual([(await ask()).size, (await ask()).age], [last, null]);

        await record();
        const again = await slowly();
        const next = await record();
        let old = again;
        const newer = await until(async () => {
            const answer = await ask();
            old = answer.size === again.size ? answer : old;
            return answer.size !== again.size && answer;
        }, 30_000);
        assert.ok(Number(old.age) >= 5, `renewed at ${old.age} s`);
        assert.deepEqual([old.text, newer.size, newer.age], [again.text, next, null]);
        const text = await (await fetch(`${service.url}/metrics`)).text();
        assert.match(text, /lane_statements_total\{lane="patient-report"\} 1\n/);
    } finally {
        await service.stop();
    }
});
