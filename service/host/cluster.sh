#!/usr/bin/env bash
# cluster.sh - the private PostgreSQL cluster: makes it, runs it, finds it again after a kill -9.
# SPDX-License-Identifier: Apache-2.0
#
# cluster.sh [--dir DIR] [--throwaway] [--durable] COMMAND
#   init        make the cluster if there is none
#   foreground  become its postmaster, after clearing away what a killed one has left; the postmaster
#               ends with the process that called, so nothing outlives a killed supervisor
#   start       the same in the background, and wait until it answers
#   stop        fast shutdown; a crash of what calls later costs nothing
#   status      say whether it runs (exit 0 or 1)
#   ready       exit 0 when it answers, say nothing
#   url         the connection string of the migrating user
#   folder      the folder that holds it
#   user        the system user it runs as
#   psql ARG... a session; starts the cluster for as long as it takes
#   destroy     stop a throwaway cluster and remove its folder
#
# Without --dir: ./var of this clone when the database's user can reach it, else a folder below
# /var/lib/aidledger (a clone below /root is closed to everybody but root). Any other cluster on the
# machine is none of our business: nothing here asks which there are.
# --throwaway is for tests: no sync at all, so never for data. With --durable it syncs all the same,
# for tests that crash it.
set -euo pipefail

# The caller's own PostgreSQL settings would send initdb or psql to another cluster.
unset "${!PG@}"
umask 022

readonly PG_BIN=${AIDLEDGER_PG_BIN:-/usr/lib/postgresql/15/bin}
# Only a part of the socket's name: nothing listens on TCP.
readonly PORT=15432
# A socket's path has 107 bytes, of which "/.s.PGSQL.15432" takes 15.
readonly SOCKET_DIR_MAX=90
# The roles of the service's lanes; migrations/0001_foundation.sql makes them.
readonly LANES="public scoped writer reporter importer keeper"
# When root starts the service it gives up root for this user (service/host/run.sh).
readonly SERVICE_USER=nobody
# And the sealer for this one, so that the service cannot reach the key that signs the log.
readonly SEALER_USER=daemon

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
me=$(id -un)
dir='' throwaway='' durable=''

say() { echo "cluster: $*" >&2; }
die() { say "$*"; exit 1; }

# ---------------------------------------------------------------- where and who

# Runs a command as the system user the cluster belongs to.
as_db() {
    if [ "$me" = "$db_user" ]; then
        (cd / && "$@")
    else
        (cd / && setpriv --reuid="$db_user" --regid="$(id -g "$db_user")" --init-groups \
            --reset-env -- "$@")
    fi
}

reachable_by() { # USER FOLDER
    [ "$me" = "$1" ] || setpriv --reuid="$1" --regid="$(id -g "$1")" --init-groups \
        -- test -x "$2"
}

# A clone keeps its cluster when it is moved, and a fresh clone in an old one's place gets a fresh
# cluster: what ties them is an id in var/, not the path.
folder_elsewhere() {
    local id=$top/var/cluster-id
    [ -s "$id" ] || cut -c1-8 /proc/sys/kernel/random/uuid >"$id"
    echo "/var/lib/aidledger/$(cat "$id")"
}

choose_folder() {
    mkdir -p "$top/var" 2>/dev/null || true
    [ -w "$top/var" ] || die "$me may not write in $top/var; run as $(stat -c %U "$top")"
    if [ -d "$top/var/pg" ]; then
        dir=$top/var
    elif [ -s "$top/var/cluster-id" ] || ! reachable_by "$db_user" "$top/var"; then
        dir=$(folder_elsewhere)
    else
        dir=$top/var
    fi
}

