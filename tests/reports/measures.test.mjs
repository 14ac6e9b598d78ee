// The measures behind the reports, worked out by hand from world.mjs, and what their figures must
// hold among themselves.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { api, sequenced, until } from '../lib/client.mjs';
import { organisation, somebody } from '../lib/principals.mjs';
import { rows, run } from '../lib/sql.mjs';
import { commit, good, makeWorld, pay, withDeadlinesPassed } from './world.mjs';

let world;
let set;

before(async () => {
    world = await makeWorld();
    // Half a euro for a dollar in every year, and no yen.
    const { body } = await good(api.steward.post('/v1/exchange-rate-sets', {
        name: 'Half, for tests', source: 'This test', layout: 'plain', base_currency: 'EUR',
        method: 'annual_average', published_on: '2026-01-03', retrieved_on: '2026-01-04',
        csv: `currency,valid_from,valid_to,rate\n${[2020, 2021, 2022, 2023, 2024, 2025]
            .map((year) => `USD,${year}-01-01,${year}-12-31,2\n`).join('')}` }));
    set = { id: body.rate_set.id, size: await sequenced(body.statement.entry) };
});

const report = async (path) => (await good(api.anonymous.get(`/v1/reports/${path}`))).body.rows;
const late = (path) => withDeadlinesPassed(world.a, () => report(path));
const inEuro = (slug) => `${slug}?as_of=${set.size}&currency=EUR&rate_set=${set.id}`;
const cents = (decimal) => BigInt(decimal.replace('.', ''));
const pick = (row, names) => names.map((name) => row[name]);

function settled() {
    return until(() => rows('SELECT FROM ledger_queue').length === 0);
}

// ---------------------------------------------------------------- reconciliation

// Kenya answered on three payments of P, 250.00 USD together, all of them due. Two are confirmed in
// full, the 80.00 and the 50.00: by count 2 of 3, 66.67 %; by amount 130.00 of 250.00, 52 %. They differ
// by 0.00, 5.00 (a fee) and 0.20 (within the tolerance, unexplained): 5.20 of 250.00 is 2.08 %. The money
// took 10, 3 and 20 days: 10 is the smallest that half of them do not exceed, 20 that nine tenths do not.
test('reconciliation: rates by count and by value, reasons, days', async () => {
    const [row] = await late('reconciliation?country=KE');
    assert.deepEqual(pick(row, ['disbursements', 'disbursements_due', 'confirmed', 'due_amount',
        'confirmed_amount', 'confirmation_rate', 'confirmation_rate_value', 'discrepancy', 'fee',
        'unexplained', 'discrepancy_rate', 'lag_median', 'lag_p90', 'receipts_dated']),
    [3, 3, 2, '250.00', '130.00', '66.67', '52.00', '5.20', '5.00', '0.20', '2.08', 10, 20, 3]);
});

// Ghana says that 60.00 did not arrive, and nothing of 120.00: the discrepancy is all of what it spoke
// of, 100 %, and not a third of what it was sent. Kazakhstan cannot see its 200.00 EUR: 100 % gap.
test('reconciliation: silence is no difference, and what cannot be seen is one', async () => {
    const [ghana] = await late('reconciliation?country=GH');
    assert.deepEqual(pick(ghana, ['reported_amount', 'answered_amount', 'discrepancy',
        'discrepancy_rate', 'wrong_account', 'not_received', 'lag_median']),
    ['180.00', '60.00', '60.00', '100.00', '60.00', '0.00', null]);
    const [kazakhstan] = await late('reconciliation?country=KZ');
    assert.deepEqual(pick(kazakhstan, ['not_visible', 'visibility_gap', 'visibility_gap_value']),
        ['200.00', '100.00', '100.00']);
});

test('reconciliation: the reasons add up, also in another currency', async () => {
    const REASONS = ['timing', 'fx', 'fee', 'given_in_kind', 'wrong_account', 'split', 'error',
        'not_received', 'unexplained', 'not_visible'];
    for (const path of ['reconciliation', inEuro('reconciliation')]) {
        for (const row of await report(path)) {
            assert.equal(REASONS.reduce((sum, name) => sum + cents(row[name]), 0n),
                cents(row.discrepancy), JSON.stringify(row));
        }
    }
    const kenya = (await report(inEuro('reconciliation'))).find((row) => row.country === 'KE');
    assert.deepEqual(pick(kenya, ['currency', 'answered_amount', 'discrepancy', 'fee',
        'discrepancy_rate']), ['EUR', '125.00', '2.60', '2.50', '2.08']);
});

// ---------------------------------------------------------------- predictability

const RATES = ['scheduled', 'disbursed', 'as_scheduled', 'beyond_rate', 'unscheduled'];

// Each line of the table by which the measure is defined, as P lives through it:
//   A 80, S 100: 80 % as scheduled, nothing beyond.  A 120, S 100: 100 %, and 20 of 120, 16.67 %, beyond.
//   A 50, S 0: no share of nothing; all of it is beyond, and unscheduled.  A 0, S 100: 0 % and 0 %.
//   A 0, S 0: nothing to tell. That is 2024 by the schedule that moved its 100 to 2025 in June: by the one
//   known when the year began it is A 0, S 100; all of 100 moved, so churn is 100 %.
// In 2025 the 200.00 were known before the year began: |200 - 200| / 200 is no churn.
test('predictability: every line of its definition', async () => {
    const kenya = await late('predictability?country=KE');
    const told = (year, known, names = RATES) => pick(kenya.find((row) =>
        row.year === year && row.schedule_as_known === known), names);
    for (const known of ['start_of_year', 'last_revision', 'now']) {
        assert.deepEqual(told(2021, known), ['100.00', '80.00', '80.00', '0.00', '0.00']);
        assert.deepEqual(told(2022, known), ['100.00', '120.00', '100.00', '16.67', '0.00']);
        assert.deepEqual(told(2023, known), ['0.00', '50.00', null, '100.00', '50.00']);
        assert.deepEqual(told(2025, known), ['200.00', '0.00', '0.00', '0.00', '0.00']);
    }
    assert.deepEqual(told(2024, 'start_of_year'), ['100.00', '0.00', '0.00', '0.00', '0.00']);
    assert.deepEqual(told(2024, 'last_revision'), ['0.00', '0.00', null, null, '0.00']);
    assert.deepEqual(told(2024, 'now'), ['0.00', '0.00', null, null, '0.00']);
    assert.deepEqual([2022, 2024, 2025].map((year) => told(year, 'now', ['churn'])[0]),
        ['0.00', '100.00', '0.00']);
    assert.deepEqual(told(2024, 'start_of_year', ['churn']), [null]);
});

