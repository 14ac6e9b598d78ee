#!/usr/bin/env bash
# run.sh - `make run`: keeps PostgreSQL and the service alive until it is told to stop.
# SPDX-License-Identifier: Apache-2.0
#
# run.sh BINARY          serve until SIGINT or SIGTERM; start again whatever is killed meanwhile
# run.sh --stop          stop a running one, or the cluster it has left
#
# AIDLEDGER_PORT or PORT, AIDLEDGER_LISTEN: where to serve. AIDLEDGER_DATABASE_URL: use that database;
# then there is no private cluster and there are no ready-made keys. AIDLEDGER_LOG_KEY: the key that
# signs the log; without it one is made and kept with the cluster. AIDLEDGER_WORKER=0: another
# machine has clock and sealer.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
top=$(cd "$here/../.." && pwd -P)
cluster=$here/cluster.sh
private=yes
[ -z "${AIDLEDGER_DATABASE_URL:-}" ] || private=''

export AIDLEDGER_LISTEN=${AIDLEDGER_LISTEN:-127.0.0.1}
export AIDLEDGER_PORT=${PORT:-${AIDLEDGER_PORT:-8080}}
keys=$top/var/demo-keys.env
# What a killed run leaves to the next one: "pid address" of the supervisor, pid of the service.
state=$top/var/run.state
service_file=$top/var/service.pid
sealer_file=$top/var/sealer.pid
# The sealer is its own process, of a user of its own where root starts it: the service must not be
# able to read the key.
log_key=${AIDLEDGER_LOG_KEY:-}
unset AIDLEDGER_LOG_KEY

postgres_pid='' service_pid='' sealer_pid='' stopping=''

say() { echo "aidledger: $*"; }
# What fails because it was told to stop has not failed.
die() {
    [ -z "$stopping" ] || exit 0
    echo "aidledger: $*" >&2
    exit 1
}

# Sleeps without a child process, so that a signal is seen at once and the lock has one holder.
exec 8<> <(:)
pause() { read -r -t "$1" -u 8 _ || true; }

host_for_clients() {
    case $AIDLEDGER_LISTEN in
    0.0.0.0) echo 127.0.0.1 ;;
    ::) echo ::1 ;;
    *) echo "$AIDLEDGER_LISTEN" ;;
    esac
}

address() {
    local host
    host=$(host_for_clients)
    case $host in *:*) host="[$host]" ;; esac
    echo "http://$host:$AIDLEDGER_PORT"
}

somebody_listens() {
    (exec 7<>"/dev/tcp/$(host_for_clients)/$AIDLEDGER_PORT") 2>/dev/null
}

is_ready() {
    (
        exec 7<>"/dev/tcp/$(host_for_clients)/$AIDLEDGER_PORT" || exit 1
        printf 'GET /readyz HTTP/1.1\r\nHost: aidledger\r\nConnection: close\r\n\r\n' >&7
        read -r -t 2 status <&7
        [[ $status == "HTTP/1.1 200"* ]]
    ) 2>/dev/null
}

is_alive() { [ -n "$1" ] && kill -0 "$1" 2>/dev/null; }

is_our_service() { # PID
    local name
    { read -r name <"/proc/$1/comm"; } 2>/dev/null && [ "$name" = aidledger ]
}

# ---------------------------------------------------------------- one per clone

take_lock() {
    local pid where deadline=$((SECONDS + 20)) told=''
    exec 9>>"$top/var/run.lock"
    until flock -n 9; do
        read -r pid where <"$state" 2>/dev/null || true
        # One that was told to stop, or whose make was killed, needs a moment.
        if [ "${where:-}" != stopping ] || [ $SECONDS -ge $deadline ]; then
            die "already running in this clone: ${where:-starting} (process ${pid:-unknown}). Stop it with Ctrl-C there, or with: make db-stop"
        fi
        [ -n "$told" ] || say "an earlier run is stopping; waiting for it"
        told=yes
        pause 0.2
    done
    echo "$$ starting" >"$state"
}

# The service of a killed run has had its SIGTERM by the kernel and is draining.
wait_for_earlier_service() {
    local pid deadline=$((SECONDS + 10))
    read -r pid 2>/dev/null <"$service_file" || return 0
    while is_our_service "$pid"; do
        if [ $SECONDS -ge $deadline ]; then
            say "the service of a killed run does not end; killing process $pid"
            kill -KILL "$pid"
            deadline=$((SECONDS + 10))
        fi
        pause 0.2
    done
    rm -f "$service_file"
}

