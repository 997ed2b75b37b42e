import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled';
import { ledgerSdl } from '@delta-hub/contracts';
import { ApolloFederationDriver, type ApolloFederationDriverConfig } from '@nestjs/apollo';
import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { GraphQLModule } from '@nestjs/graphql';
import type { VerifyToken } from './bearer.js';
import { contextOf, maskFault } from './graphql-context.js';
import { EvidenceApi } from './evidence/evidence-api.js';
import { EvidenceDesk } from './evidence/evidence-desk.js';
import { EvidenceController } from './evidence/evidence.controller.js';
import { LedgerReader } from './ledger-reader.js';
import { EntryResolver, FactLedgerResolver, LedgerResolver, TransferLedgerResolver } from './ledger.resolver.js';
import { RefusedQueryFilter } from './refused-query.filter.js';
import { ReplayDesk } from './replay/replay-desk.js';
import { ReplayApi } from './replay/replay-api.js';
import { ReplayController } from './replay/replay.controller.js';
import { ReplayResolver } from './replay/replay.resolver.js';
import { TileApi } from './tile-api.js';
import { TileController } from './tile.controller.js';
import { WitnessApi } from './witness/witness-api.js';
import { WitnessController } from './witness/witness.controller.js';
import type { RunningWitnessing } from './witness/witnessing.js';

export interface LedgerModuleOptions {
  readonly reader: LedgerReader;
  readonly verifyToken: VerifyToken;
  /** Whether the schema may be asked for. */
  readonly introspection: boolean;
  readonly witnessing: RunningWitnessing | undefined;
  readonly desk: EvidenceDesk;
  readonly replays: ReplayDesk;
}

/** HTTP and GraphQL around a log that is open. */
@Module({})
export class LedgerModule {
  static around({ reader, verifyToken, introspection, witnessing, desk, replays }: LedgerModuleOptions): DynamicModule {
    return {
      module: LedgerModule,
      imports: [
        GraphQLModule.forRoot<ApolloFederationDriverConfig>({
          driver: ApolloFederationDriver,
          typeDefs: ledgerSdl,
          introspection,
          graphiql: false,
          includeStacktraceInErrorResponses: false,
          plugins: [ApolloServerPluginInlineTraceDisabled()],
          context: contextOf(reader, verifyToken),
          formatError: maskFault,
        }),
      ],
      controllers: [
        EvidenceController,
        ReplayController,
        TileController,
        ...(witnessing === undefined ? [] : [WitnessController]),
      ],
      providers: [
        { provide: LedgerReader, useValue: reader },
        { provide: EvidenceDesk, useValue: desk },
        { provide: ReplayDesk, useValue: replays },
        { provide: EvidenceApi, useValue: new EvidenceApi(desk, verifyToken) },
        { provide: ReplayApi, useValue: new ReplayApi(replays, verifyToken) },
        { provide: TileApi, useValue: new TileApi(reader, verifyToken) },
        ...(witnessing === undefined ? [] : [{ provide: WitnessApi, useValue: new WitnessApi(witnessing) }]),
        { provide: APP_FILTER, useClass: RefusedQueryFilter },
        LedgerResolver,
        EntryResolver,
        ReplayResolver,
        TransferLedgerResolver,
        FactLedgerResolver,
      ],
    };
  }
}
