// import.test.mjs - `aidledger import`: what becomes of published files, good and bad.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { api, until } from '../lib/client.mjs';
import { rows as sql } from '../lib/sql.mjs';
import { write } from '../seed/generate.mjs';

const database = process.env.AIDLEDGER_TEST_DATABASE;
const binary = process.env.AIDLEDGER_BINARY;
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'aidledger-import-'));
after(() => rmSync(scratch, { recursive: true }));

const environment = { ...process.env, AIDLEDGER_DATABASE_URL: database };
const run = (...files) =>
    spawnSync(binary, ['import', ...files], { env: environment, encoding: 'utf8' });

/** Two columns of a query as an object. */
const pairs = (query) => Object.fromEntries(sql(query).map((row) => [row.name, row.value]));
const leaves = () => sql('SELECT count(*)::integer AS n FROM ledger_entry')[0].n;

function save(name, text) {
    const path = join(scratch, name);
    writeFileSync(path, text);
    return path;
}

/** An amount without the zeros that say nothing, so that 7, 7.0 and 7.00 are one. */
const exact = (amounts) => Object.fromEntries(Object.entries(amounts).map(([key, amount]) =>
    [key, /\./.test(amount) ? amount.replace(/\.?0+$/, '') : amount]));

function assertMoney(donors, expected) {
    const from = `FROM transaction AS t JOIN organisation AS o ON o.id = t.organisation_id
                  JOIN allocation AS a ON a.transaction_id = t.id
                 WHERE o.identifier LIKE '${donors}'`;
    const total = (type) => exact(pairs(`SELECT t.currency AS name, sum(t.amount)::text AS value
          FROM transaction AS t JOIN organisation AS o ON o.id = t.organisation_id
         WHERE o.identifier LIKE '${donors}' AND t.transaction_type = '${type}' GROUP BY 1`));
    const parts = (type, column) => exact(pairs(
        `SELECT ${column} AS name, sum(a.amount)::text AS value ${from} AND t.transaction_type = '${type}' GROUP BY 1`));
    assert.deepEqual(total('2'), exact(expected.commitments));
    assert.deepEqual(parts('2', 't.currency'), exact(expected.commitments));
    assert.deepEqual(total('3'), exact(expected.disbursements));
    assert.deepEqual(parts('3', 't.currency'), exact(expected.disbursements));
    assert.deepEqual(parts('3', `t.currency || ' ' || coalesce(a.country, a.region, '-')`),
        exact(expected.by_recipient));
    assert.deepEqual(parts('3', `t.currency || ' ' || coalesce(a.sector, '-')`), exact(expected.by_sector));
}

/** The numbers a summary prints. */
function summary(stdout) {
    const accepted = /accepted +(\d+) activities: (\d+) new, (\d+) changed, (\d+) unchanged; (\d+) of them marked/.exec(stdout);
    const rejected = /rejected +(\d+) activities, and (\d+) parts/.exec(stdout);
    const statements = /statements +(\d+); transactions recorded (\d+), taken back (\d+)/.exec(stdout);
    assert.ok(accepted && rejected && statements, stdout);
    const rules = Object.fromEntries([...stdout.matchAll(/^ {2}(rejected|marked) +(\d+) (\w+) in \d+ activit/gm)]
        .map(([, verdict, times, rule]) => [`${verdict} ${rule}`, Number(times)]));
    const [, all, made, changed, unchanged, marked] = accepted.map(Number);
    return { accepted: all, made, changed, unchanged, marked, rejected: Number(rejected[1]),
        parts: Number(rejected[2]), statements: Number(statements[1]), recorded: Number(statements[2]),
        reversed: Number(statements[3]), rules };
}

// ---------------------------------------------------------------- one activity to play with

const identifierOf = (name) => `XI-PLAY-${name}`;
let published = 0;

/** A file with one activity, published later than all before it. */
function play(name, { donor = 'XI-PLAY', inside = '', money = '', updated } = {}) {
    published += 1;
    const at = updated ?? `2026-03-01T00:00:${String(published).padStart(2, '0')}Z`;
    return save(`${name}-${published}.xml`, `<iati-activities version="2.03">
<iati-activity default-currency="EUR" xml:lang="en" last-updated-datetime="${at}">
<iati-identifier>${identifierOf(name)}</iati-identifier>
<reporting-org ref="${donor}" type="10"><narrative>Play Agency</narrative></reporting-org>
<title><narrative>A line to play with</narrative></title><activity-status code="2"/>
<recipient-country code="FJ" percentage="60"/><recipient-country code="TO" percentage="40"/>
<sector vocabulary="1" code="22020"/>${inside}${money}
</iati-activity></iati-activities>`);
}

