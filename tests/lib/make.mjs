// make.mjs - things to test with, each made the way its users make it.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { api, until } from './client.mjs';
import { passTime } from './clock.mjs';
import { organisation, somebody } from './principals.mjs';

// A complete draft: 70 % Malawi, 30 % Zambia, 60 % in family 220.
export function draft(changes = {}) {
    const content = {
        title: `Fibre backbone ${randomBytes(4).toString('hex')}`,
        narrative: 'Backbone to the northern districts, with access points in schools.',
        recipients: [{ country: 'MW', share: '70' }, { country: 'ZM', share: '30' }],
        sectors: [{ code: '22040', share: '60' }, { code: '11110', share: '40' }],
        agreement_reference: `AGR-${randomBytes(6).toString('hex')}`,
        commitment_date: '2026-09-01',
        start_date: '2026-10-01',
        end_date: '2028-09-30',
        flow_type: '10',
        finance_type: '110',
        aid_type: 'C01',
        tied_status: '5',
        ict_significance: 2,
        ict_share: '80',
        ict_reason: 'Backbone, access points and the training to use them.',
        amount: '1250000.00',
        currency: 'USD',
        schedule: [
            { period_start: '2026-10-01', period_end: '2027-09-30', amount: '750000.00' },
            { period_start: '2027-10-01', period_end: '2028-09-30', amount: '500000.00' },
        ],
        ...changes,
    };
    // undefined takes a member out.
    return JSON.parse(JSON.stringify(content));
}

// Every answer is checked: a fixture that half fails makes every later failure a riddle.
async function done(promise, status) {
    const answer = await promise;
    assert.equal(answer.status, status, answer.text);
    return answer;
}

function commitmentOf(answer) {
    return {
        id: answer.body.commitment.id,
        path: `/v1/commitments/${answer.body.commitment.id}`,
        etag: answer.etag,
        entry: answer.body.statement.entry,
        body: answer.body.commitment,
    };
}

export async function drafted(changes) {
    return commitmentOf(await done(api.donor.post('/v1/commitments', draft(changes)), 201));
}

// One that says its title and no more.
export async function bareDraft(changes) {
    return commitmentOf(await done(
        api.donor.post('/v1/commitments', { title: 'A thought', ...changes }), 201));
}

export async function submitted(changes) {
    const made = await drafted(changes);
    return commitmentOf(await done(
        api.donor.post(`${made.path}/submit`, undefined, { ifMatch: made.etag }), 200));
}

export async function registered(changes) {
    const made = await submitted(changes);
    return commitmentOf(await done(
        api.donorApprover.post(`${made.path}/register`, undefined, { ifMatch: made.etag }), 200));
}

export async function effective(changes) {
    const made = await registered(changes);
    return commitmentOf(await done(
        api.donorApprover.post(`${made.path}/effect`,
            { agreement_reference: 'AGR-2026-017', effective_date: '2026-10-01' },
            { ifMatch: made.etag }), 200));
}

export async function amending(changes = { title: 'Fibre backbone, phase two' }) {
    const made = await effective();
    return commitmentOf(await done(
        api.donor.post(`${made.path}/amend`, { reason: 'A second phase was agreed.', changes },
            { ifMatch: made.etag }), 200));
}

// A draft that looks like a submission of the same organisation.
export async function alike(changes) {
    const both = { agreement_reference: `AGR-${randomBytes(6).toString('hex')}`,
        amount: `${1000000 + randomBytes(4).readUInt32BE()}.00`, schedule: undefined };
    const other = await submitted(both);
    return { ...await drafted({ ...both, ...changes }), other: other.id };
}

export async function toldApart() {
    const made = await alike();
    const answer = await done(api.donor.post(`${made.path}/submit`,
        { distinct_from: [{ commitment_id: made.other, reason: 'The second of two lots.' }] },
        { ifMatch: made.etag }), 200);
    return { ...commitmentOf(answer), other: made.other };
}

