// Every form of a report holds the same cells: read back by readers of their own, one by one.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { before, test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { api, base, until } from '../lib/client.mjs';
import { somebody } from '../lib/principals.mjs';
import { rows } from '../lib/sql.mjs';
import { checkCharts, checkDrawings, columnsOf, panelsOf, plain } from './charts.mjs';
import { all, cellsOf, digitsOf, readCsv, readHtml, readLines, readSheet, readZip, textOf }
    from './read.mjs';
import { commit, good, makeWorld } from './world.mjs';

const slugs = readdirSync('reports').sort();
const manifests = Object.fromEntries(slugs.map((slug) => [slug,
    JSON.parse(readFileSync(`reports/${slug}/manifest.json`, 'utf8'))]));

// What a spreadsheet would run, a page would take for markup, and lines and quotes would break.
const AWKWARD = '=SUM(1,2) "a" & <b>é</b> مرحبا';
// More digits than a floating point number keeps.
const EXACT = '12345678901234567.89';
let size;

before(async () => {
    await makeWorld();
    await good(api.steward.post('/v1/organisations', { identifier: '@XI-TEST-AWKWARD',
        name: AWKWARD, type_code: '10' }));
    const [editor, approver] = await Promise.all([
        somebody('@XI-TEST-AWKWARD', 'donor_editor'), somebody('@XI-TEST-AWKWARD', 'donor_approver')]);
    await commit(editor, approver, { commitment_date: '2022-03-01', amount: EXACT,
        currency: 'USD', recipients: [{ country: 'MW', share: '100' }],
        sectors: [{ code: '22040', share: '100' }] });
    // One digit too many, and as many as a spreadsheet keeps.
    for (const [date, amount] of [['2023-03-01', '1234567890123456.00'],
        ['2024-03-01', '1234567890123.45']]) {
        await commit(editor, approver, { commitment_date: date, amount, currency: 'USD',
            recipients: [{ country: 'MW', share: '100' }], sectors: [{ code: '22040', share: '100' }] });
    }
    await until(() => rows('SELECT FROM ledger_queue').length === 0);
    size = (await good(api.anonymous.get('/v1/reports/portfolio'))).body.tree_size;
});

// The bytes and the headers of a form, asked for as a link would.
async function form(slug, name, query = '') {
    const answer = await fetch(`${base}/v1/reports/${slug}?as_of=${size}&format=${name}${query}`);
    const bytes = Buffer.from(await answer.arrayBuffer());
    assert.equal(answer.status, 200, bytes.toString());
    return { bytes, text: bytes.toString(), headers: answer.headers };
}

// The cells of the JSON document, in the order of the columns; null is an empty cell.
async function canonical(slug) {
    const { text } = await form(slug, 'json');
    const document = JSON.parse(text);
    return { document, text, cells: document.rows.map((row) =>
        manifests[slug].columns.map(({ name }) => row[name] ?? '').map(String)) };
}

for (const slug of slugs) {
    test(`${slug}: NDJSON is the JSON document line by line`, async () => {
        const { document, text, cells } = await canonical(slug);
        const { text: lines, headers } = await form(slug, 'ndjson');
        const { facts, rows: told } = readLines(lines);
        assert.equal(headers.get('content-type'), 'application/x-ndjson');
        assert.equal(headers.get('content-disposition'),
            `attachment; filename="${slug}-${size}.ndjson"`);
        assert.deepEqual(told.map((row) => manifests[slug].columns.map(({ name }) =>
            row[name] ?? '').map(String)), cells);
        const { rows: all, ...rest } = document;
        assert.deepEqual(facts, { ...rest, row_count: all.length });
        // The rows are the very bytes of the document.
        assert.ok(text.endsWith(`"rows":[${lines.split('\n').slice(1, -1).join(',')}]}`));
    });

    test(`${slug}: CSV holds the same cells, and none that a spreadsheet would run`, async () => {
        const { cells } = await canonical(slug);
        const { columns } = manifests[slug];
        const { text } = await form(slug, 'csv', '&notes=none');
        const [header, ...records] = readCsv(text);
        assert.deepEqual(header, columns.map(({ name }) => name));
        assert.deepEqual(records, cells.map((row) => row.map((cell, at) =>
            (columns[at].type === 'text' && /^[=+@\t\r\n-]/.test(cell) ? `'${cell}` : cell))));
        const marked = await form(slug, 'csv', '&notes=none&bom=1');
        assert.deepEqual(marked.bytes, Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]),
            Buffer.from(text)]));
    });
}

// Whether a row is among those that a "where" of a manifest asks for.
function isAsked(row, columns, where = {}) {
    return Object.entries(where).every(([name, values]) => [values].flat().includes(
        row[columns.findIndex((column) => column.name === name)] || null));
}

