import { type Broker, BrokerError, type BrokerSubscription, type OutgoingRecord } from '@delta-hub/broker';
import { ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import { linksTo } from './span-context.js';

/**
 * A broker whose work is seen as spans (OpenTelemetry's conventions for messaging): `send <topic>` for every call that sends,
 * `process <topic>` for every record. Records of many requests go in one call, so spans do not continue a request's trace
 * but link to it. Nothing of a record's content becomes an attribute.
 */
export class TracedBroker implements Broker {
  constructor(
    private readonly broker: Broker,
    private readonly tracer: Tracer,
    private readonly of: { readonly system: string; readonly clientId: string },
  ) {}

  publish(...[topic, records]: Parameters<Broker['publish']>): Promise<void> {
    const count = { 'messaging.batch.message_count': records.length };
    const span = this.#begin('send', topic, SpanKind.PRODUCER, records, records.length === 1 ? {} : count);
    return during(span, () => this.broker.publish(topic, records));
  }

  subscribe(...[topic, after, handler]: Parameters<Broker['subscribe']>): Promise<BrokerSubscription> {
    return this.broker.subscribe(topic, after, (record) => {
      const span = this.#begin('process', topic, SpanKind.CONSUMER, [record], {
        'messaging.destination.partition.id': `${record.partition}`,
        ...(this.of.system === 'kafka' ? { 'messaging.kafka.offset': Number(record.offset) } : {}),
      });
      return during(span, () => handler(record));
    });
  }

  lag(...[topic, after]: Parameters<Broker['lag']>): Promise<bigint> {
    return this.broker.lag(topic, after);
  }

  close(): Promise<void> {
    return this.broker.close();
  }

  #begin(
    operation: 'send' | 'process',
    topic: string,
    kind: SpanKind,
    records: readonly OutgoingRecord[],
    more: Readonly<Record<string, string | number>>,
  ): Span {
    const attributes = {
      'messaging.system': this.of.system,
      'messaging.operation.name': operation,
      'messaging.operation.type': operation,
      'messaging.destination.name': topic,
      'messaging.client.id': this.of.clientId,
      ...more,
    };
    const links = linksTo(eventsIn(records));
    return this.tracer.startSpan(`${operation} ${topic}`, { kind, attributes, links }, ROOT_CONTEXT);
  }
}

const during = async <T>(span: Span, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR });
    span.setAttribute('error.type', error instanceof BrokerError ? error.code : (error as Error).name);
    throw error;
  } finally {
    span.end();
  }
};

/** Nothing is known here of who wrote a record. */
const eventsIn = (records: readonly OutgoingRecord[]): readonly Uint8Array[] =>
  records.filter(({ headers }) => headers['content-type'] === 'application/cloudevents+json').map(({ value }) => value);
