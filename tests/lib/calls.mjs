// calls.mjs - for every operation of the contract one way of calling it that works.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';

import { api, sealed } from './client.mjs';
import { inDays } from './clock.mjs';
import { operations } from './contract.mjs';
import * as make from './make.mjs';
import { organisation as registered } from './principals.mjs';

export function bodyExample(operation) {
    return Object.values(operation.requestBody.content['application/json'].examples)[0].value;
}

// The rate set that the service starts with.
export const REFERENCE_RATES = '0f7c6f0e-3b62-5d0c-9a53-6d2f6c7c1b47';

// How each operation is called so that it works: its path's values, its caller, its body.
const prepared = {
    country_read: async () => ({ code: 'MW' }),
    country_fiscal_calendar: async () => ({ code: 'MW' }),
    country_fiscal_calendar_record: async () => ({ code: 'MW' }),
    organisation_fiscal_calendar: async () => ({ id: (await organisation()).id }),
    organisation_fiscal_calendar_record: async () => ({ id: (await donor()).id }),
    country_calendar: async () => ({ code: 'MW' }),
    country_calendar_record: async () => ({ code: 'MW' }),
    country_group_memberships: async () => ({ group: 'SIDS' }),
    country_group_record: async () => ({ group: 'LDC' }),
    exchange_rate_set_read: async () => ({ id: REFERENCE_RATES }),
    exchange_rate_set_rates: async () => ({ id: REFERENCE_RATES }),
    codelist_read: async () => ({ list: 'Sector' }),
    framework_state: async () => ({
        body: { ...bodyExample(operations.framework_state),
            framework: `MW-${randomBytes(4).toString('hex')}` },
    }),
    framework_extend: async () => {
        const { framework, version } = await make.plan();
        return { framework, version };
    },
    framework_versions: async () => ({ framework: 'C11' }),
    framework_items: async () => ({ framework: 'C11', version: 'V1.2' }),
    framework_item: async () => ({ framework: 'C11', version: 'V1.2', code: 'vision' }),
    framework_submissions: async () => ({ framework: 'C11', version: 'V1.2', code: 'vision' }),
    indicator_read: async () => ({ code: '10.b.1' }),
    organisation_read: async () => ({ id: (await organisation()).id }),
    organisation_four_eyes: async () => ({ id: (await organisation()).id }),
    organisation_register: async () => ({
        body: { ...bodyExample(operations.organisation_register),
            identifier: `XI-TEST-${randomBytes(4).toString('hex')}` },
    }),
    problem_page: async () => ({ slug: 'not-found' }),
    verify_file: async () => ({ slug: 'page.js' }),
    report_definition: async () => ({ slug: 'ownership' }),
    report_explain: async () => ({ slug: 'portfolio', measure: 'committed' }),
    ledger_entry: async () => ({ id: (await make.drafted()).entry }),
    ledger_erase: async () => ({ id: (await make.drafted()).entry }),
    ledger_content: async () => ({ sha256: (await make.longPlan()).sha256 }),
    ledger_proof: async () => ({ id: await sealedEntry() }),
    ledger_checkpoint: async () => published(),
    ledger_checkpoint_of: async () => ({ size: await published() }),
    ledger_root: async () => ({ size: await published() }),
    ledger_tile: async () => { await published(); return { level: '0', tile: '000.p/1' }; },
    ledger_bundle: async () => { await published(); return { tile: '000.p/1' }; },
    ledger_consistency: async () => ({ query: `old=1&new=${await published()}` }),
    ledger_vkeys: async () => published(),
    commitment_edit: async () => on(await make.drafted()),
    commitment_submit: async () => on(await make.drafted()),
    commitment_return: async () => on(await make.submitted()),
    commitment_register: async () => on(await make.submitted()),
    commitment_effect: async () => on(await make.registered()),
    commitment_amend: async () => on(await make.effective()),
    commitment_amendment: async () => on(await make.amending()),
    commitment_create: async () => ({}),
    commitment_suspend: async () => on(await make.effective()),
    commitment_resume: async () => on(await make.suspended()),
    commitment_cancel: async () => on(await make.effective()),
    commitment_close: async () => on(await make.effective()),
    schedule_record: async () => on(await make.effective()),
    transaction_read: async () => {
        const { commitment, transaction } = await make.paid();
        return { id: commitment.id, transaction: transaction.id };
    },
    ownership_input_read: async () => on(await make.answered()),
    ownership_input_supersede: async () => on(await make.lodged()),
    ownership_input_answer: async () => on(await make.lodged()),
    ownership_input_resolve: async () => on(await make.answered()),
    ownership_input_extend: async () => ({ ...on(await make.lodged()),
        body: { ...bodyExample(operations.ownership_input_extend), due_on: inDays(100) } }),
    ownership_input_pause: async () => on(await make.invited()),
    ownership_input_resume: async () => on(await make.paused()),
    ownership_input_escalate: async () => on(await make.answered()),
    ownership_input_joint_statement: async () => on(await make.disputed()),
    ownership_input_agree_to_differ: async () => on(await make.disputed()),
    flow_link_read: async () => ({ id: (await make.linked()).id }),
    flow_link_chain: async () => {
        const { commitment, transaction } = await make.paid();
        return { id: commitment.id, transaction: transaction.id };
    },
    flow_link_record: async () => {
        const { parent, child } = await make.twoPayments();
        return { body: { child_id: child.id, parent_id: parent.id, link_type: 'standard',
            amount: '100000.00' } };
    },
    flow_link_reverse: async () => ({ id: (await make.linked()).id }),
    parked_fund_record: async () => ({ body: { purpose: 'A fund.',
        transaction_id: (await make.paid()).transaction.id } }),
    pledge_read: async () => on(await make.pledged()),
    pledge_convert: async () => ({ id: (await make.pledged()).id,
        body: { commitment_id: (await make.registered()).id, amount: '1250000.00' } }),
    pledge_withdraw: async () => on(await make.pledged()),
    joint_review_propose: async () => ({ body: await make.reviewBody() }),
    joint_review_read: async () => on(await make.reviewed()),
    joint_review_agree: async () => on(await make.proposedReview()),
    joint_review_report: async () => onAction(await make.reviewed({ actions: [
        { text: 'Connect two schools.', owner: 'recipient', due_on: '2027-03-31' }] })),
    joint_review_accept: async () => onAction(await make.reported()),
    joint_review_dispute: async () => onAction(await make.reported()),
    comment_read: async () => on(await make.commented()),
    comment_correct: async () => on(await make.commented(api.steward)),
    comment_withdraw: async () => on(await make.commented(api.steward)),
    third_party_observation_read: async () => on(await make.observed()),
    third_party_observation_reply: async () => on(await make.observed()),
    third_party_observation_withhold: async () => on(await make.observed()),
    third_party_observation_restore: async () => on(await make.withheld()),
    receipt_confirmation_explain: async () => on(await make.received('partial')),
    receipt_confirmation_correct: async () => on(await make.received('partial')),
    receipt_confirmation_accept: async () => on(await make.received('partial')),
    receipt_confirmation_receive: async () => on(await make.received('not_visible',
        { receiver_org: { ref: await registered('XI-TEST-DONOR'), name: 'Receiver' } })),
    report_run_read: async () => ({ id: (await make.issued()).id }),
    report_run_proof: async () => ({ id: (await make.proven()).id }),
    report_run_result: async () => ({ id: (await make.issued()).id }),
    period_close_record: async () => ({ body: make.longAgo() }),
    period_close_read: async () => on(await make.closedPeriod()),
    period_close_reopen: async () => on(await make.closedPeriod()),
    treasury_receipt_upload: async () => ({ body: [{
        ...bodyExample(operations.treasury_receipt_upload)[0],
        treasury_reference: `RB-${randomBytes(6).toString('hex')}` }] }),
    treasury_receipt_read: async () => on(await make.booked()),
    treasury_receipt_confirm: async () => {
        const made = await make.bookedPayment();
        return { ...on(made), body: { transaction_id: made.transaction, outcome: 'full' } };
    },
    treasury_receipt_reject: async () => {
        const made = await make.bookedPayment();
        return { ...on(made), body: { transaction_id: made.transaction, reason: 'Another one.' } };
    },
    treasury_receipt_withdraw: async () => on(await make.booked()),
    observation_upload: async () => ({ body: [make.observationBody()] }),
    observation_read: async () => on(await make.measured()),
    observation_history: async () => on(await make.measured()),
    observation_withdraw: async () => on(await make.measured()),
    indicator_mask_propose: async () => {
        const { indicator, year } = make.freshCell();
        return { body: { ...bodyExample(operations.indicator_mask_propose), indicator,
            year_start: year, year_end: year } };
    },
    indicator_mask_read: async () => on(await make.masked()),
    indicator_mask_decide: async () => on(await make.masked()),
    indicator_mask_withdraw: async () => on(await make.masked()),
    approved_budget_state: async () => ({ body: { ...bodyExample(operations.approved_budget_state),
        year: make.freshBudgetYear() } }),
    contract_award_read: async () => on(await make.contracted()),
    contract_award_withdraw: async () => on(await make.contracted()),
    approved_budget_read: async () => on(await make.budgeted()),
    approved_budget_withdraw: async () => on(await make.budgeted()),
    receipt_confirmation_confirm: async () => ({
        body: { ...bodyExample(operations.receipt_confirmation_confirm),
            transaction_id: (await make.paid()).transaction.id },
    }),
    link_read: async () => onLink(await make.frameworkLinked()),
    link_answer: async () => onLink(await make.frameworkLinked()),
    national_priority_read: async () => ({ id: (await make.priorities()).id }),
    national_priority_state: async () => {
        const { period_start, period_end } = make.freshYear();
        return { body: { ...bodyExample(operations.national_priority_state), period_start,
            period_end } };
    },
    receipt_confirmation_read: async () => {
        const made = await api.officer.post('/v1/receipt-confirmations', {
            ...bodyExample(operations.receipt_confirmation_confirm),
            transaction_id: (await make.paid()).transaction.id,
        });
        return { id: made.body.receipt_confirmation.id };
    },
};

