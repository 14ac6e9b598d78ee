// Working days, country by country, against a count of our own.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { api } from '../lib/client.mjs';
import * as make from '../lib/make.mjs';
import { rows } from '../lib/sql.mjs';

const DAY = 86_400_000;
const iso = (ms) => new Date(ms).toISOString().slice(0, 10);

// "off" says whether a day is none, by its ISO day of the week and its date.
function after(day, count, off) {
    let at = Date.parse(day);
    for (let left = count; left > 0;) {
        at += DAY;
        if (!off(new Date(at).getUTCDay() || 7, iso(at))) {
            left -= 1;
        }
    }
    return iso(at);
}

function asked(country, cases) {
    return rows(`SELECT working_days_after(d.day, d.days, ${country ? `'${country}'` : 'NULL'})::text AS day
        FROM unnest(ARRAY[${cases.map((one) => `'${one.day}'`)}]::date[],
                    ARRAY[${cases.map((one) => one.days)}]) WITH ORDINALITY AS d (day, days, place)
        ORDER BY d.place`).map((row) => row.day);
}

function someCases(count) {
    return Array.from({ length: count }, () => ({
        day: iso(Date.parse('2025-06-01') + Math.floor(Math.random() * 800) * DAY),
        days: 1 + Math.floor(Math.random() * 60),
    }));
}

async function state(country, year, weekend, holidays) {
    const answer = await api.steward.post(`/v1/countries/${country}/working-calendar`, {
        year, weekend, source: 'A test.',
        holidays: holidays.map((date) => ({ date, name: 'Holiday' })) });
    assert.equal(answer.status, 201, answer.text);
    return answer.body;
}

test('the usual weekends', () => {
    const weekends = { MW: [6, 7], EG: [5, 6], BD: [5, 6], AF: [4, 5], IR: [5], UG: [7] };
    for (const [country, weekend] of Object.entries({ ...weekends, '': [6, 7] })) {
        const cases = someCases(60);
        assert.deepEqual(asked(country, cases),
            cases.map(({ day, days }) => after(day, days, (dow) => weekend.includes(dow))), country);
    }
});

test('calendars of some years, others as usual', async () => {
    const holidays = { 2026: [], 2027: [] };
    for (const year of [2026, 2027]) {
        const days = new Set(Array.from({ length: 40 }, () =>
            iso(Date.parse(`${year}-01-01`) + Math.floor(Math.random() * 364) * DAY)));
        holidays[year] = [...days].sort();
        await state('TO', year, year === 2026 ? [7] : [2, 4, 6], holidays[year]);
    }
    const weekend = { 2026: [7], 2027: [2, 4, 6] };
    const off = (dow, day) => {
        const year = Number(day.slice(0, 4));
        return (weekend[year] ?? [6, 7]).includes(dow) || (holidays[year] ?? []).includes(day);
    };
    const cases = someCases(150);
    assert.deepEqual(asked('TO', cases), cases.map(({ day, days }) => after(day, days, off)));
});

test('a year without a weekend, and one full of holidays', async () => {
    await state('NR', 2026, [], []);
    const full = Array.from({ length: 100 }, (_, i) => iso(Date.parse('2027-01-01') + i * DAY));
    await state('NR', 2027, [5, 6, 7], full);
    const off = (dow, day) => (day.startsWith('2027') ? dow >= 5 || full.includes(day)
        : !day.startsWith('2026') && dow >= 6);
    const cases = [{ day: '2026-12-30', days: 1 }, { day: '2026-12-30', days: 2 },
        { day: '2026-12-31', days: 60 }, { day: '2026-03-01', days: 30 }];
    assert.deepEqual(asked('NR', cases), cases.map(({ day, days }) => after(day, days, off)));
});

test('a later statement replaces the earlier one, which stays readable', async () => {
    await state('FJ', 2026, [6, 7], ['2026-10-10']);
    const between = (await api.anonymous.get('/v1/countries/FJ/working-calendar?year=2026')).body;
    const { entry } = between;
    let index;
    do {
        index = (await api.anonymous.get(`/v1/ledger/entries/${entry}`)).body.leaf_index;
    } while (index === null);
    await state('FJ', 2026, [7], []);
    const now = (await api.anonymous.get('/v1/countries/FJ/working-calendar?year=2026')).body;
    assert.deepEqual([now.weekend, now.holidays], [[7], []]);
    const path = '/v1/countries/FJ/working-calendar?year=2026&as_of=';
    const then = (await api.anonymous.get(path + (index + 1))).body;
    assert.deepEqual([then.weekend, then.holidays], [[6, 7], [{ date: '2026-10-10', name: 'Holiday' }]]);
    const earlier = (await api.anonymous.get(path + index)).body;
    assert.equal(earlier.stated, false);
});

test('each government has its own deadline, and so has the donor', async () => {
    const today = rows('SELECT today()::text AS day')[0].day;
    const year = Number(today.slice(0, 4));
    const weeks = [1, 2, 3].map((week) => iso(Date.parse(today) + week * 7 * DAY));
    for (const [at, days] of [[year, weeks.filter((day) => day.startsWith(year))],
        [year + 1, weeks.filter((day) => day.startsWith(year + 1))]]) {
        await state('ZM', at, [6, 7], days);
    }
    const made = await make.registered({ recipients: [{ country: 'ZM', share: '50' },
        { country: 'YE', share: '30' }, { country: 'MW', share: '20' }] });
    const due = Object.fromEntries(made.body.ownership.map((one) => [one.country, one.due_on]));
    const usual = (dow) => dow >= 6;
    assert.deepEqual(due, {
        MW: after(today, 30, usual),
        YE: after(today, 30, (dow) => dow === 5 || dow === 6),
        ZM: after(today, 30, (dow, day) => usual(dow) || weeks.includes(day)),
    });
    const lodged = await api.signatory.post(`${made.path}/ownership-inputs`,
        { position: 'contest', text: 'No.' });
    assert.equal(lodged.body.ownership_input.answer_due_on, after(today, 20, usual));
});
