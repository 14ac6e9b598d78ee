// rules.mjs - what may be done to a commitment and what follows from it, on plain objects.
// SPDX-License-Identifier: Apache-2.0
//
// Written from the workflows and not from the migrations: small, slow and easy to believe. One World is
// one commitment with everything that was said about it. act(step) answers with the status that the
// service has to answer with, and leaves behind what then has to be so: see picture().
import { decimal, isWhole, split, splitAlike, sum } from '../fold/split.mjs';

export const minorUnits = { USD: 2, EUR: 2, JPY: 0, KWD: 3 };

// Who takes part. The first donor asks for four eyes.
export const parties = {
    editor: { of: 'first', roles: ['donor_editor'] },
    approver: { of: 'first', roles: ['donor_approver'] },
    both: { of: 'first', roles: ['donor_editor', 'donor_approver'] },
    rival: { of: 'second', roles: ['donor_editor', 'donor_approver'] },
    officer: { of: 'MW', roles: ['recipient_officer'], country: 'MW' },
    signatory: { of: 'MW', roles: ['recipient_signatory'], country: 'MW' },
    zambia: { of: 'ZM', roles: ['recipient_officer', 'recipient_signatory'], country: 'ZM' },
    kenya: { of: 'KE', roles: ['recipient_officer', 'recipient_signatory'], country: 'KE' },
    receiver: { of: 'receiver', roles: ['stakeholder'] },
    auditor: { of: 'audit', roles: ['auditor'] },
    steward: { of: 'steward', roles: ['steward'] },
    public: { of: null, roles: [] },
};

// ---------------------------------------------------------------- money, days

// Money is counted in ten thousandths: whole numbers, however large.
export function units(text) {
    const { units: whole, scale } = decimal(text);
    return whole * 10n ** BigInt(4 - scale);
}

export function amountText(count) {
    const size = (count < 0n ? -count : count).toString().padStart(5, '0');
    const part = size.slice(-4).replace(/0+$/, '');
    return `${count < 0n ? '-' : ''}${size.slice(0, -4)}${part && `.${part}`}`;
}

const hasSmallerUnits = (text, currency) =>
    units(text) % 10n ** BigInt(4 - minorUnits[currency]) !== 0n;
const total = (counts) => counts.reduce((sum, count) => sum + count, 0n);
const least = (a, b) => (a < b ? a : b);
const most = (a, b) => (a > b ? a : b);
const size = (count) => (count < 0n ? -count : count);

// Days are numbers: 0 is the first of January 1970, a Thursday.
export const dayOf = (text) => Date.parse(text) / 86_400_000;
export const dateOf = (day) => (day === null ? null
    : new Date(day * 86_400_000).toISOString().slice(0, 10));
const isWorkingDay = (day) => ![2, 3].includes(day % 7);

function workingDaysAfter(day, days) {
    for (let left = days; left > 0; left -= isWorkingDay(day) ? 1 : 0) {
        day += 1;
    }
    return day;
}

function workingDaysUntil(from, to) {
    let days = 0;
    for (let day = from + 1; day <= to; day++) {
        days += isWorkingDay(day) ? 1 : 0;
    }
    return days;
}

// ---------------------------------------------------------------- refusals

class Refusal extends Error {
    constructor(status) {
        super(`refused with ${status}`);
        this.status = status;
    }
}

function refuse(status, when) {
    if (when) {
        throw new Refusal(status);
    }
}

const needed = ['title', 'commitment_date', 'start_date', 'recipients', 'sectors', 'flow_type',
    'finance_type', 'aid_type', 'tied_status', 'amount', 'currency'];
const asksAgain = ['currency', 'sectors', 'recipients', 'aid_type', 'finance_type', 'start_date',
    'end_date'];
const splitsAnew = ['currency', 'recipients', 'sectors', 'ict_significance', 'ict_share'];
const differs = (a, b, names) => names.some((name) =>
    JSON.stringify(a[name]) !== JSON.stringify(b[name]));
const openCase = ['DISCREPANT', 'DENIED', 'ESCALATED'];
const countriesOf = (content) => (content.recipients ?? []).map((one) => one.country);
const dueOf = (instalment) => dayOf(instalment.period_end ?? instalment.period_start);

function hasInstalmentFault(instalments, currency, committed) {
    return instalments.some((one) => units(one.amount) <= 0n
            || (currency && hasSmallerUnits(one.amount, currency))
            || (one.period_end && one.period_end < one.period_start))
        || (committed !== undefined
            && total(instalments.map((one) => units(one.amount))) > units(committed));
}

