// Refuses the client libraries of real engines and the SDK for traces: what runs with this shows that it needs none of them.
import { registerHooks } from 'node:module';

const CLIENTS = /^(@kurrent\/|kafkajs$|@platformatic\/kafka$|@opentelemetry\/(sdk|exporter|resources))/;

registerHooks({
  resolve: (name, context, next) => {
    if (CLIENTS.test(name)) throw new Error(`the client of an engine is loaded: ${name}`);
    return next(name, context);
  },
});
