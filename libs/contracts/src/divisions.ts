import { DIVISION_ROWS } from './generated/divisions.js';

export type DivisionLevel = 'province' | 'city' | 'county';

/**
 * An administrative division 行政区划 (GB/T 2260, as published by the Statistics Bureau, list of 2024-11-28).
 * Development zones are not divisions. The level comes from the list: 崇明区 is 310151, and a 区 may be county level.
 */
export interface Division {
  readonly code: string;
  readonly nameZh: string;
  readonly level: DivisionLevel;
  readonly parentCode: string | null;
  /** First day of the code. Null: not known, for the published list has no dates; taken as in use before any day asked for. */
  readonly validFrom: string | null;
  /** Last day of the code; null while it is in use. */
  readonly validTo: string | null;
  /** False while the two days have not been checked against the announcement that made them. */
  readonly verified: boolean;
}

export const DIVISIONS: readonly Division[] = DIVISION_ROWS.map(
  ([code, nameZh, level, parentCode, validFrom, validTo, verified]) => ({
    code,
    nameZh,
    level: level as DivisionLevel,
    parentCode,
    validFrom,
    validTo,
    verified,
  }),
);

const byCode = new Map(DIVISIONS.map((division) => [division.code, division]));

/** The division of a code on a day (`YYYY-MM-DD`, Asia/Shanghai); undefined when the code is unknown or not in use then. */
export const divisionByCode = (code: string, day: string): Division | undefined => {
  const division = byCode.get(code);
  if (division === undefined) return undefined;
  const begun = division.validFrom === null || division.validFrom <= day;
  const inUse = division.validTo === null || day <= division.validTo;
  return begun && inUse ? division : undefined;
};

/** The node 省级节点 of each province; a division belongs to the node of the province it stands under. */
const NODES: ReadonlyMap<string, string> = new Map([
  ['310000', '31'],
  ['320000', '32'],
  ['330000', '33'],
  ['340000', '34'],
]);

/** The node of a division, found by its parents in the list and not by the digits of its code. */
export const nodeOf = (division: Division): string => {
  for (let at: Division | undefined = division; at !== undefined; at = byCode.get(at.parentCode ?? '')) {
    const node = NODES.get(at.code);
    if (node !== undefined) return node;
  }
  throw new Error(`division ${division.code} stands under no province of the hub`);
};
