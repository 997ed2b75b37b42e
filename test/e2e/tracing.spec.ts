import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Collector } from './collector.js';
import { hub, PATIENCE_MS } from './running-hub.js';

const [INTERNAL, SERVER, PRODUCER, CONSUMER] = [1, 2, 4, 5];

let collector: Collector;
beforeAll(async () => {
  collector = await Collector.start();
  const { code, stderr } = await hub(['demo', '--json'], {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_BSP_SCHEDULE_DELAY: '200',
  });
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
}, PATIENCE_MS);
afterAll(() => collector.stop());

describe('spans of a play at a collector', () => {
  it('come from every node, for requests, sending, processing and the log, and no others', () => {
    const { spans, paths } = collector;
    expect(paths).toEqual(['/v1/traces']);
    expect([...new Set(spans.map(({ node }) => node))].toSorted()).toEqual(['31', '32', '33', '34']);
    const others = spans.filter(
      ({ name }) =>
        !/^(POST \/graphql|sequence|(send|process) delta-hub\.3[1-4]\.(events|heartbeats|copies|checkpoints)\.v1)$/.test(
          name,
        ),
    );
    expect(others.map(({ name }) => name)).toEqual([]);
  });

  it('a fact is linked to the request that made it, where it is sent, processed, and put into a log', () => {
    const { spans } = collector;
    const at = (node: string, name: string) => spans.filter((span) => span.node === node && span.name === name);
    const requests = new Set(at('32', 'POST /graphql').map(({ traceId, spanId }) => `${traceId}-${spanId}`));
    for (const [node, name, kind] of [
      ['32', 'send delta-hub.32.events.v1', PRODUCER],
      ['31', 'process delta-hub.32.events.v1', CONSUMER],
      ['32', 'sequence', INTERNAL],
      ['31', 'sequence', INTERNAL],
    ] as const) {
      const found = at(node, name);
      expect(found.map((span) => [span.kind, span.parent])).toEqual(found.map(() => [kind, '']));
      expect(found.flatMap(({ links }) => links).filter((link) => requests.has(link)).length).toBeGreaterThan(3);
    }
    expect(at('32', 'POST /graphql').every(({ kind }) => kind === SERVER)).toBe(true);
  });

  it('say what OpenTelemetry names for messaging', () => {
    const found = collector.spans.find(({ node, name }) => node === '31' && name === 'process delta-hub.32.events.v1');
    expect(found?.attributes).toEqual({
      'messaging.system': 'sqlite',
      'messaging.operation.name': 'process',
      'messaging.operation.type': 'process',
      'messaging.destination.name': 'delta-hub.32.events.v1',
      'messaging.client.id': 'delta-hub.31',
      'messaging.destination.partition.id': '0',
    });
  });

  it('say how many facts went into the log, and how long it is', () => {
    const found = collector.spans.filter(({ node, name }) => node === '32' && name === 'sequence');
    const told = found.map(({ attributes }) => [
      attributes['delta_hub.ledger.entries'] as bigint,
      attributes['delta_hub.ledger.size'] as bigint,
    ]);
    let size = 0n;
    // The last two sendings of a node may be under way together.
    for (const [entries, after] of told.toSorted(([, one], [, other]) => Number(one! - other!))) {
      size += entries!;
      expect(after).toBe(size);
    }
    expect(size).toBeGreaterThan(20n);
  });

  it('carry nothing of a person, a case, an officer or a token', () => {
    // A few letters also come up in random ids: an agency is told by its number, a token by the length of its first part.
    const told = [/T-320509/, /transfer-/, /officer/, /cca-\d{6}/, /eyJ[\w-]{16}/].filter((word) =>
      word.test(collector.text),
    );
    expect(told).toEqual([]);
  });
});

describe('a collector', () => {
  it(
    'that is not there keeps nobody from working or from ending',
    async () => {
      const { code, stdout } = await hub(['demo', '--json'], {
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
        OTEL_BSP_SCHEDULE_DELAY: '200',
      });
      expect([code, (JSON.parse(stdout) as { ok: boolean }).ok]).toEqual([0, true]);
    },
    PATIENCE_MS,
  );

  it(
    'of another protocol than http/protobuf is refused by name',
    async () => {
      const { code, stderr } = await hub(['node', '--node', '32'], {
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
        OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      });
      expect([code, stderr.split(': ').slice(0, 2)]).toEqual([2, ['CONFIG_INVALID', 'OTEL_EXPORTER_OTLP_PROTOCOL']]);
    },
    PATIENCE_MS,
  );
});
