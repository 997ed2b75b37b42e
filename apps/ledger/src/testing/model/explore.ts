import { sha256 } from '@delta-hub/crypto';
import { type NoteSigner, type NoteVerifier, sameBytes, type TreeHead, witnessDecision } from '@delta-hub/ledger';
import { isLedgerFault } from '../../ledger-fault.js';
import type { SignedHead } from '../../ledger-store.js';
import { sha256Tree } from '../../log-identity.js';
import { type Leaf, Sequencer } from '../../sequencer.js';
import { contradiction, ownConsistency } from '../../witness/own-log.js';
import { type Broken, Crash, type CrashPoint, type Disks, EMPTY, ModelDisk } from './model-disk.js';

const ORIGIN = 'delta-hub.cn/ledger/32';
const keyId = Uint8Array.of(1, 2, 3, 4);
/** A signature that nobody but the model believes: quick, and the same for the same text. */
const seal = (text: Uint8Array): Uint8Array => sha256(Uint8Array.from([...text, 7]));
const signer: NoteSigner = { name: ORIGIN, keyId, sign: seal };
const verifier: NoteVerifier = { name: ORIGIN, keyId, verify: (text, signature) => sameBytes(seal(text), signature) };

/** One request to the witness, as it left the node. */
interface Request {
  readonly oldSize: number;
  readonly path: readonly Uint8Array[];
  readonly note: string;
}

/** Everything there is at one moment. */
interface World {
  readonly disks: Disks;
  /** A copy of both files that somebody made. */
  readonly backup: Disks | undefined;
  readonly witness: (TreeHead & { readonly note: string }) | undefined;
  /** Requests on their way: any of them may arrive, once or twice, in any order. */
  readonly flying: readonly Request[];
  /** Ids of events that an officer was told are in the log. */
  readonly acknowledged: readonly string[];
  /** Every head that ever entered the lock, with the events under it. */
  readonly signed: readonly { readonly size: number; readonly root: string; readonly leaves: readonly string[] }[];
  readonly cosigned: readonly { readonly size: number; readonly root: string }[];
  readonly events: number;
  /** Both files were put back from a copy: without a witness nobody can see that. */
  readonly rolledBack: boolean;
  /** A head was signed that contradicts what the witness remembered at that moment. */
  readonly signedBlindly: boolean;
  /** What has been done, for the trace. */
  readonly trace: readonly string[];
}

const START: World = {
  disks: EMPTY,
  backup: undefined,
  witness: undefined,
  flying: [],
  acknowledged: [],
  signed: [],
  cosigned: [],
  events: 0,
  rolledBack: false,
  signedBlindly: false,
  trace: [],
};

export interface Options {
  readonly depth: number;
  /** Whether processes die on the way; they do unless said otherwise. */
  readonly crashing?: boolean;
  readonly broken?: Broken & { readonly witnessForgets?: boolean; readonly startsBlindly?: boolean };
}

export interface Explored {
  readonly states: number;
  readonly transitions: number;
  /** The first thing that must not be, with how it came about; undefined when there is none. */
  readonly violation: { readonly what: string; readonly trace: readonly string[] } | undefined;
}

/** Every world that can be reached in so many steps, each once, breadth first: the first violation has the shortest trace. */
export const explore = ({ depth, crashing = true, broken = {} }: Options): Explored => {
  let frontier: readonly World[] = [START];
  const seen = new Set([nameOf(START)]);
  let transitions = 0;
  for (let step = 0; step < depth; step += 1) {
    const next: World[] = [];
    for (const world of frontier)
      for (const after of successors(world, broken, crashing)) {
        transitions += 1;
        const what = violationIn(after);
        if (what !== undefined) return { states: seen.size, transitions, violation: { what, trace: after.trace } };
        const name = nameOf(after);
        if (seen.has(name)) continue;
        seen.add(name);
        next.push(after);
      }
    frontier = next;
  }
  return { states: seen.size, transitions, violation: undefined };
};

const nameOf = ({ trace: _trace, ...world }: World): string =>
  JSON.stringify(world, (_, value: unknown) =>
    value instanceof Map
      ? [...value]
      : value instanceof Uint8Array
        ? Buffer.from(value).toString('base64')
        : typeof value === 'bigint'
          ? String(value)
          : value,
  );

