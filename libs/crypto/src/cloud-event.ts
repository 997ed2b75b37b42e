import type { JsonValue } from './canonical-json.js';
import { type Instant, isInstant } from './instant.js';

/**
 * A CloudEvent (CloudEvents 1.0, JSON format) as far as this library knows it: the attributes that place and bind it.
 * Extensions and `data` are the schema's business (`libs/contracts`).
 */
export interface CloudEvent {
  readonly specversion: '1.0';
  readonly id: string;
  /** `urn:delta-hub:node:<node>`, the node that signed. */
  readonly source: string;
  readonly type: string;
  /** The stream. */
  readonly subject: string;
  /** `signedAt`; when the act itself happened is `data.occurredAt`. */
  readonly time: Instant;
  readonly data?: JsonValue;
  readonly [attribute: string]: JsonValue | undefined;
}

export const sourceOf = (node: string): string => `urn:delta-hub:node:${node}`;

/** What an object lacks to be a CloudEvent of the hub; `undefined` when nothing. */
export const cloudEventFault = (value: unknown): string | undefined => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'not an object';
  const attributes = value as Readonly<Record<string, unknown>>;
  const missing = ['id', 'source', 'type', 'subject'].find(
    (name) => typeof attributes[name] !== 'string' || attributes[name] === '',
  );
  if (attributes['specversion'] !== '1.0') return 'specversion is not "1.0"';
  if (missing !== undefined) return `${missing} is not a text`;
  return isInstant(attributes['time']) ? undefined : 'time is not an instant YYYY-MM-DDTHH:mm:ss.sssZ';
};
