/** How a call goes wrong: nothing happened, or it happened and the answer was lost. */
export type Failure = 'failed' | 'failed but persisted';

type Method = (...given: unknown[]) => unknown;

/** `target` with another method in the place of one of its own. */
export const replacing = <T extends object>(target: T, name: keyof T & string, by: (original: Method) => Method): T => {
  const original = (target[name] as Method).bind(target);
  const replacement = by(original);
  return new Proxy(target, {
    get: (of, asked) => {
      if (asked === name) return replacement;
      const value: unknown = Reflect.get(of, asked, of);
      return typeof value === 'function' ? (value as Method).bind(of) : value;
    },
  });
};

/** `target`, whose method fails at one of its calls (the first is 1) and at no other. */
export const failing = <T extends object>(target: T, name: keyof T & string, failure: Failure, at: number): T => {
  let calls = 0;
  return replacing(target, name, (original) => (...given) => {
    calls += 1;
    if (calls !== at) return original(...given);
    if (failure === 'failed but persisted') original(...given);
    throw new Error(`injected: ${name} ${failure} at call ${at}`);
  });
};
