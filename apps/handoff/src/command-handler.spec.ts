import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { handoffSdl } from '@delta-hub/contracts';
import {
  type AppendResult,
  type EventStore,
  EventStoreError,
  type EventToAppend,
  type Expected,
  InMemoryEventStore,
} from '@delta-hub/event-store';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Kind, parse } from 'graphql';
import { v7 as uuidv7 } from 'uuid';
import { NodeClock } from './clock.js';
import { HandleCommand, HandlerParts } from './command-handler.js';
import { CurrentKnowledge } from './knowledge.js';
import { Projector } from './projections.js';
import { ReadModels } from './read-models.js';
import { refusalAnswer } from './refusals.js';
import { Handle, type Outcome, type Request } from './requests.js';
import { readEvent } from './signed-events.js';
import { StoreFeed } from './store-feed.js';
import { digest, signerOf } from './testing/sample-records.js';

const wujiang = { officerId: 'officer-1', role: 'officer', agencyId: 'cca-320509', node: '32' } as const;
const kunshan = { officerId: 'officer-2', role: 'officer', agencyId: 'cca-320583', node: '32' } as const;
const PERSON = 'T-320509-0001';

let dir: string;
let closers: (() => unknown)[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'delta-hub-handler-'));
  closers = [];
});
afterEach(async () => {
  for (const close of closers.toReversed()) await close();
  rmSync(dir, { recursive: true, force: true });
});

/** A handler of node 32 on a store; `give` is how a resolver gives a command. */
const nodeOn = (store: EventStore) => {
  const clock = new NodeClock('2025-03-10T01:30:00.000Z');
  const readModels = new ReadModels(join(dir, 'read.db'));
  const feed = new StoreFeed(store);
  const projector = new Projector(feed, readModels, '32');
  feed.start();
  projector.start();
  closers.push(
    () => store.close(),
    () => readModels.close(),
    () => feed.stop(),
    () => projector.stop(),
  );
  const knowledge = new CurrentKnowledge(store, readModels, projector, clock);
  const handler = new HandleCommand(
    new HandlerParts(store, { node: '32', signer: signerOf('32'), clock, newId: uuidv7 }, knowledge),
  );
  const give = (
    request: Request,
    key: string = randomUUID(),
    caller: Handle['commander'] = wujiang,
  ): Promise<Outcome> => handler.execute(new Handle(request, key, caller));
  return { give, store, clock };
};

const intake: Request = {
  type: 'RegisterIntake',
  input: {
    personId: PERSON,
    category: 'SuspendedSentence',
    correctionStart: '2025-01-06',
    correctionEnd: '2026-07-05',
  },
};
const application = (change: Partial<Extract<Request, { type: 'ApplyTransfer' }>['input']> = {}): Request => ({
  type: 'ApplyTransfer',
  input: { personId: PERSON, receivingDivision: '310118', reason: 'employment', documents: [], ...change },
});
const codeOf = (outcome: Outcome): string => ('rejected' in outcome ? outcome.rejected.code : 'accepted');
const count = async (store: EventStore): Promise<number> => (await store.readAll(undefined, 1000)).length;

describe('a command that comes again', () => {
  it('is answered as before and stores nothing', async () => {
    const { give, store } = nodeOn(new InMemoryEventStore());
    await give(intake);
    const key = randomUUID();
    const first = await give(application(), key);
    expect(await give(application(), key)).toEqual(first);
    expect(await count(store)).toBe(2);
  });

  it('with a key that named another command is refused', async () => {
    const { give, store } = nodeOn(new InMemoryEventStore());
    const key = randomUUID();
    await give(intake, key);
    expect(codeOf(await give({ ...intake, input: { ...intake.input, correctionEnd: '2027-01-01' } }, key))).toBe(
      'IDEMPOTENCY_KEY_REUSED',
    );
    expect(codeOf(await give(application(), key))).toBe('IDEMPOTENCY_KEY_REUSED');
    expect(await count(store)).toBe(1);
  });
});