const paid = (amount, date = '2026-01-10', type = '3') =>
    `<transaction><transaction-type code="${type}"/><transaction-date iso-date="${date}"/>`
    + `<value value-date="${date}">${amount}</value></transaction>`;

const transactionsOf = (name) => sql(`
    SELECT t.amount::text, t.adjusts IS NOT NULL AS takes_back
      FROM transaction AS t JOIN commitment_revision AS r ON r.commitment_id = t.commitment_id AND r.revision = 1
      JOIN activity AS a ON a.id = r.activity_id
     WHERE a.iati_identifier = '${identifierOf(name)}' ORDER BY t.recorded_at, t.amount`);

// ---------------------------------------------------------------- what is recorded

test('every case of published data becomes what the case file says', () => {
    const expected = JSON.parse(readFileSync(here('cases.json'), 'utf8'));
    const before = leaves();
    const imported = run(here('cases.xml'));
    assert.equal(imported.status, 1, 'some of it is rejected');
    assert.equal(imported.stderr, '', 'no progress where there is no terminal');
    const { rules, ...counts } = summary(imported.stdout);
    assert.deepEqual(counts, { ...expected.counts, made: 20, changed: 0, unchanged: 0, reversed: 0 });
    assert.deepEqual(rules, expected.rules);
    assert.equal(leaves() - before, expected.counts.statements, 'one leaf for each statement');
    assertMoney('XI-CASES', expected);
    const commitments = `FROM commitment AS c JOIN commitment_revision AS r ON r.commitment_id = c.id AND r.revision = c.revision
        JOIN activity AS a ON a.id = r.activity_id WHERE a.iati_identifier LIKE 'XI-CASES-%'`;
    assert.deepEqual(pairs(`SELECT a.iati_identifier AS name, c.status AS value ${commitments}`), expected.statuses);
    assert.deepEqual(pairs(`SELECT a.iati_identifier AS name, r.title AS value ${commitments}
        AND a.iati_identifier IN ('XI-CASES-17', 'XI-CASES-18', 'XI-CASES-21')`), expected.titles);
    assert.deepEqual(pairs(`SELECT p.name, string_agg(p.plan, ', ' ORDER BY p.ordinal) AS value FROM (
        SELECT a.iati_identifier AS name, d.ordinal, format('%s .. %s %s %s', d.period_start,
               coalesce(d.period_end::text, '-'), d.currency, d.amount) AS plan
          FROM planned_disbursement AS d JOIN commitment AS c ON c.id = d.commitment_id AND c.schedule = d.schedule
          JOIN commitment_revision AS r ON r.commitment_id = c.id AND r.revision = c.revision
          JOIN activity AS a ON a.id = r.activity_id WHERE a.iati_identifier LIKE 'XI-CASES-%') AS p
        GROUP BY p.name`), expected.schedules);
    assert.deepEqual(sql(`SELECT DISTINCT i.state FROM ownership_input AS i JOIN commitment AS c
        ON c.id = i.commitment_id WHERE c.origin = 'imported'`), [{ state: 'NOT_INVITED' }]);
});

test('a second run changes nothing', () => {
    const before = leaves();
    const { made, changed, unchanged, statements } = summary(run(here('cases.xml')).stdout);
    assert.deepEqual({ made, changed, unchanged, statements }, { made: 0, changed: 0, unchanged: 20, statements: 0 });
    assert.equal(leaves(), before);
});

test('every statement names its source and speaks as the importer of its publisher', () => {
    const strangers = sql(`
        SELECT e.kind FROM ledger_entry AS e JOIN principal AS p ON p.id = e.actor
          JOIN organisation AS o ON o.id = e.organisation_id
         WHERE o.identifier = 'XI-CASES'
           AND (p.roles <> ARRAY['importer'] OR p.organisation_id <> o.id
                OR convert_from(e.leaf, 'UTF8')::json #>> '{public,source_sha256}' !~ '^[0-9a-f]{64}$')`);
    assert.deepEqual(strangers, []);
});

