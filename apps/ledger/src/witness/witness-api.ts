import type { IncomingMessage } from 'node:http';
import type { KnownFork } from './known-forks.js';
import type { Pace } from './pace.js';
import type { Witness, WitnessAnswer } from './witness.js';

/** More than 63 hashes and a checkpoint with dozens of signatures, post-quantum ones among them. */
const MOST_BYTES = 65_536;
/** Requests without a token cost a verification each: so many at once, and so many a second over time. */
const BURST = 2_000;
const PER_SECOND = 500;

interface Deps {
  readonly witness: Witness;
  readonly pace: Pick<Pace, 'now'>;
  forks(): readonly KnownFork[];
}

const CHECKPOINT = /^([0-9a-f]{64})\/checkpoint$/;
const refusal = (status: number, body: string): WitnessAnswer => ({
  status,
  type: 'text/plain; charset=utf-8',
  body: `${body}\n`,
});

/** What is served below `/witness/`. Public: what is posted is authenticated by its signature, what is read is public. */
export class WitnessApi {
  readonly #deps: Deps;
  #allowance = BURST;
  #countedAt: number;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#countedAt = deps.pace.now();
  }

  /** Answers a request for `path`, relative to the prefix and without a leading slash. */
  async answer(path: string, request: IncomingMessage): Promise<WitnessAnswer> {
    if (request.method === 'POST' && path === 'add-checkpoint') return this.#add(request);
    if (request.method !== 'GET') return refusal(path === 'add-checkpoint' ? 405 : 404, 'there is nothing here');
    if (path === 'add-checkpoint') return refusal(405, 'checkpoints are added by POST');
    if (path === 'forks') return this.#forks();
    const [, originHash] = CHECKPOINT.exec(path) ?? [];
    const note = originHash === undefined ? undefined : this.#deps.witness.newest(originHash);
    if (note === undefined) return refusal(404, 'no checkpoint of this log has been cosigned here');
    return { status: 200, type: 'text/plain; charset=utf-8', body: note };
  }

  async #add(request: IncomingMessage): Promise<WitnessAnswer> {
    if (!this.#isAllowed()) return refusal(429, 'too many requests');
    const body = await bodyOf(request);
    return body === undefined ? refusal(413, `more than ${MOST_BYTES} bytes`) : this.#deps.witness.addCheckpoint(body);
  }

  #forks(): WitnessAnswer {
    const forks = this.#deps.forks().map(({ id, origin, foundAt, settled, proof }) => ({
      id,
      origin,
      foundAt,
      ...(settled === undefined ? {} : { settled }),
      proof,
    }));
    return { status: 200, type: 'application/json', body: JSON.stringify({ forks }) };
  }

  #isAllowed(): boolean {
    const now = this.#deps.pace.now();
    this.#allowance = Math.min(BURST, this.#allowance + ((now - this.#countedAt) / 1_000) * PER_SECOND);
    this.#countedAt = now;
    if (this.#allowance < 1) return false;
    this.#allowance -= 1;
    return true;
  }
}

/** The body as text; undefined when it is too long. Bytes that are no UTF-8 become text that no signature covers. */
const bodyOf = async (request: IncomingMessage): Promise<string | undefined> => {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.byteLength;
    if (length > MOST_BYTES) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
};
