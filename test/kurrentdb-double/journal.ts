import { appendFileSync, existsSync, readFileSync, truncateSync } from 'node:fs';
import { Database, type Stored } from './database.js';

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const bytesOf = (text: unknown): Uint8Array => new Uint8Array(Buffer.from(String(text), 'base64'));

const lineOf = ({ data, metadata, created, revision, position, ...rest }: Stored): string =>
  `${JSON.stringify({
    ...rest,
    ...{ data: base64(data), metadata: base64(metadata), created: created.getTime() },
    ...{ revision: String(revision), position: String(position) },
  })}\n`;

const storedIn = (line: string): Stored => {
  const { data, metadata, created, revision, position, ...rest } = JSON.parse(line) as Record<string, unknown>;
  return {
    ...(rest as unknown as Omit<Stored, 'data' | 'metadata' | 'created' | 'revision' | 'position'>),
    ...{ data: bytesOf(data), metadata: bytesOf(metadata), created: new Date(Number(created)) },
    ...{ revision: BigInt(String(revision)), position: BigInt(String(position)) },
  };
};

/** A database that is in a file too: every append is there, whole, before it is answered for, and comes back after a kill. */
export const databaseIn = (file: string): Database => {
  const database = new Database(undefined, (stored) => appendFileSync(file, stored.map(lineOf).join('')));
  if (!existsSync(file)) return database;
  const text = readFileSync(file, 'utf8');
  // What a kill has cut off was not answered for.
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  truncateSync(file, Buffer.byteLength(whole));
  database.restore(whole.split('\n').filter(Boolean).map(storedIn));
  return database;
};
