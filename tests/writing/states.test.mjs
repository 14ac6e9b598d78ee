// Every action in every state: what it is answered with, written by hand from the workflows.
// SPDX-License-Identifier: Apache-2.0
//
// What is refused is a conflict whose sentence names the state. What is allowed is shown in full by
// the case files of the action.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { bodyExample } from '../lib/calls.mjs';
import { api, request } from '../lib/client.mjs';
import { inDays } from '../lib/clock.mjs';
import { operations } from '../lib/contract.mjs';
import * as make from '../lib/make.mjs';
import { organisation, somebody } from '../lib/principals.mjs';
import { rows } from '../lib/sql.mjs';

const users = { editor: api.donor, approver: api.donorApprover, officer: api.officer,
    signatory: api.signatory, steward: api.steward };

before(async () => {
    users.receiver = await somebody(await organisation('XI-TEST-NGO'), 'stakeholder');
    users.observer = users.receiver;
});

// ---------------------------------------------------------------- the tables

const commitments = `
                     as        DRAFT SUBMITTED REGISTERED EFFECTIVE SUSPENDED CANCELLED CLOSED
commitment_edit      editor    200   409       409        409       409       409       409
commitment_submit    editor    200   409       409        409       409       409       409
commitment_return    approver  409   200       409        409       409       409       409
commitment_register  approver  409   200       409        409       409       409       409
commitment_effect    approver  409   409       200        409       409       409       409
commitment_amend     editor    409   409       200        200       409       409       409
commitment_suspend   approver  409   409       409        200       409       409       409
commitment_resume    approver  409   409       409        409       200       409       409
commitment_cancel    approver  409   409       200        200       200       409       409
commitment_close     approver  409   409       409        200       409       409       409
schedule_record      editor    409   409       201        201       409       409       409
transaction_record   editor    409   409       201        201       409       409       409
link_record          editor    409   409       201        201       409       409       409
document_record      editor    409   409       201        201       409       409       409
alignment_state      editor    409   409       201        201       409       409       409
contract_award_state editor    409   409       201        201       201       201       201
comment_make         editor    409   409       201        201       201       201       201
third_party_observation_file observer 404 404  201        201       201       201       201
`;

// Of a commitment with a link: what is public may be answered, whatever has become of it.
const links = `
                     as        REGISTERED EFFECTIVE SUSPENDED CANCELLED CLOSED
link_answer          signatory 201        201       201       201       201
`;

const inputs = `
                                as         NOT_INVITED INVITED PAUSED LAPSED_SILENT ENDORSED
ownership_input_lodge           signatory  201         201     201    201           409
ownership_input_supersede       signatory  409         409     409    409           200
ownership_input_answer          approver   409         409     409    409           409
ownership_input_resolve         signatory  409         409     409    409           409
ownership_input_extend          approver   409         200     409    409           409
ownership_input_extend          signatory  409         409     409    409           409
ownership_input_pause           steward    409         200     409    409           409
ownership_input_resume          steward    409         409     200    409           409
ownership_input_escalate        signatory  409         409     409    409           409
ownership_input_joint_statement approver   409         409     409    409           409
ownership_input_joint_statement signatory  409         409     409    409           409
ownership_input_agree_to_differ approver   409         409     409    409           409
ownership_input_agree_to_differ signatory  409         409     409    409           409
`;

const lodgedInputs = `
                                as         AWAITING_DONOR UNANSWERED ANSWERED DISPUTED RESOLVED STANDING_DISAGREEMENT
ownership_input_lodge           signatory  409            409        409      409      409      409
ownership_input_supersede       signatory  200            200        200      200      200      200
ownership_input_answer          approver   200            200        409      409      409      409
ownership_input_resolve         signatory  409            409        200      409      409      409
ownership_input_extend          approver   409            409        409      409      409      409
ownership_input_extend          signatory  200            409        409      409      409      409
ownership_input_pause           steward    409            409        409      409      409      409
ownership_input_resume          steward    409            409        409      409      409      409
ownership_input_escalate        signatory  409            200        200      409      409      409
ownership_input_joint_statement approver   409            409        409      200      409      409
ownership_input_joint_statement signatory  409            409        409      200      409      409
ownership_input_agree_to_differ approver   409            409        409      200      409      409
ownership_input_agree_to_differ signatory  409            409        409      200      409      409
`;

