import type { SpanContext } from '@opentelemetry/api';

/** Of a `traceparent` whose form has been checked (W3C Trace Context). */
export const contextOf = (traceparent: string | undefined): SpanContext | undefined => {
  if (traceparent === undefined) return undefined;
  const [, traceId = '', spanId = '', flags = '00'] = traceparent.split('-');
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
};

/** The other way round. */
export const traceparentOf = ({ traceId, spanId, traceFlags }: SpanContext): string =>
  `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
