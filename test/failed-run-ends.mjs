/** Ends a run in which a test has failed: what that test has left behind (a server, a process, a loop) would keep it from its end. */
export default class FailedRunEnds {
  #watches;

  constructor({ watch, watchAll }) {
    this.#watches = watch || watchAll;
  }

  onRunComplete(_contexts, { success }) {
    if (!success && !this.#watches) setTimeout(() => process.exit(1), 1_000).unref();
  }
}
