/**
 * How Node runs a node. V8 collects young objects while nothing else is done: in 16 MB of them, its default, that takes
 * 5 to 20 ms, longer than a whole exchange; in 4 MB about 1 ms, and altogether no longer.
 */
export const NODE_FLAGS: readonly string[] = ['--no-warnings', '--max-semi-space-size=4'];
