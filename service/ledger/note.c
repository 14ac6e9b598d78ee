/* note.c - signed notes and checkpoints (C2SP signed-note, tlog-checkpoint, tlog-cosignature). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/note.h"

#include "core/number.h"
#include "core/random.h"
#include "ledger/base64.h"

#include <assert.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum {
    HEX_ID_BYTES = 2 * NOTE_KEY_ID_BYTES + 1,
    KEY_BYTES = 1 + NOTE_PUBLIC_BYTES, /* the type and the key, public or seed */
    KEY_TEXT_BYTES = 45,               /* of these in base64, and the end */
    HASH_TEXT_BYTES = 45,
    TIME_BYTES = 8,
    SIGNATURE_BYTES = crypto_sign_BYTES,
    SIGNATURE_MAX = 8192, /* of types not known here */
    /* What a cosignature signs: two lines and the checkpoint. */
    MESSAGE_MAX = CHECKPOINT_MAX + 64,
    ORIGIN_MAX = NOTE_NAME_MAX - 1
};

static const char private_prefix[] = "PRIVATE+KEY+";
static const char dash[] = "\xE2\x80\x94 "; /* U+2014 and a space */

static bool refuse(const char **reason, const char *sentence)
{
    *reason = sentence;
    return false;
}

/* ---------------------------------------------------------------- names */

/* The white space of Unicode outside ASCII, in UTF-8. */
static const char *const spaces[] = {"\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\x80",
                                     "\xE2\x80\x81", "\xE2\x80\x82", "\xE2\x80\x83", "\xE2\x80\x84",
                                     "\xE2\x80\x85", "\xE2\x80\x86", "\xE2\x80\x87", "\xE2\x80\x88",
                                     "\xE2\x80\x89", "\xE2\x80\x8A", "\xE2\x80\xA8", "\xE2\x80\xA9",
                                     "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80"};

bool note_is_name(const char *name)
{
    const size_t length = strlen(name);
    if (length == 0 || length > ORIGIN_MAX || !text_is_utf8(name, length))
        return false;
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)name[i] <= ' ' || name[i] == '+' || name[i] == 0x7F)
            return false;
    for (size_t i = 0; i < sizeof spaces / sizeof spaces[0]; i++)
        if (strstr(name, spaces[i]) != NULL)
            return false;
    return true;
}

/* The same for a part of a longer text; copies it to where it ends with a zero. */
static bool take_name(const char *bytes, size_t count, char name[NOTE_NAME_MAX])
{
    if (count > ORIGIN_MAX || memchr(bytes, '\0', count) != NULL)
        return false;
    memcpy(name, bytes, count);
    name[count] = '\0';
    return note_is_name(name);
}

/* ---------------------------------------------------------------- keys */

/* SHA-256(name || 0x0A || type || public key), the first four bytes. */
static void set_id(struct note_verifier *verifier)
{
    const unsigned char type = (unsigned char)verifier->type;
    unsigned char hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_state state;
    (void)crypto_hash_sha256_init(&state);
    (void)crypto_hash_sha256_update(&state, (const unsigned char *)verifier->name,
                                    strlen(verifier->name));
    (void)crypto_hash_sha256_update(&state, (const unsigned char *)"\n", 1);
    (void)crypto_hash_sha256_update(&state, &type, 1);
    (void)crypto_hash_sha256_update(&state, verifier->public_key, NOTE_PUBLIC_BYTES);
    (void)crypto_hash_sha256_final(&state, hash);
    memcpy(verifier->id, hash, NOTE_KEY_ID_BYTES);
}

/* "name+hexid+base64(type || key)"; key is the public one or the seed. */
static bool parse_key(const char *text, struct note_verifier *verifier,
                      unsigned char key[NOTE_PUBLIC_BYTES], const char **reason)
{
    unsigned char bytes[KEY_BYTES] = {0};
    size_t count = 0;
    const char *id = strchr(text, '+');
    if (id == NULL || !take_name(text, (size_t)(id - text), verifier->name))
        return refuse(reason, "a key begins with its name and a plus sign");
    id++;
    if (strspn(id, "0123456789abcdef") != HEX_ID_BYTES - 1 || id[HEX_ID_BYTES - 1] != '+')
        return refuse(reason, "the key's name is followed by its id, eight lower-case hex digits");
    (void)sodium_hex2bin(verifier->id, NOTE_KEY_ID_BYTES, id, HEX_ID_BYTES - 1, NULL, &count, NULL);
    const char *base64 = id + HEX_ID_BYTES;
    const bool is_read = base64_parse(base64, strlen(base64), bytes, sizeof bytes, &count);
    const unsigned char type = is_read && count > 0 ? bytes[0] : 0;
    memcpy(key, bytes + 1, NOTE_PUBLIC_BYTES);
    sodium_memzero(bytes, sizeof bytes);
    if (!is_read || count != KEY_BYTES)
        return refuse(reason, "the key itself is 33 bytes in base64");
    if (type != NOTE_ED25519 && type != NOTE_COSIGNATURE)
        return refuse(reason, "the key is of a type not known here");
    verifier->type = type == NOTE_ED25519 ? NOTE_ED25519 : NOTE_COSIGNATURE;
    return true;
}

