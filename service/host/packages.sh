#!/usr/bin/env bash
# packages.sh - installs the Debian packages one part of the work needs, when any is missing.
# SPDX-License-Identifier: Apache-2.0
#
# packages.sh build|run|test|browser|valgrind|lint|walkthrough|bench ...
#
# When nothing is missing it only asks dpkg and says nothing: it runs before every build.
set -euo pipefail

wanted() {
    case $1 in
    build)
        echo gcc libc6-dev make pkg-config libmicrohttpd-dev libpq-dev libjansson-dev libxml2-dev \
            libsodium-dev libcsv-dev libcurl4-openssl-dev zlib1g-dev libxlsxwriter-dev \
            libcairo2-dev libpango1.0-dev libqrencode-dev
        ;;
    run) echo postgresql-15 util-linux fonts-noto-core ;;
    test)
        echo check clang libclang-rt-14-dev clang-format node-ajv curl jq strace \
            poppler-utils zbar-tools
        node_is_here || echo nodejs
        ;;
    walkthrough) node_is_here || echo nodejs ;;
    bench)
        echo wrk
        command -v npm >/dev/null || echo npm
        ;;
    browser)
        echo chromium
        command -v npm >/dev/null || echo npm
        ;;
    valgrind) echo valgrind ;;
    lint) echo clang-tidy cppcheck shellcheck ;;
    *)
        echo "packages: unknown part '$1'; one of build, run, test, browser, valgrind, lint, walkthrough, bench" >&2
        exit 2
        ;;
    esac
}

# Node from anywhere will do: a machine that has a newer one must not get a second one beside it.
node_is_here() {
    local version
    version=$(node --version 2>/dev/null) || return 1
    version=${version#v}
    [ "${version%%.*}" -ge 18 ]
}

is_installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null | head -n 1)" = installed ]
}

# One question for all; only when some answer is missing, one each.
missing_of() {
    local package answers
    answers=$(dpkg-query -W -f '${db:Status-Status}\n' "$@" 2>/dev/null) &&
        ! grep -qvx installed <<<"$answers" && return
    for package in "$@"; do
        is_installed "$package" || echo "$package"
    done
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

# Debian's package makes and starts a cluster of its own. We keep a private one, so nobody asked for
# that; a machine where somebody has already decided is left as it is.
no_main_cluster() {
    local conf=/etc/postgresql-common/createcluster.conf
    [ -e "$conf" ] && return
    as_root mkdir -p "${conf%/*}"
    echo 'create_main_cluster = false' | as_root tee "$conf" >/dev/null
}

apt() {
    # Somebody else's apt may be running: wait for it rather than fail. confold: the file above.
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 \
        -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold \
        -o Dpkg::Use-Pty=0 "$@" </dev/null
}

has_candidates() {
    local known
    known=$(apt-cache policy "$@" 2>/dev/null | grep -c '^  Candidate: [^(]') || true
    [ "$known" -eq $# ]
}

packages=()
for part in "$@"; do
    mapfile -t -O "${#packages[@]}" packages < <(wanted "$part" | tr ' ' '\n')
    wait $! || exit
done

if ! command -v dpkg-query >/dev/null; then
    echo "packages: this is not Debian; make sure that you have what these hold: ${packages[*]}" >&2
    exit 0
fi
mapfile -t missing < <(missing_of "${packages[@]}")
[ ${#missing[@]} -gt 0 ] || exit 0

echo "packages: installing ${missing[*]}"
if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
    echo "packages: that takes root or sudo, and you have neither. As root, run: apt-get install ${missing[*]}" >&2
    exit 1
fi
# Only apt's own record of where packages are; when it is missing or out of date, it is fetched.
log=$(mktemp)
trap 'rm -f "$log"' EXIT
case " ${missing[*]} " in *" postgresql-15 "*) no_main_cluster ;; esac
install() {
    apt install --no-install-recommends "${missing[@]}" >"$log" 2>&1
}
if ! has_candidates "${missing[@]}" || ! install; then
    echo "packages: fetching Debian's lists of packages"
    if ! { apt update && install; } >"$log" 2>&1; then
        cat "$log" >&2
        echo "packages: apt could not install ${missing[*]}; its own words are above" >&2
        exit 1
    fi
fi
echo "packages: done"
