import { parentPort, workerData } from 'node:worker_threads';
import { openSqliteEventStore } from '@delta-hub/event-store/sqlite';
import { DirectoryRanges } from './directory-ranges.js';
import type { RangeCheck } from './range.js';
import type { RangeAnswer, RangeJob, RangeQuestion } from './range-messages.js';
import { ServedLog } from './served-log.js';
import { ServedRanges } from './served-ranges.js';
import { openStoredLog } from './stored-log.js';

/** A thread of `rangeThreads`: opens the log for itself and verifies one range after the other. */
const open = async (): Promise<RangeCheck> => {
  const job = workerData as RangeJob;
  if (job.kind === 'served') return new ServedRanges({ ...job, log: new ServedLog(job.source) });
  const eventStore = await openSqliteEventStore(job.eventsFile);
  const log = openStoredLog(job.ledgerFile);
  const ranges = new DirectoryRanges({ ...job, log, eventStore });
  return {
    check: (range) => ranges.check(range),
    close: async () => {
      log.close();
      await eventStore.close();
    },
  };
};

const answerTo = async (check: Promise<RangeCheck>, question: RangeQuestion): Promise<RangeAnswer | undefined> => {
  try {
    if (question !== 'close') return { verdict: await (await check).check(question) };
    await (await check).close();
    parentPort?.close();
    return undefined;
  } catch (error) {
    const { name, message, code } = error as Error & { code?: unknown };
    return { error: { name, message, code: typeof code === 'string' ? code : undefined } };
  }
};

const check = open();
check.catch(() => undefined);
let last: Promise<void> = Promise.resolve();
parentPort?.on('message', (question: RangeQuestion) => {
  last = last.then(async () => {
    const answer = await answerTo(check, question);
    if (answer !== undefined) parentPort?.postMessage(answer);
  });
});
