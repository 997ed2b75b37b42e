import { describe, expect, it } from '@jest/globals';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { EVENT_NAMES, type EventName, eventName, schemaAddress, SCHEMAS, wireType } from './index.js';

const ajv = new Ajv2020({ strict: true });
for (const schema of Object.values(SCHEMAS)) ajv.addSchema(schema);
const validatorOf = (name: EventName | 'hub-event'): ValidateFunction => {
  const validate = ajv.getSchema(schemaAddress(name));
  if (validate === undefined) throw new Error(`no schema for ${name}`);
  return validate;
};

const at = '2025-03-10T01:30:00.000Z';
const actor = { officerId: 'officer-320509-001', role: 'officer', agencyId: 'cca-320509' };
const digest = `sha-256:${'A'.repeat(43)}`;
const documents = [{ kind: 'application', digest, size: 1024 }];
const act = { occurredAt: at, actor };
const about = { step: 'REPLY', due: at, rung: 1, rule: 'REPLY@2020.1' };

const EXAMPLES: Readonly<Record<EventName, Readonly<Record<string, unknown>>>> = {
  'person.intake-registered': {
    ...act,
    personId: 'T-320509-0001',
    category: 'SuspendedSentence',
    agency: 'cca-320509',
    correctionStart: '2025-01-06',
    correctionEnd: '2026-07-05',
  },
  'transfer.applied': {
    ...act,
    personId: 'T-320509-0001',
    category: 'SuspendedSentence',
    origin: 'cca-320509',
    receiving: 'cca-310118',
    originNode: '32',
    receivingNode: '31',
    answerableSince: '2025-01-06T01:00:00.000Z',
    correctionEnd: '2026-07-05',
    reason: 'employment',
    documents,
  },
  'transfer.opinion-given': { ...act, supports: true, documents },
  'transfer.consultation-sent': { ...act, documents },
  'transfer.consultation-received': act,
  'transfer.consultation-replied': { ...act, agrees: false, ground: 'residence-untrue', documents },
  'transfer.reply-superseded': {
    ...{ ...act, agrees: true, documents },
    ...{ supersedes: '2025-03-17T07:40:00.000Z', reason: 'new-evidence' },
  },
  'transfer.decided': { ...act, approved: true, documents },
  'transfer.decision-served': { ...act, documents },
  'person.match-proposed': { ...act, personId: 'T-320509-0001', duplicateId: 'T-320509-0002', documents },
  'person.merged': { ...act, personId: 'T-320509-0001', duplicateId: 'T-320509-0002', documents },
  'person.unmerged': { ...act, personId: 'T-320509-0001', duplicateId: 'T-320509-0002', documents },
  'person.sealed-record-read': {
    ...{ ...act, personId: 'T-320509-0001', ground: 'judicial-proceeding', basis: '刑诉法286', documents },
  },
  'transfer.copy-sent': {
    ...{ ...act, of: 'transfer.decided', office: 'origin-police', recipient: 'police-320509', documents },
  },
  'transfer.copy-acknowledged': { ...act, of: 'transfer.decided', office: 'origin-police' },
  'transfer.merge-told': { ...act, fact: '0195b000-0000-7000-8000-000000000001', jws: 'e30.e30.AAAA' },
  'transfer.file-sent': { ...act, documents },
  'transfer.file-received': act,
  'transfer.file-receipted': { ...act, documents },
  'transfer.person-reported': act,
  'transfer.completed': act,
  'transfer.withdrawn': { ...act, reason: 'applicant', documents },
  'transfer.dispute-raised': {
    ...{ ...act, level: 'upper', documents },
    ...{ originBody: 'city-320500', receivingBody: 'prov-310000' },
  },
  'transfer.dispute-resolved': { ...act, level: 'upper', side: 'origin', outcome: 'to-accept', documents },
  'transfer.recusal-declared': {
    ...{ ...act, agency: 'cca-320509', officerId: 'officer-320509-001', ground: 'interest' },
  },
  'transfer.fact-corrected': { ...act, fact: 'transfer.decided', kind: 'wrong-date', documents },
  'transfer.correction-acknowledged': { ...act, fact: 'transfer.decided' },
  'transfer.custody-file-placed': { ...act, documents },
  'transfer.nonreport-notified': { ...act, due: '2025-03-26T16:00:00.000Z' },
  'transfer.search-started': { ...act, documents },
  'transfer.police-notified': { ...act, documents },
  'transfer.search-closed': { ...act, outcome: 'found', documents },
  'transfer.sanction-proposed': { ...act, measure: 'admonition', days: 3, documents },
  'transfer.sanction-decided': { ...act, measure: 'none', documents },
  'transfer.deadline-reminded': { ...act, ...about, to: ['receiving'] },
  'transfer.deadline-breached': { ...act, ...about, to: ['receiving', 'origin'] },
  'transfer.deadline-escalated': { ...act, ...about, to: ['receiving-upper'] },
  'transfer.deadline-superseded': {
    ...{ ...act, ...about },
    ...{ because: 'outage', outage: '0195b000-0000-7000-8000-000000000001' },
  },
  'refusal.issued': {
    ...act,
    check: 'SIGNATURE',
    detail: 'the signature does not verify',
    topic: 'delta-hub.32.events.v1',
    partition: 0,
    offset: '7',
    refusedDigest: digest,
    refusedSize: 900,
    transient: false,
  },
  'incident.log-forked': { ...act, forkedNode: '32', proofDigest: digest, proof: 'two notes' },
  'inspection.person-replayed': { ...act, personId: 'T-320509-0001', reason: '检察院组织法20', size: 12 },
  'node.heartbeat': { ...act, sequence: 100, heard: [{ node: '32', sequence: 200, time: at }] },
  'outage.declared': {
    ...act,
    peer: '32',
    from: at,
    until: '2025-03-12T01:30:00.000Z',
    before: 'e30.e30.AAAA',
    alone: 'e30.e30.AAAA',
    peerBeat: 'e30.e30.AAAA',
  },
  'key.introduced': {
    ...act,
    kid: '32/2',
    alg: 'EdDSA',
    publicJwk: { kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43) },
    validFrom: at,
    possession: 'A'.repeat(86),
  },
  'key.revoked': { ...act, kid: '32/1', reason: 'compromised', compromisedFrom: at },
  'key.reattested': { ...act, kid: '32/1', events: [{ id: '0197a3c2-7f1e-7c44-9a55-2b8d1c0e4f10', digest }] },
};

