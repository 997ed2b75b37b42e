/** Ends a run in which a test has failed: what that test has left behind (a server, a process, a loop) would keep it from its end. */
export default class FailedRunEnds {
  onRunComplete(_contexts, { success }) {
    if (!success) setTimeout(() => process.exit(1), 1_000).unref();
  }
}
