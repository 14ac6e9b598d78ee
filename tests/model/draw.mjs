// draw.mjs - what the parties try next: mostly what is sensible, often what is not.
// SPDX-License-Identifier: Apache-2.0
//
// A plan is drawn against the rules alone, so that it is known whole before the service hears of it: it
// can be printed, told again and made shorter.
import { amountText, dateOf, deeds, minorUnits, parties, units, World } from './rules.mjs';

// The same numbers for the same seed.
export class Chance {
    constructor(...seeds) {
        this.state = seeds.reduce((hash, seed) =>
            Math.imul(hash ^ seed, 0x9E3779B1) >>> 0, 0x85EBCA6B);
    }

    // From 0 up to 1 (mulberry32).
    fraction() {
        this.state = (this.state + 0x6D2B79F5) >>> 0;
        let mixed = this.state;
        mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
        mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
    }

    integer(least, most) {
        return least + Math.floor(this.fraction() * (most - least + 1));
    }

    isLucky(share) {
        return this.fraction() < share;
    }

    pick(list) {
        return list[this.integer(0, list.length - 1)];
    }

    // One of [weight, thing].
    weighed(list) {
        let left = this.fraction() * list.reduce((sum, [weight]) => sum + weight, 0);
        return list.find(([weight]) => (left -= weight) < 0)?.[1] ?? list.at(-1)[1];
    }

    digits(count) {
        return Array.from({ length: count }, () => this.integer(0, 9)).join('');
    }
}

// ---------------------------------------------------------------- values

const inCountries = (...shares) => shares.map(([country, share]) => ({ country, share }));
const recipients = [
    inCountries(['MW', '70'], ['ZM', '30']),
    inCountries(['MW', '100']),
    inCountries(['ZM', '66.666667'], ['MW', '33.333333']),
    inCountries(['MW', '50'], ['KE', '50']),
    inCountries(['KE', '33.333333'], ['ZM', '33.333333'], ['MW', '33.333334']),
    inCountries(['KE', '100/3'], ['ZM', '100/3'], ['MW', '100/3']),
];
const sectors = [
    [{ code: '22040', share: '60' }, { code: '11110', share: '40' }],
    [{ code: '11110', share: '100' }],
    [{ code: '22020', share: '33.333333' }, { code: '15110', share: '66.666667' }],
    [{ code: '22020', share: '100/7' }, { code: '15110', share: '600/7' }],
];

// Up to a thousand million million, with as many decimals as the currency has.
function someAmount(chance, currency) {
    const whole = `${chance.integer(1, 9)}${chance.digits(chance.integer(0, 15))}`;
    const decimals = minorUnits[currency];
    return decimals === 0 || chance.isLucky(0.2) ? whole : `${whole}.${chance.digits(decimals)}`;
}

// Some hundredths of an amount, rounded to what the currency has, and never nothing.
function shareOf(chance, amount, currency, least, most) {
    const unit = 10n ** BigInt(4 - minorUnits[currency]);
    const part = amount * BigInt(chance.integer(least, most)) / 100n / unit * unit;
    return part > 0n ? part : unit;
}

// One decimal more than the currency has.
function tooFine(currency) {
    return `7.${'0'.repeat(minorUnits[currency])}5`;
}

function instalments(chance, world, amount, currency, isFaulty = false) {
    const count = chance.integer(1, 4);
    const share = isFaulty ? 60 : Math.floor(100 / count);
    return Array.from({ length: isFaulty ? 2 : count }, () => {
        const due = world.today + chance.integer(1, chance.isLucky(0.5) ? 60 : 900);
        return { period_start: dateOf(due - chance.integer(0, 30)), period_end: dateOf(due),
            amount: amountText(shareOf(chance, amount, currency, isFaulty ? 60 : 1, share)) };
    });
}

