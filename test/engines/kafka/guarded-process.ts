import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { createInterface } from 'node:readline';

/**
 * Starts the program and says its process id. The standard input is the line to whoever started it: when that is gone,
 * however it went, the program is killed.
 */
const GUARD = `
exec 3<&0
"$@" 3<&- </dev/null >&2 &
pid=$!
echo $pid
(cat >/dev/null; kill -9 $pid 2>/dev/null) <&3 >/dev/null 2>&1 &
exec 3<&-
wait $pid`;

/** A program that cannot outlive this process. */
export class GuardedProcess {
  readonly #guard: ChildProcess;
  /** Resolves when the program has ended, however it ended. */
  readonly ended: Promise<void>;

  private constructor(
    guard: ChildProcess,
    readonly pid: number,
  ) {
    this.#guard = guard;
    this.ended = once(guard, 'exit').then(() => void guard.stdin?.end());
  }

  /** `logFile` gets what the program prints. */
  static async start(command: readonly string[], logFile: string): Promise<GuardedProcess> {
    const log = openSync(logFile, 'a');
    const guard = spawn('sh', ['-c', GUARD, 'guard', ...command], { stdio: ['pipe', 'pipe', log], detached: true });
    closeSync(log);
    guard.stdin?.on('error', () => undefined);
    const [line] = (await once(createInterface(guard.stdout!), 'line')) as [string];
    return new GuardedProcess(guard, Number(line));
  }

  get isRunning(): boolean {
    return this.#guard.exitCode === null && this.#guard.signalCode === null;
  }

  signal(signal: NodeJS.Signals): void {
    if (this.isRunning) process.kill(this.pid, signal);
  }

  /** kill -9, also when it is stopped; resolves when it is gone. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended;
  }
}
