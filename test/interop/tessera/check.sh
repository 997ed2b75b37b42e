#!/usr/bin/env bash
# Tessera's own tools: `check.sh build BIN` builds them; `check.sh fsck BIN URL VKEY [TOKEN]` has fsck recompute a log;
# `check.sh hammer BIN DIR` loads a scratch log in DIR with hammer, at most ten minutes, and then has fsck recompute it.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
hub=$here/../../../apps/hub/dist/main.js
command=$1 bin=$2

# fsck ends with 0 whatever it finds: what it says decides.
fsck() {
  local url=$1 vkey=$2 token=${3:-} said
  said=$(timeout 600 "$bin/fsck" --storage_url="$url" --public_key=<(printf %s "$vkey") --bearer_token="$token" --ui=false -N=2 -v=1 2>&1) || true
  if grep -q 'fsck failed' <<<"$said" || ! grep -q 'Completed ranges' <<<"$said"; then
    tail -n 20 <<<"$said" >&2
    echo "fsck does not accept $url" >&2
    return 1
  fi
}

case $command in
  build)
    mkdir -p "$bin"
    (cd "$here" && go build -o "$bin/" tool)
    ;;
  fsck) fsck "$3" "$4" "${5:-}" ;;
  hammer)
    dir=$3
    mkdir -p "$dir"
    node --no-warnings "$hub" ledger scratch --data "$dir/log" >"$dir/said.txt" &
    pid=$!
    trap 'kill "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true' EXIT
    for _ in $(seq 6000); do
      [ "$(wc -l <"$dir/said.txt")" -ge 2 ] && break
      kill -0 "$pid"
      sleep 0.1
    done
    { read -r url && read -r vkey; } <"$dir/said.txt"
    "$bin/hammer" --log_url="$url" --log_public_key="$vkey" --num_writers=256 --max_write_ops=100000 --max_read_ops=20 \
      --leaf_min_size=1024 --leaf_write_goal=10000 --max_runtime=10m --show_ui=false 2>"$dir/hammer.txt" ||
      { tail -n 20 "$dir/hammer.txt" >&2; exit 1; }
    grep -o 'Reached tree size goal.*' "$dir/hammer.txt"
    fsck "$url/" "$vkey"
    ;;
  *)
    echo "unknown: $command" >&2
    exit 2
    ;;
esac
