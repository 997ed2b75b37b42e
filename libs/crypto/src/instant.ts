/** RFC 3339 in UTC with milliseconds, exactly `YYYY-MM-DDTHH:mm:ss.sssZ`. Two instants compare as strings. */
export type Instant = string;

const shape = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** Whether a text has the one form of an instant and is a real day and time: no 30 February, no 24 o'clock. */
export const isInstant = (text: unknown): text is Instant => {
  if (typeof text !== 'string' || !shape.test(text)) return false;
  const milliseconds = Date.parse(text);
  return !Number.isNaN(milliseconds) && new Date(milliseconds).toISOString() === text;
};
