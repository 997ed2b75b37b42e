import type { Actor, AgencyLevel, AgencyRecord } from './agency.js';
import type { Instant } from './instant.js';

/** A domain event: what was done, when it was done, and who answers for having done it. Not signed yet. */
export interface Act<T extends string, D> {
  readonly type: T;
  /** When the act was done, which is not when it was signed or received. */
  readonly occurredAt: Instant;
  readonly actor: Actor;
  readonly data: D;
}

/** What every command carries beside its own fields. */
export interface CommandContext {
  readonly occurredAt: Instant;
  /** The node's clock; an act cannot be recorded before it is done. */
  readonly now: Instant;
  readonly actor: Actor;
  /** The directory's record of the actor's agency. */
  readonly agency: AgencyRecord;
}

/** A document 文书 by its digest; the document itself stays in the provincial system. */
export interface DocumentRef {
  /** One of the closed list in the contracts, e.g. `decision`. */
  readonly kind: string;
  /** `sha-256:` and base64url. */
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

/** 社区矫正类别 (社区矫正法 2): 管制, 缓刑, 假释, 暂予监外执行. */
export type CorrectionCategory =
  'PublicSurveillance' | 'SuspendedSentence' | 'Parole' | 'TemporaryServiceOutsidePrison';

/** Who may sign one type of act, as data. */
export interface Competence {
  /** `system`: only the node itself, when something enters it. `recipient`: only one that is sent copies. */
  readonly signedBy: 'officer' | 'system' | 'recipient';
  /** Whether a recipient of copies may sign it as well. */
  readonly orRecipient?: true;
  /** Whether a county agency may leave the act to a judicial office 司法所 by a recorded delegation (社区矫正法 9). */
  readonly delegable: boolean;
  /** The levels whose officers may sign it; a county agency's alone when absent. */
  readonly levels?: readonly AgencyLevel[];
  /** Short name of the article, e.g. 办法30. */
  readonly article: string;
}
