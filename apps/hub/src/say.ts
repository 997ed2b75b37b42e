/** Tells what a command has done: one JSON object with `--json`, a line for people without. */
export const say = (json: boolean, value: object, line: string): void =>
  void process.stdout.write(json ? `${JSON.stringify(value)}\n` : `${line}\n`);