test('imported commitments are served as what they are', async () => {
    const [{ id }] = sql(`SELECT r.commitment_id AS id FROM commitment_revision AS r
        JOIN activity AS a ON a.id = r.activity_id WHERE a.iati_identifier = 'XI-CASES-03'`);
    const { status, body: commitment } = await api.anonymous.get(`/v1/commitments/${id}`);
    assert.equal(status, 200);
    assert.equal(commitment.origin, 'imported');
    assert.equal(commitment.status, 'EFFECTIVE');
    assert.equal(commitment.activity.iati_identifier, 'XI-CASES-03');
    assert.deepEqual(commitment.recipients, [{ country: 'FJ', share: '50' }, { country: 'TO', share: '30' }, { share: '20' }]);
    assert.deepEqual(commitment.money, [{ currency: 'EUR', committed: '0', disbursed: '1000.00', expended: '0' }]);
    assert.deepEqual(commitment.ownership.map((input) => [input.country, input.state]),
        [['FJ', 'NOT_INVITED'], ['TO', 'NOT_INVITED']]);
});

test('the totals of three hundred activities are right to the last cent', () => {
    const path = join(scratch, 'three-hundred.xml');
    const totals = write(path, { count: 300, seed: 7 });
    const imported = run(path);
    assert.equal(imported.status, 0, imported.stdout + imported.stderr);
    const { made, marked, recorded } = summary(imported.stdout);
    assert.deepEqual({ made, marked, recorded }, { made: 300, marked: 0, recorded: totals.transactions });
    assertMoney('XI-SEED-%', totals);
    for (const [currency, amount] of Object.entries(totals.commitments))
        assert.match(imported.stdout, new RegExp(`${currency} ${amount.replace('.', '\\.')} committed`));
});

test('the sample of the walk-through is accepted whole', () => {
    const imported = run(here('../seed/sample-activities.xml'));
    assert.equal(imported.status, 0, imported.stdout + imported.stderr);
});

// ---------------------------------------------------------------- what changes

test('a changed activity takes back what is gone and records what is new', () => {
    run(play('CHANGE', { money: paid('100.00') + paid('200.00') + paid('200.00') }));
    const changed = summary(run(play('CHANGE', { money: paid('200.00') + paid('150.01') })).stdout);
    assert.equal(changed.changed, 1);
    assert.deepEqual([changed.recorded, changed.reversed], [1, 2]);
    const [kept, further] = [transactionsOf('CHANGE').slice(0, 3), transactionsOf('CHANGE').slice(3)];
    assert.deepEqual(kept.map((t) => t.amount), ['100.00', '200.00', '200.00'], 'nothing is overwritten');
    assert.deepEqual(further.map((t) => [t.amount, t.takes_back]).sort(),
        [['-100.00', true], ['-200.00', true], ['150.01', false]]);
});

test('the order in which transactions stand says nothing', () => {
    run(play('ORDER', { updated: '2026-03-01T00:00:00Z', money: paid('1.00') + paid('2.00') }));
    const before = leaves();
    run(play('ORDER', { updated: '2026-03-01T00:00:00Z', money: paid('2.00') + paid('1.00') }));
    assert.equal(leaves(), before);
});

test('when the shares change, the money follows them', () => {
    run(play('SHARES', { money: paid('10.00') }));
    const path = play('SHARES', { money: paid('10.00') });
    writeFileSync(path, readFileSync(path, 'utf8').replace('"60"', '"25"').replace('"40"', '"75"'));
    run(path);
    assert.deepEqual(pairs(`SELECT a.country AS name, sum(a.amount)::text AS value FROM allocation AS a
        JOIN transaction AS t ON t.id = a.transaction_id
        JOIN commitment_revision AS r ON r.commitment_id = t.commitment_id AND r.revision = 1
        JOIN activity AS w ON w.id = r.activity_id WHERE w.iati_identifier = 'XI-PLAY-SHARES' GROUP BY 1`),
    { FJ: '2.50', TO: '7.50' });
});

test('a revised plan is a further version of the schedule', () => {
    const plan = (amount) => '<planned-disbursement><period-start iso-date="2027-01-01"/>'
        + `<value value-date="2027-01-01">${amount}</value></planned-disbursement>`;
    run(play('PLAN', { inside: plan('5.00') }));
    run(play('PLAN', { inside: plan('6.00') }));
    assert.deepEqual(sql(`SELECT d.schedule, d.amount::text FROM planned_disbursement AS d
        JOIN commitment_revision AS r ON r.commitment_id = d.commitment_id AND r.revision = 1
        JOIN activity AS a ON a.id = r.activity_id WHERE a.iati_identifier = 'XI-PLAY-PLAN' ORDER BY 1`),
    [{ schedule: 1, amount: '5.00' }, { schedule: 2, amount: '6.00' }]);
});

