// state.mjs - what follows from the statements of the log, one after the other.
// SPDX-License-Identifier: Apache-2.0
//
// Written apart from the functions that write the state tables, and fed with nothing they left
// behind but the leaves: where both come to the same rows, both tell the same story.
import { createHash } from 'node:crypto';

import { contentMembers, marked, memberFaults } from './said.mjs';
import { isZero, negated, numeric, split, splitAlike, sum } from './split.mjs';

const codes = ['collaboration_type', 'flow_type', 'finance_type', 'aid_type', 'tied_status'];

// PostgreSQL's own text of a jsonb: names by length first, and spaces.
export function jsonbText(value) {
    if (Array.isArray(value)) {
        return `[${value.map(jsonbText).join(', ')}]`;
    }
    if (value !== null && typeof value === 'object') {
        const names = Object.keys(value).sort((a, b) =>
            Buffer.byteLength(a) - Buffer.byteLength(b) || (a < b ? -1 : 1));
        return `{${names.map((name) => `${JSON.stringify(name)}: ${jsonbText(value[name])}`)
            .join(', ')}}`;
    }
    return JSON.stringify(value);
}

function sha256(text) {
    return createHash('sha256').update(text).digest('hex');
}

function bytes(hex) {
    return hex === undefined ? null : `\\x${hex}`;
}

// One code point at a time, as the database does: no final sigma, no letter that becomes two.
function lower(text) {
    return Array.from(text, (character) => Array.from(character.toLowerCase())[0]).join('');
}

function dayAfter(day) {
    return new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);
}

// What a reference comes to without what people write differently.
function referenceKey(text) {
    const key = Array.from((text ?? '').replaceAll(/[^\p{L}\p{N}]/gu, ''),
        (character) => Array.from(character.toUpperCase())[0]).join('');
    return key === '' ? null : key;
}

function without(content, ...names) {
    return Object.fromEntries(Object.entries(content).filter(([name]) => !names.includes(name)));
}

function partsWithShare(parts) {
    const shared = (parts ?? []).filter((part) => 'share' in part);
    return shared.length === 0 ? [{ share: '100' }] : shared;
}

export class State {
    // "reference" is what every ledger starts with: currencies with their decimals.
    constructor(reference) {
        this.minorUnits = new Map(reference.currencies.map((c) => [c.code, c.minor_unit]));
        this.found = [];
        this.organisations = new Map();
        this.fourEyes = new Map();
        this.activities = new Map();
        this.commitments = new Map();
        this.transactions = new Map();
        this.confirmationStates = new Map();
        this.disbursements = new Map();
        this.treasury = new Map();
        this.pledges = new Map();
        this.flowParents = new Map();
        this.statements = new Map();
        this.rows = Object.fromEntries(['ledger_erasure', 'country_group_membership', 'working_calendar', 'exchange_rate_set',
            'priority_statement', 'national_priority', 'priority_supersession', 'alignment_statement',
            'link_answer', 'framework', 'framework_version', 'framework_item',
            'commitment_revision', 'commitment_state', 'commitment_distinction',
            'planned_disbursement', 'instalment_settlement', 'instalment_miss', 'framework_link',
            'document_hash', 'allocation', 'transaction_source', 'ownership_position', 'ownership_answer',
            'ownership_resolution', 'ownership_state', 'ownership_deadline', 'ownership_escalation',
            'ownership_joint_statement', 'ownership_agreement', 'ownership_disagreement',
            'receipt_confirmation', 'receipt_confirmation_state', 'receipt_explanation',
            'receipt_correction', 'receipt_acceptance', 'receiver_confirmation', 'receipt_lapse',
            'treasury_receipt_state', 'treasury_rejection', 'period_close', 'period_reopening',
            'transaction_reporting', 'report_run',
            'pledge_conversion', 'pledge_withdrawal', 'flow_link', 'flow_parking',
            'joint_review', 'joint_review_participant', 'joint_review_commitment',
            'joint_review_action', 'joint_review_agreement', 'joint_review_event',
            'comment', 'comment_change', 'third_party_observation', 'third_party_account',
            'third_party_reply', 'third_party_moderation', 'fiscal_calendar',
            'observation', 'observation_withdrawal', 'indicator_mask', 'indicator_mask_decision',
            'indicator_mask_withdrawal', 'approved_budget', 'approved_budget_withdrawal',
            'contract_award', 'contract_award_withdrawal']
            .map((name) => [name, []]));
    }

    note(leaf, sentence) {
        this.found.push(`${leaf.name} (${leaf.kind}): ${sentence}`);
    }

    take(leaf) {
        this.found.push(...memberFaults(leaf));
        this.statements.set(leaf.entry, leaf);
        const step = steps[leaf.kind];
        try {
            step?.(this, leaf, { ...leaf.public, ...leaf.opened, ...marked(leaf) });
        } catch (error) {
            this.note(leaf, `it does not follow from what was said before: ${error.message}`);
        }
    }

    // ------------------------------------------------------------ commitments

    commitment(leaf) {
        const c = this.commitments.get(leaf.aggregate);
        if (!c) {
            throw new Error(`there is no commitment ${leaf.aggregate}`);
        }
        return c;
    }

    begin(leaf, origin, status) {
        const c = {
            id: leaf.aggregate,
            organisation_id: leaf.organisation,
            origin,
            status,
            published: origin === 'imported',
            revision: null,
            registered_revision: null,
            amendment: null,
            submitted_by: null,
            schedule: null,
            baseline_schedule: null,
            effective_date: null,
            created_at: leaf.at,
            revisions: [],
            links: [],
            instalments: [],
            inputs: new Map(),
        };
        this.commitments.set(c.id, c);
        return c;
    }

    revise(c, leaf, content, published) {
        const revision = c.revisions.length + 1;
        const told = Object.fromEntries(contentMembers.map((name) => [name, content[name] ?? null]));
        c.revisions.push(told);
        this.rows.commitment_revision.push({
            ...told,
            commitment_id: c.id,
            revision,
            published,
            ict_share: numeric(told.ict_share),
            amount: numeric(told.amount),
            reference_key: referenceKey(told.agreement_reference),
            countries: (told.recipients ?? []).map((part) => part.country).filter(Boolean),
            sector_codes: (told.sectors ?? []).map((part) => part.code).filter(Boolean),
            maker: leaf.actor,
            entry: leaf.entry,
        });
        return revision;
    }

    turn(c, leaf) {
        this.rows.commitment_state.push({
            commitment_id: c.id,
            version: leaf.version,
            status: c.status,
            published: c.published,
            revision: c.revision,
            schedule: c.schedule,
            baseline_schedule: c.baseline_schedule,
            effective_date: c.effective_date,
            entry: leaf.entry,
        });
    }

    promise(c, leaf, instalments) {
        c.schedule = (c.schedule ?? 0) + 1;
        instalments.forEach((instalment, at) => this.rows.planned_disbursement.push({
            commitment_id: c.id,
            schedule: c.schedule,
            ordinal: at + 1,
            period_start: instalment.period_start,
            period_end: instalment.period_end ?? null,
            amount: numeric(instalment.amount),
            currency: instalment.currency,
            value_date: instalment.value_date,
            agreement_reference: instalment.agreement_reference ?? null,
            entry: leaf.entry,
        }));
        // A file that is imported does not say what its payments settle.
        if (c.origin === 'imported') {
            return;
        }
        c.instalments.forEach((row) => { row.ended = true; });
        c.instalments.push(...instalments.map((instalment, at) => ({
            commitment_id: c.id,
            schedule: c.schedule,
            ordinal: at + 1,
            due_on: instalment.period_end ?? instalment.period_start,
            amount: numeric(instalment.amount),
            currency: instalment.currency,
            settled: '0',
            missed: false,
            ended: false,
        })));
    }

    instalment(c, schedule, ordinal) {
        const found = c.instalments.find((row) => row.schedule === schedule
            && row.ordinal === ordinal);
        if (!found) {
            throw new Error(`version ${schedule} of the schedule has no instalment ${ordinal}`);
        }
        return found;
    }

    settle(c, leaf, settles, transaction) {
        for (const one of settles ?? []) {
            const row = this.instalment(c, one.schedule_version, one.instalment);
            row.settled = sum([row.settled, one.amount]);
            if (row.settled.startsWith('-')
                || sum([row.amount, negated(row.settled)]).startsWith('-')) {
                this.note(leaf, `${row.settled} of ${row.amount} cannot be settled`);
            }
            if (row.schedule === c.schedule && ['CANCELLED', 'CLOSED'].includes(c.status)) {
                row.ended = !isZero(sum([row.amount, negated(row.settled)]));
            }
            this.rows.instalment_settlement.push({
                entry: leaf.entry,
                ordinal: one.instalment,
                commitment_id: c.id,
                schedule: one.schedule_version,
                transaction_id: transaction,
                amount: numeric(one.amount),
            });
        }
    }

    // ------------------------------------------------------------ periods

