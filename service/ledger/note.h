/* note.h - signed notes and checkpoints (C2SP signed-note, tlog-checkpoint, tlog-cosignature). */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/text.h"
#include "ledger/merkle.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    NOTE_NAME_MAX = 256, /* bytes of a key's name, its end included */
    NOTE_KEY_ID_BYTES = 4,
    NOTE_PUBLIC_BYTES = 32,
    NOTE_SEED_BYTES = 32,
    NOTE_VKEY_MAX = 512,       /* bytes of a verifier or signer key as text, its end included */
    NOTE_MAX = 1 << 16,        /* bytes of a note with all its signatures */
    NOTE_SIGNATURES_MAX = 100, /* in one note: what other implementations take */
    CHECKPOINT_MAX = 1024      /* bytes of a checkpoint without its signatures, its end included */
};

/* What a signature says, from the first byte of the key's encoding. */
enum note_type {
    NOTE_ED25519 = 0x01, /* "I have seen this text" */
    NOTE_COSIGNATURE =
        0x04 /* "I have seen this checkpoint, and all before it agree", with a time */
};

/* "name+hexid+base64(type || public key)" */
struct note_verifier {
    char name[NOTE_NAME_MAX];
    unsigned char id[NOTE_KEY_ID_BYTES];
    enum note_type type;
    unsigned char public_key[NOTE_PUBLIC_BYTES];
};

/* The one who can sign; the seed is wiped by note_signer_wipe. */
struct note_signer {
    struct note_verifier verifier;
    unsigned char seed[NOTE_SEED_BYTES];
};

/* Reads a verifier key; false with a sentence when it is none, or of a type not known here. */
__attribute__((warn_unused_result)) bool
note_verifier_parse(const char *vkey, struct note_verifier *verifier, const char **reason);
/* Writes it as text. */
void note_verifier_print(const struct note_verifier *verifier, char vkey[NOTE_VKEY_MAX]);
/* Whether a name can be one: not empty, no spaces, no plus sign, UTF-8, short enough. */
bool note_is_name(const char *name);

/* A fresh key of this name. False when the name cannot be one. */
__attribute__((warn_unused_result)) bool note_signer_make(const char *name, enum note_type type,
                                                          struct note_signer *signer);
/* Reads "PRIVATE+KEY+name+hexid+base64(type || seed)"; false with a sentence when it is none. */
__attribute__((warn_unused_result)) bool
note_signer_parse(const char *skey, struct note_signer *signer, const char **reason);
/* Writes it as text: whoever holds that text can sign. */
void note_signer_print(const struct note_signer *signer, char skey[NOTE_VKEY_MAX]);
/* Overwrites the seed. */
void note_signer_wipe(struct note_signer *signer);

/* What a checkpoint says. The origin points into what was read. */
struct checkpoint {
    const char *origin; /* not terminated: origin_bytes long */
    size_t origin_bytes;
    uint64_t size;
    struct merkle_hash root;
};

/* Reads the three lines of a checkpoint's text, which ends with its third line feed; extension
   lines are refused, and an origin that cannot be the name of a key. False with a sentence. */
__attribute__((warn_unused_result)) bool checkpoint_parse(const char *text, size_t bytes,
                                                          struct checkpoint *checkpoint,
                                                          const char **reason);
/* Writes the text that is signed. */
void checkpoint_print(const char *origin, uint64_t size, const struct merkle_hash *root,
                      char text[CHECKPOINT_MAX]);

/* One line "— name base64(id || signature)" of a note, pointing into it. */
struct note_signature {
    const char *name;
    size_t name_bytes;
    unsigned char id[NOTE_KEY_ID_BYTES];
    unsigned char bytes[80]; /* after the id; of a longer signature the first ones */
    size_t count;            /* of bytes the signature has: those of unknown types have more */
};

/* A note taken apart; everything points into its bytes. */
struct note {
    const char *text; /* up to and with the line feed before the blank line */
    size_t text_bytes;
    struct note_signature signatures[NOTE_SIGNATURES_MAX];
    size_t signature_count;
};

/* Takes a note apart; false with a sentence when it is not one. Nothing is verified yet. */
__attribute__((warn_unused_result)) bool note_parse(const char *bytes, size_t count,
                                                    struct note *note, const char **reason);
/* Whether the note carries a good signature of the key: of its name and id, and right. A signature
   of that name and id which is wrong makes it false whatever else there is. For a cosignature,
   time (may be NULL) becomes when it was made, in seconds since 1970: the newest good one. */
__attribute__((warn_unused_result)) bool
note_is_signed_by(const struct note *note, const struct note_verifier *verifier, uint64_t *time);
/* Whether the note carries a signature in the key's name, right or wrong. */
bool note_names(const struct note *note, const struct note_verifier *verifier);
/* Adds the line of a signature of the text by the signer, with its line feed. A cosignature is made
   at the time given and is of a checkpoint, of CHECKPOINT_MAX bytes at most; a plain signature
   takes no notice of the time. */
void note_add_signature(struct text *out, const struct note_signer *signer, const char *text,
                        size_t text_bytes, uint64_t time);
