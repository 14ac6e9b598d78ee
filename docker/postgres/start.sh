#!/usr/bin/env bash
# start.sh - in the database's image: makes the cluster when the volume is empty, then becomes it.
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail

readonly folder=/var/lib/aidledger
readonly data=$folder/pg

# Made beside its place and moved there last: a kill half-way leaves nothing that looks whole.
make_cluster() {
    local words
    rm -rf "$data.new"
    # With plain C, accents would break lower(), ILIKE and full text.
    initdb -D "$data.new" -U aid --auth=peer --locale=C.UTF-8 -E UTF8 --data-checksums </dev/null
    # Its exit status does not tell that a statement failed.
    words=$(postgres --single -D "$data.new" -c log_checkpoints=off postgres \
        <<<'CREATE DATABASE aidledger' 2>&1)
    if [[ $words == *ERROR:* ]]; then
        echo "$words" >&2
        exit 1
    fi
    mv "$data.new" "$data"
    sync "$folder"
}

unset PGUSER PGDATABASE PGHOST
[ -d "$data" ] || make_cluster
exec postgres -D "$data" -c config_file=/etc/aidledger/postgresql.conf
