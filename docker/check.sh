#!/usr/bin/env bash
# check.sh - `make check-docker`: builds the images, brings everything up, tries it, takes it down.
# SPDX-License-Identifier: Apache-2.0
#
# Where no container engine works it prints SKIP and succeeds. Everything it makes has a name of its
# own, and the system chooses the port: what else runs on this machine is left alone. Only the
# images stay.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
readonly here
project=aidledger-check-$$
# Empty: any free port; compose.yaml says so.
export AIDLEDGER_PORT='' AIDLEDGER_LISTEN=127.0.0.1
url='' failure='the reason is above'

say() { echo "check-docker: $*"; }
die() { failure=$*; exit 1; }

# ---------------------------------------------------------------- the engine

choose_engine() {
    engine=$("$here/image.sh" --engine 2>/dev/null) || engine=''
    compose=()
    if [ "$engine" = docker ] && docker compose version >/dev/null 2>&1; then
        compose=(docker compose)
    elif [ "$engine" = podman ] && command -v podman-compose >/dev/null; then
        compose=(podman-compose)
    fi
    if [ ${#compose[@]} -eq 0 ]; then
        say "SKIP: there is neither docker with its compose plugin nor podman with podman-compose"
        exit 0
    fi
    export ENGINE=$engine
}

# It talks much; its words matter only when something fails.
compose() { "${compose[@]}" -p "$project" -f "$here/compose.yaml" "$@" >>"$work/log" 2>&1; }

container() { # SERVICE: its id; tools give different names, but the same labels
    "$engine" ps -aq --filter "label=com.docker.compose.project=$project" \
        --filter "label=com.docker.compose.service=$1"
}

# Not by way of compose: podman-compose swallows the exit status.
inside() { # [-e NAME=VALUE] SERVICE COMMAND...
    local options=()
    if [ "$1" = -e ]; then
        options=(-e "$2")
        shift 2
    fi
    "$engine" exec "${options[@]}" "$(container "$1")" "${@:2}"
}

# shellcheck disable=SC2317 # called by the trap
take_down() {
    local result=$? name
    trap '' INT TERM HUP
    if [ $result -ne 0 ]; then
        tail -n 40 "$work/log" >&2 || true
        for name in database migrate service; do
            echo "--- the last words of $name:" >&2
            "$engine" logs --tail 20 "$(container $name)" >&2 || true
        done
    fi
    say "taking it down"
    compose down -v || true
    # Some versions of podman-compose leave the networks.
    "$engine" network rm "${project}_nowhere" "${project}_outside" >/dev/null 2>&1 || true
    rm -rf "$work"
    [ $result -eq 0 ] || echo "check-docker: FAILED: $failure" >&2
    exit $result
}

# ---------------------------------------------------------------- asking

wait_until() { # SECONDS COMMAND...
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        [ $SECONDS -lt $deadline ] || return 1
        sleep 0.2
    done
}

# The port is another one after each start.
is_ready() {
    url=http://$("$engine" port "$(container service)" 8080/tcp 2>/dev/null | head -n 1)
    curl -fs -m 5 -o "$work/ready" "$url/readyz" 2>/dev/null
}

wait_until_ready() { # SECONDS
    wait_until "$1" is_ready || die "the service is not ready within $1 s"
    say "ready: $(cat "$work/ready")"
}

key() { sed -n "s/^$1=//p" "$work/keys"; }

ask_for_commitment() { # FILE
    curl -fs -m 10 -o "$1" "$url$location" -H "Authorization: Bearer $(key DONOR_EDITOR)"
}

# A service that has just lost its database may still have called itself ready.
read_commitment() { # FILE
    wait_until 30 ask_for_commitment "$1" || die "the commitment cannot be read"
}

read_again() { # WHAT HAS HAPPENED
    wait_until_ready 90
    read_commitment "$work/again"
    cmp "$work/first" "$work/again" || die "$1: the commitment is not what it was"
    say "$1: the commitment reads the same"
}

# ---------------------------------------------------------------- what is checked

make_keys() {
    say "making keys for trying it out"
    inside service sh -c \
        'aidledger key demo --output /dev/shm/k && cat /dev/shm/k && rm /dev/shm/k' >"$work/keys"
    [ -n "$(key DONOR_EDITOR)" ] || die "there are no keys"
}

post_commitment() {
    say "posting a commitment"
    curl -fsS -m 10 -D "$work/head" -o "$work/posted" "$url/v1/commitments" \
        -H "Authorization: Bearer $(key DONOR_EDITOR)" \
        -H "Idempotency-Key: $(cat /proc/sys/kernel/random/uuid)" \
        -H 'Content-Type: application/json' \
        -d '{"title": "Fibre backbone", "amount": "1250000.00", "currency": "USD"}' ||
        die "the commitment was refused"
    location=$(tr -d '\r' <"$work/head" | sed -n 's/^[Ll]ocation: //p')
    read_commitment "$work/first"
    grep -q '"Fibre backbone"' "$work/first" || die "what was posted does not come back"
    say "it is $location"
}

# A child makes them, with fonts and in a folder that the image and the compose file must give it.
check_form() { # FORM FIRST-BYTES
    local first
    curl -fsS -m 60 -o "$work/form" "$url/v1/reports/portfolio?format=$1" ||
        die "no report can be had as $1"
    first=$(head -c ${#2} "$work/form" | tr -d '\0')
    [ "$first" = "$2" ] || die "what comes as $1 is none"
    say "a report as $1: $(wc -c <"$work/form") bytes"
}

check_forms() {
    say "asking for a report to file, and to calculate with"
    check_form pdf '%PDF-1.'
    check_form xlsx $'PK\x03\x04'
}

check_confinement() {
    local status root name
    for name in service database; do
        status=$(inside $name cat /proc/1/status)
        root=$(inside $name cat /proc/mounts | awk '$2 == "/" { print $4 }' | tail -n 1)
        ! grep -qE '^Uid:.*\b0\b' <<<"$status" || die "$name runs as root"
        grep -qE '^CapBnd:\s0+$' <<<"$status" || die "$name may get capabilities"
        grep -qE '^NoNewPrivs:\s1$' <<<"$status" || die "$name may get new privileges"
        [[ $root == ro,* ]] || die "the root file system of $name can be written"
        say "$name: user $(awk '/^Uid:/ { print $2 }' <<<"$status"), no capability, root read-only"
    done
    inside service aidledger-ready >/dev/null || die "the health check of the service fails"
    inside database pg_isready -q || die "the health check of the database fails"
}

# Its user number opens the lanes, not the superuser that migrates.
check_lanes_only() {
    local words
    ! words=$(inside -e AIDLEDGER_DATABASE_URL='host=/run/aidledger dbname=aidledger user=aid' \
        service aidledger migrate 2>&1) || die "the service's user may log in as a superuser"
    [[ $words == *"Peer authentication failed"* ]] || die "not refused for what it is: $words"
    say "the service's user is not let in as the migrating user"
}

choose_engine
work=$(mktemp -d)
trap take_down EXIT
trap 'die "it was told to stop"' INT TERM HUP
command -v curl >/dev/null || die "curl is missing; as root: apt-get install curl"
say "building the images with $engine"
"$here/image.sh" >>"$work/log" 2>&1 || die "the images cannot be built"
say "bringing up database, migration and service with ${compose[*]}"
compose up -d --no-build || die "compose up failed"
wait_until_ready 120
make_keys
post_commitment
check_forms
check_confinement
check_lanes_only
say "killing the database"
"$engine" kill -s KILL "$(container database)" >>"$work/log"
"$engine" start "$(container database)" >>"$work/log"
read_again "after a killed database"
say "restarting the containers"
compose restart || die "compose restart failed"
read_again "after a restart"
say "removing the containers, keeping the volumes"
compose down || die "compose down failed"
compose up -d --no-build || die "compose up failed"
read_again "in new containers"
say "all is well"
