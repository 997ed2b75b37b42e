import { KafkaClientFault, type KafkaFaultKind } from '../kafka-client.js';

interface Leaf {
  readonly name?: unknown;
  readonly message?: unknown;
  /** What the broker said, by its name in the protocol. */
  readonly apiId?: unknown;
  readonly code?: unknown;
}

/** The library's errors are trees, by `errors` and by `cause`; what happened is in the leaves. */
const leavesOf = (error: unknown): readonly Leaf[] => {
  if (typeof error !== 'object' || error === null) return [{ name: 'Error', message: String(error) }];
  const { errors, cause } = error as { readonly errors?: unknown; readonly cause?: unknown };
  const inner = [
    ...(Array.isArray(errors) ? (errors as readonly unknown[]) : []),
    ...(cause === undefined ? [] : [cause]),
  ];
  return inner.length === 0 ? [error] : inner.flatMap(leavesOf);
};

const kindOf = (leaves: readonly Leaf[]): KafkaFaultKind => {
  const said = leaves.map(({ apiId }) => (typeof apiId === 'string' ? apiId : ''));
  if (said.some((id) => id === 'MESSAGE_TOO_LARGE' || id === 'RECORD_LIST_TOO_LARGE')) return 'TOO_LARGE';
  if (said.some((id) => id.endsWith('_AUTHORIZATION_FAILED') || id === 'SASL_AUTHENTICATION_FAILED')) return 'REFUSED';
  if (leaves.some(({ code }) => code === 'PLT_KFK_AUTHENTICATION')) return 'REFUSED';
  return 'TRANSIENT';
};

/** Whether the broker has said this, somewhere in the tree. */
export const hasSaid = (fault: KafkaClientFault, apiId: string): boolean =>
  leavesOf(fault.cause).some((leaf) => leaf.apiId === apiId);

/** The library has a text of its own for a topic that is not there. */
export const isUnknownTopic = (fault: unknown): boolean =>
  fault instanceof KafkaClientFault &&
  leavesOf(fault.cause).some(({ message }) => /^Unknown topic /.test(String(message)));

/** Whatever the library threw, as the fault of a client. */
export const faultOf = (error: unknown): KafkaClientFault => {
  if (error instanceof KafkaClientFault) return error;
  const leaves = leavesOf(error);
  const last = leaves.at(-1);
  const what = `@platformatic/kafka: ${String(last?.apiId ?? last?.name)}: ${String(last?.message)}`;
  return new KafkaClientFault(kindOf(leaves), what, { cause: error });
};
