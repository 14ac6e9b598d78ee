// charts.mjs - what the charts of a report must show, worked out from its rows and its manifest alone.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';

import { all, cellsOf, textOf } from './read.mjs';

// Exact decimals as whole numbers of their last place.
export function addDecimals(texts) {
    const parts = texts.map((text) => /^(-?)(\d+)(?:\.(\d+))?$/.exec(text));
    const places = Math.max(0, ...parts.map(([, , , fraction]) => (fraction ?? '').length));
    const units = parts.reduce((sum, [, sign, whole, fraction = '']) =>
        sum + BigInt(`${sign}${whole}${fraction.padEnd(places, '0')}`), 0n);
    const digits = String(units < 0n ? -units : units).padStart(places + 1, '0');
    return (units < 0n ? '-' : '') + digits.slice(0, digits.length - places)
        + (places > 0 ? `.${digits.slice(-places)}` : '');
}

const label = (name) => name.replaceAll('_', ' ');
const told = (key) => (key === null || key === '' ? 'not stated' : String(key));
const isZero = (figure) => /^-?[0.]+$/.test(figure);

// Whether a row is among those that a "where" asks for.
export function isAsked(row, where = {}) {
    return Object.entries(where).every(([name, values]) =>
        [values].flat().map((value) => (value === null ? null : String(value)))
            .includes(row[name] === null ? null : String(row[name])));
}

export function columnsOf(chart) {
    return {
        bars: { keys: [chart.by], values: chart.values },
        flow: { keys: chart.through, values: [chart.value] },
        heat: { keys: [chart.rows, chart.columns], values: [chart.value] },
    }[chart.kind];
}

// A figure is a sum where its column adds up, and else the one cell that there is; "" when it is not
// known.
function figureOf(cells, adds) {
    const known = cells.filter((cell) => cell !== null).map(String);
    if (!adds) {
        return cells.length === 1 && known.length === 1 ? known[0] : '';
    }
    const sum = addDecimals(known);
    return known.length < cells.length && isZero(sum) ? '' : sum;
}

// The panels of a chart: { title, rows, figures }, a figure being [..keys, ..values] as text.
export function panelsOf(manifest, chart, rows) {
    const { keys, values } = columnsOf(chart);
    const names = manifest.columns.map(({ name }) => name);
    const apart = (manifest.apart ?? []).filter((name) => !keys.includes(name));
    const unit = chart.unit ?? manifest.columns.find(({ name }) => name === values[0]).unit;
    const panels = new Map();
    for (const row of rows.filter((one) => isAsked(one, chart.where))) {
        const own = apart.map((name) => row[name]);
        const currency = names.includes('currency') ? row.currency : null;
        const at = JSON.stringify([own, currency]);
        const title = [chart.title,
            ...apart.flatMap((name, i) => (own[i] === null
                || (name in (chart.where ?? {}) && [chart.where[name]].flat().length === 1) ? []
                : [`${label(name)} ${own[i]}`])),
            ...(unit === '' || unit.startsWith('currency') ? [] : [unit]),
            ...(currency === null ? [] : [currency])].join(', ');
        const panel = panels.get(at) ?? { title, rows: 0, cells: new Map() };
        panel.rows++;
        const key = JSON.stringify(keys.map((name) => row[name]));
        panel.cells.set(key, [...(panel.cells.get(key) ?? []), row]);
        panels.set(at, panel);
    }
    return [...panels.values()].map(({ title, rows: count, cells }) => {
        const figures = [...cells].map(([key, those]) => [...JSON.parse(key).map(told),
            ...values.map((name) => figureOf(those.map((row) => row[name]),
                (manifest.totals ?? []).includes(name)))]);
        const shown = figures.flatMap((figure) => figure.slice(keys.length));
        const shows = chart.kind === 'heat' || shown.some((figure) => figure !== '' && !isZero(figure)
            && (chart.kind === 'bars' || !figure.startsWith('-')));
        return { title, rows: count, figures, shows };
    });
}

export const plain = (number) => number.replaceAll(',', '');

