import { isTraceparent } from '@delta-hub/contracts';
import type { Link, SpanContext } from '@opentelemetry/api';

/** Of a `traceparent` whose form has been checked (W3C Trace Context). */
export const contextOf = (traceparent: string | undefined): SpanContext | undefined => {
  if (traceparent === undefined) return undefined;
  const [, traceId = '', spanId = '', flags = '00'] = traceparent.split('-');
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
};

/** The other way round. */
export const traceparentOf = ({ traceId, spanId, traceFlags }: SpanContext): string =>
  `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;

/** Links to the traces that these facts belong to, each once. What cannot be read as a CloudEvent has no trace. */
export const linksTo = (events: readonly Uint8Array[]): Link[] => {
  const traces = new Set(events.flatMap((event) => traceparentIn(event) ?? []));
  return [...traces].flatMap((traceparent) => {
    const context = contextOf(traceparent);
    return context === undefined ? [] : [{ context }];
  });
};

const traceparentIn = (event: Uint8Array): string | undefined => {
  try {
    const { traceparent } = JSON.parse(Buffer.from(event).toString('utf8')) as { readonly traceparent?: unknown };
    return isTraceparent(traceparent) ? traceparent : undefined;
  } catch {
    return undefined;
  }
};