function onLink(made) {
    return { ...on(made), link: made.link };
}

function on(made) {
    return { id: made.id, ifMatch: made.etag };
}

function onAction(made) {
    return { ...on(made), action: made.action };
}

async function sealedEntry() {
    const { entry } = await make.drafted();
    await sealed(entry);
    return entry;
}

// The size of a tree that is published.
async function published() {
    await sealedEntry();
    return (await api.anonymous.get('/v1/ledger')).body.published_size;
}

async function organisation() {
    return (await api.anonymous.get('/v1/organisations?limit=1')).body.items[0];
}

async function donor() {
    return (await api.anonymous.get('/v1/organisations?text=XI-DEMO-DONOR')).body.items[0];
}

export function fill(path, values) {
    return path.replaceAll(/\{(\w+)\}/g, (_, name) => {
        assert.ok(values[name], `no value for {${name}} of ${path}`);
        // A tile's name is the one value that spans segments.
        return encodeURIComponent(values[name]).replaceAll('%2F', name === 'tile' ? '/' : '%2F');
    });
}

const recordedAbout = ['commitment_read', 'commitment_history', 'commitment_field_history',
    'commitment_differences', 'commitment_grant_equivalent', 'commitment_duplicates', 'schedule_read', 'transaction_list',
    'transaction_record', 'link_list', 'link_record', 'document_list', 'document_record',
    'ownership_input_of_commitment', 'ownership_input_lodge', 'comment_make', 'third_party_observation_file',
    'alignment_read', 'alignment_state', 'contract_award_state'];

// The path's values, the body and the If-Match of a call that works for whoever may make it. Each
// preparation makes its own fixture.
export async function prepare(name) {
    const operation = operations[name];
    const call = recordedAbout.includes(name)
        ? on(await make.effective())
        : await (prepared[name] ?? (async () => ({})))();
    return {
        path: fill(operation.path, call) + (call.query ? `?${call.query}` : ''),
        body: operation.requestBody && (call.body ?? bodyExample(operation)),
        ifMatch: call.ifMatch,
    };
}
