import { StoreFeed } from '@delta-hub/handoff-app';
import { InMemoryEventStore } from '@delta-hub/event-store';
import { expect, it } from '@jest/globals';
import { type Measured, NodeMetrics } from './metrics.js';

const witnessing = {
  level: 'LOCAL',
  witnessedSize: 0,
  isStale: true,
  witnesses: [],
  clockBehind: 0,
  frozen: [],
} as const;
const measured: Measured = {
  readiness: {
    ...{ status: 'ready', checks: [], held: 0, missing: [], subscribers: [] },
    ledger: {
      size: 3,
      behind: 0,
      publishedAt: undefined,
      fault: undefined,
      witnessing: { ...witnessing, witnessedAge: undefined },
    },
  },
  ...{ duties: { open: 0, overdue: 0 }, dueWithin: () => 0, refused: 0, trustListAge: 0, now: 1_741_570_200 },
};

it('what never happened was not just now', async () => {
  const { body } = await new NodeMetrics('32').text(measured);
  expect(body).toContain('hub_witnessed_age_seconds{region="32"} +Inf');
  expect(body).toContain('hub_checkpoint_age_seconds{region="32"} +Inf');
});

it('refusals of every kind begin at none, so that the first of each is an increase', async () => {
  const metrics = new NodeMetrics('32');
  const feed = new StoreFeed(new InMemoryEventStore());
  await metrics.follow(feed, 'EdDSA');
  const { body } = await metrics.text(measured);
  for (const reason of ['SIZE', 'FORM', 'SIGNATURE', 'DOMAIN'])
    expect(body).toContain(`hub_verify_failures_total{reason="${reason}",region="32"} 0`);
  feed.start();
  await metrics.stop();
  await feed.stop();
});
