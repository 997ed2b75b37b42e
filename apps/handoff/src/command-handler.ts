import { agencyById } from '@delta-hub/contracts';
import { canonicalJson, digest, type JsonValue } from '@delta-hub/crypto';
import { fold } from '@delta-hub/decider';
import {
  type AppendResult,
  type EventStore,
  EventStoreError,
  type EventToAppend,
  type RecordedEvent,
} from '@delta-hub/event-store';
import {
  type AgencyId,
  articleOf,
  AT_ONCE,
  dayOf,
  type HandoffEvent,
  hubRules,
  type Instant,
  isIntake,
  isMergeEvent,
  isOpen,
  isReading,
  isTransferEvent,
  type MergeToTell,
  nthOf,
  packInForce,
  personDecider,
  personMergeDecider,
  type PersonFile,
  sealedRecordDecider,
  type TransferAct,
  transferDecider,
  type TransferEvent,
  type Transmission,
} from '@delta-hub/handoff';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { v5 as uuidv5 } from 'uuid';
import { checkInput } from './input-checks.js';
import { PersonTurns } from './person-turns.js';
import { type Commander, Handle, type HubRejection, type Inputs, type Outcome, type Request } from './requests.js';
import { actOf, type Keeper, nodeOfSource, readEvent, recipientsOf, sign, stateOf } from './signed-events.js';
import { currentTrace } from './trace-context.js';
import { type AnyCommand, type LookUps, type Pair, toCommand } from './to-command.js';

/** Names the n-th transfer of a person from a node, so that two applications at once meet in one stream. */
const TRANSFER_NAMESPACE = '7d3c3c1e-4b8e-5d0c-9f0e-1a54c2f6b7a2';
const CONFLICTS = 20;
const UNKNOWN_OUTCOMES = 5;

/** What the handler looks up, in read models that have come as far as the store was when asked. */
export interface Knowledge {
  person(personId: string): Promise<PersonFile | undefined>;
  /** How the facts of a transfer came to this node, and when the line between its parties was cut. */
  transmission(transferId: string): Promise<Transmission>;
  /** Two persons, each as its own facts show it, and whether at an instant either was merged otherwise. */
  pair(personId: string, duplicateId: string, at: Instant): Promise<Pair>;
  /** The nodes that hold a transfer of one of two ids, and can judge by it what `author`, an agency, says of the two. */
  partnersOf(personId: string, duplicateId: string, author: AgencyId): Promise<readonly string[]>;
  /** Resolves when the read models have come as far as the store is now. */
  caughtUp(): Promise<void>;
  /**
   * All ids of the person whom a command concerns by more than the stream it writes, by the read models as they are;
   * undefined for most commands.
   */
  personsAtStake(request: Request): readonly string[] | undefined;
  /** The fact by which a person is of two ids now, by the read models as they are. */
  merge(personId: string): MergeToTell | undefined;
  /** Whether the person of a transfer has applied for another one from where it has brought them. */
  hasMovedOn(transferId: string): Promise<boolean>;
  /** Whether this node holds a sealed record of a person that concerns the commander's agency. */
  isReadable(personId: string, commander: Commander): Promise<boolean>;
  /** The stream in which a command key was used before. */
  streamOfCommand(idempotencyKey: string): Promise<string | undefined>;
}

/** What the handler works with; a class because Nest injects by class. */
export class HandlerParts {
  readonly turns = new PersonTurns();

  constructor(
    readonly store: EventStore,
    readonly keeper: Keeper,
    readonly knowledge: Knowledge,
  ) {}
}

/** Where a command goes: the stream and what is in it. */
interface Target {
  readonly stream: string;
  readonly recorded: readonly RecordedEvent[];
}

/**
 * The one way of a command to its facts: read the stream, fold, decide, sign, append.
 * A conflict starts again from the read; an unknown outcome repeats the identical append; a repeated command is answered from the stream.
 */
@CommandHandler(Handle)
export class HandleCommand implements ICommandHandler<Handle, Outcome> {
  private readonly store: EventStore;
  private readonly keeper: Keeper;
  private readonly knowledge: Knowledge;
  private readonly turns: PersonTurns;

  constructor({ store, keeper, knowledge, turns }: HandlerParts) {
    this.store = store;
    this.keeper = keeper;
    this.knowledge = knowledge;
    this.turns = turns;
  }

  /** In its turn where others decide about the same persons. */
  async execute(handle: Handle): Promise<Outcome> {
    const persons = this.knowledge.personsAtStake(handle.request);
    return persons === undefined ? this.handle(handle) : this.inTurn(handle, persons);
  }

  private async inTurn(handle: Handle, persons: readonly string[]): Promise<Outcome> {
    const done = await this.turns.run(persons, async () => {
      await this.knowledge.caughtUp();
      const all = this.knowledge.personsAtStake(handle.request) ?? [];
      return all.every((person) => persons.includes(person)) ? { outcome: await this.handle(handle) } : { all };
    });
    // The read models were behind, or the ids were merged meanwhile: the turn is that of others too.
    return 'outcome' in done ? done.outcome : this.inTurn(handle, done.all);
  }

