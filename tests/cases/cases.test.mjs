// Runs the case files: tests/cases/<resource>/<verb>.json belongs to service/sql/<resource>/<verb>.sql.
// SPDX-License-Identifier: Apache-2.0
//
// A file is a list of cases. Each says
//   name     what it shows
//   given    the fixture it starts from (below); its values stand for {id}, {transaction} ...
//   as       who asks: a user of tests/lib/client.mjs, or one of `users` (below)
//   path     values of the path, when the fixture's id is not meant
//   query    the query as it is sent
//   csv      the body as CSV, its lines in a list
//   body     the body; or `change`: the contract's example with members replaced, null takes one out
//   ifMatch  the If-Match, null for none; else the fixture's ETag, where the contract has the header
//   expect   status; faults: every "pointer rule" or "parameter rule"; problem: its slug; answer: what
//            the body holds at least ("some": anything but nothing); headers: what they contain
// `{random}` is the same random word within a case; `{tomorrow}`, `{later}` (in 100 days) and
// `{in_years}` are days to come.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { before, test } from 'node:test';

import { bodyExample, fill } from '../lib/calls.mjs';
import { api, request, sealed, sequenced } from '../lib/client.mjs';
import { inDays } from '../lib/clock.mjs';
import { answerFaults, operations } from '../lib/contract.mjs';
import * as make from '../lib/make.mjs';
import { organisation, somebody } from '../lib/principals.mjs';

const users = { ...api };

// ---------------------------------------------------------------- fixtures

async function done(promise) {
    const answer = await promise;
    assert.ok(answer.status < 300, answer.text);
    return answer;
}

async function withTransaction({ commitment, transaction }) {
    return { ...commitment, transaction: transaction.id };
}

async function imported() {
    const made = await make.imported();
    users.importEditor ??= await somebody('XI-TEST-FILE', 'donor_editor,donor_approver');
    return made;
}

async function amendedAmount() {
    const made = await make.amending({ amount: '1500000.00' });
    await done(api.donorApprover.post(`${made.path}/register`, undefined, { ifMatch: made.etag }));
    return make.fresh(made);
}

// The commitment once these were paid on it, and the last of them.
async function payments(...list) {
    const made = await make.effective();
    let answer;
    for (const changes of list) {
        answer = await done(api.donor.post(`${made.path}/transactions`, { transaction_type: '3',
            transaction_date: '2026-11-02', amount: '250000.01', currency: 'USD', ...changes }));
    }
    return { ...await make.fresh(made), transaction: answer.body.transaction.id };
}

const toMalawi = { recipient_country: 'MW', amount: '175000.01' };

// One disbursement of each kind that does not keep a commitment from being closed.
async function settled() {
    const made = await payments(toMalawi);
    const pay = async (changes) => (await done(api.donor.post(`${made.path}/transactions`, {
        transaction_type: '3', transaction_date: '2026-11-02', currency: 'USD', ...toMalawi,
        ...changes }))).body.transaction.id;
    await make.confirmedAs('full', made.transaction);
    await make.confirmedAs('partial', await pay());
    await make.confirmedAs('not_received', await pay());
    const reconciled = await make.confirmedAs('partial', await pay());
    await make.accepted(api.signatory, await make.accepted(api.donorApprover, reconciled));
    const wrong = await pay();
    await pay({ adjusts: wrong, amount: '-175000.01', reason: 'Sent twice.' });
    await pay({ recipient_country: undefined, recipient_region: '298' });
    return make.fresh(made);
}

async function bookedOfPayment(changes) {
    const { commitment, ...made } = await make.bookedPayment(changes);
    return made;
}

async function withdrawnBook() {
    const made = await make.booked();
    await done(api.officer.post(`${made.path}/withdraw`, { reason: 'Booked twice.' },
        { ifMatch: made.etag }));
    return { ...made, ...await make.freshBook(made) };
}

const toReceiver = { receiver_org: { ref: 'XI-TEST-NGO', name: 'School Networks Trust' } };

async function correctedCase() {
    const made = await make.corrected(await make.received('partial'), '-55000.01');
    return { ...made, correction: made.body.corrections[0].transaction_id };
}

async function rateSet() {
    const { body } = await done(api.steward.post('/v1/exchange-rate-sets',
        bodyExample(operations.exchange_rate_set_record)));
    return { id: body.rate_set.id, size: String(await sequenced(body.statement.entry)) };
}