// Q: 120 of 100; R: 60 of 100. Minima: 100 + 60 of 200, 80 %; beyond: 20 of 180, 11.11 %. Of the sums,
// 180 of 200, it looks like 90 % with nothing beyond.
test('predictability: one commitment\'s excess hides no other one\'s shortfall', async () => {
    const [row] = await late('predictability?country=GH&year=2022');
    assert.deepEqual(pick(row, ['commitments', 'scheduled', 'disbursed', 'within_schedule',
        'beyond_schedule', 'as_scheduled', 'beyond_rate', 'as_scheduled_of_sums',
        'beyond_rate_of_sums']),
    [2, '200.00', '180.00', '160.00', '20.00', '80.00', '11.11', '90.00', '0.00']);
});

test('predictability: what the ledger did not hold then is not known, and no 0', async () => {
    const malawi = await late('predictability?country=MW&year=2021');
    const names = ['commitments', 'scheduled', 'disbursed', 'as_scheduled', 'beyond_rate',
        'disbursed_not_known'];
    assert.deepEqual(pick(malawi[0], names), [0, null, null, null, null, '110.00']);
    assert.deepEqual(pick(malawi[2], names), [1, '0.00', '110.00', null, '100.00', '0.00']);
});

test('predictability: the revision before a payment is the one in force before its day', async () => {
    // The day of the payment of 2022 is 05-02. A version of 05-01 counts for it, one of 05-02 does not.
    for (const [at, scheduled] of [['2022-05-01', '100.00'], ['2022-05-02', '150.00']]) {
        await withDeadlinesPassed(world.a, async () => {
            run(`SET session_replication_role = replica;
                 UPDATE ledger_entry SET at = '${at}T00:00:00Z'
                  WHERE entry = (SELECT entry FROM planned_disbursement AS w
                                  WHERE w.commitment_id = '${world.p.split('/').at(-1)}'
                                    AND w.schedule = 2 AND w.ordinal = 1);
                 UPDATE planned_disbursement SET amount = 150.00
                  WHERE commitment_id = '${world.p.split('/').at(-1)}' AND schedule = 1
                    AND ordinal = 2`);
            const known = await report('predictability?country=KE&year=2022');
            run(`SET session_replication_role = replica;
                 UPDATE planned_disbursement SET amount = 100.00
                  WHERE commitment_id = '${world.p.split('/').at(-1)}' AND schedule = 1
                    AND ordinal = 2`);
            assert.deepEqual(known.map((row) => row.scheduled), ['150.00', scheduled, '100.00']);
        });
    }
});

test('predictability: the fiscal year of the country, and shares of several', async () => {
    const north = await somebody('XI-TEST-SOUTH', 'donor_editor,donor_approver');
    // A third of 100.01 USD each, by largest remainder, as with payments: 33.34, 33.34 and 33.33.
    await commit(north, north, { commitment_date: '2021-11-02', amount: '500.00', currency: 'USD',
        recipients: ['LS', 'SZ', 'NA'].map((country) => ({ country, share: '100/3' })),
        sectors: [{ code: '11110', share: '100' }],
        schedule: [{ period_start: '2022-02-01', period_end: '2022-03-31', amount: '100.01' }] });
    await settled();
    const told = async () => (await report('predictability?donor=XI-TEST-SOUTH'))
        .filter((row) => ['LS', 'SZ', 'NA'].includes(row.country)
            && row.schedule_as_known === 'now')
        .map((row) => `${row.country} ${row.year} ${row.scheduled}`);
    assert.deepEqual(await told(), ['LS 2022 33.34', 'NA 2022 33.33', 'SZ 2022 33.34']);
    await organisation('XI-TEST-NA', 'NA');
    const namibia = await somebody('XI-TEST-NA', 'recipient_signatory', 'NA');
    await good(namibia.post('/v1/countries/NA/fiscal-calendar', { start_month: 4, start_day: 1,
        label: 'start_year', source: 'State Finance Act' }));
    await settled();
    assert.deepEqual(await told(), ['LS 2022 33.34', 'NA 2021 33.33', 'SZ 2022 33.34']);
});

// P falls with a dollar on each day from 2021-01-01 to 2025-12-31. At the end of 2021, 100.00 are
// scheduled for 2022 of the 365.00 that fall in it, 27.40 %; nothing for 2023, so no plan; and 100.00 for
// 2024 of 366.00, 27.32 %. Q and R have no end date, and nothing scheduled after 2022.
test('medium-term predictability: plans, volumes and values', async () => {
    const kenya = await late('medium-term-predictability?country=KE&year=2021');
    assert.deepEqual(kenya.map((row) => pick(row, ['years_ahead', 'plan', 'disbursed_covered',
        'country_covered', 'scheduled', 'commitment_falling', 'value_covered'])), [
        [1, 1, '80.00', '100.00', '100.00', '365.00', '27.40'],
        [2, 0, '0.00', '0.00', '0.00', '365.00', '0.00'],
        [3, 1, '80.00', '100.00', '100.00', '366.00', '27.32']]);
    const [ghana] = await late('medium-term-predictability?country=GH');
    assert.deepEqual(pick(ghana, ['plan', 'commitments', 'commitments_without_schedule',
        'commitments_undated', 'value_covered']), [0, 2, 2, 2, null]);
    const [malawi] = await late('medium-term-predictability?country=MW');
    assert.deepEqual(pick(malawi, ['plan', 'disbursed', 'country_covered', 'scheduled']),
        [null, '50.01', null, null]);
});

// Two donors to Kenya in 2022: one with a plan for the year after next and 120.00 disbursed, one without
// and 40.00. By volume 120 of 160 is 75 %; leaving one of them out changes nothing of the country.
test('medium-term predictability: by volume over all donors, also when some are left out', async () => {
    const other = await commit(api.donor, api.donorApprover, { commitment_date: '2022-01-02',
        amount: '500.00', currency: 'USD', recipients: [{ country: 'KE', share: '100' }],
        sectors: [{ code: '22040', share: '100' }] });
    await pay(api.donor, other, '2022-06-01', '40.00', 'USD');
    await pay(api.donor, world.d, '2021-07-02', '1.00', 'USD');
    await settled();
    const path = 'medium-term-predictability?country=KE&year=2022';
    await withDeadlinesPassed(world.a, async () => {
        run(`SET session_replication_role = replica;
             UPDATE ledger_entry SET at = '2022-02-01'
              WHERE aggregate = '${other.split('/').at(-1)}'`);
        const both = (await report(path)).filter((row) => row.years_ahead === 2);
        assert.deepEqual(both.map((row) => pick(row, ['donor', 'plan', 'country_covered'])),
            [['XI-DEMO-DONOR', 0, '75.00'], ['XI-TEST-SOUTH', 1, '75.00']]);
        const one = (await report(`${path}&donor=XI-DEMO-DONOR`))
            .filter((row) => row.years_ahead === 2);
        assert.deepEqual(one, both.slice(0, 1));
    });
});

