// Loans: the grant element against repayments discounted one by one, in integers; and cash and kind
// apart.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { api } from '../lib/client.mjs';
import * as make from '../lib/make.mjs';
import { rows } from '../lib/sql.mjs';

async function good(promise) {
    const answer = await promise;
    assert.ok(answer.status < 300, answer.text);
    return answer;
}

// Numbers with 60 decimals, as integers.
const ONE = 10n ** 60n;
const times = (a, b) => a * b / ONE;
const over = (a, b) => a * ONE / b;
function root(square) {
    let guess = square > ONE ? square : ONE;
    for (;;) {
        const next = (guess + square * ONE / guess) / 2n;
        if (next >= guess) {
            return guess;
        }
        guess = next;
    }
}
const percent = (text) => {
    const [whole, part = ''] = text.split('.');
    return BigInt(whole + part) * ONE / 10n ** BigInt(part.length + 2);
};
const power = (base, n) => (n === 0 ? ONE : times(base, power(base, n - 1)));
const rounded = (value, digits) => {
    const unit = 10n ** BigInt(60 - digits);
    const units = (value < 0n ? -1n : 1n) * (((value < 0n ? -value : value) * 2n + unit)
        / (2n * unit));
    const text = (units < 0n ? -units : units).toString().padStart(digits + 1, '0');
    return `${units < 0n ? '-' : ''}${text.slice(0, -digits)}.${text.slice(-digits)}`;
};

// What is paid in each period, a unit of money lent: interest from the first period on, principal or
// annuities after "grace" periods; discounted one by one.
function grantElement({ rate, type, plan, grace, repayments, discount }) {
    const yearly = ONE + percent(discount);
    const perPeriod = { 1: yearly, 2: root(yearly), 4: root(root(yearly)) }[plan];
    const interest = percent(rate) / BigInt(plan);
    let outstanding = ONE;
    let present = 0n;
    const growth = power(ONE + interest, repayments);
    const annuity = interest === 0n ? ONE / BigInt(repayments)
        : over(times(interest, growth), growth - ONE);
    for (let k = 1; k <= grace + repayments; k++) {
        const due = times(outstanding, interest);
        const principal = k <= grace ? 0n
            : type === '1' ? ONE / BigInt(repayments) : annuity - due;
        outstanding -= principal;
        present += over(due + principal, power(perPeriod, k));
    }
    return 100n * (ONE - present);
}

const equivalentOf = async (changes) => {
    const { path } = await make.drafted({ finance_type: '421', schedule: undefined, ...changes });
    return (await good(api.donor.get(`${path}/grant-equivalent`))).body;
};

const all = (country) => [{ country, share: '100' }];

// Repayments begin so many periods after those that bear interest only; committed on 2026-09-01.
function termsOf({ rate, type, plan, grace, repayments }) {
    const day = (period) => {
        const months = 8 + period * 12 / plan;
        return `${2026 + Math.floor(months / 12)}-${String(months % 12 + 1).padStart(2, '0')}-01`;
    };
    return { interest_rate: rate, repayment_type: type, repayment_plan: String(plan),
        repayment_first_date: day(grace + 1), repayment_final_date: day(grace + repayments) };
}

test('two equal payments without interest, by hand', async () => {
    // 0.5 / 1.06 + 0.5 / 1.1236 = 0.471698 + 0.444998 = 0.916696: the gift is 8.3304 percent.
    const { grant_element: element, grant_equivalent: gift, face_value: face, recipients,
        discount_rate_set: set } = await equivalentOf({
        amount: '1000000.00', recipients: all('BR'), loan_terms: termsOf({ rate: '0', type: '1',
            plan: 1, grace: 0, repayments: 2 }) });
    assert.deepEqual([element, gift, face, set],
        ['8.3304', '83303.67', '1000000.00', 'oecd-dac-2018']);
    assert.deepEqual(recipients, [{ country: 'BR', region: null, share: '100',
        income_class: 'UMIC', discount_rate: '6', grant_element: '8.3304' }]);
});