// A commitment as its donor publishes it elsewhere, Malawi its recipient; 10.00 USD paid.
export async function imported(ref = 'XI-TEST-FILE') {
    const identifier = `${ref}-${randomBytes(6).toString('hex')}`;
    const folder = mkdtempSync(join(tmpdir(), 'aidledger-make-'));
    writeFileSync(join(folder, 'activity.xml'), `<iati-activities version="2.03">
        <iati-activity default-currency="USD">
        <iati-identifier>${identifier}</iati-identifier>
        <reporting-org ref="${ref}" type="10"><narrative>Publishing donor</narrative></reporting-org>
        <title><narrative>Teacher training</narrative></title>
        <description><narrative>Training of teachers.</narrative></description>
        <participating-org ref="${ref}" role="1" type="10"/><activity-status code="2"/>
        <activity-date iso-date="2021-01-01" type="2"/>
        <recipient-country code="MW" percentage="100"/>
        <sector vocabulary="1" code="11110" percentage="100"/>
        <transaction><transaction-type code="2"/><transaction-date iso-date="2021-01-01"/>
        <value value-date="2021-01-01">50.00</value></transaction>
        <transaction><transaction-type code="3"/><transaction-date iso-date="2021-02-01"/>
        <value value-date="2021-02-01">10.00</value></transaction>
        </iati-activity></iati-activities>`);
    execFileSync(process.env.AIDLEDGER_BINARY, ['import', join(folder, 'activity.xml')], {
        env: { ...process.env, AIDLEDGER_DATABASE_URL: process.env.AIDLEDGER_TEST_DATABASE },
        stdio: 'ignore' });
    rmSync(folder, { recursive: true });
    const { body } = await done(api.anonymous.get(`/v1/commitments?donor=${ref}&limit=200`), 200);
    const { id } = body.items.find((item) => item.activity?.iati_identifier === identifier);
    const path = `/v1/commitments/${id}`;
    const { etag } = await done(api.anonymous.get(path), 200);
    return { id, path, etag };
}

// What the commitment is now, whoever has made statements about it since.
export async function fresh(made) {
    const answer = await done(api.auditor.get(made.path), 200);
    return { ...made, etag: answer.etag, body: answer.body };
}

export async function paid(changes) {
    const made = await effective();
    const answer = await done(api.donor.post(`${made.path}/transactions`, {
        transaction_type: '3',
        transaction_date: '2026-11-02',
        amount: '250000.01',
        currency: 'USD',
        description: 'First instalment',
        ...changes,
    }), 201);
    return {
        commitment: await fresh(made),
        transaction: answer.body.transaction,
        entry: answer.body.statement.entry,
    };
}

function inputOf(made, answer) {
    return {
        commitment: made,
        id: answer.body.ownership_input.id,
        path: `/v1/ownership-inputs/${answer.body.ownership_input.id}`,
        etag: answer.etag,
        entry: answer.body.statement.entry,
        body: answer.body.ownership_input,
    };
}

// Five days of long ago, and those that follow them, that no other test closes: others report money
// of this year.
let daysBefore = 0;
export function longAgo() {
    daysBefore += 40;
    return following({ period_end: dayAfter('1990-01-01', -daysBefore) });
}

export function following({ period_end: end }) {
    return { period_start: dayAfter(end, 1), period_end: dayAfter(end, 5) };
}

export function dayAfter(day, days = 1) {
    return new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10);
}

export async function closedPeriod(period = longAgo(), who = api.donorApprover) {
    const answer = await done(who.post('/v1/period-closes', period), 201);
    return { id: answer.body.period_close.id, path: answer.location, etag: answer.etag,
        entry: answer.body.statement.entry, ...period };
}

export async function issued(body = { report: 'portfolio' }, who = api.auditor) {
    const answer = await done(who.post('/v1/report-runs', body), 201);
    const run = answer.body.report_run;
    return { id: run.id, path: answer.location, entry: answer.body.statement.entry, run,
        size: String(run.tree_size), sha256: run.sha256, bytes: String(run.bytes) };
}

// Once a checkpoint covers it.
export async function proven(body) {
    const made = await issued(body);
    await until(async () => (await api.anonymous.get(`${made.path}/proof`)).status === 200);
    return made;
}

