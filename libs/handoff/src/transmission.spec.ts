import { describe, expect, it } from '@jest/globals';
import { fold } from '@delta-hub/decider';
import { dueInstants } from './deadlines.js';
import { hubRules } from './rule-book.js';
import { at, by, commands, wujiang } from './testing/cast.js';
import { play } from './testing/play.js';
import { transferDecider } from './transfer.js';
import type { TransferEvent } from './transfer.events.js';
import { AT_ONCE, type DeclaredOutage, excuse, type Transmission } from './transmission.js';
import { dueActs, standingVerdicts } from './verdicts.js';

const { apply, opine, consult, receive, agree, decide, serve, sendFile } = commands;
/** The file of G0: decided Tue 2025-03-18, to be with the receiving node before Tue 03-25 00:00; sent on Thursday 03-20. */
const decided = [apply(), opine(), consult(), receive(), agree(), decide(), serve()];
const sent = play(...decided, sendFile(by(wujiang, '2025-03-20 16:00')));
const DUE = at('2025-03-25 00:00');

const outage: DeclaredOutage = {
  ...{ id: '0195b000-0000-7000-8000-000000000001', node: '32', peer: '31' },
  ...{ from: at('2025-03-20 08:00'), until: at('2025-03-26 08:00') },
};
const came = (
  receivedAt: string,
  outages: readonly DeclaredOutage[] = [],
  signedAt = '2025-03-20 16:00',
): Transmission => ({
  arrivals: { 'transfer.file-sent': { signedAt: at(signedAt), receivedAt: at(receivedAt) } },
  outages,
});
/** What node 31, which waits for the file, has to record. */
const judged = (history: readonly TransferEvent[], local: string, transmission: Transmission) =>
  dueActs(fold(transferDecider, history), at(local), hubRules, 'receiving', transmission)
    .filter(({ data }) => 'step' in data && data.step === 'FILE_SENT')
    .map(({ type, data }) => [type.replace('transfer.deadline-', ''), data]);
const fileSent = (history: readonly TransferEvent[]) =>
  dueInstants(fold(transferDecider, history), hubRules).find(({ step }) => step === 'FILE_SENT');

describe('a sending is in time when it has come in time (B0)', () => {
  it('to the millisecond', () => {
    const lastMoment = { receivedAt: '2025-03-24T15:59:59.999Z', signedAt: at('2025-03-20 16:00') };
    expect(judged(sent, '2025-04-01 00:00', { ...AT_ONCE, arrivals: { 'transfer.file-sent': lastMoment } })).toEqual(
      [],
    );
    expect(judged(sent, '2025-04-01 00:00', came('2025-03-25 00:00')).map(([kind]) => kind)).toEqual(['breached']);
  });

  it('what was sent in time and came late stays broken: on both sides, for the finding is a fact', () => {
    const waiting = play(...decided);
    const breach = dueActs(fold(transferDecider, waiting), DUE, hubRules, 'receiving', AT_ONCE);
    const history = [...waiting, ...breach, ...sent.slice(waiting.length)];
    expect(judged(history, '2025-03-27 09:00', came('2025-03-26 09:00'))).toEqual([]);
    expect(fileSent(history)).toMatchObject({ at: at('2025-03-20 16:00'), met: false });
    expect(fileSent(sent)).toMatchObject({ met: true });
  });

  it('the duty of the receiving agency itself is judged by its act, whenever that is known', () => {
    const replied: Transmission = {
      ...AT_ONCE,
      arrivals: {
        'transfer.consultation-replied': { signedAt: at('2025-03-17 15:40'), receivedAt: at('2025-04-01 09:00') },
      },
    };
    const acts = dueActs(fold(transferDecider, sent), at('2025-04-02 00:00'), hubRules, 'origin', replied);
    expect(acts.filter(({ type }) => type === 'transfer.deadline-breached')).toEqual([]);
  });
});

describe('an outage excuses what could not be sent', () => {
  const waiting = play(...decided);
  const breached = [...waiting, ...dueActs(fold(transferDecider, waiting), DUE, hubRules, 'receiving', AT_ONCE)];
  const arrived = [...breached, ...sent.slice(waiting.length)];

  it('the breach is superseded, citing it, and the duty was met', () => {
    const transmission = came('2025-03-26 08:01', [outage]);
    expect(judged(arrived, '2025-03-26 08:02', transmission)).toEqual([
      [
        'superseded',
        { step: 'FILE_SENT', due: DUE, rung: 0, rule: 'FILE_SENT@2020.1', because: 'outage', outage: outage.id },
      ],
    ]);
    const state = fold(transferDecider, arrived);
    const excused = [...arrived, ...dueActs(state, at('2025-03-26 08:02'), hubRules, 'receiving', transmission)];
    expect(fileSent(excused)).toMatchObject({ met: true, excusedBy: outage.id });
    expect(standingVerdicts(fold(transferDecider, excused)).filter(({ data }) => data.step === 'FILE_SENT')).toEqual(
      [],
    );
    expect(judged(excused, '2025-06-01 00:00', transmission)).toEqual([]);
  });

  it('nothing is found broken when the outage is known first', () => {
    expect(judged(sent, '2025-03-26 08:02', came('2025-03-26 08:01', [outage]))).toEqual([]);
  });

  it.each<[string, Transmission]>([
    ['nobody has declared one', came('2025-03-26 08:01')],
    ['it was signed after the limit', came('2025-03-26 08:01', [outage], '2025-03-25 00:00')],
    ['the line was cut between others', came('2025-03-26 08:01', [{ ...outage, peer: '33' }])],
    ['the line was back before the limit', came('2025-03-26 08:01', [{ ...outage, until: at('2025-03-24 23:54') }])],
    ['it could have gone out before', came('2025-03-26 08:01', [{ ...outage, from: at('2025-03-20 16:06') }])],
  ])('and not when %s', (_, transmission) => {
    expect(judged(arrived, '2025-04-01 00:00', transmission)).toEqual([]);
  });

  it('either side may have declared it; its edges are known to within five minutes', () => {
    const arrival = { signedAt: at('2025-03-20 16:00'), receivedAt: at('2025-03-26 08:01') };
    const edges = { from: at('2025-03-20 16:05'), until: at('2025-03-24 23:55') };
    const other = { ...outage, ...edges, node: '31', peer: '32' } as const;
    expect(excuse(arrival, DUE, ['32', '31'], [other])).toBe(other);
    expect(excuse(arrival, DUE, ['31', '31'], [other])).toBeUndefined();
  });
});
