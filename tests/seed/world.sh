#!/usr/bin/env bash
# world.sh - a cluster of its own with a generated world in it: what `make world` does.
# SPDX-License-Identifier: Apache-2.0
#
# world.sh BINARY FOLDER TRANSACTIONS [SEED [EACH [BYTES]]], as tests/seed/world.mjs says
#
# The cluster in FOLDER is a throwaway one, which never syncs; a world that is there already is
# removed first. It is left stopped.
set -euo pipefail

binary=$1 folder=$2 transactions=$3 seed=${4:-1} each=${5:-12} bytes=${6:-yes}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
cluster=("$here/../../service/host/cluster.sh" --dir "$folder" --throwaway)

say() { echo "world: $*" >&2; }

mkdir -p "$folder"
if [ "$(id -u)" = 0 ] && ! setpriv --reuid=postgres --regid=postgres --init-groups -- test -x "$folder"; then
    say "the database's user does not reach $folder; name another folder: make world DIR=/var/tmp/world"
    exit 2
fi
if [ -d "$folder/pg" ]; then
    say "removing the world that is in $folder"
    "${cluster[@]}" destroy
    mkdir -p "$folder"
fi
"${cluster[@]}" start
trap '"${cluster[@]}" stop' EXIT
# Much is written once: few checkpoints, and nobody to send the log to.
"${cluster[@]}" psql -qX -c "ALTER SYSTEM SET max_wal_size = '8GB'" \
    -c "ALTER SYSTEM SET checkpoint_timeout = '30min'" -c "ALTER SYSTEM SET wal_level = 'minimal'" \
    -c "ALTER SYSTEM SET max_wal_senders = 0" -c "ALTER SYSTEM SET shared_buffers = '1GB'"
"${cluster[@]}" stop
"${cluster[@]}" start
url=$("${cluster[@]}" url)
AIDLEDGER_DATABASE_URL=$url "$binary" migrate 2>/dev/null
# What is not settled yet is in memory: 2 GB of every 10 million transactions.
nice node --max-old-space-size=12000 --max-semi-space-size=64 "$here/world.mjs" "$url" "$transactions" "$seed" \
    "$each" "$bytes"
touch "$folder/made" # whole, says tests/bench/world.mjs
say "serve it with: ${cluster[*]} start && AIDLEDGER_DATABASE_URL='$url' AIDLEDGER_ALLOW_UNSAFE=1 $binary serve"
