import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A span as it came, in words. Ids are hexadecimal. */
export interface ReceivedSpan {
  readonly node: string;
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parent: string;
  readonly attributes: Readonly<Record<string, string | bigint>>;
  /** `<trace id>-<span id>` of each. */
  readonly links: readonly string[];
}

/** The fields of a message of Protocol Buffers, by number: bytes, or a number. */
const fieldsOf = (bytes: Buffer): ReadonlyMap<number, readonly (Buffer | bigint)[]> => {
  const fields = new Map<number, (Buffer | bigint)[]>();
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++]!;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const take = (length: number): Buffer => bytes.subarray(at, (at += length));
  while (at < bytes.length) {
    const tag = Number(varint());
    const wire = tag & 7;
    const value = wire === 0 ? varint() : take(wire === 2 ? Number(varint()) : wire === 1 ? 8 : 4);
    fields.set(tag >> 3, [...(fields.get(tag >> 3) ?? []), value]);
  }
  return fields;
};

type Fields = ReturnType<typeof fieldsOf>;
const inner = (fields: Fields, number: number): Fields[] =>
  (fields.get(number) ?? []).map((bytes) => fieldsOf(bytes as Buffer));
const hex = (fields: Fields, number: number): string =>
  (fields.get(number)?.[0] as Buffer | undefined)?.toString('hex') ?? '';
const text = (fields: Fields, number: number): string => String(fields.get(number)?.[0] ?? '');

const attributesOf = (fields: Fields, number: number): Record<string, string | bigint> =>
  Object.fromEntries(
    inner(fields, number).map((one) => {
      const [value] = inner(one, 2);
      const number = value?.get(3)?.[0];
      return [text(one, 1), typeof number === 'bigint' ? number : text(value ?? new Map(), 1)];
    }),
  );

/** opentelemetry-proto: ExportTraceServiceRequest, ResourceSpans, ScopeSpans, Span. */
const spansIn = (request: Buffer): ReceivedSpan[] =>
  inner(fieldsOf(request), 1).flatMap((ofResource) => {
    const [resource] = inner(ofResource, 1);
    const node = String(attributesOf(resource ?? new Map(), 1)['service.instance.id']);
    return inner(ofResource, 2)
      .flatMap((ofScope) => inner(ofScope, 2))
      .map((span) => ({
        ...{ node, name: text(span, 5), kind: Number(span.get(6)?.[0]) },
        ...{ traceId: hex(span, 1), spanId: hex(span, 2), parent: hex(span, 4) },
        attributes: attributesOf(span, 9),
        links: inner(span, 13).map((link) => `${hex(link, 1)}-${hex(link, 2)}`),
      }));
  });

/** An OpenTelemetry collector on the loopback interface that keeps what it is sent. */
export class Collector {
  readonly #requests: { readonly path: string; readonly body: Buffer }[] = [];

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<Collector> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const collector = new Collector(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('request', (req, res) => {
      void buffer(req).then((body) => {
        collector.#requests.push({ path: req.url ?? '', body });
        res.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
      });
    });
    return collector;
  }

  get paths(): readonly string[] {
    return [...new Set(this.#requests.map(({ path }) => path))];
  }

  get spans(): readonly ReceivedSpan[] {
    return this.#requests.flatMap(({ body }) => spansIn(body));
  }

  /** Everything that came, as text. */
  get text(): string {
    return this.#requests.map(({ body }) => body.toString('latin1')).join('\n');
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
