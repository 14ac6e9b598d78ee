// The portfolio by the fiscal year of a country: the day decides, and the calendar at the position.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { api, sequenced } from '../lib/client.mjs';
import { rows } from '../lib/sql.mjs';
import { commit, good, pay } from './world.mjs';

const year = (day, month, start, label) => rows(`SELECT fiscal_year('${day}', ${month}, ${start},
    '${label}') AS year`)[0].year;

test('a fiscal year begins on its first day and is named by where it starts or ends', () => {
    for (const [day, month, start, label, should] of [
        ['2021-03-31', 4, 1, 'start_year', 2020], ['2021-04-01', 4, 1, 'start_year', 2021],
        ['2021-03-31', 4, 1, 'end_year', 2021], ['2021-04-01', 4, 1, 'end_year', 2022],
        ['2021-07-15', 7, 16, 'end_year', 2021], ['2021-07-16', 7, 16, 'end_year', 2022],
        ['2021-12-31', 1, 1, 'end_year', 2021], ['2021-01-01', 1, 1, 'start_year', 2021],
        ['2024-02-29', 3, 1, 'start_year', 2023], ['2021-01-01', 1, 2, 'end_year', 2021],
    ]) {
        assert.equal(year(day, month, start, label), should, `${day} ${month}-${start} ${label}`);
    }
});

test('the same money in other years, and as before at an earlier position', async () => {
    const path = await commit(api.donor, api.donorApprover, { commitment_date: '2021-03-31',
        amount: '900.00', currency: 'SEK', recipients: [{ country: 'MW', share: '100' }],
        sectors: [{ code: '22020', share: '100' }] });
    for (const [day, amount] of [['2021-03-31', '10.00'], ['2021-04-01', '20.00'],
        ['2021-12-31', '40.00'], ['2022-03-31', '80.00']]) {
        await pay(api.donor, path, day, amount, 'SEK');
    }
    const state = async (label) => {
        const { body } = await good(api.signatory.post('/v1/countries/MW/fiscal-calendar',
            { start_month: 4, start_day: 1, label, source: 'Public Finance Management Act' }));
        return sequenced(body.statement.entry);
    };
    const figures = async (query) => (await good(api.anonymous.get(
        `/v1/reports/portfolio?donor=XI-DEMO-DONOR&${query}`))).body.rows
        .filter((row) => row.currency === 'SEK')
        .map((row) => [row.year, row.committed, row.disbursed]);
    const calendar = [[2021, '900.00', '70.00'], [2022, '0.00', '80.00']];
    const before = await state('start_year');
    const byStart = [[2020, '900.00', '10.00'], [2021, '0.00', '140.00']];
    assert.deepEqual(await figures(`as_of=${before}`), calendar);
    assert.deepEqual(await figures(`fiscal_year_of=MW&as_of=${before}`), byStart);
    assert.deepEqual(await figures(`fiscal_year_of=MW&year=2021&as_of=${before}`),
        byStart.slice(1));
    // Nobody has stated the fiscal year of Tuvalu: it is the calendar year.
    assert.deepEqual(await figures(`fiscal_year_of=TV&as_of=${before}`), calendar);
    const after = await state('end_year');
    assert.deepEqual(await figures(`fiscal_year_of=MW&as_of=${after}`),
        [[2021, '900.00', '10.00'], [2022, '0.00', '140.00']]);
    assert.deepEqual(await figures(`fiscal_year_of=MW&as_of=${before}`), byStart);
});