    closedOn(organisation, day) {
        return this.rows.period_close.find((p) => p.organisation_id === organisation
            && p.period_start <= day && day <= p.period_end
            && !this.rows.period_reopening.some((o) => o.close_id === p.id));
    }

    // What comes after the close of the period of its date is reported on the first open day.
    report(t) {
        const close = this.closedOn(t.organisation_id, t.transaction_date);
        let day;
        for (let p = close; p; p = this.closedOn(t.organisation_id, day)) {
            day = dayAfter(p.period_end);
        }
        if (close) {
            this.rows.transaction_reporting.push({
                transaction_id: t.id, close_id: close.id, reporting_date: day,
            });
        }
    }

    // ------------------------------------------------------------ treasuries

    treasuryReceipt(leaf, allowed) {
        const r = this.treasury.get(leaf.aggregate);
        if (!r) {
            throw new Error(`there is no treasury receipt ${leaf.aggregate}`);
        }
        if (!allowed.includes(r.state)) {
            this.note(leaf, `the treasury receipt is ${r.state}`);
        }
        return r;
    }

    turnTreasury(r, leaf, { state, transaction = null, confirmation = null, amount = null,
        reason = null }) {
        Object.assign(r, { state, transaction_id: transaction, confirmation_id: confirmation,
            version: leaf.version });
        this.rows.treasury_receipt_state.push({
            receipt_id: r.id, version: leaf.version, state, transaction_id: transaction,
            confirmation_id: confirmation, amount, reason, entry: leaf.entry,
        });
    }

    // ------------------------------------------------------------ ownership

    turnInput(input, leaf) {
        this.rows.ownership_state.push({
            input,
            version: input.version,
            state: input.state,
            round: input.round,
            due_on: input.due_on,
            answer_due_on: input.answer_due_on,
            paused_days: input.paused_days,
            position_id: input.position_id,
            entry: leaf.entry,
        });
    }

    // Governments that have not spoken yet are asked, or all of them in a new round; a country that
    // is no recipient any more and has not spoken loses its invitation.
    invite(c, leaf, state, { again = false, said = {} } = {}) {
        // The first statements of all gave every government the same day.
        const dueOf = (country) => said.invited?.find((one) => one.country === country)?.due_on
            ?? said.due_on ?? null;
        const recipients = (c.revisions[c.revision - 1].recipients ?? [])
            .map((part) => part.country).filter(Boolean);
        for (const country of new Set([...recipients, ...c.inputs.keys()])) {
            const input = c.inputs.get(country) ?? {
                id: null, country, round: 1, version: 0, position_id: null, answer_due_on: null,
                paused_days: null, invited_at: leaf.at,
            };
            const isKnown = c.inputs.has(country);
            if (isKnown && !again && input.position_id !== null) {
                continue;
            }
            const isAsked = recipients.includes(country) || input.position_id !== null;
            Object.assign(input, {
                state: isAsked ? state : 'NOT_INVITED',
                due_on: isAsked ? dueOf(country) : null,
                round: input.round + (isKnown && again ? 1 : 0),
                answer_due_on: null,
                paused_days: null,
                position_id: null,
                version: input.version + 1,
            });
            c.inputs.set(country, input);
            this.turnInput(input, leaf);
        }
    }

    input(leaf, said) {
        const input = this.commitment(leaf).inputs.get(said.country);
        if (!input) {
            throw new Error(`${said.country} was not asked`);
        }
        // An invitation does not say the number of the input; the first statement on it does.
        input.id ??= said.input;
        if (input.id !== said.input) {
            throw new Error(`the input of ${said.country} is ${input.id}, not ${said.input}`);
        }
        return input;
    }

    position(leaf, said, input) {
        if (input.position_id !== said.position) {
            this.note(leaf, `the position in force is ${input.position_id}, not ${said.position}`);
        }
    }

    advanceInput(input, leaf, state) {
        input.state = state;
        input.version += 1;
        this.turnInput(input, leaf);
    }

    // Each side speaks under its own name: the donor's organisation, or another one.
    side(leaf, said) {
        const isDonor = leaf.organisation === this.commitment(leaf).organisation_id;
        if (said.side !== (isDonor ? 'donor' : 'recipient')) {
            this.note(leaf, `it was not the ${said.side} that said this`);
        }
    }

    // What became of a deadline; "due" is the day the statement has to be about.
    deadline(leaf, said, { states, state, deadline, event, due }) {
        const input = this.input(leaf, said);
        if (!states.includes(input.state)) {
            this.note(leaf, `the input is ${input.state}`);
        }
        if (due && due(input) !== said.due_on) {
            this.note(leaf, `it was due on ${due(input)}`);
        }
        input.deadlines = (input.deadlines ?? 0) + 1;
        this.rows.ownership_deadline.push({
            id: said.id,
            input_id: input.id,
            ordinal: input.deadlines,
            deadline,
            event,
            due_on: said.due_on,
            reason: said.reason ?? null,
            organisation_id: leaf.organisation,
            entry: leaf.entry,
            recorded_at: leaf.at,
        });
        return { input, turn: (changes = {}) => {
            Object.assign(input, changes);
            this.advanceInput(input, leaf, state ?? input.state);
        } };
    }

    // What a side says about the position in dispute, after what was said of it before.
    dispute(leaf, said, table) {
        const input = this.input(leaf, said);
        this.position(leaf, said, input);
        this.side(leaf, said);
        if (input.state !== 'DISPUTED') {
            this.note(leaf, `the input is ${input.state}`);
        }
        const before = this.rows[table].filter((row) => row.position_id === said.position);
        this.rows[table].push({
            id: said.id,
            position_id: said.position,
            ordinal: before.length + 1,
            side: said.side,
            text: said.text,
            organisation_id: leaf.organisation,
            entry: leaf.entry,
            recorded_at: leaf.at,
        });
        return { input, before };
    }

    // ------------------------------------------------------------ dialogue

    // What an organisation of a country's government is to a public commitment.
    party(leaf, said, id) {
        const c = this.commitments.get(id);
        if (!c?.published) {
            throw new Error(`there is no public commitment ${id}`);
        }
        return leaf.organisation === c.organisation_id ? 'donor'
            : c.inputs.has(said.country) ? 'recipient' : 'other';
    }

    // Nobody speaks for a side that is not theirs; a party may speak for itself alone.
    voice(leaf, said, commitment) {
        if (said.side !== 'other' && said.side !== this.party(leaf, said, commitment)) {
            this.note(leaf, `it was not the ${said.side} that said this`);
        }
    }

    comment(leaf, said) {
        const found = this.rows.comment.find((row) => row.id === said.comment);
        if (found?.thread_id !== leaf.aggregate) {
            throw new Error(`there is no comment ${said.comment}`);
        }
        if (found.organisation_id !== leaf.organisation) {
            this.note(leaf, 'it was said by somebody else');
        }
        if (this.isWithdrawn(found.id)) {
            this.note(leaf, 'it was withdrawn');
        }
        return found;
    }

    isWithdrawn(id) {
        return this.rows.comment_change.some((row) => row.comment_id === id
            && row.change === 'withdrawn');
    }

    observation(leaf) {
        const found = this.rows.third_party_observation.find((row) => row.id === leaf.aggregate);
        if (!found) {
            throw new Error(`there is no observation ${leaf.aggregate}`);
        }
        return found;
    }

    // The next row about an aggregate in a table of what was said about it.
    say(table, leaf, said, key, content) {
        const before = this.rows[table].filter((row) => Object.entries(key)
            .every(([name, value]) => row[name] === value));
        this.rows[table].push({ id: said.id, ...key, ordinal: before.length + 1, ...content,
            entry: leaf.entry, recorded_at: leaf.at });
        return before.at(-1);
    }

    mask(leaf) {
        if (!this.rows.indicator_mask.some((row) => row.id === leaf.aggregate)
            || this.rows.indicator_mask_withdrawal.some((row) => row.mask_id === leaf.aggregate)) {
            this.note(leaf, 'there is no such mask, or it was withdrawn');
        }
    }

    // Each side of a review speaks under its own name: the donor's organisation, or another one.
    review(leaf, said) {
        const found = this.rows.joint_review.find((row) => row.id === leaf.aggregate);
        if (!found) {
            throw new Error(`there is no review ${leaf.aggregate}`);
        }
        if ((leaf.organisation === found.donor_id) !== (said.side === 'donor')) {
            this.note(leaf, `it was not the ${said.side} that said this`);
        }
        return found;
    }

    // ------------------------------------------------------------ receipts

    // What a disbursement comes to for a country, with all that adjusts it.
    reported(id, country) {
        const adjusting = [...this.transactions.values()].filter((t) => t.adjusts === id);
        return sum([
            ...this.transactions.get(id).parts.filter((part) => part.country === country)
                .map((part) => part.amount),
            ...adjusting.map((t) => this.reported(t.id, country)),
        ]);
    }

