#!/usr/bin/env bash
# witness.sh - in the image: makes the witness's key where there is none, then cosigns.
# SPDX-License-Identifier: Apache-2.0
#
# It trusts the keys that the log shows when it starts for the first time, and keeps them in
# log.vkeys; a key that comes later is added there by hand. Its verifier key goes to the folder from
# which seal.sh makes the policy.
set -euo pipefail

own=${WITNESS_FOLDER:-/var/lib/aidledger-witness}
shared=${WITNESS_POLICY_FOLDER:-/var/lib/aidledger-policy}

# The key gets its name last: what was cut short is made anew.
make_key() {
    rm -f "$own/key.new"
    aidledger witness init --name "$WITNESS_NAME" --key "$own/key.new" >"$own/vkey.new"
    mv "$own/vkey.new" "$own/vkey"
    mv "$own/key.new" "$own/key"
}

ask_log() {
    exec 3<>"/dev/tcp/$WITNESS_LOG_HOST/$WITNESS_LOG_PORT" || return 1
    printf 'GET /.well-known/aidledger-vkey HTTP/1.0\r\nHost: %s\r\n\r\n' "$WITNESS_LOG_HOST" >&3
    sed '1,/^\r*$/d' <&3 | grep -E '^[^ +]+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+$'
}

[ -e "$own/key" ] || make_key
cp "$own/vkey" "$shared/$WITNESS_HOST.new"
mv "$shared/$WITNESS_HOST.new" "$shared/$WITNESS_HOST.vkey"
until [ -s "$own/log.vkeys" ]; do
    if (ask_log) >"$own/log.vkeys.new" 2>/dev/null; then
        mv "$own/log.vkeys.new" "$own/log.vkeys"
    else
        sleep 1
    fi
done
mkdir -p "$own/state"
exec aidledger witness --key "$own/key" --state "$own/state" --log "$own/log.vkeys"