test('medium-term predictability: a plan covers every commitment that runs then', async () => {
    const bare = await commit(world.south, world.south, { commitment_date: '2022-01-02',
        amount: '90.00', currency: 'USD', recipients: [{ country: 'KE', share: '100' }],
        sectors: [{ code: '11110', share: '100' }], end_date: '2024-06-30' });
    await pay(api.donor, world.d, '2021-07-03', '1.00', 'USD');
    await settled();
    await withDeadlinesPassed(world.a, async () => {
        run(`SET session_replication_role = replica;
             UPDATE ledger_entry SET at = '2022-02-01'
              WHERE aggregate = '${bare.split('/').at(-1)}'`);
        const told = (await report('medium-term-predictability?country=KE&donor=XI-TEST-SOUTH'))
            .filter((row) => row.year === 2022)
            .map((row) => pick(row, ['plan', 'commitments', 'commitments_without_schedule']));
        // 2023: nothing on either; 2024: P has 100.00, this has nothing; 2025: it has ended.
        assert.deepEqual(told, [[0, 2, 2], [0, 2, 1], [1, 1, 0]]);
    });
});

// ---------------------------------------------------------------- untied aid

// Ghana: 150.00 untied, 200.00 partially tied: 150 of 350 is 42.86 %. Kenya: all tied, 0 %. The import
// says nothing: unreported 100 %, and no share of untied at all.
test('untied aid: what is not reported is not untied, and not tied either', async () => {
    const all = await report('untied-aid');
    const told = (country) => pick(all.find((row) => row.country === country
        && row.donor !== 'XI-DEMO-DONOR'), ['untied_rate', 'unreported_rate']);
    assert.deepEqual([told('GH'), told('KE'), told('BF')],
        [['42.86', '0.00'], ['0.00', '0.00'], [null, '100.00']]);
    const names = ['untied', 'partially_tied', 'tied', 'tied_unreported', 'disregarded'];
    for (const row of all) {
        assert.equal(names.reduce((sum, name) => sum + cents(row[name]), 0n), cents(row.committed));
    }
});

test('untied aid: technical co-operation is shown and in no share', async () => {
    await commit(api.donor, api.donorApprover, { commitment_date: '2019-05-05', amount: '70.00',
        currency: 'USD', recipients: [{ country: 'MW', share: '100' }], aid_type: 'D01',
        sectors: [{ code: '22040', share: '100' }] });
    await settled();
    const [row] = await report('untied-aid?year=2019');
    assert.deepEqual(pick(row, ['committed', 'disregarded', 'untied', 'untied_rate',
        'unreported_rate']), ['70.00', '70.00', '0.00', null, null]);
});

// 2018, Malawi, in USD: 40.00 untied for scholarships (E01), 30.00 tied for refugees (H02), 20.00
// partially tied for the training of students (E02), 10.00 for experts (D01), 100.00 tied for a project
// (C01). First definition: 40 of 190 are untied, 21.05 %. Second: the 40 and the 20 are of students, the 30
// of refugees, so that only 100 tied are left: untied 0 %.
test('untied aid: the bridge from its first definition to its second, by cause', async () => {
    for (const [amount, aid_type, tied_status] of [['40.00', 'E01', '5'], ['30.00', 'H02', '4'],
        ['20.00', 'E02', '3'], ['10.00', 'D01', '5'], ['100.00', 'C01', '4']]) {
        await commit(api.donor, api.donorApprover, { commitment_date: '2018-05-05', amount,
            currency: 'USD', recipients: [{ country: 'MW', share: '100' }], aid_type, tied_status,
            sectors: [{ code: '22040', share: '100' }] });
    }
    await settled();
    const names = ['untied', 'partially_tied', 'tied', 'disregarded', 'untied_rate',
        'unreported_rate'];
    const steps = await report('untied-aid-bridge?year=2018');
    assert.deepEqual(steps.map((row) => pick(row, ['step', ...names])), [
        ['definition_1', '40.00', '20.00', '130.00', '10.00', '21.05', '0.00'],
        ['students', '-40.00', '-20.00', '0.00', '60.00', null, null],
        ['refugees', '0.00', '0.00', '-30.00', '30.00', null, null],
        ['definition_2', '0.00', '0.00', '100.00', '100.00', '0.00', '0.00']]);
    const [now] = await report('untied-aid?year=2018');
    assert.deepEqual(pick(now, names), ['0.00', '0.00', '100.00', '100.00', '0.00', '0.00']);
});

test('untied aid: definition, causes and definition add up, also in another currency', async () => {
    const names = ['untied', 'partially_tied', 'tied', 'tied_unreported', 'disregarded'];
    for (const query of ['', `?as_of=${set.size}&currency=EUR&rate_set=${set.id}`]) {
        const steps = await report(`untied-aid-bridge${query}`);
        const now = await report(`untied-aid${query}`);
        assert.equal(steps.length, 4 * now.length);
        now.forEach((row, i) => {
            const [first, students, refugees, last] = steps.slice(4 * i, 4 * i + 4);
            for (const step of [first, students, refugees, last]) {
                assert.deepEqual(pick(step, ['donor', 'country', 'year', 'currency']),
                    pick(row, ['donor', 'country', 'year', 'currency']));
            }
            assert.deepEqual(pick(last, [...names, 'untied_rate', 'unreported_rate']),
                pick(row, [...names, 'untied_rate', 'unreported_rate']));
            for (const name of names.filter((each) => row[each] !== null)) {
                assert.equal(cents(first[name]) + cents(students[name]) + cents(refugees[name]),
                    cents(last[name]), name);
            }
        });
    }
});

// Of all that a donor committed in dollars: the same shares as in its scorecard.
test('untied aid: the scorecards follow the second definition', async () => {
    const sum = (all, name) => all.reduce((total, row) => total + cents(row[name]), 0n);
    const all = (await report('untied-aid-bridge?donor=XI-DEMO-DONOR'))
        .filter(({ currency, step }) => currency === 'USD' && step === 'definition_2');
    const [untied] = (await report('donor-scorecard?donor=XI-DEMO-DONOR'))
        .filter(({ measure, currency }) => measure === '10-untied' && currency === 'USD');
    assert.deepEqual([cents(untied.numerator), cents(untied.denominator)],
        [sum(all, 'untied'), ['untied', 'partially_tied', 'tied']
            .reduce((total, name) => total + sum(all, name), 0n)]);
});

