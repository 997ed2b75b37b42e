import { encodeBase64url } from './base64url.js';
import { canonicalJson, type JsonValue, parseCanonicalJson } from './canonical-json.js';
import { type CloudEvent, cloudEventFault, sourceOf } from './cloud-event.js';
import { attach, type Jws, latin1, parseCompact, type StrictJws } from './compact.js';
import { algorithms, suiteOf } from './algorithms.js';
import { CryptoError } from './errors.js';
import { type EventHeader, headerText, registeredHeader } from './event-header.js';
import { publicKeyOf, type Signer } from './keys.js';
import type { PublicJwk, SignatureAlgorithm } from './signature-suite.js';
import { type KeyRule, trustRule } from './key-rule.js';
import type { ResolvedKey, TrustList } from './trust-list.js';
import { nodeOfKid } from './trusted-node.js';

/** A signed event is a leaf of the ledger, and a leaf has at most this many bytes (C2SP tlog-tiles). */
export const MAX_EVENT_BYTES = 65_535;

/**
 * The checks of a signed event, in the order in which they are made:
 *
 * 1. `SIZE` at most `MAX_EVENT_BYTES`
 * 2. `FORM` strict compact form, registered header, payload in UTF-8: all that can be told without parsing
 * 3. `KEY` the key id is in our own trust list, or in the key history that starts from it, and bound to the algorithm
 * 4. `SIGNATURE`
 * 5. `CANONICAL` only now is the payload parsed: it is its own canonical text (so no object has duplicate names)
 *    and a CloudEvent
 * 6. `KEY` again, with what only the payload says: the key was valid for this event (see `KeyRule`), and its node is the `source`
 */
export type EventCheck = 'SIZE' | 'FORM' | 'KEY' | 'SIGNATURE' | 'CANONICAL';

export interface OpenedEvent {
  readonly ok: true;
  readonly kid: string;
  /** The node whose key signed; also the event's source. */
  readonly node: string;
  /** The compact text, whose ASCII bytes are what is stored and sequenced. */
  readonly jws: Jws;
  /** The canonical JSON of the event, exactly as it was signed. */
  readonly payload: string;
  readonly event: CloudEvent;
}

export interface RefusedEvent {
  readonly ok: false;
  /** The first check that failed. */
  readonly check: EventCheck;
  /** A sentence for people; it quotes nothing of the payload. */
  readonly detail: string;
  /** Set when the key is not known at all: it may be introduced by an event that has not come yet. Nothing is verified. */
  readonly unknownKid?: string;
}

/**
 * Signs an event. Its bytes are the fact from here on: nothing is ever serialised again.
 *
 * @throws CryptoError `EVENT_INVALID` when it is no CloudEvent of the signer's node, so that every peer would refuse it,
 *   `EVENT_TOO_LARGE`, `NOT_CANONICALISABLE`
 */
export const signEvent = (event: object, signer: Signer): Jws => {
  const payload = canonicalJson(event as JsonValue);
  const node = nodeOfKid(signer.kid);
  const fault =
    cloudEventFault(event) ??
    (node === undefined ? 'the signer has no key id of a node' : sourceFault(event as CloudEvent, node));
  if (fault !== undefined) throw new CryptoError('EVENT_INVALID', fault);

  const header = headerText(signer.alg, signer.kid);
  const signingInput = `${encodeBase64url(Buffer.from(header))}.${encodeBase64url(Buffer.from(payload))}`;
  const jws = `${signingInput}.${encodeBase64url(signer.sign(Buffer.from(signingInput)))}`;
  if (jws.length > MAX_EVENT_BYTES)
    throw new CryptoError('EVENT_TOO_LARGE', `${jws.length} bytes signed, at most ${MAX_EVENT_BYTES}`);
  return jws;
};

/**
 * Opens a signed event from anywhere: makes the checks of `EventCheck` in their order and names the first that fails.
 * Never throws for what is in the message.
 *
 * @throws CryptoError `TRUST_LIST_INVALID` when the list was not read by `parseTrustList` and is not sound
 */
export const openEvent = (jws: Jws | Uint8Array, keys: TrustList | KeyRule): OpenedEvent | RefusedEvent => {
  const rule = ruleIn(keys);
  const formed = withKey(jws, rule);
  return 'ok' in formed ? formed : readEvent(formed, rule, isSigned(formed));
};

/**
 * As `openEvent` of each, with the rule for each: check by check for all of them, since many signatures of few keys
 * at once are verified at about half the cost of each by itself.
 */
export const openEvents = (
  events: readonly (Jws | Uint8Array)[],
  keysAt: (index: number) => TrustList | KeyRule,
): (OpenedEvent | RefusedEvent)[] => {
  const formed = events.map((jws, index) => withKey(jws, ruleIn(keysAt(index))));
  const signed = areSigned(formed.filter((one): one is FormedEvent => !('ok' in one)));
  return formed.map((one, index) => ('ok' in one ? one : readEvent(one, ruleIn(keysAt(index)), signed.has(one))));
};

