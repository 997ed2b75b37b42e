import type { Fleet } from '../fleet.js';
import type { Actor } from './scenario-file.js';

/** What a scenario expects at a place of its file, and what was there instead. */
export interface Difference {
  readonly place: string;
  readonly expected: unknown;
  readonly found: unknown;
}

/** How far a scenario has come; kept so that it can go on after the hub was stopped. */
export interface Progress {
  readonly scenario: string;
  /** Steps that are done. */
  readonly done: number;
  /** Transfers by their names in the file. */
  readonly transfers: Readonly<Record<string, string>>;
  /** Ids of the facts that have been seen. */
  readonly seen: readonly string[];
  readonly failures: readonly Difference[];
  /** The act that did not end as its step says: with it the play stopped. Not kept, the act is tried again. */
  readonly stopped?: Difference;
}

/** Where a scenario is played: running nodes, officers' tokens, and somewhere to keep how far it has come. */
export interface Stage {
  readonly fleet: Fleet;
  readonly tokenFor: (actor: Actor) => Promise<string>;
  readonly say: (line: string) => void;
  readonly save: (progress: Progress) => void;
}
