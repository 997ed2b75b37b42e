import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InMemoryEventStore } from '@delta-hub/event-store';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { NodeClock } from './clock.js';
import { HandleCommand, HandlerParts } from './command-handler.js';
import { CurrentKnowledge } from './knowledge.js';
import { Projector } from './projections.js';
import { ReadModels } from './read-models.js';
import { Handle, type Outcome, type Request } from './requests.js';
import { readEvent } from './signed-events.js';
import { StoreFeed } from './store-feed.js';
import { digest, signerOf } from './testing/sample-records.js';

const [PERSON, OTHER, THIRD] = ['T-320509-0001', 'T-320509-0099', 'T-320509-0100'];
const documents = [{ kind: 'proof' as const, digest, size: 1 }];
const pair = { personId: OTHER, duplicateId: PERSON, documents };
type Agency = 'cca-320509' | 'cca-320583';

let dir: string;
let closers: (() => unknown)[];
let store: InMemoryEventStore;
let give: (agency: Agency, request: Request, officer?: number) => Promise<Outcome>;

/** A handler of node 32, with the command path and the read models of a node. */
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'delta-hub-person-'));
  store = new InMemoryEventStore();
  const clock = new NodeClock('2025-06-02T01:30:00.000Z');
  const readModels = new ReadModels(join(dir, 'read.db'));
  const feed = new StoreFeed(store);
  const projector = new Projector(feed, readModels, '32');
  feed.start();
  projector.start();
  closers = [() => store.close(), () => readModels.close(), () => feed.stop(), () => projector.stop()];
  const knowledge = new CurrentKnowledge(store, readModels, projector, clock);
  const keeper = { node: '32', signer: signerOf('32'), clock, newId: uuidv7 };
  const handler = new HandleCommand(new HandlerParts(store, keeper, knowledge));
  give = (agencyId, request, officer = 1) => {
    const commander = { officerId: `officer-${officer}`, role: 'officer', agencyId, node: '32' } as const;
    return handler.execute(new Handle(request, randomUUID(), commander));
  };
});
afterEach(async () => {
  for (const close of closers.toReversed()) await close();
  rmSync(dir, { recursive: true, force: true });
});

const codeOf = (outcome: Outcome): string => ('rejected' in outcome ? outcome.rejected.code : 'accepted');
const done = async (agency: Agency, request: Request, officer?: number): Promise<string> => {
  const outcome = await give(agency, request, officer);
  if ('rejected' in outcome) throw new Error(`${request.type}: ${outcome.rejected.code}`);
  return outcome.accepted.stream;
};
const intake = (personId: string): Request => ({
  type: 'RegisterIntake',
  input: {
    ...{ personId, category: 'SuspendedSentence', mentionsSealed: false },
    ...{ correctionStart: '2025-01-06', correctionEnd: '2027-07-05' },
  },
});
const apply = (receivingDivision: string, personId = PERSON): Request => ({
  type: 'ApplyTransfer',
  input: { personId, receivingDivision, reason: 'family', documents },
});

/** A person moves from 吴江 to 昆山 and has reported there. The transfer. */
const moved = async (personId = PERSON): Promise<string> => {
  const transferId = await done('cca-320509', apply('320583', personId));
  const course: readonly (readonly [Agency, Request, number?])[] = [
    ['cca-320509', { type: 'GiveOpinion', input: { transferId, supports: true, documents } }],
    ['cca-320509', { type: 'SendConsultation', input: { transferId, documents } }],
    ['cca-320583', { type: 'ReplyConsultation', input: { transferId, agrees: true, documents } }],
    [
      'cca-320509',
      { type: 'DecideTransfer', input: { transferId, approved: true, termEndNoted: false, documents } },
      2,
    ],
    ['cca-320509', { type: 'ServeDecision', input: { transferId, documents } }],
    ['cca-320509', { type: 'SendFile', input: { transferId, documents } }],
    ['cca-320583', { type: 'RegisterFileReceived', input: { transferId } }],
    ['cca-320583', { type: 'IssueReceipt', input: { transferId, documents } }],
    ['cca-320583', { type: 'RegisterPersonReported', input: { transferId } }],
  ];
  for (const [agency, request, officer] of course) await done(agency, request, officer);
  return transferId;
};
const strike = (transferId: string): Request => ({
  type: 'CorrectFact',
  input: { transferId, fact: 'transfer.person-reported', kind: 'wrong_person', documents },
});
const merge = async (agency: Agency): Promise<void> => {
  await done(agency, { type: 'ProposeMatch', input: pair });
  await done(agency, { type: 'MergePersons', input: pair }, 2);
};