  private async handle(handle: Handle): Promise<Outcome> {
    const now = this.keeper.clock.now();
    const checked = checkInput(handle.request, handle.idempotencyKey, now);
    if ('code' in checked) return { rejected: checked };
    const { request, commander } = handle;
    const commandHash = hashOf(request, commander.agencyId);

    for (let attempt = 0; attempt < CONFLICTS; attempt++) {
      const target = await this.target(request, handle.idempotencyKey);
      const earlier = await this.earlierAnswer(target, handle.idempotencyKey, commandHash);
      if (earlier !== undefined) return earlier;

      const person = 'personId' in request.input ? await this.knowledge.person(request.input.personId) : undefined;
      const transmission =
        request.type === 'JudgeDeadlines' ? await this.knowledge.transmission(target.stream) : AT_ONCE;
      const pair: Pick<LookUps, 'pair'> =
        'duplicateId' in request.input
          ? { pair: await this.knowledge.pair(request.input.personId, request.input.duplicateId, now) }
          : {};
      const isReadable =
        request.type === 'ReadSealedRecord' && (await this.knowledge.isReadable(request.input.personId, commander));
      const hasMovedOn = request.type === 'CorrectFact' && (await this.knowledge.hasMovedOn(target.stream));
      const merge = request.type === 'ApplyTransfer' ? this.knowledge.merge(request.input.personId) : undefined;
      const lookUps = { now, person: () => person, transmission, isReadable, hasMovedOn, merge, ...pair };
      const command = toCommand(request, checked, commander, lookUps);
      if ('code' in command) return { rejected: command };
      const decision = decide(command, target.recorded);
      if ('rejected' in decision) return { rejected: decision.rejected };

      const last = target.recorded.at(-1);
      // No deadline of the case has come: nothing is recorded, and that is no refusal.
      if (decision.accepted.length === 0 && last !== undefined)
        return { accepted: { stream: target.stream, factIds: [], position: last.position } };
      const concerned = [person, pair.pair?.person, pair.pair?.duplicate];
      const isSealed = concerned.some((file) => file?.confidentiality !== undefined);
      const partners =
        'duplicateId' in request.input
          ? await this.knowledge.partnersOf(request.input.personId, request.input.duplicateId, commander.agencyId)
          : [];
      const named = { commandId: handle.idempotencyKey, commandHash, now, isSealed, partners };
      const events = this.signAll(decision.accepted, target, named);
      const result = await this.append(target, events);
      if (result.outcome === 'appended')
        return { accepted: { stream: target.stream, factIds: events.map(({ id }) => id), position: result.position } };
    }
    throw new EventStoreError('UNAVAILABLE', `the case was written to ${CONFLICTS} times at once`);
  }

  private async target(request: Request, key: string): Promise<Target> {
    if (request.type === 'RegisterIntake' || request.type === 'ReadSealedRecord')
      return this.read(`person-${request.input.personId}`);
    if ('duplicateId' in request.input) return this.read(`person-${request.input.personId}`);
    if (request.type === 'ApplyTransfer') return this.nextTransferOf(request.input.personId, key);
    return this.read(request.input.transferId);
  }

  /** The person's first transfer stream from this node that is empty, still open, or was opened by this very command. */
  private async nextTransferOf(personId: string, key: string): Promise<Target> {
    for (let n = 0; ; n++) {
      const target = await this.read(`transfer-${uuidv5(`${this.keeper.node}|${personId}|${n}`, TRANSFER_NAMESPACE)}`);
      const isClosed = target.recorded.length > 0 && !isOpen(stateOf(target.recorded));
      const isOurs = target.recorded.some((event) => readEvent(event).commandid === key);
      if (!isClosed || isOurs) return target;
    }
  }

  private async read(stream: string): Promise<Target> {
    return { stream, recorded: await this.store.read(stream) };
  }

  /** The answer this command was given before; a refusal when its key named another command. */
  private async earlierAnswer(
    { stream, recorded }: Target,
    key: string,
    commandHash: string,
  ): Promise<Outcome | undefined> {
    const facts = recorded.filter((event) => readEvent(event).commandid === key);
    const [first] = facts;
    if (first === undefined) {
      const elsewhere = await this.knowledge.streamOfCommand(key);
      return elsewhere === undefined || elsewhere === stream
        ? undefined
        : { rejected: { code: 'IDEMPOTENCY_KEY_REUSED' } };
    }
    if (readEvent(first).commandhash !== commandHash) return { rejected: { code: 'IDEMPOTENCY_KEY_REUSED' } };
    return { accepted: { stream, factIds: facts.map(({ id }) => id), position: facts.at(-1)!.position } };
  }

