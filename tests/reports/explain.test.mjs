// Figures explained down to their rows: what the rows add up to is what the report says, in every row
// of every report that is explained, and what is left out says why.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { api, sequenced, until } from '../lib/client.mjs';
import { rows } from '../lib/sql.mjs';
import { commit, good, makeWorld, pay, withDeadlinesPassed } from './world.mjs';

const GOODS = { kind: 'goods', description: '40 base stations.', valuation_method: 'market_price',
    valuation: 'Offers of three suppliers, the middle one.' };
let world;
let set;

before(async () => {
    world = await makeWorld();
    const { body } = await good(api.steward.post('/v1/exchange-rate-sets', {
        name: 'Two years, for tests', source: 'This test', layout: 'plain', base_currency: 'EUR',
        method: 'annual_average', published_on: '2022-01-03', retrieved_on: '2022-01-04',
        csv: 'currency,valid_from,valid_to,rate\nUSD,2020-01-01,2020-12-31,1.2500\n'
            + 'USD,2021-01-01,2021-12-31,1.2000\n' }));
    set = { id: body.rate_set.id, size: await sequenced(body.statement.entry) };
});

const get = async (path) => (await good(api.anonymous.get(path))).body;

// A query of what is given; null says that the row has no value there.
function queryOf(row, names) {
    const given = Object.entries(names).filter(([, cell]) => row[cell] !== null);
    const empty = Object.entries(names).filter(([, cell]) => row[cell] === null);
    return new URLSearchParams([...given.map(([name, cell]) => [name, String(row[cell])]),
        ...(empty.length > 0 ? [['without', empty.map(([name]) => name).join(',')]] : [])]);
}

const EXPLAINED = {
    'portfolio': [{ donor: 'donor', country: 'recipient_country', region: 'recipient_region',
        sector: 'sector', year: 'year', of_currency: 'currency' },
    ['committed', 'committed_ict_principal', 'committed_ict_significant', 'disbursed',
        'disbursed_ict_220']],
    'group-allocation': [{ group: 'recipient_group', year: 'year', of_currency: 'currency' },
        ['committed', 'disbursed', 'disbursed_ict_significant']],
    'reconciliation': [{ donor: 'donor', country: 'country', of_currency: 'currency' },
        ['confirmation_rate', 'confirmation_rate_value', 'discrepancy_rate', 'visibility_gap',
            'visibility_gap_value', 'lag_median', 'lag_p90']],
    'predictability': [{ donor: 'donor', country: 'country', year: 'year',
        of_currency: 'currency', schedule_as_known: 'schedule_as_known' },
    ['as_scheduled', 'beyond_rate', 'churn']],
};

for (const [slug, [names, measures]] of Object.entries(EXPLAINED)) {
    for (const convert of ['', 'in euro']) {
        test(`${slug} ${convert}: the rows behind every cell add up to it`, async () => {
            await withDeadlinesPassed(world.a, async () => {
                const bound = new URLSearchParams({ as_of: set.size,
                    ...(convert ? { currency: 'EUR', rate_set: set.id } : {}) });
                const report = await get(`/v1/reports/${slug}?${bound}`);
                assert.ok(report.rows.length > 3);
                for (const row of report.rows) {
                    for (const measure of measures) {
                        if (measure === 'churn' && row.schedule_as_known === 'start_of_year') {
                            continue;
                        }
                        const path = `/v1/reports/${slug}/explain/${measure}?`
                            + `${queryOf(row, names)}&${bound}`;
                        const { figures } = await get(path);
                        // Where nothing belongs to the row there is no figure: 0, or null for a rate.
                        const value = figures.length === 0 && /^(comm|disb)/.test(measure)
                            ? 0 : figures[0]?.value ?? null;
                        assert.ok(figures.length <= 1, path);
                        assert.equal(value === null ? null : Number(value),
                            row[measure] === null ? null : Number(row[measure]), path);
                    }
                }
            });
        });
    }
}

// Malawi's half of A: 22040 and 11110, 300.00 and 200.00, of which 75.00 are ICT in the widest ring.
test('a part of a transaction: its split, its ring, its statement', async () => {
    const body = await get('/v1/reports/portfolio/explain/committed_ict_principal?country=MW'
        + `&year=2020&as_of=${world.size}`);
    assert.deepEqual(body.figures, [{ currency: 'USD', counted: 1, excluded: 1,
        numerator: '300.00', denominator: null, value: '300.00' }]);
    const [network, schools] = body.items;
    assert.deepEqual([network.split_share, network.part_amount, network.transaction_amount,
        network.numerator, network.excluded], ['30.00', '300.00', '1000.00', '300.00', null]);
    assert.deepEqual([schools.split_share, schools.ict_amount, schools.numerator, schools.excluded],
        ['20.00', '75.00', null, 'its ICT part is in a wider ring']);
    const entry = await get(`/v1/ledger/entries/${network.entry}`);
    assert.equal(entry.leaf_index, network.leaf_index);
    assert.equal(network.commitment_id, world.a.split('/').at(-1));
});

