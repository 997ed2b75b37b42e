import type { EventToAppend } from '@delta-hub/event-store';

/** An invented event with this text. */
export const event = (text = 'invented', id: string = crypto.randomUUID()): EventToAppend => ({
  id,
  type: 'invented',
  data: new TextEncoder().encode(text),
});

export const texts = (events: readonly { data: Uint8Array }[]) =>
  events.map(({ data }) => Buffer.from(data).toString());

/** The code with which a call fails, or that it does not. */
export const code = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error: { code?: unknown }) => error.code,
  );
