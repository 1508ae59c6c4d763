import type { App } from '../../platform.ts';
import { sendText } from '../send.ts';
import type { RestContext } from './endpoint.ts';
import { problemHeaders, type Problem } from './problem.ts';

export function sendProblem({ env }: RestContext, app: App, body: Problem): Response {
  return sendText(env.outgoing, body.status, JSON.stringify(body), {
    'cache-control': 'no-store',
    ...problemHeaders(body, app.clock()),
  });
}