// Exact decimals added up by what is kept apart: whole numbers of their last place. An empty cell is
// in no sum, and a sum of nothing else is empty.
function addUp(cells, columns, names, keys = ['currency']) {
    const sums = new Map();
    const at = (name) => columns.findIndex((column) => column.name === name);
    for (const row of cells) {
        const key = keys.map((name) => row[at(name)] ?? '');
        const [, sum] = sums.get(key.join('|'))
            ?? [key, names.map(() => ({ units: 0n, places: 0, empty: false }))];
        names.forEach((name, i) => {
            if (row[at(name)] === '') {
                sum[i].empty = true;
                return;
            }
            const [whole, fraction = ''] = row[at(name)].split('.');
            const places = Math.max(sum[i].places, fraction.length);
            const raise = (n, by) => n * 10n ** BigInt(by);
            sum[i] = { ...sum[i], places, units: raise(sum[i].units, places - sum[i].places)
                + raise(BigInt(whole + fraction), places - fraction.length) };
        });
        sums.set(key.join('|'), [key, sum]);
    }
    return [...sums.values()].map(([key, sum]) => [...key, sum.map(({ units, places, empty }) => {
        const digits = String(units < 0n ? -units : units).padStart(places + 1, '0');
        return empty && units === 0n ? '' : (units < 0n ? '-' : '')
            + digits.slice(0, digits.length - places) + (places > 0 ? `.${digits.slice(-places)}` : '');
    })]);
}

for (const slug of slugs) {
    test(`${slug}: the page holds the same cells, and exact sums of those that add up`, async () => {
        const { cells, text } = await canonical(slug);
        const { columns, totals = [], apart = [], totals_where: where } = manifests[slug];
        const page = readHtml((await form(slug, 'html')).text);
        const table = cellsOf(all(page, 'table').find(({ attributes }) => attributes.id === 'rows'));
        assert.deepEqual(table.thead, [columns.map(({ name }) => name.replaceAll('_', ' '))]);
        assert.deepEqual(table.tbody.map((row) => row.map((cell, at) =>
            (columns[at].type === 'decimal' ? plain(cell) : cell))), cells);
        const keys = ['currency', ...apart];
        const sums = totals.length > 0
            ? addUp(cells.filter((row) => isAsked(row, columns, where)), columns, totals, keys) : [];
        const place = (name) => columns.findIndex((column) => column.name === name);
        assert.deepEqual(table.tfoot.map((row) => [
            ...keys.map((name) => (place(name) < 0 ? '' : row[place(name)].replace(/^Total(, )?/, ''))),
            totals.map((name) => plain(row[place(name)]))]), sums);
        const digest = createHash('sha256').update(text).digest('hex');
        assert.ok(all(page, 'code').some((code) => textOf(code) === digest), 'names the JSON');
    });

    test(`${slug}: the page says what the report is and what it does not tell`, async () => {
        const { document } = await canonical(slug);
        // Indicators have no donor.
        const [name, value] = manifests[slug].parameters.some((p) => p.name === 'donor')
            ? ['donor', 'XI-TEST-NORTH'] : ['country', 'NG'];
        const { text, headers } = await form(slug, 'html', `&${name}=${value}`);
        const page = readHtml(text);
        const said = textOf(all(page, 'main')[0]);
        for (const sentence of [document.title, document.question, document.null_rule,
            ...document.method, ...manifests[slug].limitations, `As of tree size ${size}`,
            `Asked for: ${name} ${value}.`, 'We were not asked.', 'We asked the regulator.']) {
            assert.ok(said.includes(sentence), sentence);
        }
        const links = all(page, 'a').map(({ attributes }) => attributes.href);
        assert.ok(links.includes(
            `/v1/reports/${slug}?as_of=${size}&${name}=${value}&format=csv`));
        assert.equal(headers.get('content-type'), 'text/html; charset=utf-8');
        assert.match(headers.get('content-security-policy'), /^default-src 'none'; style-src 'self';/);
        assert.equal(headers.get('content-disposition'), null);
        assert.equal(all(page, 'script').length, 0);
        assert.doesNotMatch(text, / (style|on\w+)=/);
    });

    test(`${slug}: each chart shows what its rows say, in words and in figures`, async () => {
        const { document } = await canonical(slug);
        const page = readHtml((await form(slug, 'html')).text);
        checkCharts(manifests[slug], manifests[slug].charts ?? [], document.rows, page);
    });

    test(`${slug}: every drawing is inside its frame`, async () => {
        checkDrawings(readHtml((await form(slug, 'html')).text));
    });
}

// A number of a sheet with the digits it was written with.
function written(number) {
    const text = number.toPrecision(15);
    return /e/.test(text) ? String(number) : digitsOf(text);
}