test('what a government has said of an imported commitment stays when the file changes', async () => {
    const publish = (money) => {
        const path = play('VOICE', { money });
        writeFileSync(path, readFileSync(path, 'utf8').replace('"FJ"', '"MW"'));
        return run(path);
    };
    publish(paid('1.00'));
    const [{ id }] = sql(`SELECT r.commitment_id AS id FROM commitment_revision AS r
        JOIN activity AS a ON a.id = r.activity_id WHERE a.iati_identifier = 'XI-PLAY-VOICE'`);
    const lodged = await api.signatory.post(`/v1/commitments/${id}/ownership-inputs`, { position: 'endorse' });
    assert.equal(lodged.status, 201, lodged.text);
    assert.equal(publish(paid('2.00')).status, 0);
    const { body } = await api.anonymous.get(`/v1/commitments/${id}`);
    assert.deepEqual(body.ownership.map((input) => [input.country, input.state]),
        [['MW', 'ENDORSED'], ['TO', 'NOT_INVITED']]);
    assert.equal(body.money[0].disbursed, '2.00');
});

test('an older publication and one of somebody else are rejected', () => {
    run(play('OWN', { money: paid('1.00') }));
    const before = leaves();
    const older = run(play('OWN', { updated: '2020-01-01T00:00:00Z', money: paid('2.00') }));
    const other = run(play('OWN', { donor: 'XI-OTHER', money: paid('3.00') }));
    assert.deepEqual(summary(older.stdout).rules, { 'rejected older': 1 });
    assert.deepEqual(summary(other.stdout).rules, { 'rejected identifier_taken': 1 });
    assert.deepEqual([older.status, other.status, leaves()], [1, 1, before]);
});

test('two imports at a time record everything once', async () => {
    const path = join(scratch, 'both.xml');
    const totals = write(path, { count: 20, seed: 11 });
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll('XI-SEED', 'XI-BOTH'));
    const before = leaves();
    const codes = await Promise.all([1, 2].map(() => new Promise((resolve) => {
        spawn(binary, ['import', path], { env: environment, stdio: 'ignore' }).on('exit', resolve);
    })));
    assert.deepEqual(codes, [0, 0]);
    assertMoney('XI-BOTH-%', totals);
    const recorded = leaves() - before;
    run(path);
    assert.equal(leaves(), before + recorded);
    assert.equal(sql(`SELECT count(*)::integer AS n FROM principal AS p JOIN organisation AS o
        ON o.id = p.organisation_id WHERE o.identifier = 'XI-BOTH-DONOR-1'`)[0].n, 1);
});

