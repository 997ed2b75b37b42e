export { accept, fold, reject, unreachable } from './decider.js';
export type { Decider, Decision, Rejection } from './decider.js';
