/**
 * Work that concerns the same persons, one after another: what one command may do there is decided by facts of several
 * streams, of which the store compares only the one that is written. In memory, for a node is one process (ADR 4).
 */
export class PersonTurns {
  /** The last that was asked for, by person. */
  private readonly last = new Map<string, Promise<unknown>>();

  /** Does the work once all that was asked for before it about any of these persons has ended, well or not. */
  run<T>(persons: readonly string[], work: () => Promise<T>): Promise<T> {
    const before = persons.flatMap((person) => this.last.get(person) ?? []);
    const turn = Promise.allSettled(before).then(work);
    for (const person of persons) this.last.set(person, turn);
    const forget = (): void => {
      for (const person of persons) if (this.last.get(person) === turn) this.last.delete(person);
    };
    void turn.then(forget, forget);
    return turn;
  }
}
