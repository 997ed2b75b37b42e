import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll } from '@jest/globals';

const main = fileURLToPath(new URL('../../apps/hub/dist/main.js', import.meta.url));

/** Four nodes start in some ten seconds on a quiet machine and much later on a busy one. */
export const PATIENCE_MS = 600_000;

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const textOf = async (stream: NodeJS.ReadableStream): Promise<string> => {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
};

/** Without what a task runner says of colours: Node warns on standard error when the two disagree. */
const { FORCE_COLOR: _force, NO_COLOR: _no, ...quiet } = process.env;

const spawnHub = (args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess =>
  spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...quiet, ...env } });

/** What runs to its end; what is still there in the end belongs to a test that had no time for it. */
const commands = new Set<ChildProcess>();
afterAll(() => {
  for (const child of commands) child.kill('SIGKILL');
});
const spawnCommand: typeof spawnHub = (...given) => {
  const child = spawnHub(...given);
  commands.add(child);
  return child.once('close', () => commands.delete(child));
};

/** Runs a command of the hub to its end. */
export const hub = async (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> => {
  const child = spawnCommand(args, env);
  const [stdout, stderr] = await Promise.all([textOf(child.stdout!), textOf(child.stderr!), once(child, 'close')]);
  return { code: child.exitCode, stdout, stderr };
};

/** Runs a command whose output nobody reads. */
export const unreadHub = async (args: readonly string[]): Promise<Omit<Ended, 'stdout'>> => {
  const child = spawnCommand(args);
  child.stdout!.destroy();
  const [stderr] = await Promise.all([textOf(child.stderr!), once(child, 'close')]);
  return { code: child.exitCode, stderr };
};

/** For the environment of a hub: neither it nor a process of it may load a library that is named so. */
const without = (libraries: RegExp): { readonly NODE_OPTIONS: string } => ({
  NODE_OPTIONS: `--import=${new URL(`testing/without.mjs?${encodeURIComponent(libraries.source)}`, import.meta.url).href}`,
});

/** Without the clients of Kafka and KurrentDB, and the SDK for traces. */
export const WITHOUT_ENGINES = without(
  /^(@kurrent\/|kafkajs$|@platformatic\/kafka$|@opentelemetry\/(sdk|exporter|resources))/,
);
export const WITHOUT_NEST = without(/^@nestjs\//);

/** A hub that runs: its lines as they come, and its end. */
export class RunningHub {
  readonly lines: string[] = [];
  private readonly waiting = new Set<() => void>();

  private constructor(readonly child: ChildProcess) {
    for (const stream of [child.stdout!, child.stderr!])
      createInterface(stream).on('line', (line) => {
        this.lines.push(line);
        for (const look of [...this.waiting]) look();
      });
    child.once('close', () => {
      for (const look of [...this.waiting]) look();
    });
  }

  static start(args: readonly string[], env: Readonly<Record<string, string>> = {}): RunningHub {
    return new RunningHub(spawnHub(args, env));
  }

  /** Resolves with the first line that matches, also one that has come already; rejects when the hub ends without it. */
  line(pattern: RegExp): Promise<string> {
    return this.until(() => this.lines.find((line) => pattern.test(line)), `a line like ${pattern}`);
  }

  /** Resolves when so many acts of the play have been reported. */
  async acts(count: number): Promise<void> {
    await this.until(
      () => (this.lines.filter((line) => /^2025-/.test(line)).length >= count ? true : undefined),
      `${count} acts`,
    );
  }

  /** Where each node of `up` is, by its number, once all run. */
  async addresses(): Promise<Readonly<Record<string, string>>> {
    await this.line(/Ctrl-C stops the hub/);
    const named = this.lines.flatMap((line) => {
      const [, node, url] = /node (3\d) \S+\s+(http:\S+)\/graphql/.exec(line) ?? [];
      return node === undefined || url === undefined ? [] : [[node, url] as const];
    });
    return Object.fromEntries(named);
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const closed = once(this.child, 'close');
    this.child.kill(signal);
    await closed;
  }

  private until<T>(look: () => T | undefined, what: string): Promise<T> {
    return new Promise((resolve, reject) => {
      const attempt = (): void => {
        const found = look();
        const hasEnded = this.child.exitCode !== null || this.child.signalCode !== null;
        if (found === undefined && !hasEnded) return;
        this.waiting.delete(attempt);
        if (found === undefined) reject(new Error(`the hub ended before ${what}:\n${this.lines.join('\n')}`));
        else resolve(found);
      };
      this.waiting.add(attempt);
      attempt();
    });
  }
}

/** A directory that is removed by `remove`. */
export const temporary = (): { readonly path: string; remove(): void } => {
  const path = mkdtempSync(join(tmpdir(), 'delta-hub-e2e-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
};