function hasContentFault(content) {
    const shares = (list) => list && !isWhole(list.map((one) => one.share));
    return (content.amount !== undefined && (content.currency === undefined
            || units(content.amount) <= 0n || hasSmallerUnits(content.amount, content.currency)))
        || (content.end_date && content.start_date && content.end_date < content.start_date)
        || shares(content.recipients) || shares(content.sectors)
        || (content.schedule
            && hasInstalmentFault(content.schedule, content.currency, content.amount));
}

// A merge patch: null takes a member out.
function patched(content, changes) {
    return Object.fromEntries(Object.entries({ ...content, ...changes })
        .filter(([, value]) => value !== null));
}

// ---------------------------------------------------------------- the world

export class World {
    constructor(today) {
        this.realToday = today; // payments have happened by the real day
        this.today = today; // what is due goes by the moved clock
        this.status = null;
        this.isPublic = false;
        this.version = 0;
        this.content = null;
        this.amendment = null;
        this.writers = new Set(); // of what was not public when they wrote it
        this.newWriters = new Set(); // the same, since it was last made public
        this.submittedBy = null;
        this.schedule = null; // { version, places }
        this.baseline = null;
        this.inputs = new Map();
        this.records = [];
        this.receipts = [];
    }

    // ------------------------------------------------------------ who sees, who speaks

    sees(party) {
        return this.status !== null && (this.isPublic || party.of === 'first'
            || party.roles.includes('auditor')
            || (this.status !== 'DRAFT' && countriesOf(this.content).includes(party.country)));
    }

    // A government speaks where it is asked or money was for it, whatever has become of the recipients
    // since; a receiver where a disbursement names it; the steward keeps the clocks.
    speaks(party) {
        return party.of === 'first'
            || (party.country !== undefined && (countriesOf(this.content).includes(party.country)
                || !['NOT_INVITED', undefined].includes(this.inputs.get(party.country)?.state)
                || this.records.some((record) => record.parts.some((part) =>
                    part.country === party.country))))
            || (party.of === 'receiver' && this.isPublic
                && this.records.some((record) => record.receiver))
            || (party.roles.includes('steward') && this.isPublic);
    }

    say() {
        this.version += 1;
    }

    // ------------------------------------------------------------ one step

    // The status that the service has to answer with; what follows has then happened.
    act(step) {
        const party = parties[step.as];
        const deed = deeds[step.verb];
        try {
            if (deed.roles && !deed.roles.some((role) => party.roles.includes(role))) {
                refuse(party.roles.length === 0 ? 401 : 403, true);
            }
            refuse(428, deed.tag === 'required' && step.tag === 'none');
            return deed.run(this, step, party);
        } catch (error) {
            if (error instanceof Refusal) {
                return error.status;
            }
            throw error;
        }
    }

    // The commitment for its own organisation, its tag the right one.
    own(step, party) {
        refuse(404, !this.sees(party));
        refuse(403, party.of !== 'first');
        refuse(412, step.tag === 'stale');
    }

    only(...statuses) {
        refuse(409, !statuses.includes(this.status));
    }

    // ------------------------------------------------------------ time

    // It is so many days later, and everything due has been stated.
    passTime(offset) {
        this.today = this.realToday + offset;
        const isPast = (day) => day !== null && day < this.today;
        for (const input of this.inputs.values()) {
            if (input.state === 'INVITED' && isPast(input.due)) {
                this.turn(input, 'LAPSED_SILENT');
            } else if (input.state === 'AWAITING_DONOR' && isPast(input.answerDue)) {
                this.turn(input, 'UNANSWERED');
            }
        }
        for (const place of this.schedule?.places ?? []) {
            if (this.stateOf(place) === 'SCHEDULED' && isPast(place.due)) {
                place.missed = true;
                this.say();
            }
        }
        for (const slot of this.records.flatMap((record) => [...record.slots.values()])) {
            if (slot.state === 'REPORTED' && slot.amount !== 0n && isPast(slot.due)) {
                slot.state = 'UNCONFIRMED';
                this.say();
            } else if (['DISCREPANT', 'DENIED'].includes(slot.state) && isPast(slot.caseDue)) {
                slot.state = 'ESCALATED';
                this.receipts[slot.receipt].state = 'ESCALATED';
                this.say();
            }
        }
    }

    // ------------------------------------------------------------ ownership

