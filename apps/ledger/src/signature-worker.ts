import { parentPort, workerData } from 'node:worker_threads';
import type { TrustList } from '@delta-hub/crypto';
import { asLedgerFault } from './ledger-fault.js';
import { checkedLeafHash } from './signature-check.js';
import { type Answer, type Packed, unpack } from './signature-messages.js';

/** A thread of `SignaturePool`. */
const trust = workerData as TrustList;

const answerTo = (packed: Packed): Answer => {
  const { number } = packed;
  try {
    return { number, leafHashes: unpack(packed).map((event) => checkedLeafHash(event, trust)) };
  } catch (error) {
    const { code, message, evidence } = asLedgerFault(error);
    return { number, code, message, evidence };
  }
};

parentPort?.on('message', (packed: Packed) => parentPort?.postMessage(answerTo(packed)));