function content(chance, world, isFaulty) {
    const currency = chance.weighed([[6, 'USD'], [2, 'JPY'], [2, 'KWD']]);
    const amount = someAmount(chance, currency);
    const made = {
        title: `Fibre backbone ${chance.digits(6)}`, commitment_date: '2026-03-02',
        start_date: '2026-04-01', end_date: '2029-03-31', recipients: chance.pick(recipients),
        sectors: chance.pick(sectors), flow_type: '10', finance_type: '110', aid_type: 'C01',
        tied_status: '5', ict_significance: 2, ict_share: '80', ict_reason: 'Backbone.',
        amount, currency,
    };
    if (chance.isLucky(0.7)) {
        made.schedule = instalments(chance, world, units(amount), currency);
    }
    if (isFaulty) {
        Object.assign(made, chance.pick([
            { amount: tooFine(currency) }, { amount: '0', schedule: undefined },
            { end_date: '2026-03-31' }, { recipients: inCountries(['MW', '70'], ['ZM', '29.999999']) },
            { recipients: inCountries(['MW', '100/3'], ['ZM', '100/3'], ['KE', '33.33']) },
            { schedule: instalments(chance, world, units(amount), currency, true) },
        ]));
    }
    // What JSON drops was never there.
    return JSON.parse(JSON.stringify(made));
}

function changes(chance, world, isFaulty) {
    const { amount, currency } = world.content;
    const counted = amount === undefined ? 0n : units(amount);
    if (isFaulty) {
        return chance.pick([{ amount: null }, { amount: currency ? tooFine(currency) : '0' },
            { start_date: null }, { sectors: [{ code: '11110', share: '99' }] }]);
    }
    const moved = (least, most) => ({ amount: currency && counted > 0n
        ? amountText(shareOf(chance, counted, currency, least, most)) : '5000' });
    return chance.weighed([[3, { title: `Fibre backbone ${chance.digits(6)}` }],
        [2, moved(95, 105)], [2, moved(40, 300)], [2, { recipients: chance.pick(recipients) }],
        [1, { sectors: chance.pick(sectors) }], [1, { start_date: '2026-05-01' }],
        [1, { ict_share: '90' }],
        [0.6, { currency: chance.pick(['USD', 'EUR']), amount: someAmount(chance, 'USD'),
            schedule: undefined }]]);
}

const past = (chance, world) => dateOf(world.realToday - chance.integer(0, 300));

function payment(chance, world, isFaulty) {
    const currency = world.content.currency ?? 'USD';
    const committed = units(world.content.amount ?? '1000');
    const paid = world.records.filter((record) => record.type !== '2' && record.units !== 0n);
    const body = { transaction_type: chance.weighed([[8, '3'], [1, '4'], [0.5, '7'], [0.5, '11']]),
        transaction_date: past(chance, world),
        currency: chance.isLucky(0.93) ? currency : 'EUR' };
    if (paid.length > 0 && chance.isLucky(0.4)) {
        return adjustment(chance, world, chance.pick(paid), body, isFaulty);
    }
    body.amount = amountText(shareOf(chance, committed, body.currency, 1, 60));
    if (chance.isLucky(0.15)) {
        body.recipient_country = chance.pick(['MW', 'ZM', 'KE']);
    }
    if (chance.isLucky(0.3)) {
        body.receiver_org = { ref: 'XI-MODEL-NGO', name: 'Receiver' };
    }
    if (body.transaction_type === '3') {
        settling(chance, world, body);
    }
    return isFaulty ? { ...body, ...chance.pick([{ amount: tooFine(body.currency) }, { amount: '0' },
        { transaction_type: '2' }, { amount: `-${body.amount}` }, { settles: [{ instalment: 9,
            amount: '1' }] }, { transaction_date: dateOf(world.realToday + 2) }]) } : body;
}

function settling(chance, world, body) {
    if (chance.isLucky(0.1)) {
        body.unscheduled = true;
    } else if (world.schedule && chance.isLucky(0.15)) {
        const place = chance.pick(world.schedule.places);
        body.settles = [{ instalment: place.ordinal,
            amount: amountText(shareOf(chance, units(body.amount), body.currency, 1, 120)) }];
    }
}

// No more is taken back than is there.
function adjustment(chance, world, record, body, isFaulty) {
    const family = world.family(world.root(record));
    const left = family.reduce((sum, one) => sum + one.units, 0n);
    const amount = left > 0n && chance.isLucky(0.8)
        ? -(chance.isLucky(0.3) ? left : shareOf(chance, left, record.currency, 1, 99))
        : shareOf(chance, units('5000'), record.currency, 1, 90);
    const made = { ...body, transaction_type: record.type, currency: record.currency,
        amount: amountText(amount), adjusts: record.at, reason: 'Recorded wrongly.' };
    if (record.country) {
        made.recipient_country = record.country;
    }
    return isFaulty ? { ...made, ...chance.pick([{ amount: '0' }, { reason: undefined },
        { transaction_type: record.type === '3' ? '4' : '3' }, { unscheduled: true }]) } : made;
}

