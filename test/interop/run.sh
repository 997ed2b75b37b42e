#!/usr/bin/env bash
# Others read what the hub writes: a Go program checks ledgers and evidence, Tessera's fsck ledgers, Tessera's hammer loads one, sigsum-witness cosigns one,
# Python's joserfc checks signatures, the CloudEvents SDK reads records of the broker. First each reader's own test, then all against a running hub.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/../.."
PATH="$PWD/node_modules/.bin:$PATH"
export PYTHONDONTWRITEBYTECODE=1 PYTHONWARNINGS=ignore

# The verifier key of a node's log, as a trust list has it.
vkey_in() {
  node -p 'JSON.parse(fs.readFileSync(process.argv[1], "utf8")).nodes.find(({ node }) => node === process.argv[2]).ledgerKeys[0].vkey' "$1" "$2"
}

for tool in go python3 node; do
  command -v "$tool" >/dev/null || { echo "missing: $tool" >&2; exit 1; }
done

scratch=$(mktemp -d)
data=$scratch/data
hub_pid=
finish() {
  if [ -n "$hub_pid" ]; then
    kill "$hub_pid" 2>/dev/null || true
    wait "$hub_pid" 2>/dev/null || true
  fi
  rm -rf "$scratch"
}
trap finish EXIT

echo '--- the readers themselves'
(cd "$here/go" && go vet ./... && go test ./... && go build -o "$scratch/interop" .)
bash "$here/tessera/check.sh" build "$scratch/tessera"
bash "$here/sigsum/check.sh" get "$scratch/sigsum"
[ -x "$here/python/.venv/bin/python" ] || python3 -m venv "$here/python/.venv"
python="$here/python/.venv/bin/python"
"$python" -m pip install --quiet --disable-pip-version-check --requirement "$here/python/requirements.txt"
(cd "$here/python" && "$python" -m unittest --quiet)

[ -f apps/hub/dist/main.js ] || npm run --silent build
echo '--- a scratch log, loaded by hammer and recomputed by fsck of Tessera'
bash "$here/tessera/check.sh" hammer "$scratch/tessera" "$scratch/loaded"

echo '--- a scratch log, cosigned by sigsum-witness'
bash "$here/sigsum/check.sh" run "$scratch/sigsum" "$scratch/cosigned"

echo '--- the golden log, recomputed by fsck of Tessera'
vectors=$PWD/test/vectors
bash "$here/tessera/check.sh" fsck "$scratch/tessera" "file://$vectors/golden-log/" "$(vkey_in "$vectors/evidence/trust.json" 32)"

echo '--- a hub with one finished transfer'
node apps/hub/dist/main.js demo --json --data "$data" >"$scratch/demo.json" 2>"$scratch/demo.log" ||
  { tail -n 50 "$scratch/demo.log" >&2; exit 1; }
transfer=$(node -p 'JSON.parse(fs.readFileSync(process.argv[1], "utf8")).transfer.id' "$scratch/demo.json")
node apps/hub/dist/main.js up --data "$data" --port 0 >"$scratch/hub.log" 2>&1 &
hub_pid=$!
for _ in $(seq 6000); do
  grep -q 'Ctrl-C stops the hub' "$scratch/hub.log" && break
  kill -0 "$hub_pid" || { tail -n 50 "$scratch/hub.log" >&2; exit 1; }
  sleep 0.1
done
# Where a node is, as the hub says.
address_of() {
  sed -nE "s|^ +node $1 .* (http:[^ ]+)/graphql\$|\1|p" "$scratch/hub.log"
}
node "$here/wait-for.mjs" "$hub_pid" "$(address_of 32)/readyz" "$(address_of 31)/readyz" ||
  { tail -n 50 "$scratch/hub.log" >&2; exit 1; }

for node in 32:cca-320509 31:cca-310118; do
  IFS=: read -r id agency <<<"$node"
  address=$(address_of "$id")
  echo "--- node $id: ledger, by Go"
  node apps/hub/dist/main.js token --data "$data" --node "$id" --agency "$agency" --role inspector >"$scratch/token.txt"
  "$scratch/interop" -hub "$address" -trust "$data/nodes/$id/trust.json" -node "$id" -token "$scratch/token.txt" -transfer "$transfer"
  echo "--- node $id: ledger, by fsck of Tessera"
  bash "$here/tessera/check.sh" fsck "$scratch/tessera" "$address/ledger/" "$(vkey_in "$data/nodes/$id/trust.json" "$id")" "$(cat "$scratch/token.txt")"
  echo "--- node $id: records of the broker, by the CloudEvents SDK"
  node --no-warnings "$here/cloudevents/read-records.ts" "$data/broker.db" "$id" >"$scratch/events.txt"
  echo "--- node $id: their signatures, by joserfc"
  "$python" "$here/python/verify_event.py" "$address/.well-known/jwks.json" "$scratch/events.txt"
  echo "--- node $id: evidence for a fact, by Go and joserfc"
  event=$(node -p 'JSON.parse(Buffer.from(fs.readFileSync(process.argv[1], "latin1").split(".")[1], "base64url")).id' "$scratch/events.txt")
  node apps/hub/dist/main.js ledger prove "$address" "$event" --token "$(cat "$scratch/token.txt")" --out "$scratch/evidence.zip"
  "$scratch/interop" -trust "$data/nodes/$id/trust.json" -bundle "$scratch/evidence.zip" -witnesses 2
  "$python" "$here/python/verify_bundle.py" "$data/nodes/$id/trust.json" "$scratch/evidence.zip"
done
echo 'interoperability: passed'
