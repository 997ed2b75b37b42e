import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Prepares each statement of a database once. */
export const prepareOnce = (db: DatabaseSync): ((text: string) => StatementSync) => {
  const statements = new Map<string, StatementSync>();
  return (text) => {
    let statement = statements.get(text);
    if (statement === undefined) statements.set(text, (statement = db.prepare(text)));
    return statement;
  };
};
