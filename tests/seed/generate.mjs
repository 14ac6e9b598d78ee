// generate.mjs - invented IATI activities, the same for the same seed, with their totals beside them.
// SPDX-License-Identifier: Apache-2.0
//
// node tests/seed/generate.mjs COUNT FILE.xml [TOTALS.json [SEED]]
//
// The totals are worked out here in whole minor units, apart from everything the service does: what
// was promised and paid in each currency, and how much of it falls to each recipient and sector when
// every amount is split by largest remainder.
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const COUNTRIES = ['FJ', 'NP', 'TO', 'KE', 'RW', 'BT', 'LA', 'MW', 'SB', 'TD', 'UG', 'VU', 'WS', 'ZM'];
const REGIONS = ['298', '389', '689', '798'];
const SECTORS = ['22010', '22020', '22030', '22040', '11110', '12110', '15110', '31110', '43010'];
const CURRENCIES = { EUR: 2, USD: 2, GBP: 2, NOK: 2, KES: 2, JPY: 0, XOF: 0 };
const TYPES = ['2', '2', '2', '3', '3', '3', '3', '3', '4', '1', '11', '7'];
const SUBJECTS = ['A relay station', 'The island cable', 'A school network', 'The tariff bureau',
    'A village exchange', 'The spectrum office', 'A clinic line', 'The harbour radio'];
const DEEDS = ['reaches', 'serves', 'replaces', 'teaches', 'measures', 'joins', 'repairs'];
const OBJECTS = ['the outer valleys', 'forty schools & clinics', 'the old copper lines',
    'two ministries', 'every ferry < 12 m', 'the southern districts', 'a training centre'];

const escape = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');

/** Numbers that look random and are always the same (a 32-bit xorshift). */
class Dice {
    constructor(seed) { this.state = (seed * 2654435761) >>> 0 || 1; }
    below(limit) {
        this.state ^= this.state << 13; this.state >>>= 0;
        this.state ^= this.state >>> 17;
        this.state ^= this.state << 5; this.state >>>= 0;
        return this.state % limit;
    }
    one(list) { return list[this.below(list.length)]; }
    some(list, count) {
        const rest = [...list];
        return Array.from({ length: count }, () => rest.splice(this.below(rest.length), 1)[0]);
    }
}

/** Splits whole units by weights: each part rounded down, what is left over to the largest remainders. */
export function largestRemainder(units, weights) {
    const sign = units < 0n ? -1n : 1n;
    const total = weights.reduce((sum, weight) => sum + weight, 0n);
    const parts = weights.map((weight, index) => {
        const exact = units * sign * weight;
        return { index, units: exact / total, remainder: exact % total };
    });
    let left = units * sign - parts.reduce((sum, part) => sum + part.units, 0n);
    const byRemainder = [...parts].sort((a, b) =>
        (a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1));
    for (const part of byRemainder) {
        if (left === 0n) break;
        part.units += 1n;
        left -= 1n;
    }
    return parts.map((part) => part.units * sign);
}

/** Whole minor units as a decimal of the currency. */
export function decimal(units, currency) {
    const digits = CURRENCIES[currency];
    const text = String(units < 0n ? -units : units).padStart(digits + 1, '0');
    const whole = digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
    return units < 0n ? `-${whole}` : whole;
}

export class Seed {
    constructor({ count, seed = 1 }) {
        this.count = count;
        this.dice = new Dice(seed);
        this.numbers = { activities: 0, transactions: 0, planned_disbursements: 0 };
        this.sums = { commitments: {}, disbursements: {}, by_recipient: {}, by_sector: {} };
    }

    /** The file, piece by piece. */
    * chunks() {
        yield '<?xml version="1.0" encoding="UTF-8"?>\n<iati-activities version="2.03">\n';
        for (let number = 1; number <= this.count; number++) yield this.activity(number);
        yield '</iati-activities>\n';
    }

    totals() {
        const print = (sums) => Object.fromEntries(Object.keys(sums).sort().map((key) =>
            [key, decimal(sums[key], key.slice(0, 3))]));
        return { ...this.numbers,
            ...Object.fromEntries(Object.entries(this.sums).map(([name, sums]) => [name, print(sums)])) };
    }

    sentence() {
        const { dice } = this;
        return `${dice.one(SUBJECTS)} ${dice.one(DEEDS)} ${dice.one(OBJECTS)}.`;
    }

    date(from, years) {
        const day = new Date(Date.UTC(from, 0, 1 + this.dice.below(365 * years)));
        return day.toISOString().slice(0, 10);
    }

    /** Hundredths of a percent that add up to 10,000. */
    shares(count) {
        const rest = 10000 - 100 * count;
        const cuts = Array.from({ length: count - 1 }, () => this.dice.below(rest + 1)).sort((a, b) => a - b);
        return [...cuts, rest].map((cut, i) => 100 + cut - (i === 0 ? 0 : cuts[i - 1]));
    }

    parts(codes) {
        const shares = this.shares(codes.length);
        return codes.map((code, i) => ({ code, share: BigInt(shares[i]) }));
    }

    amount(currency) {
        const { dice } = this;
        const units = BigInt(dice.below(900_000_000)) * (dice.below(9) === 0 ? 137n : 1n);
        const sign = dice.below(25) === 0 ? -1n : 1n;
        return dice.below(60) === 0 ? 0n : units * sign / (CURRENCIES[currency] === 0 ? 10n : 1n);
    }

    add(sums, key, units) { sums[key] = (sums[key] ?? 0n) + units; }

