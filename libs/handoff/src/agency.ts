import type { PlainDate } from './instant.js';

/** An agency's number in the directory; says nothing about its division code. */
export type AgencyId = string;

/** A province's installation: '31' 沪, '32' 苏, '33' 浙, '34' 皖. */
export type NodeId = string;

/**
 * `office` is a judicial office 司法所; `recipient` is no agency of correction but one that is sent copies 抄送: a
 * procuratorate, the police, a court, a prison. The level comes from the directory, never from digits of a code.
 */
export type AgencyLevel = 'province' | 'city' | 'county' | 'office' | 'recipient';

/** 委托 (社区矫正法 9): a judicial office may sign one type of act for the county agency above it. */
export interface Delegation {
  readonly id: string;
  /** The event type without prefix and version, e.g. `transfer.opinion-given`. */
  readonly type: string;
  readonly validFrom: PlainDate;
  /** The last day; null while there is none. */
  readonly validTo: PlainDate | null;
}

/** What the core needs to know of an agency 社区矫正机构; looked up by the caller in the directory. */
export interface AgencyRecord {
  readonly id: AgencyId;
  readonly level: AgencyLevel;
  readonly node: NodeId;
  /** The agency above 上一级; null for a provincial one. */
  readonly parentId: AgencyId | null;
  /** All that were ever recorded; empty for anything but an office. */
  readonly delegations: readonly Delegation[];
}

/** `recipient` takes note of copies. `system` is the node itself: it records that something has entered it, and nothing else. */
export type ActorRole = 'officer' | 'office-officer' | 'inspector' | 'operator' | 'recipient' | 'system';

/** Who signs an act. An officer of a judicial office cites the delegation. */
export interface Actor {
  readonly officerId: string;
  readonly role: ActorRole;
  readonly agencyId: AgencyId;
  readonly delegationId?: string;
  /** 专人 (社区矫正法 52): one of those whose work is with minors. */
  readonly duty?: 'juvenile';
}

/** How a caller's directory is asked. */
export type Directory = (id: AgencyId) => AgencyRecord | undefined;
