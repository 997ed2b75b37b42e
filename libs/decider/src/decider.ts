/** A command was understood and refused; `code` is the stable, public name of the rule. */
export interface Rejection {
  readonly code: string;
}

/** What a decision yields: the facts to append, in order, or the one rule that stood against them. */
export type Decision<E, R extends Rejection> = { readonly accepted: readonly E[] } | { readonly rejected: R };

/** A pure aggregate. `decide` may refuse; `evolve` never does: facts have happened. */
export interface Decider<S, C, E, R extends Rejection> {
  readonly initialState: S;
  decide(command: C, state: S): Decision<E, R>;
  evolve(state: S, event: E): S;
}

export const accept = <E>(...events: E[]): { readonly accepted: readonly E[] } => ({ accepted: events });

export const reject = <R extends Rejection>(rejected: R): { readonly rejected: R } => ({ rejected });

/** The state after a history, oldest fact first. */
export const fold = <S, E>(
  decider: { readonly initialState: S; evolve(state: S, event: E): S },
  history: readonly E[],
): S => history.reduce((state, event) => decider.evolve(state, event), decider.initialState);

/** Compile-time proof that a switch is exhaustive; at run time, a fault. */
export const unreachable = (value: never): never => {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
};
