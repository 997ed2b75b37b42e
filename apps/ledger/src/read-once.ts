/** Reads each place of a tree once: tiles by level and index, or nodes. For one task only; what is stored may grow. */
export const readOnce = <T>(read: (level: number, index: number) => T): ((level: number, index: number) => T) => {
  const seen = new Map<string, { readonly value: T }>();
  return (level, index) => {
    const place = `${level}/${index}`;
    const known = seen.get(place) ?? { value: read(level, index) };
    seen.set(place, known);
    return known.value;
  };
};
