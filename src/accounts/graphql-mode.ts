import { builder } from '../graphql/builder.ts';

export const Mode = builder.enumType('Mode', {
  description:
    'Whether something is for real. A key sees what is of its own mode, and nothing of the other one.',
  values: {
    LIVE: { value: 'live', description: 'For real: messages go over carriers.' },
    TEST: {
      value: 'test',
      description: 'A test: messages go to the sandbox, and reach no carrier. Nothing of it counts anywhere.',
    },
  } as const,
});