/** Imports eighty activities of these donors, cuts the run off when it is under way, and ends it well. */
async function interrupted(name, cut) {
    const path = join(scratch, `${name}.xml`);
    const totals = write(path, { count: 80, seed: 19 });
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll('XI-SEED', name));
    const begun = () => sql(`SELECT count(*)::integer AS n FROM activity WHERE iati_identifier LIKE '${name}-%'`)[0].n;
    const running = spawn(binary, ['import', path], { env: environment, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    running.stderr.on('data', (bytes) => { said += bytes; });
    const ended = new Promise((resolve) => { running.on('close', resolve); });
    await until(() => begun() >= 3, 30_000);
    cut(running);
    const status = await ended;
    const { made, unchanged } = summary(run(path).stdout);
    assert.ok(unchanged >= 3 && made + unchanged === 80, `${made} new, ${unchanged} unchanged`);
    assertMoney(`${name}-%`, totals);
    return { status, said };
}

test('an import that was killed goes on where it stopped', async () => {
    await interrupted('XI-KILL', (running) => running.kill('SIGKILL'));
});

test('an import that loses its database says so and goes on when asked again', async () => {
    const { status, said } = await interrupted('XI-LOST', () => sql(`SELECT pg_terminate_backend(a.pid)
          FROM pg_stat_activity AS a
         WHERE a.datname = current_database() AND a.application_name = 'aidledger-import'`));
    assert.equal(status, 3);
    assert.match(said, /what was recorded before stays; import it again for the rest/);
});

// ---------------------------------------------------------------- what is too much

test('what a leaf cannot hold is cut and keeps its hash', () => {
    const long = 'A sentence about a very long line. '.repeat(3000);
    const inside = `<description><narrative>${long}</narrative></description>`
        + '<related-activity ref="XI-PLAY-OTHER" type="1"/>'.repeat(3000);
    const imported = run(play('HUGE', { inside, money: paid('1.00') }));
    assert.equal(imported.status, 0, imported.stdout);
    assert.deepEqual(summary(imported.stdout).rules, { 'marked list_cut': 1, 'marked text_cut': 1 });
    const [{ said }] = sql(`SELECT a.content AS said FROM activity AS a WHERE a.iati_identifier = 'XI-PLAY-HUGE'`);
    assert.equal(said.related_activities.count, 3000);
    assert.match(said.related_activities.sha256, /^[0-9a-f]{64}$/);
    assert.equal(said.descriptions[0].text.length, 4000);
    assert.match(said.descriptions[0].sha256, /^[0-9a-f]{64}$/);
});

test('a schedule no statement could hold, and an activity no reader holds, are rejected', () => {
    const plan = '<planned-disbursement><period-start iso-date="2027-01-01"/><value value-date="2027-01-01">5</value></planned-disbursement>';
    const schedule = run(play('PLANS', { inside: plan.repeat(2000), money: paid('1.00') }));
    assert.equal(summary(schedule.stdout).rules['rejected schedule_long'], 1);
    const large = run(play('LARGE', { inside: `<description><narrative>${'x'.repeat(1 << 21)}</narrative></description>` }));
    assert.deepEqual(summary(large.stdout).rules, { 'rejected activity_large': 1 });
});

// ---------------------------------------------------------------- what is refused whole

const refused = [
    ['another version', '<iati-activities version="1.05"/>', /IATI version "1\.05"; accepted are 2\.01, 2\.02 and 2\.03/],
    ['no version', '<iati-activities/>', /names no IATI version/],
    ['an organisation file', '<iati-organisations version="2.03"/>', /organisation file/],
    ['a web page', '<!-- sorry --><html><body>Not found</body></html>', /root element is <html>/],
    ['nothing', '', /the file is empty/],
    ['an entity bomb', '<!DOCTYPE b [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><iati-activities version="2.03">&b;</iati-activities>', /document type declaration/],
    ['a file that reaches for others', '<!DOCTYPE x SYSTEM "file:///etc/hostname"><iati-activities version="2.03"/>', /document type declaration/],
];
for (const [what, bytes, sentence] of refused) {
    test(`${what} is refused with a sentence and leaves no trace`, () => {
        const before = leaves();
        const imported = run(save('refused.xml', bytes));
        assert.equal(imported.status, 1);
        assert.match(imported.stderr, sentence);
        assert.equal(imported.stdout, '');
        assert.equal(leaves(), before);
    });
}

test('of a file that is cut off nothing is recorded, but the next file is', () => {
    const path = join(scratch, 'whole.xml');
    write(path, { count: 5, seed: 13 });
    const text = readFileSync(path, 'utf8').replaceAll('XI-SEED', 'XI-CUT');
    const before = leaves();
    const cut = run(save('cut.xml', text.slice(0, -200)));
    assert.equal(cut.status, 1);
    assert.match(cut.stderr, /line \d+: this is not well-formed XML/);
    assert.equal(leaves(), before);
    const both = run(join(scratch, 'cut.xml'), save('whole.xml', text));
    assert.equal(both.status, 1, 'the worst of the files counts');
    assert.equal(summary(both.stdout).made, 5);
});

test('a missing file, a folder and a pipe are said to be no files', () => {
    assert.match(run(join(scratch, 'nowhere.xml')).stderr, /nowhere\.xml: it cannot be opened: No such file/);
    assert.match(run(scratch).stderr, /it is no regular file/);
    assert.match(run('/dev/null').stderr, /it is no regular file/);
});

test('the exit status tells a wrong command line and a missing database apart', () => {
    assert.equal(run().status, 2);
    assert.equal(run('--quickly', here('cases.xml')).status, 2);
    const nowhere = spawnSync(binary, ['import', here('cases.xml')], { encoding: 'utf8',
        env: { ...process.env, AIDLEDGER_DATABASE_URL: `host=${scratch} dbname=none` } });
    assert.equal(nowhere.status, 3, nowhere.stderr);
});

test('on a terminal there is a bar, and it is gone at the end', () => {
    const path = join(scratch, 'bar.xml');
    write(path, { count: 20, seed: 17 });
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll('XI-SEED', 'XI-BAR'));
    const shown = spawnSync('script', ['-qefc', `'${binary}' import '${path}'`, '/dev/null'],
        { env: environment, encoding: 'utf8' });
    assert.equal(shown.status, 0, shown.stdout);
    assert.match(shown.stdout, /importing \[#*\.+\] +\d+%/);
    assert.match(shown.stdout, /\r\x1b\[K[^\r]*IATI 2\.03, 20 activities/);
});
