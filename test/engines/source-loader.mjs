// Lets Node run our TypeScript as it lies there: the sources import each other as `.js`.
import { registerHooks } from 'node:module';

registerHooks({
  resolve: (name, context, next) =>
    next(name.startsWith('.') && context.parentURL?.endsWith('.ts') ? name.replace(/\.js$/, '.ts') : name, context),
});