    invite({ again = false, clock = false } = {}) {
        const recipients = countriesOf(this.content);
        for (const country of new Set([...recipients, ...this.inputs.keys()])) {
            const known = this.inputs.get(country);
            const input = known ?? { country, round: 1, version: 0, position: null, positions: 0 };
            if (known && !again && input.position) {
                continue;
            }
            const isAsked = recipients.includes(country) || input.position !== null;
            Object.assign(input, {
                state: isAsked ? 'INVITED' : 'NOT_INVITED',
                due: isAsked && clock ? workingDaysAfter(this.today, 30) : null,
                round: input.round + (known && again ? 1 : 0),
                answerDue: null,
                pausedDays: null,
                position: null,
                version: input.version + 1,
            });
            this.inputs.set(country, input);
        }
    }

    turn(input, state) {
        input.state = state;
        input.version += 1;
        this.say();
    }

    input(step, party) {
        refuse(404, !this.sees(party));
        refuse(403, !this.speaks(party));
        refuse(412, step.tag === 'stale');
        return this.inputs.get(step.input);
    }

    lodge(input, body) {
        refuse(422, body.position !== 'endorse' && body.text === undefined);
        input.position = {
            late: input.due !== null && input.due < this.today, answer: null, proposals: [],
            differing: new Set(),
        };
        input.positions += 1;
        const isEndorsed = body.position === 'endorse';
        input.answerDue = isEndorsed ? null : workingDaysAfter(this.today, 20);
        input.pausedDays = null;
        this.turn(input, isEndorsed ? 'ENDORSED' : 'AWAITING_DONOR');
    }

    // Which side of a case or dispute somebody speaks for.
    side(party, country) {
        const mine = party.of === 'first' && party.roles.includes('donor_approver') ? 'donor'
            : party.country === country && party.roles.includes('recipient_signatory')
                ? 'recipient' : null;
        refuse(403, mine === null);
        return mine;
    }

    // ------------------------------------------------------------ the schedule and what is paid of it

    promise(instalments, currency) {
        this.schedule = {
            version: (this.schedule?.version ?? 0) + 1,
            places: instalments.map((one, at) => ({ ordinal: at + 1, due: dueOf(one), currency,
                amount: units(one.amount), settled: 0n, missed: false })),
        };
    }

    hasEnded() {
        return ['CANCELLED', 'CLOSED'].includes(this.status);
    }

    stateOf(place) {
        return place.settled === place.amount ? 'SETTLED' : this.hasEnded() ? 'ENDED'
            : place.missed ? 'MISSED' : 'SCHEDULED';
    }

    // The instalments in a currency, what is due first first.
    inOrder(currency) {
        return (this.schedule?.places ?? []).filter((place) => place.currency === currency)
            .sort((a, b) => a.due - b.due || a.ordinal - b.ordinal);
    }

    // [instalment, amount] of what a payment pays: what is due first is paid first.
    pour(amount, currency) {
        return this.inOrder(currency).map((place) => {
            const part = least(place.amount - place.settled, amount);
            amount -= part;
            return [place, part];
        }).filter(([, part]) => part > 0n);
    }

    // What is taken back beyond what the payment did not settle is taken from the instalments that it
    // settled itself first, what is due last first; then from the others.
    takenBack(record) {
        const family = this.family(this.root(record));
        const own = (place) => total(family.flatMap((one) => one.settles)
            .filter(([version, ordinal]) => version === this.schedule.version
                && ordinal === place.ordinal)
            .map(([, , part]) => part));
        const settled = total(family.flatMap((one) => one.settles).map(([, , part]) => part));
        const remaining = most(total(family.map((one) => one.units)), 0n);
        let owed = settled - least(settled, remaining);
        const places = this.inOrder(record.currency).reverse();
        const mine = new Map(places.map((place) =>
            [place, least(place.settled, most(own(place), 0n))]));
        const taken = new Map();
        for (const capacity of [(place) => mine.get(place),
            (place) => place.settled - mine.get(place)]) {
            for (const place of places) {
                const part = least(capacity(place), owed);
                owed -= part;
                taken.set(place, (taken.get(place) ?? 0n) - part);
            }
        }
        return [...taken].filter(([, part]) => part !== 0n);
    }

    settle(record, body) {
        if (record.type !== '3' || !this.schedule || body.unscheduled) {
            return;
        }
        const settles = body.settles
            ? body.settles.map((one) =>
                [this.schedule.places[one.instalment - 1], units(one.amount)])
            : record.units < 0n ? this.takenBack(record) : this.pour(record.units, record.currency);
        for (const [place, part] of settles) {
            place.settled += part;
            record.settles.push([this.schedule.version, place.ordinal, part]);
        }
    }

