/** RFC 3339 in UTC with milliseconds, exactly `YYYY-MM-DDTHH:mm:ss.sssZ`. Two instants compare as strings. */
export type Instant = string;

const shape = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

/** Up to this day of a month every month has it. */
const IN_EVERY_MONTH = '28';

/** Whether a text has the one form of an instant and is a real day and time: no 30 February, no 24 o'clock. */
export const isInstant = (text: unknown): text is Instant => {
  if (typeof text !== 'string' || !shape.test(text)) return false;
  return text.slice(8, 10) <= IN_EVERY_MONTH || new Date(text).toISOString() === text;
};