export async function reopenedPeriod(period) {
    const made = await closedPeriod(period);
    const { etag } = await done(api.donorApprover.post(`${made.path}/reopen`,
        { reason: 'A programme was left out.' }, { ifMatch: made.etag }), 200);
    return { ...made, etag };
}

// A row of Malawi's treasury, as its agreement and no more names it.
export async function booked(changes) {
    const row = { treasury_reference: `RB-${randomBytes(6).toString('hex')}`,
        agreement_reference: 'AGR-2026-017', amount: '175000.01', currency: 'USD',
        value_date: '2026-11-05', ...changes };
    const { body } = await done(api.officer.post('/v1/treasury-receipts', [row]), 200);
    return { ...await freshBook({ id: body.rows[0].id }), reference: row.treasury_reference };
}

export async function freshBook({ id }) {
    const path = `/v1/treasury-receipts/${id}`;
    const answer = await done(api.signatory.get(path), 200);
    return { id, path, etag: answer.etag, entry: answer.body.entry, body: answer.body };
}

export async function bookConfirmed(made, outcome) {
    return done(api.signatory.post(`${made.path}/confirm`,
        { transaction_id: made.transaction, outcome }, { ifMatch: made.etag }), 200);
}

// A payment to Malawi and the row of its treasury with its agreement and reference.
export async function bookedPayment(changes) {
    const ref = `DISB-${randomBytes(6).toString('hex')}`;
    const { commitment, transaction } = await paid({ recipient_country: 'MW', amount: '175000.01',
        ref });
    return { ...await booked({ ref, ...changes }), commitment, transaction: transaction.id, ref };
}

export async function lodged(changes) {
    const made = await registered();
    return inputOf(made, await done(api.signatory.post(`${made.path}/ownership-inputs`, {
        position: 'endorse_with_reservation',
        aspects: ['timing'],
        text: 'Welcome, provided that the works start in the dry season.',
        ...changes,
    }), 201));
}

export async function answered() {
    const made = await lodged();
    return inputOf(made.commitment, await done(
        api.donorApprover.post(`${made.path}/answer`,
            { answer: 'accepted', reason: 'The works start after the rains.' },
            { ifMatch: made.etag }), 200));
}

// Malawi's input on a registered commitment.
export async function invited() {
    const made = await registered();
    const { body } = await done(api.anonymous.get(`${made.path}/ownership-inputs`), 200);
    return freshInput({ commitment: made, id: body.items.find(({ country }) => country === 'MW').id });
}

async function freshInput({ commitment, id }) {
    const path = `/v1/ownership-inputs/${id}`;
    const { body } = await done(api.anonymous.get(path), 200);
    return { commitment, id, path, etag: `"${body.version}"`, body };
}

export async function paused() {
    const made = await invited();
    return inputOf(made.commitment, await done(api.steward.post(`${made.path}/pause`,
        { reason: 'A cyclone has closed the ministries.' }, { ifMatch: made.etag }), 200));
}

export async function lapsed() {
    const made = await invited();
    await passTime(60);
    return freshInput(made);
}

export async function unanswered() {
    const made = await lodged();
    await passTime(60);
    return freshInput(made);
}

export async function suspended() {
    const made = await effective();
    return commitmentOf(await done(api.donorApprover.post(`${made.path}/suspend`,
        { reason: 'The works are stopped.' }, { ifMatch: made.etag }), 200));
}

export async function cancelled() {
    const made = await effective();
    return commitmentOf(await done(api.donorApprover.post(`${made.path}/cancel`,
        { reason: 'The agreement was ended.' }, { ifMatch: made.etag }), 200));
}

export async function closed() {
    const made = await effective();
    return commitmentOf(await done(api.donorApprover.post(`${made.path}/close`, undefined,
        { ifMatch: made.etag }), 200));
}

export async function disputed() {
    const made = await answered();
    return inputOf(made.commitment, await done(api.signatory.post(`${made.path}/escalate`,
        { ground: 'The works began in the rainy season.' }, { ifMatch: made.etag }), 200));
}

// A payment and a later, smaller one of the same commitment that may draw on it.
export async function twoPayments() {
    const { commitment, transaction } = await paid();
    const answer = await done(api.donor.post(`${commitment.path}/transactions`, {
        transaction_type: '3', transaction_date: '2026-11-09', amount: '100000.00',
        currency: 'USD' }), 201);
    return { commitment, parent: transaction, child: answer.body.transaction };
}

