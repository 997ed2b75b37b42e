// The AsyncAPI document of the topics, from deploy/kafka/topics.yaml and the JSON Schemas of the events.
import { parse, stringify } from 'yaml';

const DAY_MS = 86_400_000;
const BINDING = '0.5.0';
const SCHEMA_FORMAT = 'application/schema+json;version=draft-2020-12';

/** What is on the topics of a family, beside their settings. */
const FAMILIES = {
  events: 'Facts 事实 of a node, in the order in which they were stored; keyed by their case.',
  copies:
    'Copies 抄送 for recipients in the province of the node, the signed facts themselves; keyed by the recipient.',
  heartbeats: 'Each minute: that the node is there, and whom it heard last.',
  checkpoints: 'The newest head of the node’s log that a quorum of witnesses has cosigned (C2SP tlog-checkpoint).',
  dlq: 'Records that the node refused, as they came; why, and the signed refusal, in the headers.',
};
const EVENT_TYPES_OF = {
  events: (name) => name !== 'node.heartbeat' && name !== 'inspection.person-replayed',
  copies: (name) => name === 'transfer.copy-sent' || name === 'transfer.fact-corrected',
  heartbeats: (name) => name === 'node.heartbeat',
};

const text = (description) => ({ type: 'string', description });
const headersOf = (properties) => ({ type: 'object', required: Object.keys(properties), properties });

const key = (description) => ({ kafka: { key: text(description), bindingVersion: BINDING } });

const eventMessage = (name, { title, description }) => ({
  name: `cn.delta-hub.${name}.v1`,
  title,
  summary: description,
  contentType: 'application/cloudevents+json',
  traits: [{ $ref: '#/components/messageTraits/signedEvent' }],
  payload: {
    schemaFormat: SCHEMA_FORMAT,
    schema: {
      allOf: [
        { $ref: 'schemas/hub-event.v1.json' },
        {
          properties: { type: { const: `cn.delta-hub.${name}.v1` }, data: { $ref: `schemas/${name}.v1.json` } },
        },
      ],
    },
  },
});

const OTHERS = {
  sealed: {
    name: 'sealed',
    title: 'Sealed fact 封存记录',
    summary: 'A fact of a sealed record: its compact JWS as a JWE for the nodes that are to have it (RFC 7516).',
    contentType: 'application/jose+json',
    bindings: key('The case.'),
    headers: headersOf({ 'content-type': { const: 'application/jose+json' } }),
    payload: { type: 'object', required: ['ciphertext', 'recipients'] },
  },
  checkpoint: {
    name: 'checkpoint',
    title: 'Cosigned head',
    summary: 'A C2SP signed note: origin, size, root hash, then the signatures of the log and of its witnesses.',
    contentType: 'text/plain; charset=utf-8',
    bindings: key('The origin of the log.'),
    headers: headersOf({ 'content-type': { const: 'text/plain; charset=utf-8' } }),
    payload: text('Lines, the signatures after an empty one.'),
  },
  deadLetter: {
    name: 'dead-letter',
    title: 'Refused record 拒收',
    summary: 'The bytes as they came; empty when they were more than 32 KiB.',
    bindings: key('The topic on which it came.'),
    headers: headersOf({
      ...{ 'dlq-topic': text('Where it came.'), 'dlq-partition': text('A number.'), 'dlq-offset': text('A number.') },
      'dlq-check': text('The check that failed, as in refusal.issued.'),
      'dlq-class': { enum: ['permanent', 'transient'] },
      ...{ 'dlq-first-seen': text('An instant, UTC.'), 'dlq-digest': text('sha-256: and base64url.') },
      ...{ 'dlq-size': text('Bytes of the record.'), 'dlq-refusal': text('Id of the signed refusal.issued.') },
    }),
    payload: {},
  },
};
const OTHERS_OF = { events: ['sealed'], checkpoints: ['checkpoint'], dlq: ['deadLetter'] };

/** `schemas` by their file name without `.json`, `events` the names of event types without prefix and version. */
export const asyncApi = (topicsFile, schemas, events) => {
  const { topics, environments, nodes } = parse(topicsFile);
  const { replicas, minInSyncReplicas } = environments.production;
  const idOf = (name) => name.replaceAll('.', '-');
  const familyOf = ({ name }) => name.split('.')[2];
  const messagesIn = (family) => [
    ...events.filter((name) => EVENT_TYPES_OF[family]?.(name)).map(idOf),
    ...(OTHERS_OF[family] ?? []),
  ];
  const channels = topics.map((topic) => {
    const family = familyOf(topic);
    const messages = Object.fromEntries(messagesIn(family).map((id) => [id, { $ref: `#/components/messages/${id}` }]));
    const channel = {
      address: topic.name,
      summary: FAMILIES[family],
      parameters: { node: { enum: Object.keys(nodes), description: 'The node that alone writes the topic.' } },
      messages,
      bindings: {
        kafka: {
          ...{ partitions: topic.partitions, replicas },
          topicConfiguration: {
            'cleanup.policy': ['delete'],
            'retention.ms': topic.retentionDays * DAY_MS,
            'retention.bytes': -1,
          },
          bindingVersion: BINDING,
        },
      },
    };
    return [family, channel];
  });
  const operations = channels.flatMap(([family]) => [
    [`${family}Send`, { action: 'send', channel: { $ref: `#/channels/${family}` }, summary: 'The node itself.' }],
    [
      `${family}Receive`,
      {
        action: 'receive',
        channel: { $ref: `#/channels/${family}` },
        summary: 'The other nodes, and partner regions.',
      },
    ],
  ]);
  const document = {
    asyncapi: '3.0.0',
    info: {
      title: 'Delta Hub 长三角社区矫正协同枢纽',
      version: '1.0.0',
      description: `What nodes put on Apache Kafka. Every fact is a CloudEvent in canonical JSON whose detached signature stands in the header \`jws\`; the keys are at /.well-known/jwks.json of each node. Topics are never compacted; ${minInSyncReplicas} of ${replicas} replicas are in sync.`,
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/cloudevents+json',
    servers: {
      kafka: {
        host: 'brokers.example:9093',
        protocol: 'kafka-secure',
        security: [{ $ref: '#/components/securitySchemes/scram' }],
        description: 'One principal a node, one a partner; a partner has groups of its own prefix.',
      },
    },
    channels: Object.fromEntries(channels),
    operations: Object.fromEntries(operations),
    components: {
      securitySchemes: { scram: { type: 'scramSha512', description: 'SASL over TLS.' } },
      messageTraits: {
        signedEvent: {
          bindings: key('The case, or whom the record is for.'),
          headers: headersOf({
            'content-type': { const: 'application/cloudevents+json' },
            jws: text('Detached JWS of the value (RFC 7515 appendix F), EdDSA, kid of the node’s event key.'),
          }),
        },
      },
      messages: {
        ...Object.fromEntries(events.map((name) => [idOf(name), eventMessage(name, schemas[`${name}.v1`])])),
        ...OTHERS,
      },
    },
  };
  return `# Generated by tools/generate.mjs; do not edit.\n${stringify(document, { lineWidth: 0, aliasDuplicateObjects: false, singleQuote: true })}`;
};
