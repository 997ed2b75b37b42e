import type { Broker, Position } from '@delta-hub/broker';
import { setTimeout as delay } from 'node:timers/promises';

/** A broker that is away may take longer to say so than anybody waits who asks how a node is. */
const PATIENCE_MS = 1000;

/** How many records lie behind these positions; -1 when the broker does not tell now. */
export const lagOf = async (broker: Broker, topic: string, at: readonly Position[]): Promise<number> => {
  const answered = new AbortController();
  const late = delay(PATIENCE_MS, -1, { signal: answered.signal }).catch(() => -1);
  const told = broker.lag(topic, at).then(Number, () => -1);
  return Promise.race([told, late]).finally(() => answered.abort());
};
