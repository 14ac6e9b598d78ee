// service.mjs - the same steps told to the service over HTTP, and what it holds afterwards.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';

import { api, request } from '../lib/client.mjs';
import { organisation, somebody } from '../lib/principals.mjs';
import { amountText, parties, units } from './rules.mjs';

// ---------------------------------------------------------------- who

const callers = { editor: api.donor, approver: api.donorApprover, officer: api.officer,
    signatory: api.signatory, auditor: api.auditor, steward: api.steward, public: api.anonymous };

// Those who are not ready made.
export async function introduce() {
    const rival = await organisation('XI-MODEL-RIVAL');
    const ngo = await organisation('XI-MODEL-NGO');
    const ministries = { zambia: 'XI-MODEL-ZM', kenya: 'XI-MODEL-KE' };
    for (const [name, identifier] of Object.entries(ministries)) {
        const { country, roles } = parties[name];
        callers[name] = await somebody(await organisation(identifier, country), roles.join(),
            country);
    }
    callers.both = await somebody('XI-DEMO-DONOR', parties.both.roles.join());
    callers.rival = await somebody(rival, parties.rival.roles.join());
    callers.receiver = await somebody(ngo, parties.receiver.roles.join());
}

// ---------------------------------------------------------------- a commitment in the service

const actions = { supersede: 'supersede', answer: 'answer', resolve: 'resolve',
    escalate: 'escalate', jointly: 'joint-statement', differ: 'agree-to-differ', extend: 'extend',
    pause: 'pause', unpause: 'resume', explain: 'explain', correct: 'correct', accept: 'accept',
    receive: 'receive' };

const same = (text) => amountText(units(text));

// "ids" holds the service's names of what the rules number.
export class Told {
    constructor() {
        this.id = null;
        this.inputs = new Map();
        this.records = [];
        this.receipts = [];
        this.proposals = new Map();
    }

    // Where a step goes: the path, the body with the service's ids, and which version its tag is of.
    addressed(step, world) {
        const path = `/v1/commitments/${this.id}`;
        if (step.verb === 'create') {
            return { path: '/v1/commitments', body: { ...step.body,
                agreement_reference: `AGR-${randomBytes(8).toString('hex')}` } };
        }
        if (step.verb === 'effect') {
            return { path: `${path}/effect`, version: world.version, body: { ...step.body,
                agreement_reference: `AGR-${randomBytes(8).toString('hex')}` } };
        }
        if (step.verb === 'read' || step.verb === 'edit') {
            return { path, body: step.body, version: world.version };
        }
        if (step.verb === 'pay') {
            const adjusts = this.records[step.body.adjusts];
            return { path: `${path}/transactions`, version: world.version,
                body: { ...step.body, ...(step.body.adjusts !== undefined && { adjusts }) } };
        }
        if (step.verb === 'reschedule') {
            return { path: `${path}/schedule`, body: step.body, version: world.version };
        }
        if (step.verb === 'lodge') {
            return { path: `${path}/ownership-inputs`, body: step.body };
        }
        if (step.verb === 'confirm') {
            return { path: '/v1/receipt-confirmations', body: { ...step.body,
                transaction_id: this.records[step.record] } };
        }
        if (step.input) {
            return { ...this.ofInput(step), version: world.inputs.get(step.input).version };
        }
        if (step.receipt !== undefined) {
            return { path: `/v1/receipt-confirmations/${this.receipts[step.receipt]}/`
                + actions[step.verb], body: step.body, version: world.version };
        }
        return { path: `${path}/${step.verb}`, body: step.body, version: world.version };
    }

    ofInput(step) {
        const accepts = this.proposals.get(step.input)?.[step.body?.accepts] ?? randomUUID();
        return { path: `/v1/ownership-inputs/${this.inputs.get(step.input)}/${actions[step.verb]}`,
            body: step.body?.accepts === undefined ? step.body : { accepts } };
    }

    // Sends it; answers with what came back.
    async perform(step, world) {
        const { path, body, version } = this.addressed(step, world);
        const method = step.verb === 'read' ? 'GET' : step.verb === 'edit' ? 'PATCH' : 'POST';
        const tags = { right: `"${version}"`, stale: `"${version + 7}"`, none: undefined };
        const call = { token: callers[step.as].token, body, ifMatch: tags[step.tag],
            key: randomUUID() };
        const answer = await request(method, path, call);
        // Said twice under one key, it is said once.
        if (step.twice && method === 'POST') {
            const again = await request(method, path, call);
            assert.deepEqual([again.status, again.body?.statement],
                [answer.status, answer.body?.statement], 'the same key, another answer');
        }
        if (answer.status < 300) {
            this.note(step, answer.body);
        }
        return answer;
    }

