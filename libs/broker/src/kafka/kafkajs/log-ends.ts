/**
 * Teaches kafkajs' admin where a log ends. Its ListOffsets request asks for what is stable where nobody says otherwise: before
 * the oldest open transaction of somebody, and so before what our reader has read. The admin cannot be told otherwise.
 */
import requests from 'kafkajs/src/protocol/requests/index.js';

const READ_UNCOMMITTED = 0;

const { ListOffsets } = requests.requests;
const ofKafkajs = ListOffsets.protocol;

/** For every kafkajs admin of this process. A consumer names the level it was made with, and gets its answers as ever. */
export const teachLogEnds = (): void => {
  ListOffsets.protocol = (version) => {
    const request = ofKafkajs(version) as (options: object) => object;
    return ({ isolationLevel = READ_UNCOMMITTED, ...options }: { readonly isolationLevel?: number }) =>
      request({ ...options, isolationLevel });
  };
};
