import { codeOf } from './faults.js';

/** Tells what a command has done: one JSON object with `--json`, a line for people without. */
export const say = (json: boolean, value: object, line: string): void =>
  void process.stdout.write(json ? `${JSON.stringify(value)}\n` : `${line}\n`);

/** Tells with `--json` also of an error that came before there was anything else to tell, as one object. Passes it on. */
export const tellingFaults = async <T>(json: boolean, run: () => Promise<T>): Promise<T> => {
  try {
    return await run();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (json) process.stdout.write(`${JSON.stringify({ ok: false, code: codeOf(error), message })}\n`);
    throw error;
  }
};
