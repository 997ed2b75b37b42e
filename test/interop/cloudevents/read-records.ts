import { CloudEvent, Kafka, type KafkaMessage } from 'cloudevents';

/** A record as any Kafka client hands it over. */
export interface KafkaRecord {
  readonly key: string;
  readonly value: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * What a generic CloudEvents client makes of a record of the hub (CloudEvents Kafka binding 1.0, structured mode).
 * @throws when the client does not take the record for one CloudEvent
 */
export const eventOf = ({ key, value, headers }: KafkaRecord): CloudEvent<unknown> => {
  const text = Buffer.from(value).toString('utf8');
  const message: KafkaMessage<string> = { key, value: text, body: text, headers: { ...headers } };
  const event = Kafka.toEvent(message);
  if (!(event instanceof CloudEvent)) throw new Error('one event expected');
  event.validate();
  return event;
};

/** The compact JWS of a record: the detached signature with its payload put back (RFC 7515 appendix F). */
export const compactOf = ({ value, headers }: KafkaRecord): string => {
  const [header, payload, signature] = (headers['jws'] ?? '').split('.');
  if (!header || payload !== '' || !signature) throw new Error('no detached signature beside the record');
  return `${header}.${Buffer.from(value).toString('base64url')}.${signature}`;
};

/** Every record that a node has published so far, oldest first. */
const publishedBy = async (node: string, file: string): Promise<KafkaRecord[]> => {
  const { openSqliteBroker } = await import('@delta-hub/broker/sqlite');
  const broker = await openSqliteBroker(file);
  const topic = `delta-hub.${node}.events.v1`;
  const count = Number(await broker.lag(topic, []));
  if (count === 0) throw new Error(`${topic} holds no record`);
  const records: KafkaRecord[] = [];
  const all = Promise.withResolvers<void>();
  const subscription = await broker.subscribe(topic, [], (record) => {
    if (records.length < count) records.push(record);
    if (records.length === count) all.resolve();
    return Promise.resolve();
  });
  await Promise.race([all.promise, subscription.finished]);
  await subscription.stop();
  await broker.close();
  return records;
};

/** `read-records.ts BROKER_FILE NODE`: the compact JWS of each record on standard output, what was read on standard error. */
if (import.meta.main)
  for (const record of await publishedBy(process.argv[3]!, process.argv[2]!)) {
    const { id, type } = eventOf(record);
    console.error(`record ${id} ${type}: read`);
    console.log(compactOf(record));
  }
