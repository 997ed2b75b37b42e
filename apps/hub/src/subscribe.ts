import { type Broker, type IncomingRecord, type Position, positionAt } from '@delta-hub/broker';
import { openSqliteBroker } from '@delta-hub/broker/sqlite';
import { parseTrustList } from '@delta-hub/crypto';
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { loadConfig } from './config.js';
import { paths, readJson } from './data-dir.js';
import { HubFault } from './faults.js';
import { openKafka } from './kafka/open-kafka.js';
import { type Judged, RecordReader } from './record-reader.js';

export interface SubscribeCommand {
  readonly topic: string;
  readonly trust: string;
  readonly state?: string;
  readonly untilEnd: boolean;
  readonly clientId: string;
  readonly data: string;
}

/** The topics whose records are signed events, each by itself. */
const SIGNED_TOPIC = /^delta-hub\.3[1-4]\.(events|copies|heartbeats)\.v1$/;

/**
 * `delta-hub subscribe`: what a partner region runs to read the facts of a node. Prints the very bytes that were signed.
 * @throws HubFault `USAGE`, `VERIFICATION_FAILED`, `CONFIG_INVALID`, `DATA_DIR_INVALID`; BrokerError
 */
export const subscribe = async (options: SubscribeCommand): Promise<void> => {
  const { topic, untilEnd, state } = options;
  // Of a topic that is not there nothing would ever come, without a word.
  if (!SIGNED_TOPIC.test(topic))
    throw new HubFault('USAGE', `--topic: ${topic} is not delta-hub.<node>.events.v1 or delta-hub.<node>.copies.v1`);
  const reader = new RecordReader(parseTrustList(readJson(options.trust)));
  const broker = await openBroker(options);
  let refused = 0;
  const ended = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ended.resolve());
  try {
    // Key events may stand in a partition behind what their keys have signed: whoever begins in the middle reads them first.
    const places = new Places(state);
    await learnKeys(broker, topic, reader);
    const left = untilEnd ? Number(await broker.lag(topic, places.all)) : Infinity;
    if (left === 0) return;
    let count = 0;
    const subscription = await broker.subscribe(topic, places.all, async (record) => {
      const judged = await judge(record, reader, () => learnKeys(broker, topic, reader));
      if (judged.verdict === 'refused') refused += 1;
      tell(record, judged);
      places.taken(record);
      count += 1;
      if (count === left) ended.resolve();
    });
    await Promise.race([ended.promise, subscription.finished]);
    await subscription.stop();
  } finally {
    await broker.close();
  }
  if (refused > 0) throw new HubFault('VERIFICATION_FAILED', `${refused} records did not verify`);
};

const KEY_TRIES = 5;
const KEY_PAUSE_MS = 500;

/** A key event may be on its way in another partition: it is looked for a few times before a key counts as unknown. */
const judge = async (record: IncomingRecord, reader: RecordReader, learn: () => Promise<void>): Promise<Judged> => {
  for (let tries = 1; ; tries += 1) {
    const judged = reader.judge(record);
    if (judged.verdict !== 'refused' || judged.unknownKid === undefined || tries === KEY_TRIES) return judged;
    await pause(KEY_PAUSE_MS);
    await learn();
  }
};

const openBroker = ({ clientId, data }: SubscribeCommand): Promise<Broker> => {
  const config = loadConfig();
  if (config.DELTA_HUB_BROKER === 'kafka') return openKafka(config, { clientId, who: 'subscribe' });
  const file = paths(data).broker;
  if (!existsSync(file))
    throw new HubFault('DATA_DIR_INVALID', `${data} has no embedded broker; is DELTA_HUB_BROKER set?`);
  return openSqliteBroker(file);
};

/** Reads once what is there, for the key events in it. */
const learnKeys = async (broker: Broker, topic: string, reader: RecordReader): Promise<void> => {
  const end = Number(await broker.lag(topic, []));
  if (end === 0) return;
  const over = Promise.withResolvers<void>();
  let count = 0;
  const subscription = await broker.subscribe(topic, [], (record) => {
    reader.learn(record);
    count += 1;
    if (count === end) over.resolve();
    return Promise.resolve();
  });
  await Promise.race([over.promise, subscription.finished]);
  await subscription.stop();
};

const tell = ({ topic, partition, offset }: IncomingRecord, judged: Judged): void => {
  if (judged.verdict === 'verified') process.stdout.write(`${judged.event}\n`);
  else process.stderr.write(`${JSON.stringify({ ...judged, topic, partition, offset: String(offset) })}\n`);
};

const Saved = z.array(
  z.strictObject({
    partition: z.int().min(0),
    offset: z.string().regex(/^\d+$/),
    logId: z.string(),
    checksum: z.int().exactOptional(),
  }),
);

/** Where a subscriber is, in a file that is whole at any moment. */
class Places {
  #places: readonly Position[] = [];

  constructor(private readonly file: string | undefined) {
    if (file === undefined || !existsSync(file)) return;
    const saved = Saved.safeParse(readJson(file));
    if (!saved.success) throw new HubFault('USAGE', `--state: ${file} is no state of subscribe`);
    this.#places = saved.data.map((place) => ({ ...place, offset: BigInt(place.offset) }));
  }

  get all(): readonly Position[] {
    return this.#places;
  }

  /** After it was printed: a crash between the two prints it again. */
  taken(record: IncomingRecord): void {
    const others = this.#places.filter(({ partition }) => partition !== record.partition);
    this.#places = [...others, positionAt(record)];
    if (this.file === undefined) return;
    writeFileSync(
      `${this.file}.new`,
      JSON.stringify(this.#places.map((one) => ({ ...one, offset: String(one.offset) }))),
    );
    renameSync(`${this.file}.new`, this.file);
  }
}
