import type { Broker, Position } from '@delta-hub/broker';

/** A broker that is away may take longer to say so than anybody waits who asks how a node is. */
const PATIENCE_MS = 1000;

/** How many records lie behind these positions; -1 when the broker does not tell now. */
export const lagOf = (broker: Broker, topic: string, at: readonly Position[]): Promise<number> =>
  new Promise((resolve) => {
    const late = setTimeout(() => resolve(-1), PATIENCE_MS);
    const told = broker.lag(topic, at).then(Number, () => -1);
    void told.then((lag) => {
      clearTimeout(late);
      resolve(lag);
    });
  });
