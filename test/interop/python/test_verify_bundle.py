"""The bundles of test/vectors/evidence: what concerns the event's signature gets the hub's verdict from joserfc too."""

import json
import unittest
from pathlib import Path

from verify_bundle import main, open_bundle, trusted_keys

VECTORS = Path(__file__).parents[2] / "vectors" / "evidence"
TRUST = str(VECTORS / "trust.json")
REFUSED = {"EVENT_SIGNATURE", "EVENT_FORM", "EVENT_SIZE"}
"""What the hub says of an event that is not in the form of a JWS, or not signed by the key it names."""
STRANGERS = ("signed-by-a-stranger", "key-rotated", "key-introd", "key-planted", "key-proof", "key-event")
"""Beginnings of the names of bundles whose key is on no trust list: keys by key events are not read here."""


def bundle(name: str) -> str:
    return str(VECTORS / f"{name}.zip")


class Bundles(unittest.TestCase):
    def setUp(self) -> None:
        self.keys = trusted_keys(TRUST)

    def test_every_bundle_of_the_vectors(self) -> None:
        cases = json.loads((VECTORS / "cases.json").read_text(encoding="utf-8"))
        verified = 0
        for case in cases:
            with self.subTest(case["name"]):
                if case["code"] in REFUSED or case["name"].startswith(STRANGERS):
                    with self.assertRaises(Exception):
                        open_bundle(bundle(case["name"]), self.keys)
                else:
                    event = open_bundle(bundle(case["name"]), self.keys)
                    self.assertEqual(event["type"], "cn.delta-hub.transfer.applied.v1")
                    verified += 1
        self.assertGreater(verified, 7)

    def test_command(self) -> None:
        self.assertEqual(main(TRUST, bundle("sealed"), bundle("event-of-a-peer")), 0)
        self.assertEqual(main(TRUST), 1)


if __name__ == "__main__":
    unittest.main()
