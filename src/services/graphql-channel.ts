import { builder } from '../graphql/builder.ts';

export const Channel = builder.enumType('Channel', {
  description: 'How a code travels.',
  values: {
    SMS: { value: 'sms', description: 'As a text message to the destination.' },
    INBOUND_SMS: {
      value: 'inbound_sms',
      description:
        'As a text message from the destination: it sends `inboundCode` to `inboundNumber`. We send nothing.',
    },
  } as const,
});
