import type { ChildProcess } from 'node:child_process';

/** What a process of the bench can be asked for. Arguments and results are structured-cloned. */
export type Methods = Record<string, (...args: never[]) => unknown>;

/** The same methods, seen from the process that asks. */
export type Remote<M extends Methods> = {
  [Name in keyof M]: (...args: Parameters<M[Name]>) => Promise<Awaited<ReturnType<M[Name]>>>;
};

interface Question {
  question: number;
  method: string;
  args: unknown[];
}

interface Answer {
  answer: number;
  value?: unknown;
  error?: string;
}

/** Answers the questions of the process that forked this one, and ends with it. */
export function answerQuestions(methods: Methods): void {
  process.on('message', (message: Partial<Question>) => {
    const { question, method, args } = message;
    if (question === undefined || method === undefined || args === undefined) return;
    void answer(question, () => methods[method]!(...(args as never[])));
  });
  process.on('disconnect', () => process.exit(1));
}

async function answer(question: number, method: () => unknown): Promise<void> {
  const reply: Answer = { answer: question };
  try {
    reply.value = await method();
  } catch (error) {
    reply.error = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  process.send?.(reply);
}

/** @param ended rejects when the process is gone, and with it every answer that is still owed */
export function askable<M extends Methods>(child: ChildProcess, ended: Promise<never>): Remote<M> {
  const owed = new Map<number, PromiseWithResolvers<unknown>>();
  let questions = 0;
  child.on('message', (message) => {
    const { answer, value, error } = message as Answer;
    const waiting = owed.get(answer);
    owed.delete(answer);
    if (error === undefined) waiting?.resolve(value);
    else waiting?.reject(new Error(error));
  });
  ended.catch((error: unknown) => {
    for (const waiting of owed.values()) waiting.reject(error);
    owed.clear();
  });
  const ask = (method: string, args: unknown[]) => {
    const waiting = Promise.withResolvers<unknown>();
    const question = (questions += 1);
    owed.set(question, waiting);
    if (child.connected) child.send({ question, method, args } satisfies Question);
    else waiting.reject(new Error(`${child.spawnargs.at(-1)} is gone`));
    return waiting.promise;
  };
  return new Proxy({} as Remote<M>, {
    // Not a method: it would make the proxy itself look like a promise.
    get: (_target, name) => (name === 'then' ? undefined : (...args: unknown[]) => ask(String(name), args)),
  });
}
