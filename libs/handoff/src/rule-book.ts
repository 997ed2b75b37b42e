import type { NodeId } from './agency.js';
import type { Calendar } from './calendar.js';
import { prcCalendar } from './calendar-data.js';
import { HandoffFault } from './faults.js';
import type { PlainDate } from './instant.js';
import { mergeOverlay, type Overlay, type OverlayConflict, type ProvincialPack } from './rule-overlay.js';
import { provincialOverlays } from './rule-overlays.js';
import type { Limit, Rule, RulePack } from './rule-pack.js';
import { rulePack2020 } from './rule-pack-2020.js';

/** All packs with all their overlays: every node has the same book, or two nodes would judge one letter differently. */
export interface RuleBook {
  readonly packs: readonly RulePack[];
  readonly overlays: readonly Overlay[];
}

/** What is law on a day: the book, and the working calendar. */
export interface Rules {
  readonly book: RuleBook;
  readonly calendar: Calendar;
}

/** The rules that come with the program. */
export const builtInRules: Rules = {
  book: { packs: [rulePack2020], overlays: provincialOverlays },
  calendar: prcCalendar,
};

/** What everything is judged by: the built-in rules, or what `useRules` has put in their place. */
export let hubRules: Rules = { ...builtInRules };

/**
 * Puts other rules in the place of the hub's: once, before a node opens, and the same at every node of the hub, or two of
 * them would judge one letter differently.
 * @throws HandoffFault `RULE_BOOK_INVALID`
 */
export const useRules = (rules: Rules): void => {
  checkBook(rules.book);
  hubRules = rules;
};

/** The rules as one text: the same at two nodes exactly when they judge alike. */
export const rulesText = ({ book, calendar }: Rules): string => JSON.stringify([book, calendar.years]);

/** A book that can be used: throws RULE_BOOK_INVALID when an overlay conflicts with its pack or two are in force at once. */
export const checkBook = (book: RuleBook): RuleBook => {
  for (const overlay of book.overlays) {
    const pack = book.packs.find(({ version }) => version === overlay.base);
    const merged: ProvincialPack | OverlayConflict =
      pack === undefined ? { code: 'OVERLAY_BASE_DIFFERS' } : mergeOverlay(pack, overlay);
    if ('code' in merged) throw new HandoffFault('RULE_BOOK_INVALID', `${overlay.node}: ${merged.code}`);
  }
  const groups = [book.packs, ...NODES.map((node) => book.overlays.filter((overlay) => overlay.node === node))];
  if (groups.some(overlaps)) throw new HandoffFault('RULE_BOOK_INVALID', 'two in force on one day');
  const names = [...book.packs.map(({ version }) => version), ...book.overlays.map(nameOf)];
  if (new Set(names).size < names.length) throw new HandoffFault('RULE_BOOK_INVALID', 'two of one version');
  return book;
};

/** The pack in force in a province on a day; undefined when none is. An act is judged by the pack of its own day. */
export const packInForce = (book: RuleBook, node: NodeId, day: PlainDate): ProvincialPack | undefined => {
  const known = inForce.get(book) ?? new Map<string, ProvincialPack | undefined>();
  inForce.set(book, known);
  const name = `${node} ${day}`;
  if (known.has(name)) return known.get(name);
  if (known.size >= MOST_DAYS) known.clear();
  const pack = findInForce(book, node, day);
  known.set(name, pack);
  return pack;
};

/** A book never changes, and the same few years are asked about again and again. */
const inForce = new WeakMap<RuleBook, Map<string, ProvincialPack | undefined>>();
const MOST_DAYS = 20_000;

const findInForce = ({ packs, overlays }: RuleBook, node: NodeId, day: PlainDate): ProvincialPack | undefined => {
  const pack = packs.find((each) => isInForce(each, day));
  if (pack === undefined) return undefined;
  const overlay = overlays.find((each) => each.node === node && each.base === pack.version && isInForce(each, day));
  const merged = overlay === undefined ? { ...pack, offices: [] } : mergeOverlay(pack, overlay);
  if ('code' in merged) throw new HandoffFault('RULE_BOOK_INVALID', `${node}: ${merged.code}`);
  return merged;
};

