const DEEPEST = 64;

/**
 * The value of a text that is exactly its own RFC 8785 form, in a box; undefined for every other text. A parser keeps
 * one of two members with the same name, so what comes back equal had no duplicate names.
 */
export const parseCanonical = (text: string): { readonly value: unknown } | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return canonical(value) === text ? { value } : undefined;
  } catch {
    // JSON.parse has one error, and too deep a value is no canonical one either.
    return undefined;
  }
};

/** RFC 8785; undefined where the value has no exact form: an integer beyond 2^53 - 1, a lone surrogate, too deep. */
export const canonical = (value: unknown, depth = 0): string | undefined => {
  if (typeof value === 'string') return value.isWellFormed() ? JSON.stringify(value) : undefined;
  if (typeof value === 'number') return isExact(value) ? String(value) : undefined;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (depth === DEEPEST) return undefined;
  const members = value as Readonly<Record<string, unknown>>;
  const parts = Array.isArray(value)
    ? value.map((item) => canonical(item, depth + 1))
    : // Without a comparator, `sort` compares UTF-16 code units, as section 3.2.3 asks.
      Object.keys(members)
        .sort()
        .map((name) => {
          const [key, member] = [canonical(name), canonical(members[name], depth + 1)];
          return key === undefined || member === undefined ? undefined : `${key}:${member}`;
        });
  if (parts.includes(undefined)) return undefined;
  return Array.isArray(value) ? `[${parts.join(',')}]` : `{${parts.join(',')}}`;
};

const isExact = (number: number): boolean =>
  Number.isFinite(number) && (!Number.isInteger(number) || Number.isSafeInteger(number) || Math.abs(number) >= 1e21);
