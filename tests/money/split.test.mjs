// Amounts split over recipients and sectors, 10,000 times by chance: nothing is lost in any cut.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { decimal, decimalText, fraction, isWhole, isZero, negated, rescaled, split, splitAlike,
    sum } from '../fold/split.mjs';
import { rows, run } from '../lib/sql.mjs';

const CASES = 10_000;

const pick = (list) => list[Math.floor(Math.random() * list.length)];
const integer = (most) => Math.floor(Math.random() * (most + 1));

// Decimals with up to 12 digits behind the point.
function decimals(count) {
    const scale = pick([0, 2, 4, 12]);
    const whole = 100n * 10n ** BigInt(scale);
    let left = whole - BigInt(count);
    return Array.from({ length: count }, (_, at) => {
        const more = at === count - 1 ? left : BigInt(Math.floor(Math.random() * Number(left)));
        left -= more;
        return decimalText(more + 1n, scale);
    });
}

// Parts of some whole, each a fraction of percent over it: equal, or as it comes.
function fractions(count) {
    const parts = Array.from({ length: count }, pick([() => 1, () => 1 + integer(19_999)]));
    const whole = parts.reduce((a, b) => a + b, 0);
    return parts.map((part) => `${100 * part}/${whole}`);
}

// Fractions over one denominator, decimals, and last what these leave, over the product.
function mixed(count) {
    const [one, other] = [1 + integer(999), pick([1, 10, 100])];
    let left = 100 * one * other;
    return Array.from({ length: count }, (_, at) => {
        if (at === count - 1) {
            return `${left}/${one * other}`;
        }
        const denominator = pick([one, other]);
        const part = 1 + integer(Math.floor(90 / count) * denominator);
        left -= part * one * other / denominator;
        return denominator === one ? `${part}/${one}`
            : decimalText(BigInt(part), String(other).length - 1);
    });
}

// Shares that add up to exactly 100: thirds and worse.
function shares(count) {
    return pick([decimals, decimals, fractions, mixed])(count);
}

function someAmount(minorUnit) {
    const size = pick([1, 3, 7, 12, 15, 21]);
    const digits = Array.from({ length: size }, () => integer(9)).join('');
    const { units } = decimal(digits);
    return decimalText(pick([1n, -1n]) * (units || 1n), pick([0, minorUnit, minorUnit]));
}

const currencies = rows('SELECT code, minor_unit FROM currency ORDER BY code');
const edges = ['JPY', 'KWD', 'USD', 'CLF'].map((code) => currencies.find((c) => c.code === code));

function someCase() {
    const currency = pick([...edges, pick(currencies)]);
    const places = shares(1 + integer(5)).map((share, at) => pick([
        { country: ['MW', 'ZM', 'KE', 'TV', 'KZ', 'NG'][at], share },
        { region: ['298', '289', '380', '489', '589', '798'][at], share }]));
    const sectors = shares(1 + integer(4)).map((share, at) =>
        ({ code: pick(['22040', '22020', '11110', '21020', '15110']).slice(0, 4) + at, share }));
    const marker = pick([[0, null], [1, '50'], [2, '100'], [1, '33.333']]);
    return { amount: someAmount(currency.minor_unit), currency: currency.code,
        minorUnit: currency.minor_unit, places, sectors, significance: marker[0],
        share: marker[1] };
}

function total(parts, member = 'amount') {
    return sum(parts.map((part) => part[member]));
}

const same = (a, b) => isZero(sum([a, negated(b)]));

// Whether a part is less than one smallest unit away from its exact quota.
function isWithinOneUnit(part, share, { amount, minorUnit }) {
    const scale = Math.max(decimal(amount).scale, minorUnit);
    const { numerator, denominator } = fraction(share);
    const hundred = 100n * denominator;
    const off = rescaled(decimal(part), scale) * hundred
        - rescaled(decimal(amount), scale) * numerator;
    return off < hundred && off > -hundred;
}