const receipts = `
                              as         CONFIRMED DISCREPANT DENIED OFF_TREASURY CONFIRMED_BY_RECEIVER RECONCILED ESCALATED
receipt_confirmation_explain  editor     409       200        200    409          409                   409        200
receipt_confirmation_correct  editor     409       200        200    409          409                   409        200
receipt_confirmation_accept   approver   409       200        200    409          409                   409        200
receipt_confirmation_accept   signatory  409       200        200    409          409                   409        200
receipt_confirmation_receive  receiver   409       409        409    200          409                   409        409
`;

// The same, once the government has replaced the statement by a later one.
const replaced = `
                              as         CONFIRMED DISCREPANT DENIED OFF_TREASURY CONFIRMED_BY_RECEIVER RECONCILED ESCALATED
receipt_confirmation_explain  editor     409       409        409    409          409                   409        409
receipt_confirmation_correct  editor     409       409        409    409          409                   409        409
receipt_confirmation_accept   approver   409       409        409    409          409                   409        409
receipt_confirmation_accept   signatory  409       409        409    409          409                   409        409
receipt_confirmation_receive  receiver   409       409        409    409          409                   409        409
`;

// ---------------------------------------------------------------- things in each state

async function done(promise) {
    const answer = await promise;
    assert.ok(answer.status < 300, answer.text);
    return answer;
}

const commitmentIn = { DRAFT: make.drafted, SUBMITTED: make.submitted, REGISTERED: make.registered,
    EFFECTIVE: make.effective, SUSPENDED: make.suspended, CANCELLED: make.cancelled,
    CLOSED: make.closed };

async function linked(given, verb, body) {
    const made = await given();
    const { body: said } = await done(api.donor.post(`${made.path}/links`,
        bodyExample(operations.link_record)));
    if (verb) {
        const { etag } = await make.fresh(made);
        await done(api.donorApprover.post(`${made.path}/${verb}`, body, { ifMatch: etag }));
    }
    return { ...made, link: said.link.id };
}

const reason = { reason: 'The works stand still.' };
const linkIn = { REGISTERED: () => linked(make.registered), EFFECTIVE: () => linked(make.effective),
    SUSPENDED: () => linked(make.effective, 'suspend', reason),
    CANCELLED: () => linked(make.effective, 'cancel', reason),
    CLOSED: () => linked(make.effective, 'close') };

async function differing() {
    const made = await make.disputed();
    const { etag } = await done(api.signatory.post(`${made.path}/agree-to-differ`,
        { text: 'It could.' }, { ifMatch: made.etag }));
    const answer = await done(api.donorApprover.post(`${made.path}/agree-to-differ`,
        { text: 'It could not.' }, { ifMatch: etag }));
    return { ...made, etag: answer.etag };
}

async function resolved() {
    const made = await make.answered();
    const { etag } = await done(api.signatory.post(`${made.path}/resolve`, {},
        { ifMatch: made.etag }));
    return { ...made, etag };
}

async function notInvited() {
    const made = await make.imported('XI-DEMO-DONOR');
    const { body } = await done(api.anonymous.get(`${made.path}/ownership-inputs`));
    return { id: body.items[0].id, commitment: made, etag: `"${body.items[0].version}"` };
}

const endorsed = () => make.lodged({ position: 'endorse', aspects: undefined, text: undefined });

const inputIn = {
    NOT_INVITED: notInvited,
    INVITED: make.invited,
    PAUSED: make.paused,
    LAPSED_SILENT: make.lapsed,
    ENDORSED: endorsed,
    AWAITING_DONOR: make.lodged,
    UNANSWERED: make.unanswered,
    ANSWERED: make.answered,
    DISPUTED: make.disputed,
    RESOLVED: resolved,
    STANDING_DISAGREEMENT: differing,
};

const toReceiver = { receiver_org: { ref: 'XI-TEST-NGO', name: 'School Networks Trust' } };

async function confirmedByReceiver() {
    const made = await make.received('not_visible', toReceiver);
    const { etag } = await done(users.receiver.post(`${made.path}/receive`,
        { amount: '175000.01', value_date: '2026-11-09' }, { ifMatch: made.etag }));
    return { ...made, etag };
}