// P: the donor says 600.00 to a firm of its own country, Kenya says 610.00 of the same contract, which counts;
// 300.00 to a Kenyan firm, and 100.00 to a firm of whose country nobody says anything. Of 1010.00 the
// countries of 910.00 are known, and 300.00 of that are won outside Denmark: 32.97 %. Of 1826.00 that count
// 910.00 is 49.84 %. Ghana: 50.00 of 350.00 are known, 14.29 %, all of it outside. The contract of R is
// withdrawn. The donor of D has no country, so that nothing can be told.
test('untied aid: what suppliers outside the donor country won, of what is known', async () => {
    const all = await report(`untied-aid?as_of=${world.size}`);
    const told = (country, year, donor) => pick(all.find((row) => row.country === country
        && row.year === year && row.donor === donor), ['contracts', 'contracts_differing',
        'contract_value', 'contract_value_known', 'contract_value_outside', 'de_facto_untied_rate',
        'contracts_known_rate', 'de_facto_null_reason']);
    assert.deepEqual(told('KE', 2020, 'XI-TEST-SOUTH'),
        [3, 1, '1010.00', '910.00', '300.00', '32.97', '49.84', null]);
    assert.deepEqual(told('GH', 2021, 'XI-TEST-SOUTH'),
        [1, 0, '50.00', '50.00', '50.00', '100.00', '14.29', null]);
    assert.deepEqual(told('MW', 2021, 'XI-DEMO-DONOR'),
        [1, 0, '10.00', null, null, null, '0.00', 'the country of the donor is not known']);
    assert.deepEqual(told('NG', 2021, 'XI-TEST-NORTH'),
        [0, 0, null, null, null, null, '0.00', 'no contract is known']);
});

// ---------------------------------------------------------------- on budget

// Kenya, of what XI-TEST-SOUTH had scheduled when the year began. 2021: 90 on budget of 100 scheduled, 90 %,
// and none beyond. 2022: 130 of 100: 100 %, and 30 of 130, 23.08 %, beyond. 2023: nothing scheduled, so no
// share of it, and all of 50 beyond. 2024: the budget holds none of 100: 0 %, and no share of nothing. What
// was stated for 2025 is withdrawn. Ghana, 2022: 105 of Q and 45 of R, 150 of 200, 75 %.
test('on budget: two indicators, each by its own denominator, null where one is missing', async () => {
    const all = await late('on-budget?donor=XI-TEST-SOUTH');
    const told = (country, year, indicator) => pick(all.find((row) => row.country === country
        && row.year === year && row.indicator === indicator),
    ['numerator', 'denominator', 'at_least', 'null_reason']);
    assert.deepEqual(told('KE', 2021, '6_1'), ['90.00', '100.00', '90.00', null]);
    assert.deepEqual(told('KE', 2021, '6_2'), ['0.00', '90.00', '0.00', null]);
    assert.deepEqual(told('KE', 2022, '6_1'), ['100.00', '100.00', '100.00', null]);
    assert.deepEqual(told('KE', 2022, '6_2'), ['30.00', '130.00', '23.08', null]);
    assert.deepEqual(told('KE', 2023, '6_1'), ['0.00', '0.00', null, 'nothing scheduled']);
    assert.deepEqual(told('KE', 2023, '6_2'), ['50.00', '50.00', '100.00', null]);
    assert.deepEqual(told('KE', 2024, '6_1'), ['0.00', '100.00', '0.00', null]);
    assert.deepEqual(told('KE', 2024, '6_2'), ['0.00', '0.00', null, 'nothing on budget']);
    assert.deepEqual(told('KE', 2025, '6_1'),
        [null, '200.00', null, 'the approved budget is not recorded']);
    assert.deepEqual(told('GH', 2022, '6_1'), ['150.00', '200.00', '75.00', null]);
});

// Half a euro for a dollar on the day the budget was approved and for what was scheduled alike.
test('on budget: both sides in another currency, and what has no rate is not compared', async () => {
    const all = await withDeadlinesPassed(world.a, () => report(inEuro('on-budget')));
    const told = (country, year, indicator, currency = 'EUR') => pick(all.find((row) =>
        row.country === country && row.year === year && row.indicator === indicator
        && row.currency === currency), ['numerator', 'denominator', 'at_least', 'null_reason']);
    assert.deepEqual(told('KE', 2022, '6_2'), ['15.00', '65.00', '23.08', null]);
    assert.deepEqual(told('MW', 2021, '6_2', 'MWK')[3], 'no rate');
});

// A budget is of all that a donor gives. What was said too late to be in the ledger when the year began
// is missing from what was scheduled, so that the two cannot be compared.
test('on budget: not compared with a part of what was scheduled', async () => {
    const south = await somebody('XI-TEST-SOUTH', 'donor_editor,donor_approver');
    const path = await commit(south, south, { commitment_date: '2021-11-02', amount: '500.00',
        currency: 'USD', recipients: [{ country: 'KE', share: '100' }],
        sectors: [{ code: '11110', share: '100' }],
        schedule: [{ period_start: '2022-02-01', period_end: '2022-03-31', amount: '70.00' }] });
    // The year has ended by the newest statement.
    await pay(api.donor, world.d, '2021-07-02', '1.00', 'USD');
    await settled();
    const row = 'donor=XI-TEST-SOUTH&country=KE&year=2022';
    const [told, { figures: [explained] }] = await withDeadlinesPassed(world.a, async () => {
        run(`SET session_replication_role = replica;
             UPDATE ledger_entry SET at = '2022-06-01'
              WHERE aggregate = '${path.split('/').at(-1)}' AND kind <> 'instalment.missed'`);
        return [await report(`on-budget?${row}`),
            (await good(api.anonymous.get(`/v1/reports/on-budget/explain/6_1?${row}`))).body];
    });
    const reason = 'the ledger did not hold every commitment when the year began';
    assert.deepEqual(told.slice(0, 2).map((each) => pick(each, ['indicator', 'numerator',
        'denominator', 'at_least', 'null_reason'])), [
        ['6_1', null, '100.00', null, reason], ['6_2', null, '130.00', null, reason]]);
    assert.deepEqual(pick(explained, ['numerator', 'denominator', 'value']), [null, '100.00', null]);
});

// ---------------------------------------------------------------- data collection

// 2021: 64 indicators of the list of 2022 by 195 countries are 12480 cells, of which A10 of Malawi does not
// apply: 12479. Malawi has HH7 (by the list, and an agency's beside it: one cell) and A2 (without its
// metadata); Vanuatu HH7, from an agency; Kenya A3, by the list of 2016. So 4 are collected, 0.03 %, and 2
// conform, 0.02 %. Malawi's B3 is suppressed and its HH6 out of range: neither is collected.
test('data collection: the headline is what conforms, masked cells are in neither part', async () => {
    const all = (await report('data-collection?year=2021&by=group'))
        .find((row) => row.country_group === 'all');
    assert.deepEqual(pick(all, ['cells', 'masked', 'applicable', 'conforming', 'collected', 'fresh',
        't1_std', 't1_any', 't1_fresh', 'from_agency', 'suppressed']),
    [12480, 1, 12479, 2, 4, 4, '0.02', '0.03', '0.03', 1, 1]);
});

