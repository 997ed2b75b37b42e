import { expect, it } from '@jest/globals';
import { connect } from './connect.js';

it('what is wrong with an address is told without its password', () => {
  const told = expect.objectContaining({ code: 'UNAVAILABLE', message: expect.not.stringContaining('secret') });
  expect(() => connect('kurrentdb://node:secret@host:99999999')).toThrow(told);
  expect(() => connect('kurrentdb://node:secret@host?tls=perhaps')).toThrow(told);
});