/* Whether the id that was read is the one that name, type and key give. */
static bool is_own_id(struct note_verifier *verifier)
{
    unsigned char id[NOTE_KEY_ID_BYTES];
    memcpy(id, verifier->id, sizeof id);
    set_id(verifier);
    return memcmp(id, verifier->id, sizeof id) == 0;
}

static void print_key(const struct note_verifier *verifier,
                      const unsigned char key[NOTE_PUBLIC_BYTES], const char *prefix,
                      char text[NOTE_VKEY_MAX])
{
    unsigned char bytes[KEY_BYTES] = {(unsigned char)verifier->type};
    char base64[KEY_TEXT_BYTES];
    char id[HEX_ID_BYTES];
    memcpy(bytes + 1, key, NOTE_PUBLIC_BYTES);
    base64_print(bytes, sizeof bytes, base64, sizeof base64);
    (void)sodium_bin2hex(id, sizeof id, verifier->id, NOTE_KEY_ID_BYTES);
    (void)snprintf(text, NOTE_VKEY_MAX, "%s%s+%s+%s", prefix, verifier->name, id, base64);
    sodium_memzero(bytes, sizeof bytes);
    sodium_memzero(base64, sizeof base64);
}

bool note_verifier_parse(const char *vkey, struct note_verifier *verifier, const char **reason)
{
    *verifier = (struct note_verifier){.type = NOTE_ED25519};
    if (!parse_key(vkey, verifier, verifier->public_key, reason))
        return false;
    return is_own_id(verifier) || refuse(reason, "the key's id is not that of its name and key");
}

void note_verifier_print(const struct note_verifier *verifier, char vkey[NOTE_VKEY_MAX])
{
    print_key(verifier, verifier->public_key, "", vkey);
}

/* The secret key libsodium signs with: seed and public key. */
static void expand(struct note_signer *signer)
{
    unsigned char secret[crypto_sign_SECRETKEYBYTES];
    (void)crypto_sign_seed_keypair(signer->verifier.public_key, secret, signer->seed);
    sodium_memzero(secret, sizeof secret);
}

bool note_signer_make(const char *name, enum note_type type, struct note_signer *signer)
{
    *signer = (struct note_signer){.verifier = {.type = type}};
    if (!take_name(name, strlen(name), signer->verifier.name))
        return false;
    random_fill(signer->seed, sizeof signer->seed);
    expand(signer);
    set_id(&signer->verifier);
    return true;
}

bool note_signer_parse(const char *skey, struct note_signer *signer, const char **reason)
{
    *signer = (struct note_signer){.verifier = {.type = NOTE_ED25519}};
    if (strncmp(skey, private_prefix, sizeof private_prefix - 1) != 0)
        return refuse(reason, "a signer key begins with PRIVATE+KEY+");
    if (!parse_key(skey + sizeof private_prefix - 1, &signer->verifier, signer->seed, reason))
        return false;
    expand(signer);
    if (is_own_id(&signer->verifier))
        return true;
    note_signer_wipe(signer);
    return refuse(reason, "the key's id is not that of its name and key");
}

void note_signer_print(const struct note_signer *signer, char skey[NOTE_VKEY_MAX])
{
    print_key(&signer->verifier, signer->seed, private_prefix, skey);
}

void note_signer_wipe(struct note_signer *signer)
{
    sodium_memzero(signer->seed, sizeof signer->seed);
}

/* ---------------------------------------------------------------- checkpoints */

/* Length of the line at the front, without its end; false when there is no line feed. */
static bool line_length(const char *bytes, size_t count, size_t *length)
{
    const char *end = count == 0 ? NULL : memchr(bytes, '\n', count);
    if (end == NULL)
        return false;
    *length = (size_t)(end - bytes);
    return true;
}

