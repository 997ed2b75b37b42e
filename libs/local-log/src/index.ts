export { BATCH, Changes, Followings } from './following.js';
export type { Announcer, Following } from './following.js';
