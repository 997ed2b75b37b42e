import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { HubFault } from './faults.js';

/** The hub's settings from its environment; arguments go before them. Everything has a default for development on one machine. */
const Schema = z.object({
  /** `production` refuses the development issuer: tokens then come from the agency's own issuer. */
  DELTA_HUB_ENV: z.enum(['development', 'production']).default('development'),
  DELTA_HUB_HOST: z.string().min(1).default('127.0.0.1'),
  /** File with the JWKS of the issuer of officers' tokens. Required in production. */
  DELTA_HUB_ISSUER_JWKS_FILE: z.string().min(1).optional(),
  /** Most bytes each node's event store may take; without it, what the disk has. */
  DELTA_HUB_STORE_MAX_BYTES: z.coerce.number().int().min(65_536).optional(),
  /** Where the gateways of the other nodes are, for witnessing: `31=https://host:port,33=...`. */
  DELTA_HUB_PEERS: z
    .string()
    .regex(/^\d\d=https?:\/\/[^\s,]+(,\d\d=https?:\/\/[^\s,]+)*$/, '31=https://host:port,33=https://host:port')
    .transform((text) => Object.fromEntries(text.split(',').map((one) => [one.slice(0, 2), one.slice(3)])))
    .optional(),
  /** File of what this installation adds to the rules: pack versions, overlays, years of the calendar. The same at every node. */
  DELTA_HUB_RULES: z.string().min(1).optional(),
  /** Where a node keeps its events: one file of its directory, or KurrentDB. */
  DELTA_HUB_STORE: z.enum(['sqlite', 'kurrentdb']).default('sqlite'),
  /** The client's connection string; `{node}` stands for the node's number, where each has a server of its own. */
  KURRENTDB_URL: z
    .string()
    .regex(/^(kurrentdb|esdb)(\+discover)?:\/\/[^\s@]+$/, 'kurrentdb://host:port?tls=true, without an account')
    .optional(),
  /** What the names of a node's streams begin with on the server, before its number. */
  KURRENTDB_PREFIX: z
    .string()
    .regex(/^(?!\$)[\x21-\x7e]{0,64}$/, 'printable ASCII, not $ first')
    .default(''),
  /** One line `user:password`: the node's own account, which may append and read and nothing else. */
  KURRENTDB_CREDENTIALS_FILE: z.string().min(1).optional(),
  /** `allow` starts a node on a server that lets it delete what it has stored; for tries on one machine, never in production. */
  KURRENTDB_UNPROTECTED: z.enum(['refuse', 'allow']).default('refuse'),
  /** What carries records between the nodes: one file of this machine, or Apache Kafka. */
  DELTA_HUB_BROKER: z.enum(['sqlite', 'kafka']).default('sqlite'),
  /** `host:port,host:port` of some brokers. */
  KAFKA_BROKERS: z
    .string()
    .regex(/^[^\s,]+:\d+(,[^\s,]+:\d+)*$/, 'host:port,host:port')
    .transform((text) => text.split(','))
    .optional(),
  /** The library; see docs/adr/0013-kafka.md for the default. */
  KAFKA_CLIENT: z.enum(['platformatic', 'kafkajs']).default('platformatic'),
  KAFKA_SASL_MECHANISM: z.enum(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']).default('SCRAM-SHA-512'),
  /** The node's principal; each node has its own. */
  KAFKA_USERNAME: z.string().min(1).optional(),
  KAFKA_PASSWORD_FILE: z.string().min(1).optional(),
  /** TLS, also without files of its own. */
  KAFKA_TLS: z.stringbool().default(false),
  /** PEM: who signs the brokers' certificates; the system's authorities without it. */
  KAFKA_TLS_CA_FILE: z.string().min(1).optional(),
  /** PEM: the node's own certificate and key, where brokers ask for them. */
  KAFKA_TLS_CERT_FILE: z.string().min(1).optional(),
  KAFKA_TLS_KEY_FILE: z.string().min(1).optional(),
  /** The issuer's name (JWT `iss`). Required in production. */
  DELTA_HUB_ISSUER: z.string().min(1).optional(),
  /** Where spans go, as OpenTelemetry defines it; without an endpoint there are none. Headers, time limits and certificates are read by the exporter. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  OTEL_EXPORTER_OTLP_PROTOCOL: z.literal('http/protobuf').optional(),
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: z.literal('http/protobuf').optional(),
  OTEL_SDK_DISABLED: z.stringbool().default(false),
  OTEL_TRACES_EXPORTER: z.enum(['otlp', 'none']).default('otlp'),
  OTEL_TRACES_SAMPLER: z
    .enum([
      ...(['always_on', 'always_off', 'traceidratio'] as const),
      ...(['parentbased_always_on', 'parentbased_always_off', 'parentbased_traceidratio'] as const),
    ])
    .default('parentbased_always_on'),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(1),
  /** Milliseconds between two sendings of spans. */
  OTEL_BSP_SCHEDULE_DELAY: z.coerce.number().int().min(1).default(5000),
});

export type HubConfig = z.infer<typeof Schema>;

/** The names of all settings. */
export const SETTINGS: readonly string[] = Object.keys(Schema.shape);

/** The text of a file that a setting names. @throws HubFault `CONFIG_INVALID` */
export const settingFile = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new HubFault('CONFIG_INVALID', `cannot read ${file}`, { cause: error });
  }
};

/** @throws HubFault `CONFIG_INVALID`, without the parser's own text, which would show what is in the file */
export const settingJson = (file: string): unknown => {
  const text = settingFile(file);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new HubFault('CONFIG_INVALID', `${file}: not JSON`);
  }
};

/** @throws HubFault `CONFIG_INVALID` naming the variable, `DEV_ISSUER_IN_PRODUCTION` */
export const loadConfig = (env: NodeJS.ProcessEnv = process.env): HubConfig => {
  // OpenTelemetry takes an empty variable for none.
  const given = Object.entries(env).filter(([name, value]) => value !== '' || !name.startsWith('OTEL_'));
  const parsed = Schema.safeParse(Object.fromEntries(given));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new HubFault('CONFIG_INVALID', `${issue?.path.join('.') ?? 'environment'}: ${issue?.message ?? 'invalid'}`);
  }
  const config = parsed.data;
  const hasIssuer = config.DELTA_HUB_ISSUER !== undefined && config.DELTA_HUB_ISSUER_JWKS_FILE !== undefined;
  if (config.DELTA_HUB_ENV === 'production' && !hasIssuer)
    throw new HubFault(
      'DEV_ISSUER_IN_PRODUCTION',
      'the development issuer is refused in production: set DELTA_HUB_ISSUER and DELTA_HUB_ISSUER_JWKS_FILE',
    );
  if (config.DELTA_HUB_ENV === 'production' && config.KURRENTDB_UNPROTECTED === 'allow')
    throw new HubFault('CONFIG_INVALID', 'KURRENTDB_UNPROTECTED: a store that can be deleted is refused in production');
  return config;
};
