import { type Instant, parseInstant } from '@delta-hub/handoff';
import { GraphQLError } from 'graphql';
import type { Clock } from './clock.js';

/** The two times of a question, kept apart. With neither it is about what this node knows now. */
export interface View {
  /** Only what this node knew at this instant. */
  readonly asOf?: Instant;
  /** Only what had been done by this instant. */
  readonly validAt?: Instant;
}

/** The arguments that every query takes. */
export interface ViewArgs {
  readonly asOf?: string | null;
  readonly validAt?: string | null;
}

/**
 * The view that the arguments of a query ask for; undefined for neither, which is the short way.
 * @throws GraphQLError `BAD_USER_INPUT` for what is no instant, `AS_OF_IN_FUTURE` for what nobody knows yet
 */
export const viewOf = ({ asOf, validAt }: ViewArgs, clock: Clock): View | undefined => {
  if (asOf == null && validAt == null) return undefined;
  const view = { ...(asOf == null ? {} : { asOf: instantIn('asOf', asOf) }), ...inValid(validAt) };
  if (view.asOf !== undefined && view.asOf > clock.now())
    throw new GraphQLError('asOf is in the future: nobody knows yet what this node will know then.', {
      extensions: { code: 'AS_OF_IN_FUTURE' },
    });
  return view;
};

/** The instant from which a question looks: how much time is left, who answers. */
export const standpointOf = (view: View | undefined, clock: Clock): Instant =>
  view?.validAt ?? view?.asOf ?? clock.now();

/** An instant that a caller writes. @throws GraphQLError `BAD_USER_INPUT` */
export const instantIn = (name: string, text: string): Instant => {
  const instant = parseInstant(text);
  if (instant === undefined)
    throw new GraphQLError(`${name} is not an instant (RFC 3339).`, { extensions: { code: 'BAD_USER_INPUT' } });
  return instant;
};

const inValid = (validAt: string | null | undefined) =>
  validAt == null ? {} : { validAt: instantIn('validAt', validAt) };
