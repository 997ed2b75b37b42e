/** The checkpoint of https://c2sp.org/tlog-checkpoint: what a log signs about its tree. */
import { fromBase64, toBase64 } from './encodings.js';

/** The state of a log: its name, how many leaves it has and their root. */
export interface TreeHead {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
}

/** The text that is signed: three lines. */
export const formatTreeHead = ({ origin, size, root }: TreeHead): string => {
  if (!Number.isSafeInteger(size) || size < 0) throw new RangeError(`${size} is not the size of a tree`);
  if (origin === '' || origin.includes('\n')) throw new RangeError('an origin is one line that is not empty');
  return `${origin}\n${size}\n${toBase64(root)}\n`;
};

const TEXT = /^([^\n]+)\n(0|[1-9]\d*)\n([^\n]+)\n(?:[^\n]+\n)*$/;

/**
 * Reads the text of a checkpoint; undefined when it is none. Extension lines, which the specification advises against
 * and allows, say nothing of the tree and are passed over: no log of the hub writes any.
 */
export const parseTreeHead = (text: string, rootLength: number): TreeHead | undefined => {
  const [, origin, digits, encoded] = TEXT.exec(text) ?? [];
  const root = fromBase64(encoded ?? '');
  const size = Number(digits);
  if (origin === undefined || root?.length !== rootLength || !Number.isSafeInteger(size)) return undefined;
  return { origin, size, root };
};
