import { join } from 'node:path';
import { openSqliteBroker } from '../sqlite-broker.js';

/** Opens `count` new files in a directory, one after the other, as other processes do at the same time. */
const [, , directory = '', count = ''] = process.argv;
for (let number = 0; number < Number(count); number += 1) {
  const broker = await openSqliteBroker(join(directory, `broker-${number}.db`));
  await broker.close();
}
