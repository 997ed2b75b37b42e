#!/usr/bin/env bash
# `check.sh get BIN` fetches sigsum-witness of Debian (sid, package sigsum-go) without installing it; `check.sh run BIN DIR`
# has it cosign a scratch log in DIR, asked as a node asks its witnesses.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
hub=$here/../../../apps/hub/dist/main.js
command=$1 bin=$2

# The machine's own Debian mirror, another suite, and package lists of our own: nothing of the system changes.
get() {
  local apt=$bin/apt
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
  awk 'BEGIN { RS = "" } NR == 1' /etc/apt/sources.list.d/debian.sources | sed -e '/^#/d' -e 's/^Suites:.*/Suites: sid/' >"$apt/sid.sources"
  local options=(-q -o "Dir::Etc::SourceList=$apt/sid.sources" -o Dir::Etc::SourceParts=- -o "Dir::State::Lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o APT::Sandbox::User=root)
  apt-get "${options[@]}" update >"$apt/log" 2>&1 && (cd "$apt" && apt-get "${options[@]}" download sigsum-go >>log 2>&1) ||
    { tail -n 20 "$apt/log" >&2; return 1; }
  dpkg -x "$apt"/sigsum-go_*.deb "$bin"
}

case $command in
  get) get ;;
  run)
    dir=$3
    tools=$bin/usr/bin
    mkdir -p "$dir"
    "$tools/sigsum-key" generate -o "$dir/witness" >/dev/null
    node --no-warnings "$hub" ledger scratch --data "$dir/log" >"$dir/said.txt" &
    pids=$!
    trap 'kill $pids 2>/dev/null || true; wait $pids 2>/dev/null || true' EXIT
    for _ in $(seq 6000); do
      [ "$(wc -l <"$dir/said.txt")" -ge 2 ] && break
      kill -0 "$pids"
      sleep 0.1
    done
    node -p 'Buffer.from(JSON.parse(fs.readFileSync(process.argv[1], "utf8")).x, "base64url").toString("hex")' "$dir/log/scratch-key.json" |
      "$tools/sigsum-key" from-hex -o "$dir/log.pub"
    # The port may be somebody else's by the time the witness takes it.
    for _ in $(seq 10); do
      port=$(node "$here/../free-ports.mjs" 1)
      "$tools/sigsum-witness" -k "$dir/witness" --log-key "$dir/log.pub" --state-file "$dir/state" "127.0.0.1:$port" 2>"$dir/witness.log" &
      witness=$!
      pids="$pids $witness"
      node "$here/../wait-for.mjs" "$witness" --any "http://127.0.0.1:$port" && break
      if kill -0 "$witness" 2>/dev/null; then exit 1; fi
    done
    node --no-warnings "$here/cosigned.mjs" "http://127.0.0.1:$port" "$("$tools/sigsum-key" to-hex -k "$dir/witness.pub")" "$dir" ||
      { tail -n 20 "$dir/witness.log" >&2; exit 1; }
    ;;
  *)
    echo "unknown: $command" >&2
    exit 2
    ;;
esac
