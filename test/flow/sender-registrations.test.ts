import { expect, test } from 'vitest';
import { connectCarrier } from '../../src/carriers/connect-carrier.ts';
import { SmppCarrierConfig } from '../../src/carriers/smpp/config.ts';
import { addRoute } from '../../src/routing/add-route.ts';
import { addRegistration } from '../../src/senders/add-registration.ts';
import { createService } from '../../src/services/create.ts';
import { createTestAccount, createTestApp } from '../support/app.ts';
import { ForeignSmsc } from '../support/smpp-foreign.ts';
import { until } from '../support/until.ts';
import { start } from '../support/verifying.ts';

const [ENTITY, TEMPLATE] = [0x1400, 0x1401];

test('each sender goes out with the ids of its own registration in the destination’s country, and without any elsewhere', async () => {
  await using smsc = await ForeignSmsc.start();
  await using running = await createTestApp({ ROLES: 'worker', OTPOST_PRIVATE_NETWORKS: '127.0.0.1/32' });
  const { app } = running;
  const who = await createTestAccount(app, { sender: 'AURORA' });
  const { id: serviceId } = await createService(app, who, {
    name: 'Second',
    settings: { sender: 'BOREAL', routing: 'priority' },
  });
  const carrierId = await connectCarrier(app, who.accountId, {
    name: 'India',
    config: SmppCarrierConfig.parse({
      ...{ kind: 'smpp', host: '127.0.0.1', port: smsc.port, systemId: 'otpost' },
      tlvs: [
        { tag: '0x1400', type: 'registration', value: 'dlt.entity' },
        { tag: '0x1401', type: 'registration', value: 'dlt.template' },
      ],
    }),
    secrets: { password: 'test' },
  });
  await addRoute(app, who, { name: 'India', carrierId, priority: 1 });
  const register = { country: 'IN', register: 'dlt', validUntil: null };
  for (const [sender, entity] of [
    ['AURORA', '1101'],
    ['BOREAL', '1202'],
  ] as const)
    await addRegistration(app, who, {
      ...register,
      sender,
      references: { entity, template: `${entity}77` },
    });

  await start(app, who, '+919876543210');
  await start(app, who, '+919876543211', { serviceId });
  await start(app, who, '+385911234567');
  await until(() => smsc.count('submit_sm') === 3);
  const sent = smsc.of('submit_sm').map((pdu) => ({
    to: pdu.destination_addr,
    entity: (pdu[ENTITY] as Buffer | undefined)?.toString(),
    template: (pdu[TEMPLATE] as Buffer | undefined)?.toString(),
  }));
  expect(sent.sort((a, b) => String(a.to).localeCompare(String(b.to)))).toEqual([
    { to: '385911234567', entity: undefined, template: undefined },
    { to: '919876543210', entity: '1101', template: '110177' },
    { to: '919876543211', entity: '1202', template: '120277' },
  ]);
});
