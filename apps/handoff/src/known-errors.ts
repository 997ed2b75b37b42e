import { Catch, type ExceptionFilter } from '@nestjs/common';
import { GraphQLError } from 'graphql';

/** What a resolver refuses with a code of the API is an answer and no fault: it goes to the caller, and into no log. */
@Catch(GraphQLError)
export class KnownErrors implements ExceptionFilter {
  catch(error: GraphQLError): GraphQLError {
    return error;
  }
}
