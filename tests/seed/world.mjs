// world.mjs - a world of aid of any size with its ledger, the same for the same seed.
// SPDX-License-Identifier: Apache-2.0
//
// node tests/seed/world.mjs CONNINFO TRANSACTIONS [SEED [EACH [BYTES]]]
//
// EACH is how many transactions a commitment has, about, and BYTES "no" leaves the bytes of statements
// out, two fifths of all there is: such a log cannot be checked, but reports never read them.
//
// CONNINFO logs a superuser in to a migrated database whose log is empty. The rows are those that the
// service would have written, leaf by leaf, and come by COPY with constraints and triggers off, indexes
// after them; tests/seed/world.test.mjs proves that they follow from the log.
//
// What the world is like: 60 donors with purses of a power law, each with its currency, its countries
// and its sectors; two thirds publish files that are imported, every third registers here and asks
// governments; money of 2006 to 2026, a dozen transactions for each commitment unless EACH says otherwise;
// statements of a thousand days up to END. Deadlines count Monday to Friday.
import { execFileSync, spawn } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { pathToFileURL } from 'node:url';

import { Dice, Powers } from './dice.mjs';

const PG_BIN = process.env.AIDLEDGER_PG_BIN ?? '/usr/lib/postgresql/15/bin';
const DAY = 86_400_000;
const END = Date.UTC(2026, 9, 31);
const DAYS = 1000;
const FIRST_YEAR = 2006;
const EACH = 12; // transactions of a commitment
const DONORS = 60;
const NATIONS = 110; // recipients that get anything
const CURRENCIES = [['USD', 2, 36], ['EUR', 2, 30], ['GBP', 2, 8], ['JPY', 0, 8], ['SEK', 2, 6], ['NOK', 2, 6],
    ['AUD', 2, 6]];
const SECTORS = ['11220', '22040', '12220', '22020', '14030', '15110', '31120', '22010', '11110', '43040',
    '23210', '12240', '21020', '13020', '16010', '31166', '24030', '22030', '41010', '11330', '72010',
    '15150', '32130', '25010', '43030', '14020', '12110', '21010', '24040', '74020'];
const REGIONS = ['298', '389', '689', '798', '998'];
const WORKS = ['Fibre backbone', 'Rural broadband', 'School network', 'Tariff regulation', 'Village water supply',
    'Clinic equipment', 'Teacher training', 'Submarine cable landing', 'Road rehabilitation', 'Seed programme',
    'Public finance reform', 'Radio for farmers', 'Digital identity', 'Internet exchange', 'Grid extension'];
const PLACES = ['northern districts', 'outer islands', 'coastal towns', 'river basin', 'capital region', 'highlands',
    'border provinces', 'eastern plains'];
const REASON = 'Recorded in error.';

// Tables that are too large to keep their indexes up to date row by row.
export const tables = {
    ledger_entry: 'entry, at, kind, organisation_id, actor, key, request, aggregate, version, prev, leaf, leaf_hash',
    ledger_leaf: 'leaf_index, entry, leaf_hash, latest_at',
    ledger_secret: 'entry, field, salt, value',
    organisation: 'id, identifier, name, type_code, country, four_eyes, origin, entry, created_at',
    principal: 'id, organisation_id, country, roles, label, created_at',
    activity: 'id, organisation_id, iati_identifier, version, head, content, content_sha256, recorded_at',
    commitment: 'id, organisation_id, origin, status, published, version, head, revision, registered_revision, '
        + 'submitted_by, schedule, baseline_schedule, effective_date, countries, sectors, items, start_date, '
        + 'end_date, search, created_at, document',
    commitment_revision: 'commitment_id, revision, published, activity_id, title, narrative, '
        + 'agreement_reference, commitment_date, start_date, end_date, recipients, sectors, flow_type, '
        + 'finance_type, aid_type, tied_status, ict_significance, ict_share, ict_reason, amount, currency, '
        + 'schedule, maker, entry',
    commitment_state: 'commitment_id, version, status, published, revision, schedule, baseline_schedule, '
        + 'effective_date, entry',
    planned_disbursement: 'commitment_id, schedule, ordinal, period_start, period_end, amount, currency, '
        + 'value_date, entry',
    instalment: 'commitment_id, schedule, ordinal, due_on, amount, currency, settled, missed, ended',
    instalment_settlement: 'entry, ordinal, commitment_id, schedule, transaction_id, amount',
    instalment_miss: 'commitment_id, schedule, ordinal, due_on, unpaid, entry, recorded_at',
    framework_link: 'id, commitment_id, ordinal, framework, framework_version, item, share, rationale, '
        + 'withdrawn, asserted_by, entry',
    transaction: 'id, commitment_id, organisation_id, transaction_type, ref, transaction_date, value_date, '
        + 'amount, currency, adjusts, reason, entry, recorded_at',
    allocation: 'transaction_id, ordinal, country, region, sector, amount, ict_amount, ict_ring',
    transaction_source: 'transaction_id, source_hash',
    disbursement_receipt: 'transaction_id, country, commitment_id, amount, state, due_on, confirmation_id, '
        + 'case_due_on',
    ownership_input: 'id, commitment_id, country, state, round, due_on, answer_due_on, position_id, version, '
        + 'invited_at',
    ownership_state: 'input_id, version, state, round, due_on, answer_due_on, position_id, entry',
    ownership_position: 'id, input_id, ordinal, round, position, aspects, text, late, organisation_id, entry, '
        + 'recorded_at',
    ownership_answer: 'id, position_id, answer, reason, late, organisation_id, entry, recorded_at',
    ownership_resolution: 'position_id, text, organisation_id, entry, recorded_at',
    ownership_escalation: 'position_id, ground, evidence, organisation_id, entry, recorded_at',
    ownership_disagreement: 'id, position_id, ordinal, side, text, organisation_id, entry, recorded_at',
    ownership_deadline: 'id, input_id, ordinal, deadline, event, due_on, organisation_id, entry, recorded_at',
    receipt_confirmation: 'id, transaction_id, commitment_id, country, ordinal, outcome, amount, value_date, '
        + 'text, organisation_id, entry, recorded_at, case_due_on',
    receipt_confirmation_state: 'confirmation_id, version, state, entry',
    receipt_lapse: 'transaction_id, country, due_on, entry, recorded_at',
};

// ---------------------------------------------------------------- the database's side

