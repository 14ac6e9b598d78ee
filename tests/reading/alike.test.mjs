// Readers who ask for the very same at the same moment are answered by one statement.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { api, sequenced, until } from '../lib/client.mjs';
import * as make from '../lib/make.mjs';
import { hold } from '../lib/sql.mjs';

const CROWD = 40;
let made;

before(async () => {
    made = await make.registered();
    await sequenced(made.entry);
});

const crowd = (count, path) => Promise.all(Array.from({ length: count },
    () => api.anonymous.get(path)));

async function counts(lane) {
    const { text } = await api.anonymous.get('/metrics');
    const of = (name) => Number(new RegExp(`aidledger_lane_${name}\\{lane="${lane}"\\} (\\d+)`)
        .exec(text)[1]);
    return { statements: of('statements_total'), shared: of('shared_total'), waiting: of('waiting') };
}

// Keeps every reader waiting until it is let go.
const held = () => hold('LOCK TABLE commitment IN ACCESS EXCLUSIVE MODE;');

test('a crowd that waits for one document is answered by a few statements', async () => {
    const was = await counts('read');
    const letGo = await held();
    const asked = crowd(CROWD, made.path);
    // Each loop has two connections: four may have been sent before the others wait.
    await until(async () => (await counts('read')).shared - was.shared >= CROWD - 8, 1500)
        .finally(letGo);
    const answers = await asked;
    const now = await counts('read');
    assert.ok(now.statements - was.statements <= 8, JSON.stringify({ was, now }));
    assert.ok(answers.every((answer) => answer.status === 200));
    assert.equal(new Set(answers.map((answer) => answer.text)).size, 1);
    assert.equal(new Set(answers.map((answer) => answer.headers.get('request-id'))).size, CROWD);
});

test('each is answered in the form it asks for', async () => {
    const { etag } = await api.anonymous.get(made.path);
    const letGo = await held();
    const asked = [crowd(8, made.path), crowd(8, `${made.path}/history`), crowd(8, '/v1/commitments?limit=1'),
        Promise.all(Array.from({ length: 8 }, () => api.anonymous.get(made.path, { headers: { 'if-none-match': etag } }))),
        Promise.all(Array.from({ length: 8 }, () => api.donor.get(made.path)))];
    await new Promise((resolve) => { setImmediate(resolve); });
    await letGo();
    const [plain, history, list, same, known] = await Promise.all(asked);
    assert.ok(plain.every((answer) => answer.status === 200 && answer.body.id === made.id));
    assert.ok(history.every((answer) => answer.status === 200 && answer.text === history[0].text));
    assert.ok(list.every((answer) => answer.status === 200 && answer.body.items.length === 1));
    assert.ok(same.every((answer) => answer.status === 304 && answer.text === ''));
    assert.ok(known.every((answer) => answer.status === 200 && answer.body.id === made.id));
});

test('a report asked for by many at once is bound to one position', async () => {
    const answers = await crowd(CROWD, '/v1/reports/portfolio');
    assert.ok(answers.every((answer) => answer.status === 200 && answer.body.tree_size >= 1));
    for (const { body, headers } of answers) {
        const { list } = body.standing_disagreements;
        assert.equal(list, `/v1/standing-disagreements?as_of=${body.tree_size}`);
        assert.equal(headers.get('link'), `<${list}>; rel="related"`);
    }
});

// What was acknowledged before a reader asked is in what it reads, whoever asked beside it.
test('nobody is answered with what was read before they asked', async () => {
    const path = `${made.path}/transactions`;
    let stop = false;
    const others = Array.from({ length: 16 }, async () => {
        while (!stop) {
            assert.equal((await api.anonymous.get(made.path)).status, 200);
        }
    });
    try {
        for (let i = 0; i < 60; i++) {
            const { body, status, text } = await api.donor.post(path, { transaction_type: '3',
                transaction_date: '2026-11-02', amount: '1.00', currency: 'USD' });
            assert.equal(status, 201, text);
            const read = await crowd(4, made.path);
            for (const answer of read) {
                assert.ok(answer.body.version >= body.commitment.version, answer.text);
            }
        }
    } finally {
        stop = true;
        await Promise.all(others);
    }
});
