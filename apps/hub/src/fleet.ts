import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { HubFault, type HubFaultCode } from './faults.js';
import { paths, readJson, writeJson } from './data-dir.js';
import type { FromNode, NodeStart, PeerUrls, ToNode } from './messages.js';
import { NODE_FLAGS } from './node-flags.js';
import { NODES, type NodeId } from './nodes.js';

const RESTARTS = 5;
const READY_WITHIN_MS = 120_000;

export interface Fleet {
  /** Address of a node's gateway, e.g. `http://127.0.0.1:4032`. */
  url(node: NodeId): string;
  /** Sets the clock of every node, durably, before it returns. */
  drive(instant: string): Promise<void>;
  /** Gives every node the wall clock back. */
  release(): Promise<void>;
  /** Takes nodes off the line to the others, or puts them back. */
  link(nodes: readonly NodeId[], up: boolean): Promise<void>;
  isLinked(node: NodeId): boolean;
  /** Process ids of the nodes, for operators and fault tests. */
  pids(): Readonly<Record<NodeId, number | undefined>>;
  /** Rejects when a node has failed for good. */
  readonly failed: Promise<never>;
  stop(): Promise<void>;
}

export interface FleetOptions {
  readonly dataDir: string;
  readonly host: string;
  /** Port of node 31; the others follow. 0: any free ports. */
  readonly port: number;
  readonly environment: NodeStart['environment'];
  readonly say: (line: string) => void;
}

/** Starts the four nodes, one process each, and starts again one that dies. */
export const startFleet = async (options: FleetOptions): Promise<Fleet> => {
  const clockFile = paths(options.dataDir).clock;
  let clock = existsSync(clockFile) ? (readJson(clockFile) as { driven?: string }).driven : undefined;
  const cut = new Set<NodeId>();
  let fail: (fault: HubFault) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => undefined);

  const members: readonly Member[] = NODES.map(
    ({ id }, index) =>
      new Member(
        (port) => ({
          node: id,
          dataDir: paths(options.dataDir).node(id),
          host: options.host,
          port: port ?? (options.port === 0 ? 0 : options.port + index),
          ...(clock === undefined ? {} : { clock }),
          linked: !cut.has(id),
          peers: urls(),
          environment: options.environment,
        }),
        options.say,
        fail,
        () => introduce(),
      ),
  );
  const urls = (): PeerUrls =>
    Object.fromEntries(
      NODES.map(({ id }, index) => [id, members[index]?.url ?? ''] as const).filter(([, url]) => url !== ''),
    );
  /** Tells every node where the others are: when all are ready, and whenever one has been started again. */
  const introduce = async (): Promise<void> => {
    await Promise.all(members.map((member) => member.tell({ type: 'peers', urls: urls() })));
  };
  const stop = async (): Promise<void> => {
    await Promise.all(members.map((member) => member.stop()));
  };
  try {
    await Promise.all(members.map((member) => member.start()));
    await introduce();
  } catch (error) {
    await stop();
    throw error;
  }
  const setClock = async (instant: string | undefined): Promise<void> => {
    clock = instant;
    writeJson(clockFile, instant === undefined ? {} : { driven: instant });
    await Promise.all(
      members.map((member) => member.tell(instant === undefined ? { type: 'release' } : { type: 'drive', instant })),
    );
  };
  const member = (node: NodeId): Member => members[NODES.findIndex(({ id }) => id === node)]!;
  return {
    url: (node) => member(node).url,
    drive: (instant) => (clock !== undefined && instant <= clock ? Promise.resolve() : setClock(instant)),
    release: () => setClock(undefined),
    link: async (nodes, up) => {
      for (const node of nodes) {
        if (up) cut.delete(node);
        else cut.add(node);
      }
      await Promise.all(nodes.map((node) => member(node).tell({ type: 'link', up })));
    },
    isLinked: (node) => !cut.has(node),
    pids: () => Object.fromEntries(NODES.map(({ id }) => [id, member(id).pid])) as Record<NodeId, number | undefined>,
    failed,
    stop,
  };
};

/** One node's process over all its lives. It keeps its port when it is started again. */
class Member {
  url = '';
  private child: ChildProcess | undefined;
  private stopping = false;
  private restarts = 0;
  private ready: Promise<void> = Promise.resolve();

  constructor(
    private readonly startWith: (port: number | undefined) => NodeStart,
    private readonly say: (line: string) => void,
    private readonly fail: (fault: HubFault) => void,
    private readonly back: () => Promise<void>,
  ) {}

  get pid(): number | undefined {
    return this.child?.pid;
  }

  start(): Promise<void> {
    this.ready = this.launch();
    return this.ready;
  }

  /** Sends and waits for the answer; a node that is just being started again gets the clock with its start. */
  async tell(message: ToNode): Promise<void> {
    await this.settled();
    const child = this.child;
    if (child?.connected !== true) return;
    const waiting = new AbortController();
    const heard = [once(child, 'message', waiting), once(child, 'exit', waiting)].map((event) =>
      event.catch(() => undefined),
    );
    child.send(message, () => undefined);
    await Promise.race(heard);
    waiting.abort();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    const child = this.child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    if (child.connected) child.send({ type: 'stop' } satisfies ToNode, () => undefined);
    const force = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await exited;
    clearTimeout(force);
  }

  /** Waits for the latest start: one that was cut off is followed by another. */
  private async settled(): Promise<void> {
    for (;;) {
      const { ready } = this;
      try {
        return await ready;
      } catch (error) {
        if (ready === this.ready) throw error;
      }
    }
  }

  private async launch(): Promise<void> {
    const port = this.url === '' ? undefined : Number(new URL(this.url).port);
    const start = this.startWith(port);
    const child = fork(new URL('./node-process.js', import.meta.url), [JSON.stringify(start)], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: [...NODE_FLAGS],
    });
    this.child = child;
    child.once('exit', (code, signal) => this.exited(start.node, code, signal));
    this.url = await readiness(child, start.node);
  }

  private exited(node: NodeId, code: number | null, signal: string | null): void {
    if (this.stopping || this.url === '') return;
    if (++this.restarts > RESTARTS) {
      this.fail(
        new HubFault('NODE_FAILED', `node ${node} ended ${this.restarts} times, last with ${signal ?? String(code)}`),
      );
      return;
    }
    this.say(`node ${node} ended (${signal ?? `exit ${String(code)}`}); starting it again`);
    const started = this.start();
    started.then(this.back).catch((error: unknown) => {
      // Killed before it was ready: its exit has been counted and another start is under way.
      if (started !== this.ready) return;
      this.fail(
        error instanceof HubFault
          ? error
          : new HubFault('NODE_FAILED', `node ${node} did not start again`, { cause: error }),
      );
    });
  }
}

const readiness = (child: ChildProcess, node: NodeId): Promise<string> =>
  new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new HubFault('TIMED_OUT', `node ${node} was not ready within ${READY_WITHIN_MS / 1000} s`));
    }, READY_WITHIN_MS);
    child.once('exit', (code, signal) => {
      clearTimeout(late);
      reject(
        new HubFault('NODE_FAILED', `node ${node} ended before it was ready (${signal ?? `exit ${String(code)}`})`),
      );
    });
    child.on('message', (message) => {
      const said = message as FromNode;
      if (said.type === 'obeyed') return;
      clearTimeout(late);
      if (said.type === 'ready') resolve(said.url);
      else reject(new HubFault(said.code as HubFaultCode, said.message));
    });
  });