/** An event in its form, with the key that must have signed it; nothing is verified. */
interface FormedEvent {
  readonly text: Jws;
  readonly parts: StrictJws<EventHeader>;
  readonly payload: string;
  readonly key: ResolvedKey;
}

const ruleIn = (keys: TrustList | KeyRule): KeyRule => ('nodes' in keys ? trustRule(keys) : keys);

/** The checks 1 to 3. */
const withKey = (jws: Jws | Uint8Array, rule: KeyRule): FormedEvent | RefusedEvent => {
  if (jws.length > MAX_EVENT_BYTES) return refuse('SIZE', `more than ${MAX_EVENT_BYTES} bytes`);

  const text = typeof jws === 'string' ? jws : latin1(jws);
  const parts = parseCompact(text, registeredHeader, typeof jws === 'string' ? undefined : jws);
  if (typeof parts === 'string') return refuse('FORM', parts);
  const payload = decodeUtf8(parts.payload);
  if (payload === undefined) return refuse('FORM', 'the payload is not UTF-8');

  const { alg, kid } = parts.header;
  const key = rule.find(kid);
  if (key === undefined) return { ...refuse('KEY', `key ${kid} is not in the trust list`), unknownKid: kid };
  if (key.alg !== alg) return refuse('KEY', `key ${kid} is bound to another algorithm`);
  return { text, parts, payload, key };
};

/** Check 4. */
const isSigned = ({ parts: { signingInput, signature }, key }: FormedEvent): boolean =>
  suiteOf(key.alg).verify(signingInput, signature, key.key);

/** Those that pass check 4. */
const areSigned = (events: readonly FormedEvent[]): ReadonlySet<FormedEvent> => {
  const signed = new Set<FormedEvent>();
  for (const alg of algorithms) {
    const ofOne = events.filter(({ key }) => key.alg === alg);
    const claims = ofOne.map(({ parts, key }) => ({
      message: parts.signingInput,
      signature: parts.signature,
      key: key.key,
    }));
    suiteOf(alg)
      .verifyEach(claims)
      .forEach((verdict, index) => verdict && signed.add(ofOne[index]!));
  }
  return signed;
};

/** The checks from 4 on. */
const readEvent = (formed: FormedEvent, rule: KeyRule, signed: boolean): OpenedEvent | RefusedEvent => {
  const { text, payload, key } = formed;
  const { kid } = formed.parts.header;
  if (!signed) return refuse('SIGNATURE', `not a signature of key ${kid} over this event`);

  const parsed = parseCanonicalJson(payload);
  if (parsed === undefined) return refuse('CANONICAL', 'the payload is not canonical JSON');
  const fault = cloudEventFault(parsed.value);
  if (fault !== undefined) return refuse('CANONICAL', fault);
  const event = parsed.value as unknown as CloudEvent;

  const keyFault = sourceFault(event, key.node) ?? rule.fault(key, event, text);
  if (keyFault !== undefined) return refuse('KEY', keyFault);
  return { ok: true, kid, node: key.node, jws: text, payload, event };
};

/**
 * As `openEvent`, for an event that came as payload and `header..signature` (RFC 7515 appendix F), as on the broker.
 * A detached part that is missing or has no place for the payload fails `FORM`.
 */
export const openDetached = (
  payload: Uint8Array,
  detached: string | undefined,
  keys: TrustList | KeyRule,
): OpenedEvent | RefusedEvent => {
  const jws = attached(payload, detached);
  return typeof jws === 'string' ? openEvent(jws, keys) : jws;
};

/** The compact text of an event that came in two parts. */
export const attached = (payload: Uint8Array, detached: string | undefined): Jws | RefusedEvent => {
  if (payload.length + (detached?.length ?? 0) > MAX_EVENT_BYTES)
    return refuse('SIZE', `more than ${MAX_EVENT_BYTES} bytes`);
  const jws = detached === undefined ? undefined : attach(payload, detached);
  return jws ?? refuse('FORM', 'no detached signature header..signature');
};

/**
 * Whether this is a signed event in strict form, of permitted size, whose signature is this key's. Says nothing of time, source or payload.
 * @throws CryptoError `KEY_INVALID`
 */
export const verifySignature = (
  jws: Jws | Uint8Array,
  publicKey: PublicJwk,
  alg: SignatureAlgorithm = 'EdDSA',
): boolean => {
  if (jws.length > MAX_EVENT_BYTES) return false;
  const parts = parseCompact(typeof jws === 'string' ? jws : latin1(jws), registeredHeader);
  if (typeof parts === 'string' || parts.header.alg !== alg) return false;
  return suiteOf(alg).verify(parts.signingInput, parts.signature, publicKeyOf(publicKey, alg));
};

const refuse = (check: EventCheck, detail: string): RefusedEvent => ({ ok: false, check, detail });

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const decodeUtf8 = (bytes: Uint8Array): string | undefined => {
  try {
    return utf8.decode(bytes);
  } catch {
    // Fatal decoding has one error: these bytes are not UTF-8.
    return undefined;
  }
};

const sourceFault = ({ source }: CloudEvent, node: string): string | undefined =>
  source === sourceOf(node) ? undefined : `source is not ${sourceOf(node)}, the node of the key`;