// Statements in a list are transactions of their own.
function ask(conninfo, sql, options = '') {
    return execFileSync(`${PG_BIN}/psql`, ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', conninfo,
        ...[sql].flat().flatMap((one) => ['-c', one])],
        { encoding: 'utf8', maxBuffer: 1 << 28,
            env: { ...process.env, PGOPTIONS: `-c search_path=aidledger -c TimeZone=UTC ${options}` } }).trim();
}

const copied = (value) => (value === null || value === undefined ? '\\N'
    : typeof value === 'string' && /[\\\t\n\r]/.test(value)
        ? value.replace(/[\\\t\n\r]/g, (c) => ({ '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' })[c])
        : String(value));

// A table's rows on their way: one COPY from beginning to end.
class Stream {
    constructor(conninfo, table) {
        this.child = spawn(`${PG_BIN}/psql`, ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', conninfo, '-c',
            `COPY ${table} (${tables[table]}) FROM STDIN`], { stdio: ['pipe', 'ignore', 'inherit'],
            env: { ...process.env, PGOPTIONS: '-c search_path=aidledger -c TimeZone=UTC '
                + '-c session_replication_role=replica -c synchronous_commit=off' } });
        this.ended = once(this.child, 'exit');
        this.rows = [];
        this.bytes = 0;
        this.isFull = false;
    }

    add(line) {
        this.rows.push(line);
        this.bytes += line.length;
        if (this.bytes > 1 << 18) {
            this.flush();
        }
    }

    flush() {
        this.isFull = !this.child.stdin.write(`${this.rows.join('\n')}\n`) || this.isFull;
        this.rows = [];
        this.bytes = 0;
    }

    async drained() {
        if (this.isFull) {
            if (this.child.stdin.writableNeedDrain) {
                await once(this.child.stdin, 'drain');
            }
            this.isFull = false;
        }
    }

    async end() {
        if (this.rows.length > 0) {
            this.flush();
        }
        this.child.stdin.end();
        const [status] = await this.ended;
        if (status !== 0) {
            throw new Error(`COPY ended with status ${status}`);
        }
    }
}

// ---------------------------------------------------------------- texts and numbers

export function canonical(value) {
    if (Array.isArray(value)) {
        return `[${value.map(canonical).join(',')}]`;
    }
    if (value !== null && typeof value === 'object') {
        return `{${Object.keys(value).filter((name) => value[name] !== null && value[name] !== undefined).sort()
            .map((name) => `"${name}":${canonical(value[name])}`).join(',')}}`;
    }
    return JSON.stringify(value);
}

// A jsonb as PostgreSQL prints it: names by length first, and spaces.
export function jsonb(value) {
    if (Array.isArray(value)) {
        return `[${value.map(jsonb).join(', ')}]`;
    }
    if (value !== null && typeof value === 'object') {
        return `{${Object.keys(value).sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
            .map((name) => `"${name}": ${jsonb(value[name])}`).join(', ')}}`;
    }
    return JSON.stringify(value);
}

// What json_build_object() prints: names in the order they are given. What is a jsonb is one.
class Raw {
    constructor(text) { this.text = text; }
}

function json(value) {
    if (value instanceof Raw) {
        return value.text;
    }
    if (Array.isArray(value)) {
        return `[${value.map(json).join(', ')}]`;
    }
    if (value !== null && typeof value === 'object') {
        return `{${Object.entries(value).map(([name, inner]) => `"${name}" : ${json(inner)}`).join(', ')}}`;
    }
    return JSON.stringify(value ?? null);
}

const array = (words) => `{${words.join(',')}}`;
const day = (time) => new Date(time).toISOString().slice(0, 10);

