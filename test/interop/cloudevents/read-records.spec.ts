import { describe, expect, it } from '@jest/globals';
import { eventOf, type KafkaRecord } from './read-records.js';

const event = {
  correlationid: 'transfer-0190a0c0-0000-7000-8000-000000000001',
  data: { occurredAt: '2026-03-02T01:00:00.000Z', supports: true },
  datacontenttype: 'application/json',
  id: '0190a0c0-0000-7000-8000-000000000002',
  partitionkey: 'transfer-0190a0c0-0000-7000-8000-000000000001',
  recipients: '31,32',
  source: 'urn:delta-hub:node:32',
  specversion: '1.0',
  subject: 'transfer-0190a0c0-0000-7000-8000-000000000001',
  time: '2026-03-02T01:00:01.000Z',
  type: 'cn.delta-hub.transfer.opinion-given.v1',
};

const record = (value: unknown, contentType = 'application/cloudevents+json'): KafkaRecord => ({
  key: event.correlationid,
  value: Buffer.from(JSON.stringify(value)),
  headers: { 'content-type': contentType, jws: 'header..signature' },
});

describe('a generic CloudEvents client', () => {
  it('reads a record in structured mode, extensions and data too', () => {
    expect(JSON.parse(JSON.stringify(eventOf(record(event))))).toEqual(event);
  });

  it('refuses what is not a CloudEvent', () => {
    const { source: _, ...homeless } = event;
    expect(() => eventOf(record(homeless))).toThrow();
    expect(() => eventOf(record(event, 'application/json'))).toThrow('No CloudEvent detected');
  });
});
