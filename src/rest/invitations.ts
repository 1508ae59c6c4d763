import { z } from 'zod';
import { DomainError, InvalidInput } from '../errors.ts';
import { parseJson } from '../parse-json.ts';
import { acceptInvitation, readInvitation } from '../people/accept-invitation.ts';
import { findSession } from '../people/authenticate-session.ts';
import { toRefusal } from '../people/sign-in/refusals.ts';
import type { App } from '../platform.ts';

/** An answer of ours, in the form that all below `/auth` have. */
export interface Told {
  status: number;
  body: object;
}

const Body = z.object({
  token: z.string().max(200),
  name: z.string().max(200).default(''),
  password: z.string().max(1_000).default(''),
});

/** What an invitation says, and its acceptance, by whoever has its link. */
export async function answerInvitation(
  app: App,
  path: '/auth/invitation' | '/auth/accept-invitation',
  body: string | undefined,
  { sessionToken, address }: { sessionToken: string | undefined; address: string | undefined },
): Promise<Told> {
  try {
    const { token, name, password } = readBodyOf(body);
    if (path === '/auth/invitation') return { status: 200, body: await readInvitation(app, token) };
    const session = sessionToken ? await findSession(app, sessionToken) : undefined;
    const accepted = await acceptInvitation(app, { token, name, password, session, address });
    return { status: 200, body: accepted };
  } catch (error) {
    if (error instanceof DomainError) return toRefusal(app.publicUrl, error);
    throw error;
  }
}

/** @throws {InvalidInput} */
function readBodyOf(text = ''): z.output<typeof Body> {
  const read = Body.safeParse(parseJson(text));
  if (read.success) return read.data;
  const field = read.error.issues[0]!.path.join('.') || 'body';
  throw new InvalidInput(
    field,
    'POST a JSON object with the token, and for somebody new a name and a password.',
  );
}
