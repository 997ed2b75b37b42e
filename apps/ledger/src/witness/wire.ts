/** An HTTP answer, read to its end. */
export interface WireAnswer {
  readonly status: number;
  /** `content-type` without parameters. */
  readonly type: string;
  readonly body: Uint8Array;
}

/** Asks another node or a foreign witness: POST with a body, GET without. @throws Error when nobody answers in time */
export type Wire = (url: string, body?: string) => Promise<WireAnswer>;

const ANSWER_WITHIN_MS = 5_000;
const MOST_BYTES = 262_144;

/** HTTP by `fetch`. What does not answer in time, redirects, or answers without end is as good as away. */
export const httpWire: Wire = async (url, body) => {
  const answer = await fetch(url, {
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    redirect: 'error',
    ...(body === undefined ? {} : { method: 'POST', body, headers: { 'content-type': 'text/plain; charset=utf-8' } }),
  });
  const [type = ''] = (answer.headers.get('content-type') ?? '').split(';', 1);
  return { status: answer.status, type: type.trim().toLowerCase(), body: await limited(answer) };
};

const limited = async (answer: Response): Promise<Uint8Array> => {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
    length += part.byteLength;
    if (length > MOST_BYTES) throw new Error(`an answer of more than ${MOST_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
};

export const textOf = ({ body }: WireAnswer): string => Buffer.from(body).toString('utf8');
