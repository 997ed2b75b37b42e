import { recordOf, textIn } from './replayed-entry.js';

/** Which entries a replay gives. */
export type ReplayScope =
  | { readonly kind: 'WHOLE' }
  /** The stream of a case, for example `transfer-<uuid>`. */
  | { readonly kind: 'CASE'; readonly id: string }
  /** The cases of a person, by the hub's pseudonymous number. Every such replay is recorded with its reason. */
  | { readonly kind: 'PERSON'; readonly id: string }
  /** The cases that an agency gives away, receives or acts in, and its acts. */
  | { readonly kind: 'AGENCY'; readonly id: string }
  /** The cases of a node, two digits, and what it signed. */
  | { readonly kind: 'REGION'; readonly id: string };

/** An event as far as it says to whom and to what it belongs. Read before it is verified: it only selects. */
export interface Belonging {
  readonly stream: string;
  readonly time: string;
  readonly persons: readonly string[];
  readonly agencies: readonly string[];
  readonly nodes: readonly string[];
}

/** What a leaf says; undefined when it is no event, which every scope shows. */
export const belongingOf = (leaf: Uint8Array): Belonging | undefined => {
  const event = payloadOf(leaf);
  const stream = textIn(event, 'subject');
  if (stream === undefined) return undefined;
  const data = recordOf(event['data']);
  const actor = recordOf(data['actor']);
  const texts = (...values: readonly (string | undefined)[]): string[] => values.filter((one) => one !== undefined);
  return {
    stream,
    time: textIn(event, 'time') ?? '',
    persons: texts(textIn(data, 'personId')),
    agencies: texts(textIn(actor, 'agencyId'), textIn(data, 'origin'), textIn(data, 'receiving')),
    nodes: texts(
      textIn(event, 'source')?.replace('urn:delta-hub:node:', ''),
      textIn(data, 'originNode'),
      textIn(data, 'receivingNode'),
    ),
  };
};

const payloadOf = (leaf: Uint8Array): Readonly<Record<string, unknown>> => {
  const [, payload = ''] = Buffer.from(leaf).toString('latin1').split('.', 2);
  try {
    return recordOf(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
  } catch {
    // What is no JSON is no event, and says nothing.
    return {};
  }
};

/** Whether an entry belongs to a scope: by itself, or because its case does, as the first entry of the case says. */
export const isInScope = (
  scope: ReplayScope,
  own: Belonging | undefined,
  opening: (stream: string) => Belonging | undefined,
): boolean => {
  if (scope.kind === 'WHOLE' || own === undefined) return true;
  if (scope.kind === 'CASE') return own.stream === scope.id;
  const names = { PERSON: 'persons', AGENCY: 'agencies', REGION: 'nodes' } as const;
  const name = names[scope.kind];
  return own[name].includes(scope.id) || (opening(own.stream)?.[name].includes(scope.id) ?? false);
};

/** As the contract has the numbers of persons. */
const PERSON = /^[A-Za-z0-9][A-Za-z0-9-]{2,63}$/;

/** A scope from its words; undefined when an id is missing, given to the whole log, or none of a person. */
export const scopeOf = (kind: string, id: string | undefined): ReplayScope | undefined => {
  if (kind === 'WHOLE') return id === undefined ? { kind } : undefined;
  const known = (['CASE', 'PERSON', 'AGENCY', 'REGION'] as const).find((one) => one === kind);
  if (known === undefined || id === undefined || id === '') return undefined;
  return known === 'PERSON' && !PERSON.test(id) ? undefined : { kind: known, id };
};