    // ------------------------------------------------------------ records

    root(record) {
        return record.adjusts === null ? record : this.root(this.records[record.adjusts]);
    }

    family(record) {
        return [record, ...this.records.filter((one) => one.adjusts === record.at)
            .flatMap((one) => this.family(one))];
    }

    reported(record, country) {
        return total(this.family(record).flatMap((one) => one.parts)
            .filter((part) => part.country === country).map((part) => units(part.amount)));
    }

    partsOf(body) {
        const minorUnit = minorUnits[body.currency];
        if (body.adjusts !== undefined) {
            const original = this.records[body.adjusts];
            if (original.country === (body.recipient_country ?? null)) {
                return splitAlike(body.amount, minorUnit, original.parts);
            }
        }
        const { recipients, sectors, ict_significance, ict_share } = this.content;
        return split(body.amount, minorUnit, body.recipient_country
            ? [{ country: body.recipient_country, share: '100' }] : recipients, sectors,
        ict_significance ?? 0, ict_share ?? null);
    }

    record(body) {
        const record = {
            at: this.records.length,
            type: body.transaction_type,
            units: units(body.amount),
            currency: body.currency,
            country: body.recipient_country ?? null,
            receiver: body.receiver_org !== undefined,
            adjusts: body.adjusts ?? null,
            parts: this.partsOf(body),
            settles: [],
            slots: new Map(),
        };
        this.records.push(record);
        this.settle(record, body);
        this.follow(record, Math.max(dayOf(body.transaction_date), this.today) + 60);
        this.say();
        return record;
    }

    // What each government is asked to confirm: the disbursement as corrected.
    follow(record, due) {
        if (record.type !== '3') {
            return;
        }
        const root = this.root(record);
        if (root === record) {
            for (const country of new Set(record.parts.map((part) => part.country))) {
                record.slots.set(country, { country, amount: this.reported(record, country),
                    state: 'REPORTED', due, caseDue: null, receipt: null });
            }
            return;
        }
        for (const slot of root.slots.values()) {
            const amount = this.reported(root, slot.country);
            if (slot.amount === 0n && amount !== 0n && slot.state === 'REPORTED') {
                slot.due = Math.max(slot.due, due);
            }
            slot.amount = amount;
        }
    }

    commit(amount, currency, adjusts) {
        this.record({ transaction_type: '2', transaction_date: dateOf(this.realToday), currency,
            amount: amountText(amount), adjusts });
    }

    // Taken back record by record, the newest first.
    takeBack(amount, currency) {
        const records = this.records.filter((one) => one.type === '2' && one.currency === currency);
        for (const record of records.reverse()) {
            if (amount === 0n) {
                break;
            }
            const part = least(record.units, amount);
            this.commit(-part, currency, record.at);
            amount -= part;
        }
    }

    // By records that adjust what was committed: the newest first, no more than each comes to.
    reduce(amount, currency) {
        const records = this.records.filter((one) => one.type === '2' && one.currency === currency
            && one.adjusts === null);
        for (const record of records.reverse()) {
            const net = total(this.family(record).map((one) => one.units));
            const part = least(net, amount);
            if (part !== 0n) {
                this.commit(-part, currency, record.at);
                amount -= part;
            }
        }
    }

    sum(currency, ...types) {
        return total(this.records.filter((one) => one.currency === currency
            && types.includes(one.type)).map((one) => one.units));
    }

    currencies() {
        return [...new Set(this.records.map((one) => one.currency))].sort();
    }

    hasRecordFault(body) {
        const adjusted = this.records[body.adjusts];
        const amount = units(body.amount);
        return body.transaction_type === '2' || amount === 0n
            || (amount < 0n && body.adjusts === undefined)
            || dayOf(body.transaction_date) > this.realToday
            || hasSmallerUnits(body.amount, body.currency)
            || (body.adjusts !== undefined && (body.reason === undefined
                || adjusted.type !== body.transaction_type || adjusted.currency !== body.currency))
            || this.hasSettlementFault(body);
    }

    hasSettlementFault({ settles, unscheduled, ...body }) {
        if (!settles && !unscheduled) {
            return false;
        }
        if (body.transaction_type !== '3' || body.adjusts !== undefined || (settles && unscheduled)) {
            return true;
        }
        const places = (settles ?? []).map((one) => this.schedule?.places[one.instalment - 1]);
        return settles !== undefined && (new Set(places).size < places.length
            || places.some((place, at) => place === undefined || place.currency !== body.currency
                || units(settles[at].amount) <= 0n
                || hasSmallerUnits(settles[at].amount, body.currency)
                || units(settles[at].amount) > place.amount - place.settled)
            || total(settles.map((one) => units(one.amount))) > units(body.amount));
    }

