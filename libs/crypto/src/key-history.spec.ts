import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { openEvent } from './envelope.js';
import { keyHistoryOf } from './key-fold.js';
import { evolveKeys, type KeyHistory, ledgerKeysOf } from './key-history.js';
import { isInDoubt, ruleAt, signingKeyOf } from './key-rule.js';
import { eventBy, freshKey, introducedBy, makeNodes, noProof, reattestedBy, revokedBy } from './testing/key-events.js';

const at = (day: number): string => `2026-03-${String(day).padStart(2, '0')}T00:00:00.000Z`;
const { trust, signers } = makeNodes();
const second = freshKey('32/2', at(5));

/** The history of a log whose entries are these, from index 0. */
const logOf = (entries: readonly string[], home = '32'): KeyHistory =>
  keyHistoryOf(
    trust,
    home,
    entries.map((jws, index) => ({ index, jws })),
  );

/** What the last entry does: nothing, when it has a fault. */
const faultOf = (entries: readonly string[], home = '32'): string | undefined => {
  const before = logOf(entries.slice(0, -1), home);
  const opened = openEvent(entries.at(-1)!, ruleAt(before, entries.length - 1));
  return opened.ok ? evolveKeys(before, opened, entries.length - 1).fault : `${opened.check} ${opened.detail}`;
};
const isValid = (history: KeyHistory, kid: string, index: number, time: string): boolean => {
  const rule = ruleAt(history, index);
  return rule.fault(rule.find(kid)!, { id: 'any', time }, '') === undefined;
};

describe('a rotation', () => {
  const rotated = logOf([
    eventBy(signers['32'], at(1)),
    introducedBy(signers['32'], second, at(5)),
    revokedBy(second.holder, at(5), '32/1', 'superseded'),
  ]);

  it('makes the new key valid from the entry after its introduction, and from its time', () => {
    expect([1, 2].map((index) => isValid(rotated, '32/2', index, at(6)))).toEqual([false, true]);
    expect(isValid(rotated, '32/2', 2, at(4))).toBe(false);
  });

  it('ends the old key with the entry that revokes it, whatever time a later entry claims', () => {
    expect([0, 2, 3].map((index) => isValid(rotated, '32/1', index, at(1)))).toEqual([true, true, false]);
  });

  it('makes the node sign with its newest valid key', () => {
    expect([1, 2, 3].map((index) => signingKeyOf(rotated, '32', index, at(6))?.kid)).toEqual(['32/1', '32/2', '32/2']);
  });

  it('lets what was signed before still come to another node, and nothing after it', () => {
    const elsewhere = logOf(
      [introducedBy(signers['32'], second, at(5)), revokedBy(second.holder, at(5), '32/1', 'superseded')],
      '31',
    );
    expect([at(4), at(5)].map((time) => isValid(elsewhere, '32/1', 9, time))).toEqual([true, false]);
  });
});

describe('a key event without effect', () => {
  const introduced = introducedBy(signers['32'], second, at(5));
  const other = freshKey('32/3', at(5));

  it.each([
    ['POSSESSION_INVALID', [introducedBy(signers['32'], second, at(5), noProof)]],
    ['POSSESSION_INVALID', [introducedBy(signers['32'], { ...second, holder: other.holder }, at(5))]],
    ['KEY_ID_REUSED', [introduced, introducedBy(signers['32'], freshKey('32/2', at(6)), at(6))]],
    ['KEY_ID_REUSED', [introducedBy(signers['32'], freshKey('32/1', at(6)), at(6))]],
    [
      'PUBLIC_KEY_REUSED',
      [introduced, introducedBy(signers['32'], { ...second, key: { ...second.key, kid: '32/9' } }, at(6))],
    ],
    ['KEY_OF_ANOTHER_NODE', [introducedBy(signers['31'], second, at(5))]],
    ['KEY key 32/2 is not in the trust list', [introducedBy(second.holder, second, at(5))]],
    ['KEY_REVOKES_ITSELF', [revokedBy(signers['32'], at(5), '32/1', 'lost')]],
    ['KEY_UNKNOWN', [revokedBy(signers['32'], at(5), '32/7', 'lost')]],
    ['KEY_EVENT_MALFORMED', [revokedBy(signers['32'], at(5), '32/2', 'compromised')]],
    ['KEY_NOT_REVOKED', [reattestedBy(signers['32'], at(5), '32/1', introduced)]],
  ])('%s', (fault, entries) => {
    expect(faultOf(entries)).toBe(fault);
    expect(logOf(entries)).toEqual(logOf(entries.slice(0, -1)));
  });
});

