// `npm run bench`: what the hub does in a second on this machine, each figure beside its floor measured in the same run.
import { generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';
import {
  appendBatches,
  appendSingly,
  growLong,
  inclusionProof,
  preparedEvents,
  replay,
  storedEvents,
} from './ledger.mjs';
import { inFlight, median } from './in-flight.mjs';
import { startPair } from './pair.mjs';
import { worklistPages } from './worklist.mjs';

const HELP = `npm run bench -- [--json] [--quick] [--long] [--only ledger|hub|worklist]
  --json   print [{name, value, unit, floor, ratio}] on standard output, nothing else there
  --quick  a fifth of the events: the figures are noisier, and what starts threads looks slower than it is
  --long   only grow one log from 10,000 to 1,000,000 events and print its memory: what is in use (heap and buffers), floor what it was at 10,000, and what is resident
  --only   only one part: ledger, hub, or worklist

  ed25519.verify       node:crypto Ed25519 verify of 1 KB on one core; the base
  sqlite.append.bare   one 1.4 KB row inserted and committed at a time, WAL, synchronous=FULL
  command.stored       commands to durable signed facts through the whole handler, 64 in flight; floor sqlite.append.bare
  stored.sequenced     stored facts to leaves under a signed head, every signature verified; floor ed25519.verify
  exchange.throughput  command at A to verified fact at B, both nodes in this process, 64 in flight; floor sqlite.append.bare
  exchange.p50, .p99   the same one at a time, of persons registered before, in ms; floor one bare append (ratio: times the floor)
  The figures of the ledger are of a log of 100,000 entries, as large as those that its aims were set by.
  ledger.append.batch.verified  waiting events to leaves under a locked head, durable, every signature verified
                       on all cores; floor ed25519.verify on one
  ledger.append.single the same with one event in flight: two commits, each on the disk; floor ed25519.verify
  ledger.replay.signatures      a whole log verified on all cores: every event, rows, event store, tiles, heads; floor
                                ed25519.verify on one
  ledger.replay.structure       the same without events: hashes, tiles, heads and their signatures; floor ed25519.verify
  ledger.proof.inclusion        one inclusion proof from warm tiles, in us; floor one verify (ratio: times the floor)
  handoff.worklist     a page of 20 duties over HTTP at a node with 100,000 open ones, in us; floor handoff.worklist.1000

Ratios within one run can be compared; absolute figures depend on the machine and what else it does.`;

const options = (() => {
  try {
    return parseArgs({
      options: {
        json: { type: 'boolean' },
        quick: { type: 'boolean' },
        long: { type: 'boolean' },
        only: { type: 'string' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    process.stderr.write(`USAGE: ${error.message}\n`);
    process.exit(2);
  }
})();
if (options.help) {
  process.stdout.write(`${HELP}\n`);
  process.exit(0);
}

const scale = options.quick ? 0.2 : 1;
const results = [];
const record = (name, value, unit, floorName, ratio) => {
  const floor = floorName ?? name;
  results.push({ name, value: Number(value.toPrecision(4)), unit, floor, ratio: Number(ratio.toPrecision(3)) });
  process.stderr.write(
    `${name.padEnd(28)} ${value.toPrecision(4).padStart(9)} ${unit.padEnd(5)} ${ratio.toPrecision(3).padStart(8)} x ${floor}\n`,
  );
};

/** Runs `work` again and again for about `ms`; returns how often a second. */
const rateOf = (ms, work) => {
  for (const end = performance.now() + ms / 4; performance.now() < end;) work();
  let done = 0;
  const start = performance.now();
  while (performance.now() - start < ms) {
    work();
    done++;
  }
  return (done * 1000) / (performance.now() - start);
};

const percentile = (values, p) =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * p))];

const bareVerify = () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const message = randomBytes(1024);
  const signature = sign(null, message, privateKey);
  return rateOf(1500 * scale, () => verify(null, message, publicKey, signature));
};

const bareAppend = (file) => {
  const db = new DatabaseSync(file);
  db.exec(
    'PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE rows(id INTEGER PRIMARY KEY, data BLOB) STRICT',
  );
  const insert = db.prepare('INSERT INTO rows(data) VALUES(?)');
  const row = randomBytes(1400);
  const rate = rateOf(1500 * scale, () => insert.run(row));
  db.close();
  return rate;
};

const benchHub = async (dir, verifyRate) => {
  const appendRate = median([1, 2, 3].map((round) => bareAppend(join(dir, `bare-${round}.db`))));
  record('sqlite.append.bare', appendRate, 'op/s', undefined, 1);

  const pair = await startPair(dir);
  await inFlight(50, 8, (n) => pair.intake(`warm-${n}`));
  const count = Math.round(2000 * scale);
  const commands = await inFlight(count, 64, (n) => pair.intake(n));
  record('command.stored', commands, 'ev/s', 'sqlite.append.bare', commands / appendRate);

  const sequenced = await pair.sequenceAll();
  record('stored.sequenced', sequenced, 'ev/s', 'ed25519.verify', sequenced / verifyRate);

  const [together, singles] = [Math.round(1000 * scale), Math.round(300 * scale)];
  const exchange = await inFlight(together, 64, (n) => pair.exchange(n));
  record('exchange.throughput', exchange, 'ev/s', 'sqlite.append.bare', exchange / appendRate);

  const latencies = [];
  for (let n = together; n < together + singles; n++) latencies.push(await pair.exchange(n));
  const bareMs = 1000 / appendRate;
  record('exchange.p50', percentile(latencies, 0.5), 'ms', 'sqlite.append.bare', percentile(latencies, 0.5) / bareMs);
  record('exchange.p99', percentile(latencies, 0.99), 'ms', 'sqlite.append.bare', percentile(latencies, 0.99) / bareMs);
  await pair.close();
};

/** Each figure against a base measured just before it and just after: others use the machine too. */
const besideBase = async (name, unit, measure, ratioOf) => {
  const before = bareVerify();
  const value = await measure();
  record(name, value, unit, 'ed25519.verify', ratioOf(value, (before + bareVerify()) / 2));
};
const rateRatio = (rate, base) => rate / base;

const benchLedger = async (dir) => {
  const log = join(dir, 'ledger-batch');
  const count = Math.round(80_000 * scale);
  const events = preparedEvents(count);
  const batch = () => appendBatches(log, events, count);
  await besideBase('ledger.append.batch.verified', 'ev/s', batch, rateRatio);
  const single = () => appendSingly(join(dir, 'ledger-single'), Math.round(3000 * scale));
  await besideBase('ledger.append.single', 'ev/s', single, rateRatio);
  const eventsFile = join(dir, 'events.db');
  const store = await storedEvents(eventsFile, events, count + Math.round(count / 4));
  for (const level of ['signatures', 'structure'])
    await besideBase(`ledger.replay.${level}`, 'ev/s', () => replay(log, store, eventsFile, level), rateRatio);
  await store.close();
  const proof = () => inclusionProof(log, Math.round(50 * scale));
  await besideBase('ledger.proof.inclusion', 'us', proof, (micros, base) => (micros * base) / 1e6);
};

const benchWorklist = async (dir) => {
  const [few, many] = await worklistPages(dir, [1000, 100_000]);
  record('handoff.worklist.1000', few, 'us', undefined, 1);
  record('handoff.worklist', many, 'us', 'handoff.worklist.1000', many / few);
};

const dir = mkdtempSync(join(tmpdir(), 'delta-hub-bench-'));
try {
  const verifyRate = bareVerify();
  record('ed25519.verify', verifyRate, 'op/s', undefined, 1);
  if (options.long) {
    let smallest;
    await growLong(join(dir, 'long'), (size, { live, rss }, rate) => {
      smallest ??= live;
      record(`ledger.memory.${size}`, live, 'MB', 'ledger.memory.10000', live / smallest);
      const more = `${rss.toFixed(0)} MB resident, ${rate.toFixed(0)} ev/s with the making of the events`;
      process.stderr.write(`  ${more}\n`);
    });
  } else {
    if ((options.only ?? 'ledger') === 'ledger') await benchLedger(dir);
    if ((options.only ?? 'hub') === 'hub') await benchHub(dir, verifyRate);
    if ((options.only ?? 'worklist') === 'worklist') await benchWorklist(dir);
  }
} finally {
  rmSync(dir, { recursive: true, force: true });
}
if (options.json) process.stdout.write(`${JSON.stringify(results)}\n`);