    // ------------------------------------------------------------ receipts

    receipt(step, party) {
        refuse(404, !this.sees(party));
        refuse(403, !this.speaks(party));
        refuse(412, step.tag === 'stale');
        return this.receipts[step.receipt];
    }

    isReplaced(receipt) {
        return this.receipts.some((one) => one.at > receipt.at && one.record === receipt.record
            && one.country === receipt.country);
    }

    slotOf(receipt) {
        return this.records[receipt.record].slots.get(receipt.country);
    }

    isOpen(receipt) {
        return openCase.includes(receipt.state) && !this.isReplaced(receipt);
    }

    openDifference(receipt) {
        return this.reported(this.records[receipt.record], receipt.country) - (receipt.amount ?? 0n);
    }

    turnReceipt(receipt, state) {
        const slot = this.slotOf(receipt);
        receipt.state = state;
        slot.state = state;
        slot.receipt = receipt.at;
        slot.caseDue = openCase.includes(state) ? slot.caseDue ?? this.today + 90 : null;
    }

    // ------------------------------------------------------------ what must be so

    // In the words of the service's own answers, with local numbers for its ids.
    picture() {
        return {
            status: this.status,
            version: this.version,
            amendment_pending: this.amendment !== null,
            amount: this.content.amount === undefined ? null : amountText(units(this.content.amount)),
            currency: this.content.currency ?? null,
            money: this.currencies()
                .filter((currency) => this.records.some((one) => one.currency === currency
                    && ['2', '3', '4'].includes(one.type)))
                .map((currency) => [currency, ...['2', '3', '4']
                    .map((type) => amountText(this.sum(currency, type)))].join(' ')),
            schedule: this.isPublic && this.schedule ? {
                version: this.schedule.version,
                baseline: this.baseline,
                instalments: this.schedule.places.map((place) => `${amountText(place.amount)} `
                    + `${place.currency}, ${amountText(place.settled)} ${this.stateOf(place)}`),
            } : null,
            inputs: [...this.inputs.values()].sort((a, b) => (a.country < b.country ? -1 : 1))
                .map((input) => ({
                    country: input.country, state: input.state, round: input.round,
                    version: input.version, due_on: dateOf(input.due),
                    answer_due_on: dateOf(input.answerDue), paused_days: input.pausedDays,
                    positions: input.positions, late: input.position?.late ?? null,
                    answer_late: input.position?.answer?.late ?? null,
                })),
            records: this.records.map((record) => ({
                what: `${record.type} ${amountText(record.units)} ${record.currency}`,
                parts: record.parts.map((part) =>
                    `${part.country} ${part.sector} ${amountText(units(part.amount))}`),
                settles: record.settles.map(([version, ordinal, part]) =>
                    `${version}/${ordinal} ${amountText(part)}`).sort(),
                receipts: [...record.slots.values()].sort((a, b) => (a.country < b.country ? -1 : 1))
                    .map((slot) => `${slot.country} ${slot.state} ${amountText(slot.amount)} `
                        + `${dateOf(slot.due)} ${dateOf(slot.caseDue)} ${slot.receipt}`),
            })),
            receipts: this.receipts.map((receipt) => ({
                record: receipt.record, country: receipt.country, state: receipt.state,
                in_force: !this.isReplaced(receipt),
                open_difference: this.isOpen(receipt)
                    ? amountText(this.openDifference(receipt)) : null,
            })),
        };
    }
}

// ---------------------------------------------------------------- what may be done

function refuseOwnWork(world, step, writers) {
    refuse(403, world.submittedBy === step.as || writers.has(step.as));
}

function turning(from, to) {
    return (world, step, party) => {
        world.own(step, party);
        refuseOwnWork(world, step, world.writers);
        world.only(...from);
        world.status = to;
        world.say();
        return 200;
    };
}

function write(world, step) {
    world.writers.add(step.as);
    world.newWriters.add(step.as);
}

function register(world, step, party) {
    world.own(step, party);
    refuseOwnWork(world, step, world.newWriters);
    if (world.amendment) {
        return registerAmendment(world);
    }
    world.only('SUBMITTED');
    world.status = 'REGISTERED';
    world.isPublic = true;
    world.newWriters.clear();
    world.say();
    if (world.content.schedule) {
        world.promise(world.content.schedule, world.content.currency);
    }
    world.invite({ clock: true });
    world.commit(units(world.content.amount), world.content.currency);
    return 200;
}

