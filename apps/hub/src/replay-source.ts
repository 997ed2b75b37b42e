import { parseTrustList } from '@delta-hub/crypto';
import { replayDirectory, type ReplayLine, replayLines, type ReplayQuestion } from '@delta-hub/ledger-app';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { nodePaths, readJson } from './data-dir.js';
import { HubFault } from './faults.js';
import { nodeDirectory } from './ledger-source.js';

/** A replay of a node's directory, verified here. @throws HubFault, LedgerFault */
export async function* linesOfDirectory(source: string, question: ReplayQuestion, from: number) {
  const directory = nodeDirectory(source);
  const replayed = replayDirectory(directory, parseTrustList(readJson(nodePaths(directory).trust)), question, from);
  try {
    yield* replayLines(replayed, from);
  } finally {
    replayed.close();
  }
}

export interface AddressQuestion extends Pick<ReplayQuestion, 'scope' | 'asOf'> {
  readonly from: number;
  readonly reason: string | undefined;
  readonly token: string;
}

/** A replay that a running node gives, with its own verdicts; read as fast as it is used. @throws HubFault `UNREACHABLE` */
export async function* linesOfAddress(url: string, question: AddressQuestion): AsyncGenerator<ReplayLine, void> {
  const { scope, asOf, from, reason, token } = question;
  const query = new URLSearchParams({
    ...{ scope: scope.kind, from: String(from) },
    ...(scope.kind === 'WHOLE' ? {} : { id: scope.id }),
    ...(asOf === undefined ? {} : { 'as-of': String(asOf) }),
    ...(reason === undefined ? {} : { reason }),
  });
  const address = `${url.replace(/\/$/, '')}/ledger/replay.ndjson?${query}`;
  try {
    const answer = await fetch(address, { headers: { authorization: `Bearer ${token}` }, redirect: 'error' });
    if (!answer.ok || answer.body === null) {
      const { code = answer.status } = (await answer.json().catch(() => ({}))) as { readonly code?: string };
      throw new HubFault('UNREACHABLE', `${address}: ${code}`);
    }
    for await (const line of createInterface(Readable.fromWeb(answer.body as ReadableStream<Uint8Array>)))
      yield JSON.parse(line) as ReplayLine;
  } catch (error) {
    if ((error as Error).name === 'HubFault') throw error;
    throw new HubFault('UNREACHABLE', `${address} does not answer, or broke off`, { cause: error });
  }
}
