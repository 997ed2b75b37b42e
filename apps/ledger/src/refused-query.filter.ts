import { Catch, type ExceptionFilter } from '@nestjs/common';
import { GraphQLError } from 'graphql';

/** What a resolver refuses is an answer to the caller and not an error for the node's own log. */
@Catch(GraphQLError)
export class RefusedQueryFilter implements ExceptionFilter<GraphQLError> {
  catch(refused: GraphQLError): GraphQLError {
    return refused;
  }
}