static bool parse_size(const char *bytes, size_t count, uint64_t *size)
{
    char digits[32];
    int64_t number = 0;
    if (count >= sizeof digits || memchr(bytes, '\0', count) != NULL)
        return false;
    memcpy(digits, bytes, count);
    digits[count] = '\0';
    if (!number_parse(digits, 0, INT64_MAX, &number))
        return false;
    *size = (uint64_t)number;
    return true;
}

bool checkpoint_parse(const char *text, size_t bytes, struct checkpoint *checkpoint,
                      const char **reason)
{
    char origin[NOTE_NAME_MAX];
    size_t line = 0;
    size_t count = 0;
    if (!line_length(text, bytes, &line) || !take_name(text, line, origin))
        return refuse(reason, "a checkpoint's first line is the name of its log");
    checkpoint->origin = text;
    checkpoint->origin_bytes = line;
    text += line + 1;
    bytes -= line + 1;
    if (!line_length(text, bytes, &line) || !parse_size(text, line, &checkpoint->size))
        return refuse(reason, "a checkpoint's second line is the size of the tree");
    text += line + 1;
    bytes -= line + 1;
    if (!line_length(text, bytes, &line) ||
        !base64_parse(text, line, checkpoint->root.bytes, MERKLE_HASH_BYTES, &count) ||
        count != MERKLE_HASH_BYTES)
        return refuse(reason, "a checkpoint's third line is the root in base64");
    if (bytes != line + 1)
        return refuse(reason, "the checkpoint has further lines, which are not known here");
    return true;
}

void checkpoint_print(const char *origin, uint64_t size, const struct merkle_hash *root,
                      char text[CHECKPOINT_MAX])
{
    char base64[HASH_TEXT_BYTES];
    assert(strlen(origin) <= ORIGIN_MAX);
    base64_print(root->bytes, MERKLE_HASH_BYTES, base64, sizeof base64);
    (void)snprintf(text, CHECKPOINT_MAX, "%s\n%" PRIu64 "\n%s\n", origin, size, base64);
}

/* ---------------------------------------------------------------- notes */

static bool is_plain(const char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if ((unsigned char)bytes[i] < ' ' && bytes[i] != '\n')
            return false;
    return text_is_utf8(bytes, count);
}

/* "— name base64", without the line feed. */
static bool parse_signature(const char *line, size_t count, struct note_signature *signature)
{
    unsigned char bytes[NOTE_KEY_ID_BYTES + SIGNATURE_MAX];
    char name[NOTE_NAME_MAX];
    const size_t prefix = sizeof dash - 1;
    size_t length = 0;
    if (count < prefix || memcmp(line, dash, prefix) != 0)
        return false;
    line += prefix;
    count -= prefix;
    const char *space = count == 0 ? NULL : memchr(line, ' ', count);
    if (space == NULL || !take_name(line, (size_t)(space - line), name))
        return false;
    signature->name = line;
    signature->name_bytes = (size_t)(space - line);
    if (!base64_parse(space + 1, count - signature->name_bytes - 1, bytes, sizeof bytes, &length) ||
        length <= NOTE_KEY_ID_BYTES)
        return false;
    memcpy(signature->id, bytes, NOTE_KEY_ID_BYTES);
    signature->count = length - NOTE_KEY_ID_BYTES;
    memcpy(signature->bytes, bytes + NOTE_KEY_ID_BYTES,
           signature->count < sizeof signature->bytes ? signature->count : sizeof signature->bytes);
    return true;
}

bool note_parse(const char *bytes, size_t count, struct note *note, const char **reason)
{
    note->signature_count = 0;
    if (count > NOTE_MAX)
        return refuse(reason, "the note is too long");
    if (!is_plain(bytes, count))
        return refuse(reason, "the note is not plain UTF-8 text");
    if (count < 2 || bytes[count - 1] != '\n')
        return refuse(reason, "the note does not end with a line feed");
    /* The last empty line stands between text and signatures. */
    size_t at = count - 1;
    while (at > 0 && (bytes[at - 1] != '\n' || bytes[at] != '\n'))
        at--;
    if (at == 0 || at + 1 == count)
        return refuse(reason, "the note has no signatures behind an empty line");
    note->text = bytes;
    note->text_bytes = at;
    for (at++; at < count;) {
        size_t line = 0;
        if (note->signature_count == NOTE_SIGNATURES_MAX)
            return refuse(reason, "the note has too many signatures");
        if (!line_length(bytes + at, count - at, &line) ||
            !parse_signature(bytes + at, line, &note->signatures[note->signature_count++]))
            return refuse(reason, "a line that should be a signature is none");
        at += line + 1;
    }
    return true;
}