type Breaks = NonNullable<Options['broken']>;

/** What can happen next, to a world that stands still between processes. */
const successors = (world: World, broken: Breaks, crashing: boolean): readonly World[] => [
  ...(crashing ? crashes : [undefined]).map((crash) => run(world, broken, crash)),
  twoProcesses(world, broken),
  { ...world, backup: world.disks, trace: [...world.trace, 'somebody copies both files'] },
  ...(world.backup === undefined ? [] : [ledgerPutBack(world, world.backup), bothPutBack(world, world.backup)]),
  ...world.flying.map((request, index) => deliver(world, request, index, broken)),
];

/** A start that appends writes up to four times: recovery or publishing, stage, lock, publish. */
const crashes: readonly (CrashPoint | undefined)[] = [
  undefined,
  ...[1, 2, 3, 4].flatMap((write) => [{ write, when: 'before' } as const, { write, when: 'after' } as const]),
];

/** A process starts, asks its witness as a real start does, appends one event, offers its head, and ends or dies on the way. */
const run = (world: World, broken: Breaks, crash: CrashPoint | undefined): World => {
  const stage = new Stage(world);
  const how = crash === undefined ? '' : ` and dies ${crash.when} write ${crash.write}`;
  try {
    const process = stage.start(broken, crash);
    if (!stage.mayGoOn(process.log, broken)) return stage.end(`a start is refused${how}`);
    const id = stage.newEvent();
    process.sequencer.append([leafOf(id, stage.revision())]);
    stage.acknowledge(id);
    stage.offer(process.log);
    process.sequencer.close();
  } catch (error) {
    if (!(error instanceof Crash) && !isLedgerFault(error)) throw error;
  }
  return stage.end(`a process appends${how}`);
};

/** Two processes have the files open; each appends. */
const twoProcesses = (world: World, broken: Breaks): World => {
  const stage = new Stage(world);
  try {
    const [first, second] = [stage.start(broken, undefined), stage.start(broken, undefined)];
    if (!stage.mayGoOn(first.log, broken)) return stage.end('a start is refused');
    for (const process of [first, second])
      try {
        const id = stage.newEvent();
        process.sequencer.append([leafOf(id, stage.revision())]);
        stage.acknowledge(id);
      } catch (error) {
        if (!isLedgerFault(error)) throw error;
      }
  } catch (error) {
    if (!isLedgerFault(error)) throw error;
  }
  return stage.end('two processes append at once');
};

const ledgerPutBack = (world: World, { ledger }: Disks): World => ({
  ...world,
  disks: { ...world.disks, ledger },
  trace: [...world.trace, 'ledger.db is put back from the copy'],
});

const bothPutBack = (world: World, backup: Disks): World => ({
  ...world,
  disks: backup,
  rolledBack: world.rolledBack || backup.lock?.note !== world.disks.lock?.note,
  trace: [...world.trace, 'both files are put back from the copy'],
});

/** A request reaches the witness; it may come again. */
const deliver = (world: World, request: Request, index: number, broken: Breaks): World => {
  const decision = witnessDecision(
    sha256Tree,
    request,
    () => [verifier],
    () => world.witness,
  );
  const trace = [...world.trace, `request ${index} reaches the witness: ${decision.status}`];
  if (decision.status !== 200) return { ...world, trace };
  const { size, root } = decision.head;
  const cosigned = [...world.cosigned, { size, root: Buffer.from(root).toString('base64') }];
  const witness = broken.witnessForgets ? world.witness : { ...decision.head, note: request.note };
  return { ...world, witness, cosigned, trace };
};

/** A world while processes run in it. */
class Stage {
  private readonly disk: ModelDisk;
  private readonly signed: World['signed'][number][];
  private readonly acknowledged: string[];
  private flying: readonly Request[];
  private events: number;

  constructor(private readonly world: World) {
    this.signed = [...world.signed];
    this.acknowledged = [...world.acknowledged];
    this.flying = world.flying;
    this.events = world.events;
    this.disk = new ModelDisk(world.disks, ({ size, root }, leaves) =>
      this.signed.push({ size, root: Buffer.from(root).toString('base64'), leaves }),
    );
  }

