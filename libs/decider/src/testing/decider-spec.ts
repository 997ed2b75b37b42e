import { deepStrictEqual } from 'node:assert/strict';
import { type Decider, fold, type Rejection } from '../decider.js';

/**
 * Given a history, when a command, then exactly these facts in exactly this order.
 * There is no partial match: a missing field, an extra field or another order fails.
 */
export const specFor =
  <S, C, E, R extends Rejection>(decider: Decider<S, C, E, R>) =>
  (...history: E[]) => ({
    when: (command: C) => {
      const decision = decider.decide(command, fold(decider, history));
      return {
        then: (...events: E[]) => deepStrictEqual(decision, { accepted: events }),
        thenNothing: () => deepStrictEqual(decision, { accepted: [] }),
        thenRejected: (rejected: R) => deepStrictEqual(decision, { rejected }),
      };
    },
  });