// A text of the donor's for both sides.
async function proposed(made, text = 'Both regret it.', donor = api.donorApprover) {
    const answer = await done(donor.post(`${made.path}/joint-statement`, { text },
        { ifMatch: made.etag }));
    const statements = answer.body.ownership_input.positions.at(-1).joint_statements;
    return { ...made, etag: answer.etag, proposal: statements[0].id };
}

async function differing(made, who, text) {
    const answer = await done(who.post(`${made.path}/agree-to-differ`, { text },
        { ifMatch: made.etag }));
    return { ...made, etag: answer.etag };
}

const halfDiffering = async () =>
    differing(await make.disputed(), api.donorApprover, 'It could not be moved.');

// A commitment of an organisation that asks for four eyes, submitted by somebody with both roles and
// approved by somebody else.
async function ownWork() {
    const made = await make.drafted();
    const sent = await done(users.bothHands.post(`${made.path}/submit`, undefined,
        { ifMatch: made.etag }));
    const known = await done(api.donorApprover.post(`${made.path}/register`, undefined,
        { ifMatch: sent.etag }));
    await done(api.donorApprover.post(`${made.path}/effect`,
        bodyExample(operations.commitment_effect), { ifMatch: known.etag }));
    return make.fresh(made);
}

// A dispute on a commitment of an organisation to its own country.
async function disputedWithItself() {
    const step = (who, made, path, body) => done(who.post(path, body, { ifMatch: made?.etag }));
    const { kenya, kenyaDonor } = users;
    const drafted = await step(kenyaDonor, undefined, '/v1/commitments',
        make.draft({ recipients: [{ country: 'KE', share: '100' }] }));
    const path = drafted.location;
    const sent = await step(kenyaDonor, drafted, `${path}/submit`);
    await step(kenyaDonor, sent, `${path}/register`);
    const lodged = await step(kenya, undefined, `${path}/ownership-inputs`,
        bodyExample(operations.ownership_input_lodge));
    const input = lodged.location;
    const answered = await step(kenyaDonor, lodged, `${input}/answer`,
        { answer: 'rejected', reason: 'No.' });
    const disputed = await step(kenya, answered, `${input}/escalate`, { ground: 'No.' });
    return proposed({ id: disputed.body.ownership_input.id, path: input, etag: disputed.etag },
        'Yes.', kenyaDonor);
}

async function pledgeAnd(commitment, changes) {
    const { id, path } = await commitment;
    return { ...await make.pledged(changes), commitment: id, commitmentPath: path };
}

async function convertedPledge(changes) {
    const made = await pledgeAnd(make.registered(), changes);
    return { ...made, ...await make.converted(made, { id: made.commitment }, '1250000.00') };
}

const thirds = ['MW', 'ZM', 'KE'].map((country) => ({ country, share: '100/3' }));

const GOODS = { kind: 'goods', description: '40 base stations.', valuation_method: 'market_price',
    valuation: 'Offers of three suppliers.' };

const flowIds = ({ id, commitment, parent, child }) =>
    ({ id, commitment: commitment.id, parent: parent.id, child: child.id });

// A question to Malawi and the reply to it.
async function thread(replier) {
    const made = await make.asked();
    const reply = await make.replied(replier, made);
    return { ...made, comment: made.id, reply: reply.id, answer: reply };
}

async function onCommitment(made) {
    return { ...made, id: made.commitment };
}

async function correctedComment() {
    const made = await make.commented();
    const { etag } = await done(api.donor.post(`${made.path}/correct`,
        { text: 'Second.', reason: 'The first was wrong.' }));
    return { ...made, etag };
}

async function askedOfDonor() {
    const made = await make.said(users.watcher, await make.effective(),
        { kind: 'question', addressed_to: 'donor', text: 'When do the works begin?' });
    await make.replied(api.officer, made, 'We wonder too.');
    const reply = await make.replied(api.donorApprover, made, 'In January.');
    return { ...made, reply: reply.id };
}

async function restored() {
    const made = await make.withheld();
    const { etag } = await done(api.steward.post(`${made.path}/restore`,
        { reason: 'The name is public.' }, { ifMatch: made.etag }));
    return { ...made, etag };
}

// A commitment made while these were Malawi's priorities.
async function prioritised(changes, content) {
    const wanted = await make.priorities(changes);
    return { ...await make.effective({ commitment_date: wanted.day, ...content }),
        priorities: wanted.id };
}

async function link(made, changes) {
    const { body } = await done(api.donor.post(`${made.path}/links`, { ...make.pillarC, ...changes }));
    return body.link.id;
}