function receiptBody(chance, world, record, country, isFaulty) {
    const reported = world.reported(record, country);
    const tolerance = reported / 200n;
    const value_date = past(chance, world);
    const unit = 10n ** BigInt(4 - minorUnits[record.currency]);
    const whole = (count) => amountText(count / unit * unit);
    const made = chance.weighed([
        [4, { outcome: 'full', amount: whole(reported), value_date }],
        [1, { outcome: 'full', amount: whole(reported + chance.pick([tolerance, -tolerance,
            tolerance + unit, -tolerance - unit])), value_date }],
        [4, { outcome: 'partial', amount: whole(shareOf(chance, reported, record.currency, 1, 99)),
            value_date }],
        [2, { outcome: 'not_received' }],
        [3, { outcome: 'not_visible' }]]);
    // A sign has no place here: the contract refuses it before any rule is asked.
    if (made.amount?.startsWith('-')) {
        made.amount = '0';
    }
    return isFaulty ? { ...made, ...chance.pick([{ amount: tooFine(record.currency) },
        { currency: 'CHF' }, { value_date: undefined }, { outcome: 'partial' },
        { value_date: dateOf(world.realToday + 2) }]) } : made;
}

function positionBody(chance, isFaulty) {
    const position = chance.weighed([[3, 'endorse'], [1, 'endorse_with_reservation'],
        [2, 'request_change'], [1, 'contest']]);
    return isFaulty ? { position: 'contest' } : { position, text: 'Before the rains.' };
}

function extension(chance, world, input, isFaulty) {
    const due = input.due ?? input.answerDue ?? world.today;
    return { reason: 'More to read.', due_on: dateOf(isFaulty
        ? chance.pick([due, due - 1, world.today + 367]) : Math.max(due, world.today)
            + chance.integer(1, 40)) };
}

// ---------------------------------------------------------------- steps

const reason = () => ({ reason: 'By chance.' });

// The body of a deed; undefined where it takes none.
const bodies = {
    create: content,
    edit: changes,
    amend: (chance, world, isFaulty) => ({ ...reason(), changes: isFaulty && chance.isLucky(0.3)
        ? { schedule: [{ period_start: '2027-01-01', amount: '1' }] }
        : changes(chance, world, isFaulty) }),
    effect: () => ({ effective_date: '2026-04-01' }),
    return: reason, suspend: reason, resume: reason, pause: reason, unpause: reason,
    cancel: (chance, world, isFaulty) => {
        const { currency, amount } = world.content;
        const said = chance.isLucky(world.currencies().length > 1 ? 0.7 : 0.1);
        return { ...reason(), ...(said && { undisbursed: isFaulty ? tooFine(currency)
            : amountText(shareOf(chance, units(amount), currency, 1, 60)) }) };
    },
    reschedule: (chance, world, isFaulty) => ({ ...reason(), planned_disbursements:
        instalments(chance, world, units(world.content.amount), world.content.currency, isFaulty) }),
    pay: payment,
    lodge: (chance, world, isFaulty) => positionBody(chance, isFaulty),
    supersede: (chance, world, isFaulty) => positionBody(chance, isFaulty),
    answer: (chance) => ({ ...reason(), answer: chance.pick(['accepted', 'partly_accepted',
        'rejected']) }),
    resolve: () => ({}),
    escalate: () => ({ ground: 'It was not done.' }),
    jointly: (chance, world, isFaulty, { input }) => {
        const proposals = world.inputs.get(input)?.position?.proposals ?? [];
        return proposals.length > 0 && chance.isLucky(0.6)
            ? { accepts: chance.integer(0, proposals.length - 1) } : { text: 'We agree.' };
    },
    differ: () => ({ text: 'We do not.' }),
    extend: (chance, world, isFaulty, { input }) =>
        extension(chance, world, world.inputs.get(input), isFaulty),
    confirm: (chance, world, isFaulty, { record, as }) => receiptBody(chance, world,
        world.records[record], parties[as].country ?? 'MW', isFaulty),
    explain: (chance) => ({ reason_code: chance.pick(['timing', 'fx', 'fee', 'error']),
        text: 'It was so.' }),
    correct: (chance, world, isFaulty, { receipt: at }) => {
        const receipt = world.receipts[at];
        const record = world.records[receipt.record];
        const open = world.openDifference(receipt);
        const amount = open !== 0n && chance.isLucky(0.6) ? -open
            : shareOf(chance, units('900'), record.currency, 1, 99);
        return { ...reason(), transaction_date: past(chance, world), amount: isFaulty
            ? chance.pick(['0', tooFine(record.currency), `-${'9'.repeat(17)}`])
            : amountText(amount) };
    },
    accept: (chance, world, isFaulty, { receipt: at }) => ({ difference:
        amountText(world.openDifference(world.receipts[at]) + (isFaulty ? 100n : 0n)) }),
    receive: (chance, world, isFaulty, { receipt: at }) => {
        const receipt = world.receipts[at];
        const record = world.records[receipt.record];
        const reported = world.reported(record, receipt.country);
        return { value_date: past(chance, world), amount: isFaulty || reported <= 0n
            ? tooFine(record.currency) : amountText(reported) };
    },
};

