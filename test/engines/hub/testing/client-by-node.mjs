// For NODE_OPTIONS of a hub: two of its nodes are on kafkajs and two on the other client, so that each reads what the other wrote.
if (/"node":"3[13]"/.test(process.argv[2] ?? '')) process.env.KAFKA_CLIENT = 'kafkajs';
