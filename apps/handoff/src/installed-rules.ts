import { builtInRules, type RulesAddition, useRules, withAddition } from '@delta-hub/handoff';

export type { RulesAddition };

/**
 * Judges by the built-in rules and what an installation adds to them, from here on in this process: before a node opens.
 * @throws HandoffFault `RULE_BOOK_INVALID` for what cannot be
 */
export const installRules = (addition: RulesAddition | undefined): void => {
  useRules(addition === undefined ? builtInRules : withAddition(builtInRules, addition));
};
