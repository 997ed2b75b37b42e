/** The event inside a signed fact, as anybody may read it. */
export const eventIn = (jws: string): Readonly<Record<string, unknown>> => {
  const [, payload = ''] = jws.split('.');
  return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Readonly<Record<string, unknown>>;
};

/** The value of a metric in a scrape, given its name and labels; undefined when it is not there. */
export const metricIn = (text: string, metric: string): number | undefined => {
  const line = text.split('\n').find((one) => one.startsWith(`${metric} `));
  return line === undefined ? undefined : Number(line.slice(metric.length + 1));
};