describe('two commands about one person at the same moment', () => {
  it('a report is struck, or the person applies to move on from there: never both', async () => {
    await done('cca-320509', intake(PERSON));
    const transferId = await moved();
    const outcomes = await Promise.all([
      give('cca-320583', strike(transferId), 2),
      give('cca-320583', apply('310118')),
    ]);
    expect(outcomes.map(codeOf)).toEqual(['accepted', 'PERSON_NOT_YOURS']);
  });

  it('the one that comes first is done', async () => {
    await done('cca-320509', intake(PERSON));
    const transferId = await moved();
    const outcomes = await Promise.all([
      give('cca-320583', apply('310118')),
      give('cca-320583', strike(transferId), 2),
    ]);
    expect(outcomes.map(codeOf)).toEqual(['accepted', 'PERSON_HAS_MOVED_ON']);
  });

  it('by another of their ids it is the same', async () => {
    await done('cca-320509', intake(PERSON));
    const transferId = await moved();
    await done('cca-320583', intake(OTHER));
    await merge('cca-320583');
    const outcomes = await Promise.all([
      give('cca-320583', apply('310118', OTHER)),
      give('cca-320583', strike(transferId), 2),
    ]);
    expect(outcomes.map(codeOf)).toEqual(['accepted', 'PERSON_HAS_MOVED_ON']);
  });

  it('two applications by two ids open one transfer, also while the two are merged', async () => {
    await done('cca-320509', intake(PERSON));
    await done('cca-320509', intake(OTHER));
    await done('cca-320509', { type: 'ProposeMatch', input: pair });
    const outcomes = await Promise.all([
      give('cca-320509', { type: 'MergePersons', input: pair }, 2),
      give('cca-320509', apply('310118')),
      give('cca-320509', apply('310118', OTHER)),
    ]);
    expect(outcomes.map(codeOf)).toEqual(['accepted', 'accepted', 'PERSON_HAS_OPEN_TRANSFER']);
  });
});

describe('an id that is merged', () => {
  const match = (personId: string, duplicateId: string): Request => ({
    type: 'ProposeMatch',
    input: { personId, duplicateId, documents },
  });

  it('is merged with no other one, and with the same one in no second stream, until it is taken back', async () => {
    for (const id of [PERSON, OTHER, THIRD]) await done('cca-320509', intake(id));
    await merge('cca-320509');
    const taken: readonly Request[] = [match(PERSON, OTHER), match(PERSON, THIRD), match(THIRD, PERSON)];
    for (const request of taken) expect(codeOf(await give('cca-320509', request))).toBe('ALREADY_MERGED');
    await done('cca-320509', { type: 'UnmergePersons', input: pair });
    for (const request of taken) expect(codeOf(await give('cca-320509', request))).toBe('accepted');
  });

  it('is told of to a node that can judge who says so, and to no other', async () => {
    const recipients = async () => (await store.read(`person-${OTHER}`)).map((event) => readEvent(event).recipients);
    for (const id of [PERSON, OTHER]) await done('cca-320509', intake(id));
    const transferId = await done('cca-320509', apply('310118'));
    await merge('cca-320509');
    await done('cca-320509', { type: 'UnmergePersons', input: pair });
    await done('cca-320509', { type: 'WithdrawTransfer', input: { transferId, documents, reason: 'applicant' } });
    // Node 31 has seen the case that was withdrawn, and nothing of this.
    for (const id of [PERSON, OTHER]) await moved(id);
    await merge('cca-320583');
    expect(await recipients()).toEqual(['32', '31,32', '31,32', '31,32', '32', '32']);
  });
});
