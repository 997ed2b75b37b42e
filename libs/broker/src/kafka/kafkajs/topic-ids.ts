/**
 * Teaches kafkajs the ids of topics. It speaks version 6 of the Metadata request; ids come with version 10, and without them
 * a topic that was created again looks like the old one. Written as kafkajs writes its own requests; the request before it
 * stays in use nowhere, since every Kafka 4 broker knows version 12 (Kafka protocol guide, Metadata API).
 */
import Decoder from 'kafkajs/src/protocol/decoder.js';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import requests from 'kafkajs/src/protocol/requests/index.js';
import metadataV0 from 'kafkajs/src/protocol/requests/metadata/v0/response.js';

const METADATA = 3;
const VERSION = 12;

/** Every partition carries the id of its topic: what surrounds it is not passed on by kafkajs' admin. */
export interface IdentifiedPartition {
  readonly partitionId: number;
  readonly leader: number;
  readonly topicId: string;
}

const NO_ID = Buffer.alloc(16);

const encoded = (topics: readonly string[]): Encoder => {
  const encoder = new Encoder().writeUVarIntBytes().writeUVarInt(topics.length === 0 ? 0 : topics.length + 1);
  for (const topic of topics) {
    encoder.writeBuffer(NO_ID).writeUVarIntString(topic).writeUVarIntBytes();
  }
  return encoder.writeBoolean(false).writeBoolean(false).writeUVarIntBytes();
};

const numbers = (decoder: Decoder): number[] => decoder.readUVarIntArray((inner) => inner.readInt32());

const brokerOf = (decoder: Decoder) => {
  const nodeId = decoder.readInt32();
  const host = decoder.readUVarIntString();
  const port = decoder.readInt32();
  const rack = decoder.readUVarIntString();
  decoder.readTaggedFields();
  return { nodeId, host, port, rack };
};

const partitionOf = (decoder: Decoder) => {
  const partitionErrorCode = decoder.readInt16();
  const partitionId = decoder.readInt32();
  const leader = decoder.readInt32();
  decoder.readInt32(); // leader epoch
  const partition = { partitionErrorCode, partitionId, leader, replicas: numbers(decoder), isr: numbers(decoder) };
  const offlineReplicas = numbers(decoder);
  decoder.readTaggedFields();
  return { ...partition, offlineReplicas };
};

/** As the other client writes it: positions are kept when a node changes from one to the other. */
const uuidOf = (bytes: Buffer): string =>
  bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

const topicOf = (decoder: Decoder) => {
  const topicErrorCode = decoder.readInt16();
  const topic = decoder.readUVarIntString();
  const topicId = uuidOf(decoder.readBytes(16));
  const isInternal = decoder.readBoolean();
  const partitions = decoder.readUVarIntArray(partitionOf);
  decoder.readInt32(); // operations that are allowed, not asked for
  decoder.readTaggedFields();
  return { topicErrorCode, topic, isInternal, partitionMetadata: partitions.map((each) => ({ ...each, topicId })) };
};

const decode = (answer: Buffer): Promise<unknown> => {
  const decoder = new Decoder(answer);
  decoder.readTaggedFields(); // of the header
  const clientSideThrottleTime = decoder.readInt32();
  const brokers = decoder.readUVarIntArray(brokerOf);
  const clusterId = decoder.readUVarIntString();
  const controllerId = decoder.readInt32();
  const topicMetadata = decoder.readUVarIntArray(topicOf);
  return Promise.resolve({
    throttleTime: 0,
    clientSideThrottleTime,
    brokers,
    clusterId,
    controllerId,
    topicMetadata,
  });
};

const request = ({ topics }: { readonly topics: readonly string[] }) => ({
  request: {
    apiKey: METADATA,
    apiVersion: VERSION,
    apiName: 'Metadata',
    encode: () => Promise.resolve(encoded(topics)),
  },
  response: { decode, parse: metadataV0.parse },
});

/** For every kafkajs client of this process. */
export const teachTopicIds = (): void => {
  const { Metadata } = requests.requests;
  Metadata.versions = [`${VERSION}`];
  Metadata.protocol = () => request;
};
