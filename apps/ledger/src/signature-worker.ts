import { parentPort, workerData } from 'node:worker_threads';
import type { KeyHistory } from '@delta-hub/crypto';
import { asLedgerFault } from './ledger-fault.js';
import { checkedLeafHashes } from './signature-check.js';
import { type Answer, type Packed, type Told, unpack } from './signature-messages.js';

/** A thread of `SignaturePool`. */
let keys = workerData as KeyHistory;

const answerTo = (packed: Packed): Answer => {
  const { number } = packed;
  try {
    return { number, leafHashes: checkedLeafHashes(unpack(packed), keys) };
  } catch (error) {
    const { code, message, evidence } = asLedgerFault(error);
    return { number, code, message, evidence };
  }
};

parentPort?.on('message', (told: Told) => {
  if ('keys' in told) keys = told.keys;
  else parentPort?.postMessage(answerTo(told));
});
