const TRACEPARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Whether a header is a `traceparent` of W3C Trace Context, section 3.2.2, version 00; the schema of events has the same form. */
export const isTraceparent = (header: unknown): header is string =>
  typeof header === 'string' && TRACEPARENT.test(header);
