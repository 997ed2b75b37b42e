import type { HubEvent } from '@delta-hub/contracts';
import { keyOf, traceRule } from '@delta-hub/handoff';
import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { type DeadlineParent, factAnswer, type FactParent, type TransferParent } from './answers.js';
import { casesAt } from './past-cases.js';
import { type FactRow, ReadModels } from './read-models.js';
import { eventIn } from './signed-events.js';
import { dutyOf, factByKey, keyOfRow, type TracedVerdict, tracedVerdicts } from './traced-facts.js';

type VerdictParent = TracedVerdict & { readonly of: TransferParent };

const ofCase = (of: TransferParent): readonly VerdictParent[] => tracedVerdicts(of).map((each) => ({ ...each, of }));

/** From a verdict on a limit to the facts and the rule it was computed from 规则溯源. */
@Resolver('Verdict')
export class VerdictResolver {
  constructor(private readonly readModels: ReadModels) {}

  @ResolveField('fact')
  fact(@Parent() { act, of }: VerdictParent) {
    return factOf(this.readModels, of, keyOf(act));
  }

  @ResolveField('kind')
  kind(@Parent() { act }: VerdictParent) {
    return act.type.slice('transfer.deadline-'.length);
  }

  @ResolveField('step')
  step(@Parent() { act }: VerdictParent) {
    return act.data.step;
  }

  @ResolveField('about')
  about(@Parent() { act }: VerdictParent) {
    return act.data.about ?? null;
  }

  @ResolveField('due')
  due(@Parent() { act }: VerdictParent) {
    return act.data.due;
  }

  @ResolveField('at')
  at(@Parent() { act }: VerdictParent) {
    return act.occurredAt;
  }

  @ResolveField('to')
  to(@Parent() { act }: VerdictParent) {
    return act.data.to;
  }

  @ResolveField('rule')
  rule(@Parent() { act }: VerdictParent) {
    return traceRule(act.data.rule) ?? null;
  }

  @ResolveField('startedBy')
  startedBy(@Parent() { duty, of }: VerdictParent) {
    return factOf(this.readModels, of, duty?.startedBy);
  }

  @ResolveField('doneBy')
  doneBy(@Parent() { duty, of }: VerdictParent) {
    return factOf(this.readModels, of, duty?.act);
  }

  @ResolveField('supersededBy')
  supersededBy(@Parent() { superseded, of }: VerdictParent) {
    return factOf(this.readModels, of, superseded && keyOf(superseded));
  }

  @ResolveField('because')
  because(@Parent() { superseded }: VerdictParent) {
    return superseded?.data.because ?? null;
  }

  @ResolveField('outage')
  outage(@Parent() { superseded }: VerdictParent) {
    const id = superseded?.data.outage;
    return id === undefined ? null : (this.readModels.outage(id) ?? null);
  }
}

@Resolver('Transfer')
export class TransferVerdictsResolver {
  @ResolveField('verdicts')
  verdicts(@Parent() transfer: TransferParent): readonly VerdictParent[] {
    return ofCase(transfer);
  }
}

/** One limit of a case, with the facts it was computed from. */
@Resolver('Deadline')
export class DeadlineResolver {
  constructor(private readonly readModels: ReadModels) {}

  @ResolveField('basis')
  basis(@Parent() { ruleId }: DeadlineParent) {
    return traceRule(ruleId);
  }

  @ResolveField('startedBy')
  startedBy(@Parent() deadline: DeadlineParent) {
    return factOf(this.readModels, deadline.of, dutyFor(deadline)?.startedBy);
  }

  @ResolveField('doneBy')
  doneBy(@Parent() deadline: DeadlineParent) {
    return factOf(this.readModels, deadline.of, dutyFor(deadline)?.act);
  }

  @ResolveField('verdicts')
  verdicts(@Parent() { of, step, due, about }: DeadlineParent): readonly VerdictParent[] {
    return ofCase(of).filter(
      ({ act: { data } }) => data.step === step && data.due === due && (data.about ?? null) === about,
    );
  }
}

/** What a signed fact says, and for a verdict from what it was computed. */
@Resolver('Fact')
export class FactContentResolver {
  constructor(private readonly readModels: ReadModels) {}

  @ResolveField('actor')
  actor(@Parent() fact: FactParent): object {
    return eventOf(fact).data.actor;
  }

  @ResolveField('rule')
  rule(@Parent() fact: FactParent) {
    return eventOf(fact).rule;
  }

  @ResolveField('data')
  data(@Parent() fact: FactParent): object {
    const { actor: _actor, occurredAt: _at, ...said } = eventOf(fact).data;
    return said;
  }

  @ResolveField('verdict')
  verdict(@Parent() fact: FactParent): VerdictParent | null {
    const summary = casesAt(this.readModels, fact.view).transfer(fact.stream);
    const row = this.readModels.fact(fact.id);
    if (summary === undefined || row === undefined) return null;
    const key = keyOfRow(row);
    return ofCase({ ...summary, view: fact.view }).find(({ act }) => keyOf(act) === key) ?? null;
  }
}

const eventOf = ({ jws }: Pick<FactRow, 'jws'>): HubEvent => eventIn(jws);

const dutyFor = ({ of, step, due, about }: DeadlineParent) =>
  dutyOf({ step, due, about: about ?? undefined }, of.facts);

const factOf = (readModels: ReadModels, { id, view }: TransferParent, key: Parameters<typeof factByKey>[2]) => {
  const row = factByKey(casesAt(readModels, view), id, key);
  return row === undefined ? null : factAnswer(row, view);
};
