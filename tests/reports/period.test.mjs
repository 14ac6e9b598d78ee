// The portfolio by the date that money is reported on: what came after a close is in the next open year.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { api, sequenced } from '../lib/client.mjs';
import { organisation, somebody } from '../lib/principals.mjs';
import { commit, good, pay } from './world.mjs';

const DONOR = 'XI-TEST-LATE';

test('a late entry is in its own year by one basis, in the first open one by the other', async () => {
    await organisation(DONOR);
    const editor = await somebody(DONOR, 'donor_editor');
    const approver = await somebody(DONOR, 'donor_approver');
    const close = async (year) => sequenced((await good(approver.post('/v1/period-closes',
        { period_start: `${year}-01-01`, period_end: `${year}-12-31` }))).body.statement.entry);
    const figures = async (query) => (await good(api.anonymous.get(
        `/v1/reports/portfolio?donor=${DONOR}${query}`))).body.rows
        .map((row) => [row.year, row.committed, row.disbursed]);

    const path = await commit(editor, approver, { commitment_date: '2021-02-01',
        amount: '900.00', currency: 'SEK', recipients: [{ country: 'MW', share: '100' }],
        sectors: [{ code: '22020', share: '100' }] });
    const first = await pay(editor, path, '2021-03-01', '10.00', 'SEK');
    const closed = await close(2021);
    // Late: 20.00, and a correction of what was in time. 40.00 of the next year are not late.
    await pay(editor, path, '2021-06-01', '20.00', 'SEK');
    await good(editor.post(`${path}/transactions`, { transaction_type: '3',
        transaction_date: '2021-03-01', amount: '-5.00', currency: 'SEK',
        adjusts: first, reason: 'It came back.' }));
    await pay(editor, path, '2022-05-01', '40.00', 'SEK');
    const next = await close(2022);
    // 2022 is closed now too: the first open year is 2023.
    const last = await good(editor.post(`${path}/transactions`, { transaction_type: '3',
        transaction_date: '2021-07-01', amount: '80.00', currency: 'SEK' }));
    const after = await sequenced(last.body.statement.entry);

    assert.deepEqual(await figures(`&as_of=${closed}&period_basis=reporting`),
        [[2021, '900.00', '10.00']]);
    for (const query of ['', '&period_basis=transaction']) {
        assert.deepEqual(await figures(`&as_of=${after}${query}`),
            [[2021, '900.00', '105.00'], [2022, '0.00', '40.00']]);
    }
    assert.deepEqual(await figures(`&as_of=${after}&period_basis=reporting`),
        [[2021, '900.00', '10.00'], [2022, '0.00', '55.00'], [2023, '0.00', '80.00']]);
    assert.deepEqual(await figures(`&as_of=${next}&period_basis=reporting&year=2022`),
        [[2022, '0.00', '55.00']]);
});

test('there are two bases, whether the report has rows or none', async () => {
    for (const query of ['', '&donor=XI-TEST-NOBODY']) {
        const answer = await api.anonymous.get(`/v1/reports/portfolio?period_basis=close${query}`);
        assert.equal(answer.status, 422);
        assert.deepEqual(answer.body.errors.map(({ parameter, rule }) => [parameter, rule]),
            [['period_basis', 'enum']]);
    }
});
