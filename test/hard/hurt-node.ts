import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { generateKeyPair, parseTrustList, trustedNode, type TrustList } from '@delta-hub/crypto';
import { openSqliteEventStore } from '@delta-hub/event-store/sqlite';
import { createLedgerApp, type LedgerAppDeps } from '@delta-hub/ledger-app/service';

export const NODE = '32';
const WRITER = fileURLToPath(new URL('writer.ts', import.meta.url));

/** An event that was told to be in the log, and the signed head that holds it. */
export interface Acknowledged {
  readonly acknowledged: string;
  readonly size: number;
  /** Base64. */
  readonly root: string;
}

/** How a writer ended, and what it had told until then. */
export interface Run {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly acknowledged: readonly Acknowledged[];
  readonly fault: string | undefined;
  readonly isClosed: boolean;
  readonly errors: string;
}

export interface Hurting {
  /** Put before the command: a tracer. */
  readonly before?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Called with each acknowledgement, while the process runs. */
  readonly onAcknowledged?: (count: number, child: ChildProcess) => void;
}

/** A node's directory with its keys, and processes that write its log and may be hurt. */
export class HurtNode {
  readonly directory = mkdtempSync(join(tmpdir(), 'delta-hub-hard-'));
  readonly trust: TrustList;
  readonly #keys: Readonly<Record<'event' | 'ledger', ReturnType<typeof generateKeyPair>>>;
  #next = 0;

  /** `like`: the same node, with its keys and nothing else of what is in its directory. */
  constructor(like?: HurtNode) {
    this.#keys = like === undefined ? { event: generateKeyPair(), ledger: generateKeyPair() } : like.#keys;
    const { event, ledger } = this.#keys;
    const trust = { nodes: [trustedNode(NODE, event.publicJwk, ledger.publicJwk, '2020-07-01T00:00:00.000Z')] };
    this.trust = parseTrustList(trust);
    const keys = { node: NODE, eventKey: event.privateJwk, ledgerKey: ledger.privateJwk, trust };
    writeFileSync(join(this.directory, 'keys.json'), JSON.stringify(keys));
  }

  file(name: string): string {
    return join(this.directory, name);
  }

  /** Runs a writer of `count` events, none of which was tried before, to its end. */
  async write(count: number, { before = [], environment = {}, onAcknowledged }: Hurting = {}): Promise<Run> {
    const first = this.#next;
    this.#next += count;
    const node = [process.execPath, '--no-warnings', WRITER, this.directory, String(first), String(count)];
    const [command, ...rest] = [...before, ...node];
    const child = spawn(command!, rest, { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    const told: Partial<Acknowledged & { fault: string; closed: boolean }>[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => {
      told.push(JSON.parse(line) as object);
      if (told.at(-1)?.acknowledged !== undefined) onAcknowledged?.(told.length - 1, child);
    });
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
      child.once('error', reject).once('close', (...end) => resolve(end));
    });
    return {
      code,
      signal,
      acknowledged: told.filter((line): line is Acknowledged => line.acknowledged !== undefined),
      fault: told.find(({ fault }) => fault !== undefined)?.fault,
      isClosed: told.some(({ closed }) => closed),
      errors,
    };
  }

  /** A start that nothing happens to: until all that the event store holds is in the log, then an orderly end. */
  async startClean(): Promise<void> {
    const eventStore = await openSqliteEventStore(this.file('events.db'));
    try {
      const app = await createLedgerApp(this.deps(eventStore));
      try {
        const last = await eventStore.head();
        if (last !== undefined) await app.sequencer.waitFor(last);
      } finally {
        await app.close();
      }
    } finally {
      await eventStore.close();
    }
  }

  deps(eventStore: LedgerAppDeps['eventStore']): LedgerAppDeps {
    return {
      node: NODE,
      dataDir: this.directory,
      eventStore,
      ledgerKey: this.#keys.ledger.privateJwk,
      trust: this.trust,
      clock: { now: () => '2025-03-10T01:30:00.000Z' },
      verifyToken: () => Promise.reject(new Error('nobody asks')),
      recordInspection: () => Promise.reject(new Error('nobody replays')),
      port: 0,
      host: '127.0.0.1',
    };
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
