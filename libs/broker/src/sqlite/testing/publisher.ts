/**
 * A process that publishes: `publisher.ts <file> <topic> <name> <calls>`. Eight calls of three records are under way
 * at any time. Prints the text of each record that was acknowledged, one call to a line.
 */
import { writeSync } from 'node:fs';
import { openSqliteBroker } from '../sqlite-broker.js';

const RECORDS_PER_CALL = 3;
const LANES = 8;

const [path = '', topic = '', name = '', calls = ''] = process.argv.slice(2);
const broker = await openSqliteBroker(path);
let begun = 0;
const lane = async (_: unknown, lane: number) => {
  while (begun < Number(calls)) {
    const turn = begun++;
    const texts = Array.from({ length: RECORDS_PER_CALL }, (_, index) => `${name}-${turn}-${index}`);
    await broker.publish(
      topic,
      texts.map((text) => ({ key: `${name}-${lane}`, value: Buffer.from(text.padEnd(700)), headers: { jws: text } })),
    );
    writeSync(1, `${texts.join(' ')}\n`);
  }
};
await Promise.all(Array.from({ length: LANES }, lane));
await broker.close();
