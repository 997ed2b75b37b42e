import type { NodeId } from './agency.js';
import type { PlainDate } from './instant.js';
import type { Limit, Power, Rule, RulePack } from './rule-pack.js';
import type { DeadlineStep } from './terms.js';

/** An office as a province names it. */
export interface OfficeName extends Rule {
  readonly level: 'province' | 'upper';
  readonly nameZh: string;
}

/** What a province adds to a rule pack 省级实施细则. It may be stricter with the hub's own targets, never change the law. */
export interface Overlay {
  readonly node: NodeId;
  readonly version: string;
  /** The version of the pack it is written for. */
  readonly base: string;
  readonly effectiveFrom: PlainDate;
  readonly effectiveTo: PlainDate | null;
  readonly targets: readonly { readonly step: DeadlineStep; readonly days: number; readonly rule: Rule }[];
  readonly offices: readonly OfficeName[];
  /** Takes the place of the pack's own list; absent while none is known. An act that is not on the list is refused. */
  readonly powers?: readonly Power[];
}

export interface OverlayConflict {
  readonly code: 'OVERLAY_BASE_DIFFERS' | 'OVERLAY_STEP_UNKNOWN' | 'OVERLAY_CHANGES_LAW' | 'OVERLAY_LOOSENS_TARGET';
  readonly step?: DeadlineStep;
}

/** A pack as it applies in a province. */
export interface ProvincialPack extends RulePack {
  readonly offices: readonly OfficeName[];
}

/** The pack with the overlay laid on it, or the first thing that cannot be. */
export const mergeOverlay = (pack: RulePack, overlay: Overlay): ProvincialPack | OverlayConflict => {
  if (overlay.base !== pack.version) return { code: 'OVERLAY_BASE_DIFFERS' };
  for (const { step, days } of overlay.targets) {
    const limit = pack.limits.find((each) => each.step === step);
    if (limit === undefined) return { code: 'OVERLAY_STEP_UNKNOWN', step };
    if (limit.source !== 'proposal') return { code: 'OVERLAY_CHANGES_LAW', step };
    if (days > limit.days) return { code: 'OVERLAY_LOOSENS_TARGET', step };
  }
  const { offices, powers } = overlay;
  return {
    ...pack,
    limits: pack.limits.map((limit) => tightened(limit, overlay)),
    offices,
    ...(powers === undefined ? {} : { powers }),
  };
};

const tightened = (limit: Limit, overlay: Overlay): Limit => {
  const target = overlay.targets.find(({ step }) => step === limit.step);
  return target === undefined
    ? limit
    : { ...limit, ...target.rule, days: target.days, tightenedBy: `${overlay.node}.${overlay.version}` };
};