function decimal(units, scale) {
    if (scale === 0) {
        return String(units);
    }
    const digits = String(Math.abs(units)).padStart(scale + 1, '0');
    return `${units < 0 ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

function workingDaysAfter(time, days) {
    let at = Math.floor(time / DAY);
    for (let left = days; left > 0;) {
        at += 1;
        left -= (at + 3) % 7 < 5 ? 1 : 0; // day 0 of the epoch was a Thursday
    }
    return at * DAY;
}

// Each part its quota rounded down, the units left over to the largest remainders; units times weight
// stay below 2^53.
function largestRemainder(units, weights) {
    if (weights.length === 1) {
        return [units];
    }
    let total = 0;
    for (const weight of weights) {
        total += weight;
    }
    const remainders = weights.map((weight) => (units * weight) % total);
    const parts = weights.map((weight, at) => (units * weight - remainders[at]) / total);
    let left = units;
    for (const part of parts) {
        left -= part;
    }
    for (; left > 0; left--) {
        const at = remainders.indexOf(Math.max(...remainders));
        parts[at] += 1;
        remainders[at] = -1;
    }
    return parts;
}

const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const isIct = (sector) => sector.startsWith('220');

// ---------------------------------------------------------------- the world

export class World {
    // "write(table, line)" takes the rows.
    constructor({ transactions, seed, each = EACH, hasBytes = true, reference, write }) {
        this.wanted = transactions;
        this.each = each;
        this.hasBytes = hasBytes;
        this.dice = new Dice(seed);
        this.reference = reference;
        this.write = write;
        this.leaves = 0;
        this.recorded = 0;
        this.planned = 0;
        this.commitments = 0;
        this.at = END - DAYS * DAY;
        this.said = '';
        this.pending = new Map();
        this.log = JSON.stringify(reference.origin);
    }

    row(table, values) {
        this.write(table, values.map(copied).join('\t'));
    }

    // ------------------------------------------------------------ leaves

    // Appends a statement; "of" is what it is about: { id, version, head }.
    state(kind, who, of, said, hidden = '{}', id = this.dice.uuid()) {
        const version = of.version + 1;
        const leaf = `{"actor":"${who.principal}","aggregate":"${of.id}","at":"${this.instant}","entry":"${id}",`
            + `"key":null,"kind":"${kind}","log":${this.log},"organisation":"${who.organisation}","prev":${
                of.head ? `"${of.head}"` : 'null'},"private":${hidden},"public":${said},"request":"${
                this.request}","v":1,"version":${version}}`;
        const bytes = Buffer.from(leaf);
        const hash = createHash('sha256').update(Buffer.of(0)).update(bytes).digest('hex');
        this.write('ledger_entry', `${id}\t${this.instant}\t${kind}\t${who.organisation}\t${who.principal}\t\\N\t${
            this.request}\t${of.id}\t${version}\t${of.head ? `\\\\x${of.head}` : '\\N'}\t\\\\x${
            this.hasBytes ? bytes.toString('hex') : ''}\t\\\\x${hash}`);
        this.write('ledger_leaf', `${this.leaves}\t${id}\t\\\\x${hash}\t${this.instant}`);
        this.leaves += 1;
        of.version = version;
        of.head = hash;
        return id;
    }

    // What only its organisation may read: commitments in the leaf, salts and values beside it.
    hide(entry, content) {
        const hidden = {};
        for (const field of Object.keys(content).filter((name) => content[name] !== null
            && content[name] !== undefined)) {
            const salt = this.dice.bytes(32);
            const value = canonical(content[field]);
            hidden[field] = createHmac('sha256', salt)
                .update(`aidledger-v1\0${entry}\0${field}\0${value}`).digest('hex');
            this.row('ledger_secret', [entry, field, `\\x${salt.toString('hex')}`, value]);
        }
        return canonical(hidden);
    }

    tick(ms = 1) {
        this.at += ms;
        this.instant = new Date(this.at).toISOString();
    }

    // ------------------------------------------------------------ who there is

    organisation(identifier, name, type, country) {
        const made = { id: this.dice.uuid(), version: 0, head: null, identifier, name, country };
        const principal = this.dice.uuid();
        this.tick();
        this.request = this.dice.uuid();
        const said = canonical({ id: made.id, identifier, name, type_code: type, country, four_eyes: false,
            origin: country ? 'registered' : 'imported' });
        const entry = this.state('organisation.recorded', { organisation: made.id, principal }, made, said);
        this.row('organisation', [made.id, identifier, name, type, country, 'f',
            country ? 'registered' : 'imported', entry, this.instant]);
        this.row('principal', [principal, made.id, country,
            country ? '{recipient_signatory}' : '{donor_editor}', name, this.instant]);
        made.who = { organisation: made.id, principal };
        return made;
    }

    approver(donor) {
        const principal = this.dice.uuid();
        this.row('principal', [principal, donor.id, null, '{donor_approver}', donor.name, this.instant]);
        donor.second = { organisation: donor.id, principal };
    }

    people() {
        const { dice } = this;
        this.nations = dice.shuffled(this.reference.countries).slice(0, NATIONS);
        const purses = new Powers(DONORS, 1.1);
        this.donors = Array.from({ length: DONORS }, (_, at) => {
            const name = `Donor ${String(at + 1).padStart(2, '0')}`;
            const donor = this.organisation(`XI-WORLD-${String(at + 1).padStart(2, '0')}`, name, '10');
            this.approver(donor);
            const size = Math.max(6, Math.round(48 / (1 + at / 8)));
            return Object.assign(donor, {
                registers: at % 3 === 2,
                currency: dice.weighed(CURRENCIES, ([, , weight]) => weight),
                nations: dice.shuffled(this.nations.slice(0, Math.min(NATIONS, size * 3))).slice(0, size),
                sectors: dice.shuffled(SECTORS.slice(0, 12 + at % 18)).slice(0, Math.max(3, 10 - (at >> 3))),
                numbers: 0,
            });
        });
        this.purses = purses;
        this.governments = new Map(this.nations.map((code) => [code,
            this.organisation(`XI-WORLD-${code}`, `Government of ${code}`, '10', code)]));
        this.clock = { organisation: this.reference.clock.organisation_id,
            principal: this.reference.clock.id };
    }

    // ------------------------------------------------------------ money

    units(scale) {
        const size = Math.exp(10.8 + 1.9 * this.dice.normal());
        return Math.max(1, Math.min(1e11, Math.round(size * (scale === 0 ? 110 : 100))));
    }

    shares(count) {
        if (count === 1) {
            return [100];
        }
        const shares = Array.from({ length: count - 1 }, () => 5 + this.dice.below(Math.floor(80 / count)));
        return [...shares, 100 - shares.reduce((a, b) => a + b, 0)];
    }

    places(donor) {
        const { dice } = this;
        if (dice.below(20) === 0) {
            return [{ region: dice.one(REGIONS), share: '100' }];
        }
        const count = 1 + (dice.below(10) < 3 ? 1 + dice.below(2) : 0);
        const codes = new Set();
        while (codes.size < count) {
            codes.add(donor.nations[dice.skewed(donor.nations.length)]);
        }
        const shares = this.shares(count);
        return [...codes].map((country, at) => ({ country, share: String(shares[at]) }));
    }

    purposes(donor) {
        const { dice } = this;
        const codes = new Set();
        const count = dice.below(3) === 0 ? 2 : 1;
        while (codes.size < count) {
            codes.add(donor.sectors[dice.skewed(donor.sectors.length)]);
        }
        const shares = this.shares(count);
        return [...codes].map((code, at) => ({ code, share: String(shares[at]) }));
    }

    // The parts of an amount, as [country, region, sector, units, ICT units, ring].
    split(c, units) {
        const { recipients, sectors, ict_significance: significance, ict_share: share } = c.content;
        const inside = sectors.reduce((sum, part) => sum + (isIct(part.code) ? Number(part.share) : 0), 0);
        const part = significance && inside < 100 ? Math.max(0, Number(share) - inside) : 0;
        const weights = sectors.map((one) => Number(one.share));
        const parts = [];
        largestRemainder(units, recipients.map((one) => Number(one.share))).forEach((whole, at) => {
            largestRemainder(whole, weights).forEach((amount, nth) => {
                const { code } = sectors[nth];
                const isInside = isIct(code);
                const ict = isInside ? amount : part === 0 ? 0
                    : largestRemainder(amount, [part, 100 - inside - part])[0];
                parts.push([recipients[at].country, recipients[at].region, code, amount, ict,
                    ict === 0 ? null : isInside ? 1 : significance === 2 ? 2 : 3, isInside || part > 0]);
            });
        });
        return parts;
    }

    // A transaction of a commitment. "settles" and "due" are those of a registered one's payment.
    pay(c, who, type, units, date, { adjusts, settles, due, ref } = {}) {
        const { currency } = c.content;
        const { scale } = c;
        const id = this.dice.uuid();
        const amount = decimal(units, scale);
        const said = `{${adjusts ? `"adjusts":"${adjusts.id}",` : ''}"amount":"${amount}","currency":"${currency}",`
            + `"id":"${id}",${adjusts ? `"reason":"${REASON}",` : ''}${due ? `"receipt_due_on":"${due}",` : ''}${
                ref ? `"ref":"${ref}",` : ''}${settles ? `"settles":${canonical(settles)},` : ''}${
                c.source ? `"source_sha256":"${c.source}",` : ''}"transaction_date":"${date}",`
            + `"transaction_type":"${type}","value_date":"${date}"}`;
        const entry = this.state('transaction.recorded', who, c, said);
        this.write('transaction', `${id}\t${c.id}\t${c.donor.id}\t${type}\t${ref ?? '\\N'}\t${date}\t${date}\t${amount
        }\t${currency}\t${adjusts ? `${adjusts.id}\t${REASON}` : '\\N\t\\N'}\t${entry}\t${this.instant}`);
        const parts = adjusts ? adjusts.parts.map(([country, region, sector, part, ict, ring]) =>
            [country, region, sector, -part, -ict, ring, part !== 0]) : this.split(c, units);
        parts.forEach(([country, region, sector, part, ict, ring, isIn], at) => {
            this.write('allocation', `${id}\t${at + 1}\t${country ?? '\\N'}\t${region ?? '\\N'}\t${sector}\t${
                decimal(part, scale)}\t${isIn ? decimal(ict || 0, scale) : '0'}\t${ring ?? '\\N'}`);
        });
        if (c.source && !adjusts) {
            const words = `{${ref ? `"ref": "${ref}", ` : ''}"amount": "${amount}", "currency": "${currency}", `
                + `"value_date": "${date}", "transaction_date": "${date}", "transaction_type": "${type}"}`;
            this.write('transaction_source', `${id}\t\\\\x${sha256(`${words}\n${c.shared}`)}`);
        }
        c.money[type] = (c.money[type] ?? 0) + units;
        this.recorded += 1;
        return { id, parts, units, date, entry };
    }

    // Where a disbursement stands with each country it is for. Millions wait until the end: they hold no
    // more than they need.
    receipts(c, t, due) {
        const amounts = new Map();
        for (const [country, , , part] of t.parts) {
            if (country) {
                amounts.set(country, (amounts.get(country) ?? 0) + part);
            }
        }
        return [...amounts].map(([country, units]) => ({ transaction: t.id, country, units, due_on: due ?? null,
            state: 'REPORTED', confirmation: null, case_due_on: null }));
    }

    keepReceipt(c, r) {
        this.write('disbursement_receipt', `${r.transaction}\t${r.country}\t${c.id}\t${decimal(r.units, c.scale)
        }\t${r.state}\t${r.due_on ?? '\\N'}\t${r.confirmation ?? '\\N'}\t${r.case_due_on ?? '\\N'}`);
    }

    // ------------------------------------------------------------ commitments

    begin(donor, origin, status) {
        const { dice } = this;
        const [currency, scale] = donor.currency;
        donor.numbers += 1;
        const work = dice.one(WORKS);
        const place = dice.one(PLACES);
        this.commitments += 1;
        return { id: dice.uuid(), version: 0, head: null, donor, origin, status, scale, revision: 0, money: {},
            schedule: null, inputs: [], links: [], instalments: [], receipts: [], created_at: this.instant,
            content: { title: `${work}, ${place}`, narrative: `${work} for the ${place}, lot ${donor.numbers}.`,
                recipients: this.places(donor), sectors: this.purposes(donor), flow_type: '10',
                finance_type: dice.below(8) === 0 ? '421' : '110', aid_type: 'C01',
                tied_status: dice.below(5) === 0 ? '4' : '5', currency } };
    }

    revise(c, entry, published, maker) {
        const { content: told } = c;
        c.revision += 1;
        this.row('commitment_revision', [c.id, c.revision, published ? 't' : 'f', told.activity_id, told.title,
            told.narrative, told.agreement_reference, told.commitment_date, told.start_date, told.end_date,
            canonical(told.recipients), canonical(told.sectors), told.flow_type, told.finance_type, told.aid_type,
            told.tied_status, told.ict_significance, told.ict_share, told.ict_reason, told.amount, told.currency,
            told.schedule && canonical(told.schedule), maker.principal, entry]);
    }

    turn(c, entry) {
        this.row('commitment_state', [c.id, c.version, c.status, /DRAFT|SUBMITTED/.test(c.status) ? 'f' : 't',
            c.revision, c.schedule, c.baseline, c.effective_date, entry]);
    }

    turnInput(input, entry) {
        this.row('ownership_state', [input.id, input.version, input.state, 1, input.due_on, input.answer_due_on,
            input.position?.id, entry]);
    }

    // Asks every country of the recipients, or says that nobody is asked.
    invite(c, entry, state, due) {
        const countries = c.content.recipients.map((part) => part.country).filter(Boolean).sort();
        if (c.inputs.length === 0) {
            c.inputs = countries.map((country) => ({ id: this.dice.uuid(), country, version: 0,
                invited_at: this.instant, deadlines: 0 }));
        }
        for (const input of c.inputs) {
            Object.assign(input, { state, due_on: due?.get(input.country) ?? null, version: input.version + 1 });
            this.turnInput(input, entry);
        }
    }

    promise(c, entry, instalments) {
        c.schedule = (c.schedule ?? 0) + 1;
        instalments.forEach((one, at) => this.row('planned_disbursement', [c.id, c.schedule, at + 1,
            one.period_start, one.period_end, one.amount, one.currency, one.value_date, entry]));
    }

    // The last of a commitment: its row, with the document of its present state.
    keep(c) {
        const { content: told, donor } = c;
        const reference = { id: donor.id, identifier: donor.identifier, name: donor.name };
        const sums = (type) => decimal(c.money[type] ?? 0, type in c.money ? c.scale : 0);
        const published = !/DRAFT|SUBMITTED/.test(c.status);
        const countries = told.recipients.map((part) => part.country).filter(Boolean);
        const document = json({ id: c.id, organisation: reference, origin: c.origin, status: c.status,
            version: c.version, revision: c.revision, amendment_pending: false,
            activity: c.activity ? { id: c.activity.id, iati_identifier: c.activity.identifier } : null,
            title: told.title, narrative: told.narrative, agreement_reference: told.agreement_reference,
            commitment_date: told.commitment_date, start_date: told.start_date, end_date: told.end_date,
            recipients: new Raw(jsonb(told.recipients)), sectors: new Raw(jsonb(told.sectors)),
            collaboration_type: null, flow_type: told.flow_type, finance_type: told.finance_type,
            aid_type: told.aid_type, tied_status: told.tied_status, loan_terms: null, in_kind: null,
            ict_significance: told.ict_significance, ict_share: told.ict_share, ict_reason: told.ict_reason,
            amount: told.amount, currency: told.currency, effective_date: c.effective_date,
            money: Object.keys(c.money).length === 0 ? [] : [{ currency: told.currency, committed: sums('2'),
                disbursed: sums('3'), expended: sums('4') }],
            schedule_version: c.schedule, baseline_schedule_version: c.baseline,
            links: c.links.map((link) => ({ id: link.id, framework: link.framework,
                framework_version: link.framework_version, item: link.item, share: link.share,
                rationale: link.rationale, withdrawn: false, in_force: true, counts: true,
                asserted_by: reference,
                governments: [...countries].sort().map((country) => ({ country, state: 'unanswered',
                    answers: [] })), entry: link.entry })),
            ownership: c.inputs.map((input) => ({ id: input.id, country: input.country, state: input.state,
                due_on: input.due_on, position: input.position?.position })),
            created_at: c.created_at });
        this.row('commitment', [c.id, donor.id, c.origin, c.status, published ? 't' : 'f', c.version,
            `\\x${c.head}`, c.revision, published ? c.revision : null, c.submitted_by, c.schedule, c.baseline,
            c.effective_date, array(countries), array(told.sectors.map((part) => part.code)),
            array(c.links.map((link) => `${link.framework}/${link.framework_version}/${link.item}`)),
            told.start_date, told.end_date,
            [told.title, told.narrative, told.agreement_reference].filter(Boolean).join(' ').toLowerCase(),
            c.created_at, document]);
        for (const input of c.inputs) {
            this.row('ownership_input', [input.id, c.id, input.country, input.state, 1, input.due_on,
                input.answer_due_on, input.position?.id, input.version, input.invited_at]);
        }
        for (const i of c.instalments) {
            this.row('instalment', [c.id, i.schedule, i.ordinal, i.due_on, decimal(i.units, c.scale),
                told.currency, i.settled === null ? '0' : decimal(i.settled, c.scale), i.missed ? 't' : 'f', 'f']);
        }
        c.receipts.forEach((r) => this.keepReceipt(c, r));
    }

    // ------------------------------------------------------------ an imported activity

    imported(donor, left) {
        const { dice } = this;
        const today = this.at;
        this.tick();
        this.request = dice.uuid();
        const who = donor.who;
        const c = this.begin(donor, 'imported', dice.weighed([['EFFECTIVE', 60], ['CLOSED', 25],
            ['REGISTERED', 10], ['SUSPENDED', 2], ['CANCELLED', 3]], ([, weight]) => weight)[0]);
        const years = 1 + dice.below(5);
        const start = Math.min(Date.UTC(FIRST_YEAR + dice.below(20), dice.below(12), 1 + dice.below(28)),
            today - 40 * DAY);
        const end = Math.min(start + years * 365 * DAY, today - DAY);
        c.source = this.file;
        const activity = { id: dice.uuid(), version: 0, head: null,
            identifier: `${donor.identifier}-${String(donor.numbers).padStart(7, '0')}` };
        const told = { iati_identifier: activity.identifier, iati_version: '2.03',
            titles: [{ lang: 'en', text: c.content.title }],
            descriptions: [{ lang: 'en', text: c.content.narrative, type: '1' }],
            reporting_org: { ref: donor.identifier, name: donor.name, type: '10' },
            activity_dates: [{ iso_date: day(start), type: '2' }], default_currency: c.content.currency,
            source_sha256: this.file };
        const words = jsonb(told);
        this.state('activity.recorded', who, activity, canonical(told));
        const { source_sha256: _, ...content } = told;
        this.row('activity', [activity.id, donor.id, activity.identifier, 1, `\\x${activity.head}`, words,
            `\\x${sha256(jsonb(content))}`, this.instant]);
        const count = Math.min(left, 1 + Math.floor(-Math.log(1 - dice.real()) * (this.each - 1)));
        const promised = this.units(c.scale) * 3;
        Object.assign(c, { activity });
        Object.assign(c.content, { activity_id: activity.id, commitment_date: day(start), start_date: day(start),
            amount: decimal(promised, c.scale) });
        c.shared = `${jsonb(c.content.recipients)}\n${jsonb(c.content.sectors)}`;
        const entry = this.state('commitment.imported', who, c,
            canonical({ ...c.content, status: c.status, source_sha256: this.file }));
        this.revise(c, entry, true, who);
        this.turn(c, entry);
        this.invite(c, entry, 'NOT_INVITED');
        if (dice.below(3) === 0) {
            const year = new Date(today).getUTCFullYear() + 1;
            const instalments = [0, 1].map((later) => ({ period_start: `${year + later}-01-01`,
                period_end: `${year + later}-12-31`, amount: decimal(Math.ceil(promised / 8), c.scale),
                currency: c.content.currency, value_date: `${year + later}-01-01` }));
            const planned = this.state('schedule.recorded', who, c, canonical({ schedule_version: 1,
                planned_disbursements: instalments, source_sha256: this.file }));
            this.promise(c, planned, instalments);
            this.turn(c, planned);
        }
        this.payments(c, count, start, end, promised);
        this.keep(c);
    }

    payments(c, count, start, end, promised) {
        const { dice } = this;
        const { who } = c.donor;
        for (let nth = 0; nth < count; nth++) {
            const type = nth === 0 ? '2' : dice.weighed([['3', 78], ['4', 14], ['2', 8]], ([, w]) => w)[0];
            const date = day(nth === 0 ? start : start + dice.below(Math.floor((end - start) / DAY) + 1) * DAY);
            const units = nth === 0 ? promised : Math.max(1, Math.floor(promised * (0.2 + dice.real()) / count));
            const t = this.pay(c, who, type, units, date, { ref: `P${nth + 1}` });
            const receipts = type === '3' ? this.receipts(c, t) : [];
            if (nth + 1 < count && dice.below(60) === 0) {
                nth += 1;
                this.pay(c, who, type, -units, date, { adjusts: t });
                receipts.forEach((r) => { r.units = 0; });
            }
            receipts.forEach((r) => this.keepReceipt(c, r));
        }
    }

    // ------------------------------------------------------------ a registered commitment

    later(days, deed) {
        const on = Math.floor(this.at / DAY) + days;
        if (on * DAY >= END) {
            return;
        }
        if (!this.pending.has(on)) {
            this.pending.set(on, []);
        }
        this.pending.get(on).push(deed);
    }

    drafted(donor, left) {
        const { dice } = this;
        this.tick();
        this.request = dice.uuid();
        const c = this.begin(donor, 'registered', 'DRAFT');
        const promised = this.units(c.scale) * 6;
        const start = this.at + (5 + dice.below(60)) * DAY;
        const third = Math.floor(promised / 3);
        const parts = [third, third, promised - 2 * third].filter((part) => part > 0);
        const significance = dice.below(3);
        const inside = c.content.sectors.reduce((sum, one) => sum + (isIct(one.code) ? Number(one.share) : 0), 0);
        Object.assign(c.content, {
            agreement_reference: `AGR-${donor.identifier.slice(-2)}-${donor.numbers}`,
            commitment_date: day(this.at), start_date: day(start), end_date: day(start + 3 * 365 * DAY),
            amount: decimal(promised, c.scale),
            schedule: parts.map((part, at) => ({ period_start: day(start + at * 180 * DAY),
                period_end: day(start + (at + 1) * 180 * DAY), amount: decimal(part, c.scale) })) });
        if (significance > 0) {
            Object.assign(c.content, { ict_significance: significance, ict_reason: 'Network and access points.',
                ict_share: String(Math.min(100, inside + 5 + dice.below(60))) });
        }
        const entry = dice.uuid();
        this.state('commitment.drafted', donor.who, c, '{}', this.hide(entry, c.content), entry);
        this.revise(c, entry, false, donor.who);
        this.turn(c, entry);
        c.submitted_by = donor.who.principal;
        c.status = 'SUBMITTED';
        const submitted = this.state('commitment.submitted', donor.who, c, '{}');
        this.turn(c, submitted);
        this.invite(c, submitted, 'INVITED');
        // As many payments as the number of transactions that is wanted still allows.
        const most = Math.round(this.each * 1.5);
        const days = Array.from({ length: Math.min(left - 1, dice.below(most)) }, () => 12 + dice.below(500))
            .filter((after) => this.at + (after + 1) * DAY < END);
        const isSoon = this.at + 3 * DAY < END;
        this.planned += isSoon ? 1 + days.length : 0;
        this.open.add(c);
        this.later(2, () => this.registered(c, promised, parts));
        this.later(11, () => this.effected(c));
        days.forEach((after) => this.later(after, () => this.disbursed(c, promised, days.length)));
    }

    registered(c, promised, parts) {
        const who = c.donor.second;
        const due = new Map(c.inputs.map(({ country }) => [country, day(workingDaysAfter(this.at, 30))]));
        const invited = [...due].map(([country, due_on]) => ({ country, due_on }));
        c.status = 'REGISTERED';
        const entry = this.state('commitment.registered', who, c, canonical({ ...c.content,
            invited: invited.length > 0 ? invited : undefined }));
        this.revise(c, entry, true, who);
        this.promise(c, entry, c.content.schedule.map((one) => ({ ...one, currency: c.content.currency,
            value_date: c.content.commitment_date })));
        c.instalments = parts.map((units, at) => ({ schedule: 1, ordinal: at + 1, units, settled: null,
            missed: false, due_on: c.content.schedule[at].period_end }));
        this.turn(c, entry);
        this.invite(c, entry, 'INVITED', due);
        this.pay(c, who, '2', promised, c.content.commitment_date);
        c.inputs.forEach((input) => this.asked(c, input));
        c.instalments.forEach((i) => this.later(Math.floor((Date.parse(i.due_on) - this.at) / DAY) + 2,
            () => this.missed(c, i)));
    }

    effected(c) {
        c.status = 'EFFECTIVE';
        c.effective_date = day(this.at);
        c.baseline = c.schedule;
        c.content.agreement_reference = `${c.content.agreement_reference}-S`;
        const entry = this.state('commitment.effected', c.donor.second, c, canonical({
            agreement_reference: c.content.agreement_reference, effective_date: c.effective_date,
            baseline_schedule: c.schedule }));
        this.revise(c, entry, true, c.donor.second);
        this.turn(c, entry);
        if (this.dice.below(10) < 4) {
            const item = this.dice.one(this.reference.items);
            const link = { id: this.dice.uuid(), framework: item.framework,
                framework_version: item.framework_version, item: item.code,
                share: String(10 + this.dice.below(90)), rationale: 'It is what the item asks for.' };
            link.entry = this.state('link.recorded', c.donor.who, c, canonical(link));
            this.row('framework_link', [link.id, c.id, 1, link.framework, link.framework_version, link.item,
                link.share, link.rationale, 'f', c.donor.id, link.entry]);
            c.links.push(link);
        }
    }

    disbursed(c, promised, count) {
        const date = day(this.at);
        const due = day(this.at + 60 * DAY);
        const units = Math.max(1, Math.floor(promised * (0.6 + 0.5 * this.dice.real()) / count));
        let left = units;
        const settles = [];
        for (const i of c.instalments) {
            const part = Math.min(left, i.units - (i.settled ?? 0));
            if (part > 0) {
                i.settled = (i.settled ?? 0) + part;
                left -= part;
                settles.push({ amount: decimal(part, c.scale), instalment: i.ordinal, schedule_version: 1 });
            }
        }
        const t = this.pay(c, c.donor.who, '3', units, date, { due,
            settles: settles.length > 0 ? settles : undefined });
        settles.forEach((one) => this.row('instalment_settlement', [t.entry, one.instalment, c.id, 1, t.id,
            one.amount]));
        for (const r of this.receipts(c, t, due)) {
            c.receipts.push(r);
            const deed = this.dice.below(100);
            if (deed < 55 && r.units > 1) {
                this.later(5 + this.dice.below(50), () => this.confirmed(c, r, 'full'));
            } else if (deed < 70 && r.units > 1) {
                this.later(5 + this.dice.below(50), () => this.confirmed(c, r,
                    this.dice.one(['partial', 'not_received', 'not_visible'])));
            } else {
                this.later(62, () => this.unconfirmed(c, r));
            }
        }
    }

    missed(c, i) {
        const left = i.units - (i.settled ?? 0);
        if (left === 0) {
            return;
        }
        const unpaid = decimal(left, c.scale);
        const entry = this.state('instalment.missed', this.clock, c, canonical({ schedule_version: 1,
            instalment: i.ordinal, due_on: i.due_on, unpaid, currency: c.content.currency }));
        i.missed = true;
        this.row('instalment_miss', [c.id, 1, i.ordinal, i.due_on, unpaid, entry, this.instant]);
    }

    confirmed(c, r, outcome) {
        const who = this.governments.get(r.country).who;
        const arrived = outcome === 'full' ? r.units : outcome === 'partial' ? Math.ceil(r.units / 2) : null;
        const isOpen = outcome === 'partial' || outcome === 'not_received';
        const said = { id: this.dice.uuid(), transaction: r.transaction, country: r.country, outcome,
            amount: arrived && decimal(arrived, c.scale), currency: c.content.currency,
            value_date: arrived && day(this.at), case_due_on: isOpen ? day(this.at + 90 * DAY) : undefined };
        const entry = this.state('receipt.confirmed', who, c, canonical(said));
        Object.assign(r, { confirmation: said.id, case_due_on: said.case_due_on ?? null,
            state: { full: 'CONFIRMED', partial: 'DISCREPANT', not_received: 'DENIED',
                not_visible: 'OFF_TREASURY' }[outcome] });
        this.row('receipt_confirmation', [said.id, r.transaction, c.id, r.country, 1, outcome, said.amount,
            said.value_date, null, who.organisation, entry, this.instant, said.case_due_on]);
        this.row('receipt_confirmation_state', [said.id, c.version, r.state, entry]);
        if (isOpen) {
            this.later(92, () => this.escalatedReceipt(c, r));
        }
    }

    escalatedReceipt(c, r) {
        const entry = this.state('receipt.escalated', this.clock, c, canonical({ confirmation: r.confirmation,
            case_due_on: r.case_due_on }));
        r.state = 'ESCALATED';
        this.row('receipt_confirmation_state', [r.confirmation, c.version, r.state, entry]);
    }

    unconfirmed(c, r) {
        const entry = this.state('receipt.unconfirmed', this.clock, c, canonical({
            transaction: r.transaction, country: r.country, due_on: r.due_on }));
        r.state = 'UNCONFIRMED';
        this.row('receipt_lapse', [r.transaction, r.country, r.due_on, entry, this.instant]);
    }

    // ------------------------------------------------------------ governments

    asked(c, input) {
        if (this.dice.below(100) < 62) {
            this.later(3 + this.dice.below(35), () => this.lodged(c, input));
        } else {
            this.later(45, () => this.passed(c, input, 'ownership.lapsed', 'position', 'LAPSED_SILENT',
                input.due_on));
        }
    }

    advance(c, input, state, entry) {
        input.state = state;
        input.version += 1;
        this.turnInput(input, entry);
    }

    passed(c, input, kind, deadline, state, due_on) {
        const said = { input: input.id, country: input.country, id: this.dice.uuid(), due_on,
            position: kind === 'ownership.unanswered' ? input.position.id : undefined };
        const entry = this.state(kind, this.clock, c, canonical(said));
        input.deadlines += 1;
        this.row('ownership_deadline', [said.id, input.id, input.deadlines, deadline, 'passed', due_on,
            this.clock.organisation, entry, this.instant]);
        this.advance(c, input, state, entry);
    }

    lodged(c, input) {
        const who = this.governments.get(input.country).who;
        const [position] = this.dice.weighed([['endorse', 62], ['endorse_with_reservation', 20],
            ['request_change', 11], ['contest', 7]], ([, weight]) => weight);
        const isAnswered = position !== 'endorse';
        const said = { input: input.id, country: input.country, round: 1, id: this.dice.uuid(), position,
            aspects: isAnswered ? ['timing'] : undefined, late: false,
            text: isAnswered ? 'The works should begin in the dry season.' : undefined,
            answer_due_on: isAnswered ? day(workingDaysAfter(this.at, 20)) : undefined };
        const entry = this.state('ownership.lodged', who, c, canonical(said));
        this.row('ownership_position', [said.id, input.id, 1, 1, position, array(said.aspects ?? []), said.text, 'f',
            who.organisation, entry, this.instant]);
        input.position = { id: said.id, position };
        input.answer_due_on = said.answer_due_on ?? null;
        this.advance(c, input, isAnswered ? 'AWAITING_DONOR' : 'ENDORSED', entry);
        if (isAnswered && this.dice.below(10) < 8) {
            this.later(2 + this.dice.below(20), () => this.answered(c, input));
        } else if (isAnswered) {
            this.later(31, () => this.passed(c, input, 'ownership.unanswered', 'answer', 'UNANSWERED',
                input.answer_due_on));
        }
    }

    answered(c, input) {
        const who = c.donor.second;
        const [answer] = this.dice.weighed([['accepted', 45], ['partly_accepted', 30], ['rejected', 25]],
            ([, weight]) => weight);
        const said = { input: input.id, country: input.country, position: input.position.id,
            id: this.dice.uuid(), answer, reason: 'As far as the rains allow.', late: false };
        const entry = this.state('ownership.answered', who, c, canonical(said));
        this.row('ownership_answer', [said.id, said.position, answer, said.reason, 'f', who.organisation, entry,
            this.instant]);
        this.advance(c, input, 'ANSWERED', entry);
        if (answer === 'rejected') {
            this.later(4, () => this.disputed(c, input));
        } else if (this.dice.below(10) < 6) {
            this.later(3 + this.dice.below(20), () => this.resolved(c, input));
        }
    }

    resolved(c, input) {
        const who = this.governments.get(input.country).who;
        const entry = this.state('ownership.resolved', who, c, canonical({ input: input.id,
            country: input.country, position: input.position.id }));
        this.row('ownership_resolution', [input.position.id, null, who.organisation, entry, this.instant]);
        this.advance(c, input, 'RESOLVED', entry);
    }

    disputed(c, input) {
        const who = this.governments.get(input.country).who;
        const ground = 'The works began in the rainy season.';
        const entry = this.state('ownership.escalated', who, c, canonical({ input: input.id,
            country: input.country, position: input.position.id, ground }));
        this.row('ownership_escalation', [input.position.id, ground, '[]', who.organisation, entry, this.instant]);
        this.advance(c, input, 'DISPUTED', entry);
        this.later(6, () => this.disagreed(c, input, 'donor', c.donor.second));
        this.later(9, () => this.disagreed(c, input, 'recipient', who));
    }

    disagreed(c, input, side, who) {
        const said = { input: input.id, country: input.country, position: input.position.id,
            id: this.dice.uuid(), side, text: `The ${side} stands by its word.` };
        const entry = this.state('ownership.disagreement_stated', who, c, canonical(said));
        this.row('ownership_disagreement', [said.id, said.position, side === 'donor' ? 1 : 2, side, said.text, who.organisation, entry,
            this.instant]);
        this.advance(c, input, side === 'recipient' ? 'STANDING_DISAGREEMENT' : 'DISPUTED', entry);
    }

    // ------------------------------------------------------------ day by day

    // Yields now and then, so that what was written can leave.
    * days() {
        this.open = new Set();
        this.people();
        this.planned = 0;
        const first = END - DAYS * DAY;
        for (let nth = 0; nth < DAYS; nth++) {
            this.at = Math.max(this.at, first + nth * DAY + 8 * 3_600_000);
            const today = Math.floor(this.at / DAY);
            for (const deed of this.pending.get(today) ?? []) {
                this.tick();
                this.request = this.dice.uuid();
                deed();
                yield;
            }
            this.pending.delete(today);
            this.file = sha256(`world ${nth}`);
            const quota = Math.floor(this.wanted * (nth + 1) / DAYS);
            while (this.planned < quota) {
                const donor = this.donors[this.purses.draw(this.dice)];
                if (donor.registers) {
                    this.drafted(donor, quota - this.planned + this.each);
                } else {
                    const before = this.recorded;
                    this.imported(donor, quota - this.planned + this.each);
                    this.planned += this.recorded - before;
                }
                yield;
            }
        }
        for (const c of this.open) {
            this.keep(c);
            yield;
        }
    }
}