async function planCode() {
    const { framework } = await make.plan();
    return { framework };
}

// The plan's first pillar is Malawi's first priority; a link to what is below it is proposed.
async function planWanted() {
    const { framework } = await make.plan();
    const item = { framework, framework_version: '2026' };
    const made = await prioritised({ priorities: [{ ...item, item: '1' }] });
    return { ...made, link: await link(made, { ...item, item: '1.1' }) };
}

async function erased(given = make.drafted()) {
    const made = await given;
    const { body } = await done(api.steward.post(`/v1/ledger/entries/${made.entry}/erasures`,
        bodyExample(operations.ledger_erase)));
    return { ...made, erasure: body.statement.entry };
}

const fixtures = {
    erased: () => erased(), long_plan: () => make.longPlan(),
    bare_erased: () => erased(make.bareDraft({ narrative: 'Words.' })),
    noted: () => make.booked({ note: 'Account of J. Doe.', provider: 'J. Doe' }),
    draft_published: async () => {
        const { entry, path, etag } = await make.drafted();
        const sent = await done(api.donor.post(`${path}/submit`, undefined, { ifMatch: etag }));
        await done(api.donorApprover.post(`${path}/register`, undefined, { ifMatch: sent.etag }));
        return { entry };
    },
    proposed_review: make.proposedReview, review_of_malawi: async () => {
        const { body } = await done(api.signatory.post('/v1/joint-reviews', await make.reviewBody()));
        return { id: body.joint_review.id, etag: '"1"' };
    },
    reviewed: make.reviewed, reported: make.reported,
    review_disputed: async () => make.onReview(api.signatory, await make.reported(),
        'actions/1/dispute', { text: 'Two have no power.' }),
    review_closed: async () => make.onReview(api.signatory, await make.reported(),
        'actions/1/accept', {}),
    late_review: async () => make.onReview(api.signatory, await make.reviewed(),
        'actions/2/report', { evidence: [{ title: 'Meter readings' }] }),
    review_to_be: async () => {
        const made = await make.effective();
        return { commitment: made.id, ...await make.reviewBody({}, made) };
    },
    commented: make.commented, asked: make.asked, corrected_comment: correctedComment,
    withdrawn_comment: async () => make.withdrawn(api.donor, await make.commented()),
    thread: async () => onCommitment(await thread(api.auditor)),
    elsewhere: async () => ({ ...await make.effective(), comment: (await make.asked()).id }),
    withdrawn_thread: async () => {
        const made = await make.withdrawn(api.auditor, await make.asked());
        return { id: made.commitment, comment: made.id };
    },
    answered_question: async () => thread(api.signatory),
    answered_by_another: async () => thread(users.zambia),
    answer_withdrawn: async () => {
        const made = await thread(api.officer);
        await make.withdrawn(api.officer, made.answer);
        return made;
    },
    asked_of_donor: askedOfDonor,
    observed: make.observed, restored,
    withheld: make.withheld,
    in_thirds: () => make.effective({ recipients: thirds,
        sectors: [{ code: '22040', share: '200/3' }, { code: '11110', share: '100/3' }] }),
    observed_and_replied: async () => {
        const made = await make.observed();
        const { etag } = await done(users.zambia.post(`${made.path}/reply`, { text: 'No.' }));
        return { ...made, etag };
    },
    observed_disbursement: async () => {
        const { commitment, transaction } = await make.paid();
        await make.observed({ transaction_id: transaction.id }, commitment);
        return { id: commitment.id, transaction: transaction.id };
    },
    priorities: make.priorities, fresh_year: async () => make.freshYear(),
    superseded: async () => {
        const first = await make.priorities();
        const second = await make.priorities({ period_start: `${first.year}-07-01`,
            period_end: first.period_end, supersedes: [first.id] });
        return { ...first, second: second.id };
    },
    prioritised,
    fresh_cell: async () => make.freshCell(),
    contracted: () => make.contracted(),
    contracted_commitment: async () => {
        const made = await make.contracted({ reference: 'PR 7' });
        return { ...made, contract: made.id, id: made.commitment };
    },
    recontracted: make.recontracted, uncontracted: make.uncontracted,
    with_receiver: async () => {
        const { commitment } = await make.paid({ receiver_org: { ref: 'XI-TEST-NGO' } });
        return commitment;
    },
    budgeted_for_2062: () => make.budgeted({ year: 2062 }),
    budgeted_for_2063: () => make.budgeted({ year: 2063 }),
    budgeted: () => make.budgeted(), budgeted_commitment: () => make.budgetedCommitment(),
    rebudgeted: make.rebudgeted, unbudgeted: make.unbudgeted,
    measured: make.measured, remeasured: make.remeasured, unmeasured: make.unmeasured,
    published: make.published, masked: make.masked,
    mask_approved: () => make.maskDecided(), mask_refused: () => make.maskDecided('refused'),
    mask_withdrawn: async () => {
        const made = await make.maskDecided();
        const { etag } = await done(api.steward.post(`${made.path}/withdraw`,
            { reason: 'A licence was given.' }, { ifMatch: made.etag }));
        return { ...made, etag };
    },
    prioritised_thirds: () => prioritised({ priorities: [{ sector: '22040' }, { sector: '15110' }] },
        { recipients: thirds, sectors: ['22040', '15110', '11110'].map((code) =>
            ({ code, share: '100/3' })) }),
    prioritised_otherwise: () => prioritised({ priorities: [{ sector: '11230' }] }),
    prioritised_by_items: async () => {
        const made = await prioritised({ priorities: [
            { framework: 'WSIS', framework_version: '2003', item: 'C7' },
            { framework: 'C11', framework_version: 'V1.2', item: 'pillar-c' }] });
        await link(made, { item: 'pillar-d', share: undefined });
        const below = await link(made, { framework: 'WSIS', framework_version: '2003',
            item: 'C7-egov', share: undefined });
        return { ...made, below, link: await link(made) };
    },
    aligned: async () => {
        const made = await prioritised();
        const state = (body) => done(api.donor.post(`${made.path}/alignment`,
            { country: 'MW', ...body }));
        await state({ priorities: made.priorities,
            serves: [{ rank: 1, how: 'In its first phase.' }] });
        await state({ serves: [], reason: 'It was a mistake.' });
        return made;
    },
    endorsed_link: () => make.linkAnswered({ answer: 'endorsed' }),
    refused_link: async () => make.linkAnswered({ answer: 'refused', reason: 'It is for roads.' },
        await make.linkAnswered({ answer: 'endorsed' })),
    // What was endorsed was another statement of it.
    relinked: async () => {
        const made = await make.linkAnswered({ answer: 'endorsed' });
        return { ...await make.fresh(made), again: await link(made, { share: '60' }) };
    },
    linked_suspended: async () => {
        const made = await make.frameworkLinked();
        await done(api.donorApprover.post(`${made.path}/suspend`, { reason: 'The works stopped.' },
            { ifMatch: made.etag }));
        return make.fresh(made);
    },
    linked_to_itself: async () => {
        const step = (path, body, ifMatch) => done(users.kenyaDonor.post(path, body, { ifMatch }));
        const { etag, location } = await step('/v1/commitments',
            make.draft({ recipients: [{ country: 'KE', share: '100' }] }));
        const sent = await step(`${location}/submit`, undefined, etag);
        await step(`${location}/register`, undefined, sent.etag);
        const { body } = await step(`${location}/links`, make.pillarC);
        return { id: body.commitment.id, link: body.link.id };
    },
    plan: make.plan, plan_linked: make.planLinked,
    fresh_plan: async () => ({ framework: `MW-${randomBytes(4).toString('hex')}` }),
    planned: async () => ({ ...await make.effective(), ...await planCode() }),
    planned_elsewhere: async () => ({
        ...await make.effective({ recipients: [{ country: 'ZM', share: '100' }] }),
        ...await planCode() }),
    plan_endorsed: async () =>
        make.linkAnswered({ answer: 'endorsed' }, await make.planLinked()),
    plan_refused: async () => make.linkAnswered({ answer: 'refused', reason: 'It is pillar two.' },
        await make.linkAnswered({ answer: 'endorsed' }, await make.planLinked())),
    plan_wanted: planWanted,
    plan_wanted_and_endorsed: async () =>
        make.linkAnswered({ answer: 'endorsed' }, await planWanted()),
    misaligned: async () => (await make.lodged({ position: 'contest', aspects: ['alignment'],
        text: 'Schools come first.' })).commitment,
    drafted: make.drafted, submitted: make.submitted, registered: make.registered,
    alike: make.alike, told_apart: make.toldApart,
    alike_without_agreement: () => make.alike({ agreement_reference: undefined }),
    two_agreements: () => make.alike({ agreement_reference: 'Another one' }),
    effective: make.effective, amending: make.amending, lodged: async () => {
        const made = await make.lodged();
        return { ...made, commitment: made.commitment.id };
    },
    answered: make.answered, imported, linked: make.frameworkLinked,
    suspended: make.suspended, cancelled: make.cancelled, settled, own_work: ownWork,
    amended_amount: amendedAmount,
    spent: () => payments({ transaction_type: '4', amount: '300000.00' }),
    overpaid: () => payments({ amount: '1300000.00' }),
    paid_in_euro: () => payments({ amount: '100.00', currency: 'EUR' }),
    paid_to_malawi: () => payments(toMalawi),
    taken_back: async () => {
        const made = await payments({});
        await done(api.donor.post(`${made.path}/transactions`, { transaction_type: '3',
            transaction_date: '2026-11-02', amount: '-250000.01', currency: 'USD',
            adjusts: made.transaction, reason: 'Sent twice.' }));
        return make.fresh(made);
    },
    unseen: async () => {
        const made = await payments(toMalawi);
        await make.confirmedAs('not_visible', made.transaction);
        return make.fresh(made);
    },
    issued_report: make.issued, proven_report: make.proven, issued_csv: () => make.issued({ report: 'ownership', format: 'csv',
        parameters: { country: 'MW' } }),
    closed_period: make.closedPeriod, reopened_period: make.reopenedPeriod,
    booked: make.booked,
    booked_of_payment: bookedOfPayment, booked_in_kwacha: () => bookedOfPayment({ currency: 'MWK' }),
    booked_in_part: () => bookedOfPayment({ amount: '100000.00' }),
    booked_twice: async () => {
        const made = await bookedOfPayment({ amount: '100000.00' });
        await make.bookConfirmed(made, 'partial');
        return { ...await make.booked({ ref: made.ref, amount: '75000.01' }),
            transaction: made.transaction };
    },
    booked_confirmed: async () => {
        const made = await bookedOfPayment();
        await make.bookConfirmed(made, 'full');
        return { ...await make.freshBook(made), ref: made.ref, transaction: made.transaction };
    },
    booked_restated: async () => {
        const made = await bookedOfPayment({ amount: '100000.00' });
        await make.bookConfirmed(made, 'partial');
        await make.confirmedAs('not_received', made.transaction);
        return { ...await make.freshBook(made), transaction: made.transaction };
    },
    booked_withdrawn: withdrawnBook,
    booked_after_statement: async () => {
        const made = await bookedOfPayment();
        await make.confirmedAs('partial', made.transaction);
        return made;
    },
    booked_after_denial: async () => {
        const made = await bookedOfPayment();
        await make.confirmedAs('not_received', made.transaction);
        return made;
    },
    booked_beside_confirmed: async () => {
        const made = await bookedOfPayment();
        await make.bookConfirmed(made, 'full');
        return { ...await make.booked({ ref: made.ref }), transaction: made.transaction };
    },
    booked_beside_commitment: async () => {
        const made = await make.effective();
        const { body } = await done(api.anonymous.get(`${made.path}/transactions`));
        return { ...await make.booked(), transaction: body.items[0].id };
    },
    booked_beside_zambia: async () => {
        const { transaction } = await payments({ recipient_country: 'ZM', amount: '75000.00' });
        return { ...await make.booked(), transaction };
    },
    disputed: make.disputed, disputed_with_itself: disputedWithItself,
    proposed: async () => proposed(await make.disputed()),
    proposed_anew: async () => proposed(await proposed(await make.disputed()), 'Nobody does.'),
    settled_jointly: async () => {
        const made = await proposed(await make.disputed());
        const { etag } = await done(api.signatory.post(`${made.path}/joint-statement`,
            { accepts: made.proposal }, { ifMatch: made.etag }));
        return { ...made, etag };
    },
    half_differing: halfDiffering,
    differing: async () => differing(await halfDiffering(), api.signatory, 'It could.'),
    discrepant: () => make.received('partial'),
    denied: () => make.received('not_received'),
    confirmed_in_full: () => make.received('full'),
    off_treasury: () => make.received('not_visible', toReceiver),
    denied_to_receiver: () => make.received('not_received', toReceiver),
    received_by_the_donor: () => make.received('not_visible',
        { receiver_org: { ref: 'XI-DEMO-DONOR' } }),
    discrepant_import: async () => {
        const { id } = await imported();
        const { body } = await done(api.anonymous.get(`/v1/commitments/${id}/transactions?type=3`));
        const answer = await done(api.officer.post('/v1/receipt-confirmations', {
            transaction_id: body.items[0].id, outcome: 'partial', amount: '9.00',
            value_date: '2021-02-03' }));
        return { id: answer.body.receipt_confirmation.id, etag: answer.etag };
    },
    discrepant_closed: async () => {
        const made = await payments(toMalawi);
        const receipt = await make.confirmedAs('partial', made.transaction);
        const { etag } = await done(api.donorApprover.post(`${made.path}/close`, undefined,
            { ifMatch: receipt.etag }));
        return { ...receipt, etag };
    },
    rate_set: rateSet,
    superseded_rate_set: async () => {
        const made = await rateSet();
        const { body } = await done(api.steward.post('/v1/exchange-rate-sets', {
            ...bodyExample(operations.exchange_rate_set_record), supersedes: made.id,
            reason: 'A digit was wrong.' }));
        await sequenced(body.statement.entry);
        return { ...made, successor: body.rate_set.id };
    },
    corrected: correctedCase,
    denied_and_reversed: async () => make.accepted(api.donorApprover,
        await make.corrected(await make.received('not_received'), '-175000.01')),
    accepted_by_donor: async () =>
        make.accepted(api.donorApprover, await make.received('partial')),
    accepted_by_recipient: async () =>
        make.accepted(api.signatory, await make.received('partial')),
    accepted_then_corrected: async () => make.corrected(
        await make.accepted(api.donorApprover, await make.received('partial')), '-5000.00'),
    bare: async () => {
        const made = await done(api.donor.post('/v1/commitments', { title: 'A thought' }));
        return { id: made.body.commitment.id, etag: made.etag };
    },
    amending_amount: () => make.amending({ amount: '1500000.00' }),
    amending_registered: async () => {
        const made = await make.registered();
        await done(api.donor.post(`${made.path}/amend`, { reason: 'More.',
            changes: { title: 'More' } }, { ifMatch: made.etag }));
        return make.fresh(made);
    },
    rescheduled: async () => {
        const made = await make.effective();
        await done(api.donor.post(`${made.path}/schedule`,
            bodyExample(operations.schedule_record), { ifMatch: made.etag }));
        return make.fresh(made);
    },
    unlinked: async () => {
        const made = await make.frameworkLinked();
        await done(api.donor.post(`${made.path}/links`, { ...make.pillarC, withdrawn: true }));
        return make.fresh(made);
    },
    paid: async () => withTransaction(await make.paid()),
    committed: async () => {
        const made = await make.effective();
        const { body } = await done(api.anonymous.get(`${made.path}/transactions`));
        return { ...made, transaction: body.items[0].id };
    },
    confirmed: async () => {
        const made = await withTransaction(await make.paid());
        const { body } = await done(api.officer.post('/v1/receipt-confirmations', {
            transaction_id: made.transaction, outcome: 'partial', amount: '120000.00',
            value_date: '2026-11-09' }));
        return { ...made, receipt: body.receipt_confirmation.id };
    },
    lodged_commitment: async () => (await make.lodged()).commitment,
    endorsed: () => make.lodged({ position: 'endorse', aspects: undefined, text: undefined }),
    invited: make.invited, paused: make.paused, lapsed: make.lapsed,
    unanswered: make.unanswered, escalated: make.escalated,
    early: async () => {
        const made = await make.submitted();
        const { body } = await done(api.signatory.get(`${made.path}/ownership-inputs`));
        const input = body.items.find((item) => item.country === 'MW');
        return { id: input.id, etag: `"${input.version}"` };
    },
    loan: () => make.registered({ finance_type: '421' }),
    in_kind: () => make.effective({ in_kind: GOODS }),
    agreed: async () => {
        const word = randomBytes(6).toString('hex');
        return { ...await make.registered({ agreement_reference: `AGR-${word}` }), word };
    },
    under_agreement: async () => withTransaction(
        await make.paid({ agreement_reference: 'AGR-2026-017' })),
    goods_sent: async () => {
        const made = await make.effective({ in_kind: GOODS });
        const { body } = await done(api.donor.post(`${made.path}/transactions`, {
            transaction_type: '3', transaction_date: '2026-11-02', amount: '250000.01',
            currency: 'USD', in_kind: GOODS }));
        return { transaction: body.transaction.id };
    },
    two_payments: async () => {
        const { commitment, parent, child } = await make.twoPayments();
        return { id: commitment.id, parent: parent.id, child: child.id };
    },
    flow_linked: async () => flowIds(await make.linked()),
    flow_reversed: async () => {
        const made = await make.linked();
        await done(api.donor.post(`${made.path}/reverse`, { reason: 'From elsewhere.' }));
        return flowIds(made);
    },
    flow_parked: async () => {
        const { commitment, parent, child } = await make.twoPayments();
        await done(api.donor.post('/v1/parked-funds',
            { transaction_id: parent.id, purpose: 'A fund.' }));
        return { id: commitment.id, parent: parent.id, child: child.id };
    },
    flow_of_spending: async () => {
        const made = await make.twoPayments();
        const { body } = await done(api.donor.post(`${made.commitment.path}/transactions`, {
            transaction_type: '4', transaction_date: '2026-11-03', amount: '5.00',
            currency: 'USD' }));
        return { parent: body.transaction.id, child: made.child.id };
    },
    flow_of_correction: async () => {
        const made = await make.twoPayments();
        const { body } = await done(api.donor.post(`${made.commitment.path}/transactions`, {
            transaction_type: '3', transaction_date: '2026-11-03', amount: '5.00', currency: 'USD',
            adjusts: made.parent.id, reason: 'A little more.' }));
        return { parent: made.parent.id, child: body.transaction.id };
    },
    flow_of_import: async () => {
        const { child } = await make.twoPayments();
        const { id } = await imported();
        const { body } = await done(api.anonymous.get(`/v1/commitments/${id}/transactions?type=3`));
        return { parent: body.items[0].id, child: child.id };
    },
    pledged: make.pledged,
    pledged_to_kenya: () => make.pledged({ currency: 'CHF', recipients: [{ country: 'KE' }] }),
    pledge_and_commitment: () => pledgeAnd(make.registered()),
    pledge_and_euro_commitment: () => pledgeAnd(make.registered({ currency: 'EUR' })),
    pledge_and_draft: () => pledgeAnd(make.drafted()),
    pledge_and_import: () => pledgeAnd(imported()),
    later_pledge_and_commitment: () => pledgeAnd(make.registered(), { pledge_date: '2026-09-02' }),
    half_converted_pledge: () => convertedPledge(),
    converted_pledge: () => convertedPledge({ amount: '1250000.00' }),
    sequenced: async () => {
        const made = await make.drafted();
        await sequenced(made.entry);
        return made;
    },
    sealed: async () => {
        const made = await make.drafted();
        await sealed(made.entry);
        const { body } = await done(api.anonymous.get('/v1/ledger'));
        return { ...made, size: body.published_size, beyond: 1_000_000_000 };
    },
    organisation: async () => {
        const { body } = await done(api.anonymous.get('/v1/organisations?text=XI-DEMO-DONOR'));
        return { id: body.items[0].id };
    },
    new_organisation: async () => {
        const { body } = await done(api.steward.post('/v1/organisations', {
            identifier: `XI-TEST-${randomBytes(6).toString('hex')}`, name: 'Test organisation' }));
        return { id: body.organisation.id };
    },
    superseded_membership: async () => {
        const path = '/v1/country-groups/LDC/memberships';
        const { body } = await done(api.anonymous.get(path));
        const old = body.items.find((m) => body.items.every((other) =>
            other.id === m.id || other.country !== m.country));
        await done(api.steward.post(path, { ...bodyExample(operations.country_group_record),
            country: old.country, valid_to: '2999-01-01', supersedes: old.id }));
        return { membership: old.id, country: old.country };
    },
};

