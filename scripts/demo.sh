#!/usr/bin/env bash
# npm run demo: sets everything up, captures real traffic live where that is allowed, else replays a
# recorded capture, and shows the dataset it made in demo-output/. Ends 0 only if the dataset has rows.
#
# Traffic is made between two hosts of our own, so nobody else's packets are seen. Tried in this order:
#   1. named network namespaces       root
#   2. unnamed network namespaces     root in a container that may not mount
#   3. namespaces of our own user     anybody, where the kernel lets users have namespaces
#   4. loopback                       CAP_NET_RAW only
#   5. a replay of examples/captures/mixed.pcap
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PATH:/usr/sbin:/sbin"

readonly OUT=demo-output
readonly CSV=$OUT/packets.csv JSON=$OUT/packets.json LOG=$OUT/netpipe.log
readonly RECORDED=examples/captures/mixed.pcap
readonly LEFT4=192.0.2.1 RIGHT4=192.0.2.2 LEFT6=2001:db8::1 RIGHT6=2001:db8::2
readonly OPEN_SECONDS=30

say() { printf 'demo: %s\n' "$*"; }

left=() right=()     # what to put before a command so that it runs on that host
device='' place=''   # where the capture listens, and what to call it
background=()        # processes to end
named=()             # namespaces to delete
why_no_live=''

