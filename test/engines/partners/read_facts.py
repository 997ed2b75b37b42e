"""A partner region's reader in another language: facts of a node from Kafka, in a group of its own.

    read_facts.py BROKERS TOPIC GROUP JWKS

The CloudEvents SDK reads each record, joserfc verifies its detached signature (RFC 7515 appendix F) with the keys that the
node publishes at JWKS. Prints the id and type of each event; ends with 0 only if there was one and all verified.
"""

import base64
import json
import sys
import urllib.request

from cloudevents.core.bindings.kafka import KafkaMessage, from_kafka_event
from confluent_kafka import Consumer, KafkaError
from joserfc import jws
from joserfc.jwk import KeySet


def read(brokers: str, topic: str, group: str):
    """Every record that the topic has now, and where the group has got to is committed after it was used."""
    consumer = Consumer(
        {
            "bootstrap.servers": brokers,
            "group.id": group,
            "session.timeout.ms": 6000,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
        }
    )
    consumer.subscribe([topic])
    partitions = len(consumer.list_topics(topic, timeout=30).topics[topic].partitions)
    ended: set[int] = set()
    try:
        while len(ended) < partitions:
            record = consumer.poll(60)
            if record is None:
                raise TimeoutError("nothing came for a minute")
            if record.error():
                if record.error().code() != KafkaError._PARTITION_EOF:
                    raise RuntimeError(record.error())
                ended.add(record.partition())
                continue
            yield record
            consumer.commit(record, asynchronous=False)
    finally:
        consumer.close()


def verified(record, keys: KeySet):
    """The event of a record, after its signature. Raises when anything is not as it must be."""
    headers = dict(record.headers())
    header, nothing, signature = headers["jws"].decode("ascii").split(".")
    if nothing != "":
        raise ValueError("the signature beside a record is detached")
    payload = base64.urlsafe_b64encode(record.value()).rstrip(b"=").decode("ascii")
    jws.deserialize_compact(f"{header}.{payload}.{signature}", keys, algorithms=["EdDSA"])
    message = KafkaMessage(headers=headers, key=record.key(), value=record.value())
    return from_kafka_event(message)


def main(brokers: str, topic: str, group: str, jwks: str) -> int:
    with urllib.request.urlopen(jwks, timeout=30) as response:
        keys = KeySet.import_key_set(json.load(response))
    count = 0
    for record in read(brokers, topic, group):
        event = verified(record, keys)
        print(event.get_id(), event.get_type(), flush=True)
        count += 1
    return 0 if count > 0 else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