    // An import's clocks run for a government once it has said something of its own.
    isAsked(c, country) {
        return c.origin === 'registered'
            || (c.inputs.has(country) && c.inputs.get(country).state !== 'NOT_INVITED')
            || this.rows.receipt_confirmation.some((row) => row.commitment_id === c.id
                && row.country === country);
    }

    disbursement(id, country) {
        return this.disbursements.get(`${id} ${country}`);
    }

    // A disbursement stands somewhere with each country it is for; what adjusts it changes its amount.
    disburse(c, t, due) {
        if (t.transaction_type !== '3') {
            return;
        }
        if (t.adjusts === null) {
            for (const country of new Set(t.parts.map((part) => part.country).filter(Boolean))) {
                this.disbursements.set(`${t.id} ${country}`, {
                    transaction_id: t.id,
                    country,
                    commitment_id: c.id,
                    amount: this.reported(t.id, country),
                    state: 'REPORTED',
                    due_on: this.isAsked(c, country) ? due : null,
                    confirmation_id: null,
                    case_due_on: null,
                });
            }
            return;
        }
        let root = t;
        while (root.adjusts !== null) {
            root = this.transactions.get(root.adjusts);
        }
        for (const row of this.disbursements.values()) {
            if (row.transaction_id === root.id) {
                const amount = this.reported(root.id, row.country);
                if (isZero(row.amount) && !isZero(amount) && row.state === 'REPORTED') {
                    row.due_on = [row.due_on, due].filter(Boolean).sort().at(-1) ?? null;
                }
                row.amount = amount;
            }
        }
    }

    // A government takes an import up: from then on its clocks run.
    open(c, country, due) {
        const isAsked = this.isAsked(c, country);
        for (const row of this.disbursements.values()) {
            if (due && row.commitment_id === c.id && row.country === country
                && row.due_on === null) {
                const paid = Date.parse(this.transactions.get(row.transaction_id).transaction_date);
                const window = new Date(paid + 60 * 86_400_000).toISOString().slice(0, 10);
                row.due_on = window > due ? window : due;
            }
        }
        return isAsked === (due === undefined);
    }

    confirmation(leaf, said, states) {
        const found = this.rows.receipt_confirmation.find((row) => row.id === said.confirmation);
        if (found?.commitment_id !== leaf.aggregate) {
            throw new Error(`there is no confirmation ${said.confirmation}`);
        }
        const state = this.confirmationStates.get(found.id);
        if (!states.includes(state)) {
            this.note(leaf, `the confirmation is ${state}`);
        }
        return found;
    }

    turnConfirmation(id, leaf, state, due) {
        this.confirmationStates.set(id, state);
        const r = this.rows.receipt_confirmation.find((row) => row.id === id);
        const standing = this.disbursement(r.transaction_id, r.country);
        standing.case_due_on = openCase.includes(state) ? standing.case_due_on ?? due : null;
        Object.assign(standing, { state, confirmation_id: id });
        this.rows.receipt_confirmation_state.push({
            confirmation_id: id, version: leaf.version, state, entry: leaf.entry,
        });
    }

    // ------------------------------------------------------------ pledges

    pledge(leaf, said) {
        const pledge = this.pledges.get(leaf.aggregate);
        if (!pledge) {
            throw new Error(`there is no pledge ${leaf.aggregate}`);
        }
        if (pledge.organisation_id !== leaf.organisation || pledge.currency !== said.currency) {
            this.note(leaf, 'the pledge is another one');
        }
        pledge.version = leaf.version;
        return pledge;
    }

    // No more is converted and withdrawn than was pledged, and no more given back than was converted.
    spend(pledge, leaf, column, amount) {
        pledge[column] = sum([pledge[column], amount]);
        const open = sum([pledge.amount, negated(pledge.converted), negated(pledge.withdrawn)]);
        if (open.startsWith('-') || pledge[column].startsWith('-')) {
            this.note(leaf, `${pledge.converted} of ${pledge.amount} cannot be converted and `
                + `${pledge.withdrawn} withdrawn`);
        }
    }

    convert(leaf, said, amount) {
        const pledge = this.pledge(leaf, said);
        const c = this.commitments.get(said.commitment);
        const before = this.rows.pledge_conversion.filter((row) => row.pledge_id === pledge.id);
        const held = sum(['0', ...before.filter((row) => row.commitment_id === said.commitment)
            .map((row) => row.amount), amount]);
        if (c?.organisation_id !== leaf.organisation || held.startsWith('-')) {
            this.note(leaf, `commitment ${said.commitment} does not make good on so much of it`);
        }
        this.spend(pledge, leaf, 'converted', amount);
        this.rows.pledge_conversion.push({
            id: said.id,
            pledge_id: pledge.id,
            ordinal: before.length + 1,
            commitment_id: said.commitment,
            amount: numeric(amount),
            reason: said.reason ?? null,
            organisation_id: leaf.organisation,
            entry: leaf.entry,
            recorded_at: leaf.at,
        });
    }

    // ------------------------------------------------------------ flows

    net(id) {
        return sum([this.transactions.get(id).amount, ...[...this.transactions.values()]
            .filter((t) => t.adjusts === id).map((t) => this.net(t.id))]);
    }

    // What others draw on is counted from the first time that somebody does, or that it is parked.
    flowParent(id) {
        const known = this.flowParents.get(id)
            ?? { transaction_id: id, amount: this.net(id), drawn: '0', short: false };
        this.flowParents.set(id, known);
        return known;
    }

    draw(leaf, row) {
        const parent = this.flowParent(row.parent_id);
        parent.drawn = sum([parent.drawn, row.amount]);
        const isOver = sum([parent.amount, negated(parent.drawn)]).startsWith('-');
        if (parent.drawn.startsWith('-') || (isOver && !row.amount.startsWith('-'))) {
            this.note(leaf, `${parent.drawn} of ${parent.amount} cannot be drawn`);
        }
        parent.short &&= isOver;
        this.rows.flow_link.push({
            note: null, reverses: null, reason: null, ...row, organisation_id: leaf.organisation,
            entry: leaf.entry, recorded_at: leaf.at,
        });
    }

    // Whether money of the one transaction comes, near or far, from the other.
    comesFrom(id, other) {
        const stands = (link) => !isZero(sum(this.rows.flow_link
            .filter((row) => link.id === row.id || link.id === row.reverses)
            .map((row) => row.amount)));
        return id === other || this.rows.flow_link.filter((row) => row.child_id === id
            && row.reverses === null && stands(row))
            .some((row) => this.comesFrom(row.parent_id, other));
    }

    // ------------------------------------------------------------ money

    parts(t, revision) {
        const original = this.transactions.get(t.adjusts);
        const placed = ['recipient_country', 'recipient_region', 'sector'];
        if (original && placed.every((name) => original[name] === t[name])
            && original.parts.some((part) => !isZero(part.amount))) {
            return splitAlike(t.amount, this.minorUnits.get(t.currency), original.parts);
        }
        const recipients = t.recipient_country
            ? [{ country: t.recipient_country, share: '100' }]
            : t.recipient_region ? [{ region: t.recipient_region, share: '100' }]
                : partsWithShare(revision.recipients);
        const sectors = t.sector ? [{ code: t.sector, share: '100' }]
            : partsWithShare(revision.sectors);
        return split(t.amount, this.minorUnits.get(t.currency), recipients, sectors,
            revision.ict_significance, revision.ict_share);
    }

    // By what the importer knows a transaction of a file again: its words and the shares it is
    // split by.
    source(c, t, said, revision) {
        if (c.origin !== 'imported' || said.adjusts) {
            return;
        }
        const words = [jsonbText(without(said, 'id', 'source_sha256', 'receipt_due_on'))];
        if (!said.recipient_country && !said.recipient_region) {
            words.push(jsonbText(partsWithShare(revision.recipients)));
        }
        if (!said.sector) {
            words.push(jsonbText(partsWithShare(revision.sectors)));
        }
        this.rows.transaction_source.push({
            transaction_id: t.id, source_hash: bytes(sha256(words.join('\n'))),
        });
    }

    // ------------------------------------------------------------ the state tables

    links(c) {
        const newest = new Map();
        for (const link of c.links) {
            newest.set([link.framework, link.framework_version, link.item].join('/'), link);
        }
        return [...newest.entries()].sort(([a], [b]) => (a < b ? -1 : 1))
            .filter(([, link]) => !link.withdrawn);
    }

    // Whose national plan a framework is; nothing for what was there before the first statement.
    planOf(framework) {
        return this.rows.framework.find((row) => row.code === framework)?.country;
    }

    // A link to a national plan counts while its government endorses it.
    counts(link) {
        const country = this.planOf(link.framework);
        return !country || this.rows.link_answer.findLast((row) => row.link_id === link.id
            && row.country === country)?.answer === 'endorsed';
    }