export async function linked(changes) {
    const made = await twoPayments();
    const answer = await done(api.donor.post('/v1/flow-links', {
        child_id: made.child.id, parent_id: made.parent.id, link_type: 'standard',
        amount: '100000.00', ...changes }), 201);
    return { ...made, id: answer.body.flow_link.id, body: answer.body.flow_link,
        path: `/v1/flow-links/${answer.body.flow_link.id}`, entry: answer.body.statement.entry };
}

function pledgeOf(answer) {
    const { pledge: body } = answer.body;
    return { id: body.id, path: `/v1/pledges/${body.id}`, etag: answer.etag,
        entry: answer.body.statement.entry, body };
}

export async function pledged(changes) {
    return pledgeOf(await done(api.donorApprover.post('/v1/pledges', {
        pledge_date: '2026-05-20',
        amount: '3000000.00',
        currency: 'USD',
        purpose: 'Backbone networks of least developed countries, 2026 to 2028.',
        ...changes,
    }), 201));
}

export async function converted(pledge, commitment, amount) {
    return pledgeOf(await done(api.donorApprover.post(`${pledge.path}/conversions`,
        { commitment_id: commitment.id, amount }), 201));
}

export const pillarC = { framework: 'C11', framework_version: 'V1.2', item: 'pillar-c', share: '100',
    rationale: 'Aid for ICT to a least developed, landlocked country.' };

// A commitment in effect and a link of it.
export async function frameworkLinked(changes) {
    const made = await effective();
    const { body } = await done(api.donor.post(`${made.path}/links`,
        { ...pillarC, ...changes }), 201);
    return { ...await fresh(made), link: body.link.id };
}

export async function linkAnswered(body, made) {
    const on = made ?? await frameworkLinked();
    await done(api.signatory.post(`${on.path}/links/${on.link}/answers`, body), 201);
    return fresh(on);
}

// A national plan of Malawi, and what it is stated by.
export const planItems = [{ code: '1', kind: 'pillar', title: 'Connectivity' },
    { code: '1.1', kind: 'objective', title: 'A backbone to every district', parent: '1' },
    { code: '2', kind: 'pillar', title: 'Skills', printed: 'Pillar two' }];

export async function plan(changes) {
    const framework = `MW-${randomBytes(4).toString('hex')}`;
    const { body } = await done(api.signatory.post('/v1/frameworks', { framework, version: '2026',
        title: 'National Digital Economy Strategy', source: 'Ministry of Information, first edition',
        period_start: '2026-01-01', period_end: '2030-12-31', items: planItems, ...changes }), 201);
    return { framework, version: '2026', path: `/v1/frameworks/${framework}/versions`,
        entry: body.statement.entry, body: body.version };
}

// One that is too large for a leaf, and the hash of what stands beside the leaf.
export async function longPlan(items = 400) {
    const title = 'A backbone to every district, '.repeat(26);
    const made = await plan({ items: Array.from({ length: items }, (_, at) =>
        ({ code: String(at + 1), kind: 'objective', title: `${title}${at}` })) });
    const { body } = await done(api.anonymous.get(`/v1/ledger/entries/${made.entry}`), 200);
    const leaf = JSON.parse(Buffer.from(body.leaf, 'base64').toString());
    return { ...made, leaf, sha256: leaf.hashed.items };
}

// A link that is proposed to it.
export async function planLinked(changes) {
    const { framework, version } = await plan();
    return { ...await frameworkLinked({ framework, framework_version: version, item: '1', share: '70',
        rationale: 'It builds the first two rings.', ...changes }), framework, version };
}

// Malawi's priorities for a year of which no statement speaks yet. Commitments of these fixtures are
// dated 2026: they are before all of them.
let priorityYear = 2030;

export function freshYear() {
    priorityYear += 1;
    return { year: priorityYear, period_start: `${priorityYear}-01-01`,
        period_end: `${priorityYear}-12-31`, day: `${priorityYear}-03-01` };
}