function registerAmendment(world) {
    world.only('REGISTERED', 'EFFECTIVE');
    const old = world.content;
    const change = units(world.amendment.amount) - units(old.amount);
    const isAskedAgain = size(change) * 10n >= units(old.amount)
        || differs(old, world.amendment, asksAgain);
    world.content = world.amendment;
    world.amendment = null;
    world.newWriters.clear();
    world.say();
    if (isAskedAgain) {
        world.invite({ again: true, clock: true });
    }
    if (differs(old, world.content, splitsAnew)) {
        world.takeBack(world.sum(old.currency, '2'), old.currency);
        world.commit(units(world.content.amount), world.content.currency);
    } else if (change < 0n) {
        world.reduce(-change, old.currency);
    } else if (change > 0n) {
        world.commit(change, old.currency);
    }
    return 200;
}

function cancel(world, step, party) {
    world.own(step, party);
    refuseOwnWork(world, step, world.writers);
    world.only('REGISTERED', 'EFFECTIVE', 'SUSPENDED');
    refuse(409, world.amendment !== null);
    const { currency } = world.content;
    const paid = (one) => world.sum(one, '3', '4', '7', '8');
    const isPaidElsewhere = world.currencies().some((one) => one !== currency && paid(one) !== 0n);
    const undisbursed = most(world.sum(currency, '2') - most(paid(currency), 0n), 0n);
    const said = step.body.undisbursed;
    refuse(422, isPaidElsewhere !== (said !== undefined)
        || (said !== undefined && (units(said) > undisbursed || hasSmallerUnits(said, currency))));
    world.status = 'CANCELLED';
    world.say();
    world.takeBack(said === undefined ? undisbursed : units(said), currency);
    return 200;
}

function close(world, step, party) {
    world.own(step, party);
    refuseOwnWork(world, step, world.writers);
    world.only('EFFECTIVE');
    refuse(409, world.amendment !== null);
    refuse(409, world.records.some((record) => [...record.slots.values()].some((slot) =>
        slot.amount !== 0n && ['REPORTED', 'UNCONFIRMED', 'OFF_TREASURY'].includes(slot.state))));
    world.status = 'CLOSED';
    world.say();
    return 200;
}

function confirm(world, { body, record: at }, party) {
    const record = world.records[at];
    refuse(422, !world.sees(party));
    refuse(403, !record.parts.some((part) => part.country === party.country));
    refuse(403, !world.speaks(party));
    const reported = world.reported(record, party.country);
    const namesAmount = ['full', 'partial'].includes(body.outcome);
    const amount = body.amount === undefined ? null : units(body.amount);
    refuse(422, record.type !== '3' || record.adjusts !== null
        || namesAmount !== (amount !== null) || namesAmount !== (body.value_date !== undefined)
        || (body.currency !== undefined && body.currency !== record.currency)
        || (namesAmount && (amount <= 0n || hasSmallerUnits(body.amount, record.currency)
            || dayOf(body.value_date) > world.realToday))
        || (body.outcome === 'full' && size(amount - reported) * 200n > size(reported))
        || (body.outcome === 'partial' && amount === reported));
    const receipt = { at: world.receipts.length, record: at, country: party.country, amount,
        acceptances: [] };
    world.receipts.push(receipt);
    world.turnReceipt(receipt, body.outcome === 'not_received' && reported === 0n ? 'RECONCILED'
        : { full: 'CONFIRMED', partial: 'DISCREPANT', not_received: 'DENIED',
            not_visible: 'OFF_TREASURY' }[body.outcome]);
    world.say();
    return 201;
}

function correct(world, step, party) {
    const receipt = world.receipt(step, party);
    refuse(403, party.of !== 'first');
    refuse(409, !world.isOpen(receipt));
    const record = world.records[receipt.record];
    const body = { ...step.body, transaction_type: '3', currency: record.currency,
        recipient_country: receipt.country, adjusts: record.at };
    refuse(422, world.hasRecordFault(body)
        || world.reported(record, receipt.country) + units(body.amount) < 0n);
    world.record(body);
    world.say();
    return 200;
}