// A page has a section for the panels of a chart that show something, those of the most rows first and
// two at most, or four of the only chart. Its table holds the very figures; its drawings say them, and what stands out.
export function checkCharts(manifest, charts, rows, page) {
    const sections = all(page, 'section').map((section) => ({
        title: textOf(all(section, 'h2')[0]), section, said: textOf(section) }));
    const drawn = new Set();
    const most = charts.length === 1 ? 4 : 2;
    for (const chart of charts) {
        const panels = panelsOf(manifest, chart, rows).filter(({ shows }) => shows);
        const found = sections.filter(({ title, section }) => all(section, 'svg').length > 0
            && panels.some((panel) => panel.title === title));
        assert.equal(found.length, Math.min(panels.length, most), chart.title);
        if (panels.length === 0 && rows.length > 0) {
            assert.ok(sections.some(({ title, said }) => title === chart.title
                && said.includes('There is nothing to draw')), chart.title);
        }
        const least = Math.min(...found.map(({ title }) =>
            panels.find((panel) => panel.title === title).rows));
        assert.ok(panels.filter((panel) => panel.rows > least).length < most, 'the most rows first');
        for (const { title, section, said } of found) {
            const { figures } = panels.find((panel) => panel.title === title);
            const { tbody } = cellsOf(all(section, 'table')[0]);
            assert.deepEqual(tbody.map((row) => row.map(plain)).sort(),
                figures.map((row) => row.map(plain)).sort(), title);
            assert.ok(!chart.note || said.includes(chart.note), chart.note);
            for (const drawing of all(section, 'svg')) {
                const [name, description] = ['title', 'desc'].map((one) => textOf(all(drawing, one)[0]));
                drawn.add(name);
                assert.equal(name, title);
                checkWords(description, figures, columnsOf(chart));
            }
        }
    }
    assert.equal(all(page, 'svg').filter(({ attributes }) => attributes.role === 'img').length,
        2 * drawn.size);
}

// How many figures there are comes first; the largest is named, with its number.
function checkWords(description, figures, { keys, values }) {
    const known = figures.filter((row) => row[keys.length] !== '');
    assert.ok(description.startsWith(`${figures.length} figure`), description);
    assert.equal(/, (\d+) not known/.exec(description.split('.')[0])?.[1],
        known.length < figures.length ? String(figures.length - known.length) : undefined);
    if (known.length > 0 && figures.length > 1) {
        const most = known.reduce((one, other) => (Number(other[keys.length]) > Number(one[keys.length])
            ? other : one))[keys.length];
        assert.match(description, new RegExp(`Highest ${values[0].replaceAll('_', ' ')}: .* with ${most}\\. `));
    }
    for (const row of figures.slice(0, 3)) {
        assert.ok(description.length > 2000 || row.slice(keys.length).every((figure) =>
            description.includes(figure || 'not known')), row.join());
    }
}

export function checkDrawings(page) {
    const drawings = all(page, 'svg').filter(({ attributes }) => attributes.role === 'img');
    for (const drawing of drawings) {
        const [, , width, height] = drawing.attributes.viewBox.split(' ').map(Number);
        for (const { attributes } of all(drawing, 'rect')) {
            const [x, y, w, h] = ['x', 'y', 'width', 'height'].map((name) => Number(attributes[name]));
            assert.ok(x >= 0 && y >= 0 && w >= 0 && h >= 0 && x + w <= width && y + h <= height,
                `${JSON.stringify(attributes)} in ${width} x ${height}`);
        }
        for (const { attributes } of all(drawing, 'text')) {
            const [x, y] = [Number(attributes.x), Number(attributes.y)];
            assert.ok(x >= 0 && y >= 0 && x <= width && y <= height,
                `${JSON.stringify(attributes)} in ${width} x ${height}`);
        }
    }
    const widths = drawings.map(({ attributes }) => attributes.viewBox.split(' ')[2]);
    assert.deepEqual([...new Set(widths)].sort(), drawings.length > 0 ? ['336', '560'] : []);
}
