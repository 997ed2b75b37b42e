import { expect, it } from '@jest/globals';
import { loadConfig } from './config.js';
import { kurrentUrl } from './node-store.js';

const urlOf = (url: string): string =>
  kurrentUrl(loadConfig({ DELTA_HUB_STORE: 'kurrentdb', KURRENTDB_URL: url }), '32');

it('gives each node its own server where the address has its number', () => {
  expect(urlOf('kurrentdb://store-{node}:2113?tls=true')).toBe('kurrentdb://store-32:2113?tls=true');
});

it.each([
  ...['throwOnAppendFailure=false', 'throw-on-append-failure=false', 'keepAliveInterval=-1', 'keepAliveInterval=-1x'],
  ...['tls=perhaps', 'tlsCAFlie=ca.crt', 'defaultDeadline=soon', 'tls', 'constructor=1', 'tlsCAFile=%zz'],
])('refuses a connection with %s', (option) => {
  const refused = expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining(option) });
  expect(() => urlOf(`kurrentdb://store:2113?tls=true&${option}`)).toThrow(refused);
  expect(() => urlOf(`kurrentdb://store:2113?${option}`)).toThrow(refused);
});

it.each(['store:99999', 'store:port', 'a,,b', 'store?tls=true?tls=true', ''])('refuses the address %s', (address) => {
  expect(() => urlOf(`kurrentdb://${address}`)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
});

it('refuses a certificate that cannot be read', () => {
  const refused = expect.objectContaining({ code: 'CONFIG_INVALID', message: 'cannot read /nowhere/ca.crt' });
  expect(() => urlOf('kurrentdb://store?tls=true&tlsCAFile=%2Fnowhere%2Fca.crt')).toThrow(refused);
});

it('takes the options by all names by which the client does', () => {
  const url = `kurrentdb://store:2113?tlsCaFile=${encodeURIComponent(import.meta.filename)}&TLS=true`;
  expect(urlOf(url)).toBe(url);
});

it('takes a cluster with every option of the client', () => {
  const url = 'kurrentdb+discover://a,b:2114,c.d/?nodePreference=leader&keepAliveInterval=10000&connectionName=a%20b';
  expect(urlOf(url)).toBe(url);
});
