/* proof.h - proofs that a leaf is in the log, and that the log only ever grew. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/exchange.h"
#include "core/rows.h"

#include <stdbool.h>

/* All read their hashes from the column "pieces": runs of hashes of one level, each behind three
   big-endian numbers of 64 bits: level, index of the first, how many (ledger_pieces in
   migrations/0054_log.sql). */

/* A tlog-proof of the row's leaf against the row's checkpoint. Columns: leaf, leaf_index (null: it
   has none yet), tree_size and checkpoint (null: there is none yet), pieces. Not found, and when to
   ask again, as long as the checkpoint does not cover the leaf. */
bool proof_render(struct exchange *x, const struct rows *rows);
/* The proof that the tree of size "new" begins with that of size "old", as JSON or as text, one
   hash a line. Columns: old, new, pieces (null: the proof is empty). */
bool consistency_render(struct exchange *x, const struct rows *rows);
/* The root of the tree of this size as JSON, with the time of its newest statement and the first
   signed checkpoint that covers it. Columns: size, at (null: the tree is empty), pieces (null: the
   same), checkpoint_size and checkpoint (null: there is none yet). */
bool root_render(struct exchange *x, const struct rows *rows);