check_port() {
    if ! [[ $AIDLEDGER_PORT =~ ^[1-9][0-9]{0,4}$ ]] || [ "$AIDLEDGER_PORT" -gt 65535 ]; then
        die "PORT must be a number from 1 to 65535, not '$AIDLEDGER_PORT'"
    fi
    ! somebody_listens || die "port $AIDLEDGER_PORT on $AIDLEDGER_LISTEN is in use by another program; choose another, for example: make run PORT=$((AIDLEDGER_PORT % 65535 + 1))"
}

# ---------------------------------------------------------------- PostgreSQL

start_postgres() {
    local deadline=$((SECONDS + 60))
    # Until it has become the postmaster, it must not outlive this script either.
    setpriv --pdeathsig KILL "$cluster" foreground 8>&- 9>&- &
    postgres_pid=$!
    until "$cluster" ready 9>&-; do
        is_alive "$postgres_pid" || { postgres_pid=''; return 1; }
        [ -z "$stopping" ] && [ $SECONDS -lt $deadline ] || return 1
        pause 0.1
    done
}

prepare_cluster() {
    if "$cluster" status >/dev/null; then
        say "stopping the PostgreSQL an earlier run has left"
        "$cluster" stop
    fi
    say "starting the private PostgreSQL in $("$cluster" folder)"
    start_postgres || die "PostgreSQL did not start; see startup.log and pg/log in $("$cluster" folder)"
    AIDLEDGER_DATABASE_URL=$("$cluster" url)
    export AIDLEDGER_DATABASE_URL
}

# ---------------------------------------------------------------- the service

# As root, the service gives root up. Not for the database's own user: that one owns the data files
# and could pass by every rule in the database. `nobody` may log in as the lanes only, and the
# database user's group is what lets it reach the socket, which no other `nobody` process has.
# With a database of the operator's own, the operator has chosen the user too.
drop_root() {
    local group
    drop=() sealer_drop=() sealer_user=$(id -un)
    if [ "$(id -u)" = 0 ] && [ -n "$private" ]; then
        group=$(id -g "$("$cluster" user)")
        drop=(--reuid=nobody --regid=nogroup --groups="$group" --no-new-privs)
        sealer_user=daemon
        sealer_drop=(--reuid=daemon --regid=daemon --groups="$group" --no-new-privs)
    fi
}