// By the list of 2016, of 60 indicators, only Kenya's A3 conforms; what is collected is the same.
test('data collection: another version of the list, other definitions', async () => {
    const all = (await report('data-collection?year=2021&list_version=2016-03'))
        .find((row) => row.country_group === 'all');
    assert.deepEqual(pick(all, ['cells', 'applicable', 'conforming', 'collected']),
        [60 * 195, 60 * 195 - 1, 1, 4]);
    const refused = await api.anonymous.get('/v1/reports/data-collection?list_version=1999&by=x');
    assert.equal(refused.status, 422);
});

// Of Malawi's cells of 2021 one is masked; of 64 so 63 apply: 1 conforms, 1.59 %, and 2 are collected,
// 3.17 %. In 2022 HH7 conforms and is collected; HH7 and A2 are fresh, 2 of 63. Of its four observations of
// 2021 (HH7, A2, HH6 and the agency's HH7) three are accepted and three are complete.
test('data collection: by country, with the quality of what is stated', async () => {
    const [first, second] = await report('data-collection?country=MW&by=country');
    const names = ['year', 'applicable', 'conforming', 'collected', 'fresh', 't1_std', 't1_any'];
    assert.deepEqual(pick(first, names), [2021, 63, 1, 2, 2, '1.59', '3.17']);
    assert.deepEqual(pick(second, names), [2022, 63, 1, 1, 2, '1.59', '1.59']);
    const quality = ['observations', 'passing_rate', 'complete_rate', 'revised_rate', 'open_rate',
        'suppressed_observations'];
    assert.deepEqual(pick(first, quality), [4, '75.00', '75.00', '0.00', '75.00', 1]);
    assert.deepEqual(pick(second, quality), [1, '100.00', '100.00', '100.00', '100.00', 0]);
});

test('data collection: the matrix says of each cell how it stands, and who let it out', async () => {
    const cells = await report('data-collection?country=MW&year=2021&by=cell');
    assert.equal(cells.length, 64);
    assert.deepEqual(cells.slice(0, 3).map((row) => row.indicator), ['A1', 'A2', 'A3']);
    const told = (code) => cells.find((row) => row.indicator === code);
    assert.deepEqual(['HH7', 'A2', 'B3', 'HH6', 'HH3', 'A10', 'HH1']
        .map((code) => told(code).state), ['conforming', 'collected', 'suppressed', 'not accepted',
        'missing', 'masked', 'missing']);
    assert.deepEqual(pick(told('A10'), ['applicable', 't1_std', 'mask_reason', 'mask_approver']),
        [0, null, 'No subscriptions are sold.', 'XI-DEMO-STEWARD']);
    const { body } = await good(api.anonymous.get(`/v1/observations/${told('HH7').observation}`));
    assert.deepEqual([body.origin, body.value], ['national', '24.0']);
});

test('data collection: by indicator, in a group, and rows of all kinds add up alike', async () => {
    const indicators = await report('data-collection?year=2021&by=indicator');
    assert.equal(indicators.length, 64);
    const hh7 = indicators.find((row) => row.indicator === 'HH7');
    assert.deepEqual(pick(hh7, ['cells', 'conforming', 'collected', 'from_agency', 't1_std']),
        [195, 2, 2, 1, '1.03']);
    const [all] = (await report('data-collection?year=2021'))
        .filter((row) => row.country_group === 'all');
    for (const by of ['indicator', 'country', 'cell']) {
        const parts = await report(`data-collection?year=2021&by=${by}`);
        for (const name of ['cells', 'masked', 'applicable', 'conforming', 'collected', 'fresh',
            'suppressed', 'observations', 'suppressed_observations']) {
            assert.equal(parts.reduce((sum, row) => sum + row[name], 0), all[name], `${by} ${name}`);
        }
    }
    const small = await report('data-collection?year=2021&group=SIDS&by=country');
    assert.equal(small.length, 39);
    assert.ok(small.every((row) => row.country !== 'MW'));
});

test('data collection: masks are listed with their reason and who approved them', async () => {
    const { body } = await good(api.anonymous.get('/v1/reports/data-collection?country=MW'));
    assert.ok(body.limitations.includes('Masked: A10 of MW, 2021 to 2022, as approved by '
        + 'XI-DEMO-STEWARD: No subscriptions are sold.'));
    assert.ok(!body.limitations.some((line) => line.includes('HH1 of MW')));
});

// ---------------------------------------------------------------- timeliness

test('timeliness: the classes, at their edges', () => {
    const of = (since, ago) => rows(`SELECT frequency_class('${since}', '2026-06-15',
        ARRAY[${ago}]::integer[]) AS class`)[0].class;
    for (const [since, ago, expected] of [
        ['2025-06-15', [1, 2, 3, 4, 5, 6, 7], 'monthly'],
        ['2025-06-15', [3, 4, 5, 6, 7, 8, 9], 'quarterly'],
        ['2025-06-15', [0, 2, 3, 4, 5, 6, 7], 'quarterly'],
        ['2025-06-15', [4, 8, 12], 'quarterly'], ['2025-06-15', [5, 8, 12], 'six_monthly'],
        ['2025-06-15', [6, 7], 'six_monthly'], ['2025-06-15', [5, 6], 'annual'],
        ['2025-06-15', [12], 'annual'], ['2025-06-15', [0, 13], 'less_than_annual'],
        ['2025-06-16', [1, 2, 3, 4], 'monthly'], ['2025-06-16', [3, 6], 'quarterly'],
        ['2025-06-16', [4, 5, 6], 'annual'], ['2025-12-15', [], 'annual'],
        ['2025-12-16', [1, 2, 3], 'monthly'], ['2025-12-16', [1, 2], 'annual'],
        ['2026-03-16', [1, 2, 3], 'annual']]) {
        assert.equal(of(since, ago), expected, `${since} ${ago}`);
    }
    const lag = (ago) => rows(`SELECT lag_class(ARRAY[${ago}]::integer[]) AS class`)[0].class;
    assert.deepEqual([[1, 3], [0, 2], [2], [4], [0, 6], [12], [0, 13]].map(lag),
        ['one_month', 'a_quarter', 'a_quarter', 'six_months', 'six_months', 'one_year',
            'more_than_one_year']);
});