// ---------------------------------------------------------------- loading it

const large = Object.keys(tables).map((name) => `'aidledger.${name}'::regclass`).join();

// Not ready: nothing is added to them until they are built anew.
function indexesOff(conninfo) {
    ask(conninfo, `UPDATE pg_index SET indisready = false, indisvalid = false WHERE indrelid IN (${large})`);
}

function indexesOn(conninfo, say) {
    ask(conninfo, `UPDATE pg_index SET indisready = true, indisvalid = true WHERE indrelid IN (${large})`);
    for (const table of Object.keys(tables)) {
        const begun = Date.now();
        ask(conninfo, `SET maintenance_work_mem = '1GB'; REINDEX TABLE ${table}; ANALYZE ${table}`);
        if (Date.now() - begun > 5000) {
            say(`${table} is indexed after ${Math.round((Date.now() - begun) / 1000)} s`);
        }
    }
}

// No trigger has seen the leaves.
function rollUp(conninfo) {
    ask(conninfo, "SET work_mem = '64MB'; CALL rollups_make()");
    ask(conninfo, Object.keys(tables).map((name) => `VACUUM (ANALYZE) ${name}`).concat(
        ['portfolio', 'group', 'group_country', 'ownership', 'disagreement', 'disagreement_place',
            'disagreement_count', 'speech']
            .map((name) => `VACUUM (ANALYZE) rollup_${name}`)));
}

