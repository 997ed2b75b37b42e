/** Longer than work in hand takes where broker and store answer, and shorter than what Kubernetes and systemd wait by default. */
const ENDED_WITHIN_MS = 20_000;

/**
 * Closes a node that was told to end, and ends its process: a handler may hang, and a Kafka client hold on to its connections.
 * What does not close in time is left as by a crash, which loses nothing that was acknowledged.
 */
export const endNode = async (node: string, close: () => Promise<void>): Promise<never> => {
  const leave = (): never => {
    process.stderr.write(
      `SHUTDOWN_INCOMPLETE: node ${node} did not close within ${ENDED_WITHIN_MS / 1000} s and ends as after a crash; nothing acknowledged is lost\n`,
    );
    process.exit(1);
  };
  const late = setTimeout(leave, ENDED_WITHIN_MS);
  await close();
  clearTimeout(late);
  process.exit();
};