    grow(leaf, framework, version, items) {
        const there = this.rows.framework_item.filter((row) => row.framework === framework
            && row.framework_version === version);
        items.forEach(({ title, ...item }, at) => {
            if (item.parent && ![...there, ...items.slice(0, at)]
                .some((one) => one.code === item.parent)) {
                this.note(leaf, `nothing "${item.parent}" is there before "${item.code}"`);
            }
            this.rows.framework_item.push({
                printed: null, parent: null, status: null, source: null, confidence: null,
                note: null, ...item, framework, framework_version: version,
                ordinal: there.length + at + 1, gist: title, entry: leaf.entry,
            });
        });
    }

    commitmentRow(c) {
        const told = c.revisions[c.revision - 1];
        return {
            ...without(c, 'revisions', 'links', 'instalments', 'inputs'),
            countries: (told.recipients ?? []).map((part) => part.country).filter(Boolean),
            sectors: (told.sectors ?? []).map((part) => part.code).filter(Boolean),
            items: this.links(c).filter(([, link]) => this.counts(link)).map(([item]) => item),
            start_date: told.start_date,
            end_date: told.end_date,
            search: lower([told.title, told.narrative, told.agreement_reference]
                .filter((text) => text !== null).join(' ')),
        };
    }

    inputRows() {
        return [...this.commitments.values()].flatMap((c) => [...c.inputs.values()]
            .map((input) => ({ ...input, input, commitment_id: c.id })));
    }
}

// ---------------------------------------------------------------- a step for each kind

function commitmentStep(step) {
    return (state, leaf, said) => {
        const c = state.commitment(leaf);
        Object.assign(c, { version: leaf.version, head: bytes(leaf.hash) });
        step(state, leaf, said, c);
    };
}

function tell(state, leaf, c, content, published) {
    c.revision = state.revise(c, leaf, content, published);
    if (published) {
        c.registered_revision = c.revision;
    }
}

function turnStep(status, from) {
    return commitmentStep((state, leaf, said, c) => {
        if (!from.includes(c.status)) {
            state.note(leaf, `the commitment is ${c.status}`);
        }
        c.status = status;
        state.turn(c, leaf);
        if (['CANCELLED', 'CLOSED'].includes(status)) {
            c.instalments.filter((row) => !isZero(sum([row.amount, negated(row.settled)])))
                .forEach((row) => { row.ended = true; });
        }
    });
}

const receiptStates = { full: 'CONFIRMED', partial: 'DISCREPANT', not_received: 'DENIED',
    not_visible: 'OFF_TREASURY' };
const openCase = ['DISCREPANT', 'DENIED', 'ESCALATED'];

function moderationStep(event) {
    return (state, leaf, said) => {
        const o = state.observation(leaf);
        const before = state.say('third_party_moderation', leaf, said, { observation_id: o.id }, {
            event, harm: said.harm ?? null, reason: said.reason,
            organisation_id: leaf.organisation });
        if ((before?.event ?? 'restored') === event) {
            state.note(leaf, `it is ${event} already`);
        }
    };
}

function actionStep(event, from) {
    return (state, leaf, said) => {
        const { id } = state.review(leaf, said);
        const action = state.rows.joint_review_action.find((row) => row.review_id === id
            && row.ordinal === said.action);
        const isAgreed = state.rows.joint_review_agreement.some((row) => row.review_id === id);
        if (!isAgreed || (action.owner === said.side) !== (event === 'reported')) {
            state.note(leaf, `it is not for the ${said.side} to say this`);
        }
        const before = state.say('joint_review_event', leaf, said,
            { review_id: id, action: said.action }, { event, side: said.side,
                text: said.text ?? null, evidence: said.evidence ?? null,
                organisation_id: leaf.organisation });
        if (!from.includes(before?.event)) {
            state.note(leaf, `the action is ${before?.event ?? 'open'}`);
        }
    };
}