export async function priorities(changes) {
    const { year, day, ...period } = freshYear();
    const { body } = await done(api.signatory.post('/v1/national-priorities', {
        ...period,
        source: 'National Digital Economy Strategy',
        priorities: [{ sector: '22040' },
            { framework: 'C11', framework_version: 'V1.2', item: 'pillar-c' },
            { sector: '22020' }],
        ...changes,
    }), 201);
    const { id } = body.national_priorities;
    return { id, path: `/v1/national-priorities/${id}`, year, day, ...period,
        entry: body.statement.entry, body: body.national_priorities };
}

// ---------------------------------------------------------------- indicators

let statistics;

// Malawi's statistician.
export async function statistician() {
    statistics ??= somebody('XI-DEMO-MW', 'statistician', 'MW');
    return statistics;
}

// An indicator and a year of which nobody has said anything yet.
let cells = 0;

export function freshCell() {
    const cell = cells++;
    return { indicator: `HH${1 + cell % 19}`, year: 2025 - Math.floor(cell / 19) };
}

export function observationBody(changes) {
    const { indicator, year } = { ...freshCell(), ...changes };
    return JSON.parse(JSON.stringify({ indicator, year, value: '24.0', unit: 'percent',
        definition_version: '2022-03', source: 'Integrated household survey',
        source_type: 'statistics_office', method: 'household_survey',
        period_start: `${year}-01-01`, period_end: `${year}-12-31`, units_observed: 11434,
        url: 'https://example.org/survey', licence: 'CC-BY-4.0', status: 'final', ...changes }));
}

// What Malawi says of a cell, or what the steward took over for it from an agency.
export async function measured(changes, who) {
    const row = observationBody(changes);
    const { body } = await done((who ?? await statistician()).post('/v1/observations', [row]), 200);
    const path = `/v1/observations/${body.rows[0].id}`;
    const read = await done(api.anonymous.get(path), 200);
    return { id: body.rows[0].id, path, etag: read.etag, entry: read.body.entry, body: read.body, row,
        indicator: row.indicator, year: row.year };
}

export async function published(changes) {
    return measured({ country: 'MW', source: 'World Telecommunication/ICT Indicators database',
        source_type: 'agency', ...changes }, api.steward);
}

// The cell as Malawi says now, and as it said before.
export async function remeasured(changes) {
    const made = await measured();
    const after = await measured({ ...made.row, value: '25.5', reason: 'New weights.', ...changes });
    return { ...made, after: after.id, entry: after.entry, etag: after.etag };
}

export async function unmeasured() {
    const made = await measured();
    const answer = await done((await statistician()).post(`${made.path}/withdraw`,
        { reason: 'The weights were wrong.' }, { ifMatch: made.etag }), 200);
    return { ...made, etag: answer.etag, entry: answer.body.statement.entry };
}

function maskOf(answer) {
    const { indicator_mask: body } = answer.body;
    return { id: body.id, path: `/v1/indicator-masks/${body.id}`, etag: answer.etag,
        entry: answer.body.statement.entry, indicator: body.indicator, year: body.year_start, body };
}

export async function masked(changes) {
    const { indicator, year } = freshCell();
    return maskOf(await done((await statistician()).post('/v1/indicator-masks', { indicator,
        year_start: year, year_end: year, reason: 'No such service is licensed.', ...changes }), 201));
}

export async function maskDecided(decision = 'approved', changes = {}) {
    const made = await masked(changes);
    return maskOf(await done(api.steward.post(`${made.path}/decide`,
        { decision, reason: 'The register of licences shows none.' }, { ifMatch: made.etag }), 200));
}

function contractOf(answer) {
    const { contract_award: body } = answer.body;
    return { id: body.id, path: `/v1/contract-awards/${body.id}`, etag: answer.etag,
        entry: answer.body.statement.entry, commitment: body.commitment_id, body };
}

export function contractBody(changes) {
    return JSON.parse(JSON.stringify({ reference: `PR/${randomBytes(4).toString('hex')}`,
        title: 'Fibre, 120 km', supplier_name: 'Networks Ltd', supplier_country: 'MW',
        amount: '90000.00', currency: 'USD', awarded_on: '2026-10-20', ...changes }));
}

