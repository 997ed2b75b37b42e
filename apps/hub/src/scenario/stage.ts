import type { Fleet } from '../fleet.js';
import type { Progress } from './run-scenario.js';
import type { Actor } from './scenario-file.js';

/** Where a scenario is played: running nodes, officers' tokens, and somewhere to keep how far it has come. */
export interface Stage {
  readonly fleet: Fleet;
  readonly tokenFor: (actor: Actor) => Promise<string>;
  readonly say: (line: string) => void;
  readonly save: (progress: Progress) => void;
}