function accept(world, { body, ...step }, party) {
    const receipt = world.receipt(step, party);
    const side = world.side(party, receipt.country);
    refuse(409, !world.isOpen(receipt));
    const open = world.openDifference(receipt);
    refuse(422, units(body.difference) !== open);
    const has = (who) => receipt.acceptances.some((one) => one.side === who
        && one.difference === open);
    refuse(409, has(side));
    receipt.acceptances.push({ side, difference: open });
    world.say();
    if (has(side === 'donor' ? 'recipient' : 'donor')) {
        world.turnReceipt(receipt, 'RECONCILED');
    }
    return 200;
}

function receive(world, { body, ...step }, party) {
    const receipt = world.receipt(step, party);
    const record = world.records[receipt.record];
    refuse(403, party.of !== 'receiver' || !record.receiver);
    refuse(409, receipt.state !== 'OFF_TREASURY' || world.isReplaced(receipt));
    const reported = world.reported(record, receipt.country);
    refuse(422, hasSmallerUnits(body.amount, record.currency)
        || size(units(body.amount) - reported) * 200n > size(reported)
        || dayOf(body.value_date) > world.realToday);
    world.turnReceipt(receipt, 'CONFIRMED_BY_RECEIVER');
    world.say();
    return 200;
}

function extend(world, { body, ...step }, party) {
    const input = world.input(step, party);
    const isPosition = world.side(party, input.country) === 'donor';
    refuse(409, input.state !== (isPosition ? 'INVITED' : 'AWAITING_DONOR'));
    const due = isPosition ? input.due : input.answerDue;
    refuse(409, due === null);
    const day = dayOf(body.due_on);
    refuse(422, day <= due || day < world.today || day > world.today + 366);
    input[isPosition ? 'due' : 'answerDue'] = day;
    world.turn(input, input.state);
    return 200;
}

// What one side says in a dispute.
function jointly(world, { body, ...step }, party) {
    const input = world.input(step, party);
    const side = world.side(party, input.country);
    refuse(409, input.state !== 'DISPUTED');
    const { proposals } = input.position;
    if (body.accepts === undefined) {
        proposals.push(side);
        world.turn(input, 'DISPUTED');
        return 200;
    }
    const proposer = proposals[body.accepts];
    refuse(422, proposer === undefined || proposer === side
        || proposals.lastIndexOf(proposer) !== body.accepts);
    world.turn(input, 'RESOLVED');
    return 200;
}

function differ(world, step, party) {
    const input = world.input(step, party);
    const side = world.side(party, input.country);
    refuse(409, input.state !== 'DISPUTED');
    const { differing } = input.position;
    differing.add(side);
    world.turn(input, differing.size === 2 ? 'STANDING_DISAGREEMENT' : 'DISPUTED');
    return 200;
}

const editors = ['donor_editor'];
const approvers = ['donor_approver'];
const donors = [...editors, ...approvers];
const signatories = ['recipient_signatory'];
const required = 'required';

