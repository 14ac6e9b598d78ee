// Many writers at once: no update is lost, and the log keeps count.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { api, until } from '../lib/client.mjs';
import * as make from '../lib/make.mjs';
import { rows } from '../lib/sql.mjs';

test('16 writers with the same If-Match: one wins, the others hear of it', async () => {
    const made = await make.drafted();
    for (let round = 0, etag = made.etag; round < 10; round++) {
        const answers = await Promise.all(Array.from({ length: 16 }, (_, i) => api.donor.patch(
            made.path, { title: `Writer ${i} in round ${round}` }, { ifMatch: etag })));
        const won = answers.filter((a) => a.status === 200);
        assert.equal(won.length, 1);
        assert.equal(answers.filter((a) => a.status === 412).length, 15);
        const now = await api.donor.get(made.path);
        assert.equal(now.body.title, won[0].body.commitment.title);
        etag = won[0].etag;
    }
});

test('16 writers who read again when they lose: every change is made', async () => {
    const made = await make.effective();
    const writer = async (i) => {
        for (;;) {
            const { etag } = await api.donor.get(made.path);
            const answer = await api.donor.post(`${made.path}/links`, {
                framework: 'SDG', framework_version: '2030', item: SDG[i], rationale: `Writer ${i}.`,
            }, { ifMatch: etag });
            if (answer.status === 201) {
                return;
            }
            assert.equal(answer.status, 412, answer.text);
        }
    };
    const items = await api.anonymous.get('/v1/frameworks/SDG/versions/2030/items');
    const SDG = items.body.items.map((item) => item.code);
    const writers = Math.min(16, SDG.length);
    await Promise.all(Array.from({ length: writers }, (_, i) => writer(i)));
    const links = await api.anonymous.get(`${made.path}/links`);
    assert.equal(links.body.items.length, writers);
    const history = await api.auditor.get(`${made.path}/history`);
    assert.deepEqual(history.body.items.map((entry) => entry.version),
        history.body.items.map((_, i) => i + 1));
});

test('writers on different commitments do not wait for each other, and leaf indexes have no gap',
    async () => {
        await Promise.all(Array.from({ length: 16 }, async () => {
            for (let i = 0; i < 5; i++) {
                await make.drafted();
            }
        }));
        await until(() => rows('SELECT FROM ledger_queue').length === 0);
        const [log] = rows(`SELECT count(*) AS leaves, min(leaf_index) AS first,
                                   max(leaf_index) AS last FROM ledger_leaf`);
        assert.equal(log.first, 0);
        assert.equal(log.last, log.leaves - 1);
        const [entries] = rows('SELECT count(*) AS count FROM ledger_entry');
        assert.equal(entries.count, log.leaves);
    });

test('both parties write at the same time: each statement is kept, in one order', async () => {
    const made = await make.registered();
    const positions = ['endorse', 'request_change', 'contest', 'endorse_with_reservation'];
    const lodged = await api.signatory.post(`${made.path}/ownership-inputs`,
        { position: 'endorse' });
    const input = `/v1/ownership-inputs/${lodged.body.ownership_input.id}`;
    const supersede = async (i) => {
        for (;;) {
            const { etag } = await api.signatory.get(input);
            const answer = await api.signatory.post(`${input}/supersede`,
                { position: positions[i % 4], text: `Mind ${i}.` }, { ifMatch: etag });
            if (answer.status === 200) {
                return;
            }
            assert.equal(answer.status, 412, answer.text);
        }
    };
    const pay = (i) => api.donor.post(`${made.path}/transactions`, {
        transaction_type: '3', transaction_date: '2026-11-02', amount: `${100 + i}.00`,
        currency: 'USD' });
    const work = [];
    for (let i = 0; i < 8; i++) {
        work.push(supersede(i), pay(i).then((a) => assert.equal(a.status, 201, a.text)));
    }
    await Promise.all(work);
    const { body } = await api.anonymous.get(input);
    assert.equal(body.positions.length, 9);
    assert.equal(body.positions.filter((p) => p.in_force).length, 1);
    const document = await api.anonymous.get(made.path);
    const money = document.body.money.find((m) => m.currency === 'USD');
    assert.equal(money.disbursed, '828.00');
});

test('both sides at once: one is heard, the other reads again, and then both have spoken', async () => {
    const dispute = await make.disputed();
    const sides = [api.donorApprover, api.signatory];
    const differ = (who, ifMatch) => who.post(`${dispute.path}/agree-to-differ`,
        { text: 'As we see it.' }, { ifMatch });
    const answers = await Promise.all(sides.map((who) => differ(who, dispute.etag)));
    assert.deepEqual(answers.map((a) => a.status).sort(), [200, 412]);
    const { etag } = await api.anonymous.get(dispute.path);
    const last = await differ(sides[answers.findIndex((a) => a.status === 412)], etag);
    assert.equal(last.body.ownership_input.state, 'STANDING_DISAGREEMENT');
});
