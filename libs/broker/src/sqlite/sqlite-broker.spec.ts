import { describeBrokerContract } from '../broker.contract.js';
import { openSqliteSubstrate } from './testing/sqlite-substrate.js';

describeBrokerContract('SQLite', openSqliteSubstrate);