function referenceOf(conninfo) {
    const reference = JSON.parse(ask(conninfo, `SELECT json_build_object(
        'entries', (SELECT count(*) FROM (SELECT FROM ledger_entry LIMIT 1) AS e),
        'origin', (SELECT origin FROM ledger_log),
        'clock', (SELECT row_to_json(p) FROM principal AS p WHERE p.roles = ARRAY['clock']),
        'countries', (SELECT json_agg(DISTINCT m.country ORDER BY m.country) FROM country_group_membership AS m
                        JOIN country AS c ON c.code = m.country),
        'items', (SELECT json_agg(json_build_object('framework', i.framework, 'code', i.code,
                                                    'framework_version', i.framework_version)
                                  ORDER BY i.framework, i.framework_version, i.code)
                    FROM framework_item AS i WHERE i.framework IN ('C11', 'WSIS')))`));
    if (reference.entries > 0) {
        throw new Error('the log has statements already: a world begins with an empty one');
    }
    return reference;
}

export async function load({ conninfo, transactions, seed = 1, each, hasBytes, say = () => {} }) {
    const reference = referenceOf(conninfo);
    indexesOff(conninfo);
    const streams = Object.fromEntries(Object.keys(tables).map((name) => [name, new Stream(conninfo, name)]));
    const world = new World({ transactions, seed, each, hasBytes, reference, write: (table, line) => streams[table].add(line) });
    const begun = Date.now();
    let told = 0;
    for (const _ of world.days()) {
        for (const name of ['ledger_entry', 'transaction', 'allocation', 'ledger_leaf', 'commitment']) {
            if (streams[name].isFull) {
                await streams[name].drained();
            }
        }
        if (world.recorded - told >= 500_000) {
            told = world.recorded;
            say(`${told} transactions after ${Math.round((Date.now() - begun) / 1000)} s`);
        }
    }
    await Promise.all(Object.values(streams).map((stream) => stream.end()));
    say(`${world.recorded} transactions, ${world.commitments} commitments, ${world.leaves} leaves written after ${
        Math.round((Date.now() - begun) / 1000)} s`);
    indexesOn(conninfo, say);
    say(`indexed after ${Math.round((Date.now() - begun) / 1000)} s`);
    rollUp(conninfo);
    say(`rolled up after ${Math.round((Date.now() - begun) / 1000)} s`);
    return { transactions: world.recorded, commitments: world.commitments, leaves: world.leaves };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
    const [conninfo, transactions, seed = '1', each = String(EACH), bytes = 'yes'] = process.argv.slice(2);
    if (!conninfo || ![transactions, seed, each].every((number) => /^\d+$/.test(number ?? ''))) {
        console.error('usage: node tests/seed/world.mjs CONNINFO TRANSACTIONS [SEED [EACH [BYTES]]]');
        process.exit(2);
    }
    await load({ conninfo, transactions: Number(transactions), seed: Number(seed), each: Number(each),
        hasBytes: bytes !== 'no',
        say: (text) => console.error(`world: ${text}`) });
}
