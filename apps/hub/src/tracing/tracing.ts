import type { Broker } from '@delta-hub/broker';
import type { RequestSpan } from '@delta-hub/gateway-app';
import type { BeginGroup } from '@delta-hub/ledger-app';
import type { HubConfig } from '../config.js';

/** The spans of one node. Nothing else of the hub knows how they are made or where they go. */
export interface Tracing {
  /** The same broker, with a span for every call that sends and every record that is processed. */
  around(broker: Broker): Broker;
  /** Begins the span of a request; its trace is the caller's where there is one. */
  request(traceparent: string | undefined): RequestSpan;
  /** Begins the span of a group of facts that goes into the log. */
  sequencing: BeginGroup;
  /** Sends what is left; waits no longer than the exporter may. */
  close(): Promise<void>;
}

/**
 * The tracing of a node as the standard OTEL_* variables have it; undefined when they name no collector. The SDK is loaded
 * only here and only then.
 */
export const openTracing = async (node: string, config: HubConfig): Promise<Tracing | undefined> => {
  const endpoint = config.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? config.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (endpoint === undefined || config.OTEL_SDK_DISABLED || config.OTEL_TRACES_EXPORTER === 'none') return undefined;
  const { OpenTelemetryTracing } = await import('./open-telemetry-tracing.js');
  return new OpenTelemetryTracing(node, {
    system: config.DELTA_HUB_BROKER,
    sampler: config.OTEL_TRACES_SAMPLER,
    ratio: config.OTEL_TRACES_SAMPLER_ARG,
    delayMs: config.OTEL_BSP_SCHEDULE_DELAY,
  });
};
