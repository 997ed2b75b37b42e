import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** Lets Node load our TypeScript as it lies there: the sources import each other as `.js`. */
const LOADER = `
  import { registerHooks } from 'node:module';
  registerHooks({
    resolve: (name, context, next) =>
      next(name.startsWith('.') && context.parentURL?.endsWith('.ts') ? name.replace(/\\.js$/, '.ts') : name, context),
  });`;

/** A process of its own that runs one of our scripts. */
export class Child {
  /** The whole lines it has printed so far. */
  readonly lines: string[] = [];
  readonly #process: ChildProcessByStdio<null, Readable, null>;
  readonly #ended: Promise<unknown>;
  #hasEnded = false;
  #printed = () => {};

  constructor(script: URL, ...args: readonly string[]) {
    const loader = `data:text/javascript,${encodeURIComponent(LOADER)}`;
    const flags = [
      '--no-warnings',
      '--experimental-transform-types',
      '--conditions=@delta-hub/source',
      '--import',
      loader,
    ];
    this.#process = spawn(process.execPath, [...flags, script.pathname, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    createInterface(this.#process.stdout).on('line', (line) => {
      this.lines.push(line);
      this.#printed();
    });
    this.#ended = once(this.#process, 'close').then(() => {
      this.#hasEnded = true;
      this.#printed();
    });
  }

  /** Resolves when it has printed so many lines. */
  async printed(count: number): Promise<void> {
    while (this.lines.length < count) {
      if (this.#hasEnded) {
        const { exitCode, signalCode } = this.#process;
        throw new Error(`ended with ${exitCode ?? signalCode} after ${this.lines.length} lines`);
      }
      await new Promise<void>((resolve) => (this.#printed = resolve));
    }
  }

  /** kill -9; resolves when the process is gone and its output is read. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#ended;
  }

  /** Resolves with the exit code when it has ended by itself. */
  async ended(): Promise<number | null> {
    await this.#ended;
    return this.#process.exitCode;
  }
}