// Money that is dated two months ago and was recorded five months ago, as if it had been dated ahead:
// the Dashboard sees an update two months ago (since 5 months, not 3 of 3: annual, 1 point) and money of a
// quarter (3 points), 4 of 8. Without it there is nothing new at all after the first record.
test('timeliness: a date ahead of its record is news there and not here', async () => {
    await organisation('XI-TEST-AHEAD');
    const ahead = await somebody('XI-TEST-AHEAD', 'donor_editor,donor_approver');
    const day = (months) => {
        const now = new Date();
        return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months, 1))
            .toISOString().slice(0, 10);
    };
    const path = await commit(ahead, ahead, { commitment_date: day(14), amount: '500.00',
        currency: 'USD', recipients: [{ country: 'MW', share: '100' }],
        sectors: [{ code: '22040', share: '100' }],
        schedule: [{ period_start: day(-1), amount: '20.00' }] });
    await pay(ahead, path, day(2), '40.00', 'USD');
    await settled();
    const shown = await withDeadlinesPassed(world.a, () => {
        run(`SET session_replication_role = replica;
             UPDATE transaction SET recorded_at = CASE transaction_type WHEN '3' THEN '${day(5)}'
                                                       ELSE '${day(14)}' END::timestamptz
              WHERE organisation_id = (SELECT id FROM organisation
                                        WHERE identifier = 'XI-TEST-AHEAD')`);
        return report('timeliness?donor=XI-TEST-AHEAD');
    });
    const told = shown.map((row) => pick(row, ['measure', 'dashboard_class', 'class', 'dashboard_value', 'value']));
    // Since 14 months: one update in the last 12 months is annual there, and none less than annual here.
    assert.deepEqual(told.slice(0, 3), [
        ['frequency', 'annual', 'less_than_annual', '1', '0'],
        ['time_lag', 'a_quarter', 'more_than_one_year', '3', '0'],
        ['timeliness', null, null, '50.00', '0.00']]);
    // What comes next month is of this year, or in December of the next one.
    const thisYear = day(0).slice(0, 4) === day(-1).slice(0, 4);
    assert.deepEqual(told.slice(3).map((row) => row[4]), thisYear
        ? ['100.00', '0.00', '0.00', '33.33'] : ['0.00', '100.00', '0.00', '33.33']);
});

// ---------------------------------------------------------------- frameworks

// D's 300.00: 70 % to pillar c is 210.00, endorsed; 30 % to pillar b is 90.00, refused. A's 1000.00: 60 %
// to pillar d, 600.00. P is linked to target a without a share: 1826.00 of which nobody knows how much.
// Linked: A, D and P, each once, 3126.00; unlinked: I, Q and R, 50.00 + 200.00 + 150.00. 2 of 3 that are
// linked have an endorsed link, 66.67 %.
test('framework coverage: items by share, the whole once', async () => {
    const all = await report(`framework-coverage?as_of=${world.size}`);
    const told = (name) => pick(all.find((row) => (row.item ?? row.scope) === name
        && (row.currency ?? 'USD') === 'USD'), ['commitments', 'endorsed', 'link_quality',
        'committed', 'committed_without_share']);
    assert.deepEqual(told('pillar-c'), [1, 1, '100.00', '210.00', '0.00']);
    assert.deepEqual(told('pillar-b'), [1, 0, '0.00', '90.00', '0.00']);
    assert.deepEqual(told('pillar-d'), [1, 1, '100.00', '600.00', '0.00']);
    assert.deepEqual(told('pillar-e'), [0, 0, null, '0', '0']);
    assert.deepEqual(told('target-a'), [1, 0, '0.00', null, '1826.00']);
    assert.deepEqual(told('linked'), [3, 2, '66.67', '3126.00', null]);
    assert.deepEqual(told('unlinked'), [3, null, null, '400.00', null]);
    const portfolio = (await report(`portfolio?as_of=${world.size}`))
        .filter((row) => row.currency === 'USD');
    const total = all.find((row) => row.scope === 'total' && row.currency === 'USD');
    for (const name of ['committed', 'disbursed']) {
        assert.equal(portfolio.reduce((sum, row) => sum + cents(row[name]), 0n),
            cents(total[name]), name);
    }
});

// Of A, 60 % of Vanuatu's 300.00. Malawi's endorsement is not its own.
// Of A 60 % are for pillar d and 40 % for none; of the 50.01 paid to Malawi 30.006 and 20.004, and the
// odd cent goes to the larger remainder. Vanuatu left the least developed countries between the
// commitment and the payment. D is linked whole, to pillars b and c. P is linked to a target only.
test('money flow: each amount once, and the portfolio altogether', async () => {
    const rows = await report(`money-flow?as_of=${world.size}`);
    const of = (...names) => rows.map((row) => pick(row, names).join('|'));
    assert.ok(of('country', 'country_groups', 'serves', 'committed', 'disbursed')
        .includes('MW|LDC + LLDC|V1.2 pillar-d|300.00|30.01'));
    assert.ok(of('country', 'country_groups', 'serves', 'committed', 'disbursed')
        .includes('VU|SIDS|V1.2 pillar-d|0.00|18.00'));
    for (const query of ['', '&donor=XI-DEMO-DONOR', '&year=2021', '&currency=EUR']) {
        const asked = query === '&currency=EUR'
            ? [`${inEuro('money-flow')}`, `${inEuro('portfolio')}`]
            : ['money-flow', 'portfolio'].map((slug) => `${slug}?as_of=${world.size}${query}`);
        const [flow, portfolio] = [await report(asked[0]), await report(asked[1])];
        assert.ok(flow.length > 0);
        for (const name of ['committed', 'disbursed']) {
            for (const currency of new Set(portfolio.map((row) => row.currency))) {
                const sum = (list) => list.filter((row) => row.currency === currency
                    && row[name] !== null).reduce((all, row) => all + cents(row[name]), 0n);
                // Converted, each row is rounded.
                const most = query === '&currency=EUR' ? BigInt(flow.length + portfolio.length) / 2n : 0n;
                const difference = sum(flow) - sum(portfolio);
                assert.ok(difference <= most && -difference <= most, `${query} ${name} ${currency}`);
            }
        }
    }
});

test('money flow: of one version, and of a link without a share', async () => {
    const V2 = await report(`money-flow?as_of=${world.size}&version=V2`);
    assert.deepEqual([...new Set(V2.map((row) => row.serves))], ['linked to none']);
    const refused = await api.anonymous.get('/v1/reports/money-flow?version=V9');
    assert.deepEqual([refused.status, refused.body.errors[0].parameter], [422, 'version']);
    await good(world.south.post(`${world.r}/links`, { framework: 'C11', framework_version: 'V1.2',
        item: 'pillar-b', share: '25', rationale: 'As agreed.' }));
    const { body } = await good(world.south.post(`${world.r}/links`, { framework: 'C11',
        framework_version: 'V1.2', item: 'pillar-c', rationale: 'As agreed.' }));
    const size = await sequenced(body.statement.entry);
    const ghana = await report(`money-flow?as_of=${size}&country=GH`);
    assert.deepEqual(ghana.map((row) => pick(row, ['serves', 'committed', 'disbursed'])), [
        ['V1.2 pillar-b', '37.50', '15.00'], ['linked to none', '200.00', '120.00'],
        ['linked without a share', '112.50', '45.00']]);
});

