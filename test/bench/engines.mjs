// `npm run bench:engines`: the exchange between two nodes over a real Kafka, and appends to KurrentDB, each client beside
// its bare self in the same run.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { KafkaCluster } from '../engines/kafka/kafka-cluster.ts';
import { TestTopics } from '../engines/kafka/test-topics.ts';
import { inFlight, median } from './in-flight.mjs';
import { bareKafkajs, barePlatformatic } from './bare-kafka.mjs';
import { measureKurrent } from './kurrent.mjs';
import { startPair } from './pair.mjs';

const HELP = `npm run bench:engines -- [--json] [--quick] [--only exchange|store]
  --json   print [{name, value, unit, floor, ratio}] on standard output, nothing else there
  --quick  fewer events: the figures are noisier
  --only   one half of it

For each client (kafkajs, platformatic), on one broker that is started here. A is in this process and B in one of its
own, as a node is in a hub; the person of each application has been registered before. After 3,000 of each, three rounds
of each, in turn:
  bare.<client>               one record of the same bytes sent and read by the bare library, 64 in flight
  bare.<client>.p99           the same one at a time, in ms
  exchange.<client>           command at A to verified fact at B, 64 in flight; floor bare.<client>
  exchange.<client>.p99       the same one at a time, until B has stored the fact by the clock that both processes share;
                              floor bare.<client>.p99 (ratio: times the floor)
  exchange.<client>.recovery  from the return of a killed broker to the next verified fact, in ms

On the KurrentDB of KURRENTDB_URL, else on a protocol double, which is no measure of a server:
  bare.kurrent.append         appends of one event of 1 KiB to new streams by the bare client, 64 in flight
  followed.kurrent.append     the same while the bare client also reads, by a subscription, what it appends, as the port
                              has to; floor bare.kurrent.append
  store.kurrent.append        the same through the port; floor bare.kurrent.append
  ….single                    the same one at a time

Ratios within one run can be compared; absolute figures depend on the machine and what else it does.`;

const options = parseArgs({
  options: {
    ...{ json: { type: 'boolean' }, quick: { type: 'boolean' }, help: { type: 'boolean' } },
    only: { type: 'string' },
  },
}).values;
if (options.only !== undefined && !['exchange', 'store'].includes(options.only)) {
  process.stderr.write(`--only: exchange or store, not ${options.only}\n`);
  process.exit(2);
}
if (options.help) {
  process.stdout.write(`${HELP}\n`);
  process.exit(0);
}

const scale = options.quick ? 0.2 : 1;
const OUTAGE_MS = 5_000;
/** After so many of each, both run as they go on running: a node serves for months, and its code is compiled in its first seconds. */
const WARM = 3000;
const ROUNDS = 3;
const results = [];
const record = (name, value, unit, floor = name, ratio = 1) => {
  results.push({ name, value: Number(value.toPrecision(4)), unit, floor, ratio: Number(ratio.toPrecision(3)) });
  process.stderr.write(
    `${name.padEnd(32)} ${value.toPrecision(4).padStart(9)} ${unit.padEnd(5)} ${ratio.toPrecision(3).padStart(8)} x ${floor}\n`,
  );
};

/** `work` tells how many milliseconds it took. */
const p99 = async (count, work) => {
  const latencies = [];
  for (let n = 0; n < count; n++) latencies.push(await work(n));
  return latencies.toSorted((a, b) => a - b)[Math.ceil(count * 0.99) - 1];
};

/** Both in turn, so that what else the machine does hits both; the median of each. */
const inTurn = async (measureBare, measureExchange) => {
  const rates = { bare: [], exchange: [] };
  for (let round = 0; round < ROUNDS; round++) {
    rates.bare.push(await measureBare());
    rates.exchange.push(await measureExchange());
  }
  return { bare: median(rates.bare), exchange: median(rates.exchange) };
};

const measure = async ({ name, bare }, cluster, dir) => {
  const { brokers } = cluster;
  const topics = new TestTopics(brokers);
  for (const node of ['31', '32']) await topics.create(`delta-hub.${node}.events.v1`, 3);
  await topics.create(`bare.${name}`, 1);
  let sent;
  const link = { client: name, brokers, clientId: `delta-hub.bench-${name}` };
  const pair = await startPair(dir, link, (records) => (sent = records.at(-1)));
  const count = Math.round(1000 * scale);
  const warm = WARM * scale;
  await inFlight(warm + 2 * count * ROUNDS + 1, 64, (n) => pair.intake(n));
  let person = 0;
  const exchange = () => pair.exchange(person++);
  await inFlight(warm, 64, exchange);
  const library = await bare(brokers, `bare.${name}`, sent);
  await inFlight(warm, 64, () => library.exchange());

  const rate = await inTurn(
    () => inFlight(count * 4, 64, () => library.exchange()),
    () => inFlight(count, 64, exchange),
  );
  record(`bare.${name}`, rate.bare, 'ev/s');
  record(`exchange.${name}`, rate.exchange, 'ev/s', `bare.${name}`, rate.exchange / rate.bare);
  const slowest = await inTurn(
    () => p99(count, () => library.exchange()),
    () => p99(count, exchange),
  );
  await library.close();
  record(`bare.${name}.p99`, slowest.bare, 'ms');
  record(`exchange.${name}.p99`, slowest.exchange, 'ms', `bare.${name}.p99`, slowest.exchange / slowest.bare);

  const [node] = cluster.nodes;
  await node.kill();
  await pause(OUTAGE_MS);
  const next = exchange();
  await node.start();
  const back = performance.now();
  await next;
  record(`exchange.${name}.recovery`, performance.now() - back, 'ms');
  await pair.close();
  await topics.delete('delta-hub.31.events.v1', 'delta-hub.32.events.v1', `bare.${name}`);
  await topics.close();
};

const measureExchange = async () => {
  const dir = mkdtempSync(join(tmpdir(), 'delta-hub-bench-'));
  const cluster = await KafkaCluster.start();
  const platformatic = { name: 'platformatic', bare: barePlatformatic };
  const kafkajs = { name: 'kafkajs', bare: bareKafkajs };
  try {
    for (const client of [platformatic, kafkajs]) await measure(client, cluster, join(dir, client.name));
  } finally {
    await cluster.stop();
    rmSync(dir, { recursive: true, force: true });
  }
};

if (options.only !== 'exchange') await measureKurrent(record, scale);
if (options.only !== 'store') await measureExchange();
if (options.json) process.stdout.write(`${JSON.stringify(results)}\n`);
process.exit(0);
