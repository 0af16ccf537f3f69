#!/usr/bin/env bash
# Set-up, then all tests; arguments go to vitest. The last line is "N passed, N failed", and the exit
# code is 0 only when nothing failed and vitest itself came to its end.
set -uo pipefail
cd "$(dirname "$0")/.."

if ! bash scripts/setup.sh --tests; then
  echo 'test: the set-up failed' >&2
  echo '0 passed, 1 failed'
  exit 1
fi
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
node_modules/.bin/vitest run --reporter=default --reporter=json --outputFile.json="$results/vitest.json" "$@"
node scripts/test-totals.mjs "$results/vitest.json" $?