const receiptIn = {
    CONFIRMED: () => make.received('full', toReceiver),
    DISCREPANT: () => make.received('partial', toReceiver),
    DENIED: () => make.received('not_received', toReceiver),
    OFF_TREASURY: () => make.received('not_visible', toReceiver),
    CONFIRMED_BY_RECEIVER: confirmedByReceiver,
    RECONCILED: async () => make.accepted(api.signatory, await make.accepted(api.donorApprover,
        await make.received('partial', toReceiver))),
    ESCALATED: () => make.escalated(toReceiver),
};

async function replace(made) {
    const { etag } = await make.confirmedAs('not_received', made.transaction);
    return { ...made, etag };
}

// ---------------------------------------------------------------- walking them

const bodies = {
    commitment_edit: () => ({ title: 'Another title' }),
    receipt_confirmation_accept: (made) => ({ difference: made.body.open_difference ?? '1.00' }),
    ownership_input_extend: () => ({ due_on: inDays(100), reason: 'More to read.' }),
    schedule_record: () => ({ ...bodyExample(operations.schedule_record) }),
};

function parse(table) {
    const [header, ...lines] = table.trim().split('\n').map((line) => line.trim().split(/\s+/));
    const [, ...states] = header;
    return lines.flatMap(([operation, as, ...statuses]) => {
        assert.equal(statuses.length, states.length, `${operation}: a status for each state`);
        return states.map((state, i) => ({ operation, as, state, status: Number(statuses[i]) }));
    });
}

async function act(name, as, made, id) {
    const operation = operations[name];
    const takesTag = operation.parameters.some((p) => p.name === 'If-Match' && p.required);
    const body = operation.requestBody
        && (bodies[name] ? bodies[name](made) : bodyExample(operation));
    return request(operation.method, operation.path.replace('{id}', id).replace('{link}', made.link),
        { token: users[as].token, body, ifMatch: takesTag ? made.etag : undefined });
}

function walk(table, stateIn, told = (state) => state) {
    for (const { operation, as, state, status } of parse(table)) {
        test(`${operation} by the ${as}: ${told(state)} is ${status}`, async () => {
            const made = await stateIn[state]();
            const id = operation === 'ownership_input_lodge' ? made.commitment.id : made.id;
            const answer = await act(operation, as, made, id);
            assert.equal(answer.status, status, answer.text);
            if (status === 409) {
                assert.equal(answer.body.type, '/problems/conflict');
                assert.match(answer.body.detail, new RegExp(`\\b${state}\\b`));
            }
        });
    }
}

walk(commitments, commitmentIn);
walk(links, linkIn);
walk(inputs, inputIn);
walk(lodgedInputs, inputIn);
walk(receipts, receiptIn);
walk(replaced, Object.fromEntries(Object.entries(receiptIn)
    .map(([state, stateOf]) => [state, async () => replace(await stateOf())])),
(state) => `${state}, replaced,`);

// Every state the database knows is walked through.
function statesOf(constraint) {
    const [{ definition }] = rows(`SELECT pg_get_constraintdef(oid) AS definition
        FROM pg_constraint WHERE conname = '${constraint}'`);
    return [...definition.matchAll(/'([A-Z_]+)'/g)].map((match) => match[1]).sort();
}

test('no state is left out', () => {
    assert.deepEqual(Object.keys(commitmentIn).sort(), statesOf('commitment_status_known'));
    assert.deepEqual(Object.keys(inputIn).sort(), statesOf('ownership_input_state_known'));
    assert.deepEqual(Object.keys(receiptIn).sort(),
        statesOf('receipt_confirmation_state_state_known'));
    for (const [table, stateIn] of [[commitments, commitmentIn],
        [inputs + lodgedInputs.trimStart(), inputIn], [receipts, receiptIn],
        [replaced, receiptIn]]) {
        for (const state of Object.keys(stateIn)) {
            assert.match(table, new RegExp(`\\b${state}\\b`));
        }
    }
});

test('no action is left out', () => {
    const walked = new Set([commitments, links, inputs, receipts].flatMap(parse)
        .map((one) => one.operation));
    const actions = Object.values(operations)
        .filter((operation) => ['POST', 'PATCH'].includes(operation.method)
            && /^\/v1\/(commitments|ownership-inputs|receipt-confirmations)\/\{id\}/
                .test(operation.path))
        .map((operation) => operation.operationId);
    assert.deepEqual(actions.filter((name) => !walked.has(name)), []);
});
