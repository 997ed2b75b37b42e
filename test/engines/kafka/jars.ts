/** The jars of an Apache Kafka broker: fetched by Maven into an ignored folder, used only when every byte is as pinned. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const KAFKA_VERSION = '4.3.1';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ENGINES = fileURLToPath(new URL('../../../.engines', import.meta.url));
const JARS = join(ENGINES, `kafka-${KAFKA_VERSION}`);
const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:2.8:copy-dependencies';

const run = promisify(execFile);

/** What is wrong with the jars in a folder: a file too many, one too few, one with other bytes. */
export const faultsOf = (folder: string): readonly string[] => {
  const pinned = new Map(
    readFileSync(join(HERE, 'kafka.sha512'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => [line.slice(130), line.slice(0, 128)] as const),
  );
  const there = readdirSync(folder);
  const wrong = there.filter((name) => {
    const digest = createHash('sha512')
      .update(readFileSync(join(folder, name)))
      .digest('hex');
    return pinned.get(name) !== digest;
  });
  return [...wrong, ...[...pinned.keys()].filter((name) => !there.includes(name))];
};

/**
 * The class path of a broker. Fetches what is not there yet: 44 MB, some twenty seconds.
 * @throws Error when Maven cannot fetch them, or a jar is not the pinned one
 */
export const kafkaClassPath = async (): Promise<string> => {
  if (!existsSync(JARS) || faultsOf(JARS).length > 0) await fetchJars();
  return `${JARS}/*`;
};

const fetchJars = async (): Promise<void> => {
  mkdirSync(ENGINES, { recursive: true });
  const fetched = mkdtempSync(join(ENGINES, 'fetching-'));
  try {
    const pom = join(HERE, 'pom.xml');
    await run('mvn', ['-B', '-q', '-C', '-f', pom, COPY, `-DoutputDirectory=${fetched}`], { timeout: 300_000 });
    const faults = faultsOf(fetched);
    if (faults.length > 0) throw new Error(`not the pinned jars of Kafka ${KAFKA_VERSION}: ${faults.join(', ')}`);
    rmSync(JARS, { recursive: true, force: true });
    renameSync(fetched, JARS);
  } finally {
    rmSync(fetched, { recursive: true, force: true });
  }
};