test(`${CASES} splits: the parts are those of the rule, and add up in every cut`, () => {
    const cases = Array.from({ length: CASES }, someCase);
    run('DROP TABLE IF EXISTS split_case; CREATE UNLOGGED TABLE split_case (said jsonb)');
    run(`COPY split_case FROM STDIN;\n${cases.map((one, at) =>
        JSON.stringify({ ...one, at })).join('\n')}\n\\.\n`);
    const found = rows(`SELECT (c.said ->> 'at')::integer AS at, json_agg(json_build_object(
            'country', s.country, 'region', s.region, 'sector', s.sector,
            'amount', s.amount_part::text, 'ict_amount', s.ict_part::text,
            'ict_ring', s.ict_ring) ORDER BY s.ordinal) AS parts
        FROM split_case AS c
        CROSS JOIN split_amount((c.said ->> 'amount')::numeric, c.said ->> 'currency',
            c.said -> 'places', c.said -> 'sectors', (c.said ->> 'significance')::integer,
            (c.said ->> 'share')::numeric) AS s
        GROUP BY 1`);
    run('DROP TABLE split_case');
    assert.equal(found.length, CASES);
    assert.ok(cases.filter(({ places }) => places.some(({ share }) => share.includes('/'))).length
        > CASES / 10);
    for (const { at, parts } of found) {
        const one = cases[at];
        for (const list of [one.places, one.sectors]) {
            assert.ok(isWhole(list.map(({ share }) => share)), JSON.stringify(one));
        }
        assert.deepEqual(parts, split(one.amount, one.minorUnit, one.places, one.sectors,
            one.significance, one.share), JSON.stringify(one));
        assert.ok(same(total(parts), one.amount), JSON.stringify(one));
        // By recipient, and by recipient the sectors: no cut loses a unit.
        for (const place of one.places) {
            const mine = parts.filter((part) => part.country === (place.country ?? null)
                && part.region === (place.region ?? null));
            assert.equal(mine.length, one.sectors.length);
            assert.ok(isWithinOneUnit(total(mine), place.share, one), JSON.stringify(one));
        }
        for (const part of parts) {
            assert.ok(!part.ict_amount.startsWith('-') || part.amount.startsWith('-'));
        }
    }
});

test('edges: no decimals, three, a thousand million million, half a cent', () => {
    const halves = [{ country: 'MW', share: '50' }, { country: 'ZM', share: '50' }];
    const thirds = [{ country: 'MW', share: '33.333333333333' },
        { country: 'ZM', share: '33.333333333333' }, { country: 'KE', share: '33.333333333334' }];
    const equal = ['MW', 'ZM', 'KE'].map((country) => ({ country, share: '100/3' }));
    const uneven = [{ country: 'MW', share: '99999999/1000000' },
        { country: 'ZM', share: '1/1000000' }];
    const all = [{ code: '11110', share: '100' }];
    const expected = [
        ['1', 'JPY', halves, ['1', '0']],
        ['100', 'JPY', thirds, ['33', '33', '34']],
        ['0.001', 'KWD', halves, ['0.001', '0.000']],
        ['1000000000000000', 'USD', thirds,
            ['333333333333330.00', '333333333333330.00', '333333333333340.00']],
        ['100', 'JPY', equal, ['34', '33', '33']],
        ['0.01', 'USD', equal, ['0.01', '0.00', '0.00']],
        ['1000000000000000', 'USD', equal,
            ['333333333333333.34', '333333333333333.33', '333333333333333.33']],
        ['-1', 'JPY', equal, ['-1', '0', '0']],
        ['100000000', 'JPY', uneven, ['99999999', '1']],
        ['1000000000000000.01', 'USD', halves, ['500000000000000.01', '500000000000000.00']],
        ['0.005', 'USD', halves, ['0.003', '0.002']],
        ['-0.01', 'USD', halves, ['-0.01', '0.00']],
    ];
    for (const [amount, currency, places, parts] of expected) {
        const found = rows(`SELECT s.amount_part::text AS part FROM split_amount('${amount}',
            '${currency}', '${JSON.stringify(places)}', '${JSON.stringify(all)}', 0, NULL) AS s
            ORDER BY s.ordinal`);
        assert.deepEqual(found.map((row) => row.part), parts, `${amount} ${currency}`);
    }
});

test('what adjusts a record is split as it is, and taken back whole leaves nothing', () => {
    for (let i = 0; i < 2000; i++) {
        const one = someCase();
        const parts = split(one.amount, one.minorUnit, one.places, one.sectors, one.significance,
            one.share);
        const back = splitAlike(negated(one.amount), one.minorUnit, parts);
        parts.forEach((part, at) => {
            assert.ok(isZero(sum([part.amount, back[at].amount])));
            assert.ok(isZero(sum([part.ict_amount, back[at].ict_amount])));
        });
        const some = splitAlike(someAmount(one.minorUnit), one.minorUnit, parts);
        assert.equal(some.length, parts.length);
    }
});
