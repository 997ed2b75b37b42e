import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { promisify } from 'node:util';
import { fullDiskFor } from '../full-disk.js';
import { standStill } from '../stand-still.js';
import { freePorts } from './free-ports.js';
import { GuardedProcess } from './guarded-process.js';
import { kafkaClassPath } from './jars.js';
import { type Logins, type NodePlan, scramRecords, serverProperties } from './server-properties.js';

const READY_WITHIN_MS = 90_000;
const JAVA = [
  '-Xmx256m',
  '-XX:TieredStopAtLevel=1',
  '-Djava.net.preferIPv4Stack=true',
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
];

const run = promisify(execFile);

export interface ClusterOptions {
  readonly logins?: Logins;
  /** See `NodePlan`; for one node. */
  readonly advertisedPort?: number;
}

/** Real brokers on the loopback interface, with data of their own. They end with this process at the latest. */
export class KafkaCluster {
  private constructor(
    readonly nodes: readonly KafkaNode[],
    private readonly directory: string,
  ) {}

  /** Starts so many nodes; resolves when each answers. */
  static async start(count = 1, options: ClusterOptions = {}): Promise<KafkaCluster> {
    const classPath = await kafkaClassPath();
    const directory = mkdtempSync(join(tmpdir(), 'delta-hub-kafka-'));
    const ports = await freePorts(count * 3);
    const plans = Array.from({ length: count }, (_, index) => ({
      id: index + 1,
      port: ports[3 * index]!,
      controllerPort: ports[3 * index + 1]!,
      certificatePort: ports[3 * index + 2]!,
      dataDir: join(directory, `data-${index + 1}`),
      ...(options.advertisedPort === undefined ? {} : { advertisedPort: options.advertisedPort }),
    }));
    const cluster = new KafkaCluster(
      plans.map((plan) => new KafkaNode(plan, directory, classPath, options.logins)),
      directory,
    );
    try {
      await Promise.all(cluster.nodes.map((node) => node.format(serverProperties(node.plan, plans, options.logins))));
      await cluster.startAll();
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  /** `host:port` of each node. */
  get brokers(): readonly string[] {
    return this.nodes.map(({ address }) => address);
  }

  async startAll(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.start()));
  }

  /** Kills every node and removes the data. */
  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.kill()));
    rmSync(this.directory, { recursive: true, force: true });
  }
}

const CLUSTER_ID = 'ZGVsdGEtaHViLXRlc3RzMA';

/** One broker: started, killed, stopped in its tracks, started again on the same data. */
export class KafkaNode {
  readonly address: string;
  private readonly settings: string;
  private readonly log: string;
  private process: GuardedProcess | undefined;

  constructor(
    readonly plan: NodePlan,
    directory: string,
    private readonly classPath: string,
    private readonly logins?: Logins,
  ) {
    // A certificate names a host.
    this.address = `${logins === undefined ? '127.0.0.1' : 'localhost'}:${plan.port}`;
    this.settings = join(directory, `server-${plan.id}.properties`);
    this.log = join(directory, `server-${plan.id}.log`);
  }

  /** Where a certificate is the login. */
  get certificateAddress(): string {
    return `localhost:${this.plan.certificatePort}`;
  }

  async format(properties: string): Promise<void> {
    writeFileSync(this.settings, properties);
    const tool = ['-cp', this.classPath, 'kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', this.settings];
    const users = this.logins === undefined ? [] : scramRecords(this.logins);
    await run('java', [...JAVA, ...tool, ...users], { timeout: 60_000 });
  }

  /** Resolves when it answers on its port. @throws Error with the end of its log */
  async start(): Promise<void> {
    const command = ['java', ...JAVA, '-cp', this.classPath, 'kafka.Kafka', this.settings];
    const started = await GuardedProcess.start(command, this.log);
    this.process = started;
    const deadline = performance.now() + READY_WITHIN_MS;
    while (!(await answers(this.plan.port, this.logins?.certificate.certificate))) {
      if (!started.isRunning || performance.now() > deadline)
        throw new Error(`broker ${this.plan.id} did not start:\n${readFileSync(this.log, 'utf8').slice(-4000)}`);
      await pause(100);
    }
  }

  /** kill -9. */
  async kill(): Promise<void> {
    await this.process?.kill();
  }

  /** SIGTERM, and waits for its end. */
  async terminate(): Promise<void> {
    this.process?.signal('SIGTERM');
    await this.process?.ended;
  }

  /** SIGSTOP: it is there and, from when this resolves, answers nothing. */
  async freeze(): Promise<void> {
    if (this.process?.isRunning) await standStill(this.process.pid);
  }

  thaw(): void {
    this.process?.signal('SIGCONT');
  }

  /** Keeps its data as they are now. What it is asked meanwhile waits. */
  async keepCopy(): Promise<void> {
    await this.freeze();
    cpSync(this.plan.dataDir, this.copy, { recursive: true });
    this.thaw();
  }

  /** kill -9, and a start with the data that were kept. */
  async putBack(): Promise<void> {
    await this.kill();
    rmSync(this.plan.dataDir, { recursive: true });
    cpSync(this.copy, this.plan.dataDir, { recursive: true });
    await this.start();
  }

  private get copy(): string {
    return `${this.plan.dataDir}-copy`;
  }

  /** Its disk takes nothing more; resolves when it has ended by itself, as a broker without a log directory does. */
  async fillDisk(): Promise<void> {
    if (this.process === undefined) return;
    await fullDiskFor(this.process.pid);
    await this.process.ended;
  }
}

/** ApiVersions, version 0, correlation 7, no client id: what every broker answers, also before a login. */
const QUESTION = Buffer.from('0000000a0012000000000007ffff', 'hex');

/** Whether a broker answers on a port of the loopback interface; over TLS where the authority of its certificate is given. */
export const answers = (port: number, ca?: Uint8Array): Promise<boolean> =>
  new Promise((resolve) => {
    const ask = (): void => void socket.write(QUESTION);
    const at = { port, host: '127.0.0.1' };
    const socket: Socket =
      ca === undefined ? connect(at, ask) : connectTls({ ...at, ca: Buffer.from(ca), servername: 'localhost' }, ask);
    const end = (heard: boolean): void => {
      socket.destroy();
      resolve(heard);
    };
    socket.setTimeout(2000, () => end(false));
    socket.once('data', () => end(true));
    socket.once('error', () => end(false));
    socket.once('close', () => end(false));
  });
