interface Progress {
  readonly verified: number;
  readonly total: number;
}

const EVERY_MS = 1000;

/** Lines on standard error: how far, how fast and how long still; one a second at most, and one at the end. */
export const progressLines = (
  name: string,
  now: () => number = () => performance.now(),
  write: (line: string) => void = (line) => void process.stderr.write(line),
): ((progress: Progress) => void) => {
  let begun: { readonly at: number; readonly done: number } | undefined;
  let told = -EVERY_MS;
  return ({ verified, total }) => {
    const at = now();
    begun ??= { at, done: verified };
    if (verified < total && at - told < EVERY_MS) return;
    told = at;
    const rate = ((verified - begun.done) * 1000) / (at - begun.at);
    const known = Number.isFinite(rate) && rate > 0;
    const left = known ? `, ${Math.round(rate)}/s, ${Math.ceil((total - verified) / rate)} s left` : '';
    write(`${name}: ${verified} of ${total} entries${left}\n`);
  };
};
