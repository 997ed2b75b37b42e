import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { parser } from '@prometheus-io/lezer-promql';
import { parse } from 'yaml';
import { SETTINGS } from '../../apps/hub/src/config.js';
import { NodeMetrics } from '../../apps/hub/src/metrics.js';
import { NODE_FLAGS } from '../../apps/hub/src/node-flags.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly runbook: string };
}
const { groups } = parse(read('deploy/prometheus/alerts.yaml')) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);

interface Panel {
  readonly title: string;
  readonly targets: readonly { readonly expr: string }[];
}
const { panels } = JSON.parse(read('deploy/grafana/delta-hub.json')) as { panels: Panel[] };
const queries = [
  ...rules.map(({ alert, expr }) => ({ of: alert, expr })),
  ...panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ of: title, expr }))),
];

const exprOf = (name: string): string => rules.find(({ alert }) => alert === name)?.expr ?? '';

/** What is written where Grafana puts the chosen nodes. */
const filledIn = (expr: string): string => expr.replaceAll('$region', '31|32');

const faultsIn = (expr: string): string[] => {
  const faults: string[] = [];
  parser.parse(expr).iterate({
    enter: ({ type, from, to }) => void (type.isError && faults.push(`${from}-${to}: ${expr.slice(from, to)}`)),
  });
  return faults;
};

/** The names a node gives, as a scrape sees them. */
const namesGiven = async (): Promise<ReadonlySet<string>> => {
  const witnessing = { level: 'LOCAL', witnessedSize: 1, witnessedAge: 1, isStale: false } as const;
  const { body } = await new NodeMetrics('32').text({
    readiness: {
      status: 'ready',
      checks: [],
      held: 0,
      missing: [],
      subscribers: [],
      ledger: {
        size: 1,
        behind: 0,
        publishedAt: '2025-03-10T01:30:00.000Z',
        fault: undefined,
        witnessing: { ...witnessing, witnesses: [], clockBehind: 0, frozen: [] },
      },
    },
    duties: { open: 0, overdue: 0 },
    dueWithin: () => 0,
    refused: 0,
    trustListAge: 0,
    now: 1_741_570_200,
  });
  const families = [...body.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
  return new Set(
    families.flatMap(([, name = '', type]) =>
      type === 'histogram' ? ['_bucket', '_count', '_sum'].map((suffix) => name + suffix) : [name],
    ),
  );
};

describe('alerts and dashboard', () => {
  it.each(queries)('$of is PromQL', ({ expr }) => {
    expect(faultsIn(filledIn(expr))).toEqual([]);
  });

  it('ask only for metrics that a node gives', async () => {
    const given = await namesGiven();
    const asked = new Set(queries.flatMap(({ expr }) => expr.match(/\bhub_\w+/g) ?? []));
    expect([...asked].filter((name) => !given.has(name))).toEqual([]);
    expect([...given].filter((name) => name.startsWith('hub_') && !name.endsWith('_sum')).length).toBeGreaterThan(15);
  });

  it('lead to a heading of the operations manual', () => {
    const headings = [...read('docs/operations.md').matchAll(/^## (.+)$/gm)].map(
      ([, text = '']) => `docs/operations.md#${text.toLowerCase().replaceAll(' ', '-')}`,
    );
    expect(rules.map(({ annotations }) => annotations.runbook).filter((at) => !headings.includes(at))).toEqual([]);
  });

  it('tell of a consumer that does not catch up while there is all the time to help it', () => {
    const { topics } = parse(read('deploy/kafka/topics.yaml')) as { topics: { retentionDays: number }[] };
    const retention = Math.min(...topics.map(({ retentionDays }) => retentionDays));
    const [, days] = /min_over_time\(hub_consumer_lag\{[^}]*\}\[(\d+)d\]\) > 0/.exec(exprOf('HubConsumerBehind'))!;
    expect(Number(days)).toBeLessThan(retention / 10);
  });

  it('would find an error', () => {
    expect(faultsIn('rate(hub_ready[5m]')).not.toEqual([]);
  });
});

describe('what Compose and the chart set', () => {
  const settingsIn = (text: string): string[] => text.match(/\b(?:DELTA_HUB|KAFKA|KURRENTDB)_[A-Z_]+\b/g) ?? [];
  interface Service {
    readonly image?: string;
    readonly environment?: Readonly<Record<string, string>>;
  }

  it.each(['compose.yaml', 'compose.four-nodes.yaml'])('%s sets what the hub reads', (file) => {
    const { services } = parse(read(`deploy/${file}`), { merge: true }) as { services: Record<string, Service> };
    const hubs = Object.values(services).filter(({ image }) => image === 'delta-hub');
    const set = hubs.flatMap(({ environment = {} }) => Object.keys(environment));
    expect(set.length).toBeGreaterThan(2);
    expect(set.filter((name) => !SETTINGS.includes(name))).toEqual([]);
  });

  it('the chart sets what the hub reads', () => {
    const templates = readdirSync(join(ROOT, 'deploy/helm/templates'));
    const set = templates.flatMap((file) => settingsIn(read(`deploy/helm/templates/${file}`)));
    expect(set.length).toBeGreaterThan(10);
    expect(set.filter((name) => !SETTINGS.includes(name))).toEqual([]);
  });

  it('the image runs a node as the hub itself runs its own', () => {
    const [, entry = '[]'] = /^ENTRYPOINT (.*)$/m.exec(read('deploy/Dockerfile')) ?? [];
    expect(JSON.parse(entry)).toEqual(['node', ...NODE_FLAGS, '/app/apps/hub/dist/main.js']);
    expect(read('docs/operations.md')).toContain(`NODE_OPTIONS=${NODE_FLAGS.at(-1)}`);
  });

  it('the operations manual and the image name no setting that there is not', () => {
    const named = [...settingsIn(read('docs/operations.md')), ...settingsIn(read('deploy/Dockerfile'))];
    expect(named.filter((name) => !SETTINGS.includes(name))).toEqual([]);
  });
});
