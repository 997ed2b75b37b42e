import type { LedgerGraphql } from '@delta-hub/contracts';
import { toBase64 } from '@delta-hub/ledger';
import { Args, Context, Parent, Query, ResolveField, ResolveReference, Resolver } from '@nestjs/graphql';
import { GraphQLError } from 'graphql';
import { EvidenceDesk } from './evidence/evidence-desk.js';
import type { RequestContext } from './graphql-context.js';
import { type ConsistencyProof, type LedgerEntry, LedgerReader } from './ledger-reader.js';

type Reference = { readonly id: string };

/** The queries of the ledger subgraph. */
@Resolver()
export class LedgerResolver {
  readonly #reader: LedgerReader;

  constructor(reader: LedgerReader) {
    this.#reader = reader;
  }

  @Query('treeHead')
  treeHead(): LedgerGraphql.TreeHead | null {
    const head = this.#reader.head();
    if (head === undefined) return null;
    const { origin, size, root, note } = head;
    return { origin, size, rootHash: toBase64(root), note, ...this.#reader.standingOf(size) };
  }

  @Query('forks')
  forks(): LedgerGraphql.LogFork[] {
    return this.#reader.forks().map(({ id, origin, foundAt, settled, proof }) => ({
      id,
      origin,
      foundAt,
      settledAt: settled?.at ?? null,
      reason: settled?.reason ?? null,
      proof,
    }));
  }

  @Query('consistency')
  consistency(@Args() { from, to }: LedgerGraphql.QueryConsistencyArgs): ConsistencyProof {
    const proof = this.#reader.consistency(from, to ?? undefined);
    if (proof !== undefined) return proof;
    throw new GraphQLError('from and to are sizes of this log, the first not the larger.', {
      extensions: { code: 'BAD_USER_INPUT', reason: 'BEYOND_THE_HEAD' },
    });
  }

  @Query('ledgerEntry')
  async ledgerEntry(@Args('eventId') id: string, @Context() { ofEvent }: RequestContext): Promise<LedgerEntry | null> {
    return (await ofEvent.get(id)) ?? null;
  }
}

/** What of an entry only some may see: the signed event itself. */
@Resolver('LedgerEntry')
export class EntryResolver {
  readonly #desk: EvidenceDesk;

  constructor(desk: EvidenceDesk) {
    this.#desk = desk;
  }

  @ResolveField('leaf')
  leaf(@Parent() { eventId }: LedgerEntry, @Context() { caller }: RequestContext): string | null {
    const handed = this.#desk.leafFor(caller, eventId);
    return handed.ok ? handed.value : null;
  }

  @Query('evidence')
  evidence(@Args('eventId') id: string, @Context() { caller }: RequestContext): LedgerGraphql.Evidence | null {
    const handed = this.#desk.bundleFor(caller, id);
    if (!handed.ok) return null;
    const { eventId, level, zip } = handed.value;
    return { eventId, level, zip: toBase64(zip) };
  }
}

/** What the ledger knows of a transfer: the entries of its stream. */
@Resolver('Transfer')
export class TransferLedgerResolver {
  @ResolveReference()
  resolveReference({ id }: Reference): Reference {
    return { id };
  }

  @ResolveField('ledger')
  async ledger(@Parent() { id }: Reference, @Context() { ofStream }: RequestContext): Promise<readonly LedgerEntry[]> {
    return (await ofStream.get(id)) ?? [];
  }
}

/** What the ledger knows of a fact: its entry. */
@Resolver('Fact')
export class FactLedgerResolver {
  @ResolveReference()
  resolveReference({ id }: Reference): Reference {
    return { id };
  }

  @ResolveField('ledger')
  async ledger(@Parent() { id }: Reference, @Context() { ofEvent }: RequestContext): Promise<LedgerEntry | null> {
    return (await ofEvent.get(id)) ?? null;
  }
}
