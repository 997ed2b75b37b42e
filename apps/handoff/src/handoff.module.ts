import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled';
import { handoffSdl } from '@delta-hub/contracts';
import { ApolloFederationDriver, type ApolloFederationDriverConfig } from '@nestjs/apollo';
import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { CommandBus, CqrsModule } from '@nestjs/cqrs';
import { GraphQLModule } from '@nestjs/graphql';
import { contextOf, maskFault, type VerifyToken } from './bearer.js';
import { NodeClock } from './clock.js';
import { CorrectedFactResolver } from './corrected-fact.resolver.js';
import { HandleCommand, HandlerParts } from './command-handler.js';
import { Commands } from './commands.js';
import { InboxResolver } from './inbox.resolver.js';
import { NodeHealth } from './node-health.js';
import { AgencyResolver, NodeResolver } from './node.resolver.js';
import { PersonMergeResolver } from './person-merge.resolver.js';
import { PersonResolver } from './person.resolver.js';
import { Projector } from './projections.js';
import { ReadModels } from './read-models.js';
import { StaleFactResolver, StalePersonResolver, StaleTransferResolver } from './stale.resolver.js';
import { KnownErrors } from './known-errors.js';
import { TransferResolver } from './transfer.resolver.js';
import {
  DeadlineResolver,
  FactContentResolver,
  TransferVerdictsResolver,
  VerdictResolver,
} from './verdict.resolver.js';
import { RuleResolver, WorklistResolver } from './worklist.resolver.js';

export interface HandoffModuleOptions {
  readonly parts: HandlerParts;
  readonly projector: Projector;
  readonly readModels: ReadModels;
  readonly clock: NodeClock;
  readonly health: NodeHealth;
  readonly verifyToken: VerifyToken;
  readonly introspection: boolean;
}

/** GraphQL around the parts of a node that are open. */
@Module({})
export class HandoffModule {
  static around(options: HandoffModuleOptions): DynamicModule {
    return {
      module: HandoffModule,
      imports: [
        CqrsModule,
        GraphQLModule.forRoot<ApolloFederationDriverConfig>({
          driver: ApolloFederationDriver,
          typeDefs: handoffSdl,
          introspection: options.introspection,
          graphiql: false,
          includeStacktraceInErrorResponses: false,
          plugins: [ApolloServerPluginInlineTraceDisabled()],
          context: contextOf(options.verifyToken),
          formatError: maskFault,
        }),
      ],
      providers: [
        { provide: HandlerParts, useValue: options.parts },
        HandleCommand,
        { provide: ReadModels, useValue: options.readModels },
        { provide: NodeClock, useValue: options.clock },
        { provide: NodeHealth, useValue: options.health },
        {
          provide: Commands,
          inject: [CommandBus],
          useFactory: (bus: CommandBus) => new Commands(bus, options.projector, options.readModels),
        },
        { provide: APP_FILTER, useClass: KnownErrors },
        TransferResolver,
        InboxResolver,
        PersonResolver,
        PersonMergeResolver,
        NodeResolver,
        AgencyResolver,
        WorklistResolver,
        RuleResolver,
        StaleTransferResolver,
        StalePersonResolver,
        StaleFactResolver,
        CorrectedFactResolver,
        VerdictResolver,
        TransferVerdictsResolver,
        DeadlineResolver,
        FactContentResolver,
      ],
    };
  }
}
