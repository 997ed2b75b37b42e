import { generateKeyPair, signerFromJwk } from '@delta-hub/crypto';
import { expect, it } from '@jest/globals';
import { type Act, eventIn, readEvent, sign } from './signed-events.js';

const signer = signerFromJwk(generateKeyPair().privateJwk, '32/1');
const context = {
  ...{
    id: '01970000-0000-7000-8000-000000000001',
    node: '32',
    stream: 'transfer-01970000-0000-7000-8000-000000000003',
  },
  ...{ signedAt: '2025-03-24T02:00:00.000Z', recipients: ['31', '32'], rule: '办法31@2020.1' },
  ...{
    causationId: undefined,
    commandId: '01970000-0000-7000-8000-000000000002',
    commandHash: `sha-256:${'A'.repeat(43)}`,
  },
};
const report = (data: object): Act => ({
  ...{ type: 'transfer.person-reported', occurredAt: '2025-03-24T01:05:00.000Z', data },
  actor: { officerId: 'officer-310118-001', role: 'officer', agencyId: 'cca-310118' },
});

it('a fact is signed as the contract has it', () => {
  expect(readEvent(sign(report({ nth: 2 }), context, signer)).data).toMatchObject({ nth: 2 });
});

it.each([{ nth: 0 }, { nth: 1 }, { unheardOf: true }])('what every peer would refuse is not signed: %j', (data) => {
  expect(() => sign(report(data), context, signer)).toThrow('is not signed');
});

it('a text is read once while it is remembered, and never taken for another that bears its signature', () => {
  const jws = Buffer.from(sign(report({ nth: 2 }), context, signer).data).toString('ascii');
  expect(eventIn(jws)).toBe(eventIn(`${jws.slice(0, 100)}${jws.slice(100)}`));
  const [header = '', , signature = ''] = jws.split('.');
  const other = Buffer.from(JSON.stringify({ ...eventIn(jws), rule: 'another' })).toString('base64url');
  expect(eventIn([header, other, signature].join('.')).rule).toBe('another');
  expect(eventIn(jws).rule).toBe('办法31@2020.1');
});
