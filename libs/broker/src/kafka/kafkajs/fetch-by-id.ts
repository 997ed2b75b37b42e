/**
 * Teaches kafkajs to fetch by the id of a topic (KIP-516). It speaks version 11 of the Fetch request, which knows names only:
 * a topic that was created again is read on in as if it were the old one. Version 13 asks for an id, and a broker that has
 * no such topic any more says so. Written as kafkajs writes its own requests (Kafka protocol guide, Fetch API).
 */
import kafkajs from 'kafkajs';
import Decoder from 'kafkajs/src/protocol/decoder.js';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import errors from 'kafkajs/src/protocol/error.js';
import fetchV0 from 'kafkajs/src/protocol/requests/fetch/v0/response.js';
import decodeMessages from 'kafkajs/src/protocol/requests/fetch/v4/decodeMessages.js';
import requests from 'kafkajs/src/protocol/requests/index.js';

const FETCH = 1;
const VERSION = 13;
const A_CONSUMER = -1;
const [NO_SESSION, NO_EPOCH] = [0, -1];
/** UNKNOWN_TOPIC_ID and INCONSISTENT_TOPIC_ID, which kafkajs has no names for. */
const GONE: readonly number[] = [100, 103];
const OUT_OF_RANGE = 1;

interface WantedPartition {
  readonly partition: number;
  readonly fetchOffset: string;
  readonly maxBytes: number;
}

/** As kafkajs' consumer puts it. */
interface FetchOptions {
  readonly isolationLevel: number;
  readonly maxWaitTime: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly topics: readonly { readonly topic: string; readonly partitions: readonly WantedPartition[] }[];
  readonly rackId: string;
}

/** kafkajs' own, for consumers that are not ours. */
const byName = requests.requests.Fetch.protocol({ version: 11 }) as (options: FetchOptions) => object;

const bytesOf = (uuid: string): Buffer => Buffer.from(uuid.replaceAll('-', ''), 'hex');

const encodedPartition = ({ partition, fetchOffset, maxBytes }: WantedPartition): Encoder =>
  new Encoder()
    .writeInt32(partition)
    .writeInt32(NO_EPOCH) // of the leader
    .writeInt64(fetchOffset)
    .writeInt32(NO_EPOCH) // of what was fetched last
    .writeInt64('-1') // a follower's log start
    .writeInt32(maxBytes)
    .writeUVarIntBytes();

const encoded = ({ topics, rackId, ...options }: FetchOptions): Encoder =>
  new Encoder()
    .writeUVarIntBytes() // tags of the header
    .writeInt32(A_CONSUMER)
    .writeInt32(options.maxWaitTime)
    .writeInt32(options.minBytes)
    .writeInt32(options.maxBytes)
    .writeInt8(options.isolationLevel)
    .writeInt32(NO_SESSION)
    .writeInt32(NO_EPOCH)
    .writeUVarIntArray(
      topics.map(({ partitions }) =>
        new Encoder()
          .writeBuffer(bytesOf(rackId))
          .writeUVarIntArray(partitions.map(encodedPartition))
          .writeUVarIntBytes(),
      ),
    )
    .writeUVarIntArray([]) // forgotten topics
    .writeUVarIntString('') // rack
    .writeUVarIntBytes();

/** Not by kafkajs' own, which takes a tag's length for one more than it is. */
const skipTags = (decoder: Decoder): void => {
  for (let left = decoder.readUVarInt(); left > 0; left--) {
    decoder.readUVarInt();
    decoder.forward(decoder.readUVarInt());
  }
};

const abortedOf = (decoder: Decoder) => {
  const aborted = { producerId: `${decoder.readInt64()}`, firstOffset: `${decoder.readInt64()}` };
  skipTags(decoder);
  return aborted;
};

const partitionOf = (decoder: Decoder) => {
  const head = {
    partition: decoder.readInt32(),
    errorCode: decoder.readInt16(),
    highWatermark: `${decoder.readInt64()}`,
    lastStableOffset: `${decoder.readInt64()}`,
    lastStartOffset: `${decoder.readInt64()}`,
    abortedTransactions: decoder.readUVarIntArray(abortedOf) ?? [],
    preferredReadReplica: decoder.readInt32(),
  };
  const records = decoder.readBytes(Math.max(decoder.readUVarInt() - 1, 0));
  skipTags(decoder);
  return { ...head, records };
};

const topicOf = (decoder: Decoder) => {
  decoder.forward(16); // the id that was asked for
  const partitions = decoder.readUVarIntArray(partitionOf) ?? [];
  skipTags(decoder);
  return partitions;
};

/** kafkajs reads the records behind a length of four bytes, which they have not had since version 12. */
const messagesIn = (records: Buffer): Promise<unknown> =>
  decodeMessages({ readInt32: () => records.length, canReadBytes: () => true, readBytes: () => records });

const decode = async (answer: Buffer, topicName: string) => {
  const decoder = new Decoder(answer);
  skipTags(decoder); // of the header
  const clientSideThrottleTime = decoder.readInt32();
  const errorCode = decoder.readInt16();
  const sessionId = decoder.readInt32();
  const partitions = (decoder.readUVarIntArray(topicOf) ?? []).flat();
  const taken = partitions.map(async ({ records, ...head }) => ({ ...head, messages: await messagesIn(records) }));
  const responses = [{ topicName, partitions: await Promise.all(taken) }];
  return { throttleTime: 0, clientSideThrottleTime, errorCode, sessionId, responses };
};

type Decoded = Awaited<ReturnType<typeof decode>>;

/** What ends a reader for good. Of a place that is not in the log kafkajs would say nothing, and read on at its beginning. */
const endOf = (data: Decoded, topicId: string): string | undefined => {
  for (const { topicName, partitions } of data.responses) {
    if (partitions.some(({ errorCode }) => GONE.includes(errorCode)))
      return `${topicName}: ${topicId} is not its log any more`;
    const astray = partitions.find(({ errorCode }) => errorCode === OUT_OF_RANGE);
    if (astray !== undefined) return `${topicName}[${astray.partition}]: its log has no such place`;
  }
  return undefined;
};

/** A fault that is not of one partition comes alone, without any: kafkajs would take it for an answer without records. */
const parse = async (data: Decoded, topicId: string): Promise<unknown> => {
  const end = endOf(data, topicId);
  if (end !== undefined) throw new kafkajs.KafkaJSNonRetriableError(end);
  if (errors.failure(data.errorCode)) throw errors.createErrorFromCode(data.errorCode);
  return fetchV0.parse(data);
};

const byId = (options: FetchOptions) => ({
  ...byName(options), // its time limit
  request: {
    apiKey: FETCH,
    apiVersion: VERSION,
    apiName: 'Fetch',
    encode: () => Promise.resolve(encoded(options)),
  },
  response: {
    decode: (answer: Buffer) => decode(answer, options.topics[0]!.topic),
    parse: (data: Decoded) => parse(data, options.rackId),
  },
});

/** A consumer of ours has the id of its only topic for its rack: what kafkajs learns of the cluster cannot change it. */
export const fetchRequest = (options: FetchOptions): object =>
  options.rackId === '' ? byName(options) : byId(options);

/** For every kafkajs client of this process. */
export const teachFetchById = (): void => {
  const { Fetch } = requests.requests;
  Fetch.versions = [`${VERSION}`];
  Fetch.protocol = () => fetchRequest;
};
