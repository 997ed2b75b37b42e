/** What the file of topics tells apart. */
export const ENVIRONMENTS = ['development', 'production'] as const;
export type KafkaEnvironment = (typeof ENVIRONMENTS)[number];
