import type { Broker } from '@delta-hub/broker';
import type { KafkaOptions } from '@delta-hub/broker/kafkajs';
import { type HubConfig, settingFile } from '../config.js';
import { HubFault } from '../faults.js';

/** How the brokers are reached, by the configuration. @throws HubFault `CONFIG_INVALID` */
export const kafkaOptions = (config: HubConfig, clientId: string): KafkaOptions => {
  const { KAFKA_BROKERS: brokers, KAFKA_USERNAME: username, KAFKA_PASSWORD_FILE: passwordFile } = config;
  if (brokers === undefined) throw new HubFault('CONFIG_INVALID', 'KAFKA_BROKERS: host:port of the brokers is needed');
  if ((username === undefined) !== (passwordFile === undefined))
    throw new HubFault('CONFIG_INVALID', 'KAFKA_USERNAME and KAFKA_PASSWORD_FILE: both or neither');
  const login =
    username === undefined || passwordFile === undefined
      ? {}
      : { login: { mechanism: config.KAFKA_SASL_MECHANISM, username, password: settingFile(passwordFile).trimEnd() } };
  return { brokers, clientId, ...login, ...tlsOf(config) };
};

const tlsOf = (config: HubConfig): Pick<KafkaOptions, 'tls'> => {
  const { KAFKA_TLS_CA_FILE: ca, KAFKA_TLS_CERT_FILE: cert, KAFKA_TLS_KEY_FILE: key } = config;
  if (!config.KAFKA_TLS && ca === undefined && cert === undefined && key === undefined) return {};
  return {
    tls: {
      ...(ca === undefined ? {} : { ca: settingFile(ca) }),
      ...(cert === undefined ? {} : { cert: settingFile(cert) }),
      ...(key === undefined ? {} : { key: settingFile(key) }),
    },
  };
};

/**
 * The broker on Kafka, for who is known there as `clientId`; `who` says so on standard error. The client that is not
 * configured is not loaded.
 */
export const openKafka = async (
  config: HubConfig,
  { clientId, who }: { readonly clientId: string; readonly who: string },
  rebuilt: (topic: string) => void = () => undefined,
): Promise<Broker> => {
  const options: KafkaOptions = {
    ...kafkaOptions(config, clientId),
    onRebuild: ({ topic, count, reason }) => {
      rebuilt(topic);
      process.stderr.write(`${who}: reader of ${topic} built anew (${count}): ${reason.message}\n`);
    },
  };
  if (config.KAFKA_CLIENT === 'kafkajs') {
    const { openKafkajsBroker } = await import('@delta-hub/broker/kafkajs');
    return openKafkajsBroker(options);
  }
  const { openPlatformaticBroker } = await import('@delta-hub/broker/platformatic');
  return openPlatformaticBroker(options);
};