test('framework coverage: the money and the answers of one country', async () => {
    const all = await report(`framework-coverage?as_of=${world.size}&country=VU`);
    assert.deepEqual(pick(all.find((row) => row.item === 'pillar-d'),
        ['committed', 'endorsed', 'link_quality']), ['180.00', 0, '0.00']);
    for (const [query, fault] of [['framework=C99', 'framework known_item'],
        ['version=V9', 'version known_item']]) {
        const answer = await api.anonymous.get(`/v1/reports/framework-coverage?${query}`);
        assert.deepEqual(answer.body.errors.map((e) => `${e.parameter} ${e.rule}`), [fault]);
    }
});

// ---------------------------------------------------------------- scorecards

// XI-TEST-SOUTH by the schedules known when years began: Kenya 80 + 100 + 0 + 0 + 0 of 100 + 100 + 0 +
// 100 + 200, Ghana 160 of 200: 340 of 700, 48.57 %. Beyond: 20 + 50 + 20 of 430, 20.93 %. What is scheduled
// now is 600: execution 430 of 600, 71.67 %, and 170 less than planned. Churn: 100 of 700, 14.29 %.
// Differences: 5.20 and 60.00 of the 250.00 and 60.00 that were spoken of, 21.03 %.
test('donor scorecard: figures of several countries together', async () => {
    const all = await late(`donor-scorecard?donor=XI-TEST-SOUTH&as_of=${world.size}`);
    const told = (measure) => pick(all.find((row) => row.measure === measure),
        ['numerator', 'denominator', 'value', 'null_reason']);
    assert.deepEqual(told('5a_1'), ['340.00', '700.00', '48.57', null]);
    assert.deepEqual(told('5a_2'), ['90.00', '430.00', '20.93', null]);
    assert.deepEqual(told('M-B5-planned'), ['430.00', '600.00', '71.67', null]);
    assert.deepEqual(told('M-B6'), [null, null, '-170.00', null]);
    assert.deepEqual(told('M-B4'), [null, null, '1746.00', null]);
    assert.deepEqual(told('M-P4'), ['100.00', '700.00', '14.29', null]);
    assert.deepEqual(told('M-R2'), ['65.20', '310.00', '21.03', null]);
    assert.deepEqual(told('M-O3'), ['0', '0', null, 'no position needs an answer']);
    assert.deepEqual(told('M-O4-median'), [null, '0', null, 'no position needs an answer']);
    const card = await late(`recipient-scorecard?country=KE&as_of=${world.size}`);
    assert.deepEqual(pick(card.find((row) => row.measure === '5a_1'),
        ['numerator', 'denominator', 'value']), ['180.00', '500.00', '36.00']);
});

test('scorecards: every null has its reason, and nothing else has one', async () => {
    for (const path of ['donor-scorecard', 'recipient-scorecard', inEuro('donor-scorecard')]) {
        for (const row of await report(path)) {
            assert.equal(row.value === null, row.null_reason !== null, JSON.stringify(row));
        }
    }
});

test('scorecards: they say what the reports say that they come from', async () => {
    const cards = await report(`recipient-scorecard?as_of=${world.size}`);
    const told = (country, measure, currency) => cards.find((row) => row.country === country
        && row.measure === measure && row.currency === currency)?.value;
    const sums = new Map();
    for (const row of await report(`portfolio?as_of=${world.size}`)) {
        const key = `${row.recipient_country} ${row.currency}`;
        sums.set(key, (sums.get(key) ?? 0n) + cents(row.committed));
    }
    for (const [key, sum] of sums) {
        const [country, currency] = key.split(' ');
        assert.equal(country === 'null' ? undefined : sum, country === 'null' ? undefined
            : cents(told(country, 'M-B1', currency)), key);
    }
    const one = await report(`recipient-scorecard?as_of=${world.size}&country=MW&donor=XI-TEST-NORTH`);
    assert.deepEqual(one, []);
});

// Four positions that need an answer: answered after 2 and after 4 days, and two that wait, since 3 and
// since 9 days. After 2 days 3 of 4 are left; the one that has waited 3 days goes out of sight; after 4 days
// 1 of 2 of the rest: 3/4 x 1/2 = 3/8, so half are answered by day 4. Nine tenths are never reached.
// Dropping those who wait would make it 2 days, and all of them by day 4.
test('answer times: who waits is not dropped', async () => {
    await organisation('XI-TEST-WAIT');
    const donor = await somebody('XI-TEST-WAIT', 'donor_editor,donor_approver');
    const waits = [[2, true], [4, true], [3, false], [9, false]];
    const lodged = [];
    for (const [, answered] of waits) {
        const path = await commit(donor, donor, { commitment_date: '2021-05-05', amount: '10.00',
            currency: 'USD', recipients: [{ country: 'MW', share: '100' }],
            sectors: [{ code: '11110', share: '100' }] });
        const input = await good(api.signatory.post(`${path}/ownership-inputs`,
            { position: 'contest', text: 'Not so.' }));
        if (answered) {
            await good(donor.post(`${input.location}/answer`,
                { answer: 'rejected', reason: 'So it is.' }, { ifMatch: input.etag }));
        }
        lodged.push(path.split('/').at(-1));
    }
    await settled();
    const before = rows('SELECT id, recorded_at FROM ownership_position');
    const shift = (list) => run(`SET session_replication_role = replica; ${list.join('; ')}`);
    shift(lodged.map((id, at) => `UPDATE ownership_position AS p
        SET recorded_at = now() - interval '${waits[at][0]} days'
       FROM ownership_input AS i WHERE i.id = p.input_id AND i.commitment_id = '${id}'`));
    try {
        const card = await report('donor-scorecard?donor=XI-TEST-WAIT');
        const told = (measure) => pick(card.find((row) => row.measure === measure),
            ['numerator', 'denominator', 'value', 'null_reason']);
        assert.deepEqual(told('M-O4-median'), ['2', '4', '4', null]);
        assert.deepEqual(told('M-O4-p90'),
            ['2', '4', null, 'less than nine tenths are answered']);
    } finally {
        shift(before.map((row) => `UPDATE ownership_position SET recorded_at = '${row.recorded_at}'
                                    WHERE id = '${row.id}'`));
    }
});

