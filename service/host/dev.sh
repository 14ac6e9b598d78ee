#!/usr/bin/env bash
# dev.sh - `make dev`: `make run`, and a rebuild and restart whenever a source file is saved.
# SPDX-License-Identifier: Apache-2.0
#
# dev.sh BINARY. It looks once a second; no tool has to be installed for that.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
cd "$here/../.."
binary=$1
supervisor=''

build() { make --no-print-directory PACKAGES=no build BUILD="${binary%/*}"; }

# Names count too: a file that is gone is a change.
fingerprint() {
    find service migrations api reports Makefile -type f -printf '%p %T@\n' 2>/dev/null | sort | sha256sum
}

# shellcheck disable=SC2317 # called by the trap
shut_down() {
    trap '' INT TERM HUP
    [ -z "$supervisor" ] || kill -TERM "$supervisor" 2>/dev/null || true
    wait
}

seen=$(fingerprint)
build
setpriv --pdeathsig TERM "$here/run.sh" "$binary" &
supervisor=$!
trap shut_down EXIT
trap 'exit 0' INT TERM HUP
while kill -0 "$supervisor" 2>/dev/null; do
    sleep 1 &
    wait $!
    now=$(fingerprint)
    [ "$now" != "$seen" ] || continue
    seen=$now
    echo "dev: a file was saved; building"
    if build; then
        # The supervisor starts them again, with the new binary and its migrations.
        for pid_file in var/service.pid var/sealer.pid; do
            if read -r pid <"$pid_file"; then kill -TERM "$pid" || echo "dev: it is not up yet"; fi
        done
    else
        echo "dev: that did not compile; what runs is the version before"
    fi
done