it('what follows from an act that a clock dated before it was set back is not signed before its instant', async () => {
  const { give, store, clock } = nodeOn(new InMemoryEventStore());
  await give(intake);
  const paper = { kind: 'other' as const, digest, size: 1 };
  const applied = await give(application({ receivingDivision: '320583' }));
  const transferId = 'accepted' in applied ? applied.accepted.stream : '';
  const input = { transferId, documents: [paper] };
  const steps: readonly (readonly [Request, Handle['commander']])[] = [
    [{ type: 'GiveOpinion', input: { ...input, supports: true } }, wujiang],
    [{ type: 'SendConsultation', input }, wujiang],
    [{ type: 'ReplyConsultation', input: { ...input, agrees: true } }, kunshan],
    [
      { type: 'DecideTransfer', input: { ...input, approved: true, termEndNoted: false } },
      { ...wujiang, officerId: 'officer-9' },
    ],
    [{ type: 'ServeDecision', input }, wujiang],
    [{ type: 'SendFile', input }, wujiang],
    [{ type: 'RegisterFileReceived', input: { transferId } }, kunshan],
    [{ type: 'IssueReceipt', input }, kunshan],
    [{ type: 'RegisterPersonReported', input: { transferId } }, kunshan],
  ];
  for (const [request, caller] of steps) {
    const isLater = request.type === 'RegisterFileReceived' || request.type === 'IssueReceipt';
    clock.now = () => `2025-03-10T0${isLater ? '2:00' : '1:40'}:00.000Z`;
    expect([request.type, codeOf(await give(request, randomUUID(), caller))]).toEqual([request.type, 'accepted']);
  }
  const { time, type, data } = readEvent((await store.readAll(undefined, 100)).at(-1)!);
  expect([type, data.occurredAt, time]).toEqual([
    'cn.delta-hub.transfer.completed.v1',
    ...['2025-03-10T02:00:00.000Z', '2025-03-10T02:00:00.000Z'],
  ]);
});

describe('two at once', () => {
  it('for one person open one transfer', async () => {
    const { give, store } = nodeOn(new InMemoryEventStore());
    await give(intake);
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => give(application())));
    const codes = outcomes.map(codeOf);
    expect(codes.filter((code) => code === 'accepted')).toHaveLength(1);
    expect(codes.filter((code) => code === 'PERSON_HAS_OPEN_TRANSFER')).toHaveLength(7);
    expect(await count(store)).toBe(2);
  });

  it('with one key are one command', async () => {
    const { give, store } = nodeOn(new InMemoryEventStore());
    await give(intake);
    const key = randomUUID();
    const [first, ...others] = await Promise.all(Array.from({ length: 4 }, () => give(application(), key)));
    for (const other of others) expect(other).toEqual(first);
    expect(await count(store)).toBe(2);
  });
});

describe('an application while another is open', () => {
  it('tells an agency that does not answer for the person only that', async () => {
    const { give } = nodeOn(new InMemoryEventStore());
    await give(intake);
    await give(application());
    expect(codeOf(await give(application()))).toBe('PERSON_HAS_OPEN_TRANSFER');
    expect(codeOf(await give(application(), randomUUID(), kunshan))).toBe('PERSON_NOT_YOURS');
  });
});

/** A store whose next appends end as told, some after they have been done. */
class FaultyStore extends InMemoryEventStore {
  faults: ('OUTCOME_UNKNOWN, done' | 'OUTCOME_UNKNOWN' | 'STORAGE_FULL')[] = [];
  readonly asked: (readonly EventToAppend[])[] = [];

  override async append(stream: string, expected: Expected, events: readonly EventToAppend[]): Promise<AppendResult> {
    this.asked.push(events);
    const fault = this.faults.shift();
    if (fault === 'OUTCOME_UNKNOWN, done') await super.append(stream, expected, events);
    if (fault !== undefined) throw new EventStoreError(fault === 'STORAGE_FULL' ? fault : 'OUTCOME_UNKNOWN', fault);
    return super.append(stream, expected, events);
  }
}

describe('a store that fails', () => {
  it.each(['OUTCOME_UNKNOWN, done', 'OUTCOME_UNKNOWN'] as const)(
    'with %s is asked the identical thing again',
    async (fault) => {
      const store = new FaultyStore();
      const { give } = nodeOn(store);
      store.faults = [fault, fault];
      expect(codeOf(await give(intake))).toBe('accepted');
      expect(store.asked).toHaveLength(3);
      expect(store.asked[1]).toBe(store.asked[0]);
      expect(store.asked[2]).toBe(store.asked[0]);
      expect(await count(store)).toBe(1);
    },
  );

  it('because it is full stores nothing, and takes the same command once there is room', async () => {
    const store = new FaultyStore();
    const { give } = nodeOn(store);
    store.faults = ['STORAGE_FULL'];
    const key = randomUUID();
    await expect(give(intake, key)).rejects.toMatchObject({ code: 'STORAGE_FULL' });
    expect(await count(store)).toBe(0);
    expect(codeOf(await give(intake, key))).toBe('accepted');
  });
});

