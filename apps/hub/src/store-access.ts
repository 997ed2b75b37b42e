import type { AccessDifference } from '@delta-hub/event-store/kurrent-hardening';
import { loadConfig } from './config.js';
import { HubFault } from './faults.js';
import { kurrentUrl } from './node-store.js';
import type { NodeId } from './nodes.js';

interface Options {
  readonly node: NodeId;
  readonly group: string;
  readonly json: boolean;
}

/** `delta-hub store diff`. @throws HubFault `USAGE`, `ACCESS_DIFFERS`, `CONFIG_INVALID`; EventStoreError `UNAVAILABLE` */
export const storeDiff = async ({ node, group, json }: Options): Promise<void> => {
  needGroup(group);
  const { accessDifferences } = await import('@delta-hub/event-store/kurrent-hardening');
  const differences = await accessDifferences({ connectionString: kurrentUrl(loadConfig(), node), group });
  tell(json, { differences, applied: [] });
  if (differences.length > 0) throw new HubFault('ACCESS_DIFFERS', `${differences.length} differences`);
};

/** `delta-hub store apply`; running it again changes nothing. @throws HubFault `USAGE`, `CONFIG_INVALID`; EventStoreError `UNAVAILABLE` */
export const storeApply = async ({ node, group, json }: Options): Promise<void> => {
  needGroup(group);
  const { applyAccess } = await import('@delta-hub/event-store/kurrent-hardening');
  const applied = await applyAccess({ connectionString: kurrentUrl(loadConfig(), node), group });
  tell(json, { differences: [], applied });
};

/** With a name that no group has, every node would be shut out. */
const needGroup = (group: string): void => {
  if (!/^[^\s$]\S*$/.test(group)) throw new HubFault('USAGE', `--group: "${group}" is no group of accounts of nodes`);
};

type Said = Readonly<Record<'differences' | 'applied', readonly AccessDifference[]>>;

const tell = (json: boolean, said: Said): void => {
  if (json) {
    process.stdout.write(`${JSON.stringify(said)}\n`);
    return;
  }
  const lines = [
    ...said.applied.map(({ place }) => `applied  rights in ${place}`),
    ...said.differences.map(({ place, found }) => `differs  rights in ${place}: ${JSON.stringify(found) ?? 'not set'}`),
  ];
  process.stdout.write(`${lines.length > 0 ? lines.join('\n') : 'the rights are as they must be'}\n`);
};
