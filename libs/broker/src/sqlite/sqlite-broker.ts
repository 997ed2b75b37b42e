/** The broker in one SQLite file, shared by the nodes of one machine: the embedded default. */
import {
  openSqliteFile,
  SqliteFault,
  type SqliteFaultKind,
  type SqliteFile,
  type SqliteOptions,
} from '@delta-hub/local-log/sqlite';
import {
  type Broker,
  BrokerError,
  type BrokerErrorCode,
  type BrokerSubscription,
  type IncomingRecord,
  type OutgoingRecord,
  type Position,
} from '../broker.js';
import { BATCH, Followings } from '@delta-hub/local-log';
import { Places } from '../positions.js';
import { checkRecords } from '../record-rules.js';
import { brokerFile, RecordTable } from './record-table.js';

export type SqliteBrokerOptions = SqliteOptions;

const codes: Readonly<Record<SqliteFaultKind, BrokerErrorCode>> = {
  FULL: 'STORAGE_FULL',
  OUTCOME_UNKNOWN: 'OUTCOME_UNKNOWN',
  UNAVAILABLE: 'UNAVAILABLE',
  DAMAGED: 'UNAVAILABLE',
  FOREIGN: 'FOREIGN_STORE',
  SCHEMA_UNKNOWN: 'SCHEMA_UNKNOWN',
};

/** To be thrown for whatever SQLite threw. */
const translated = (error: unknown): unknown =>
  error instanceof SqliteFault ? new BrokerError(codes[error.kind], error.message, { cause: error.cause }) : error;

const rethrow = (error: unknown): never => {
  throw translated(error);
};

/**
 * Opens the broker in the file `path`; creates its directory and the file where there is none.
 * @throws BrokerError `FOREIGN_STORE`, `SCHEMA_UNKNOWN`, `STORAGE_FULL`, `UNAVAILABLE`
 */
export const openSqliteBroker = async (path: string, options: SqliteBrokerOptions = {}): Promise<Broker> => {
  const file = await openSqliteFile(path, brokerFile, options).catch(rethrow);
  return new SqliteBroker(file);
};

class SqliteBroker implements Broker {
  readonly #file: SqliteFile;
  readonly #table: RecordTable;
  readonly #followings = new Followings();
  #closing: Promise<void> | undefined;

  constructor(file: SqliteFile) {
    this.#file = file;
    this.#table = new RecordTable(file);
  }

  async publish(topic: string, records: readonly OutgoingRecord[]): Promise<void> {
    const checked = checkRecords(topic, records);
    if (checked.length > 0) await this.#file.write(() => this.#table.append(topic, checked)).catch(rethrow);
  }

  subscribe(
    topic: string,
    after: readonly Position[],
    handler: (record: IncomingRecord) => Promise<void>,
  ): Promise<BrokerSubscription> {
    const begin = () => {
      if (this.#closing !== undefined) throw new BrokerError('UNAVAILABLE', 'the broker is being closed');
      const places = new Places(topic, after);
      places.next(this.#table.bounds(topic));
      return this.#followings.start(this.#file, () => this.#batch(topic, places), handler);
    };
    return this.#file.read(begin).catch(rethrow);
  }

  lag(topic: string, after: readonly Position[]): Promise<bigint> {
    const places = new Places(topic, after);
    return this.#file.read(() => places.behind(this.#table.bounds(topic))).catch(rethrow);
  }

  close(): Promise<void> {
    this.#closing ??= this.#followings.stopAll().then(() => this.#file.close());
    return this.#closing;
  }

  #batch(topic: string, places: Places): readonly IncomingRecord[] {
    try {
      return this.#file.readNow(() =>
        places.next(this.#table.bounds(topic)).flatMap((place) => {
          const records = this.#table.from(topic, place.logId, place.readFrom, BATCH);
          return places.take(places.compared(place.partition, records), place);
        }),
      );
    } catch (error) {
      throw translated(error);
    }
  }
}
