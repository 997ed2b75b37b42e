export { Child } from './child.js';
export { temporaryDirectory } from './temporary-directory.js';
export { Hands, Inbox, within } from './waiting.js';
