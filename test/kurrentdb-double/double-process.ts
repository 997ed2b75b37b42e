import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { standStill } from '../engines/stand-still.js';

const pathOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const SERVE = [
  ...['--no-warnings', '--experimental-transform-types'],
  ...['--import', pathOf('../engines/source-loader.mjs'), pathOf('serve.ts')],
];

/** A double in a process of its own, which ends with this one at the latest. With a file it comes back as it was. */
export class DoubleProcess {
  #child: ChildProcess | undefined;
  #address = '';

  private constructor(private readonly file: string | undefined) {}

  static async start(file?: string): Promise<DoubleProcess> {
    const double = new DoubleProcess(file);
    await double.startAgain();
    return double;
  }

  get connectionString(): string {
    return this.#address;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** On the same port and with what is in the file. */
  async startAgain(): Promise<void> {
    const port = /:(\d+)\?/.exec(this.#address)?.[1] ?? '0';
    const args = this.file === undefined ? [] : [this.file, port];
    const child = spawn(process.execPath, [...SERVE, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child = child;
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    this.#address = line;
  }

  /** SIGSTOP: it is there and, from when this resolves, answers nothing. */
  async freeze(): Promise<void> {
    await standStill(this.pid);
  }

  thaw(): void {
    this.#child?.kill('SIGCONT');
  }

  /** kill -9; resolves when it is gone. */
  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL');
    await this.ended();
  }

  /** Resolves when it is gone, for whatever reason. */
  async ended(): Promise<void> {
    const child = this.#child;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }

  stop(): void {
    this.#child?.stdin?.end();
  }
}
