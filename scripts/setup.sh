#!/usr/bin/env bash
# Makes a fresh checkout ready to run: system packages, npm packages, the native capture addon, the
# build; with --tests also the servers and tools that only tests use, with --antinex the Redis of the
# AntiNex demo. Safe to run again at any time; it says what it does and nothing when there is nothing to do.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PATH:/usr/sbin:/sbin"

readonly NODE_WANTED=20.19
readonly PNPM=pnpm@10.34.8
readonly STAMP=node_modules/.setup-stamp
readonly NATIVE_FAILED=node_modules/.setup-failed

# command:Debian package that brings it
readonly BUILD_NEEDS=(pcap-config:libpcap-dev python3:python3 make:make g++:g++)
readonly TRAFFIC_NEEDS=(ip:iproute2 ping:iputils-ping arping:iputils-arping curl:curl tcpdump:tcpdump)
readonly ANTINEX_NEEDS=(redis-server:redis-server)
readonly TEST_NEEDS=(redis-server:redis-server rabbitmq-server:rabbitmq-server tcpreplay:tcpreplay openssl:openssl)
readonly DAEMON_POLICY=/usr/sbin/policy-rc.d

say() { printf 'setup: %s\n' "$*" >&2; }

# missing NEED...: the packages whose command is not here
missing() {
  local need
  for need in "$@"; do
    command -v "${need%%:*}" >/dev/null || printf '%s ' "${need##*:}"
  done
}

check_node() {
  if ! command -v node >/dev/null; then
    say "Node.js >= $NODE_WANTED is needed and was not found: https://nodejs.org"
    exit 1
  fi
  node -e '
    const [have, want] = [process.versions.node, process.argv[1]].map((v) => v.split(".").map(Number));
    process.exit(have[0] > want[0] || (have[0] === want[0] && have[1] >= want[1]) ? 0 : 1);
  ' "$NODE_WANTED" && return
  say "Node.js >= $NODE_WANTED is needed, this is $(node --version): https://nodejs.org"
  exit 1
}

is_root() { [ "$(id -u)" = 0 ]; }

# sudo that may ask for a password needs somebody to ask.
has_sudo() { command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; }

as_root() { if is_root; then "$@"; else sudo "$@"; fi; }

apt_install() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2
}

# The real Python kombu is the peer of the broker tests; it is there if Debian's python3 finds it.
missing_for_tests() {
  missing "${TEST_NEEDS[@]}"
  /usr/bin/python3 -c 'import kombu, redis' 2>/dev/null || printf 'python3-kombu python3-redis '
}

# missing_for OPTION: what else it asks for
missing_for() {
  case $1 in
    --tests) missing_for_tests ;;
    --antinex) missing "${ANTINEX_NEEDS[@]}" ;;
  esac
}

# Debian starts a server when it installs it. Tests start their own; nobody asked for one on its usual port.
apt_install_without_starting() {
  if [ -e "$DAEMON_POLICY" ]; then
    apt_install "$@"
    return
  fi
  printf '#!/bin/sh\nexit 101\n' | as_root tee "$DAEMON_POLICY" >/dev/null
  as_root chmod +x "$DAEMON_POLICY"
  local code=0
  apt_install "$@" || code=$?
  as_root rm -f "$DAEMON_POLICY"
  return "$code"
}

install_system_packages() {
  local packages
  read -ra packages <<<"$(missing "${BUILD_NEEDS[@]}" "${TRAFFIC_NEEDS[@]}")$(missing_for "$1")"
  [ ${#packages[@]} -gt 0 ] || return 0
  if ! command -v apt-get >/dev/null; then
    say "this is not Debian or Ubuntu: please install what they call ${packages[*]}"
  elif ! is_root && ! has_sudo; then
    say "not root and no sudo: please have an administrator run: apt-get install ${packages[*]}"
  else
    say "installing ${packages[*]}"
    apt_install_without_starting "${packages[@]}" 2>/dev/null ||
      { as_root apt-get update -qq >&2 && apt_install_without_starting "${packages[@]}"; } ||
      say "apt-get could not install ${packages[*]}"
  fi
  report_missing "$1"
}

report_missing() {
  local build traffic
  build=$(missing "${BUILD_NEEDS[@]}")
  traffic=$(missing "${TRAFFIC_NEEDS[@]}")
  [ -z "$build" ] || say "without ${build}live capture cannot be built; all else works"
  [ -z "$traffic" ] || say "without ${traffic}some tests are skipped and the demo may replay a file"
  [ "$1" != --tests ] || [ -z "$(missing_for_tests)" ] || say "without $(missing_for_tests)some tests are skipped"
}

# The folder with Node's own headers: without it node-gyp downloads them.
node_headers() {
  local prefix
  prefix=$(node -p 'path.resolve(process.execPath, "../..")')
  local header=$prefix/include/node/node_version.h
  [ -e "$header" ] || return 0
  local major
  major=$(awk '$2 == "NODE_MAJOR_VERSION" {print $3}' "$header")
  [ "$major" != "$(node -p 'process.versions.node.split(".")[0]')" ] || printf '%s' "$prefix"
}

# Through env, because npm itself complains of the node-gyp setting.
pnpm() {
  local headers=${npm_config_nodedir:-$(node_headers)}
  npx -y -p "$PNPM" -- env CI=true ${headers:+"npm_config_nodedir=$headers"} pnpm "$@"
}

# What the installed packages depend on: the manifests, the lockfile, our own C++ and Node itself.
fingerprint() {
  { node -p 'process.version + process.arch'; cat package.json pnpm-lock.yaml pnpm-workspace.yaml packages/*/package.json packages/libpcap/{binding.gyp,native/*}; } |
    sha256sum
}

install_npm_packages() {
  local now
  now=$(fingerprint)
  [ "$(cat "$STAMP" 2>/dev/null)" != "$now" ] || return 0
  say "installing npm packages"
  pnpm install --frozen-lockfile --reporter=append-only >&2
  printf '%s\n' "$now" >"$STAMP"
}

cap_loads() { (cd packages/capture && node -e 'require("cap")' 2>/dev/null); }

libpcap_loads() { node -e 'require("./packages/libpcap/build/Release/addon.node")' 2>/dev/null; }

# check_native NAME PNPM-ARGUMENT...: NAME is optional; pnpm with these arguments builds it
check_native() {
  local name=$1
  shift
  "${name}_loads" && return
  if [ -z "$(missing "${BUILD_NEEDS[@]}")" ] && ! cmp -s "$STAMP" "$NATIVE_FAILED-$name"; then
    say "building $name"
    pnpm "$@" >&2 || true
    "${name}_loads" && return
    cp "$STAMP" "$NATIVE_FAILED-$name"
  fi
  say "live capture with $name is off: the native module is not built"
}

check_node
install_system_packages "${1:-}"
install_npm_packages
check_native libpcap --filter @antinex/libpcap run install
check_native cap rebuild -r cap
node_modules/.bin/tsc -b
node scripts/bundle.mjs