const envelope = {
  specversion: '1.0',
  id: '0197a3c2-7f1e-7c44-9a55-2b8d1c0e4f10',
  source: 'urn:delta-hub:node:32',
  type: 'cn.delta-hub.transfer.applied.v1',
  subject: 'transfer-3c3c8556-2394-5832-92e2-2fd9a6ff9b4c',
  time: at,
  datacontenttype: 'application/json',
  dataschema: 'https://delta-hub.cn/schemas/transfer.applied.v1.json',
  correlationid: 'transfer-3c3c8556-2394-5832-92e2-2fd9a6ff9b4c',
  partitionkey: 'transfer-3c3c8556-2394-5832-92e2-2fd9a6ff9b4c',
  recipients: '31,32',
  dataclassification: 'N',
  rule: '办法30@2020.1',
  commandid: '0197a3c2-7f1e-7c44-9a55-2b8d1c0e4f11',
  commandhash: digest,
  data: {},
};

describe.each(EVENT_NAMES.map((name) => ({ name })))('data of $name', ({ name }) => {
  const validate = validatorOf(name);
  const example = EXAMPLES[name];
  const required = (SCHEMAS[`${name}.v1`]?.['required'] ?? []) as readonly string[];

  it('accepts the example', () => expect(validate(example)).toBe(true));
  it('refuses an unknown field', () => expect(validate({ ...example, note: 'free text' })).toBe(false));
  it.each(required)('refuses it without %s', (field) => {
    const { [field]: _left, ...rest } = example;
    expect(validate(rest)).toBe(false);
  });
  it.each(Object.keys(example))('refuses a wrong %s', (field) => {
    expect(validate({ ...example, [field]: { wrong: 'in every field' } })).toBe(false);
  });
});

it('a verdict is superseded by an outage that is named, and names none for another reason', () => {
  const validate = validatorOf('transfer.deadline-superseded');
  const { outage, ...unnamed } = EXAMPLES['transfer.deadline-superseded'] as { outage: string };
  expect(validate(unnamed)).toBe(false);
  expect(validate({ ...unnamed, because: 'recomputed' })).toBe(true);
  expect(validate({ ...unnamed, because: 'recomputed', outage })).toBe(false);
});

describe('the envelope', () => {
  const validate = validatorOf('hub-event');

  it('accepts the example', () => expect(validate(envelope)).toBe(true));
  it('refuses an unknown attribute', () => expect(validate({ ...envelope, name: '测试甲' })).toBe(false));
  it.each(Object.keys(envelope))('refuses it without %s', (attribute) => {
    const { [attribute as keyof typeof envelope]: _left, ...rest } = envelope;
    expect(validate(rest)).toBe(false);
  });
  it.each([
    ['source', 'urn:delta-hub:node:35'],
    ['id', envelope.id.toUpperCase()],
    ['time', '2025-03-10T09:30:00+08:00'],
    ['id', envelope.id.replace('-7c', '-4c')],
    ['time', '2025-02-29T09:30:00.000Z'],
    ['recipients', '31, 32'],
    ['recipients', '32,31'],
    ['recipients', '31,31'],
    ['recipients', ''],
    ['type', 'transfer.applied'],
    ['subject', 'person-T-320509-0001'],
    ['subject', 'refusal-3c3c8556-2394-5832-92e2-2fd9a6ff9b4c'],
    ['subject', 'transfer-T-320509-0001'],
  ])('refuses %s %s', (attribute, value) => expect(validate({ ...envelope, [attribute]: value })).toBe(false));
});

describe('a fact stands in a stream of its own category', () => {
  const validate = validatorOf('hub-event');
  const uuid = '3c3c8556-2394-5832-92e2-2fd9a6ff9b4c';
  const STREAMS = {
    transfer: `transfer-${uuid}`,
    person: 'person-T-320509-0001',
    refusal: `refusal-${uuid}`,
    incident: `incident-${uuid}`,
    inspection: `inspection-${uuid}`,
    outage: `outage-${uuid}`,
    node: 'node-32',
    key: 'key-node-32',
  };

  it.each(EVENT_NAMES.map((name) => ({ name })))('$name', ({ name }) => {
    const fitting = Object.entries(STREAMS).filter(([, subject]) =>
      validate({ ...envelope, type: wireType(name), subject }),
    );
    expect(fitting.map(([category]) => category)).toEqual([name.split('.')[0]]);
  });
});

describe('event names', () => {
  it('convert to the wire and back', () => {
    expect(EVENT_NAMES.map((name) => eventName(wireType(name)))).toEqual(EVENT_NAMES);
    expect(wireType('transfer.applied')).toBe('cn.delta-hub.transfer.applied.v1');
  });
  it('are unknown in another version', () => expect(eventName('cn.delta-hub.transfer.applied.v2')).toBeUndefined());
});
