// The manifests of the reports: their charts are of columns that there are, and nothing is added up
// that must not be.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';

import { columnsOf } from './charts.mjs';

const manifests = readdirSync('reports').sort().map((slug) =>
    JSON.parse(readFileSync(`reports/${slug}/manifest.json`, 'utf8')));

// What no sum can be of: shares, rates, days by which something is reached, points, and how many
// different ones there are.
const NEVER = /percent|0 to 1|points|days|as unit says|organisations|countries|components/;
// A percentage is of something, whatever its unit is called.
const RATE = /(_rate|_share|share|coverage|uptake|quality|balance|_gap|churn|median|_p90|_of_sums)(_|$)/;

for (const manifest of manifests) {
    const columns = Object.fromEntries(manifest.columns.map((column) => [column.name, column]));
    const { slug, charts = [], totals = [], apart = [] } = manifest;

    test(`${slug}: it has charts, or says what they are chosen by`, () => {
        assert.ok(charts.length > 0 || manifest.charts_of);
        assert.ok(charts.length <= 6, 'more than a page shows');
        const names = manifest.parameters.map(({ name }) => name);
        for (const name of ['dimensions', 'measures']) {
            assert.ok(!manifest.charts_of || names.includes(manifest.charts_of[name]), name);
        }
    });

    test(`${slug}: only what adds up is totalled`, () => {
        for (const name of totals) {
            assert.ok(columns[name], `${name} is no column`);
            assert.match(columns[name].type, /^(integer|decimal)$/, name);
            assert.doesNotMatch(columns[name].unit, NEVER, name);
            assert.doesNotMatch(name, RATE, name);
        }
        for (const name of [...apart, ...Object.keys(manifest.totals_where ?? {})]) {
            assert.ok(columns[name], `${name} is no column`);
        }
        assert.ok(apart.length <= 2);
        // Money of several currencies is told apart by its column.
        assert.ok(columns.currency || totals.every((name) => !/^currency/.test(columns[name].unit)));
    });

    for (const chart of charts) {
        test(`${slug}: "${chart.title}" is of its columns`, () => {
            const { keys, values } = columnsOf(chart);
            for (const name of [...keys, ...values, ...Object.keys(chart.where ?? {})]) {
                assert.ok(columns[name], `${name} is no column`);
            }
            assert.deepEqual(Object.keys(chart).filter((name) => !['kind', 'title', 'note', 'by', 'values',
                'through', 'value', 'rows', 'columns', 'where', 'unit', 'whole', 'shade'].includes(name)), []);
            assert.equal(new Set([...keys, ...values]).size, keys.length + values.length);
            assert.ok(values.length >= 1 && values.length <= 4);
            for (const name of values) {
                assert.match(columns[name].type, /^(integer|decimal)$/, name);
                assert.equal(columns[name].unit, columns[values[0]].unit, 'one scale has one unit');
            }
            if (chart.kind === 'flow') {
                assert.ok(keys.length >= 2 && keys.length <= 3);
                assert.deepEqual(values.filter((name) => !totals.includes(name)), [], 'a flow adds up');
                assert.deepEqual(keys.filter((name) => apart.includes(name)), [], 'nothing overlaps');
            }
            assert.ok(chart.note === undefined || /\.$/.test(chart.note), 'a note is a sentence');
        });
    }
}

test('what must never be added up is not', () => {
    const total = (slug) => manifests.find((manifest) => manifest.slug === slug);
    // Groups overlap: their sums are told apart, and none is of all of them.
    assert.deepEqual(total('group-allocation').apart, ['recipient_group']);
    assert.ok(total('cube').apart.includes('recipient_group'));
    assert.ok(total('cube').apart.includes('transaction_type'));
    assert.equal(total('framework-coverage').totals, undefined);
    for (const slug of ['donor-scorecard', 'recipient-scorecard', 'timeliness', 'data-limitations']) {
        assert.equal(total(slug).totals, undefined, slug);
    }
});
