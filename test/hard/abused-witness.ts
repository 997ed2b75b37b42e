import { type ChildProcess, spawn } from 'node:child_process';
import { hash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { generateKeyPair, sha256, trustedNode, verifyBytes } from '@delta-hub/crypto';
import { cosignatureVerifier, openNote, parseNote, parseVerifierKey } from '@delta-hub/ledger';
import { ForkingLog, type Offer } from './forking-log.js';

const PROCESS = fileURLToPath(new URL('witness-process.ts', import.meta.url));
const SLOWED_BY_US = 3_000;
const SINCE = '2020-07-01T00:00:00.000Z';

/** One of the processes that witness with the same file. */
export interface WitnessProcess {
  readonly url: string;
  /** kill -9, and its end. */
  kill(): Promise<void>;
}

/** A node's directory, from which several processes witness the log of another node that signs many histories. */
export class AbusedWitness {
  readonly log: ForkingLog;
  readonly #directory = mkdtempSync(join(tmpdir(), 'delta-hub-hard-'));
  readonly #origin: string;
  readonly #cosigner;
  readonly #kills: (() => Promise<void>)[] = [];

  constructor() {
    const [log, own] = ['31', '32'].map((node) => {
      const [event, ledger, witness] = [generateKeyPair(), generateKeyPair(), generateKeyPair()];
      const entry = trustedNode(node, event.publicJwk, ledger.publicJwk, SINCE, witness.publicJwk);
      return { entry, ledger: ledger.privateJwk, witness: witness.privateJwk };
    });
    if (log === undefined || own === undefined) throw new Error('two nodes are made');
    const { name, vkey } = log.entry.ledgerKeys[0]!;
    this.#origin = name;
    this.#cosigner = cosignatureVerifier(
      parseVerifierKey(sha256, own.entry.witnessKeys[0]!.vkey)!,
      (publicKey, message, signature) =>
        verifyBytes(message, signature, {
          kty: 'OKP',
          crv: 'Ed25519',
          x: Buffer.from(publicKey).toString('base64url'),
        }),
    );
    this.log = new ForkingLog(vkey, log.ledger);
    const trust = { nodes: [log.entry, own.entry] };
    const keys = { node: '32', ledgerKey: own.ledger, witnessKey: own.witness, trust };
    writeFileSync(join(this.#directory, 'keys.json'), JSON.stringify(keys));
  }

  async start(): Promise<WitnessProcess> {
    const command = [process.execPath, '--no-warnings', PROCESS, this.#directory];
    const child = spawn('strace', [...this.#slowFile(), ...command], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const kill = () => killed(child, ended);
    this.#kills.push(kill);
    const url = await new Promise<string>((resolve, reject) => {
      createInterface({ input: child.stdout }).once('line', resolve);
      child.once('exit', (code) => reject(new Error(`the witness ended with ${code}`)));
    });
    return { url, kill };
  }

  /**
   * Slows every lock and sync of `witness.db`, so that the processes are in each other's way as on a slow disk. The tracer
   * stands aside (`-D`): the process that is killed is the witness itself.
   */
  #slowFile(): readonly string[] {
    const files = ['witness.db', 'witness.db-wal', 'witness.db-shm'].flatMap((name) => [
      '-P',
      join(this.#directory, name),
    ]);
    const calls = 'fcntl,fsync,fdatasync';
    const slow = ['-e', `trace=${calls}`, '-e', `inject=${calls}:delay_enter=${SLOWED_BY_US}`];
    return ['-D', '-f', '--seccomp-bpf', '-qq', '-o', '/dev/null', ...files, ...slow];
  }

  /** Whether the witness cosigned: true only with a cosignature that verifies; undefined when it died meanwhile. */
  async ask({ url }: WitnessProcess, { body }: Offer): Promise<boolean | undefined> {
    const answer = await fetch(`${url}/witness/add-checkpoint`, { method: 'POST', body })
      .then(async (response) => ({ status: response.status, text: await response.text() }))
      .catch(() => undefined);
    if (answer === undefined) return undefined;
    if (answer.status === 409) return false;
    if (answer.status !== 200) throw new Error(`the witness answers ${answer.status}`);
    const { text } = parseNote(body.slice(body.indexOf('\n\n') + 2))!;
    if (!openNote(`${text}\n${answer.text}`, [this.#cosigner]).ok) throw new Error('a cosignature does not verify');
    return true;
  }

  /** Root, in base64, and size of the head that the witness remembers; undefined before the first. */
  async remembered({ url }: WitnessProcess): Promise<{ readonly size: number; readonly root: string } | undefined> {
    const answer = await fetch(`${url}/witness/${hash('sha256', this.#origin)}/checkpoint`);
    if (answer.status === 404) return undefined;
    const [, size, root = ''] = (await answer.text()).split('\n');
    return { size: Number(size), root };
  }

  /** Ends every process and takes the directory away. */
  async remove(): Promise<void> {
    await Promise.all(this.#kills.map((kill) => kill()));
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

const killed = (child: ChildProcess, ended: Promise<void>): Promise<void> => {
  child.kill('SIGKILL');
  return ended;
};