test('a lump sum after a year, by hand', async () => {
    // (1 + 0.02) / 1.09 = 0.935780: the gift is 6.4220 percent.
    const found = await equivalentOf({ amount: '100.00', recipients: all('MW'),
        loan_terms: termsOf({ rate: '2', type: '3', plan: 1, grace: 0, repayments: 1 }) });
    assert.deepEqual([found.grant_element, found.grant_equivalent], ['6.4220', '6.42']);
});

test('payments discounted one by one come to the same, to the last digit told', async () => {
    const countries = [['MW', '9'], ['KE', '7'], ['BR', '6']];
    for (const type of ['1', '2']) {
        for (const plan of [1, 2, 4]) {
            for (const rate of ['0', '0.75', '1.5', '12.123456']) {
                const [country, discount] = countries[(plan + rate.length) % 3];
                const loan = { rate, type, plan, grace: plan * 5, repayments: plan * 15 };
                const should = grantElement({ ...loan, discount });
                const found = await equivalentOf({ amount: '999999999999999.99',
                    recipients: all(country), loan_terms: termsOf(loan) });
                const what = JSON.stringify(loan);
                assert.equal(found.grant_element, rounded(should, 4), what);
                assert.equal(found.grant_equivalent,
                    rounded(should * 99999999999999999n / 10000n, 2), what);
                assert.equal(found.recipients[0].discount_rate, discount);
            }
        }
    }
});

test('several recipients by their shares; currencies of no and of three decimals', async () => {
    const loan = { rate: '1', type: '1', plan: 2, grace: 8, repayments: 20 };
    const loan_terms = termsOf(loan);
    const recipients = [{ country: 'MW', share: '70' }, { country: 'BR', share: '30' }];
    const should = (grantElement({ ...loan, discount: '9' }) * 70n
        + grantElement({ ...loan, discount: '6' }) * 30n) / 100n;
    for (const [currency, amount, units, digits] of [['JPY', '1000000000000000', 10n ** 15n, 0],
        ['KWD', '0.005', 5n, 3], ['USD', '0.01', 1n, 2]]) {
        const found = await equivalentOf({ amount, currency, recipients, loan_terms });
        assert.equal(found.grant_element, rounded(should, 4));
        const gift = digits === 0 ? rounded(should * units / 100n, 1).split('.')[0]
            : rounded(should * units / 100n / 10n ** BigInt(digits), digits);
        const difference = Math.abs(Number(found.grant_equivalent) - Number(gift));
        assert.ok(digits === 0 ? difference <= 1 : difference === 0, `${currency} ${gift}`);
    }
});

test('three recipients by thirds', async () => {
    const loan = { rate: '1', type: '1', plan: 2, grace: 8, repayments: 20 };
    const recipients = ['MW', 'KE', 'BR'].map((country) => ({ country, share: '100/3' }));
    const should = ['9', '7', '6'].reduce((total, discount) =>
        total + grantElement({ ...loan, discount }), 0n) / 3n;
    const found = await equivalentOf({ amount: '1000.00', currency: 'USD', recipients,
        loan_terms: termsOf(loan) });
    assert.deepEqual([found.grant_element, found.grant_equivalent],
        [rounded(should, 4), rounded(should * 10n, 2)]);
    assert.deepEqual(found.recipients.map((one) => one.share), ['100/3', '100/3', '100/3']);
});

test('a grant is a grant in whole; what cannot be computed is null and says why', async () => {
    const terms = termsOf({ rate: '1', type: '1', plan: 2, grace: 8, repayments: 20 });
    for (const [changes, expected] of [
        [{ finance_type: '110' }, ['100.0000', '1250000.00', null]],
        [{ finance_type: '510' }, [null, null, 'finance_type']],
        [{}, [null, null, 'loan_terms']],
        [{ loan_terms: { ...terms, repayment_type: '5' } }, [null, null, 'repayment_type']],
        [{ loan_terms: terms, recipients: all('FR') }, [null, null, 'income_class']],
        [{ loan_terms: terms, recipients: [{ region: '298', share: '100' }] },
            [null, null, 'income_class']],
    ]) {
        const found = await equivalentOf(changes);
        assert.deepEqual([found.grant_element, found.grant_equivalent, found.lacking], expected,
            JSON.stringify(changes));
        assert.equal(found.face_value, '1250000.00');
    }
    const core = await equivalentOf({ loan_terms: terms, collaboration_type: '2' });
    assert.deepEqual(core.recipients.map((one) => [one.income_class, one.discount_rate]),
        [['MULTILATERAL', '5'], ['MULTILATERAL', '5']]);
});

