import type { AgencyRecord } from '../agency.js';
import type { Instant } from '../instant.js';
import { hubRules } from '../rule-book.js';
import type { TransferCommand } from '../transfer.commands.js';
import { AT_ONCE } from '../transmission.js';
import { admit, transferDecider } from '../transfer.js';
import type { TransferEvent } from '../transfer.events.js';
import { type Attempt, besides, corrections, type Side, type Times } from './side-acts.js';
import { recipients } from './copying.js';
import { bodies, rarer } from './rarer-acts.js';
import { agencies, by, commands, qingpu, songling, wujiang } from './cast.js';

/** One stored event, with what its author's node held when it was written: its causes. */
export interface Written {
  readonly event: TransferEvent;
  readonly author: AgencyRecord;
  readonly causes: readonly Written[];
}

/**
 * A random move: something possible is done, a node judges the deadlines, the origin withdraws, a fact is corrected or that is
 * noted, anything at all is tried, or the next event of the other node arrives. `pick` says which one, `pass` how many minutes pass, `back` how many the act is dated back.
 */
export interface Move {
  readonly kind: 'act' | 'withdraw' | 'correct' | 'try' | 'deliver' | 'judge';
  readonly pick: number;
  readonly pass: number;
  readonly back: number;
}

/** The two nodes after a series of moves and the delivery of all that was on its way. */
export interface Outcome {
  readonly origin: readonly Written[];
  readonly receiving: readonly Written[];
  /** Events that a node refused though their author had recorded them: there must be none. */
  readonly refused: readonly string[];
}

const authors = [...agencies, ...bodies, ...Object.values(recipients)];
const START = Date.parse('2025-03-10T01:00:00Z');

/** Plays a transfer from 吴江 (node 32) to 青浦 (node 31) on two nodes that hear of each other late, but in order. */
export const playOnTwoNodes = (moves: readonly Move[]): Outcome => {
  const logs: Record<Side, Written[]> = { origin: [], receiving: [] };
  const outbox: Record<Side, Written[]> = { origin: [], receiving: [] };
  const refused: string[] = [];
  const states = { origin: transferDecider.initialState, receiving: transferDecider.initialState };

  const store = (side: Side, written: Written): void => {
    logs[side].push(written);
    states[side] = transferDecider.evolve(states[side], written.event);
  };

  const deliver = (to: Side): boolean => {
    const written = outbox[to].shift();
    if (written === undefined) return false;
    const rejection = admit(states[to], written.event, written.author);
    if (rejection === undefined) store(to, written);
    else refused.push(`${written.event.type}: ${rejection.code}`);
    return true;
  };

  const handle = ({ side, command }: Attempt): void => {
    const decision = transferDecider.decide(command, states[side]);
    if ('rejected' in decision) return;
    for (const event of decision.accepted) {
      const author = authors.find(({ id }) => id === event.actor.agencyId) ?? command.agency;
      const written = { event, author, causes: [...logs[side]] };
      store(side, written);
      outbox[side === 'origin' ? 'receiving' : 'origin'].push(written);
    }
  };

  const choose = ({ kind, pick, back }: Move, now: number): Attempt | undefined => {
    const times = { now: instantOf(now), occurredAt: instantOf(now - back * 60_000) };
    if (kind === 'withdraw') return { side: 'origin', command: commands.withdraw({ ...atDesk(wujiang), ...times }) };
    const isPossible = ({ side, command }: Attempt) => 'accepted' in transferDecider.decide(command, states[side]);
    if (kind === 'judge') return judging(pick, times);
    if (kind === 'correct') {
      const wrong = corrections(states, times).filter(isPossible);
      return wrong[pick % Math.max(wrong.length, 1)];
    }
    if (kind === 'try') return anything(times, pick);
    const choice = [...inProcedure(times), ...besides(states, times), ...rarer(times)].filter(isPossible);
    return choice[pick % Math.max(choice.length, 1)];
  };

  let now = START;
  for (const move of moves) {
    now += move.pass * 60_000;
    const attempt = move.kind === 'deliver' ? undefined : choose(move, now);
    if (attempt !== undefined) handle(attempt);
    else deliver(move.pick % 2 === 0 ? 'origin' : 'receiving');
  }
  while (deliver('origin') || deliver('receiving'));
  return { ...logs, refused };
};

export const eventsOf = (log: readonly Written[]): TransferEvent[] => log.map(({ event }) => event);

/** Another order of the same events in which every event still comes after its causes. */
export const reordered = (log: readonly Written[], priorities: readonly number[]): readonly Written[] => {
  const waiting = [...log];
  const done: Written[] = [];
  for (let turn = 0; waiting.length > 0; turn++) {
    const ready = waiting.filter(({ causes }) => causes.every((cause) => done.includes(cause)));
    const next = ready[(priorities[turn] ?? 0) % ready.length];
    if (next === undefined) throw new Error('causes run in a circle');
    done.push(next);
    waiting.splice(waiting.indexOf(next), 1);
  }
  return done;
};

const instantOf = (milliseconds: number): Instant => new Date(milliseconds).toISOString();

const atDesk = (agency: AgencyRecord) => by(agency, '2025-03-10 09:00');

/** Every act of the procedure but the withdrawal, by those who may do it. */
const inProcedure = (times: Times): Attempt[] => {
  const origin = { ...atDesk(wujiang), ...times };
  const office = { ...atDesk(songling), ...times };
  const receiving = { ...atDesk(qingpu), ...times };
  const node = { ...by(qingpu, '2025-03-10 09:00', 'system'), ...times };
  const atOrigin: TransferCommand[] = [
    ...[commands.apply(origin), commands.opine(office), commands.opine(origin, false), commands.consult(origin)],
    ...[commands.decide(origin), commands.decide(origin, false), commands.serve(origin), commands.sendFile(origin)],
  ];
  const atReceiving: TransferCommand[] = [
    ...[commands.receive(node), commands.agree(receiving), commands.agree(receiving), commands.refuse(receiving)],
    ...[commands.receiveFile(receiving), commands.receipt(receiving), commands.report(receiving)],
  ];
  return [
    ...atOrigin.map((command): Attempt => ({ side: 'origin', command })),
    ...atReceiving.map((command): Attempt => ({ side: 'receiving', command })),
  ];
};

/** The worker of either node. */
const judging = (pick: number, { now }: Times): Attempt => {
  const [side, agency] = pick % 2 === 0 ? (['origin', wujiang] as const) : (['receiving', qingpu] as const);
  const desk = { ...by(agency, '2025-03-10 09:00', 'system'), now, occurredAt: now };
  return { side, command: { ...desk, type: 'JudgeDeadlines', rules: hubRules, transmission: AT_ONCE } };
};

/** Any command by anybody at their own node. */
const anything = (times: Times, pick: number): Attempt => {
  const at = (count: number, offset: number) => Math.floor(pick / offset) % count;
  const agency = agencies[at(agencies.length, 1)] ?? wujiang;
  const role = ROLES[at(ROLES.length, agencies.length)] ?? 'officer';
  const make = MAKERS[at(MAKERS.length, agencies.length * ROLES.length)] ?? commands.apply;
  const command = make({ ...by(agency, '2025-03-10 09:00', role), ...times });
  return { side: agency.node === qingpu.node ? 'receiving' : 'origin', command };
};

const ROLES = ['officer', 'office-officer', 'system'] as const;
const MAKERS = Object.values(commands);