before(async () => {
    await organisation('XI-TEST-KE', 'KE');
    await organisation('XI-TEST-ZM', 'ZM');
    await organisation('XI-TEST-NGO');
    users.kenya = await somebody('XI-TEST-KE', 'recipient_officer,recipient_signatory', 'KE');
    users.zambia = await somebody('XI-TEST-ZM', 'recipient_signatory', 'ZM');
    users.receiver = await somebody('XI-TEST-NGO', 'stakeholder');
    users.bothHands = await somebody('XI-DEMO-DONOR', 'donor_editor,donor_approver');
    users.statistician = await somebody('XI-DEMO-MW', 'statistician', 'MW');
    users.zambianStatistician = await somebody('XI-TEST-ZM', 'statistician', 'ZM');
    users.otherDonor = await somebody('XI-TEST-KE', 'donor_editor');
    users.ownStakeholder = await somebody('XI-DEMO-DONOR', 'stakeholder');
    users.kenyaDonor = await somebody('XI-TEST-KE', 'donor_editor,donor_approver');
    users.watcher = await make.thirdParty();
    users.insider = await somebody('XI-DEMO-DONOR', 'stakeholder');
    users.malawian = await somebody('XI-DEMO-MW', 'recipient_officer,stakeholder', 'MW');
    await imported();
});

