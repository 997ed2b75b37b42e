/**
 * Puts in what a file writes in short: `$name` is the transfer of that name; a document that is only a kind becomes an
 * invented one, whose bytes would stay in the provincial system.
 */
export const bind = (value: unknown, transfers: Readonly<Record<string, string>>, scenario: string): unknown => {
  if (typeof value === 'string') return value.startsWith('$') ? (transfers[value.slice(1)] ?? value) : value;
  if (Array.isArray(value)) return value.map((item) => bind(item, transfers, scenario));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      name === 'documents' && Array.isArray(inner)
        ? inner.map((item: unknown) => (typeof item === 'string' ? documentOf(scenario, item) : item))
        : bind(inner, transfers, scenario),
    ]),
  );
};

const documentOf = (scenario: string, kind: string) => {
  const name = Buffer.from(`${scenario}/${kind}`.padEnd(32, '.'), 'ascii').subarray(0, 32);
  return { kind, digest: `sha-256:${name.toString('base64url')}`, size: 48_213 };
};
