#!/usr/bin/env bash
# npm run demo:antinex: live predictions on one machine. Starts a Redis and an antinex-server of its own,
# trains the example model (examples/full-django.json), replays a capture with attacks in it through an
# agent, Redis and the packet-processor, and shows the file of predictions in demo-output/antinex/.
#
# Listens on 127.0.0.1 only, on ports that are free, and ends all it started. Ends 0 only if every packet
# has a prediction. usage: antinex-demo.sh [--no-setup]; DEMO_OUTPUT is another folder for the output.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly OUT=${DEMO_OUTPUT:-demo-output/antinex}
readonly CAPTURE=$OUT/traffic.pcap DATASET=$OUT/packets.csv PREDICTIONS=$OUT/packets.predictions.csv
readonly MODEL=examples/full-django.json ATTACKER=192.0.2.66
readonly START_SECONDS=30 PREDICT_TIME=2m LONGEST=5m

say() { printf 'demo: %s\n' "$*"; }

background=()
cleanup() {
  trap - EXIT
  local pid
  for pid in "${background[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

wait_until() { # wait_until WHAT LOG COMMAND...
  local what=$1 log=$2 end=$((SECONDS + START_SECONDS))
  shift 2
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || { say "$what did not start:"; tail -n 3 "$log"; return 1; }
    sleep 0.1
  done
}

free_port() {
  node -e '
    const server = require("node:net").createServer();
    server.listen(0, "127.0.0.1", () => { console.log(server.address().port); server.close(); });
  '
}

start_redis() {
  if ! command -v redis-server >/dev/null; then
    say 'redis-server is needed: npm run setup says what to install'
    return 1
  fi
  local port
  port=$(free_port)
  redis-server --port "$port" --bind 127.0.0.1 --save '' --dir "$OUT" >"$OUT/redis.log" 2>&1 &
  background+=($!)
  wait_until Redis "$OUT/redis.log" redis-cli -p "$port" ping
  broker=redis://127.0.0.1:$port/15
}

start_server() {
  ANTINEX_PASSWORD=$password node packages/antinex-server/bin/antinex-server.js --json --port 0 \
    --data "$OUT/data" --dataset-dir examples/datasets >"$OUT/server.json" 2>"$OUT/antinex-server.log" &
  background+=($!)
  wait_until antinex-server "$OUT/antinex-server.log" grep -q url "$OUT/server.json"
  url=$(node -p 'JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8")).url' "$OUT/server.json")
}

train() {
  API_PASSWORD=$password node packages/antinex-client/bin/ai-train-dnn.js -f "$MODEL" -u root -a "$url" \
    2>"$OUT/ai-train-dnn.log" || { tail -n 3 "$OUT/ai-train-dnn.log"; return 1; }
}

# What envs/antinex-dev.env says of requests holds; where the API is and the password are ours.
start_processor() { # start_processor PACKETS
  ANTINEX_URL=$url ANTINEX_PASSWORD=$password timeout "$LONGEST" node packages/packet-processor/bin/packet-processor.js \
    --env-file envs/antinex-dev.env --broker "$broker" --output-csv "$DATASET" \
    --stop-after-num "$1" --antinex-end-wait "$PREDICT_TIME" >"$OUT/packet-processor.log" 2>&1 &
  processor=$!
  background+=("$processor")
}

# As root the agent becomes nobody, who need not be allowed to read the file.
replay() {
  node packages/capture-tcp/bin/capture-tcp.js --read - --filter '' --source demo --broker "$broker" \
    <"$CAPTURE" >"$OUT/capture-tcp.log" 2>&1 ||
    { say 'the agent failed:'; tail -n 3 "$OUT/capture-tcp.log"; return 1; }
}

[ "${1:-}" = --no-setup ] || bash scripts/setup.sh --antinex
rm -rf "$OUT"
mkdir -p "$OUT"
password=$(node -p 'require("node:crypto").randomBytes(18).toString("base64url")')
packets=$(node scripts/antinex-demo-capture.mjs "$CAPTURE")
start_redis
start_server
say "training $MODEL at $url"
train
say "replaying $CAPTURE, $packets packets: agent -> Redis -> packet-processor -> antinex-server"
start_processor "$packets"
replay
wait "$processor" || { say 'the packet-processor failed:'; tail -n 3 "$OUT/packet-processor.log"; exit 1; }
tail -n 8 "$OUT/packet-processor.log" | grep -v '^{' || true
node scripts/show-predictions.mjs "$PREDICTIONS" "$ATTACKER"
predicted=$(($(wc -l <"$PREDICTIONS") - 1))
[ "$predicted" = "$packets" ] || { say "only $predicted of $packets packets have a prediction"; exit 1; }
