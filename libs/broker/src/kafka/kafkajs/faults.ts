import { KafkaClientFault, type KafkaFaultKind } from '../kafka-client.js';

/** The one that says what happened: kafkajs wraps it, and what the wrapper says of trying again is not to be trusted. */
const innermost = (error: Error): Error => (error.cause instanceof Error ? innermost(error.cause) : error);

const kindOf = ({ name, type }: { readonly name: string; readonly type?: unknown }): KafkaFaultKind => {
  if (name === 'KafkaJSSASLAuthenticationError') return 'REFUSED';
  if (typeof type !== 'string') return 'TRANSIENT';
  if (type === 'MESSAGE_TOO_LARGE' || type === 'RECORD_LIST_TOO_LARGE') return 'TOO_LARGE';
  if (type.endsWith('_AUTHORIZATION_FAILED')) return 'REFUSED';
  return 'TRANSIENT';
};

/** kafkajs says of a group that it may not be in only that it did not find who coordinates it. */
const HINTS: Readonly<Record<string, string>> = {
  KafkaJSGroupCoordinatorNotFound: ' (also said to who has no right to the group)',
};

/** Whatever kafkajs threw, as the fault of a client. */
export const faultOf = (error: unknown): KafkaClientFault => {
  if (error instanceof KafkaClientFault) return error;
  const cause = error instanceof Error ? innermost(error) : new Error(String(error));
  const { name, type = name }: { readonly name: string; readonly type?: string } = cause;
  return new KafkaClientFault(kindOf(cause), `kafkajs: ${type}: ${cause.message}${HINTS[name] ?? ''}`, {
    cause: error,
  });
};
