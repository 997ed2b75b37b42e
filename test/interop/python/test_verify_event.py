"""The verifier's own test, with keys and events made here: a good event passes, altered ones do not."""

import json
import tempfile
import unittest
from pathlib import Path

from joserfc import jws
from joserfc.jwk import KeySet, OKPKey

from verify_event import main, read_keys, verify

EVENT = {"specversion": "1.0", "id": "0", "type": "cn.delta-hub.transfer.applied.v1"}


def make_key(kid: str) -> OKPKey:
    return OKPKey.generate_key("Ed25519", {"kid": kid, "alg": "EdDSA", "use": "sig"})


def sign(key: OKPKey, **header: str) -> str:
    protected = {"alg": "EdDSA", "kid": "32/1", "typ": "hub-event+jws", **header}
    return jws.serialize_compact(protected, json.dumps(EVENT), key, algorithms=["EdDSA", "HS256"])


class Verify(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.key = make_key("32/1")
        self.jwks = self.write("jwks.json", json.dumps({"keys": [self.key.as_dict(private=False)]}))

    def write(self, name: str, text: str) -> str:
        path = self.folder / name
        path.write_text(text, encoding="ascii")
        return str(path)

    def test_good_event(self) -> None:
        self.assertEqual(verify(sign(self.key), read_keys(self.jwks)), EVENT)
        self.assertEqual(main(self.jwks, self.write("events.txt", sign(self.key))), 0)

    def test_no_event_is_a_failure(self) -> None:
        self.assertEqual(main(self.jwks, self.write("events.txt", "\n")), 1)

    def test_altered_events(self) -> None:
        keys = read_keys(self.jwks)
        head, payload, signature = sign(self.key).split(".")
        flipped = ("A" if signature[0] != "A" else "B") + signature[1:]
        for name, compact in {
            "signature": f"{head}.{payload}.{flipped}",
            "payload": f"{head}.{payload[:-4]}.{signature}",
            "stranger": sign(make_key("32/1")),
            "unknown key": sign(self.key, kid="32/9"),
            "other type": sign(self.key, typ="JWT"),
        }.items():
            with self.subTest(name), self.assertRaises(Exception):
                verify(compact, keys)

    def test_algorithm_is_pinned(self) -> None:
        secret = KeySet.import_key_set({"keys": [{"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQ", "kid": "32/1"}]})
        with self.assertRaises(Exception):
            verify(sign(secret.keys[0], alg="HS256"), secret)


if __name__ == "__main__":
    unittest.main()