for (const slug of slugs) {
    test(`${slug}: the workbook holds the same cells, typed, and no amount is changed`, async () => {
        const { cells, text } = await canonical(slug);
        const { columns } = manifests[slug];
        const { bytes, headers } = await form(slug, 'xlsx');
        assert.equal(headers.get('content-type'),
            'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet');
        assert.equal(headers.get('content-disposition'), `attachment; filename="${slug}-${size}.xlsx"`);
        const files = readZip(bytes);
        const sheet = files.get('xl/worksheets/sheet1.xml').toString();
        const [header, ...records] = readSheet(sheet);
        assert.deepEqual(header.map((cell) => cell.text), columns.map(({ name }) =>
            name.replaceAll('_', ' ')));
        assert.equal(records.length, cells.length);
        records.forEach((record, row) => columns.forEach(({ name, type }, at) => {
            const cell = record[at];
            const exact = cells[row][at];
            const long = exact.replace(/^-?0*|\.|(?<=\..*)0+$/g, '').length > 15;
            if (cell === undefined) {
                assert.equal(exact, '', name);
            } else if (type === 'text' || long) {
                assert.equal(cell.text, exact, name);
            } else {
                assert.equal(written(cell.number), digitsOf(exact), name);
            }
        }));
        assert.match(sheet, /<pane ySplit="1" topLeftCell="A2"[^>]*state="frozen"/);
        assert.match(sheet, new RegExp(`<autoFilter ref="A1:[A-Z]+${Math.max(cells.length + 1, 2)}"`));
        const about = readSheet(files.get('xl/worksheets/sheet2.xml').toString())
            .map((row) => row.map((cell) => cell?.text));
        const digest = createHash('sha256').update(text).digest('hex');
        for (const fact of [['SHA-256 of the JSON', digest], ['Tree size', String(size)],
            ['Question', manifests[slug].question], ['Report', manifests[slug].title]]) {
            assert.ok(about.some(([name, value]) => name === fact[0] && value === fact[1]), fact[0]);
        }
        for (const sentence of [...manifests[slug].method, ...manifests[slug].limitations]) {
            assert.ok(about.some(([, value]) => value === sentence), sentence);
        }
        assert.deepEqual((await form(slug, 'xlsx')).bytes, bytes, 'the same bytes again');
    });
}

// The sheets of a workbook by name.
function sheetsOf(files) {
    const names = [...files.get('xl/workbook.xml').toString().matchAll(/<sheet name="([^"]+)"/g)];
    return new Map(names.map(([, name], i) =>
        [name, files.get(`xl/worksheets/sheet${i + 1}.xml`).toString()]));
}

const shown = (cell) => (cell === undefined ? undefined : cell.text ?? written(cell.number));

// The table of a sheet below a title: its head and the rows under that, as far as any follow.
function below(sheet, title, head) {
    const lines = readSheet(sheet).map((row) => Array.from(row, shown));
    const first = lines.findIndex((row) => row[0] === title);
    assert.ok(first >= 0, title);
    const at = lines.findIndex((row, i) => i > first && row[0] === head);
    return { columns: lines[at].slice(1), body: lines.slice(at + 1) };
}

for (const slug of slugs.filter((one) => manifests[one].charts)) {
    test(`${slug}: the workbook has its bars as charts, and the tables of what has none`, async () => {
        const { document } = await canonical(slug);
        const files = readZip((await form(slug, 'xlsx')).bytes);
        const sheets = sheetsOf(files);
        const sums = sheets.get('Sums and charts');
        const made = { heat: 0, flow: 0 };
        let bars = 0;
        for (const chart of manifests[slug].charts) {
            const { keys, values } = columnsOf(chart);
            const panels = panelsOf(manifests[slug], chart, document.rows).filter(({ shows }) => shows)
                .sort((a, b) => b.rows - a.rows);
            if (chart.kind === 'bars') {
                bars += Math.min(panels.length, 3);
            }
            const count = chart.kind === 'bars' ? 0 : ++made[chart.kind];
            const name = (chart.kind === 'heat' ? 'Matrix' : 'Flow') + (count > 1 ? ` ${count}` : '');
            const sheet = chart.kind === 'bars' ? sums : sheets.get(name);
            assert.ok(sheet, name);
            for (const { title, figures } of panels.slice(0, 1)) {
                const { columns, body } = below(sheet, title, keys[0].replaceAll('_', ' '));
                const exact = (figure) => (figure === '' ? undefined
                    : figure.replace(/^-?0*|\./g, '').length > 15 ? figure : digitsOf(figure));
                if (chart.kind === 'heat') {
                    for (const [row, column, figure] of figures) {
                        const line = body.find(([first]) => first === row);
                        assert.equal(line[columns.indexOf(column) + 1],
                            figure === '' ? 'not known' : exact(figure), `${row}, ${column}`);
                    }
                    assert.match(sheet, /<conditionalFormatting [^]*<colorScale>/);
                } else {
                    const told = body.slice(0, figures.length).map((row) =>
                        Array.from({ length: keys.length + values.length }, (_, i) => row[i]));
                    assert.deepEqual(told.map(String).sort(), figures.map((row) => [
                        ...row.slice(0, keys.length), ...row.slice(keys.length).map(exact)]
                        .map((cell) => cell ?? '')).map(String).sort(), title);
                }
            }
        }
        assert.equal([...files.keys()].filter((name) => name.startsWith('xl/charts/chart')).length, bars);
    });
}