locate() {
    # PostgreSQL refuses to run as root.
    if [ "$me" = root ]; then db_user=postgres; else db_user=$me; fi
    [ -n "$dir" ] || choose_folder
    data=$dir/pg
    if [ -d "$data" ]; then
        db_user=$(stat -c %U "$data")
        [ "$me" = root ] || [ "$me" = "$db_user" ] ||
            die "$data belongs to $db_user; run as $db_user or as root"
    fi
    socket=$dir/sock
    if [ ${#socket} -gt $SOCKET_DIR_MAX ] || [[ $socket =~ [^A-Za-z0-9/._-] ]]; then
        socket=/tmp/aidledger-$(printf %s "$dir" | sha256sum | cut -c1-16)
    fi
}

url() { echo "host=$socket port=$PORT dbname=aidledger user=aid"; }

# ---------------------------------------------------------------- making it

init() {
    [ -d "$data" ] && return
    [ -x "$PG_BIN/initdb" ] || die "PostgreSQL 15 is not installed; service/host/packages.sh run"
    local new no_sync=() log=$dir/initdb.log
    [ -z "$throwaway" ] || [ -n "$durable" ] || no_sync=(-N)
    [ -n "$throwaway" ] || say "making a PostgreSQL cluster in $data"
    mkdir -p "$dir"
    # Made beside its place and moved there last: a kill half-way leaves nothing that looks whole.
    # The name is new each time, for the initdb of a killed attempt may still be writing.
    rm -rf "$data".new.* || true
    new=$(mktemp -d "$data.new.XXXXXX")
    [ "$me" = "$db_user" ] || chown "$db_user:" "$new"
    if ! {
        # With plain C, accents would break lower(), ILIKE and full text.
        as_db "$PG_BIN/initdb" -D "$new" -U aid --auth=peer --locale=C.UTF-8 -E UTF8 \
            --data-checksums "${no_sync[@]}" </dev/null &&
            echo 'CREATE DATABASE aidledger' |
            as_db "$PG_BIN/postgres" --single -D "$new" -c log_checkpoints=off postgres &&
            echo "include 'aidledger.conf'" | as_db tee -a "$new/postgresql.conf"
    } >"$log" 2>&1 || grep -q 'ERROR:' "$log"; then
        cat "$log" >&2
        die "initdb failed; its own words are above"
    fi
    mv "$new" "$data"
}

# Written at every start, so that a newer version of this file applies to an older cluster.
configure() {
    {
        echo "# Written by service/host/cluster.sh at every start."
        echo "listen_addresses = ''"
        echo "port = $PORT"
        echo "unix_socket_directories = '$socket'"
        echo "unix_socket_permissions = 0770"
        echo "cluster_name = 'aidledger'"
        echo "max_connections = 100"
        echo "shared_buffers = 128MB"
        echo "work_mem = 16MB"
        echo "maintenance_work_mem = 128MB"
        echo "random_page_cost = 1.1"
        echo "jit = off                     # short statements: compiling costs more than it gains"
        echo "timezone = 'UTC'"
        echo "logging_collector = on"
        echo "log_directory = 'log'"
        echo "log_filename = 'postgresql-%a.log'"
        echo "log_truncate_on_rotation = on # a week of logs, then over again"
        echo "log_rotation_age = 1d"
        echo "log_timezone = 'UTC'"
        echo "log_line_prefix = '%m [%p] %a '"
        echo "log_min_messages = warning"
        echo "log_checkpoints = off"
        # Statements carry people's words and names as parameters and in error details.
        echo "log_min_error_statement = panic"
        echo "log_error_verbosity = terse"
        echo "log_parameter_max_length = 0"
        echo "log_parameter_max_length_on_error = 0"
        if [ -n "$throwaway" ] && [ -z "$durable" ]; then
            echo "fsync = off"
            echo "synchronous_commit = off"
            echo "full_page_writes = off"
        fi
    } | as_db tee "$data/aidledger.conf" >/dev/null
    echo "local all all peer map=aid" | as_db tee "$data/pg_hba.conf" >/dev/null
    identities | sort -u | as_db tee "$data/pg_ident.conf" >/dev/null
}

# Who may log in as whom: root and the cluster's own user as anybody; the user that root gives the
# service to only as the lanes, for `aid` is a superuser and passes row-level security; and the
# sealer's as the sealer.
identities() {
    local lane
    echo "aid \"root\" aid"
    echo "aid \"$db_user\" aid"
    for lane in $LANES; do
        echo "aid \"root\" aidledger_$lane"
        echo "aid \"$db_user\" aidledger_$lane"
        [ "$me" != root ] || echo "aid \"$SERVICE_USER\" aidledger_$lane"
    done
    echo "aid \"root\" aidledger_sealer"
    echo "aid \"$db_user\" aidledger_sealer"
    [ "$me" != root ] || echo "aid \"$SEALER_USER\" aidledger_sealer"
}

# The folder's group may pass to the socket, nobody else: see SERVICE_USER.
make_socket_folder() {
    [ -d "$socket" ] || mkdir -m 0710 "$socket"
    [ "$me" = "$db_user" ] || [ "$(stat -c %U "$socket")" != root ] || chown "$db_user:" "$socket"
    # The name in /tmp can be guessed: somebody else's folder there must not get our clients.
    if [ -L "$socket" ] || [ "$(stat -c %U "$socket")" != "$db_user" ]; then
        die "$socket belongs to somebody else; remove it"
    fi
    chmod 0710 "$socket"
}

# ---------------------------------------------------------------- processes

# Every PostgreSQL process that works in this data folder. A zombie has no working folder, so it
# does not count, and the pid in postmaster.pid may by now be anybody's.
processes() {
    local entry name
    for entry in /proc/[0-9]*; do
        read -r name 2>/dev/null <"$entry/comm" || continue
        [ "$name" = postgres ] && [ "$entry/cwd" -ef "$data" ] && echo "${entry#/proc/}"
    done
    return 0
}

postmaster() {
    local pid
    read -r pid 2>/dev/null <"$data/postmaster.pid" || return 1
    [ -n "$pid" ] && processes | grep -x "$pid"
}

wait_until_gone() { # SECONDS: true once no process works in the data folder
    local deadline=$((SECONDS + $1))
    while [ -n "$(processes)" ]; do
        [ $SECONDS -lt $deadline ] || return 1
        sleep 0.1
    done
}

signal_all() { # SIGNAL
    local pid
    for pid in $(processes); do kill -s "$1" "$pid" 2>/dev/null || true; done
}

# After a kill -9 of the postmaster its backends still hold the shared memory, and a new one would
# refuse to start. The lock files go last: until then they guard against two servers in one folder.
# They have to go, for a zombie keeps the pid in them alive, for ever where nobody reaps.
sweep() {
    if [ -n "$(processes)" ]; then
        [ -n "$throwaway" ] || say "clearing away what a killed PostgreSQL has left"
        signal_all QUIT
        sleep 0.2
        signal_all KILL
        wait_until_gone 20 || die "processes of a killed PostgreSQL do not go: $(processes | xargs)"
    fi
    rm -f "$data/postmaster.pid" "$socket/.s.PGSQL.$PORT.lock" "$socket/.s.PGSQL.$PORT"
}

is_ready() { "$PG_BIN/pg_isready" -q -h "$socket" -p $PORT -U aid -d postgres; }

# ---------------------------------------------------------------- commands

# Replaces this process, so the caller's $! is the postmaster itself and the caller reaps it. Its
# own session keeps a Ctrl-C meant for the supervisor away: that stops the service first.
foreground() { # EXTRA setpriv options
    init
    if postmaster >/dev/null; then die "PostgreSQL already runs in $data ($(postmaster))"; fi
    sweep
    make_socket_folder
    configure
    local drop=()
    [ "$me" = "$db_user" ] ||
        drop=(--reuid="$db_user" --regid="$(id -g "$db_user")" --init-groups --reset-env)
    cd /
    exec setsid setpriv "${drop[@]}" "$@" -- "$PG_BIN/postgres" -D "$data" \
        </dev/null >"$dir/startup.log" 2>&1
}

start() {
    if postmaster >/dev/null && is_ready; then return; fi
    (foreground) &
    local pid=$! deadline=$((SECONDS + 60))
    until is_ready; do
        if ! kill -0 $pid 2>/dev/null || [ $SECONDS -ge $deadline ]; then
            tail -n 20 "$dir/startup.log" "$data"/log/*.log >&2 2>/dev/null || true
            die "PostgreSQL did not start"
        fi
        sleep 0.1
    done
}

stop() {
    local pid
    pid=$(postmaster) || { sweep; return; }
    kill -INT "$pid" 2>/dev/null || true
    wait_until_gone 30 && return
    say "PostgreSQL did not stop within 30 s; stopping it at once"
    kill -QUIT "$pid" 2>/dev/null || true
    wait_until_gone 10 || sweep
}

status() {
    local pid
    if pid=$(postmaster); then
        echo "PostgreSQL runs in $data (process $pid)"
    else
        echo "PostgreSQL does not run in $data"
        return 1
    fi
}

session() {
    local started='' result=0
    if ! is_ready; then
        start
        started=yes
    fi
    PGOPTIONS='-c search_path=aidledger,pg_catalog' "$PG_BIN/psql" "$(url)" "$@" || result=$?
    [ -z "$started" ] || stop
    return $result
}

destroy() {
    [ -n "$throwaway" ] || die "only a throwaway cluster is removed; remove $dir yourself"
    signal_all QUIT
    wait_until_gone 5 || sweep
    rm -rf "$dir"
    case $socket in /tmp/aidledger-*) rm -rf "$socket" ;; esac
}

while [ $# -gt 0 ]; do
    case $1 in
    --dir)
        mkdir -p "$2"
        dir=$(cd "$2" && pwd -P)
        shift
        ;;
    --throwaway) throwaway=yes ;;
    --durable) durable=yes ;;
    *) break ;;
    esac
    shift
done
locate
command=${1:-status}
[ $# -eq 0 ] || shift
case $command in
init | start | stop | status | url | destroy) "$command" ;;
foreground) foreground --pdeathsig=INT ;;
ready) is_ready ;;
folder) echo "$dir" ;;
user) echo "$db_user" ;;
psql) session "$@" ;;
*) die "unknown command '$command'; the head of this file lists them" ;;
esac
