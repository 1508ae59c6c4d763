import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import { createYoga } from 'graphql-yoga';
import { answerQuestions } from '../ground/rpc.ts';

/** Yoga as it comes, with a schema of one field: no keys, no limits, no plugins of ours. A process of its own. */
export type BareYoga = {
  listen(): Promise<string>;
};

const schema = new GraphQLSchema({
  query: new GraphQLObjectType({
    name: 'Query',
    fields: { hello: { type: GraphQLString, resolve: () => 'world' } },
  }),
});
const yoga = createYoga({ schema, logging: false, landingPage: false, graphiql: false });
const server = createServer((request, response) => void yoga(request, response));
server.listen(0, '127.0.0.1');
const listening = once(server, 'listening');

answerQuestions({
  async listen() {
    await listening;
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  },
} satisfies BareYoga);
