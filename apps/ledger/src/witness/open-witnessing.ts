import type { KeyHistory, PrivateJwk, TrustList } from '@delta-hub/crypto';
import type { LedgerFault } from '../ledger-fault.js';
import { ledgerPaths } from '../ledger-paths.js';
import type { OwnLog } from './own-log.js';
import { type Pace, realPace } from './pace.js';
import { levelBy, openPolicy } from './policy-file.js';
import { httpWire, type Wire } from './wire.js';
import { openWitnessStore } from './witness-store.js';
import { RunningWitnessing } from './witnessing.js';

/** What makes a node a witness. */
export interface WitnessingParts {
  /** The key it cosigns with; the trust list must name it. */
  readonly key: PrivateJwk;
  /** Gateways of the other nodes by node, as far as they are known at the start. */
  readonly peers?: ReadonlyMap<string, string>;
  /** How others are asked: HTTP unless given. */
  readonly wire?: Wire;
  /** How time passes: the machine's unless given. */
  readonly pace?: Pace;
}

interface Deps {
  readonly node: string;
  readonly dataDir: string;
  readonly trust: TrustList;
  readonly keys: KeyHistory;
  readonly clock: { now(): string };
  readonly witnessing?: WitnessingParts;
}

/** Opens the witness of a node and the witnessing of its log; undefined when the node has none. @throws LedgerFault */
export const openWitnessing = (
  { node, dataDir, trust, keys, clock, witnessing }: Deps,
  { halt, ...log }: OwnLog & { readonly halt: (fault: LedgerFault) => void },
): RunningWitnessing | undefined => {
  if (witnessing === undefined) return undefined;
  const { key, peers = new Map<string, string>(), wire = httpWire, pace = realPace } = witnessing;
  const paths = ledgerPaths(dataDir);
  const policy = openPolicy(paths.policy, trust, node);
  const store = openWitnessStore(paths.witness, { origin: log.origin, levelBy: levelBy(policy) });
  try {
    const opened = new RunningWitnessing({
      node,
      trust,
      keys,
      key,
      policy,
      log,
      store,
      wire,
      pace,
      clock,
      forgotten: halt,
    });
    opened.meet(peers);
    return opened;
  } catch (error) {
    store.close();
    throw error;
  }
};
