#!/usr/bin/env bash
# walkthrough.sh - `make walkthrough`: imports IATI files, then does the main job over HTTP.
# SPDX-License-Identifier: Apache-2.0
#
# walkthrough.sh BINARY [FOLDER]    FOLDER holds IATI files; without it, the project's small sample
#
# It speaks to the service that `make run` keeps in this clone, or to the one named by AIDLEDGER_URL
# with its keys in the file AIDLEDGER_KEYS and its database in AIDLEDGER_DATABASE_URL.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
top=$(cd "$here/../.." && pwd -P)
binary=$1
folder=${2:-$top/tests/seed}

say() { echo "walkthrough: $*"; }
die() { echo "walkthrough: $*" >&2; exit 1; }

if [ -z "${AIDLEDGER_URL:-}" ]; then
    read -r _ AIDLEDGER_URL 2>/dev/null <"$top/var/run.state" || true
    [[ ${AIDLEDGER_URL:-} == http* ]] || die "nothing serves in this clone; start it first: make run"
fi
if [ -z "${AIDLEDGER_DATABASE_URL:-}" ]; then
    AIDLEDGER_DATABASE_URL=$("$here/cluster.sh" url)
fi
export AIDLEDGER_URL AIDLEDGER_DATABASE_URL AIDLEDGER_KEYS=${AIDLEDGER_KEYS:-$top/var/demo-keys.env}
[ -r "$AIDLEDGER_KEYS" ] || die "there are no ready-made keys in $AIDLEDGER_KEYS; they come with an empty ledger"

# Only version 2 of the standard is read; that any other is refused belongs to the job.
is_version_2() {
    local start
    start=$(head -c 4096 "$1" | tr -d '\0')
    [[ $start =~ \<iati-activities[^\>]*version=[\"\']2\.0[1-3][\"\'] ]]
}

mapfile -t files < <(find "$folder" -maxdepth 1 -name '*.xml' | sort)
[ ${#files[@]} -gt 0 ] || die "there are no .xml files in $folder"
for file in "${files[@]}"; do
    if is_version_2 "$file"; then
        say "importing ${file##*/}"
        "$binary" import "$file" || die "the import of ${file##*/} failed"
    else
        say "importing ${file##*/}, which is not version 2.0x: it has to be refused"
        ! "$binary" import "$file" || die "${file##*/} was accepted"
    fi
done
exec node "$here/walkthrough.mjs"