/** A rule with its name, so that a reader can go from a verdict to the article and its text. */
export interface TracedRule extends Rule {
  readonly id: string;
  /** The tag of the domain reference: L the article was read, U recalled, W a page's excerpt, P the hub's own. */
  readonly textSource: 'L' | 'U' | 'W' | 'P';
  readonly effectiveFrom: PlainDate;
  readonly effectiveTo: PlainDate | null;
}

/** `2020.1`, or where a province's overlay set the days `2020.1+32.1`. */
export const versionOf = (
  { tightenedBy }: Pick<Limit, 'tightenedBy'>,
  { version }: Pick<RulePack, 'version'>,
): string => (tightenedBy === undefined ? version : `${version}+${tightenedBy}`);

/** The rule an id names, e.g. `REPLY@2020.1`; undefined for none of this book. */
export const traceRule = (id: string, book: RuleBook = hubRules.book): TracedRule | undefined => {
  const known = byId.get(book) ?? new Map(tracedRules(book).map((rule) => [rule.id, rule]));
  byId.set(book, known);
  return known.get(id);
};

/** A book never changes: its rules are put in order once. */
const byId = new WeakMap<RuleBook, ReadonlyMap<string, TracedRule>>();

/** Every rule of a book, each once. */
export const tracedRules = ({ packs, overlays }: RuleBook): readonly TracedRule[] =>
  packs.flatMap((pack) => [
    ...traced(pack, pack, [
      ...pack.limits.map((limit) => [limit.step, limit] as const),
      ['DISPUTE', pack.dispute] as const,
      ...pack.grounds.map((rule) => [rule.ground, rule] as const),
      ...pack.fourEyes.map((rule) => [`four-eyes-${rule.act}`, rule] as const),
      ...pack.copies.map((rule) => [`copy-${rule.of}-${rule.to}`, rule] as const),
      ...pack.sanctions.map((rule) => [`sanction-${rule.measure}`, rule] as const),
      ['SEALING', pack.sealing] as const,
      ...pack.readings.map((rule) => [`reading-${rule.ground}`, rule] as const),
      ...pack.powers.map((rule) => [`power-${rule.item}`, rule] as const),
    ]),
    ...overlays.filter(({ base }) => base === pack.version).flatMap((overlay) => ofOverlay(pack, overlay)),
  ]);

const ofOverlay = (pack: RulePack, overlay: Overlay): readonly TracedRule[] =>
  traced({ version: `${pack.version}+${overlay.node}.${overlay.version}` }, overlay, [
    ...overlay.targets.map(({ step, rule }) => [step, rule] as const),
    ...overlay.offices.map((rule) => [`office-${rule.level}`, rule] as const),
    ...(overlay.powers ?? []).map((rule) => [`power-${rule.item}`, rule] as const),
  ]);

const traced = (
  { version }: { readonly version: string },
  { effectiveFrom, effectiveTo }: Period,
  rules: readonly (readonly [string, Rule])[],
): readonly TracedRule[] =>
  rules.map(([name, { article, source, verified, text }]) => ({
    ...{ id: `${name}@${version}`, article, source, textSource: TAGS[source], verified, text },
    ...{ effectiveFrom, effectiveTo },
  }));

const nameOf = ({ node, version, base }: Overlay): string => `${base}+${node}.${version}`;

const NODES: readonly NodeId[] = ['31', '32', '33', '34'];
const TAGS = { law: 'L', recalled: 'U', excerpt: 'W', proposal: 'P' } as const;

interface Period {
  readonly effectiveFrom: PlainDate;
  readonly effectiveTo: PlainDate | null;
}

const isInForce = ({ effectiveFrom, effectiveTo }: Period, day: PlainDate): boolean =>
  effectiveFrom <= day && (effectiveTo === null || day <= effectiveTo);

const overlaps = (periods: readonly Period[]): boolean =>
  periods.some((one, index) =>
    periods
      .slice(index + 1)
      .some((other) => isInForce(one, other.effectiveFrom) || isInForce(other, one.effectiveFrom)),
  );
