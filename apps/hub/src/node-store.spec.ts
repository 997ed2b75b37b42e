import { expect, it } from '@jest/globals';
import { loadConfig } from './config.js';
import { kurrentUrl } from './node-store.js';

const urlOf = (url: string): string =>
  kurrentUrl(loadConfig({ DELTA_HUB_STORE: 'kurrentdb', KURRENTDB_URL: url }), '32');

it('gives each node its own server where the address has its number', () => {
  expect(urlOf('kurrentdb://store-{node}:2113?tls=true')).toBe('kurrentdb://store-32:2113?tls=true');
});

it.each(['throwOnAppendFailure=false', 'keepAliveInterval=-1'])('refuses a connection with %s', (option) => {
  const refused = expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining(option) });
  expect(() => urlOf(`kurrentdb://store:2113?tls=true&${option}`)).toThrow(refused);
  expect(() => urlOf(`kurrentdb://store:2113?${option}`)).toThrow(refused);
});