const GOODS = { kind: 'goods', description: '40 base stations.', valuation_method: 'market_price',
    valuation: 'Offers of three suppliers, the middle one.' };

test('cash and kind do not pay for one another, and no report adds them', async () => {
    const commit = (changes) => make.effective({ currency: 'NOK', schedule: undefined,
        commitment_date: '2021-03-01', start_date: '2021-03-01', ict_significance: undefined,
        ict_share: undefined, ict_reason: undefined, recipients: all('MW'),
        sectors: [{ code: '22020', share: '100' }], ...changes });
    const cash = await commit({ amount: '500.00' });
    const kind = await commit({ amount: '300.00', in_kind: GOODS });
    const pay = (made, amount, changes) => api.donor.post(`${made.path}/transactions`, {
        transaction_type: '3', transaction_date: '2021-05-02', amount, currency: 'NOK',
        ...changes });
    await good(pay(cash, '100.00'));
    const { body: { transaction } } = await good(pay(kind, '200.01', { in_kind: GOODS }));
    const taken = await good(pay(kind, '-0.01', { adjusts: transaction.id, reason: 'A bolt.' }));
    assert.deepEqual(taken.body.transaction.in_kind, GOODS);
    for (const [made, changes] of [[cash, { in_kind: GOODS }], [kind, {}]]) {
        const refused = await pay(made, '1.00', changes);
        assert.deepEqual(refused.body.errors.map(({ rule }) => rule), ['as_committed']);
    }
    await good(api.donorApprover.post(`${kind.path}/cancel`, { reason: 'The rest is lost.' },
        { ifMatch: (await make.fresh(kind)).etag }));
    const { tree_size: size } = await settled();
    const report = async (query) => (await good(api.anonymous.get(
        `/v1/reports/${query}&as_of=${size}`))).body.rows.filter((row) => row.currency === 'NOK');
    const figures = (list) => list.map((row) => [row.year, row.committed, row.disbursed]);
    // In cash 500 and 100; in kind 300 less the 100 that never came, and 200.01 less a bolt.
    const year = new Date().getUTCFullYear();
    assert.deepEqual(figures(await report('portfolio?donor=XI-DEMO-DONOR')),
        [[2021, '500.00', '100.00']]);
    assert.deepEqual(figures(await report('portfolio?donor=XI-DEMO-DONOR&in_kind=true')),
        [[2021, '300.00', '200.00'], [year, '-100.00', '0.00']]);
    const groups = async (query) => (await report(`group-allocation?donor=XI-DEMO-DONOR${query}`))
        .filter((row) => row.recipient_group === 'LDC');
    assert.deepEqual(figures(await groups('')), [[2021, '500.00', '100.00']]);
    assert.deepEqual(figures(await groups('&in_kind=true')),
        [[2021, '300.00', '200.00'], [year, '-100.00', '0.00']]);
});

test('what was committed in cash, when given in kind, is committed anew', async () => {
    const made = await make.amending({ in_kind: GOODS });
    await good(api.donorApprover.post(`${made.path}/register`, undefined, { ifMatch: made.etag }));
    const { body } = await good(api.anonymous.get(`${made.path}/transactions?type=2`));
    assert.deepEqual(body.items.map((one) => [one.amount, one.in_kind?.kind ?? null]).sort(),
        [['-1250000.00', null], ['1250000.00', null], ['1250000.00', 'goods']]);
});

async function settled() {
    for (const deadline = Date.now() + 15_000; Date.now() < deadline;) {
        if (rows('SELECT count(*) AS n FROM ledger_queue')[0].n === 0) {
            return (await good(api.anonymous.get('/v1/ledger'))).body;
        }
    }
    throw new Error('the queue is not empty after 15 s');
}
