import { openPlatformaticBroker } from '@delta-hub/broker/platformatic';
import { describeBrokerContract } from '@delta-hub/broker/testing';
import { kafkaSubstrate } from './kafka-substrate.js';

describeBrokerContract('@platformatic/kafka', kafkaSubstrate(openPlatformaticBroker));
