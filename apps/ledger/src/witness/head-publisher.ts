import type { LedgerFault } from '../ledger-fault.js';
import type { SignedHead } from '../ledger-store.js';
import type { Pace } from './pace.js';
import type { WitnessLink } from './witness-link.js';

/** How long a head may wait for the witnesses, and how many entries may. */
export const PUSH_EVERY_MS = 1_000;
const PUSH_AFTER_ENTRIES = 4_096;
/** An idle log is cosigned again and again, so that silence can be told from quiet. */
const HEARTBEAT_MS = 60_000;
const LONGEST_PAUSE_MS = 60_000;

interface Deps {
  readonly links: readonly WitnessLink[];
  readonly head: () => SignedHead | undefined;
  readonly pace: Pace;
  /** Called once, with what a witness proved. Nothing is pushed afterwards. */
  readonly forgotten: (fault: LedgerFault) => void;
}

interface Standing {
  readonly link: WitnessLink;
  busy: Promise<void> | undefined;
  cosigned: { readonly size: number; readonly at: number } | undefined;
  failures: number;
  retryAt: number;
  fault: string | undefined;
}

/** How it stands with one witness. */
export interface WitnessState {
  readonly witness: string;
  readonly isKnown: boolean;
  readonly size: number | undefined;
  /** Why the last attempt failed; undefined when it did not. */
  readonly fault: string | undefined;
}

/** Brings the newest head to every witness: the newest only, one request to a witness at a time. */
export class HeadPublisher {
  readonly #deps: Deps;
  readonly #standings: readonly Standing[];
  #pushed = 0;
  #hasStopped = false;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#standings = deps.links.map((link) => ({
      link,
      busy: undefined,
      cosigned: undefined,
      failures: 0,
      retryAt: 0,
      fault: undefined,
    }));
  }

  /** Pushes what is due. Resolves when every push that it began has ended. */
  async push(): Promise<void> {
    const head = this.#deps.head();
    if (head === undefined || this.#hasStopped) return;
    this.#pushed = head.size;
    await Promise.all(this.#standings.filter((one) => this.#isDue(one, head)).map((one) => this.#begin(one, head)));
  }

  /** Told after every group: a log that grows fast does not wait for the next second. */
  grown(): void {
    if ((this.#deps.head()?.size ?? 0) - this.#pushed >= PUSH_AFTER_ENTRIES) void this.push();
  }

  /** Asks a witness again at once, now that it can be reached. */
  retry(): void {
    for (const one of this.#standings) one.retryAt = 0;
  }

  states(): readonly WitnessState[] {
    return this.#standings.map(({ link, cosigned, fault }) => ({
      witness: link.name,
      isKnown: link.url !== undefined,
      size: cosigned?.size,
      fault,
    }));
  }

  async stop(): Promise<void> {
    this.#hasStopped = true;
    await Promise.all(this.#standings.flatMap(({ busy }) => (busy === undefined ? [] : [busy])));
  }

  #isDue({ link, busy, cosigned, retryAt }: Standing, { size }: SignedHead): boolean {
    const now = this.#deps.pace.now();
    if (link.url === undefined || busy !== undefined || now < retryAt) return false;
    return cosigned?.size !== size || now - cosigned.at >= HEARTBEAT_MS;
  }

  #begin(standing: Standing, head: SignedHead): Promise<void> {
    const run = this.#one(standing, head).finally(() => (standing.busy = undefined));
    standing.busy = run;
    return run;
  }

  async #one(standing: Standing, head: SignedHead): Promise<void> {
    const { pace, forgotten } = this.#deps;
    try {
      const fault = await standing.link.push(head);
      if (fault !== undefined) {
        standing.fault = `${fault.code}: ${fault.message}`;
        if (!this.#hasStopped) forgotten(fault);
        this.#hasStopped = true;
        return;
      }
      Object.assign(standing, { cosigned: { size: head.size, at: pace.now() }, failures: 0, fault: undefined });
    } catch (error) {
      standing.failures += 1;
      standing.retryAt = pace.now() + Math.min(LONGEST_PAUSE_MS, 500 * 2 ** standing.failures);
      standing.fault = error instanceof Error ? error.message : String(error);
    }
  }
}