    /** What an amount adds to the totals. */
    count_money(type, currency, units, recipients, sectors) {
        if (type === '2') this.add(this.sums.commitments, currency, units);
        if (type !== '3') return;
        this.add(this.sums.disbursements, currency, units);
        const byRecipient = largestRemainder(units, recipients.map((part) => part.share));
        recipients.forEach((recipient, i) => {
            this.add(this.sums.by_recipient, `${currency} ${recipient.code}`, byRecipient[i]);
            largestRemainder(byRecipient[i], sectors.map((part) => part.share)).forEach((part, j) =>
                this.add(this.sums.by_sector, `${currency} ${sectors[j].code}`, part));
        });
    }

    transaction(reference, home, recipients, sectors, level) {
        const { dice } = this;
        const type = dice.one(TYPES);
        const currency = dice.below(4) === 0 ? dice.one(Object.keys(CURRENCIES)) : home;
        const units = this.amount(currency);
        const date = this.date(2019, 7);
        let own = '';
        if (level === 'transaction') {
            const [country, sector] = [dice.one(COUNTRIES), dice.one(SECTORS)];
            recipients = [{ code: country, share: 1n }];
            sectors = [{ code: sector, share: 1n }];
            own = `<sector vocabulary="1" code="${sector}"/><recipient-country code="${country}"/>`;
        }
        this.count_money(type, currency, units, recipients, sectors);
        this.numbers.transactions++;
        const named = currency === home && dice.below(2) === 0 ? '' : ` currency="${currency}"`;
        return `<transaction ref="${reference}"><transaction-type code="${type}"/>`
            + `<transaction-date iso-date="${date}"/>`
            + `<value${named} value-date="${date}">${decimal(units, currency)}</value>`
            + `<description><narrative>${escape(this.sentence())}</narrative></description>`
            + `<receiver-org type="23"><narrative>Builders &amp; Sons</narrative></receiver-org>${own}`
            + '</transaction>\n';
    }

    planned(home) {
        const year = 2026 + this.dice.below(3);
        const units = BigInt(1 + this.dice.below(50_000_000));
        this.numbers.planned_disbursements++;
        return `<planned-disbursement type="1"><period-start iso-date="${year}-01-01"/>`
            + `<period-end iso-date="${year}-12-31"/>`
            + `<value value-date="${year}-01-01">${decimal(units, home)}</value></planned-disbursement>\n`;
    }

    activity(number) {
        const { dice } = this;
        const donor = `XI-SEED-DONOR-${1 + dice.below(5)}`;
        const home = dice.one(Object.keys(CURRENCIES));
        const level = dice.below(6) === 0 ? 'transaction' : 'activity';
        const recipients = this.parts([...dice.some(COUNTRIES, 1 + dice.below(4)),
            ...dice.some(REGIONS, dice.below(5) === 0 ? 1 : 0)]);
        const sectors = this.parts(dice.some(SECTORS, 1 + dice.below(3)));
        const percent = (part) => `${part.share / 100n}.${String(part.share % 100n).padStart(2, '0')}`;
        const places = recipients.map((part) => {
            const kind = REGIONS.includes(part.code) ? 'region' : 'country';
            return `<recipient-${kind} code="${part.code}" percentage="${percent(part)}"/>\n`;
        });
        const purposes = sectors.map((part) =>
            `<sector vocabulary="1" code="${part.code}" percentage="${percent(part)}"/>\n`);
        const plans = Array.from({ length: dice.below(4) }, () => this.planned(home));
        const money = Array.from({ length: 1 + dice.below(24) }, (_, i) =>
            this.transaction(`T${number}-${i}`, home, recipients, sectors, level));
        const start = this.date(2018, 6);
        this.numbers.activities++;
        return `<iati-activity default-currency="${home}" xml:lang="en" last-updated-datetime="2026-03-01T00:00:00Z">\n`
            + `<iati-identifier>${donor}-${String(number).padStart(6, '0')}</iati-identifier>\n`
            + `<reporting-org ref="${donor}" type="10"><narrative>Seed Donor ${donor.slice(-1)}</narrative></reporting-org>\n`
            + `<title><narrative>${escape(this.sentence())}</narrative></title>\n`
            + `<description type="1"><narrative>${escape(Array.from({ length: 12 }, () => this.sentence()).join(' '))}</narrative></description>\n`
            + `<participating-org ref="${donor}" type="10" role="1"><narrative>Seed Donor</narrative></participating-org>\n`
            + `<activity-status code="${1 + dice.below(6)}"/>\n<activity-date type="2" iso-date="${start}"/>\n`
            + (level === 'activity' ? places.join('') + purposes.join('') : '')
            + '<default-flow-type code="10"/><default-finance-type code="110"/>'
            + '<default-aid-type code="C01" vocabulary="1"/><default-tied-status code="5"/>\n'
            + `<budget><period-start iso-date="2026-01-01"/><period-end iso-date="2026-12-31"/><value value-date="2026-01-01">1</value></budget>\n`
            + `${plans.join('')}${money.join('')}</iati-activity>\n`;
    }
}

/** Writes the file; returns its totals. */
export function write(path, options) {
    const seed = new Seed(options);
    const file = openSync(path, 'w');
    for (const chunk of seed.chunks()) writeSync(file, chunk);
    closeSync(file);
    return seed.totals();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
    const [count, path, totalsPath, seed] = process.argv.slice(2);
    const totals = write(path, { count: Number(count), seed: Number(seed ?? 1) });
    if (totalsPath) writeFileSync(totalsPath, `${JSON.stringify(totals, null, 2)}\n`);
}
