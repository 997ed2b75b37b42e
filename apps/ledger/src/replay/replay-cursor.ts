import type { Moment } from './replay.js';

/** Where a replay goes on: as of the same moment, at this entry. Opaque to callers; it opens nothing by itself. */
export interface ReplayCursor {
  readonly size: number;
  readonly rule: Moment['rule'];
  readonly next: number;
}

const RULES: readonly Moment['rule'][] = ['SIZE', 'NEWEST_HEAD', 'WITNESSED_TIME', 'EVENT_TIME'];

export const cursorOf = ({ size, rule, next }: ReplayCursor): string =>
  Buffer.from(`r:${size}:${rule}:${next}`).toString('base64url');

export const readCursor = (text: string): ReplayCursor | undefined => {
  const [, size, word, next] =
    /^r:(\d{1,15}):([A-Z_]+):(\d{1,15})$/.exec(Buffer.from(text, 'base64url').toString('latin1')) ?? [];
  const rule = RULES.find((known) => known === word);
  return rule === undefined ? undefined : { size: Number(size), rule, next: Number(next) };
};
