#!/usr/bin/env bash
# Makes a fresh checkout ready to run: system packages, npm packages, the native capture addon, the
# build. Safe to run again at any time; it says what it does and nothing when there is nothing to do.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PATH:/usr/sbin:/sbin"

readonly NODE_WANTED=20.19
readonly PNPM=pnpm@10.34.8
readonly STAMP=node_modules/.setup-stamp
readonly CAP_FAILED=node_modules/.setup-cap-failed

# command:Debian package that brings it
readonly BUILD_NEEDS=(pcap-config:libpcap-dev python3:python3 make:make g++:g++)
readonly TRAFFIC_NEEDS=(ip:iproute2 ping:iputils-ping arping:iputils-arping curl:curl tcpdump:tcpdump)

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

install_system_packages() {
  local packages
  read -ra packages <<<"$(missing "${BUILD_NEEDS[@]}" "${TRAFFIC_NEEDS[@]}")"
  [ ${#packages[@]} -gt 0 ] || return 0
  if ! command -v apt-get >/dev/null; then
    say "this is not Debian or Ubuntu: please install what they call ${packages[*]}"
  elif ! is_root && ! has_sudo; then
    say "not root and no sudo: please have an administrator run: apt-get install ${packages[*]}"
  else
    say "installing ${packages[*]}"
    apt_install "${packages[@]}" 2>/dev/null ||
      { as_root apt-get update -qq >&2 && apt_install "${packages[@]}"; } ||
      say "apt-get could not install ${packages[*]}"
  fi
  report_missing
}

report_missing() {
  local build traffic
  build=$(missing "${BUILD_NEEDS[@]}")
  traffic=$(missing "${TRAFFIC_NEEDS[@]}")
  [ -z "$build" ] || say "without ${build}live capture cannot be built; all else works"
  [ -z "$traffic" ] || say "without ${traffic}some tests are skipped and the demo may replay a file"
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

# What the installed packages depend on: the manifests, the lockfile and Node itself.
fingerprint() {
  { node -p 'process.version + process.arch'; cat package.json pnpm-lock.yaml pnpm-workspace.yaml packages/*/package.json; } |
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

# cap is native and optional: without it everything but live capture works.
check_cap() {
  cap_loads && return
  if [ -z "$(missing "${BUILD_NEEDS[@]}")" ] && ! cmp -s "$STAMP" "$CAP_FAILED"; then
    say "building cap"
    pnpm rebuild -r cap >&2 || true
    cap_loads && return
    cp "$STAMP" "$CAP_FAILED"
  fi
  say "live capture is off: the native module cap is not built"
}

check_node
install_system_packages
install_npm_packages
check_cap
node_modules/.bin/tsc -b
