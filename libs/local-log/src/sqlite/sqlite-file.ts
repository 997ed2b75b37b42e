/** A SQLite file that several processes of one machine write to and follow: what the local adapters are built on. */
import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { clearTimeout, setImmediate, setTimeout } from 'node:timers';
import { type Announcer, Changes } from '../following.js';
import { GroupCommit } from './group-commit.js';
import { BUSY_TIMEOUT_MS, type FileKind, openFile, setBusyTimeout, type SqliteOptions } from './open-file.js';
import { fillLog } from './log-filling.js';
import { asFault, isBusy, SqliteFault } from './sqlite-fault.js';

export { isConstraint, SqliteFault, type SqliteFaultKind } from './sqlite-fault.js';
export type { FileKind, SqliteOptions } from './open-file.js';

/** Commits of this process, by the file's real name: two connections to one file hear each other at once. */
const changesOfFiles = new Map<string, { readonly changes: Changes; users: number }>();

/** How often another process's commits are looked for: at once after one, as they come in bursts, then ever less. */
const SHORTEST_LOOK_MS = 1;
const LONGEST_LOOK_MS = 16;

/** After so many commits a process is one that goes on writing. */
const COMMITS_OF_A_WRITER = 256;

/** See `openFile` for what it does and throws. */
export const openSqliteFile = async (path: string, kind: FileKind, options: SqliteOptions): Promise<SqliteFile> => {
  const file = resolve(path); // Never SQLite's own names, such as `:memory:` and `file:`.
  return new SqliteFile(file, await openFile(file, kind, options), options.busyTimeoutMs ?? BUSY_TIMEOUT_MS);
};

export class SqliteFile implements Announcer {
  readonly #path: string;
  readonly #realPath: string;
  readonly #db: DatabaseSync;
  readonly #busyTimeoutMs: number;
  readonly #changes: Changes;
  readonly #commits: GroupCommit;
  readonly #dataVersion: StatementSync;
  #listeners = 0;
  #committed = 0;
  #look: NodeJS.Timeout | undefined;
  #seenVersion: unknown;
  #closed = false;

  constructor(path: string, db: DatabaseSync, busyTimeoutMs: number) {
    this.#path = path;
    this.#realPath = realpathSync(path);
    this.#db = db;
    this.#busyTimeoutMs = busyTimeoutMs;
    const shared = changesOfFiles.get(this.#realPath) ?? { changes: new Changes(), users: 0 };
    shared.users += 1;
    changesOfFiles.set(this.#realPath, shared);
    this.#changes = shared.changes;
    this.#commits = new GroupCommit(db, path, busyTimeoutMs, () => this.#hasCommitted());
    this.#dataVersion = db.prepare('PRAGMA data_version');
  }

  /** A statement whose integers are bigint. */
  prepare(sql: string): StatementSync {
    const statement = this.#db.prepare(sql);
    statement.setReadBigInts(true);
    return statement;
  }

  /** Runs `work`, which reads, at once. @throws SqliteFault, as a rejection */
  read<T>(work: () => T): Promise<T> {
    return new Promise((resolve) => resolve(this.readNow(work)));
  }

  /** Runs `work`, which reads. @throws SqliteFault */
  readNow<T>(work: () => T): T {
    if (this.#closed) throw this.#closedFault();
    try {
      return work();
    } catch (error) {
      if (!isBusy(error)) throw asFault(error, this.#path);
      return this.#readPatiently(work);
    }
  }

  /** Only while another process repairs the write-ahead log after a crash does a reader have to wait. */
  #readPatiently<T>(work: () => T): T {
    setBusyTimeout(this.#db, this.#busyTimeoutMs);
    try {
      return work();
    } catch (error) {
      throw asFault(error, this.#path);
    } finally {
      setBusyTimeout(this.#db, 0);
    }
  }

  /** Runs `work` in a transaction shared with others: see `GroupCommit.run`. */
  write<T>(work: () => T): Promise<T> {
    return this.#closed ? Promise.reject(this.#closedFault()) : this.#commits.run(work);
  }

  /** Announces every commit: those of this process at once, those of others within some milliseconds. */
  listen(listener: () => void): () => void {
    const unlisten = this.#changes.listen(listener);
    if (++this.#listeners === 1) {
      this.#seenVersion = this.#currentVersion();
      this.#lookIn(SHORTEST_LOOK_MS);
    }
    return () => {
      unlisten();
      if (--this.#listeners === 0) clearTimeout(this.#look);
    };
  }

  /** Commits what is queued and closes the file. To be called once. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#commits.idle();
    clearTimeout(this.#look);
    this.#db.close();
    const shared = changesOfFiles.get(this.#realPath);
    if (shared !== undefined && --shared.users === 0) changesOfFiles.delete(this.#realPath);
  }

  #hasCommitted(): void {
    this.#changes.announce();
    this.#committed += 1;
    if (this.#committed !== COMMITS_OF_A_WRITER) return;
    setImmediate(() => {
      if (!this.#closed && !this.#db.isTransaction) fillLog(this.#db, this.#path);
    });
  }

  /** `PRAGMA data_version` changes when another connection, of whatever process, has committed. */
  #lookIn(delayMs: number): void {
    this.#look = setTimeout(() => {
      const version = this.#currentVersion();
      const changed = version !== this.#seenVersion;
      this.#seenVersion = version;
      if (changed) this.#changes.announce();
      if (this.#listeners > 0) this.#lookIn(changed ? SHORTEST_LOOK_MS : Math.min(delayMs * 2, LONGEST_LOOK_MS));
    }, delayMs);
    this.#look.unref();
  }

  #currentVersion(): unknown {
    try {
      return this.#dataVersion.get()?.['data_version'];
    } catch {
      return undefined; // Looks like a change: the listeners read for themselves, and report the fault.
    }
  }

  #closedFault(): SqliteFault {
    return new SqliteFault('UNAVAILABLE', `${this.#path}: closed`);
  }
}
