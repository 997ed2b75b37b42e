import { openKafkajsBroker } from '@delta-hub/broker/kafkajs';
import { describeBrokerContract } from '@delta-hub/broker/testing';
import { kafkaSubstrate } from './kafka-substrate.js';

describeBrokerContract('kafkajs', kafkaSubstrate(openKafkajsBroker));
