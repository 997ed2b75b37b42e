import type { Broker } from '@delta-hub/broker';
import type { RequestSpan } from '@delta-hub/gateway-app';
import type { BeginGroup } from '@delta-hub/ledger-app';
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { HubConfig } from '../config.js';
import { contextOf, linksTo, traceparentOf } from './span-context.js';
import { TracedBroker } from './traced-broker.js';

interface Options {
  readonly system: 'kafka' | 'sqlite';
  readonly sampler: HubConfig['OTEL_TRACES_SAMPLER'];
  readonly ratio: number;
  readonly delayMs: number;
}

/** A `Tracing` with spans for an OpenTelemetry collector. The exporter reads the OTEL_EXPORTER_OTLP_* variables by itself. */
export class OpenTelemetryTracing {
  readonly #provider: TracerProvider;
  readonly #tracer: Tracer;

  constructor(
    private readonly node: string,
    private readonly options: Options,
  ) {
    const own = resourceFromAttributes({ 'service.name': 'delta-hub', 'service.instance.id': node });
    const given = detectResources({ detectors: [envDetector] });
    this.#provider = new TracerProvider({
      resource: defaultResource().merge(own).merge(given),
      sampler: samplerOf(options),
      spanProcessors: [
        new BatchSpanProcessor({ exporter: new OTLPTraceExporter(), scheduledDelayMillis: options.delayMs }),
      ],
    });
    this.#tracer = this.#provider.getTracer('delta-hub');
  }

  around(broker: Broker): Broker {
    return new TracedBroker(broker, this.#tracer, { system: this.options.system, clientId: `delta-hub.${this.node}` });
  }

  request(traceparent: string | undefined): RequestSpan {
    const caller = contextOf(traceparent);
    const span = this.#tracer.startSpan(
      'POST /graphql',
      { kind: SpanKind.SERVER, attributes: { 'http.request.method': 'POST', 'http.route': '/graphql' } },
      caller === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, caller),
    );
    return {
      traceparent: traceparentOf(span.spanContext()),
      end: (status) => {
        span.setAttribute('http.response.status_code', status);
        if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', `${status}`);
        span.end();
      },
    };
  }

  readonly sequencing: BeginGroup = (events) => {
    const attributes = { 'delta_hub.ledger.entries': events.length };
    const links = linksTo(events.map(payloadOf));
    const span = this.#tracer.startSpan('sequence', { kind: SpanKind.INTERNAL, attributes, links }, ROOT_CONTEXT);
    return {
      sequenced: (size) => span.setAttribute('delta_hub.ledger.size', size).end(),
      failed: (code) => span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', code).end(),
    };
  };

  async close(): Promise<void> {
    // A collector that is not there must not keep a node from ending.
    await this.#provider.shutdown().catch(() => undefined);
  }
}

/** A stored event is a compact JWS; its second part is the CloudEvent. */
const payloadOf = ({ data }: { readonly data: Uint8Array }): Uint8Array =>
  Buffer.from(Buffer.from(data).toString('latin1').split('.')[1] ?? '', 'base64url');

const samplerOf = ({ sampler, ratio }: Options): Sampler => {
  const [isParentBased, name] = sampler.startsWith('parentbased_') ? [true, sampler.slice(12)] : [false, sampler];
  const root =
    name === 'traceidratio'
      ? new TraceIdRatioBasedSampler(ratio)
      : name === 'always_off'
        ? new AlwaysOffSampler()
        : new AlwaysOnSampler();
  return isParentBased ? new ParentBasedSampler({ root }) : root;
};
