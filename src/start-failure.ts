/** Says in one line why the program could not start, and what to do. */
export function explainStartFailure(error: unknown): string {
  const { code, port, address, message } = describe(error);
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} is taken. Stop what uses it, or choose another: PORT, SIMULATOR_PORT, SIMULATOR_SMPP_PORT, EXAMPLE_PORT (0 takes a free one).`;
    case 'EACCES':
      return `This user may not use port ${port ?? ''} or that folder (${message}). Choose a port above 1023, or another DATA_DIR.`;
    case 'ECONNREFUSED':
    case 'CONNECT_TIMEOUT':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EHOSTUNREACH':
      return `Nothing answers at ${address ?? 'the address'}${port ? `:${port}` : ''}. Check DATABASE_URL and REDIS_URL, and that both servers run.`;
    case '28P01':
    case '28000':
      return `PostgreSQL refused the user or password of DATABASE_URL (${message}).`;
    case '3D000':
      return `The database of DATABASE_URL does not exist (${message}). Create it first: createdb.`;
    case '42501':
      return `The user of DATABASE_URL may not do this (${message}). It needs to own its database.`;
    default:
      return message;
  }
}

interface Described {
  code: string | undefined;
  port: number | undefined;
  address: string | undefined;
  message: string;
}

function describe(error: unknown): Described {
  if (error instanceof AggregateError && error.errors.length > 0) return describe(error.errors[0]);
  const e = error as { code?: string; port?: number; address?: string; hostname?: string; cause?: unknown };
  if (e.code === undefined && e.cause !== undefined) return describe(e.cause);
  const message = error instanceof Error ? error.message : String(error);
  return { code: e.code, port: e.port, address: e.address ?? e.hostname, message };
}
