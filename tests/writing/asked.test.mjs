// Who is asked or was paid may speak, whatever has become of the recipients since.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { api } from '../lib/client.mjs';
import * as make from '../lib/make.mjs';
import { organisation, somebody } from '../lib/principals.mjs';

let kenya;

before(async () => {
    kenya = await somebody(await organisation('XI-TEST-KE', 'KE'),
        'recipient_officer,recipient_signatory', 'KE');
});

async function good(promise, status = 200) {
    const answer = await promise;
    assert.equal(answer.status, status, answer.text);
    return answer;
}

// From now on Zambia is the only recipient.
async function withoutMalawi(made) {
    const { etag } = await make.fresh(made);
    const amended = await good(api.donor.post(`${made.path}/amend`, { reason: 'It is Zambia\'s.',
        changes: { recipients: [{ country: 'ZM', share: '100' }] } }, { ifMatch: etag }));
    await good(api.donorApprover.post(`${made.path}/register`, undefined,
        { ifMatch: amended.etag }));
}

const lodge = (who, made, status) => good(who.post(`${made.path}/ownership-inputs`,
    { position: 'contest', text: 'It was for the districts.' }), status);

test('a government that has spoken and is no recipient any more is asked again, and answers',
    async () => {
        const { commitment } = await make.lodged();
        await withoutMalawi(commitment);
        const { body } = await lodge(api.signatory, commitment, 201);
        assert.deepEqual([body.ownership_input.round, body.ownership_input.state],
            [2, 'AWAITING_DONOR']);
        await good(api.signatory.post(`/v1/ownership-inputs/${body.ownership_input.id}/supersede`,
            { position: 'endorse' }, { ifMatch: `"${body.ownership_input.version}"` }));
    });

test('what was paid to a country is confirmed by it, a recipient or not', async () => {
    const { commitment, transaction } = await make.paid();
    await withoutMalawi(commitment);
    await make.confirmedAs('full', transaction.id);
    const paid = await good(api.donor.post(`${commitment.path}/transactions`, {
        transaction_type: '3', transaction_date: '2026-11-02', amount: '90.00', currency: 'USD',
        recipient_country: 'KE' }), 201);
    await good(kenya.post('/v1/receipt-confirmations', { transaction_id: paid.body.transaction.id,
        outcome: 'full', amount: '90.00', value_date: '2026-11-05' }), 201);
});

test('a government that lost its invitation may still speak; one that no money was for may not',
    async () => {
        const made = await make.registered();
        await withoutMalawi(made);
        const { body } = await good(api.anonymous.get(`${made.path}/ownership-inputs`));
        assert.deepEqual(body.items.map((one) => `${one.country} ${one.state}`),
            ['MW NOT_INVITED', 'ZM INVITED']);
        await lodge(kenya, made, 403);
        await lodge(api.signatory, made, 201);
    });