    note(step, body) {
        if (body.commitment && step.verb !== 'pay') {
            this.id = body.commitment.id;
            for (const input of body.commitment.ownership) {
                this.inputs.set(input.country, input.id);
            }
        }
        if (step.verb === 'confirm') {
            this.receipts.push(body.receipt_confirmation.id);
        }
        if (step.verb === 'lodge' || step.verb === 'supersede') {
            this.proposals.set(body.ownership_input.country, []);
        }
        if (step.verb === 'jointly') {
            this.proposals.set(step.input, body.ownership_input.positions
                .find((one) => one.in_force)?.joint_statements.map((one) => one.id) ?? []);
        }
    }

    // Records that the service made by itself get the numbers that the rules gave them: in the order
    // of their statements.
    async number(world) {
        if (this.records.length === world.records.length) {
            return;
        }
        const known = new Set(this.records);
        const { items } = await read(`/v1/commitments/${this.id}/history?limit=200`);
        for (const { kind, public: said } of items) {
            if (kind === 'transaction.recorded' && !known.has(said.id)) {
                this.records.push(said.id);
            }
        }
    }

    // ------------------------------------------------------------ what it holds

    // The same words as World.picture().
    async picture() {
        const path = `/v1/commitments/${this.id}`;
        const [commitment, schedule, inputs, records, receipts] = await Promise.all([path,
            `${path}/schedule`, `${path}/ownership-inputs`, `${path}/transactions?limit=200`,
            `/v1/receipt-confirmations?commitment=${this.id}&limit=200`].map(read));
        return {
            status: commitment.status,
            version: commitment.version,
            amendment_pending: commitment.amendment_pending,
            amount: commitment.amount && same(commitment.amount),
            currency: commitment.currency,
            money: commitment.money.map((one) => [one.currency,
                ...[one.committed, one.disbursed, one.expended].map(same)].join(' ')),
            schedule: schedule.newest_schedule_version === null ? null : {
                version: schedule.schedule_version,
                baseline: schedule.baseline_schedule_version,
                instalments: schedule.planned_disbursements.map((one) => `${same(one.amount)} `
                    + `${one.currency}, ${same(one.settled)} ${one.state}`),
            },
            inputs: inputs.items.map(inputPicture),
            records: this.records.map((id) => this.recordPicture(records.items, id)),
            unknown: records.items.map((one) => one.id).filter((id) => !this.records.includes(id)),
            receipts: this.receipts.map((id) => this.receiptPicture(receipts.items, id)),
        };
    }

    recordPicture(items, id) {
        const one = items.find((item) => item.id === id);
        return one && {
            what: `${one.transaction_type} ${same(one.amount)} ${one.currency}`,
            parts: one.parts.map((part) => `${part.country} ${part.sector} ${same(part.amount)}`),
            settles: one.settles.map((part) =>
                `${part.schedule_version}/${part.instalment} ${same(part.amount)}`).sort(),
            receipts: one.receipts.map((slot) => [slot.country, slot.state, same(slot.amount),
                slot.due_on, slot.case_due_on,
                slot.confirmation_id && this.receipts.indexOf(slot.confirmation_id)]
                .map(String).join(' ')),
        };
    }

    receiptPicture(items, id) {
        const one = items.find((item) => item.id === id);
        return one && { record: this.records.indexOf(one.transaction_id), country: one.country,
            state: one.state, in_force: one.in_force,
            open_difference: one.open_difference && same(one.open_difference) };
    }
}

function inputPicture(input) {
    const position = input.positions.find((one) => one.in_force);
    return {
        country: input.country, state: input.state, round: input.round, version: input.version,
        due_on: input.due_on, answer_due_on: input.answer_due_on, paused_days: input.paused_days,
        positions: input.positions.length, late: position?.late ?? null,
        answer_late: position?.answer?.late ?? null,
    };
}

async function read(path) {
    const answer = await api.auditor.get(path);
    assert.equal(answer.status, 200, `${path}: ${answer.text}`);
    return answer.body;
}