// A contract of the donor's commitment, as the donor states it or somebody else.
export async function contracted(changes, who = api.donor, made = undefined) {
    const { id } = made ?? await effective();
    return contractOf(await done(who.post(`/v1/commitments/${id}/contract-awards`,
        contractBody(changes)), 201));
}

export async function recontracted() {
    const made = await contracted();
    const after = await contracted({ reference: made.body.reference, amount: '95000.00',
        supersedes: made.id, reason: 'As signed.' }, api.donor, { id: made.commitment });
    return { ...made, after: after.id, entry: after.entry };
}

export async function uncontracted() {
    const made = await contracted();
    return contractOf(await done(api.donor.post(`${made.path}/withdraw`, { reason: 'Not signed.' },
        { ifMatch: made.etag }), 200));
}

function budgetOf(answer) {
    const { approved_budget: body } = answer.body;
    return { id: body.id, path: `/v1/approved-budgets/${body.id}`, etag: answer.etag,
        entry: answer.body.statement.entry, year: body.year, body };
}

// Of each year, what Malawi's budget holds of the donor's money is stated once.
let budgetYear = 1900;

export function freshBudgetYear() {
    budgetYear += 1;
    return budgetYear;
}

export async function budgeted(changes) {
    return budgetOf(await done(api.officer.post('/v1/approved-budgets', { donor: 'XI-DEMO-DONOR',
        year: changes?.year ?? freshBudgetYear(), amount: '120000.00', currency: 'USD', approved_on: '2026-06-30',
        source: 'Appropriation Act', ...changes }), 201));
}

// Of a commitment in effect.
export async function budgetedCommitment(changes) {
    const { id, body } = await effective();
    return { ...await budgeted({ commitment_id: id, ...changes }), commitment: id,
        donor: body.organisation.identifier };
}

export async function rebudgeted() {
    const made = await budgeted();
    const after = await budgeted({ year: made.year, amount: '130000.00', supersedes: made.id,
        reason: 'A supplementary budget.' });
    return { ...made, after: after.id, entry: after.entry };
}

export async function unbudgeted() {
    const made = await budgeted();
    return budgetOf(await done(api.officer.post(`${made.path}/withdraw`, { reason: 'Not passed.' },
        { ifMatch: made.etag }), 200));
}

function receiptOf(answer) {
    const { receipt_confirmation: body } = answer.body;
    return {
        id: body.id,
        path: `/v1/receipt-confirmations/${body.id}`,
        etag: answer.etag,
        entry: answer.body.statement.entry,
        transaction: body.transaction_id,
        commitment: body.commitment_id,
        body,
    };
}

// The government's statement on a disbursement of 250000.01 USD, of which 175000.01 are Malawi's.
const outcomes = {
    full: { outcome: 'full', amount: '175000.01', value_date: '2026-11-09' },
    partial: { outcome: 'partial', amount: '120000.00', value_date: '2026-11-09' },
    not_received: { outcome: 'not_received' },
    not_visible: { outcome: 'not_visible' },
};

export async function received(outcome, changes) {
    const { transaction } = await paid(changes);
    return confirmedAs(outcome, transaction.id);
}

export async function confirmedAs(outcome, transaction) {
    return receiptOf(await done(api.officer.post('/v1/receipt-confirmations',
        { transaction_id: transaction, ...outcomes[outcome] }), 201));
}

export async function escalated(changes) {
    const made = await received('partial', changes);
    await passTime(100);
    const { body } = await done(api.auditor.get(made.path), 200);
    const { etag } = await fresh({ path: `/v1/commitments/${made.commitment}` });
    return { ...made, etag, body };
}

export async function accepted(who, made, difference = made.body.open_difference) {
    return receiptOf(await done(who.post(`${made.path}/accept`, { difference },
        { ifMatch: made.etag }), 200));
}

export async function corrected(made, amount) {
    return receiptOf(await done(api.donor.post(`${made.path}/correct`,
        { amount, transaction_date: '2026-11-20', reason: 'It was never released.' },
        { ifMatch: made.etag }), 200));
}