// ---------------------------------------------------------------- running a case

function replaced(value, words) {
    return JSON.parse(JSON.stringify(value).replaceAll(/\{(\w+)\}/g, (all, name) => words[name] ?? all));
}

function bodyOf(one, operation) {
    if (!operation.requestBody || one.csv) {
        return undefined;
    }
    if (one.body || Array.isArray(bodyExample(operation))) {
        return one.body ?? bodyExample(operation);
    }
    const changed = { ...bodyExample(operation), ...one.change };
    return Object.fromEntries(Object.entries(changed).filter(([, value]) => value !== null));
}

// The expected value within the found one: objects may hold more, lists may not.
function holds(found, expected, at) {
    if (expected === 'some') {
        assert.ok(found !== null && found !== undefined && found.length !== 0, `${at} is empty`);
    } else if (Array.isArray(expected)) {
        assert.equal(found?.length, expected.length, `${at} has other elements: ${JSON.stringify(found)}`);
        expected.forEach((element, i) => holds(found[i], element, `${at}/${i}`));
    } else if (expected !== null && typeof expected === 'object') {
        assert.ok(found, `${at} is not there`);
        for (const [name, value] of Object.entries(expected)) {
            holds(found[name], value, `${at}/${name}`);
        }
    } else {
        assert.equal(found, expected, at);
    }
}