const byDefault = { create: 'editor', edit: 'editor', submit: 'editor', amend: 'editor',
    reschedule: 'editor', pay: 'editor', explain: 'editor', correct: 'editor', pause: 'steward',
    unpause: 'steward', receive: 'receiver' };
const speakers = { MW: 'signatory', ZM: 'zambia', KE: 'kenya' };
const ofInput = ['supersede', 'answer', 'resolve', 'escalate', 'jointly', 'differ', 'extend',
    'pause', 'unpause'];
const ofReceipt = ['explain', 'correct', 'accept', 'receive'];

// Who is to do it: mostly whose it is.
function someParty(chance, verb, country) {
    if (verb === 'read' || chance.isLucky(0.08)) {
        const anybody = chance.pick(Object.keys(parties));
        // What the second donor made would be its own, and the first one the rival.
        return verb === 'create' && anybody === 'rival' ? 'editor' : anybody;
    }
    if (['jointly', 'differ', 'extend', 'accept'].includes(verb)) {
        return chance.pick(['approver', speakers[country]]);
    }
    if (['lodge', 'supersede', 'resolve', 'escalate'].includes(verb)) {
        return speakers[country];
    }
    if (verb === 'confirm') {
        return country === 'MW' ? chance.pick(['officer', 'signatory']) : speakers[country];
    }
    const usual = byDefault[verb] ?? 'approver';
    return ['editor', 'approver'].includes(usual) && chance.isLucky(0.12) ? 'both' : usual;
}

// A step with this verb on something that is there, or null.
function stepOf(chance, world, verb, target = {}) {
    const step = { verb };
    let country = target.country ?? chance.pick(['MW', 'ZM', 'KE']);
    if (ofInput.includes(verb)) {
        step.input = target.input ?? chance.pick([...world.inputs.keys()]);
        country = step.input;
    }
    if (ofReceipt.includes(verb)) {
        step.receipt = target.receipt ?? (world.receipts.length > 0
            ? chance.integer(0, world.receipts.length - 1) : undefined);
        country = world.receipts[step.receipt]?.country;
    }
    if (verb === 'confirm') {
        step.record = target.record ?? (world.records.length > 0
            ? chance.integer(0, world.records.length - 1) : undefined);
    }
    if (Object.values(step).includes(undefined)) {
        return null;
    }
    step.as = someParty(chance, verb, country);
    const isOptional = deeds[verb].tag === 'optional';
    if (deeds[verb].tag) {
        step.tag = chance.weighed([[isOptional ? 4 : 90, 'right'], [5, 'stale'],
            [isOptional ? 90 : 4, 'none']]);
    }
    const body = bodies[verb]?.(chance, world, chance.isLucky(0.1), step);
    if (body !== undefined) {
        step.body = JSON.parse(JSON.stringify(body));
    }
    return step;
}

