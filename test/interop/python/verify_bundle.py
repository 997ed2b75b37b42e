"""Verifies with joserfc the signature of the event in an evidence bundle, with the key that a trust list has for it.

    verify_bundle.py TRUST BUNDLE...

TRUST: the relying party's trust list. Prints one line per verified bundle; ends with 0 only if all verified.
"""

import json
import sys
import zipfile

from joserfc.jwk import KeySet

from verify_event import verify


def trusted_keys(file: str) -> KeySet:
    """The event keys of all nodes by their kid, from a trust list."""
    with open(file, encoding="utf-8") as text:
        nodes = json.load(text)["nodes"]
    keys = [key for node in nodes for key in node["eventKeys"]]
    return KeySet.import_key_set(
        {"keys": [{**key["publicJwk"], "kid": key["kid"], "alg": key["alg"], "use": "sig"} for key in keys]}
    )


def open_bundle(file: str, keys: KeySet) -> dict:
    """The event of a bundle, after its signature. Raises when anything is not as it must be."""
    with zipfile.ZipFile(file) as bundle:
        return verify(bundle.read("event.jws").decode("ascii"), keys)


def main(trust: str, *bundles: str) -> int:
    keys = trusted_keys(trust)
    for bundle in bundles:
        event = open_bundle(bundle, keys)
        print(f"bundle of {event['id']} {event['type']}: signature verified")
    return 0 if bundles else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
