// Refuses the libraries that its query names by a regular expression: what runs with this shows that it needs none of them.
import { registerHooks } from 'node:module';

const REFUSED = new RegExp(decodeURIComponent(new URL(import.meta.url).search.slice(1)));

registerHooks({
  resolve: (name, context, next) => {
    if (REFUSED.test(name)) throw new Error(`is loaded: ${name}`);
    return next(name, context);
  },
});
