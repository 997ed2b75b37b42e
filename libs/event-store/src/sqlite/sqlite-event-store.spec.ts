import { describeEventStoreContract } from '../event-store.contract.js';
import { openSqliteSubstrate } from './testing/sqlite-substrate.js';

describeEventStoreContract('SQLite', openSqliteSubstrate);
