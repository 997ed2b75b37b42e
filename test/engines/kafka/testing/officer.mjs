// One whole node in a process of its own, run by `fork`: it may be killed at any moment. Where it is told to, officers apply for
// the transfer of one person after another; whoever forked it is told of every fact that was answered for.
import { Handle } from '@delta-hub/handoff-app';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { openLink, openNode } from '../../../bench/node.mjs';

/** Officers at work at the same time. */
const OFFICERS = 16;

const officer = { officerId: 'officer-invented', role: 'officer', agencyId: 'cca-320509', node: '32' };
const documents = ['application', 'proof'].map((kind) => ({ kind, digest: `sha-256:${'A'.repeat(43)}`, size: 1_024 }));
const term = { correctionStart: '2025-01-06', correctionEnd: '2027-01-05' };

const [{ node, link, acts, ...given }] = await once(process, 'message');
const broker = await openLink(link, given.dir);
const { store, handoff, close } = await openNode(node, { ...given, broker });

const give = async (type, input) => {
  const outcome = await handoff.execute(new Handle({ type, input }, randomUUID(), officer));
  if (!('accepted' in outcome)) throw new Error(`${type}: ${outcome.rejected.code}`);
  return outcome.accepted.factIds;
};

let isOver = false;
const work = async () => {
  while (!isOver) {
    const personId = `T-${randomUUID()}`;
    await give('RegisterIntake', { personId, category: 'SuspendedSentence', ...term });
    const ids = await give('ApplyTransfer', { personId, receivingDivision: '310118', reason: 'employment', documents });
    process.send({ answered: ids });
  }
};
const working = Array.from({ length: acts ? OFFICERS : 0 }, work);

process.on('message', async (asked) => {
  if (asked === 'subscribers') process.send({ subscribers: await handoff.subscribers() });
  if (asked !== 'close') return;
  isOver = true;
  await Promise.all(working);
  const head = await store.head();
  await close();
  await broker.close();
  process.send({ closed: String(head) }, () => process.exit(0));
});
process.send({ open: node });