// Two positions on agreements that took effect on 2021-06-01, lodged the day before and on that day: one of
// two was there while the design could still change. A third, on an agreement without a date, tells nothing.
test('early voice: before the agreement took effect, and not on its day', async () => {
    await organisation('XI-TEST-EARLY');
    const donor = await somebody('XI-TEST-EARLY', 'donor_editor,donor_approver');
    const days = ['2021-05-31', '2021-06-01', '2021-05-01'];
    const lodged = [];
    for (const [at] of days.entries()) {
        const path = await commit(donor, donor, { commitment_date: '2021-05-05', amount: '10.00',
            currency: 'USD', recipients: [{ country: 'MW', share: '100' }],
            sectors: [{ code: '11110', share: '100' }] });
        await good(api.signatory.post(`${path}/ownership-inputs`, { position: 'endorse' }));
        if (at < 2) {
            const { etag } = await good(donor.get(path));
            await good(donor.post(`${path}/effect`, { agreement_reference: 'AGR-1',
                effective_date: '2021-06-01' }, { ifMatch: etag }));
        }
        lodged.push(path.split('/').at(-1));
    }
    await settled();
    const before = rows('SELECT id, recorded_at FROM ownership_position');
    const shift = (list) => run(`SET session_replication_role = replica; ${list.join('; ')}`);
    shift(lodged.map((id, at) => `UPDATE ownership_position AS p SET recorded_at = '${days[at]}'
       FROM ownership_input AS i WHERE i.id = p.input_id AND i.commitment_id = '${id}'`));
    try {
        const card = await report('donor-scorecard?donor=XI-TEST-EARLY');
        assert.deepEqual(pick(card.find((row) => row.measure === 'M-O5'),
            ['numerator', 'denominator', 'value']), ['1', '2', '50.00']);
    } finally {
        shift(before.map((row) => `UPDATE ownership_position SET recorded_at = '${row.recorded_at}'
                                    WHERE id = '${row.id}'`));
    }
});

// ---------------------------------------------------------------- budgets and country systems

// Ghana: 60.00 of 180.00 went through the treasury, so budget execution is at least 33.33 %; nothing is
// budget support, so the other three are at least 0, and 9b at least 60 / (4 x 180) = 8.33 %. Kenya: general
// budget support uses all four. Kazakhstan: no channel is stated, so three components are known and not
// four; Burkina Faso: nothing is.
test('on budget: floors, by what is known, and null where nothing is', async () => {
    const all = await late(`on-budget?as_of=${world.size}`);
    const told = (country, indicator, year) => pick(all.find((row) => row.country === country
        && row.indicator === indicator && (!year || row.year === year)),
    ['numerator', 'denominator', 'components', 'at_least', 'null_reason']);
    assert.deepEqual(told('GH', '9b-budget_execution'), ['60.00', '180.00', 1, '33.33', null]);
    assert.deepEqual(told('GH', '9b-auditing'), ['0.00', '180.00', 1, '0.00', null]);
    assert.deepEqual(told('GH', '9b'), [null, '180.00', 4, '8.33', null]);
    assert.deepEqual(told('KE', '9b', 2022), [null, '120.00', 4, '100.00', null]);
    assert.deepEqual(told('KZ', '9b-budget_execution'),
        [null, '200.00', 0, null, 'no channel is stated']);
    assert.deepEqual(told('KZ', '9b'), [null, '200.00', 3, '0.00', null]);
    assert.deepEqual(told('BF', '9b'), [null, '10.00', 0, null, 'no component is known']);
    assert.deepEqual(told('KE', '6_1', 2025),
        [null, '200.00', null, null, 'the approved budget is not recorded']);
    assert.deepEqual(told('KE', '9b', 2024), [null, null, 0, null, 'nothing disbursed']);
});

// ---------------------------------------------------------------- data limitations

// 8 commitments: B, C, I, Q and R are linked to nothing, P, Q and R have a schedule, A and B an ICT marker.
// In dollars 50.00 + 200.00 + 150.00 of 3526.00 are linked to nothing. Positions were due from Malawi and
// Vanuatu on A; Vanuatu is silent. 9 receipts are due, Vanuatu's and one of Ghana's are missing. The
// southern donor said its last word in 2024.
test('data limitations: what is missing, of what', async () => {
    const all = await late(`data-limitations?as_of=${world.size}`);
    const told = (limitation, currency = null) => pick(all.find((row) =>
        row.limitation === limitation && row.currency === currency),
    ['numerator', 'denominator', 'share']);
    assert.deepEqual(told('imported_commitments'), ['1', '8', '12.50']);
    assert.deepEqual(told('unlinked_commitments'), ['5', '8', '62.50']);
    assert.deepEqual(told('unlinked_money', 'USD'), ['400.00', '3526.00', '11.34']);
    assert.deepEqual(told('money_without_country', 'USD'), ['200.00', '3526.00', '5.67']);
    assert.deepEqual(told('silent_recipients'), ['1', '2', '50.00']);
    assert.deepEqual(told('unanswered_receipts'), ['2', '9', '22.22']);
    assert.deepEqual(told('commitments_without_schedule'), ['5', '8', '62.50']);
    assert.deepEqual(told('ict_not_marked'), ['6', '8', '75.00']);
    assert.deepEqual(told('stale_donors'), ['1', '4', '25.00']);
    const kenya = await late(`data-limitations?as_of=${world.size}&country=KE`);
    assert.deepEqual(pick(kenya.find((row) => row.limitation === 'silent_recipients'),
        ['numerator', 'denominator', 'share']), ['0', '0', null]);
});

// ---------------------------------------------------------------- participation

// Comments: a government 1, civil society 2, of 3 in five groups. |1/3 - 1/5| + |2/3 - 1/5| + 3 x 1/5 =
// 2/15 + 7/15 + 9/15 = 18/15; x 5/8 = 3/4, so the balance is 0.25. One observation of one group: 0. All
// four together: |1/4 - 1/5| + |3/4 - 1/5| + 3/5 = 1.2, x 5/8 = 3/4 again.
test('participation: shares and balance by channel; invitations where they are known', async () => {
    const all = await report(`participation?as_of=${world.size}`);
    const told = (channel, group) => pick(all.find((row) => row.channel === channel
        && row.stakeholder_group === group),
    ['invited', 'inputs', 'organisations', 'share', 'balance']);
    assert.deepEqual(told('comment', 'governments'), [null, 1, 1, '33.33', null]);
    assert.deepEqual(told('comment', 'civil_society'), [null, 2, 1, '66.67', null]);
    assert.deepEqual(told('comment', 'academia'), [null, 0, 0, '0.00', null]);
    assert.deepEqual(told('comment', 'total'), [null, 3, 2, null, '0.25']);
    assert.deepEqual(told('third_party_observation', 'total'), [null, 1, 1, null, '0.00']);
    assert.deepEqual(told('all', 'total'), [null, 4, 2, null, '0.25']);
    assert.deepEqual(told('ownership_position', 'governments'), [8, 3, 2, null, null]);
    assert.deepEqual((await report(`participation?as_of=${world.size}&country=KE`)).map((row) =>
        pick(row, ['channel', 'invited', 'inputs'])), [['ownership_position', 1, 0]]);
});
