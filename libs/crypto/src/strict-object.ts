/** An object read from JSON whose members are all known. */
export type Members = Readonly<Record<string, unknown>>;

/** Says what is wrong; never returns. */
export type Fail = (problem: string) => never;

/** The value as an object that has all `required` members and none beyond `required` and `optional`. */
export const strictObject = (
  value: unknown,
  required: readonly string[],
  optional: readonly string[],
  fail: Fail,
): Members => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return fail('not an object');
  const missing = required.find((name) => !Object.hasOwn(value, name));
  if (missing !== undefined) return fail(`${missing} is missing`);
  const unknown = Object.keys(value).find((name) => !required.includes(name) && !optional.includes(name));
  if (unknown !== undefined) return fail(`unknown field ${JSON.stringify(unknown.slice(0, 40))}`);
  return value as Members;
};