cleanup() {
  trap - EXIT
  local pid ns
  for pid in "${background[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  for ns in "${named[@]}"; do ip netns del "$ns" 2>/dev/null || true; done
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

have() { command -v "$1" >/dev/null; }
quietly() { "$@" >/dev/null 2>&1; }

# --- two hosts ---------------------------------------------------------------------------------

named_namespaces() {
  local id=demo$$ ns
  for ns in "$id-left" "$id-right"; do
    quietly ip netns add "$ns" || return 1
    named+=("$ns")
  done
  left=(ip netns exec "$id-left") right=(ip netns exec "$id-right")
  join_hosts "$id-right"
}

# A namespace lives as long as a process in it: here two that sleep.
unnamed_namespaces() {
  local left_pid right_pid
  quietly unshare --net true || return 1
  unshare --net sleep 600 & left_pid=$!
  unshare --net sleep 600 & right_pid=$!
  background+=("$left_pid" "$right_pid")
  entered net "$left_pid" && entered net "$right_pid" || return 1
  left=(nsenter --net="/proc/$left_pid/ns/net") right=(nsenter --net="/proc/$right_pid/ns/net")
  join_hosts "$right_pid"
}

# As above, with a user namespace around both, in which we may do what root may.
user_namespaces() {
  local left_pid right_pid
  quietly unshare --user --map-root-user --net true || return 1
  unshare --user --map-root-user --net sleep 600 & left_pid=$!
  background+=("$left_pid")
  entered net "$left_pid" || return 1
  left=(nsenter --user --net --preserve-credentials --target "$left_pid")
  "${left[@]}" unshare --net sleep 600 & right_pid=$!
  background+=("$right_pid")
  entered net "$right_pid" "$left_pid" || return 1
  right=(nsenter --user --net --preserve-credentials --target "$right_pid")
  join_hosts "$right_pid"
}

# entered KIND PID [OTHER]: waits until PID has a namespace that neither we nor OTHER have
entered() {
  local _ its
  for _ in $(seq 50); do
    its=$(readlink "/proc/$2/ns/$1" 2>/dev/null || true)
    [ -z "$its" ] || [ "$its" = "$(readlink "/proc/self/ns/$1")" ] ||
      [ "$its" = "$(readlink "/proc/${3:-self}/ns/$1")" ] || return 0
    sleep 0.1
  done
  return 1
}

# join_hosts RIGHT: a virtual cable from the left host to the one `ip` knows as RIGHT
join_hosts() {
  quietly "${left[@]}" ip link add demo0 type veth peer name demo1 netns "$1" || return 1
  configure demo0 "$LEFT4" "$LEFT6" "${left[@]}" && configure demo1 "$RIGHT4" "$RIGHT6" "${right[@]}" || return 1
  device=demo0
  settled
}

# configure DEVICE IPV4 IPV6 PREFIX...; a kernel may be without IPv6
configure() {
  local name=$1 v4=$2 v6=$3
  shift 3
  "$@" ip link set lo up && "$@" ip addr add "$v4/24" dev "$name" && "$@" ip link set "$name" up || return 1
  quietly "$@" ip -6 addr add "$v6/64" dev "$name" nodad || true
}

settled() {
  local _
  for _ in $(seq 20); do
    quietly "${left[@]}" ping -c 1 -W 1 "$RIGHT4" && return 0
    sleep 0.1
  done
  return 1
}

forget_hosts() {
  left=() right=() device=''
}

# --- what is allowed here ----------------------------------------------------------------------

# Prints why cap cannot capture on a device, and nothing if it can.
why_not_on() {
  "${left[@]}" node --input-type=module -e '
    try {
      const { openCapSource } = await import(process.argv[1]);
      const source = await openCapSource({ device: process.argv[2], bufferMb: 1 });
      await source.close();
    } catch (error) {
      console.log(error.message);
    }
  ' "$PWD/packages/capture/dist/index.js" "$1" 2>/dev/null
}

# Sets left, right, device and place; false, and why_no_live, if nothing can be captured.
find_place() {
  local kind name
  if ! (cd packages/capture && quietly node -e 'require("cap")'); then
    why_no_live='the capture module cap is not built (npm run setup says why)'
    return 1
  fi
  if have ip && have ping && have curl; then
    for kind in named_namespaces unnamed_namespaces user_namespaces; do
      name=${kind//_/ }
      if "$kind" && why_no_live=$(why_not_on "$device") && [ -z "$why_no_live" ]; then
        place="between two hosts made for this, in $name"
        return 0
      fi
      say "cannot use $name here${why_no_live:+: $why_no_live}"
      forget_hosts
    done
  fi
  why_no_live=$(why_not_on lo)
  [ -z "$why_no_live" ] || return 1
  if ! have curl || ! have ping; then
    why_no_live='curl and ping are missing'
    return 1
  fi
  device=lo place='on loopback (there is no ARP on it)'
}

# --- traffic -----------------------------------------------------------------------------------

# On loopback the servers get an address that nobody else uses, and ports that need no permission.
choose_addresses() {
  server4=$RIGHT4 server6=$RIGHT6 bound_to=:: http_port=80 dns_port=53
  [ "$device" = lo ] || return 0
  server4=127.86.0.1 server6=::1 bound_to=$server4 http_port=18080
  [ "$(id -u)" = 0 ] || dns_port=5355
}

start_servers() {
  "${right[@]}" node scripts/example-servers.mjs "address=$bound_to" "http=$http_port" "dns=$dns_port" echo=7007 >"$OUT/servers.log" 2>&1 &
  background+=($!)
  wait_until 'the servers' grep -q ready "$OUT/servers.log"
}

wait_until() { # wait_until WHAT COMMAND...
  local what=$1 end=$((SECONDS + OPEN_SECONDS))
  shift
  until "$@" 2>/dev/null; do
    [ "$SECONDS" -lt "$end" ] || { say "$what did not start"; return 1; }
    sleep 0.1
  done
}

make_traffic() {
  local round web4=http://$server4:$http_port web6=http://[$server6]:$http_port
  for round in 1 2 3; do
    quietly curl_left "$web4/" "$web4/bytes/$((round * 2000))" "$web4/no-such-page" || true
    quietly curl_left -H 'content-type: application/json' -d "{\"round\": $round}" "$web4/readings" || true
    [ "$device" = lo ] || quietly curl_left "$web6/bytes/3000" || true
    look_up "www.example.test" "host$round.example.test" nowhere.invalid
    quietly "${left[@]}" ping -c 3 -i 0.2 "$server4" || true
    quietly "${left[@]}" ping -c 2 -i 0.2 "$server6" || true
    [ "$device" = lo ] || quietly "${left[@]}" arping -c 1 -I "$device" "$server4" || true
  done
}

curl_left() { "${left[@]}" curl -sS --max-time 5 --noproxy '*' "$@"; }

look_up() {
  "${left[@]}" node -e '
    const { Resolver } = require("node:dns").promises;
    const [server, ...names] = process.argv.slice(1);
    const resolver = new Resolver({ timeout: 1000, tries: 1 });
    resolver.setServers([server]);
    const nothing = () => {};
    for (const name of names) resolver.resolve4(name).catch(nothing).then(() => resolver.resolve6(name)).catch(nothing);
  ' "$server4:$dns_port" "$@"
}

# --- the pipeline ------------------------------------------------------------------------------

capture_live() {
  local before capture filter=()
  choose_addresses
  start_servers || return 1
  # Whatever else runs over this machine's loopback is none of the demo's business.
  [ "$device" != lo ] || filter=(--filter "host $server4 or icmp6")
  say "capturing on $device, $place; log in $LOG"
  before=$(packet_sockets)
  "${left[@]}" node packages/cli/bin/netpipe.js run --device "$device" "${filter[@]}" --output-csv "$CSV" \
    --archive-json "$JSON" >"$LOG" 2>&1 &
  capture=$!
  background+=("$capture")
  wait_until 'the capture' capture_listens "$before" "$capture" || return 1
  make_traffic
  sleep 1
  kill -INT "$capture" 2>/dev/null || true
  wait "$capture" || { say "the capture failed: $(tail -n 1 "$LOG")"; return 1; }
  cat "$LOG"
}

# Sockets that see packets: the sixth column of /proc/net/packet is 1 once one is open.
# shellcheck disable=SC2016 # awk's $6
packet_sockets() { "${left[@]}" awk '$6 == 1' /proc/net/packet 2>/dev/null | wc -l; }

capture_listens() {
  kill -0 "$2" || return 0
  [ "$(packet_sockets)" -gt "$1" ] && sleep 0.5
}

replay() {
  say "replaying $RECORDED"
  node packages/cli/bin/netpipe.js run --read "$RECORDED" --output-csv "$CSV" --archive-json "$JSON"
}

bash scripts/setup.sh
rm -rf "$OUT"
mkdir -p "$OUT"
if find_place; then
  capture_live || { rm -f "$CSV" "$JSON"*; say 'the live capture did not work'; replay; }
else
  say "no live capture: $why_no_live"
  replay
fi
node scripts/show-dataset.mjs "$CSV"
