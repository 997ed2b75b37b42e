import { describeBrokerContract } from './broker.contract.js';
import { inMemorySubstrate } from './testing/in-memory-substrate.js';

describeBrokerContract('in memory', () => Promise.resolve(inMemorySubstrate()));