const steps = {
    'organisation.recorded': (state, leaf, said) => state.organisations.set(said.id, {
        id: said.id,
        identifier: said.identifier ?? null,
        name: said.name,
        type_code: said.type_code ?? null,
        country: said.country ?? null,
        crs_channel_code: null,
        four_eyes: said.four_eyes,
        confidence: null,
        note: said.note ?? null,
        origin: said.origin,
        entry: leaf.entry,
    }),

    'organisation.four_eyes': (state, leaf, said) => {
        const known = state.organisations.get(leaf.aggregate);
        if (known) {
            known.four_eyes = said.four_eyes;
        } else {
            // It was there before the first statement.
            state.fourEyes.set(leaf.aggregate, said.four_eyes);
        }
    },

    'membership.recorded': (state, leaf, said) => state.rows.country_group_membership.push({
        ...Object.fromEntries(['valid_from', 'valid_from_precision', 'valid_to',
            'valid_to_precision', 'valid_to_alternatives', 'subclass', 'decision_ref', 'note',
            'supersedes'].map((name) => [name, null])),
        ...said,
        entry: leaf.entry,
    }),

    'calendar.recorded': (state, leaf, said) => state.rows.working_calendar.push({
        ...said,
        ordinal: state.rows.working_calendar.filter((row) => row.country === said.country
            && row.year === said.year).length + 1,
        entry: leaf.entry,
        recorded_at: leaf.at,
    }),

    'rate_set.recorded': (state, leaf, said) => {
        if (state.rows.exchange_rate_set.some((row) => said.supersedes
            && row.supersedes === said.supersedes)) {
            state.note(leaf, `${said.supersedes} was superseded before`);
        }
        state.rows.exchange_rate_set.push({
            ...Object.fromEntries(['url', 'note', 'supersedes', 'reason']
                .map((name) => [name, null])),
            ...said,
            source_sha256: bytes(said.source_sha256),
            rates_sha256: bytes(said.rates_sha256),
            entry: leaf.entry,
            recorded_at: leaf.at,
        });
    },

    'plan.stated': (state, leaf, said) => {
        if (state.planOf(said.framework) === undefined) {
            state.rows.framework.push({
                code: said.framework, title: said.title, source: said.source,
                note: said.note ?? null, country: said.country, entry: leaf.entry,
            });
        }
        if (state.planOf(said.framework) !== said.country) {
            state.note(leaf, `it is a plan of ${state.planOf(said.framework)}`);
        }
        state.rows.framework_version.push({
            ...Object.fromEntries(['document_number', 'window_start', 'window_end', 'window_note',
                'input_to', 'meeting_start', 'meeting_end'].map((name) => [name, null])),
            framework: said.framework,
            version: said.version,
            ordinal: state.rows.framework_version
                .filter((row) => row.framework === said.framework).length + 1,
            title: said.title,
            status: 'stated',
            source: said.source,
            id: said.id,
            period_start: said.period_start ?? null,
            period_end: said.period_end ?? null,
            organisation_id: leaf.organisation,
            entry: leaf.entry,
            recorded_at: leaf.at,
        });
        state.grow(leaf, said.framework, said.version, said.items);
    },

    'plan.extended': (state, leaf, said) => {
        const version = state.rows.framework_version.find((row) => row.id === leaf.aggregate);
        if (version?.framework !== said.framework || version.version !== said.version) {
            state.note(leaf, 'the version is another one');
        }
        state.grow(leaf, said.framework, said.version, said.items);
    },

    'priorities.stated': (state, leaf, said) => {
        state.rows.priority_statement.push({
            id: said.id,
            country: said.country,
            ordinal: state.rows.priority_statement
                .filter((row) => row.country === said.country).length + 1,
            period_start: said.period_start,
            period_end: said.period_end,
            text: said.text ?? null,
            source: said.source,
            organisation_id: leaf.organisation,
            entry: leaf.entry,
            recorded_at: leaf.at,
        });
        said.priorities.forEach((priority, at) => state.rows.national_priority.push({
            sector: null, framework: null, framework_version: null, item: null, ...priority,
            statement_id: said.id, rank: at + 1,
        }));
        said.supersedes.forEach((id) => state.rows.priority_supersession.push({
            statement_id: said.id, superseded_id: id, entry: leaf.entry,
        }));
    },

    'alignment.stated': commitmentStep((state, leaf, said, c) => {
        const inForce = c.revisions[c.revision - 1].recipients ?? [];
        if (leaf.organisation !== c.organisation_id
            || !inForce.some((part) => part.country === said.country)) {
            state.note(leaf, 'it is not for this donor to say, or of another country');
        }
        const before = state.rows.alignment_statement.filter((row) => row.commitment_id === c.id
            && row.country === said.country);
        state.rows.alignment_statement.push({
            id: said.id,
            commitment_id: c.id,
            country: said.country,
            ordinal: before.length + 1,
            priorities_id: said.priorities ?? null,
            serves: said.serves,
            reason: said.reason ?? null,
            organisation_id: leaf.organisation,
            entry: leaf.entry,
            recorded_at: leaf.at,
        });
    }),

    'activity.recorded': (state, leaf, said) => {
        const before = state.activities.get(leaf.aggregate);
        state.activities.set(leaf.aggregate, {
            id: leaf.aggregate,
            organisation_id: before?.organisation_id ?? leaf.organisation,
            iati_identifier: before?.iati_identifier ?? said.iati_identifier,
            version: leaf.version,
            head: bytes(leaf.hash),
            content: said,
            content_sha256: bytes(sha256(jsonbText(without(said, 'marks', 'source_sha256')))),
            recorded_at: leaf.at,
        });
    },

    'commitment.drafted': (state, leaf, said) => {
        const c = state.begin(leaf, 'registered', 'DRAFT');
        Object.assign(c, { version: leaf.version, head: bytes(leaf.hash) });
        tell(state, leaf, c, said, false);
        state.turn(c, leaf);
    },

    'commitment.edited': commitmentStep((state, leaf, said, c) => {
        tell(state, leaf, c, said, false);
        state.turn(c, leaf);
    }),

    'commitment.submitted': commitmentStep((state, leaf, said, c) => {
        c.status = 'SUBMITTED';
        c.submitted_by = leaf.actor;
        state.turn(c, leaf);
        state.rows.commitment_distinction.push(...(said.distinct_from ?? []).map((one) => ({
            entry: leaf.entry,
            other_id: one.commitment_id,
            commitment_id: c.id,
            score: one.score,
            grounds: one.grounds,
            reason: one.reason,
        })));
        state.invite(c, leaf, 'INVITED');
    }),

    'commitment.returned': commitmentStep((state, leaf, said, c) => {
        c.status = 'DRAFT';
        c.submitted_by = null;
        state.turn(c, leaf);
    }),

    'commitment.registered': commitmentStep((state, leaf, said, c) => {
        c.status = 'REGISTERED';
        c.published = true;
        tell(state, leaf, c, said, true);
        if (said.schedule?.length > 0) {
            state.promise(c, leaf, said.schedule.map((instalment) => ({
                ...instalment, currency: said.currency, value_date: said.commitment_date,
            })));
        }
        state.turn(c, leaf);
        state.invite(c, leaf, 'INVITED', { said });
    }),

    'commitment.amendment_proposed': commitmentStep((state, leaf, said, c) => {
        c.amendment = state.revise(c, leaf, said, false);
    }),

    'commitment.amendment_returned': commitmentStep((state, leaf, said, c) => {
        c.amendment = null;
    }),

    'commitment.amended': commitmentStep((state, leaf, said, c) => {
        c.amendment = null;
        tell(state, leaf, c, said, true);
        state.turn(c, leaf);
        if (said.asked_again) {
            state.invite(c, leaf, 'INVITED', { again: true, said });
        }
    }),

    'commitment.effected': commitmentStep((state, leaf, said, c) => {
        c.status = 'EFFECTIVE';
        c.effective_date = said.effective_date;
        c.baseline_schedule = c.schedule;
        if (c.baseline_schedule !== (said.baseline_schedule ?? null)) {
            state.note(leaf, `the schedule is ${c.schedule}`);
        }
        tell(state, leaf, c, {
            ...c.revisions[c.revision - 1], agreement_reference: said.agreement_reference,
        }, true);
        state.turn(c, leaf);
    }),

    'commitment.suspended': turnStep('SUSPENDED', ['EFFECTIVE']),

    'commitment.resumed': turnStep('EFFECTIVE', ['SUSPENDED']),

    'commitment.cancelled': turnStep('CANCELLED', ['REGISTERED', 'EFFECTIVE', 'SUSPENDED']),

    'commitment.closed': turnStep('CLOSED', ['EFFECTIVE']),

    'commitment.imported': (state, leaf, said) => {
        const c = state.commitments.get(leaf.aggregate)
            ?? state.begin(leaf, 'imported', said.status);
        Object.assign(c, { version: leaf.version, head: bytes(leaf.hash), status: said.status });
        tell(state, leaf, c, said, true);
        state.turn(c, leaf);
        state.invite(c, leaf, 'NOT_INVITED');
    },

    'schedule.recorded': commitmentStep((state, leaf, said, c) => {
        state.promise(c, leaf, said.planned_disbursements);
        state.settle(c, leaf, said.settles, null);
        if (c.schedule !== said.schedule_version) {
            state.note(leaf, `this is version ${c.schedule} of the schedule`);
        }
        state.turn(c, leaf);
    }),

    'instalment.missed': commitmentStep((state, leaf, said, c) => {
        const row = state.instalment(c, said.schedule_version, said.instalment);
        if (row.ended || row.missed || row.due_on !== said.due_on
            || !isZero(sum([row.amount, negated(row.settled), negated(said.unpaid)]))) {
            state.note(leaf, 'the instalment is another one');
        }
        row.missed = true;
        state.rows.instalment_miss.push({
            commitment_id: c.id,
            schedule: said.schedule_version,
            ordinal: said.instalment,
            due_on: said.due_on,
            unpaid: numeric(said.unpaid),
            entry: leaf.entry,
            recorded_at: leaf.at,
        });
    }),

    'link.recorded': commitmentStep((state, leaf, said, c) => {
        const same = c.links.filter((link) => ['framework', 'framework_version', 'item']
            .every((name) => link[name] === said[name]));
        const link = {
            ...said,
            commitment_id: c.id,
            ordinal: same.length + 1,
            share: numeric(said.share),
            withdrawn: said.withdrawn ?? false,
            asserted_by: leaf.organisation,
            entry: leaf.entry,
        };
        c.links.push(link);
        state.rows.framework_link.push(link);
    }),

    'link.answered': commitmentStep((state, leaf, said, c) => {
        const link = c.links.find((one) => one.id === said.link);
        if (!state.links(c).some(([, one]) => one === link)
            || leaf.organisation === link?.asserted_by) {
            state.note(leaf, `link ${said.link} is not in force, or it is the speaker's own`);
        }
        state.rows.link_answer.push({
            id: said.id,
            commitment_id: c.id,
            link_id: said.link,
            country: said.country,
            ordinal: state.rows.link_answer.filter((row) => row.link_id === said.link
                && row.country === said.country).length + 1,
            answer: said.answer,
            reason: said.reason ?? null,
            organisation_id: leaf.organisation,
            entry: leaf.entry,
            recorded_at: leaf.at,
        });
    }),

    'document.recorded': commitmentStep((state, leaf, said, c) => {
        state.rows.document_hash.push({
            category: null,
            url: null,
            ...said,
            sha256: bytes(said.sha256),
            commitment_id: c.id,
            entry: leaf.entry,
        });
    }),

    'transaction.recorded': commitmentStep((state, leaf, said, c) => {
        const revision = c.revisions[c.revision - 1];
        const t = {
            ...Object.fromEntries(['ref', 'description', 'provider_org', 'receiver_org',
                'recipient_country', 'recipient_region', 'sector', 'disbursement_channel',
                'adjusts', 'reason', 'in_kind', 'agreement_reference', ...codes.slice(1)].map((name) => [name, null])),
            ...without(said, 'source_sha256', 'receipt_due_on', 'settles', 'unscheduled'),
            ref_key: referenceKey(said.ref),
            amount: numeric(said.amount),
            commitment_id: c.id,
            organisation_id: leaf.organisation,
            entry: leaf.entry,
            recorded_at: leaf.at,
        };
        t.parts = state.parts(t, revision);
        state.transactions.set(t.id, t);
        state.report(t);
        t.parts.forEach((part, at) => state.rows.allocation.push({
            ...part, transaction_id: t.id, ordinal: at + 1,
        }));
        state.disburse(c, t, said.receipt_due_on ?? null);
        state.settle(c, leaf, said.settles, t.id);
        state.source(c, t, said, revision);
        let root = t;
        while (root.adjusts !== null) {
            root = state.transactions.get(root.adjusts);
        }
        const parent = root === t ? undefined : state.flowParents.get(root.id);
        if (parent) {
            parent.amount = sum([parent.amount, t.amount]);
            parent.short = sum([parent.amount, negated(parent.drawn)]).startsWith('-');
        }
    }),

    'ownership.lodged': commitmentStep((state, leaf, said, c) => {
        const input = state.input(leaf, said);
        if (!state.open(c, said.country, said.receipts_due_on)) {
            state.note(leaf, 'the clocks of its receipts are told wrong');
        }
        if (said.round !== input.round || (said.supersedes ?? null) !== input.position_id) {
            state.note(leaf, `round ${input.round} stands at position ${input.position_id}`);
        }
        input.ordinal = (input.ordinal ?? 0) + 1;
        state.rows.ownership_position.push({
            id: said.id,
            input_id: input.id,
            ordinal: input.ordinal,
            round: said.round,
            position: said.position,
            aspects: said.aspects ?? [],
            text: said.text ?? null,
            late: said.late,
            supersedes: said.supersedes ?? null,
            organisation_id: leaf.organisation,
            entry: leaf.entry,
            recorded_at: leaf.at,
        });
        input.position_id = said.id;
        input.answer_due_on = said.answer_due_on ?? null;
        input.paused_days = null;
        state.advanceInput(input, leaf,
            said.position === 'endorse' ? 'ENDORSED' : 'AWAITING_DONOR');
    }),

    'ownership.extended': commitmentStep((state, leaf, said) => {
        const { turn } = state.deadline(leaf, said, {
            states: [said.deadline === 'position' ? 'INVITED' : 'AWAITING_DONOR'],
            deadline: said.deadline,
            event: 'extended',
        });
        turn({ [said.deadline === 'position' ? 'due_on' : 'answer_due_on']: said.due_on });
    }),

    'ownership.paused': commitmentStep((state, leaf, said) => {
        const { turn } = state.deadline(leaf, said, { states: ['INVITED'], state: 'PAUSED',
            deadline: 'position', event: 'paused', due: (input) => input.due_on });
        turn({ due_on: null, paused_days: said.working_days });
    }),

    'ownership.resumed': commitmentStep((state, leaf, said) => {
        const { turn } = state.deadline(leaf, said, { states: ['PAUSED'], state: 'INVITED',
            deadline: 'position', event: 'resumed' });
        turn({ due_on: said.due_on, paused_days: null });
    }),

    'ownership.lapsed': commitmentStep((state, leaf, said) => {
        state.deadline(leaf, said, { states: ['INVITED'], state: 'LAPSED_SILENT',
            deadline: 'position', event: 'passed', due: (input) => input.due_on }).turn();
    }),

    'ownership.unanswered': commitmentStep((state, leaf, said) => {
        const { input, turn } = state.deadline(leaf, said, { states: ['AWAITING_DONOR'],
            state: 'UNANSWERED', deadline: 'answer', event: 'passed',
            due: (one) => one.answer_due_on });
        state.position(leaf, said, input);
        turn();
    }),

    'ownership.answered': commitmentStep((state, leaf, said) => {
        const input = state.input(leaf, said);
        state.position(leaf, said, input);
        state.rows.ownership_answer.push({
            id: said.id,
            position_id: said.position,
            answer: said.answer,
            reason: said.reason,
            change_made: said.change_made ?? null,
            late: said.late,
            organisation_id: leaf.organisation,
            entry: leaf.entry,
            recorded_at: leaf.at,
        });
        state.advanceInput(input, leaf, 'ANSWERED');
    }),

    'ownership.resolved': commitmentStep((state, leaf, said) => {
        const input = state.input(leaf, said);
        state.position(leaf, said, input);
        state.rows.ownership_resolution.push({
            position_id: said.position,
            text: said.text ?? null,
            organisation_id: leaf.organisation,
            entry: leaf.entry,
            recorded_at: leaf.at,
        });
        state.advanceInput(input, leaf, 'RESOLVED');
    }),

    'ownership.escalated': commitmentStep((state, leaf, said) => {
        const input = state.input(leaf, said);
        state.position(leaf, said, input);
        state.rows.ownership_escalation.push({
            position_id: said.position,
            ground: said.ground,
            evidence: said.evidence ?? [],
            organisation_id: leaf.organisation,
            entry: leaf.entry,
            recorded_at: leaf.at,
        });
        state.advanceInput(input, leaf, 'DISPUTED');
    }),

    'ownership.joint_statement_proposed': commitmentStep((state, leaf, said) => {
        const { input } = state.dispute(leaf, said, 'ownership_joint_statement');
        state.advanceInput(input, leaf, 'DISPUTED');
    }),

    'ownership.joint_statement_agreed': commitmentStep((state, leaf, said) => {
        const input = state.input(leaf, said);
        state.position(leaf, said, input);
        state.side(leaf, said);
        const proposed = state.rows.ownership_joint_statement.filter((row) =>
            row.position_id === said.position && row.side !== said.side).at(-1);
        if (proposed?.id !== said.statement) {
            state.note(leaf, `the other side proposed ${proposed?.id}`);
        }
        state.rows.ownership_agreement.push({
            statement_id: said.statement,
            organisation_id: leaf.organisation,
            entry: leaf.entry,
            recorded_at: leaf.at,
        });
        state.advanceInput(input, leaf, 'RESOLVED');
    }),

    'ownership.disagreement_stated': commitmentStep((state, leaf, said) => {
        const { input, before } = state.dispute(leaf, said, 'ownership_disagreement');
        state.advanceInput(input, leaf, before.some((row) => row.side !== said.side)
            ? 'STANDING_DISAGREEMENT' : 'DISPUTED');
    }),

    'review.proposed': (state, leaf, said) => {
        state.rows.joint_review.push({
            id: said.id,
            donor_id: said.donor,
            country: said.country,
            side: said.side,
            held_on: said.held_on,
            title: said.title,
            summary: said.summary,
            organisation_id: leaf.organisation,
            entry: leaf.entry,
            recorded_at: leaf.at,
        });
        state.review(leaf, said);
        const about = { review_id: said.id, entry: leaf.entry };
        said.participants.forEach((id) => state.rows.joint_review_participant.push(
            { ...about, organisation_id: id }));
        (said.commitments ?? []).forEach((id) => state.rows.joint_review_commitment.push(
            { ...about, commitment_id: id }));
        (said.actions ?? []).forEach((action, at) => state.rows.joint_review_action.push(
            { ...about, ...action, ordinal: at + 1 }));
    },

    'review.agreed': (state, leaf, said) => {
        const r = state.review(leaf, said);
        if (said.side === r.side) {
            state.note(leaf, 'nobody agrees with itself');
        }
        state.rows.joint_review_agreement.push({ review_id: r.id,
            organisation_id: leaf.organisation, entry: leaf.entry, recorded_at: leaf.at });
    },

    'review.action_reported': actionStep('reported', [undefined, 'disputed']),

    'review.action_accepted': actionStep('accepted', ['reported']),

    'review.action_disputed': actionStep('disputed', ['reported']),

    'comment.made': (state, leaf, said) => {
        state.voice(leaf, said, said.commitment);
        const first = state.rows.comment.find((row) => row.id === said.in_reply_to);
        if (leaf.aggregate !== (said.in_reply_to ?? said.id)
            || (said.in_reply_to && (first?.thread_id !== first?.id
                || first?.commitment_id !== said.commitment || state.isWithdrawn(first.id)))) {
            state.note(leaf, `it cannot be said in the thread ${leaf.aggregate}`);
        }
        state.rows.comment.push({
            id: said.id,
            commitment_id: said.commitment,
            thread_id: leaf.aggregate,
            kind: said.comment_kind,
            side: said.side,
            country: said.country ?? null,
            addressed_to: said.addressed_to ?? null,
            addressed_country: said.addressed_country ?? null,
            text: said.text,
            organisation_id: leaf.organisation,
            entry: leaf.entry,
            recorded_at: leaf.at,
        });
    },

    'comment.corrected': (state, leaf, said) => {
        const { id } = state.comment(leaf, said);
        state.say('comment_change', leaf, said, { comment_id: id },
            { change: 'corrected', text: said.text, reason: said.reason });
    },

    'comment.withdrawn': (state, leaf, said) => {
        const { id } = state.comment(leaf, said);
        state.say('comment_change', leaf, said, { comment_id: id },
            { change: 'withdrawn', text: null, reason: said.reason });
    },

    'third_party.observed': (state, leaf, said) => {
        if (state.party(leaf, said, said.commitment) !== 'other') {
            state.note(leaf, 'a party is no third party');
        }
        if (said.transaction
            && state.transactions.get(said.transaction)?.commitment_id !== said.commitment) {
            state.note(leaf, `transaction ${said.transaction} is another one`);
        }
        state.rows.third_party_observation.push({
            id: said.id,
            commitment_id: said.commitment,
            transaction_id: said.transaction ?? null,
            standing: said.standing,
            observed_on: said.observed_on,
            organisation_id: leaf.organisation,
            entry: leaf.entry,
            recorded_at: leaf.at,
        });
        state.rows.third_party_account.push({
            observation_id: said.id,
            ground: said.ground,
            text: said.text,
            place: said.place,
            evidence: said.evidence ?? [],
        });
    },

    'third_party.replied': (state, leaf, said) => {
        const o = state.observation(leaf);
        if (said.side !== state.party(leaf, said, o.commitment_id)) {
            state.note(leaf, `it was not the ${said.side} that said this`);
        }
        state.say('third_party_reply', leaf, said, { observation_id: o.id }, {
            side: said.side, country: said.country ?? null, text: said.text,
            organisation_id: leaf.organisation });
    },

    'third_party.withheld': moderationStep('withheld'),

    'third_party.restored': moderationStep('restored'),

    'receipt.confirmed': commitmentStep((state, leaf, said, c) => {
        const t = state.transactions.get(said.transaction);
        if (t?.commitment_id !== c.id || t?.currency !== said.currency) {
            state.note(leaf, `transaction ${said.transaction} is another one`);
        }
        if (!state.open(c, said.country, said.receipts_due_on)) {
            state.note(leaf, 'the clocks of its receipts are told wrong');
        }
        const same = state.rows.receipt_confirmation.filter((row) =>
            row.transaction_id === said.transaction && row.country === said.country);
        state.rows.receipt_confirmation.push({
            id: said.id,
            transaction_id: said.transaction,
            commitment_id: c.id,
            country: said.country,
            ordinal: same.length + 1,
            outcome: said.outcome,
            amount: numeric(said.amount),
            value_date: said.value_date ?? null,
            treasury_reference: said.treasury_reference ?? null,
            text: said.text ?? null,
            case_due_on: said.case_due_on ?? null,
            organisation_id: leaf.organisation,
            entry: leaf.entry,
            recorded_at: leaf.at,
        });
        const isTakenBack = said.outcome === 'not_received'
            && isZero(state.reported(said.transaction, said.country));
        state.turnConfirmation(said.id, leaf,
            isTakenBack ? 'RECONCILED' : receiptStates[said.outcome], said.case_due_on ?? null);
    }),

    'report.issued': (state, leaf, said) => {
        if ((said.rate_set ?? null) !== (said.parameters.rate_set ?? null)) {
            state.note(leaf, 'the rate set is not the one that was asked for');
        }
        state.rows.report_run.push({
            ...said, rate_set: said.rate_set ?? null, totals: said.totals ?? null,
            sha256: bytes(said.sha256), organisation_id: leaf.organisation, entry: leaf.entry,
            recorded_at: leaf.at,
        });
    },

    'ledger.erased': (state, leaf, said) => {
        const of = state.statements.get(said.entry);
        if (of?.aggregate !== leaf.aggregate) {
            state.note(leaf, `there is no statement ${said.entry} about ${leaf.aggregate}`);
        }
        for (const field of said.fields) {
            if (!(field in (of?.private ?? {})) || state.rows.ledger_erasure.some((row) =>
                row.entry === said.entry && row.field === field)) {
                state.note(leaf, `nothing is to be erased of ${field}`);
            }
            state.rows.ledger_erasure.push({ entry: said.entry, field, erasure: leaf.entry });
        }
        const c = state.commitments.get(leaf.aggregate);
        if (c) {
            Object.assign(c, { version: leaf.version, head: bytes(leaf.hash) });
        }
        const r = state.treasury.get(leaf.aggregate);
        if (r) {
            r.version = leaf.version;
        }
    },

    'period.closed': (state, leaf, said) => {
        const overlaps = state.rows.period_close.some((p) =>
            p.organisation_id === leaf.organisation && p.period_start <= said.period_end
            && said.period_start <= p.period_end
            && !state.rows.period_reopening.some((o) => o.close_id === p.id));
        if (overlaps) {
            state.note(leaf, 'a part of the period is closed already');
        }
        state.rows.period_close.push({
            ...said, organisation_id: leaf.organisation, entry: leaf.entry, recorded_at: leaf.at,
        });
    },

    'period.reopened': (state, leaf, said) => {
        const p = state.rows.period_close.find((one) => one.id === leaf.aggregate);
        if (p?.organisation_id !== leaf.organisation) {
            state.note(leaf, 'there is no such period of the organisation');
        }
        state.rows.period_reopening.push({
            close_id: leaf.aggregate, reason: said.reason, organisation_id: leaf.organisation,
            entry: leaf.entry, recorded_at: leaf.at,
        });
    },

    'treasury.received': (state, leaf, said) => {
        const r = {
            agreement_reference: null,
            ref: null,
            provider: null,
            ...without(said, 'note'),
            amount: numeric(said.amount),
            organisation_id: leaf.organisation,
            entry: leaf.entry,
            recorded_at: leaf.at,
        };
        if (!leaf.erased.includes('treasury_reference')
            && [...state.treasury.values()].some((one) => one.country === r.country
            && one.treasury_reference === r.treasury_reference && one.state !== 'WITHDRAWN')) {
            state.note(leaf, `the reference ${r.treasury_reference} stands already`);
        }
        state.treasury.set(r.id, r);
        state.turnTreasury(r, leaf, { state: 'OPEN' });
    },

    'treasury.confirmed': (state, leaf, said) => {
        const r = state.treasuryReceipt(leaf, ['OPEN']);
        const c = state.rows.receipt_confirmation.find((row) => row.id === said.confirmation);
        if (c?.transaction_id !== said.transaction || c.country !== r.country
            || state.transactions.get(said.transaction)?.currency !== said.currency
            || (said.currency === r.currency && !isZero(sum([said.amount, negated(r.amount)])))) {
            state.note(leaf, `confirmation ${said.confirmation} is of another one`);
        }
        state.turnTreasury(r, leaf, { state: 'CONFIRMED', transaction: said.transaction,
            confirmation: said.confirmation, amount: numeric(said.amount) });
        // The government's statement counts every row that confirms the disbursement.
        const rows = [...state.treasury.values()].filter((one) => one.country === r.country
            && one.transaction_id === said.transaction);
        const counted = rows.map((one) => state.rows.treasury_receipt_state
            .findLast((row) => row.receipt_id === one.id).amount);
        if (c && !isZero(sum([c.amount, ...counted.map(negated)]))) {
            state.note(leaf, `its rows come to another amount than ${c.amount}`);
        }
    },

    'treasury.rejected': (state, leaf, said) => {
        const r = state.treasuryReceipt(leaf, ['OPEN']);
        r.version = leaf.version;
        state.rows.treasury_rejection.push({
            receipt_id: r.id,
            transaction_id: said.transaction,
            reason: said.reason,
            organisation_id: leaf.organisation,
            entry: leaf.entry,
            recorded_at: leaf.at,
        });
    },

    'treasury.withdrawn': (state, leaf, said) => {
        const r = state.treasuryReceipt(leaf, ['OPEN', 'CONFIRMED']);
        if (r.confirmation_id !== null && [...state.treasury.values()].some((one) =>
            one.confirmation_id !== null && one.confirmation_id
                === state.disbursement(r.transaction_id, r.country).confirmation_id)) {
            state.note(leaf, 'a statement in force counts it');
        }
        state.turnTreasury(r, leaf, { state: 'WITHDRAWN', reason: said.reason });
    },

    'receipt.unconfirmed': commitmentStep((state, leaf, said) => {
        const standing = state.disbursement(said.transaction, said.country);
        if (standing.state !== 'REPORTED' || standing.due_on !== said.due_on) {
            state.note(leaf, `it is ${standing.state}, due on ${standing.due_on}`);
        }
        standing.state = 'UNCONFIRMED';
        state.rows.receipt_lapse.push({
            transaction_id: said.transaction,
            country: said.country,
            due_on: said.due_on,
            entry: leaf.entry,
            recorded_at: leaf.at,
        });
    }),

    'receipt.escalated': commitmentStep((state, leaf, said) => {
        const r = state.confirmation(leaf, said, ['DISCREPANT', 'DENIED']);
        if (state.disbursement(r.transaction_id, r.country).case_due_on !== said.case_due_on) {
            state.note(leaf, 'it was due on another day');
        }
        state.turnConfirmation(r.id, leaf, 'ESCALATED');
    }),

    'receipt.explained': commitmentStep((state, leaf, said) => {
        state.confirmation(leaf, said, openCase);
        state.rows.receipt_explanation.push({
            id: said.id,
            confirmation_id: said.confirmation,
            reason_code: said.reason_code,
            text: said.text,
            organisation_id: leaf.organisation,
            entry: leaf.entry,
            recorded_at: leaf.at,
        });
    }),

    'receipt.corrected': commitmentStep((state, leaf, said) => {
        const r = state.confirmation(leaf, said, openCase);
        if (state.transactions.get(said.transaction)?.adjusts !== r.transaction_id) {
            state.note(leaf, `transaction ${said.transaction} corrects another one`);
        }
        state.rows.receipt_correction.push({
            transaction_id: said.transaction, confirmation_id: r.id, entry: leaf.entry,
        });
    }),

    'receipt.accepted': commitmentStep((state, leaf, said) => {
        const r = state.confirmation(leaf, said, openCase);
        state.side(leaf, said);
        const open = sum([state.reported(r.transaction_id, r.country), negated(r.amount ?? '0')]);
        if (!isZero(sum([open, negated(said.difference)]))) {
            state.note(leaf, `the difference is ${open}`);
        }
        const isAgreed = state.rows.receipt_acceptance.some((row) => row.confirmation_id === r.id
            && row.side !== said.side && isZero(sum([row.difference, negated(said.difference)])));
        state.rows.receipt_acceptance.push({
            id: said.id,
            confirmation_id: r.id,
            side: said.side,
            difference: numeric(said.difference),
            text: said.text ?? null,
            organisation_id: leaf.organisation,
            entry: leaf.entry,
            recorded_at: leaf.at,
        });
        if (isAgreed) {
            state.turnConfirmation(r.id, leaf, 'RECONCILED');
        }
    }),

    'observation.stated': (state, leaf, said) => {
        const cell = { indicator: said.indicator, country: said.country, year: said.year,
            origin: said.origin };
        const before = state.rows.observation.filter((row) => Object.entries(cell)
            .every(([name, value]) => row[name] === value)).at(-1);
        const inForce = before && !state.rows.observation_withdrawal
            .some((row) => row.observation_id === before.id) ? before.id : undefined;
        if (said.supersedes !== inForce) {
            state.note(leaf, `what is in force is ${inForce}, not ${said.supersedes}`);
        }
        if (said.value !== undefined && said.units_observed < 5) {
            state.note(leaf, 'it could show a person');
        }
        state.rows.observation.push({
            suppressed: null, definition_version: null, source_type: null, method: null,
            period_start: null, period_end: null, units_observed: null, url: null, licence: null,
            supersedes: null, reason: null, ...said, value: numeric(said.value),
            ordinal: (before?.ordinal ?? 0) + 1, organisation_id: leaf.organisation,
            entry: leaf.entry, recorded_at: leaf.at,
        });
    },

    'observation.withdrawn': (state, leaf, said) => {
        const o = state.rows.observation.find((row) => row.id === leaf.aggregate);
        if (!o || state.rows.observation.some((row) => row.supersedes === o.id)) {
            state.note(leaf, 'no such observation is in force');
        }
        state.rows.observation_withdrawal.push({ observation_id: leaf.aggregate,
            reason: said.reason, organisation_id: leaf.organisation, entry: leaf.entry,
            recorded_at: leaf.at });
    },

    'contract.stated': (state, leaf, said) => {
        const key = referenceKey(said.reference);
        const held = state.rows.contract_award.find((row) => row.commitment_id === said.commitment
            && row.reference_key === key && row.organisation_id === leaf.organisation
            && !state.rows.contract_award.some((next) => next.supersedes === row.id)
            && !state.rows.contract_award_withdrawal.some((end) => end.award_id === row.id));
        if (held?.id !== said.supersedes) {
            state.note(leaf, `what is in force is ${held?.id}, not ${said.supersedes}`);
        }
        if (said.natural_person && (said.supplier_name || said.supplier_identifier)) {
            state.note(leaf, 'it names a person');
        }
        const { commitment, ...rest } = said;
        state.rows.contract_award.push({ country: null, supplier_name: null,
            supplier_identifier: null, supplier_country: null, url: null, supersedes: null,
            reason: null, ...rest, commitment_id: commitment, reference_key: key,
            amount: numeric(said.amount), organisation_id: leaf.organisation, entry: leaf.entry,
            recorded_at: leaf.at });
    },

    'contract.withdrawn': (state, leaf, said) => {
        if (state.rows.contract_award.find((row) => row.id === leaf.aggregate)?.organisation_id
            !== leaf.organisation) {
            state.note(leaf, 'no such contract is stated by this organisation');
        }
        state.rows.contract_award_withdrawal.push({ award_id: leaf.aggregate, reason: said.reason,
            organisation_id: leaf.organisation, entry: leaf.entry, recorded_at: leaf.at });
    },

    'budget.stated': (state, leaf, said) => {
        const like = (row) => row.country === said.country && row.donor_id === said.donor
            && row.year === said.year && row.currency === said.currency
            && row.commitment_id === (said.commitment ?? null);
        const held = state.rows.approved_budget.filter(like).find((row) => !state.rows.approved_budget
            .some((next) => next.supersedes === row.id)
            && !state.rows.approved_budget_withdrawal.some((end) => end.budget_id === row.id));
        if (held?.id !== said.supersedes) {
            state.note(leaf, `what is in force is ${held?.id}, not ${said.supersedes}`);
        }
        const { donor, commitment, ...rest } = said;
        state.rows.approved_budget.push({ url: null, sha256: null, supersedes: null, reason: null,
            ...rest, donor_id: donor, commitment_id: commitment ?? null,
            amount: numeric(said.amount), organisation_id: leaf.organisation, entry: leaf.entry,
            recorded_at: leaf.at });
    },

    'budget.withdrawn': (state, leaf, said) => {
        if (!state.rows.approved_budget.some((row) => row.id === leaf.aggregate)
            || state.rows.approved_budget.some((row) => row.supersedes === leaf.aggregate)) {
            state.note(leaf, 'no such budget is in force');
        }
        state.rows.approved_budget_withdrawal.push({ budget_id: leaf.aggregate,
            reason: said.reason, organisation_id: leaf.organisation, entry: leaf.entry,
            recorded_at: leaf.at });
    },

    'mask.proposed': (state, leaf, said) => {
        state.rows.indicator_mask.push({ year_end: null, ...said,
            organisation_id: leaf.organisation, entry: leaf.entry, recorded_at: leaf.at });
    },

    'mask.decided': (state, leaf, said) => {
        state.mask(leaf);
        if (state.rows.indicator_mask_decision.some((row) => row.mask_id === leaf.aggregate)) {
            state.note(leaf, 'the mask was decided on already');
        }
        state.rows.indicator_mask_decision.push({ mask_id: leaf.aggregate, ...said,
            organisation_id: leaf.organisation, entry: leaf.entry, recorded_at: leaf.at });
    },

    'mask.withdrawn': (state, leaf, said) => {
        state.mask(leaf);
        state.rows.indicator_mask_withdrawal.push({ mask_id: leaf.aggregate, reason: said.reason,
            organisation_id: leaf.organisation, entry: leaf.entry, recorded_at: leaf.at });
    },

    'fiscal_calendar.recorded': (state, leaf, said) => {
        const row = { country: null, of_organisation: null, ...said };
        state.rows.fiscal_calendar.push({
            ...row,
            ordinal: state.rows.fiscal_calendar.filter((one) => one.country === row.country
                && one.of_organisation === row.of_organisation).length + 1,
            organisation_id: leaf.organisation,
            entry: leaf.entry,
            recorded_at: leaf.at,
        });
    },

    'flow.linked': commitmentStep((state, leaf, said, c) => {
        const [child, parent] = [said.child, said.parent].map((id) => state.transactions.get(id));
        if (child?.commitment_id !== c.id || parent?.currency !== said.currency) {
            state.note(leaf, 'the transactions are others');
        }
        if (state.comesFrom(said.parent, said.child)) {
            state.note(leaf, 'the money flows in a circle');
        }
        state.draw(leaf, { id: said.id, child_id: said.child, parent_id: said.parent,
            link_type: said.link_type, amount: numeric(said.amount), note: said.note ?? null });
    }),

    'flow.reversed': commitmentStep((state, leaf, said) => {
        const link = state.rows.flow_link.find((row) => row.id === said.link);
        state.draw(leaf, { id: said.id, child_id: link.child_id, parent_id: link.parent_id,
            link_type: link.link_type, amount: negated(numeric(said.amount)), reverses: link.id,
            reason: said.reason });
    }),

    'flow.parked': commitmentStep((state, leaf, said) => {
        state.flowParent(said.transaction);
        state.rows.flow_parking.push({
            transaction_id: said.transaction,
            purpose: said.purpose,
            organisation_id: leaf.organisation,
            entry: leaf.entry,
            recorded_at: leaf.at,
        });
    }),

    // The keys of the log are no state that it tells of; tests/ledger/seal.test.mjs follows them.
    'log_key.rotated': () => {},

    'pledge.recorded': (state, leaf, said) => state.pledges.set(said.id, {
        recipients: null,
        ...said,
        amount: numeric(said.amount),
        organisation_id: leaf.organisation,
        converted: '0',
        withdrawn: '0',
        version: leaf.version,
        entry: leaf.entry,
        recorded_at: leaf.at,
    }),

    'pledge.converted': (state, leaf, said) => state.convert(leaf, said, said.amount),

    'pledge.returned': (state, leaf, said) => state.convert(leaf, said, negated(said.amount)),

    'pledge.withdrawn': (state, leaf, said) => {
        const pledge = state.pledge(leaf, said);
        state.spend(pledge, leaf, 'withdrawn', said.amount);
        state.rows.pledge_withdrawal.push({
            id: said.id,
            pledge_id: pledge.id,
            ordinal: state.rows.pledge_withdrawal.filter((row) => row.pledge_id === pledge.id)
                .length + 1,
            amount: numeric(said.amount),
            reason: said.reason,
            organisation_id: leaf.organisation,
            entry: leaf.entry,
            recorded_at: leaf.at,
        });
    },

    'receipt.received': commitmentStep((state, leaf, said) => {
        const r = state.confirmation(leaf, said, ['OFF_TREASURY']);
        state.rows.receiver_confirmation.push({
            id: said.id,
            confirmation_id: r.id,
            amount: numeric(said.amount),
            value_date: said.value_date,
            text: said.text ?? null,
            organisation_id: leaf.organisation,
            entry: leaf.entry,
            recorded_at: leaf.at,
        });
        state.turnConfirmation(r.id, leaf, 'CONFIRMED_BY_RECEIVER');
    }),
};

export function follow(said, reference) {
    const state = new State(reference);
    said.forEach((leaf) => state.take(leaf));
    return state;
}
