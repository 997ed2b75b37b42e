"""Verifies signed events with joserfc, a JOSE library that knows nothing of Delta Hub.

    verify_event.py JWKS EVENTS

JWKS: file or http address of a node's keys. EVENTS: file with one compact JWS a line.
Prints one line per verified event; ends with 0 only if there was at least one and all verified.
"""

import json
import sys
import urllib.request

from joserfc import jws
from joserfc.jwk import KeySet

ALGORITHMS = ["EdDSA"]
"""Pinned: the header of a message must never choose how it is checked."""


def read_keys(place: str) -> KeySet:
    """The published keys of a node, by address or from a file."""
    if place.startswith("http://"):
        with urllib.request.urlopen(place, timeout=30) as response:
            return KeySet.import_key_set(json.load(response))
    with open(place, encoding="utf-8") as file:
        return KeySet.import_key_set(json.load(file))


def verify(compact: str, keys: KeySet) -> dict:
    """The CloudEvent inside a compact JWS, after its signature. Raises when anything is not as it must be."""
    token = jws.deserialize_compact(compact, keys, algorithms=ALGORITHMS)
    if sorted(token.headers()) != ["alg", "kid", "typ"] or token.headers()["typ"] != "hub-event+jws":
        raise ValueError(f"unexpected header {token.headers()}")
    event = json.loads(token.payload)
    if event["specversion"] != "1.0" or not event["type"].startswith("cn.delta-hub."):
        raise ValueError("not an event of the hub")
    return event


def main(jwks: str, events: str) -> int:
    keys = read_keys(jwks)
    with open(events, encoding="ascii") as file:
        compacts = file.read().split()
    for compact in compacts:
        event = verify(compact, keys)
        print(f"event {event['id']} {event['type']}: signature verified")
    return 0 if compacts else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