test('an amount of more digits than a spreadsheet keeps is text in the workbook', async () => {
    const files = readZip((await form('portfolio', 'xlsx')).bytes);
    const found = readSheet(files.get('xl/worksheets/sheet1.xml').toString()).flat();
    assert.ok(found.some((cell) => cell?.text === EXACT));
    assert.ok(found.some((cell) => cell?.text === '1234567890123456.00'));
    assert.ok(found.some((cell) => cell?.number === 1234567890123.45));
    assert.ok(found.some((cell) => cell?.text === AWKWARD));
    assert.ok(found.some((cell) => cell?.number === 100.01 || cell?.number === 30.01));
    assert.ok([...files.keys()].some((name) => name.startsWith('xl/charts/chart')));
    const sums = readSheet(files.get('xl/worksheets/sheet3.xml').toString()).flat();
    const { cells } = await canonical('portfolio');
    const [, [committed]] = addUp(cells, manifests.portfolio.columns, ['committed'])
        .find(([currency]) => currency === 'USD');
    assert.ok(committed.length > EXACT.length - 1 && committed !== EXACT);
    assert.ok(sums.some((cell) => cell?.text === committed), 'an exact sum');
});

test('a chart adds up exactly what its rows say', async () => {
    const { document } = await canonical('portfolio');
    const page = readHtml((await form('portfolio', 'html')).text);
    const section = all(page, 'section').find((one) => textOf(all(one, 'h2')[0])
        === 'Committed and disbursed by year, USD');
    const { tbody } = cellsOf(all(section, 'table')[0]);
    const years = [...new Set(document.rows.filter(({ currency }) => currency === 'USD')
        .map(({ year }) => year))].sort();
    assert.deepEqual(tbody.map(([year]) => Number(year)), years);
    for (const [year, ...sums] of tbody) {
        const own = document.rows.filter((row) => row.currency === 'USD' && String(row.year) === year)
            .map((row) => ['USD', row.committed, row.disbursed]);
        const columns = ['currency', 'committed', 'disbursed'].map((name) => ({ name }));
        assert.deepEqual([['USD', sums.map(plain)]], addUp(own, columns, ['committed', 'disbursed']));
    }
});

test('a page and its stylesheet are light on a thin line', async () => {
    const style = await (await fetch(`${base}/style.css`)).text();
    for (const slug of slugs) {
        const { text } = await form(slug, 'html');
        const bytes = gzipSync(text).length + gzipSync(style).length;
        assert.ok(bytes <= 20_000, `${slug}: ${bytes} bytes`);
    }
});

test('the stylesheet is there', async () => {
    const answer = await fetch(`${base}/style.css`);
    assert.deepEqual([answer.status, answer.headers.get('content-type')],
        [200, 'text/css; charset=utf-8']);
});

test('awkward text and exact amounts are in what is compared', async () => {
    const { document } = await canonical('portfolio');
    assert.ok(document.rows.some((row) => row.donor_name === AWKWARD && row.committed === EXACT));
    const { text } = await form('portfolio', 'csv');
    assert.ok(text.includes(`'@XI-TEST-AWKWARD,"'=SUM(1,2) ""a"" & <b>é</b> مرحبا",MW`));
});

test('the parameter wins over Accept, and a form that is not offered is refused', async () => {
    const path = `/v1/reports/portfolio?as_of=${size}`;
    const type = async (query, accept) => (await fetch(base + path + query, { headers: { accept } }))
        .headers.get('content-type').split(';')[0];
    assert.equal(await type('&format=ndjson', 'text/csv'), 'application/x-ndjson');
    assert.equal(await type('', 'application/x-ndjson'), 'application/x-ndjson');
    assert.equal(await type('', '*/*'), 'application/json');
    assert.equal(await type('', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'),
        'text/html');
    assert.equal(await type('', 'text/*'), 'text/csv');
    const refused = await api.anonymous.get(`${path}&format=xml`);
    assert.deepEqual([refused.status, refused.body.errors[0].parameter], [422, 'format']);
    const mark = await api.anonymous.get(`${path}&format=csv&bom=yes`);
    assert.deepEqual([mark.status, mark.body.errors[0].parameter], [422, 'bom']);
    const none = await api.anonymous.get(path, { headers: { accept: 'application/xml' } });
    assert.equal(none.status, 406);
});
