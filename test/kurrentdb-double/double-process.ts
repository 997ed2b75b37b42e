import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const pathOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const SERVE = [
  ...['--no-warnings', '--experimental-transform-types'],
  ...['--import', pathOf('../engines/source-loader.mjs'), pathOf('serve.ts')],
];

/** A double in a process of its own, which ends with this one at the latest. */
export class DoubleProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly connectionString: string,
  ) {}

  static async start(): Promise<DoubleProcess> {
    const child = spawn(process.execPath, SERVE, { stdio: ['pipe', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    return new DoubleProcess(child, line);
  }

  /** SIGSTOP: it is there and answers nothing. */
  freeze(): void {
    this.child.kill('SIGSTOP');
  }

  thaw(): void {
    this.child.kill('SIGCONT');
  }

  stop(): void {
    this.child.stdin?.end();
  }
}
