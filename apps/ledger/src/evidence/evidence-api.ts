import type { IncomingHttpHeaders } from 'node:http';
import { authenticate, type VerifyToken } from '../bearer.js';
import { type HttpAnswer, problem } from '../tile-api.js';
import type { EvidenceDesk } from './evidence-desk.js';

/**
 * Evidence bundles on HTTP. No or a refused token is `401`, an operator `403 ROLE_NOT_PERMITTED`; what is not in the log
 * and what is not the caller's to see are both `404 NO_SUCH_ENTRY`.
 */
export class EvidenceApi {
  readonly #desk: EvidenceDesk;
  readonly #verifyToken: VerifyToken;

  constructor(desk: EvidenceDesk, verifyToken: VerifyToken) {
    this.#desk = desk;
    this.#verifyToken = verifyToken;
  }

  async answer(eventId: string, headers: IncomingHttpHeaders): Promise<HttpAnswer> {
    const authentication = await authenticate(this.#verifyToken, headers);
    if (!authentication.ok) return problem(401, authentication.code, 'Evidence needs a token.');
    const handed = this.#desk.bundleFor(authentication.caller, eventId);
    if (handed.ok)
      return {
        status: 200,
        headers: { 'content-type': 'application/zip', 'cache-control': 'no-store' },
        body: handed.value.zip,
      };
    return handed.reason === 'role'
      ? problem(403, 'ROLE_NOT_PERMITTED', 'Evidence is for officers and inspectors.')
      : problem(404, 'NO_SUCH_ENTRY', 'There is no such entry that this caller may see.');
  }
}