// ---------------------------------------------------------------- what is said around a commitment

function saidOf(answer) {
    const { comment: body } = answer.body;
    return { id: body.id, path: `/v1/comments/${body.id}`, etag: answer.etag,
        entry: answer.body.statement.entry, commitment: body.commitment_id, body };
}

export async function said(who, made, body) {
    return saidOf(await done(who.post(`/v1/commitments/${made.id}/comments`, body), 201));
}

// A comment of the donor's on a commitment in effect.
export async function commented(who = api.donor) {
    return said(who, await effective(), { kind: 'comment', text: 'The works have begun.' });
}

// A question of the auditor's to Malawi.
export async function asked(made) {
    return said(api.auditor, made ?? await effective(), { kind: 'question', addressed_to: 'recipient',
        addressed_country: 'MW', text: 'Which schools are connected?' });
}

export async function replied(who, made, text = 'Those along the road.') {
    return said(who, { id: made.commitment }, { kind: 'comment', text, in_reply_to: made.id });
}

export async function withdrawn(who, made) {
    return saidOf(await done(who.post(`${made.path}/withdraw`, { reason: 'It was wrong.' }), 200));
}

function observedOf(answer) {
    const { third_party_observation: body } = answer.body;
    return { id: body.id, path: `/v1/third-party-observations/${body.id}`, etag: answer.etag,
        entry: answer.body.statement.entry, commitment: body.commitment_id, body };
}

let observer;

// Somebody of an organisation that is no party to anything.
export async function thirdParty() {
    observer ??= somebody(await organisation('XI-TEST-WATCH'), 'stakeholder');
    return observer;
}

export async function observed(changes = {}, made) {
    const { id } = made ?? await effective();
    return observedOf(await done((await thirdParty()).post(
        `/v1/commitments/${id}/third-party-observations`, {
            standing: 'civil_society',
            ground: 'We train the teachers of these schools.',
            text: 'Two of five schools have no equipment.',
            observed_on: '2026-11-12',
            place: 'Karonga district',
            evidence: [{ title: 'Notes of the visit' }],
            ...changes,
        }), 201));
}

export async function withheld(changes) {
    const made = await observed(changes);
    return observedOf(await done(api.steward.post(`${made.path}/withhold`,
        { harm: 'personal_data', reason: 'It names a pupil.' }, { ifMatch: made.etag }), 200));
}

// ---------------------------------------------------------------- joint reviews

function reviewOf(answer) {
    const { joint_review: body } = answer.body;
    return { id: body.id, path: `/v1/joint-reviews/${body.id}`, etag: answer.etag,
        entry: answer.body.statement.entry, action: 1, body };
}

export async function reviewBody(changes, made) {
    const { id, body } = made ?? await effective();
    const { body: found } = await done(
        api.anonymous.get('/v1/organisations?text=XI-DEMO-MW'), 200);
    return {
        organisation_id: body.organisation.id,
        country: 'MW',
        held_on: '2026-11-18',
        title: 'Annual review 2026',
        summary: 'Two of five schools lack equipment; the works are in time.',
        participants: [body.organisation.id, found.items[0].id],
        commitments: [id],
        actions: [{ text: 'Equip the five schools.', owner: 'donor', due_on: '2027-03-31' },
            { text: 'Connect two schools to the grid.', owner: 'recipient', due_on: '2026-11-20' }],
        ...changes,
    };
}

// The record of a review as the donor proposes it, and once Malawi has agreed to it.
export async function proposedReview(changes, made) {
    return reviewOf(await done(api.donorApprover.post('/v1/joint-reviews',
        await reviewBody(changes, made)), 201));
}

export async function reviewed(changes, made) {
    return onReview(api.signatory, await proposedReview(changes, made), 'agree');
}

export async function onReview(who, made, verb, body) {
    return reviewOf(await done(who.post(`${made.path}/${verb}`, body, { ifMatch: made.etag }), 200));
}

// The donor's action, reported done.
export async function reported(changes, made) {
    return onReview(api.donorApprover, await reviewed(changes, made), 'actions/1/report',
        { evidence: [{ title: 'Delivery notes' }] });
}