describe('a stolen key', () => {
  const thief = eventBy(signers['32'], at(2));
  const entries = [
    introducedBy(signers['32'], second, at(5)),
    revokedBy(second.holder, at(8), '32/1', 'compromised', at(3)),
  ];

  it('is refused at another node whatever time the thief writes, until the node declares the event again', () => {
    const refused = openEvent(thief, ruleAt(logOf(entries, '31'), 9));
    expect(refused).toEqual({ ok: false, check: 'KEY', detail: `key 32/1 was revoked (compromised) at ${at(8)}` });
    const again = [...entries, reattestedBy(second.holder, at(9), '32/1', thief)];
    expect(openEvent(thief, ruleAt(logOf(again, '31'), 9)).ok).toBe(true);
    expect(openEvent(eventBy(signers['32'], at(2)), ruleAt(logOf(again, '31'), 9)).ok).toBe(false);
  });

  it('takes the keys that it introduced since then with it, but not the key that revokes it', () => {
    const planted = freshKey('32/3', at(6));
    const history = logOf([entries[0]!, introducedBy(signers['32'], planted, at(6)), entries[1]!]);
    expect(['32/1', '32/2', '32/3'].map((kid) => isValid(history, kid, 9, at(9)))).toEqual([false, true, false]);
  });
});

it('a key that was superseded and is then found stolen ends where it ended, and is in doubt before that', () => {
  const early = eventBy(signers['32'], at(4));
  const history = logOf([
    early,
    introducedBy(signers['32'], second, at(5)),
    revokedBy(second.holder, at(5), '32/1', 'superseded'),
    revokedBy(second.holder, at(9), '32/1', 'compromised', at(3)),
  ]);
  expect(history.periods['32/1']?.revoked).toMatchObject({ index: 2, reason: 'compromised', compromisedFrom: at(3) });
  const opened = openEvent(early, ruleAt(history, 0));
  const event = { kid: '32/1', id: opened.ok ? opened.event.id : '', jws: early, index: 0 };
  expect([0, 1].map((witnessed) => isInDoubt(history, event, () => witnessed))).toEqual([true, false]);
});

describe('a node without any key left', () => {
  const said = (node: '31' | '33', reason = 'lost'): string => revokedBy(signers[node], at(5), '32/1', reason);

  it('loses the key when two others say the same, and not before', () => {
    expect([[said('31')], [said('31'), said('33')]].map((log) => isValid(logOf(log), '32/1', 9, at(9)))).toEqual([
      true,
      false,
    ]);
  });

  it('keeps it when one says it twice, or two say different things', () => {
    expect(faultOf([said('31'), said('31')])).toBe('KEY_CONFIRMED_ALREADY');
    expect(isValid(logOf([said('31'), said('33', 'superseded')]), '32/1', 9, at(9))).toBe(true);
  });
});

describe('a ledger key', () => {
  it('that was introduced verifies heads of its node beside the first, and never signs events', () => {
    const ledgerKey = freshKey('32/ledger-2', at(5));
    const history = logOf([introducedBy(signers['32'], ledgerKey, at(5))]);
    expect(ledgerKeysOf(history, '32')).toHaveLength(2);
    expect(ruleAt(history, 9).find('32/ledger-2')).toBeUndefined();
  });
});

it('the verdict by index does not depend on the order in which key events and facts come', () => {
  const third = freshKey('32/3', at(7));
  const log = [
    eventBy(signers['32'], at(1)),
    introducedBy(signers['32'], second, at(5)),
    eventBy(second.holder, at(6)),
    revokedBy(second.holder, at(6), '32/1', 'superseded'),
    eventBy(signers['32'], at(2)),
    introducedBy(second.holder, third, at(7)),
    revokedBy(third.holder, at(8), '32/2', 'compromised', at(7)),
    eventBy(second.holder, at(6)),
    eventBy(third.holder, at(9)),
  ].map((jws, index) => ({ index, jws }));
  const expected = [true, true, true, true, false, true, true, false, true];
  fc.assert(
    fc.property(fc.shuffledSubarray(log, { minLength: log.length }), (arrived) => {
      const history = keyHistoryOf(trust, '32', arrived);
      expect(log.map(({ jws, index }) => openEvent(jws, ruleAt(history, index)).ok)).toEqual(expected);
    }),
    { numRuns: 30 },
  );
});
