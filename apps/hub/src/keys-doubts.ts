import { digest } from '@delta-hub/crypto';
import { type ReplayedEntry, replayDirectory } from '@delta-hub/ledger-app';
import { HubFault } from './faults.js';
import { type Bench, type KeyOptions, newestKey, withKeys } from './keys-bench.js';
import { say } from './say.js';

/** Most events that one `key.reattested` names. */
const MOST = 300;

/** What is valid by its place in the node's log, but was signed by a stolen key and not witnessed before the theft. */
const doubtsOf = ({ dir, trust }: Bench): readonly Doubt[] => {
  const replayed = replayDirectory(dir, trust, { scope: { kind: 'WHOLE' }, asOf: undefined });
  try {
    return [...replayed.entries].flatMap(doubtOf);
  } finally {
    replayed.close();
  }
};

interface Doubt {
  readonly index: number;
  readonly eventId: string;
  readonly kid: string;
  readonly type: string;
  readonly subject: string;
  readonly signedAt: string;
}

const doubtOf = ({ index, verdict, event }: ReplayedEntry): readonly Doubt[] => {
  if (verdict !== 'IN_DOUBT' || event === undefined) return [];
  const { id: eventId, kid, type, subject, time: signedAt } = event;
  return [{ index, eventId, kid, type, subject, signedAt }];
};

/** `delta-hub keys doubts`: what needs to be declared again, or repaired, after a theft. */
export const keysDoubts = (options: KeyOptions): Promise<void> =>
  withKeys(options, (bench) => {
    const doubts = doubtsOf(bench);
    const lines = doubts.map(
      ({ index, eventId, kid, type, signedAt }) => `${index}\t${eventId}\t${kid}\t${signedAt}\t${type}`,
    );
    say(options.json, { doubts }, lines.length === 0 ? 'nothing is in doubt' : lines.join('\n'));
    return Promise.resolve();
  });

/** `delta-hub keys reattest`: the node declares events again, under its present key, that its stolen key signed. */
export const keysReattest = (
  options: KeyOptions & { readonly event?: readonly string[]; readonly all: boolean },
): Promise<void> =>
  withKeys(options, async (bench) => {
    const { node, keys, now, store, append } = bench;
    const wanted = options.event ?? [];
    if (wanted.length > 0 === options.all)
      throw new HubFault('USAGE', 'either --event <id>, once for each event, or --all');
    const own = doubtsOf(bench).filter(({ kid }) => kid.startsWith(`${node}/`));
    const unknown = wanted.find((id) => own.every(({ eventId }) => eventId !== id));
    if (unknown !== undefined) throw new HubFault('USAGE', `--event: ${unknown} is not in doubt and this node's own`);
    const chosen = own.filter(({ eventId }) => options.all || wanted.includes(eventId));
    const by = newestKey(keys, node, now);
    const acts: { kid: string; type: 'key.reattested'; data: object }[] = [];
    for (const [kid, doubts] of Map.groupBy(chosen, (doubt) => doubt.kid))
      for (let first = 0; first < doubts.length; first += MOST) {
        const events = await Promise.all(
          doubts.slice(first, first + MOST).map(async ({ eventId: id, subject }) => {
            const stored = (await store.read(subject)).find((event) => event.id === id);
            if (stored === undefined) throw new HubFault('DATA_DIR_INVALID', `event ${id} is not in the event store`);
            return { id, digest: digest(stored.data) };
          }),
        );
        acts.push({ kid: by, type: 'key.reattested', data: { kid, events } });
      }
    if (acts.length > 0) await append(acts);
    const declared = chosen.map(({ eventId }) => eventId);
    say(options.json, { reattested: declared, by }, `${declared.length} events declared again by ${by}`);
  });