// 110.00 USD of 2021 at 1.2000 are 91.666.., kept with 20 decimals; the sum is rounded once. A yen has
// no rate in the set.
test('a conversion names its rate, and what has none is left out', async () => {
    const convert = `as_of=${set.size}&currency=EUR&rate_set=${set.id}`;
    const paid = await get('/v1/reports/portfolio/explain/disbursed?country=MW&year=2021'
        + `&sector=22020&${convert}`);
    assert.equal(paid.figures[0].value, '91.67');
    assert.deepEqual(paid.items.map((item) => item.numerator.slice(0, 10)),
        ['100.00', '-100.00', '91.6666666'].map((text) => text.slice(0, 10)));
    assert.deepEqual(paid.items[2].conversion, { rate_set: set.id, value_date: '2021-07-01',
        from: 'USD', to: 'EUR', through: null, multiplied_by: '1', divided_by: '1.2000',
        rates: [{ currency: 'USD', rate: '1.2000', quotation: 'units_per_base',
            valid_from: '2021-01-01' }] });
    const yen = await get(`/v1/reports/portfolio/explain/committed?country=NG&${convert}`);
    assert.deepEqual(yen.items.map((item) => [item.numerator, item.excluded]),
        [[null, 'the rate set has no rate for it']]);
});

test('aid in kind belongs to the row and is left out of its cash, and the other way round', async () => {
    const content = { commitment_date: '2018-05-05', amount: '70.00', currency: 'USD',
        recipients: [{ country: 'MW', share: '100' }], sectors: [{ code: '22040', share: '100' }] };
    await pay(api.donor, await commit(api.donor, api.donorApprover, content), '2018-06-01', '8.00',
        'USD');
    await pay(api.donor, await commit(api.donor, api.donorApprover, { ...content, in_kind: GOODS }),
        '2018-07-01', '9.00', 'USD', { in_kind: GOODS });
    await until(() => rows('SELECT FROM ledger_queue').length === 0);
    const told = async (more) => (await get(
        `/v1/reports/portfolio/explain/disbursed?year=2018${more}`)).items
        .map((item) => [item.numerator, item.excluded]);
    assert.deepEqual(await told(''), [['8.00', null], [null, 'it is aid in kind']]);
    assert.deepEqual(await told('&in_kind=true'), [[null, 'it is cash'], ['9.00', null]]);
});

test('a promise: the instalments due in the year, the payments made in it', async () => {
    await withDeadlinesPassed(world.a, async () => {
        const { items } = await get('/v1/reports/predictability/explain/churn?country=KE&year=2024'
            + `&as_of=${world.size}`);
        assert.equal(items.length, 1);
        const [promise] = items;
        assert.deepEqual([promise.scheduled, promise.schedule_version, promise.scheduled_at_start,
            promise.schedule_version_at_start, promise.numerator, promise.denominator],
        ['0.00', 2, '100.00', 1, '100.00', '100.00']);
        assert.deepEqual(promise.instalments.map((i) => [i.schedule_version, i.instalment, i.due_on,
            i.stated_amount]), [[1, 3, '2024-12-31', '100.00']]);
        assert.deepEqual(promise.payments, []);
        const malawi = await get('/v1/reports/predictability/explain/as_scheduled?country=MW'
            + `&year=2021&as_of=${world.size}`);
        assert.equal(malawi.items[0].excluded, 'the ledger did not hold the commitment at that time');
        assert.deepEqual(malawi.items[0].payments.map((p) => p.stated_amount).sort(),
            ['-120.00', '110.00', '120.00']);
    });
});

test('years narrow what they are years of, and nothing else', async () => {
    const figures = async (query) => (await get(`/v1/reports/${query}&as_of=${set.size}`)).figures;
    const all = await figures('portfolio/explain/committed?donor=XI-TEST-SOUTH');
    assert.ok(all.length > 0);
    // Years from and to are the cube's alone.
    for (const query of ['portfolio/explain/committed?donor=XI-TEST-SOUTH&year_from=2100',
        'portfolio/explain/committed?donor=XI-TEST-SOUTH&year_to=1950']) {
        assert.deepEqual(await figures(query), all, query);
    }
    const cube = 'cube/explain/amount?donor=XI-TEST-SOUTH&transaction_type=2';
    assert.notDeepEqual(await figures(cube), []);
    assert.deepEqual(await figures(`${cube}&year_from=2100`), []);
    assert.deepEqual(await figures(`${cube}&year_to=1950`), []);
    assert.deepEqual(await figures(`${cube}&year_from=2022&year_to=2000`), []);
    assert.deepEqual(await figures(`${cube}&year_from=1950`), await figures(cube));
});

test('pages: every record once, each page the same whatever came later', async () => {
    const base = `/v1/reports/portfolio/explain/disbursed?as_of=${world.size}`;
    const all = (await get(`${base}&limit=200`)).items;
    const seen = [];
    let next = `${base}&limit=3`;
    while (next) {
        const page = await good(api.anonymous.get(next));
        assert.deepEqual(page.body.figures, (await get(`${base}&limit=1`)).figures);
        seen.push(...page.body.items);
        next = /<([^>]+)>; rel="next"/.exec(page.headers.get('link'))?.[1];
    }
    assert.ok(all.length > 6);
    assert.deepEqual(seen, all);
    await pay(api.donor, world.d, '2021-07-02', '0.01', 'USD');
    assert.deepEqual((await get(`${base}&limit=200`)).items, all);
    const auditor = (await good(api.auditor.get(`${base}&limit=200`))).text;
    assert.equal(auditor, (await good(api.anonymous.get(`${base}&limit=200`))).text);
});