export const deeds = {
    create: { roles: editors, run: (world, step) => {
        refuse(422, hasContentFault(step.body));
        Object.assign(world, { status: 'DRAFT', content: step.body });
        write(world, step);
        world.say();
        return 201;
    } },
    read: { run: (world, step, party) => {
        refuse(404, !world.sees(party));
        return 200;
    } },
    edit: { roles: editors, tag: required, run: (world, step, party) => {
        world.own(step, party);
        world.only('DRAFT');
        const content = patched(world.content, step.body);
        refuse(422, hasContentFault(content));
        world.content = content;
        write(world, step);
        world.say();
        return 200;
    } },
    submit: { roles: editors, tag: required, run: (world, step, party) => {
        world.own(step, party);
        world.only('DRAFT');
        refuse(422, needed.some((name) => world.content[name] === undefined)
            || hasContentFault(world.content));
        world.status = 'SUBMITTED';
        world.submittedBy = step.as;
        world.say();
        world.invite();
        return 200;
    } },
    return: { roles: approvers, tag: required, run: (world, step, party) => {
        world.own(step, party);
        if (world.amendment) {
            world.amendment = null;
        } else {
            world.only('SUBMITTED');
            world.status = 'DRAFT';
            world.submittedBy = null;
        }
        world.say();
        return 200;
    } },
    register: { roles: approvers, tag: required, run: register },
    effect: { roles: approvers, tag: required, run: (world, step, party) => {
        world.own(step, party);
        world.only('REGISTERED');
        refuse(409, world.amendment !== null);
        world.status = 'EFFECTIVE';
        world.baseline = world.schedule?.version ?? null;
        world.newWriters.clear();
        world.say();
        return 200;
    } },
    amend: { roles: editors, tag: required, run: (world, { body, ...step }, party) => {
        world.own(step, party);
        world.only('REGISTERED', 'EFFECTIVE');
        refuse(409, world.amendment !== null);
        const { schedule, ...content } = patched(world.content, body.changes);
        refuse(422, body.changes.schedule !== undefined
            || needed.some((name) => content[name] === undefined) || hasContentFault(content));
        world.amendment = content;
        write(world, step);
        world.say();
        return 200;
    } },
    suspend: { roles: approvers, tag: required, run: turning(['EFFECTIVE'], 'SUSPENDED') },
    resume: { roles: approvers, tag: required, run: turning(['SUSPENDED'], 'EFFECTIVE') },
    cancel: { roles: approvers, tag: required, run: cancel },
    close: { roles: approvers, tag: required, run: close },
    reschedule: { roles: donors, tag: required, run: (world, { body, ...step }, party) => {
        world.own(step, party);
        world.only('REGISTERED', 'EFFECTIVE');
        const { currency, amount } = world.content;
        refuse(422, hasInstalmentFault(body.planned_disbursements, currency, amount));
        // What was paid stays paid: it counts for the new promise, in the same currency.
        const paid = total(world.inOrder(currency).map((place) => place.settled));
        world.promise(body.planned_disbursements, currency);
        world.pour(paid, currency).forEach(([place, part]) => { place.settled += part; });
        world.say();
        return 201;
    } },
    pay: { roles: donors, tag: 'optional', run: (world, { body, ...step }, party) => {
        world.own(step, party);
        world.only('REGISTERED', 'EFFECTIVE');
        refuse(422, world.hasRecordFault(body));
        world.record(body);
        return 201;
    } },
    lodge: { roles: signatories, run: (world, { body }, party) => {
        refuse(404, !world.sees(party));
        const input = world.inputs.get(party.country);
        refuse(403, input === undefined || !world.speaks(party));
        refuse(409, input.position !== null);
        world.lodge(input, body);
        return 201;
    } },
    supersede: { roles: signatories, tag: required, run: (world, { body, ...step }, party) => {
        const input = world.input(step, party);
        refuse(403, input.country !== party.country);
        refuse(409, input.position === null);
        world.lodge(input, body);
        return 200;
    } },
    answer: { roles: approvers, tag: required, run: (world, step, party) => {
        const input = world.input(step, party);
        refuse(403, party.of !== 'first');
        refuse(409, !['AWAITING_DONOR', 'UNANSWERED'].includes(input.state));
        input.position.answer = { late: input.answerDue < world.today };
        world.turn(input, 'ANSWERED');
        return 200;
    } },
    resolve: { roles: signatories, tag: required, run: (world, step, party) => {
        const input = world.input(step, party);
        refuse(403, input.country !== party.country);
        refuse(409, input.state !== 'ANSWERED');
        world.turn(input, 'RESOLVED');
        return 200;
    } },
    escalate: { roles: signatories, tag: required, run: (world, step, party) => {
        const input = world.input(step, party);
        refuse(403, input.country !== party.country);
        refuse(409, !['ANSWERED', 'UNANSWERED'].includes(input.state));
        world.turn(input, 'DISPUTED');
        return 200;
    } },
    jointly: { roles: [...approvers, ...signatories], tag: required, run: jointly },
    differ: { roles: [...approvers, ...signatories], tag: required, run: differ },
    extend: { roles: [...approvers, ...signatories], tag: required, run: extend },
    pause: { roles: ['steward'], tag: required, run: (world, step, party) => {
        const input = world.input(step, party);
        refuse(409, input.state !== 'INVITED');
        input.pausedDays = Math.max(workingDaysUntil(world.today, input.due), 1);
        input.due = null;
        world.turn(input, 'PAUSED');
        return 200;
    } },
    unpause: { roles: ['steward'], tag: required, run: (world, step, party) => {
        const input = world.input(step, party);
        refuse(409, input.state !== 'PAUSED');
        input.due = workingDaysAfter(world.today, input.pausedDays);
        input.pausedDays = null;
        world.turn(input, 'INVITED');
        return 200;
    } },
    confirm: { roles: ['recipient_officer', ...signatories], run: confirm },
    explain: { roles: donors, tag: required, run: (world, step, party) => {
        const receipt = world.receipt(step, party);
        refuse(403, party.of !== 'first');
        refuse(409, !world.isOpen(receipt));
        world.say();
        return 200;
    } },
    correct: { roles: donors, tag: required, run: correct },
    accept: { roles: [...approvers, ...signatories], tag: required, run: accept },
    receive: { roles: [...approvers, 'stakeholder'], tag: required, run: receive },
};
