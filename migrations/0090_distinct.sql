-- How many commitments and transactions a table speaks of. What a sample sees of many millions of rows
-- that lie together is a tenth of that or less, so that a donor's part of ten million transactions
-- seemed ten times as large as it is, and all of them were read for it. A negative number is a part of
-- the rows: a commitment has some twenty transactions, a transaction some two parts.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

ALTER TABLE transaction ALTER COLUMN commitment_id SET (n_distinct = -0.05);
ALTER TABLE allocation ALTER COLUMN transaction_id SET (n_distinct = -0.5);
ALTER TABLE disbursement_receipt ALTER COLUMN commitment_id SET (n_distinct = -0.05);
ALTER TABLE disbursement_receipt ALTER COLUMN transaction_id SET (n_distinct = -0.7);
ALTER TABLE receipt_confirmation ALTER COLUMN commitment_id SET (n_distinct = -0.2);
ALTER TABLE receipt_confirmation ALTER COLUMN transaction_id SET (n_distinct = -0.8);
ALTER TABLE instalment ALTER COLUMN commitment_id SET (n_distinct = -0.3);
ALTER TABLE instalment_settlement ALTER COLUMN commitment_id SET (n_distinct = -0.2);
ALTER TABLE instalment_settlement ALTER COLUMN transaction_id SET (n_distinct = -0.9);
ALTER TABLE planned_disbursement ALTER COLUMN commitment_id SET (n_distinct = -0.4);
ALTER TABLE commitment_state ALTER COLUMN commitment_id SET (n_distinct = -0.5);
ALTER TABLE ownership_input ALTER COLUMN commitment_id SET (n_distinct = -0.6);
ALTER TABLE ownership_state ALTER COLUMN input_id SET (n_distinct = -0.6);

ANALYZE transaction, allocation, disbursement_receipt, receipt_confirmation, instalment,
        instalment_settlement, planned_disbursement, commitment_state, ownership_input, ownership_state;
