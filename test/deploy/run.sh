#!/usr/bin/env bash
# The files of deploy/, checked by the linters and schemas of their own fields: the image by hadolint, Compose by the
# schema of the Compose specification, the chart's values by their schema and its manifests by those of Kubernetes.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/../.."
KUBERNETES=1.33

for tool in go python3; do
  command -v "$tool" >/dev/null || { echo "missing: $tool" >&2; exit 1; }
done
[ -x "$here/.venv/bin/python" ] || python3 -m venv "$here/.venv"
bin="$here/.venv/bin"
"$bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$here/requirements.txt"
manifests=$(mktemp)
trap 'rm -f "$manifests"' EXIT

echo '--- the image'
"$bin/hadolint" deploy/Dockerfile
echo '--- Compose'
"$bin/check-jsonschema" --builtin-schema vendor.compose-spec deploy/compose.yaml deploy/compose.four-nodes.yaml
echo '--- the chart'
"$bin/check-jsonschema" --check-metaschema deploy/helm/values.schema.json
"$bin/check-jsonschema" --schemafile deploy/helm/values.schema.json deploy/helm/values.yaml
for values in '' "$here/sparse.yaml"; do
  (cd "$here/render" && go run . ../../../deploy/helm trial $values) >"$manifests"
  "$bin/kubernetes-validate" --kubernetes-version "$KUBERNETES" --strict --no-warn "$manifests"
  # A rule without anybody in its list is one for everybody.
  "$bin/python" - "$manifests" <<'END'
import sys, yaml
for manifest in yaml.safe_load_all(open(sys.argv[1])):
    if manifest and manifest["kind"] == "NetworkPolicy":
        for way, side in (("ingress", "from"), ("egress", "to")):
            for rule in manifest["spec"].get(way) or []:
                assert rule.get(side), f"NetworkPolicy: {way} for everybody"
END
done