  private signAll(
    acts: readonly HandoffEvent[],
    { stream, recorded }: Target,
    command: {
      readonly commandId: string;
      readonly commandHash: string;
      readonly now: string;
      readonly isSealed: boolean;
      readonly partners: readonly string[];
    },
  ): readonly EventToAppend[] {
    const recipients = [...addresseesOf(acts, recorded, this.keeper.node), ...command.partners];
    const isSealed = command.isSealed || [...acts, ...recorded.map(actOf)].some(isOfSealed);
    const signed: EventToAppend[] = [];
    const ownLast = recorded.findLast((event) => nodeOfSource(readEvent(event).source) === this.keeper.node)?.id;
    for (const act of acts) {
      const causationId = signed.at(-1)?.id ?? recorded.at(-1)?.id;
      const rule = `${articleOf(act.type)}@${packVersionOf(act, this.keeper.node)}`;
      const { commandId, commandHash, now } = command;
      // What follows from an earlier act bears its instant, and the clock may have been set back since.
      const signedAt = act.occurredAt > now ? act.occurredAt : now;
      const context = {
        id: this.keeper.newId(),
        node: this.keeper.node,
        stream,
        signedAt,
        recipients,
        rule,
        causationId,
        previousId: signed.length > 0 || ownLast === causationId ? undefined : ownLast,
        commandId,
        commandHash,
        isSealed,
        traceparent: currentTrace(),
      };
      signed.push(sign(act, context, this.keeper.signer));
    }
    return signed;
  }

  /** An unknown outcome is answered by the identical call: same ids, same bytes, same place. */
  private async append({ stream, recorded }: Target, events: readonly EventToAppend[]): Promise<AppendResult> {
    const expected = recorded.at(-1)?.revision ?? 'no-stream';
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.store.append(stream, expected, events);
      } catch (error) {
        const isUnknown = (error as { code?: unknown }).code === 'OUTCOME_UNKNOWN';
        if (!isUnknown || attempt >= UNKNOWN_OUTCOMES) throw error;
      }
    }
  }
}

/** The pack in force at this node on the day of an act. */
const packVersionOf = ({ occurredAt }: HandoffEvent, node: string): string =>
  packInForce(hubRules.book, node, dayOf(occurredAt))?.version ?? 'none';

/** Names what was asked by which agency, so that a key cannot stand for two commands. */
const hashOf = (request: Request, agencyId: string): string => {
  // An age is guessed from a digest in a hundred attempts: it is not in it.
  const { ageAtOffence: _age, sentenceMonths: _months, ...named } = request.input as Inputs['RegisterIntake'];
  const input = JSON.parse(JSON.stringify(named)) as JsonValue;
  return digest(Buffer.from(canonicalJson({ type: request.type, agencyId, input })));
};

const transferEvents = (recorded: readonly RecordedEvent[]): readonly TransferEvent[] =>
  recorded.map((event) => actOf(event) as TransferEvent);

const decide = (
  command: AnyCommand,
  recorded: readonly RecordedEvent[],
): { readonly accepted: readonly HandoffEvent[] } | { readonly rejected: HubRejection } => {
  if (command.type === 'ApplyTransfer' && recorded.length > 0) {
    // The stream is another application's, still open. Whether the person is the caller's at all is asked first.
    const decision = transferDecider.decide(command, transferDecider.initialState);
    return 'rejected' in decision ? decision : { rejected: { code: 'PERSON_HAS_OPEN_TRANSFER' } };
  }
  if (command.type === 'ReadSealedRecord') return sealedRecordDecider.decide(command, {});
  if ('duplicateId' in command)
    return personMergeDecider.decide(command, fold(personMergeDecider, recorded.map(actOf).filter(isMergeEvent)));
  if (command.type !== 'RegisterIntake') return transferDecider.decide(command, stateOf(recorded));
  return personDecider.decide(command, fold(personDecider, recorded.map(actOf).filter(isIntake)));
};

/** Whether a fact says that its stream is of a sealed record. */
const isOfSealed = (act: HandoffEvent): boolean =>
  isReading(act) || ('confidentiality' in act.data && act.data.confidentiality !== undefined);

/**
 * Both parties of a transfer have every fact of it; an intake stays at its node. A node that serves the recipient of a copy
 * has that copy and the correction of what was copied; what its recipient notes goes to whoever had the copy.
 */
const addresseesOf = (
  acts: readonly HandoffEvent[],
  recorded: readonly RecordedEvent[],
  node: string,
): readonly string[] => {
  const ofTransfer = acts.filter(isTransferEvent);
  const [first] = recorded;
  if (ofTransfer.length === 0) return [node];
  const known = transferEvents(recorded);
  const applied = [...ofTransfer, ...known].find((act) => act.type === 'transfer.applied');
  if (applied === undefined) return [node, ...(first === undefined ? [] : recipientsOf(readEvent(first)))];
  const copies = [...known, ...ofTransfer].filter((act) => act.type === 'transfer.copy-sent');
  const serving = ofTransfer.flatMap((act) => {
    if (act.type === 'transfer.copy-sent') return servedBy(act);
    return act.type === 'transfer.fact-corrected'
      ? copies.filter((copy) => copy.data.of === act.data.fact && nthOf(copy) === nthOf(act)).flatMap(servedBy)
      : [];
  });
  return [node, applied.data.originNode, applied.data.receivingNode, ...serving];
};

const servedBy = ({ data: { recipient } }: TransferAct<'transfer.copy-sent'>): readonly string[] =>
  [recipient === undefined ? undefined : agencyById(recipient)?.node].filter((node) => node !== undefined);