/* ---------------------------------------------------------------- signatures */

/* What a cosignature signs; its length, or 0 when the text is too long for a checkpoint. */
static size_t cosigned_message(char message[MESSAGE_MAX], uint64_t time, const char *text,
                               size_t text_bytes)
{
    if (text_bytes > CHECKPOINT_MAX)
        return 0;
    const int head = snprintf(message, MESSAGE_MAX, "cosignature/v1\ntime %" PRIu64 "\n", time);
    memcpy(message + head, text, text_bytes);
    return (size_t)head + text_bytes;
}

static void store_time(uint64_t time, unsigned char bytes[TIME_BYTES])
{
    for (size_t i = TIME_BYTES; i-- > 0; time >>= 8)
        bytes[i] = (unsigned char)(time & 0xFF);
}

static uint64_t load_time(const unsigned char bytes[TIME_BYTES])
{
    uint64_t time = 0;
    for (size_t i = 0; i < TIME_BYTES; i++)
        time = time << 8 | bytes[i];
    return time;
}

static bool is_signature_of(const struct note_signature *signature,
                            const struct note_verifier *verifier)
{
    return signature->name_bytes == strlen(verifier->name) &&
           memcmp(signature->name, verifier->name, signature->name_bytes) == 0 &&
           memcmp(signature->id, verifier->id, NOTE_KEY_ID_BYTES) == 0;
}

static bool is_good(const struct note *note, const struct note_signature *signature,
                    const struct note_verifier *verifier, uint64_t *time)
{
    char message[MESSAGE_MAX];
    if (verifier->type == NOTE_ED25519)
        return signature->count == SIGNATURE_BYTES &&
               crypto_sign_verify_detached(signature->bytes, (const unsigned char *)note->text,
                                           note->text_bytes, verifier->public_key) == 0;
    if (signature->count != TIME_BYTES + SIGNATURE_BYTES)
        return false;
    *time = load_time(signature->bytes);
    const size_t bytes =
        *time > INT64_MAX ? 0 : cosigned_message(message, *time, note->text, note->text_bytes);
    return bytes > 0 && crypto_sign_verify_detached(signature->bytes + TIME_BYTES,
                                                    (const unsigned char *)message, bytes,
                                                    verifier->public_key) == 0;
}

bool note_names(const struct note *note, const struct note_verifier *verifier)
{
    for (size_t i = 0; i < note->signature_count; i++)
        if (is_signature_of(&note->signatures[i], verifier))
            return true;
    return false;
}

bool note_is_signed_by(const struct note *note, const struct note_verifier *verifier,
                       uint64_t *time)
{
    uint64_t newest = 0;
    bool is_signed = false;
    for (size_t i = 0; i < note->signature_count; i++) {
        uint64_t made = 0;
        if (!is_signature_of(&note->signatures[i], verifier))
            continue;
        if (!is_good(note, &note->signatures[i], verifier, &made))
            return false;
        is_signed = true;
        newest = made > newest ? made : newest;
    }
    if (is_signed && time != NULL)
        *time = newest;
    return is_signed;
}

void note_add_signature(struct text *out, const struct note_signer *signer, const char *text,
                        size_t text_bytes, uint64_t time)
{
    unsigned char secret[crypto_sign_SECRETKEYBYTES];
    unsigned char public_key[crypto_sign_PUBLICKEYBYTES];
    unsigned char bytes[NOTE_KEY_ID_BYTES + TIME_BYTES + SIGNATURE_BYTES];
    char base64[2 * sizeof bytes];
    char message[MESSAGE_MAX];
    size_t count = NOTE_KEY_ID_BYTES;
    memcpy(bytes, signer->verifier.id, NOTE_KEY_ID_BYTES);
    if (signer->verifier.type == NOTE_COSIGNATURE) {
        assert(text_bytes <= CHECKPOINT_MAX && time <= INT64_MAX);
        store_time(time, bytes + count);
        count += TIME_BYTES;
        text_bytes = cosigned_message(message, time, text, text_bytes);
        text = message;
    }
    (void)crypto_sign_seed_keypair(public_key, secret, signer->seed);
    (void)crypto_sign_detached(bytes + count, NULL, (const unsigned char *)text, text_bytes,
                               secret);
    sodium_memzero(secret, sizeof secret);
    count += SIGNATURE_BYTES;
    base64_print(bytes, count, base64, sizeof base64);
    text_addf(out, "%s%s %s\n", dash, signer->verifier.name, base64);
}
