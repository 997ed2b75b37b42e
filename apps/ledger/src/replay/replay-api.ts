import type { IncomingHttpHeaders } from 'node:http';
import { authenticate, type VerifyToken } from '../bearer.js';
import { isLedgerFault } from '../ledger-fault.js';
import { type HttpAnswer, problem } from '../tile-api.js';
import { asOfIn, assertWithin } from './replay.js';
import { isMendable, type ReplayDesk } from './replay-desk.js';
import { type ReplayLine, replayLines } from './replay-lines.js';
import { scopeOf } from './scope.js';

export type ReplayAnswer = HttpAnswer | { readonly lines: AsyncIterable<ReplayLine> };

const KNOWN: ReadonlySet<string> = new Set(['scope', 'id', 'as-of', 'from', 'reason']);

/**
 * A whole replay on HTTP: `scope` (`WHOLE`, or `CASE`, `PERSON`, `AGENCY`, `REGION` with an `id`), `as-of` (a size or an
 * instant), `from` (an index; with the size of the first line as `as-of`, what goes on after a cut), `reason` for a person.
 * No or a refused token is `401`, what the caller may not replay `403 FORBIDDEN`, a bad query `400` with its code; `503 INSPECTION_NOT_RECORDED`.
 */
export class ReplayApi {
  readonly #desk: ReplayDesk;
  readonly #verifyToken: VerifyToken;

  constructor(desk: ReplayDesk, verifyToken: VerifyToken) {
    this.#desk = desk;
    this.#verifyToken = verifyToken;
  }

  async answer(query: URLSearchParams, headers: IncomingHttpHeaders): Promise<ReplayAnswer> {
    const authentication = await authenticate(this.#verifyToken, headers);
    if (!authentication.ok) return problem(401, authentication.code, 'A replay needs a token.');
    const one = (name: string): string | undefined => query.get(name) ?? undefined;
    const isClear = [...query.keys()].every((name) => KNOWN.has(name) && query.getAll(name).length === 1);
    const scope = scopeOf(one('scope') ?? 'WHOLE', one('id'));
    const [moment, from] = [one('as-of'), asOfIn(one('from') ?? '0')];
    const asOf = moment === undefined ? undefined : asOfIn(moment);
    if (!isClear || scope === undefined || (moment !== undefined && asOf === undefined) || typeof from !== 'number')
      return problem(400, 'QUERY_INVALID', 'Each once: scope and id, as-of, from, reason.');
    try {
      const open = await this.#desk.open(authentication.caller, { scope, asOf, reason: one('reason') });
      if (open === undefined) return problem(403, 'FORBIDDEN', 'This is not the caller’s to replay.');
      assertWithin(open.moment, from);
      return { lines: replayLines({ ...open, entries: open.entries(from) }, from) };
    } catch (error) {
      if (!isLedgerFault(error)) throw error;
      if (error.code === 'NOTHING_SIGNED') return problem(404, error.code, 'Nothing has been sequenced yet.');
      if (error.code === 'INSPECTION_NOT_RECORDED') return problem(503, error.code, error.message);
      if (isMendable(error)) return problem(400, error.code, error.message);
      throw error;
    }
  }
}
