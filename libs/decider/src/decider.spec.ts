import { describe, expect, it } from '@jest/globals';
import { accept, type Decider, fold, reject, unreachable } from './decider.js';
import { specFor } from './testing/decider-spec.js';

type Light = { readonly isOn: boolean };
type Switched = { readonly type: 'switched'; readonly on: boolean; readonly by?: string };
type Switch = { readonly on: boolean; readonly times?: number };

const light: Decider<Light, Switch, Switched, { readonly code: 'ALREADY' }> = {
  initialState: { isOn: false },
  decide: ({ on, times = 1 }, { isOn }) =>
    isOn === on
      ? reject({ code: 'ALREADY' })
      : accept(...Array.from({ length: times }, (): Switched => ({ type: 'switched', on }))),
  evolve: (_state, { on }) => ({ isOn: on }),
};
const given = specFor(light);
const on: Switched = { type: 'switched', on: true };
const off: Switched = { type: 'switched', on: false };

describe('the given/when/then kit', () => {
  it('accepts exactly the facts, in order', () => {
    given().when({ on: true }).then(on);
    given(on).when({ on: false, times: 2 }).then(off, off);
    given(on).when({ on: true }).thenRejected({ code: 'ALREADY' });
    given().when({ on: true, times: 0 }).thenNothing();
  });

  it.each([
    ['a missing fact', () => given().when({ on: true, times: 2 }).then(on)],
    ['a fact too many', () => given().when({ on: true }).then(on, on)],
    ['another fact', () => given().when({ on: true }).then(off)],
    [
      'a field too many',
      () =>
        given()
          .when({ on: true })
          .then({ ...on, by: 'officer-1' }),
    ],
    ['nothing where there is something', () => given().when({ on: true }).thenNothing()],
    ['a refusal where it was accepted', () => given().when({ on: true }).thenRejected({ code: 'ALREADY' })],
    ['facts where it was refused', () => given(on).when({ on: true }).then(on)],
  ])('fails on %s', (_what, spec) => expect(spec).toThrow());
});

it('folds a history, oldest first', () => {
  expect(fold(light, [])).toEqual({ isOn: false });
  expect(fold(light, [on, off, on])).toEqual({ isOn: true });
});

it('names the value that no case was written for', () => {
  expect(() => unreachable({ type: 'new' } as never)).toThrow('unreachable: {"type":"new"}');
});