it('what is said of a sealed id and another one is sealed, whichever of the two is named first', async () => {
  const { give, store } = nodeOn(new InMemoryEventStore());
  const juvenile = { ...wujiang, duty: 'juvenile' } as const;
  const documents = [{ kind: 'proof', digest, size: 100 }];
  const open = { ...intake, input: { ...intake.input, personId: 'T-320509-0002' } } as Request;
  const sealed = { ...intake, input: { ...intake.input, ageAtOffence: 16 } } as Request;
  const input = { personId: 'T-320509-0002', duplicateId: PERSON, documents };
  const match = { type: 'ProposeMatch', input } as Request;
  await give(open);
  await give(sealed, randomUUID(), juvenile);
  expect(codeOf(await give(match))).toBe('PERSON_UNKNOWN');
  expect(codeOf(await give(match, randomUUID(), juvenile))).toBe('accepted');
  const classes = (await store.readAll(undefined, 10)).map((event) => readEvent(event).dataclassification);
  expect(classes).toEqual(['N', 'MINOR_SEALED', 'MINOR_SEALED']);
});

describe('a command that is refused stores nothing', () => {
  const document = { kind: 'proof', digest, size: 1024 } as const;
  it.each<[string, Request, Handle['commander']?, string?]>([
    ['DIVISION_UNKNOWN', application({ receivingDivision: '310199' })],
    ['DIVISION_UNKNOWN', application({ receivingDivision: '320500' })],
    ['DIVISION_UNKNOWN', application({ receivingDivision: '\ud800' })],
    ['DIVISION_UNKNOWN', application({ receivingDivision: '341822' })],
    ['DOCUMENT_TOO_LARGE', application({ documents: [{ ...document, size: 20 * 1024 * 1024 + 1 }] })],
    ['DOCUMENT_DIGEST_INVALID', application({ documents: [{ ...document, digest: 'sha-256:short' }] })],
    ['FIELD_INVALID', application({ documents: Array.from({ length: 51 }, () => document) })],
    ['FIELD_INVALID', application({ personId: '测试甲' })],
    ['FIELD_INVALID', application({ occurredAt: '2025-02-30T00:00:00Z' })],
    ['OCCURRED_IN_FUTURE', application({ occurredAt: '2025-03-10T01:30:00.001Z' })],
    ['PERSON_UNKNOWN', application({ personId: 'T-320509-0002' })],
    ['SAME_AGENCY', application({ receivingDivision: '320509' })],
    ['PERSON_NOT_YOURS', application(), kunshan],
    ['ROLE_NOT_PERMITTED', application(), { ...wujiang, role: 'inspector' }],
    ['AGENCY_UNKNOWN', application(), { ...wujiang, agencyId: 'cca-310118' }],
    ['IDEMPOTENCY_KEY_INVALID', application(), wujiang, 'again'],
    [
      'TRANSFER_UNKNOWN',
      { type: 'SendConsultation', input: { transferId: 'transfer-3c3c8556-2394-5832-92e2-2fd9a6ff9b4c' } },
    ],
    ['TRANSFER_UNKNOWN', { type: 'SendConsultation', input: { transferId: `person-${PERSON}` } }],
    ['PERSON_ALREADY_REGISTERED', intake],
  ])('%s', async (code, request, caller = wujiang, key = randomUUID()) => {
    const { give, store } = nodeOn(new InMemoryEventStore());
    await give(intake);
    const outcome = await give(request, key, caller);
    expect(codeOf(outcome)).toBe(code);
    expect('rejected' in outcome && refusalAnswer(outcome.rejected).code).toBe(code);
    expect(await count(store)).toBe(1);
  });

  it('every code of the API says what to do, in the schema and in its answer alike', () => {
    const codes = parse(handoffSdl).definitions.flatMap((one) =>
      one.kind === Kind.ENUM_TYPE_DEFINITION && one.name.value === 'RefusalCode' ? (one.values ?? []) : [],
    );
    expect(codes.length).toBeGreaterThan(80);
    for (const { name, description } of codes)
      expect([name.value, refusalAnswer({ code: name.value } as never).message]).toEqual([
        name.value,
        description?.value,
      ]);
  });
});
