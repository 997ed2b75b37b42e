import type { LedgerGraphql } from '@delta-hub/contracts';
import { isInstant } from '@delta-hub/crypto';
import { toBase64 } from '@delta-hub/ledger';
import { Args, Context, Query, Resolver } from '@nestjs/graphql';
import { GraphQLError } from 'graphql';
import type { RequestContext } from '../graphql-context.js';
import { isLedgerFault } from '../ledger-fault.js';
import { cursorOf, readCursor } from './replay-cursor.js';
import { isMendable, type OpenReplay, ReplayDesk, type ReplayRequest } from './replay-desk.js';
import type { AsOf } from './replay.js';
import type { ReplayedEntry } from './replayed-entry.js';
import { scopeOf } from './scope.js';

const MOST = 256;

/** The query `replay` of the ledger subgraph. */
@Resolver()
export class ReplayResolver {
  readonly #desk: ReplayDesk;

  constructor(desk: ReplayDesk) {
    this.#desk = desk;
  }

  @Query('replay')
  async replay(
    @Args() { scope, asOf, first, after }: LedgerGraphql.QueryReplayArgs,
    @Context() { caller }: RequestContext,
  ): Promise<LedgerGraphql.ReplayConnection> {
    const most = first ?? 100;
    if (most < 1 || most > MOST) throw invalid(`first is from 1 to ${MOST}`);
    const of = scopeOf(scope.kind, scope.id ?? undefined);
    if (of === undefined) throw invalid('scope: an id for every kind but WHOLE');
    const begun = after == null ? undefined : readCursor(after);
    if (after != null && begun === undefined) throw invalid('after is not a cursor of a replay');
    const request = { scope: of, asOf: momentOf(asOf ?? undefined), moment: begun, reason: scope.reason ?? undefined };
    return answering(async () => {
      const open = await this.#desk.open(caller, request satisfies ReplayRequest);
      if (open === undefined) throw new GraphQLError('Not yours to replay.', { extensions: { code: 'FORBIDDEN' } });
      return connectionOf(open, await open.page(begun?.next ?? 0, most));
    });
  }
}

const connectionOf = (
  { origin, moment, levelOf }: OpenReplay,
  { entries, next, isLast }: Awaited<ReturnType<OpenReplay['page']>>,
): LedgerGraphql.ReplayConnection => {
  const { size, root, rule } = moment;
  const edges = entries.map((entry) => ({
    cursor: cursorOf({ size, rule, next: entry.index + 1 }),
    node: nodeOf(entry, levelOf(entry.index + 1)),
  }));
  return {
    head: { origin, size, rootHash: toBase64(root), rule, level: levelOf(size) },
    edges,
    pageInfo: { hasNextPage: !isLast, endCursor: cursorOf({ size, rule, next }) },
  };
};

const nodeOf = ({ index, verdict, event }: ReplayedEntry, level: LedgerGraphql.WitnessLevel) => ({
  ...{
    index,
    verdict,
    level,
    eventId: event?.id ?? null,
    key: event?.kid ?? null,
    type: event?.type ?? null,
    source: event?.source ?? null,
  },
  ...{ subject: event?.subject ?? null, signedAt: event?.time ?? null, occurredAt: event?.occurredAt ?? null },
  actor: event?.actor ?? null,
});

const momentOf = (moment: LedgerGraphql.ReplayMomentInput | undefined): AsOf | undefined => {
  if (moment === undefined) return undefined;
  const { size, at } = moment;
  const instant: unknown = at;
  if (size != null && at == null && size >= 0) return size;
  if (size == null && isInstant(instant)) return instant;
  throw invalid('asOf: either a size from 0 or an instant YYYY-MM-DDTHH:mm:ss.sssZ');
};

/** What the caller can mend keeps its code, as do faults of the log itself; others are masked. */
const answering = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (!isLedgerFault(error)) throw error;
    const { code, message, evidence } = error;
    const isInput = isMendable(error) || code === 'NOTHING_SIGNED';
    if (!isInput && code !== 'LEDGER_DAMAGED' && code !== 'INSPECTION_NOT_RECORDED') throw error;
    const position = evidence?.position;
    throw new GraphQLError(message, {
      extensions: isInput
        ? { code: 'BAD_USER_INPUT', reason: code }
        : { code, ...(position === undefined ? {} : { position }) },
    });
  }
};

const invalid = (message: string): GraphQLError =>
  new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
