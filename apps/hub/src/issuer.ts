import { type Caller, type Jwks, jwks, parseJwks, type PrivateJwk } from '@delta-hub/crypto';
import { mintToken, verifyToken } from '@delta-hub/crypto/tokens';
import { existsSync } from 'node:fs';
import { type HubConfig, settingJson } from './config.js';
import { paths, readJson } from './data-dir.js';
import { HubFault } from './faults.js';
import { audienceOf, DEV_ISSUER, type NodeId } from './nodes.js';

/** Mints an officer's token with the development issuer of a data directory. Refused in production. */
export const mintDevToken = async (
  dataDir: string,
  config: HubConfig,
  caller: Caller & { readonly node: NodeId },
  ttlSeconds: number,
): Promise<string> => {
  if (config.DELTA_HUB_ENV === 'production')
    throw new HubFault('DEV_ISSUER_IN_PRODUCTION', 'the development issuer mints no tokens in production');
  return mintToken(
    devIssuerKey(dataDir),
    { ...caller, issuer: DEV_ISSUER, audience: audienceOf(caller.node) },
    ttlSeconds,
  );
};

/** How a node checks the bearer tokens it is shown: issuer, audience, signature, times, claims. */
export const tokenVerifier = (
  dataDir: string,
  node: NodeId,
  config: HubConfig,
): ((token: string | undefined) => Promise<Caller>) => {
  const own = config.DELTA_HUB_ISSUER_JWKS_FILE;
  const keys = own === undefined ? jwks([{ kid: 'dev', jwk: devIssuerKey(dataDir) }]) : issuerKeys(own);
  const issuer = own === undefined ? DEV_ISSUER : (config.DELTA_HUB_ISSUER ?? DEV_ISSUER);
  return (token) => verifyToken(token, { issuer, audience: audienceOf(node), jwks: keys });
};

/** @throws HubFault `CONFIG_INVALID` */
const issuerKeys = (file: string): Jwks => {
  const given = settingJson(file);
  try {
    return parseJwks(given);
  } catch (error) {
    throw new HubFault('CONFIG_INVALID', `DELTA_HUB_ISSUER_JWKS_FILE: ${file}: ${(error as Error).message}`, {
      cause: error,
    });
  }
};

const devIssuerKey = (dataDir: string): PrivateJwk => {
  const file = paths(dataDir).issuer;
  if (!existsSync(file))
    throw new HubFault('KEY_MISSING', `no development issuer in ${dataDir}: run "delta-hub up" or "demo" there first`);
  return readJson(file) as PrivateJwk;
};