// What makes sense now: [weight, verb, on what].
function sensible(world) {
    const list = [[0.5, 'read']];
    const states = {
        DRAFT: [[6, 'submit'], [3, 'edit']],
        SUBMITTED: [[6, 'register'], [2, 'return'], [1.5, 'lodge']],
        REGISTERED: [[3, 'effect'], [1, 'amend'], [2, 'pay'], [0.5, 'reschedule'], [0.4, 'cancel']],
        EFFECTIVE: [[4, 'pay'], [1.5, 'reschedule'], [1, 'amend'], [0.6, 'suspend'],
            [0.4, 'cancel'], [0.6, 'close']],
        SUSPENDED: [[2, 'resume'], [1, 'cancel']],
        CANCELLED: [], CLOSED: [],
    };
    list.push(...states[world.status]);
    if (world.amendment) {
        list.push([4, 'register'], [1, 'return']);
    }
    for (const input of world.inputs.values()) {
        const verbs = {
            INVITED: [[1.2, 'lodge'], [0.3, 'extend'], [0.3, 'pause']],
            LAPSED_SILENT: [[1, 'lodge']], PAUSED: [[1, 'unpause'], [0.5, 'lodge']],
            NOT_INVITED: [[0.3, 'lodge']], ENDORSED: [[0.3, 'supersede']],
            AWAITING_DONOR: [[1.5, 'answer'], [0.5, 'extend'], [0.3, 'supersede']],
            UNANSWERED: [[1, 'answer'], [1, 'escalate']],
            ANSWERED: [[1, 'resolve'], [1.5, 'escalate']],
            DISPUTED: [[2, 'jointly'], [1.5, 'differ']],
            RESOLVED: [[0.2, 'supersede']], STANDING_DISAGREEMENT: [[0.2, 'supersede']],
        }[input.state];
        list.push(...verbs.map(([weight, verb]) =>
            [weight, verb, { input: input.country, country: input.country }]));
    }
    for (const record of world.records) {
        for (const slot of record.slots.values()) {
            list.push([['REPORTED', 'UNCONFIRMED'].includes(slot.state) ? 1.5 : 0.25, 'confirm',
                { record: record.at, country: slot.country }]);
        }
    }
    for (const receipt of world.receipts) {
        const on = { receipt: receipt.at };
        if (world.isOpen(receipt)) {
            list.push([0.4, 'explain', on], [1, 'correct', on], [1.5, 'accept', on]);
        } else if (receipt.state === 'OFF_TREASURY') {
            list.push([1, 'receive', on]);
        }
    }
    return list;
}

const anything = Object.keys(deeds).filter((verb) => verb !== 'create');

// A schedule becomes due when it is public, which has to be later than the day: what is due already
// passes at a moment that nobody can foresee.
function isForeseeable(world, step) {
    return step.verb !== 'register' || world.amendment || !world.content.schedule
        || world.content.schedule.every((one) => Date.parse(one.period_end) / 86_400_000
            >= world.today);
}

function someStep(chance, world) {
    if (world.status === null) {
        return stepOf(chance, world, 'create');
    }
    for (;;) {
        const [, verb, target] = chance.isLucky(0.85)
            ? chance.weighed(sensible(world).map((one) => [one[0], one])) : [1, chance.pick(anything)];
        // What a draft is not yet, has no amount to speak of.
        const isBlind = ['DRAFT', 'SUBMITTED'].includes(world.status)
            && ['cancel', 'reschedule', 'pay'].includes(verb) && !world.content.currency;
        const step = isBlind || (['reschedule', 'cancel'].includes(verb) && !world.content.amount)
            ? null : stepOf(chance, world, verb, target);
        if (step && isForeseeable(world, step)) {
            if (chance.isLucky(0.03)) {
                step.twice = true;
            }
            return step;
        }
    }
}

// The way to where most things can be done, as it is usually gone.
function opening(chance, world) {
    const verbs = [['create', 'editor'], ['submit', 'editor'], ['register', 'approver'],
        ['effect', 'approver']].slice(0, chance.weighed([[1, 1], [1, 2], [3, 3], [6, 4]]));
    return verbs.map(([verb, as]) => ({ verb, as,
        ...(deeds[verb].tag && { tag: 'right' }),
        ...(bodies[verb] && { body: bodies[verb](chance, world, false, {}) }) }));
}

// The steps of one sequence, in as many parts as the clock has days.
export function plan(seed, number, realToday, days) {
    const chance = new Chance(seed, number);
    const world = new World(realToday);
    const parts = days.map(() => []);
    const take = (at, step) => {
        parts[at].push(step);
        world.act(step);
    };
    if (chance.isLucky(0.9)) {
        opening(chance, world).forEach((step) => take(0, step));
    }
    const length = chance.isLucky(0.05) ? chance.integer(15, 40) : chance.integer(2, 9);
    const waits = chance.isLucky(0.35);
    let at = 0;
    for (let step = 0; step < length; step++) {
        while (waits && at < days.length - 1 && chance.isLucky(0.2)) {
            at += 1;
            world.passTime(days[at]);
        }
        take(at, someStep(chance, world));
        // Nobody speaks of what was never made.
        if (world.status === null) {
            break;
        }
    }
    return parts;
}