# `nobody` cannot reach a binary in a clone below /root: it runs from a copy beside the cluster.
runnable_copy() {
    if [ ${#drop[@]} -eq 0 ]; then
        echo "$binary"
        return
    fi
    local bin
    bin=$("$cluster" folder)/bin
    mkdir -p "$bin"
    # A name of its own: the file of a running program cannot be written.
    install -m 0755 "$binary" "$bin/aidledger.new"
    mv "$bin/aidledger.new" "$bin/aidledger"
    echo "$bin/aidledger"
}

# Ready-made keys come with an empty ledger, once; those of a cluster that is gone are worth nothing.
make_keys() {
    [ -e "$keys" ] && [ "$keys" -nt "$("$cluster" folder)/pg/PG_VERSION" ] && return
    rm -f "$keys"
    "$binary" key demo --output "$keys" 9>&-
}

# Its folder is closed to all but the sealer, and holds the signed state too.
make_log_key() {
    local folder
    [ -z "$log_key" ] || return 0
    if [ -n "$private" ]; then folder=$("$cluster" folder)/seal; else folder=$top/var/seal; fi
    [ -d "$folder" ] || install -d -m 0700 -o "$sealer_user" "$folder"
    if [ ! -e "$folder/log.key" ]; then
        say "making the key that signs the log: ${folder#"$top"/}/log.key"
        AIDLEDGER_LOG_KEY=$folder/log.key setpriv "${sealer_drop[@]}" -- "$program" key init 9>&- ||
            return 1
    fi
    log_key=$folder/log.key
}

start_sealer() {
    AIDLEDGER_LOG_KEY=$log_key setsid setpriv "${sealer_drop[@]}" --pdeathsig=TERM -- "$program" seal \
        </dev/null 8>&- 9>&- &
    sealer_pid=$!
    echo "$sealer_pid" >"$sealer_file"
}

start_service() {
    "$binary" migrate 9>&- || return 1
    [ -z "$private" ] || make_keys || return 1
    program=$(runnable_copy)
    make_log_key || return 1
    [ "${AIDLEDGER_WORKER:-1}" = 0 ] || is_alive "$sealer_pid" || start_sealer
    # What is printed leads back here, unless told otherwise.
    export AIDLEDGER_PUBLIC_URL=${AIDLEDGER_PUBLIC_URL-$(address)}
    # Its own session: a Ctrl-C is for this script, which stops the service before PostgreSQL.
    setsid setpriv "${drop[@]}" --pdeathsig=TERM -- "$program" serve </dev/null 8>&- 9>&- &
    service_pid=$!
    echo "$service_pid" >"$service_file"
}

wait_until_ready() {
    local deadline=$((SECONDS + 60))
    until is_ready; do
        [ -z "$stopping" ] || return 0
        is_alive "$service_pid" || die "the service ended before it was ready; its own words are above"
        [ $SECONDS -lt $deadline ] || die "the service was not ready within 60 s; its own words are above"
        pause 0.1
    done
    echo "$$ $(address)" >"$state"
}

print_welcome() {
    echo
    say "serving on $(address)"
    echo "    $(address)/readyz         is it ready"
    echo "    $(address)/openapi.json   the contract"
    if [ -n "$private" ] && [ -r "$keys" ]; then
        echo "    keys for trying it out, also in ${keys#"$top"/}:"
        sed 's/^/        /' "$keys"
    fi
    echo "    Ctrl-C stops it"
    echo
}

# ---------------------------------------------------------------- keeping them alive

# Seconds to wait before the next start: at once after a good while, then longer and longer.
wait_s=0 last_start=0
back_off() {
    if [ $((SECONDS - last_start)) -gt 30 ]; then
        wait_s=0
    else
        wait_s=$((wait_s < 1 ? 1 : wait_s * 2 > 5 ? 5 : wait_s * 2))
    fi
    last_start=$SECONDS
    [ $wait_s -eq 0 ] || pause $wait_s
}

ended() { # PID: how a child ended, in words
    local code=0
    wait "$1" 2>/dev/null || code=$?
    if [ $code -gt 128 ]; then echo "killed by SIG$(kill -l $((code - 128)))"; else echo "exit status $code"; fi
}

keep_alive() {
    while [ -z "$stopping" ]; do
        if [ -n "$private" ] && ! is_alive "$postgres_pid"; then
            say "PostgreSQL has ended ($(ended "$postgres_pid")); starting it again"
            back_off
            start_postgres || continue
            say "PostgreSQL is back"
        elif ! is_alive "$service_pid"; then
            say "the service has ended ($(ended "$service_pid")); starting it again"
            back_off
            start_service || service_pid=''
        elif [ -n "$sealer_pid" ] && ! is_alive "$sealer_pid"; then
            say "the sealer has ended ($(ended "$sealer_pid")); starting it again"
            back_off
            start_sealer
        else
            pause 0.5
        fi
    done
}

# shellcheck disable=SC2317 # called by the traps
shut_down() {
    trap '' INT TERM HUP
    echo "$$ stopping" >"$state"
    if is_alive "$service_pid"; then
        say "stopping the service"
        kill -TERM "$service_pid" 2>/dev/null || true
        wait "$service_pid" 2>/dev/null || true
    fi
    rm -f "$service_file" "$sealer_file"
    if is_alive "$sealer_pid"; then
        kill -TERM "$sealer_pid" 2>/dev/null || true
        wait "$sealer_pid" 2>/dev/null || true
    fi
    if is_alive "$postgres_pid"; then
        say "stopping PostgreSQL"
        "$cluster" stop 9>&- || true
        wait "$postgres_pid" 2>/dev/null || true
    fi
    rm -f "$state"
}

stop_running() {
    local pid where
    if exec 9>>"$top/var/run.lock" && flock -n 9; then
        "$cluster" status >/dev/null || { say "nothing runs"; return; }
        "$cluster" stop
        say "PostgreSQL stopped"
        return
    fi
    read -r pid where <"$state" || die "a run is just starting or ending; try again"
    say "stopping the run on $where (process $pid)"
    kill -TERM "$pid"
    flock -w 60 9 || die "process $pid did not stop"
}

# ---------------------------------------------------------------- main

# A caller's PGHOST or PGDATA is for another database; for one of the operator's own it may matter.
[ -z "$private" ] || unset "${!PG@}"
"$cluster" folder >/dev/null
if [ "${1:-}" = --stop ]; then
    stop_running
    exit
fi
binary=$(cd "$(dirname "$1")" && pwd -P)/${1##*/}
take_lock
trap shut_down EXIT
trap 'stopping=yes' INT TERM HUP
wait_for_earlier_service
check_port
[ -z "$private" ] || prepare_cluster
drop_root
say "migrating the database"
start_service || die "the database could not be prepared; the reason is above"
wait_until_ready
[ -n "$stopping" ] || print_welcome
keep_alive