async function runCase(one, operation) {
    const given = one.given ? await fixtures[one.given]() : {};
    const words = { ...given, random: randomBytes(6).toString('hex'), tomorrow: inDays(1),
        later: inDays(100), in_years: inDays(1000) };
    const { expect, ...sent } = replaced(one, words);
    const path = fill(operation.path, sent.path ?? given) + (sent.query ? `?${sent.query}` : '');
    const takesTag = operation.parameters.some((p) => p.name === 'If-Match' && p.required);
    const ifMatch = sent.ifMatch !== undefined ? sent.ifMatch : takesTag ? given.etag : undefined;
    const answer = await request(operation.method, path,
        { token: users[sent.as].token, body: bodyOf(sent, operation), ifMatch,
            ...(sent.csv && { raw: sent.csv.join('\r\n'), headers: { 'content-type': 'text/csv' } }) });
    assert.equal(answer.status, expect.status, answer.text);
    assert.deepEqual(answerFaults(operation, answer), []);
    if (expect.faults) {
        assert.deepEqual(answer.body.errors.map((e) => `${e.pointer ?? e.parameter} ${e.rule}`).sort(),
            [...expect.faults].sort(), answer.text);
    }
    if (expect.problem) {
        assert.equal(answer.body.type, `/problems/${expect.problem}`);
    }
    holds(answer.body, expect.answer ?? {}, '');
    for (const [name, text] of Object.entries(expect.headers ?? {})) {
        assert.ok(answer.headers.get(name)?.includes(text), `${name}: ${answer.headers.get(name)}`);
    }
}

