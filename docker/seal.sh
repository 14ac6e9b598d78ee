#!/usr/bin/env bash
# seal.sh - in the image: makes the key that signs the log where there is none, then seals.
# SPDX-License-Identifier: Apache-2.0
#
# AIDLEDGER_WITNESSES names the policy of the witnesses. Where there is none yet, it is made of the
# verifier keys that the witnesses of compose.yaml, SEAL_WITNESSES, leave in the same folder.
set -euo pipefail

make_policy() { # FILE
    local host
    for host in $SEAL_WITNESSES; do
        [ -s "${1%/*}/$host.vkey" ] || echo "waiting for the key of $host" >&2
        until [ -s "${1%/*}/$host.vkey" ]; do sleep 1; done
        echo "witness $host $(cat "${1%/*}/$host.vkey") http://$host:8080"
    done >"$1.new"
    # shellcheck disable=SC2086 # one word each
    printf 'group all-of-them all%s\nquorum all-of-them\n' "$(printf ' %s' $SEAL_WITNESSES)" >>"$1.new"
    mv "$1.new" "$1"
}

[ -e "$AIDLEDGER_LOG_KEY" ] || aidledger key init
[ -z "${AIDLEDGER_WITNESSES:-}" ] || [ -e "$AIDLEDGER_WITNESSES" ] || make_policy "$AIDLEDGER_WITNESSES"
exec aidledger seal "$@"