  start(broken: Breaks, crash: CrashPoint | undefined) {
    const { store, lock } = this.disk.open(crash, broken);
    const sequencer = new Sequencer({ origin: ORIGIN, tree: sha256Tree, store, lock, verifiers: [verifier] }, signer);
    return { sequencer, log: { origin: ORIGIN, verifiers: [verifier], head: () => sequencer.head, store } };
  }

  /** The start-up comparison: a witness that remembers more, or another root, forbids to go on. */
  mayGoOn(log: Parameters<typeof contradiction>[0], { startsBlindly = false }: Breaks): boolean {
    const remembered = this.world.witness?.note;
    return remembered === undefined || startsBlindly || contradiction(log, remembered, 'the witness') === undefined;
  }

  newEvent(): string {
    this.events += 1;
    return `0197a3c2-7f1e-7c44-9a55-${String(this.events).padStart(12, '0')}`;
  }

  revision(): bigint {
    return BigInt(this.disk.disks.ledger.entries.length);
  }

  acknowledge(id: string): void {
    this.acknowledged.push(id);
  }

  offer(log: { readonly head: () => SignedHead | undefined } & Parameters<typeof ownConsistency>[0]): void {
    const head = log.head();
    const known = this.world.witness?.size ?? 0;
    if (head === undefined || known > head.size || this.flying.length >= 2) return;
    this.flying = [...this.flying, { oldSize: known, path: ownConsistency(log, known, head.size), note: head.note }];
  }

  end(what: string): World {
    const after: World = {
      ...this.world,
      disks: this.disk.disks,
      flying: this.flying,
      acknowledged: this.acknowledged,
      signed: this.signed,
      events: this.events,
      trace: [...this.world.trace, what],
    };
    const { witness, signed } = this.world;
    const isNew = this.signed.length > signed.length;
    return { ...after, signedBlindly: isNew && witness !== undefined && isForkOf(after, witness.size) };
  }
}

const leafOf = (eventId: string, revision: bigint): Leaf => {
  const leaf = Buffer.from(eventId);
  return { eventId, leaf, leafHash: sha256Tree.leaf(leaf), stream: 'stream-1', revision, storePosition: revision + 1n };
};

const violationIn = (world: World): string | undefined => {
  const { signed, cosigned, acknowledged, rolledBack, disks } = world;
  const newest = signed.at(-1);
  const isPrefix = (a: readonly string[], b: readonly string[]): boolean => a.every((id, at) => b[at] === id);
  if (!rolledBack) {
    const forked = signed.find((one) => newest !== undefined && !isPrefix(one.leaves, newest.leaves));
    if (forked !== undefined) return `two signed heads of ${forked.size} and ${newest?.size ?? 0} entries do not agree`;
    const lost = acknowledged.find((id) => newest?.leaves.includes(id) !== true);
    if (lost !== undefined) return `event ${lost} was acknowledged and is not under the newest head`;
    if (newest !== undefined && disks.lock === undefined) return 'a head was signed and the lock knows of none';
  }
  const wrong = signed.find(({ size, leaves }) => leaves.length !== size);
  if (wrong !== undefined) return `a head of ${wrong.size} entries was signed over ${wrong.leaves.length}`;
  const [last, before] = [cosigned.at(-1), cosigned.at(-2)];
  if (last !== undefined && before !== undefined && last.size < before.size) return 'the witness went back';
  const twice = cosigned.find((one) => last?.size === one.size && last.root !== one.root);
  if (twice !== undefined) return `the witness cosigned two roots of ${twice.size} entries`;
  // What both files together have forgotten a witness has not: a start that asks it signs nothing new.
  return world.signedBlindly ? 'a log went on although its witness remembered another history' : undefined;
};

/** Whether the newest signed head continues another history than the one that was cosigned up to `size`. */
const isForkOf = ({ signed, cosigned }: World, size: number): boolean => {
  const newest = signed.at(-1);
  const known = cosigned.find((one) => one.size === size);
  const history = signed.find((one) => one.size === size && one.root === known?.root);
  if (newest === undefined || history === undefined) return false;
  const shared = Math.min(newest.leaves.length, history.leaves.length);
  return !newest.leaves.slice(0, shared).every((id, at) => history.leaves[at] === id);
};