const statements = readdirSync('service/sql', { recursive: true })
    .filter((file) => file.endsWith('.sql')).map((file) => file.replace(/\.sql$/, '')).sort();
const files = readdirSync('tests/cases', { recursive: true })
    .filter((file) => file.endsWith('.json')).map((file) => file.replace(/\.json$/, '')).sort();
const cases = files.map((file) => [file, JSON.parse(readFileSync(`tests/cases/${file}.json`, 'utf8'))]);

for (const [file, list] of cases) {
    for (const one of list) {
        test(`${file}: ${one.name}`,
            () => runCase(one, operations[file.replaceAll(/[/-]/g, '_')]));
    }
}

test('every statement has its case file, with one that works', () => {
    assert.deepEqual(files, statements);
    for (const [file, list] of cases) {
        assert.ok(list.some((one) => one.expect.status < 300), file);
    }
});

test('every rule that a statement can name has a case', () => {
    const told = new Set(cases.flatMap(([, list]) => list)
        .flatMap((one) => one.expect.faults ?? []).map((fault) => fault.split(' ').at(-1)));
    const rules = readdirSync('migrations').flatMap((file) => {
        const text = readFileSync(`migrations/${file}`, 'utf8');
        return [...text.matchAll(/fault\((?:pointer|'[^']*'|format\([^)]*\)), '([a-z_0-9]+)'/g),
            ...text.matchAll(/'rule', '([a-z_0-9]+)'/g)].map((match) => match[1]);
    });
    assert.deepEqual([...new Set(rules)].filter((rule) => !told.has(rule)), []);
});
