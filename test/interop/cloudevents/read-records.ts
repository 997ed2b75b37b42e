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
