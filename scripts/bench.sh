#!/usr/bin/env bash
# Set-up, then the benchmarks; they write docs/benchmarks.md. --quick takes a small capture and one run.
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/setup.sh
exec node bench/run.mjs "$@"
