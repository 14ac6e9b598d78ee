// charts.mjs - what the charts of a report must show, worked out from its rows and its manifest alone.
// SPDX-License-Identifier: Apache-2.0

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
