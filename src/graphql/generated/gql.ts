/* eslint-disable */
import * as types from './graphql.ts';



/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "subscription AccountEvents($after: String) {\n  accountEvents(after: $after) {\n    ...Event\n  }\n}": typeof types.AccountEventsDocument,
    "query AccountEventsCursor {\n  accountEventsCursor\n}": typeof types.AccountEventsCursorDocument,
    "fragment ApiKeyProfile on ApiKey {\n  id\n  name\n  mode\n  hint\n  permissions\n  networks\n  expiresAt\n  previousEndsAt\n  lastUsedAt\n  createdBy {\n    kind\n    id\n  }\n  createdAt\n  revokedAt\n}\n\nquery ApiKeys($first: Int!, $after: String) {\n  apiKeys(first: $first, after: $after) {\n    nodes {\n      ...ApiKeyProfile\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}": typeof types.ApiKeyProfileFragmentDoc,
    "subscription BatchProgress($id: ID!) {\n  batchProgress(id: $id) {\n    id\n    mode\n    status\n    rows\n    queued\n    started\n    refused\n    canceled\n    finishedAt\n  }\n}": typeof types.BatchProgressDocument,
    "mutation CancelBatch($input: CancelBatchInput!) {\n  cancelBatch(input: $input) {\n    __typename\n    ... on Batch {\n      id\n      mode\n      status\n      rows\n      started\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}": typeof types.CancelBatchDocument,
    "mutation CancelVerification($input: CancelVerificationInput!) {\n  cancelVerification(input: $input) {\n    __typename\n    ... on Verification {\n      id\n      mode\n      status\n      settledAt\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}": typeof types.CancelVerificationDocument,
    "subscription CarrierHealth($carrierIds: [ID!]) {\n  carrierHealth(carrierIds: $carrierIds) {\n    ...Health\n    carrier {\n      name\n    }\n  }\n}\n\nquery CarrierHealthNow($carrierId: ID!) {\n  carrier(id: $carrierId) {\n    health {\n      ...Health\n    }\n  }\n}\n\nfragment Health on CarrierHealth {\n  carrierId\n  state\n  problem\n  inFlight\n  window\n  windowUse\n  perSecond\n  allowedPerSecond\n  throttles\n  breaker\n  asOf\n  workers {\n    worker\n    state\n    problem\n    inFlight\n    window\n    perSecond\n    allowedPerSecond\n    throttles\n    backOff\n    breaker\n    nextProbeAt\n    asOf\n    binds {\n      mode\n      state\n      problem\n      inFlight\n      window\n    }\n  }\n}": typeof types.CarrierHealthDocument,
    "query Carriers {\n  carriers {\n    ...CarrierProfile\n  }\n}\n\nfragment CarrierProfile on Carrier {\n  id\n  name\n  enabled\n  region\n  senderRules\n  config\n  secrets\n}": typeof types.CarriersDocument,
    "query CarriersHealth {\n  carriers {\n    id\n    name\n    enabled\n    region\n    health {\n      ...Health\n    }\n  }\n}": typeof types.CarriersHealthDocument,
    "mutation CheckVerification($input: CheckVerificationInput!) {\n  checkVerification(input: $input) {\n    __typename\n    ... on Verification {\n      id\n      mode\n      status\n      settledAt\n    }\n    ... on WrongCode {\n      checksLeft\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}": typeof types.CheckVerificationDocument,
    "mutation CreateApiKey($input: CreateApiKeyInput!) {\n  createApiKey(input: $input) {\n    __typename\n    ... on NewApiKey {\n      secret\n      apiKey {\n        ...ApiKeyProfile\n      }\n    }\n    ... on InvalidInput {\n      field\n    }\n    ... on BeyondOwnRights {\n      field\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}": typeof types.CreateApiKeyDocument,
    "mutation CreateOAuthClient($input: CreateOAuthClientInput!) {\n  createOAuthClient(input: $input) {\n    __typename\n    ... on NewOAuthClient {\n      secret\n      client {\n        ...OAuthClientProfile\n      }\n    }\n    ... on InvalidInput {\n      field\n    }\n    ... on BeyondOwnRights {\n      field\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}": typeof types.CreateOAuthClientDocument,
    "mutation CreateService($input: CreateServiceInput!) {\n  createService(input: $input) {\n    __typename\n    ...ServiceProfile\n    ... on InvalidInput {\n      field\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}": typeof types.CreateServiceDocument,
    "query Message($id: ID!) {\n  message(id: $id) {\n    ...MessageTrace\n  }\n}\n\nfragment MessageTrace on Message {\n  id\n  verificationId\n  mode\n  status\n  sender\n  segments\n  queuedAt\n  sentAt\n  deliveredAt\n  settledAt\n  failureReason\n  attempts {\n    id\n    status\n    isLateFailover\n    latencyMs\n    carrierMessageId\n    route {\n      id\n      name\n    }\n    carrier {\n      id\n      name\n    }\n    error {\n      code\n      message\n    }\n    decision {\n      route {\n        id\n        name\n        carrier {\n          name\n        }\n      }\n      score\n      excluded\n      reasons {\n        factor\n        value\n      }\n    }\n  }\n}": typeof types.MessageDocument,
    "query Node($id: ID!) {\n  node(id: $id) {\n    __typename\n    id\n  }\n}": typeof types.NodeDocument,
    "fragment OAuthClientProfile on OAuthClient {\n  id\n  name\n  hint\n  publicKeys\n  permissions\n  networks\n  expiresAt\n  tokenSeconds\n  previousEndsAt\n  lastUsedAt\n  createdBy {\n    kind\n    id\n  }\n  createdAt\n  revokedAt\n}\n\nquery OAuthClients($first: Int!, $after: String) {\n  oauthClients(first: $first, after: $after) {\n    nodes {\n      ...OAuthClientProfile\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}": typeof types.OAuthClientProfileFragmentDoc,
    "mutation RevokeApiKey($input: RevokeApiKeyInput!) {\n  revokeApiKey(input: $input) {\n    __typename\n    ...ApiKeyProfile\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}": typeof types.RevokeApiKeyDocument,
    "mutation RevokeOAuthClient($input: RevokeOAuthClientInput!) {\n  revokeOAuthClient(input: $input) {\n    __typename\n    ... on OAuthClient {\n      ...OAuthClientProfile\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}": typeof types.RevokeOAuthClientDocument,
    "mutation RotateApiKey($input: RotateApiKeyInput!) {\n  rotateApiKey(input: $input) {\n    __typename\n    ... on NewApiKey {\n      secret\n      apiKey {\n        ...ApiKeyProfile\n      }\n    }\n    ... on InvalidInput {\n      field\n    }\n    ... on BeyondOwnRights {\n      field\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}": typeof types.RotateApiKeyDocument,
    "mutation RotateOAuthClientSecret($input: RotateOAuthClientSecretInput!) {\n  rotateOAuthClientSecret(input: $input) {\n    __typename\n    ... on NewOAuthClient {\n      secret\n      client {\n        ...OAuthClientProfile\n      }\n    }\n    ... on InvalidInput {\n      field\n    }\n    ... on BeyondOwnRights {\n      field\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}": typeof types.RotateOAuthClientSecretDocument,
    "query Routes {\n  routes {\n    id\n    name\n    enabled\n    carrier {\n      id\n      name\n    }\n  }\n}": typeof types.RoutesDocument,
    "query Services {\n  services {\n    ...ServiceProfile\n  }\n}\n\nfragment ServiceProfile on Service {\n  id\n  name\n  isDefault\n  createdAt\n  settings {\n    codeLength\n    codeAlphabet\n    ttlSeconds\n    maxChecks\n    maxSends\n    sendWindowSeconds\n    maxSendsPerDay\n    coolDownSeconds\n    coolDownFactor\n    routing\n    valueOfConversion\n    resend\n    lockAfterFailedChecks\n    defaultCountry\n    allowedCountries\n    defaultLocale\n    templates {\n      locale\n      text\n    }\n    smartEncoding\n    sender\n  }\n}": typeof types.ServicesDocument,
    "mutation StartFollowed($input: StartVerificationInput!) {\n  startVerification(input: $input) {\n    __typename\n    ... on Verification {\n      id\n      mode\n      sandboxCode\n      messages(first: 100) {\n        nodes {\n          id\n        }\n      }\n    }\n    ... on Error {\n      message\n    }\n  }\n}": typeof types.StartFollowedDocument,
    "mutation StartVerification($input: StartVerificationInput!) {\n  startVerification(input: $input) {\n    __typename\n    ... on Verification {\n      id\n      mode\n      to\n      status\n      checksLeft\n      sendsLeft\n      nextSendAt\n      expiresAt\n      clientToken\n      sandboxCode\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n    ... on TooManySends {\n      nextSendAt\n    }\n  }\n}": typeof types.StartVerificationDocument,
    "subscription TailEvents($after: String) {\n  accountEvents(after: $after) {\n    __typename\n    cursor\n    version\n    occurredAt\n    mode\n    verification {\n      id\n      to\n      country\n      status\n      checksLeft\n    }\n    ... on MessageQueued {\n      message {\n        ...EventMessage\n      }\n    }\n    ... on MessageSent {\n      message {\n        ...EventMessage\n      }\n    }\n    ... on MessageDelivered {\n      message {\n        ...EventMessage\n      }\n    }\n    ... on MessageUndelivered {\n      message {\n        ...EventMessage\n      }\n    }\n    ... on MessageFailed {\n      message {\n        ...EventMessage\n      }\n    }\n    ... on MessageExpired {\n      message {\n        ...EventMessage\n      }\n    }\n  }\n}": typeof types.TailEventsDocument,
    "mutation TryRoute($input: TryRouteInput!) {\n  tryRoute(input: $input) {\n    __typename\n    ... on Verification {\n      id\n      mode\n      to\n      expiresAt\n      messages(first: 100) {\n        nodes {\n          id\n          pinnedRouteId\n        }\n      }\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n    ... on TooManySends {\n      nextSendAt\n    }\n    ... on InvalidInput {\n      field\n    }\n    ... on InvalidPhoneNumber {\n      field\n    }\n  }\n}": typeof types.TryRouteDocument,
    "mutation UnlockDestination($input: UnlockDestinationInput!) {\n  unlockDestination(input: $input) {\n    __typename\n    ... on UnlockedDestination {\n      wasLocked\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}": typeof types.UnlockDestinationDocument,
    "mutation UpdateApiKey($input: UpdateApiKeyInput!) {\n  updateApiKey(input: $input) {\n    __typename\n    ...ApiKeyProfile\n    ... on InvalidInput {\n      field\n    }\n    ... on BeyondOwnRights {\n      field\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}": typeof types.UpdateApiKeyDocument,
    "mutation UpdateCarrier($input: UpdateCarrierInput!) {\n  updateCarrier(input: $input) {\n    __typename\n    ...CarrierProfile\n    ... on InvalidInput {\n      field\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}": typeof types.UpdateCarrierDocument,
    "mutation UpdateOAuthClient($input: UpdateOAuthClientInput!) {\n  updateOAuthClient(input: $input) {\n    __typename\n    ... on OAuthClient {\n      ...OAuthClientProfile\n    }\n    ... on InvalidInput {\n      field\n    }\n    ... on BeyondOwnRights {\n      field\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}": typeof types.UpdateOAuthClientDocument,
    "mutation UpdateService($input: UpdateServiceInput!) {\n  updateService(input: $input) {\n    __typename\n    ...ServiceProfile\n    ... on InvalidInput {\n      field\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}": typeof types.UpdateServiceDocument,
    "query Verification($id: ID!) {\n  verification(id: $id) {\n    id\n    mode\n    to\n    country\n    channel\n    status\n    failureReason\n    locale\n    checksLeft\n    sendsLeft\n    nextSendAt\n    createdAt\n    expiresAt\n    settledAt\n    clientToken\n    service {\n      id\n      name\n    }\n  }\n}": typeof types.VerificationDocument,
    "subscription VerificationEvents($verificationId: ID!, $after: String) {\n  verificationEvents(verificationId: $verificationId, after: $after) {\n    ...Event\n  }\n}\n\nfragment Event on VerificationEvent {\n  __typename\n  cursor\n  version\n  occurredAt\n  mode\n  verification {\n    id\n    status\n    checksLeft\n    sendsLeft\n  }\n  ... on MessageQueued {\n    message {\n      ...EventMessage\n    }\n  }\n  ... on MessageSent {\n    message {\n      ...EventMessage\n    }\n  }\n  ... on MessageDelivered {\n    message {\n      ...EventMessage\n    }\n  }\n  ... on MessageUndelivered {\n    message {\n      ...EventMessage\n    }\n  }\n  ... on MessageFailed {\n    message {\n      ...EventMessage\n    }\n  }\n  ... on MessageExpired {\n    message {\n      ...EventMessage\n    }\n  }\n}\n\nfragment EventMessage on Message {\n  id\n  status\n  sender\n  segments\n}": typeof types.VerificationEventsDocument,
    "query VerificationTrace($first: Int!, $after: String, $messages: Int!) {\n  verifications(first: $first, after: $after) {\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n    edges {\n      cursor\n      node {\n        id\n        mode\n        status\n        service {\n          name\n        }\n        messages(first: $messages) {\n          edges {\n            cursor\n            node {\n              ...MessageTrace\n            }\n          }\n        }\n      }\n    }\n  }\n}": typeof types.VerificationTraceDocument,
    "query Verifications($first: Int!, $after: String, $filter: VerificationFilter) {\n  verifications(first: $first, after: $after, filter: $filter) {\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n    nodes {\n      id\n      mode\n      to\n      status\n      createdAt\n      settledAt\n    }\n  }\n}": typeof types.VerificationsDocument,
    "subscription WebhookRequests($after: String) {\n  webhookRequests(after: $after) {\n    cursor\n    name\n    mode\n    verificationId\n    body\n  }\n}": typeof types.WebhookRequestsDocument,
    "query WhoAmI {\n  viewer {\n    kind\n    mode\n    accountId\n    apiKeyId\n    permissions\n    expiresAt\n  }\n}": typeof types.WhoAmIDocument,
};
const documents: Documents = {
    "subscription AccountEvents($after: String) {\n  accountEvents(after: $after) {\n    ...Event\n  }\n}": types.AccountEventsDocument,
    "query AccountEventsCursor {\n  accountEventsCursor\n}": types.AccountEventsCursorDocument,
    "fragment ApiKeyProfile on ApiKey {\n  id\n  name\n  mode\n  hint\n  permissions\n  networks\n  expiresAt\n  previousEndsAt\n  lastUsedAt\n  createdBy {\n    kind\n    id\n  }\n  createdAt\n  revokedAt\n}\n\nquery ApiKeys($first: Int!, $after: String) {\n  apiKeys(first: $first, after: $after) {\n    nodes {\n      ...ApiKeyProfile\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}": types.ApiKeyProfileFragmentDoc,
    "subscription BatchProgress($id: ID!) {\n  batchProgress(id: $id) {\n    id\n    mode\n    status\n    rows\n    queued\n    started\n    refused\n    canceled\n    finishedAt\n  }\n}": types.BatchProgressDocument,
    "mutation CancelBatch($input: CancelBatchInput!) {\n  cancelBatch(input: $input) {\n    __typename\n    ... on Batch {\n      id\n      mode\n      status\n      rows\n      started\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}": types.CancelBatchDocument,
    "mutation CancelVerification($input: CancelVerificationInput!) {\n  cancelVerification(input: $input) {\n    __typename\n    ... on Verification {\n      id\n      mode\n      status\n      settledAt\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}": types.CancelVerificationDocument,
    "subscription CarrierHealth($carrierIds: [ID!]) {\n  carrierHealth(carrierIds: $carrierIds) {\n    ...Health\n    carrier {\n      name\n    }\n  }\n}\n\nquery CarrierHealthNow($carrierId: ID!) {\n  carrier(id: $carrierId) {\n    health {\n      ...Health\n    }\n  }\n}\n\nfragment Health on CarrierHealth {\n  carrierId\n  state\n  problem\n  inFlight\n  window\n  windowUse\n  perSecond\n  allowedPerSecond\n  throttles\n  breaker\n  asOf\n  workers {\n    worker\n    state\n    problem\n    inFlight\n    window\n    perSecond\n    allowedPerSecond\n    throttles\n    backOff\n    breaker\n    nextProbeAt\n    asOf\n    binds {\n      mode\n      state\n      problem\n      inFlight\n      window\n    }\n  }\n}": types.CarrierHealthDocument,
    "query Carriers {\n  carriers {\n    ...CarrierProfile\n  }\n}\n\nfragment CarrierProfile on Carrier {\n  id\n  name\n  enabled\n  region\n  senderRules\n  config\n  secrets\n}": types.CarriersDocument,
    "query CarriersHealth {\n  carriers {\n    id\n    name\n    enabled\n    region\n    health {\n      ...Health\n    }\n  }\n}": types.CarriersHealthDocument,
    "mutation CheckVerification($input: CheckVerificationInput!) {\n  checkVerification(input: $input) {\n    __typename\n    ... on Verification {\n      id\n      mode\n      status\n      settledAt\n    }\n    ... on WrongCode {\n      checksLeft\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}": types.CheckVerificationDocument,
    "mutation CreateApiKey($input: CreateApiKeyInput!) {\n  createApiKey(input: $input) {\n    __typename\n    ... on NewApiKey {\n      secret\n      apiKey {\n        ...ApiKeyProfile\n      }\n    }\n    ... on InvalidInput {\n      field\n    }\n    ... on BeyondOwnRights {\n      field\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}": types.CreateApiKeyDocument,
    "mutation CreateOAuthClient($input: CreateOAuthClientInput!) {\n  createOAuthClient(input: $input) {\n    __typename\n    ... on NewOAuthClient {\n      secret\n      client {\n        ...OAuthClientProfile\n      }\n    }\n    ... on InvalidInput {\n      field\n    }\n    ... on BeyondOwnRights {\n      field\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}": types.CreateOAuthClientDocument,
    "mutation CreateService($input: CreateServiceInput!) {\n  createService(input: $input) {\n    __typename\n    ...ServiceProfile\n    ... on InvalidInput {\n      field\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}": types.CreateServiceDocument,
    "query Message($id: ID!) {\n  message(id: $id) {\n    ...MessageTrace\n  }\n}\n\nfragment MessageTrace on Message {\n  id\n  verificationId\n  mode\n  status\n  sender\n  segments\n  queuedAt\n  sentAt\n  deliveredAt\n  settledAt\n  failureReason\n  attempts {\n    id\n    status\n    isLateFailover\n    latencyMs\n    carrierMessageId\n    route {\n      id\n      name\n    }\n    carrier {\n      id\n      name\n    }\n    error {\n      code\n      message\n    }\n    decision {\n      route {\n        id\n        name\n        carrier {\n          name\n        }\n      }\n      score\n      excluded\n      reasons {\n        factor\n        value\n      }\n    }\n  }\n}": types.MessageDocument,
    "query Node($id: ID!) {\n  node(id: $id) {\n    __typename\n    id\n  }\n}": types.NodeDocument,
    "fragment OAuthClientProfile on OAuthClient {\n  id\n  name\n  hint\n  publicKeys\n  permissions\n  networks\n  expiresAt\n  tokenSeconds\n  previousEndsAt\n  lastUsedAt\n  createdBy {\n    kind\n    id\n  }\n  createdAt\n  revokedAt\n}\n\nquery OAuthClients($first: Int!, $after: String) {\n  oauthClients(first: $first, after: $after) {\n    nodes {\n      ...OAuthClientProfile\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}": types.OAuthClientProfileFragmentDoc,
    "mutation RevokeApiKey($input: RevokeApiKeyInput!) {\n  revokeApiKey(input: $input) {\n    __typename\n    ...ApiKeyProfile\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}": types.RevokeApiKeyDocument,
    "mutation RevokeOAuthClient($input: RevokeOAuthClientInput!) {\n  revokeOAuthClient(input: $input) {\n    __typename\n    ... on OAuthClient {\n      ...OAuthClientProfile\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}": types.RevokeOAuthClientDocument,
    "mutation RotateApiKey($input: RotateApiKeyInput!) {\n  rotateApiKey(input: $input) {\n    __typename\n    ... on NewApiKey {\n      secret\n      apiKey {\n        ...ApiKeyProfile\n      }\n    }\n    ... on InvalidInput {\n      field\n    }\n    ... on BeyondOwnRights {\n      field\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}": types.RotateApiKeyDocument,
    "mutation RotateOAuthClientSecret($input: RotateOAuthClientSecretInput!) {\n  rotateOAuthClientSecret(input: $input) {\n    __typename\n    ... on NewOAuthClient {\n      secret\n      client {\n        ...OAuthClientProfile\n      }\n    }\n    ... on InvalidInput {\n      field\n    }\n    ... on BeyondOwnRights {\n      field\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}": types.RotateOAuthClientSecretDocument,
    "query Routes {\n  routes {\n    id\n    name\n    enabled\n    carrier {\n      id\n      name\n    }\n  }\n}": types.RoutesDocument,
    "query Services {\n  services {\n    ...ServiceProfile\n  }\n}\n\nfragment ServiceProfile on Service {\n  id\n  name\n  isDefault\n  createdAt\n  settings {\n    codeLength\n    codeAlphabet\n    ttlSeconds\n    maxChecks\n    maxSends\n    sendWindowSeconds\n    maxSendsPerDay\n    coolDownSeconds\n    coolDownFactor\n    routing\n    valueOfConversion\n    resend\n    lockAfterFailedChecks\n    defaultCountry\n    allowedCountries\n    defaultLocale\n    templates {\n      locale\n      text\n    }\n    smartEncoding\n    sender\n  }\n}": types.ServicesDocument,
    "mutation StartFollowed($input: StartVerificationInput!) {\n  startVerification(input: $input) {\n    __typename\n    ... on Verification {\n      id\n      mode\n      sandboxCode\n      messages(first: 100) {\n        nodes {\n          id\n        }\n      }\n    }\n    ... on Error {\n      message\n    }\n  }\n}": types.StartFollowedDocument,
    "mutation StartVerification($input: StartVerificationInput!) {\n  startVerification(input: $input) {\n    __typename\n    ... on Verification {\n      id\n      mode\n      to\n      status\n      checksLeft\n      sendsLeft\n      nextSendAt\n      expiresAt\n      clientToken\n      sandboxCode\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n    ... on TooManySends {\n      nextSendAt\n    }\n  }\n}": types.StartVerificationDocument,
    "subscription TailEvents($after: String) {\n  accountEvents(after: $after) {\n    __typename\n    cursor\n    version\n    occurredAt\n    mode\n    verification {\n      id\n      to\n      country\n      status\n      checksLeft\n    }\n    ... on MessageQueued {\n      message {\n        ...EventMessage\n      }\n    }\n    ... on MessageSent {\n      message {\n        ...EventMessage\n      }\n    }\n    ... on MessageDelivered {\n      message {\n        ...EventMessage\n      }\n    }\n    ... on MessageUndelivered {\n      message {\n        ...EventMessage\n      }\n    }\n    ... on MessageFailed {\n      message {\n        ...EventMessage\n      }\n    }\n    ... on MessageExpired {\n      message {\n        ...EventMessage\n      }\n    }\n  }\n}": types.TailEventsDocument,
    "mutation TryRoute($input: TryRouteInput!) {\n  tryRoute(input: $input) {\n    __typename\n    ... on Verification {\n      id\n      mode\n      to\n      expiresAt\n      messages(first: 100) {\n        nodes {\n          id\n          pinnedRouteId\n        }\n      }\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n    ... on TooManySends {\n      nextSendAt\n    }\n    ... on InvalidInput {\n      field\n    }\n    ... on InvalidPhoneNumber {\n      field\n    }\n  }\n}": types.TryRouteDocument,
    "mutation UnlockDestination($input: UnlockDestinationInput!) {\n  unlockDestination(input: $input) {\n    __typename\n    ... on UnlockedDestination {\n      wasLocked\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}": types.UnlockDestinationDocument,
    "mutation UpdateApiKey($input: UpdateApiKeyInput!) {\n  updateApiKey(input: $input) {\n    __typename\n    ...ApiKeyProfile\n    ... on InvalidInput {\n      field\n    }\n    ... on BeyondOwnRights {\n      field\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}": types.UpdateApiKeyDocument,
    "mutation UpdateCarrier($input: UpdateCarrierInput!) {\n  updateCarrier(input: $input) {\n    __typename\n    ...CarrierProfile\n    ... on InvalidInput {\n      field\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}": types.UpdateCarrierDocument,
    "mutation UpdateOAuthClient($input: UpdateOAuthClientInput!) {\n  updateOAuthClient(input: $input) {\n    __typename\n    ... on OAuthClient {\n      ...OAuthClientProfile\n    }\n    ... on InvalidInput {\n      field\n    }\n    ... on BeyondOwnRights {\n      field\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}": types.UpdateOAuthClientDocument,
    "mutation UpdateService($input: UpdateServiceInput!) {\n  updateService(input: $input) {\n    __typename\n    ...ServiceProfile\n    ... on InvalidInput {\n      field\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}": types.UpdateServiceDocument,
    "query Verification($id: ID!) {\n  verification(id: $id) {\n    id\n    mode\n    to\n    country\n    channel\n    status\n    failureReason\n    locale\n    checksLeft\n    sendsLeft\n    nextSendAt\n    createdAt\n    expiresAt\n    settledAt\n    clientToken\n    service {\n      id\n      name\n    }\n  }\n}": types.VerificationDocument,
    "subscription VerificationEvents($verificationId: ID!, $after: String) {\n  verificationEvents(verificationId: $verificationId, after: $after) {\n    ...Event\n  }\n}\n\nfragment Event on VerificationEvent {\n  __typename\n  cursor\n  version\n  occurredAt\n  mode\n  verification {\n    id\n    status\n    checksLeft\n    sendsLeft\n  }\n  ... on MessageQueued {\n    message {\n      ...EventMessage\n    }\n  }\n  ... on MessageSent {\n    message {\n      ...EventMessage\n    }\n  }\n  ... on MessageDelivered {\n    message {\n      ...EventMessage\n    }\n  }\n  ... on MessageUndelivered {\n    message {\n      ...EventMessage\n    }\n  }\n  ... on MessageFailed {\n    message {\n      ...EventMessage\n    }\n  }\n  ... on MessageExpired {\n    message {\n      ...EventMessage\n    }\n  }\n}\n\nfragment EventMessage on Message {\n  id\n  status\n  sender\n  segments\n}": types.VerificationEventsDocument,
    "query VerificationTrace($first: Int!, $after: String, $messages: Int!) {\n  verifications(first: $first, after: $after) {\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n    edges {\n      cursor\n      node {\n        id\n        mode\n        status\n        service {\n          name\n        }\n        messages(first: $messages) {\n          edges {\n            cursor\n            node {\n              ...MessageTrace\n            }\n          }\n        }\n      }\n    }\n  }\n}": types.VerificationTraceDocument,
    "query Verifications($first: Int!, $after: String, $filter: VerificationFilter) {\n  verifications(first: $first, after: $after, filter: $filter) {\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n    nodes {\n      id\n      mode\n      to\n      status\n      createdAt\n      settledAt\n    }\n  }\n}": types.VerificationsDocument,
    "subscription WebhookRequests($after: String) {\n  webhookRequests(after: $after) {\n    cursor\n    name\n    mode\n    verificationId\n    body\n  }\n}": types.WebhookRequestsDocument,
    "query WhoAmI {\n  viewer {\n    kind\n    mode\n    accountId\n    apiKeyId\n    permissions\n    expiresAt\n  }\n}": types.WhoAmIDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "subscription AccountEvents($after: String) {\n  accountEvents(after: $after) {\n    ...Event\n  }\n}"): typeof import('./graphql.ts').AccountEventsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query AccountEventsCursor {\n  accountEventsCursor\n}"): typeof import('./graphql.ts').AccountEventsCursorDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "fragment ApiKeyProfile on ApiKey {\n  id\n  name\n  mode\n  hint\n  permissions\n  networks\n  expiresAt\n  previousEndsAt\n  lastUsedAt\n  createdBy {\n    kind\n    id\n  }\n  createdAt\n  revokedAt\n}\n\nquery ApiKeys($first: Int!, $after: String) {\n  apiKeys(first: $first, after: $after) {\n    nodes {\n      ...ApiKeyProfile\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}"): typeof import('./graphql.ts').ApiKeyProfileFragmentDoc;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "subscription BatchProgress($id: ID!) {\n  batchProgress(id: $id) {\n    id\n    mode\n    status\n    rows\n    queued\n    started\n    refused\n    canceled\n    finishedAt\n  }\n}"): typeof import('./graphql.ts').BatchProgressDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation CancelBatch($input: CancelBatchInput!) {\n  cancelBatch(input: $input) {\n    __typename\n    ... on Batch {\n      id\n      mode\n      status\n      rows\n      started\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}"): typeof import('./graphql.ts').CancelBatchDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation CancelVerification($input: CancelVerificationInput!) {\n  cancelVerification(input: $input) {\n    __typename\n    ... on Verification {\n      id\n      mode\n      status\n      settledAt\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}"): typeof import('./graphql.ts').CancelVerificationDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "subscription CarrierHealth($carrierIds: [ID!]) {\n  carrierHealth(carrierIds: $carrierIds) {\n    ...Health\n    carrier {\n      name\n    }\n  }\n}\n\nquery CarrierHealthNow($carrierId: ID!) {\n  carrier(id: $carrierId) {\n    health {\n      ...Health\n    }\n  }\n}\n\nfragment Health on CarrierHealth {\n  carrierId\n  state\n  problem\n  inFlight\n  window\n  windowUse\n  perSecond\n  allowedPerSecond\n  throttles\n  breaker\n  asOf\n  workers {\n    worker\n    state\n    problem\n    inFlight\n    window\n    perSecond\n    allowedPerSecond\n    throttles\n    backOff\n    breaker\n    nextProbeAt\n    asOf\n    binds {\n      mode\n      state\n      problem\n      inFlight\n      window\n    }\n  }\n}"): typeof import('./graphql.ts').CarrierHealthDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query Carriers {\n  carriers {\n    ...CarrierProfile\n  }\n}\n\nfragment CarrierProfile on Carrier {\n  id\n  name\n  enabled\n  region\n  senderRules\n  config\n  secrets\n}"): typeof import('./graphql.ts').CarriersDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query CarriersHealth {\n  carriers {\n    id\n    name\n    enabled\n    region\n    health {\n      ...Health\n    }\n  }\n}"): typeof import('./graphql.ts').CarriersHealthDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation CheckVerification($input: CheckVerificationInput!) {\n  checkVerification(input: $input) {\n    __typename\n    ... on Verification {\n      id\n      mode\n      status\n      settledAt\n    }\n    ... on WrongCode {\n      checksLeft\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}"): typeof import('./graphql.ts').CheckVerificationDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation CreateApiKey($input: CreateApiKeyInput!) {\n  createApiKey(input: $input) {\n    __typename\n    ... on NewApiKey {\n      secret\n      apiKey {\n        ...ApiKeyProfile\n      }\n    }\n    ... on InvalidInput {\n      field\n    }\n    ... on BeyondOwnRights {\n      field\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}"): typeof import('./graphql.ts').CreateApiKeyDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation CreateOAuthClient($input: CreateOAuthClientInput!) {\n  createOAuthClient(input: $input) {\n    __typename\n    ... on NewOAuthClient {\n      secret\n      client {\n        ...OAuthClientProfile\n      }\n    }\n    ... on InvalidInput {\n      field\n    }\n    ... on BeyondOwnRights {\n      field\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}"): typeof import('./graphql.ts').CreateOAuthClientDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation CreateService($input: CreateServiceInput!) {\n  createService(input: $input) {\n    __typename\n    ...ServiceProfile\n    ... on InvalidInput {\n      field\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}"): typeof import('./graphql.ts').CreateServiceDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query Message($id: ID!) {\n  message(id: $id) {\n    ...MessageTrace\n  }\n}\n\nfragment MessageTrace on Message {\n  id\n  verificationId\n  mode\n  status\n  sender\n  segments\n  queuedAt\n  sentAt\n  deliveredAt\n  settledAt\n  failureReason\n  attempts {\n    id\n    status\n    isLateFailover\n    latencyMs\n    carrierMessageId\n    route {\n      id\n      name\n    }\n    carrier {\n      id\n      name\n    }\n    error {\n      code\n      message\n    }\n    decision {\n      route {\n        id\n        name\n        carrier {\n          name\n        }\n      }\n      score\n      excluded\n      reasons {\n        factor\n        value\n      }\n    }\n  }\n}"): typeof import('./graphql.ts').MessageDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query Node($id: ID!) {\n  node(id: $id) {\n    __typename\n    id\n  }\n}"): typeof import('./graphql.ts').NodeDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "fragment OAuthClientProfile on OAuthClient {\n  id\n  name\n  hint\n  publicKeys\n  permissions\n  networks\n  expiresAt\n  tokenSeconds\n  previousEndsAt\n  lastUsedAt\n  createdBy {\n    kind\n    id\n  }\n  createdAt\n  revokedAt\n}\n\nquery OAuthClients($first: Int!, $after: String) {\n  oauthClients(first: $first, after: $after) {\n    nodes {\n      ...OAuthClientProfile\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}"): typeof import('./graphql.ts').OAuthClientProfileFragmentDoc;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation RevokeApiKey($input: RevokeApiKeyInput!) {\n  revokeApiKey(input: $input) {\n    __typename\n    ...ApiKeyProfile\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}"): typeof import('./graphql.ts').RevokeApiKeyDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation RevokeOAuthClient($input: RevokeOAuthClientInput!) {\n  revokeOAuthClient(input: $input) {\n    __typename\n    ... on OAuthClient {\n      ...OAuthClientProfile\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}"): typeof import('./graphql.ts').RevokeOAuthClientDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation RotateApiKey($input: RotateApiKeyInput!) {\n  rotateApiKey(input: $input) {\n    __typename\n    ... on NewApiKey {\n      secret\n      apiKey {\n        ...ApiKeyProfile\n      }\n    }\n    ... on InvalidInput {\n      field\n    }\n    ... on BeyondOwnRights {\n      field\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}"): typeof import('./graphql.ts').RotateApiKeyDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation RotateOAuthClientSecret($input: RotateOAuthClientSecretInput!) {\n  rotateOAuthClientSecret(input: $input) {\n    __typename\n    ... on NewOAuthClient {\n      secret\n      client {\n        ...OAuthClientProfile\n      }\n    }\n    ... on InvalidInput {\n      field\n    }\n    ... on BeyondOwnRights {\n      field\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}"): typeof import('./graphql.ts').RotateOAuthClientSecretDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query Routes {\n  routes {\n    id\n    name\n    enabled\n    carrier {\n      id\n      name\n    }\n  }\n}"): typeof import('./graphql.ts').RoutesDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query Services {\n  services {\n    ...ServiceProfile\n  }\n}\n\nfragment ServiceProfile on Service {\n  id\n  name\n  isDefault\n  createdAt\n  settings {\n    codeLength\n    codeAlphabet\n    ttlSeconds\n    maxChecks\n    maxSends\n    sendWindowSeconds\n    maxSendsPerDay\n    coolDownSeconds\n    coolDownFactor\n    routing\n    valueOfConversion\n    resend\n    lockAfterFailedChecks\n    defaultCountry\n    allowedCountries\n    defaultLocale\n    templates {\n      locale\n      text\n    }\n    smartEncoding\n    sender\n  }\n}"): typeof import('./graphql.ts').ServicesDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation StartFollowed($input: StartVerificationInput!) {\n  startVerification(input: $input) {\n    __typename\n    ... on Verification {\n      id\n      mode\n      sandboxCode\n      messages(first: 100) {\n        nodes {\n          id\n        }\n      }\n    }\n    ... on Error {\n      message\n    }\n  }\n}"): typeof import('./graphql.ts').StartFollowedDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation StartVerification($input: StartVerificationInput!) {\n  startVerification(input: $input) {\n    __typename\n    ... on Verification {\n      id\n      mode\n      to\n      status\n      checksLeft\n      sendsLeft\n      nextSendAt\n      expiresAt\n      clientToken\n      sandboxCode\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n    ... on TooManySends {\n      nextSendAt\n    }\n  }\n}"): typeof import('./graphql.ts').StartVerificationDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "subscription TailEvents($after: String) {\n  accountEvents(after: $after) {\n    __typename\n    cursor\n    version\n    occurredAt\n    mode\n    verification {\n      id\n      to\n      country\n      status\n      checksLeft\n    }\n    ... on MessageQueued {\n      message {\n        ...EventMessage\n      }\n    }\n    ... on MessageSent {\n      message {\n        ...EventMessage\n      }\n    }\n    ... on MessageDelivered {\n      message {\n        ...EventMessage\n      }\n    }\n    ... on MessageUndelivered {\n      message {\n        ...EventMessage\n      }\n    }\n    ... on MessageFailed {\n      message {\n        ...EventMessage\n      }\n    }\n    ... on MessageExpired {\n      message {\n        ...EventMessage\n      }\n    }\n  }\n}"): typeof import('./graphql.ts').TailEventsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation TryRoute($input: TryRouteInput!) {\n  tryRoute(input: $input) {\n    __typename\n    ... on Verification {\n      id\n      mode\n      to\n      expiresAt\n      messages(first: 100) {\n        nodes {\n          id\n          pinnedRouteId\n        }\n      }\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n    ... on TooManySends {\n      nextSendAt\n    }\n    ... on InvalidInput {\n      field\n    }\n    ... on InvalidPhoneNumber {\n      field\n    }\n  }\n}"): typeof import('./graphql.ts').TryRouteDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation UnlockDestination($input: UnlockDestinationInput!) {\n  unlockDestination(input: $input) {\n    __typename\n    ... on UnlockedDestination {\n      wasLocked\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}"): typeof import('./graphql.ts').UnlockDestinationDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation UpdateApiKey($input: UpdateApiKeyInput!) {\n  updateApiKey(input: $input) {\n    __typename\n    ...ApiKeyProfile\n    ... on InvalidInput {\n      field\n    }\n    ... on BeyondOwnRights {\n      field\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}"): typeof import('./graphql.ts').UpdateApiKeyDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation UpdateCarrier($input: UpdateCarrierInput!) {\n  updateCarrier(input: $input) {\n    __typename\n    ...CarrierProfile\n    ... on InvalidInput {\n      field\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}"): typeof import('./graphql.ts').UpdateCarrierDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation UpdateOAuthClient($input: UpdateOAuthClientInput!) {\n  updateOAuthClient(input: $input) {\n    __typename\n    ... on OAuthClient {\n      ...OAuthClientProfile\n    }\n    ... on InvalidInput {\n      field\n    }\n    ... on BeyondOwnRights {\n      field\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}"): typeof import('./graphql.ts').UpdateOAuthClientDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation UpdateService($input: UpdateServiceInput!) {\n  updateService(input: $input) {\n    __typename\n    ...ServiceProfile\n    ... on InvalidInput {\n      field\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}"): typeof import('./graphql.ts').UpdateServiceDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query Verification($id: ID!) {\n  verification(id: $id) {\n    id\n    mode\n    to\n    country\n    channel\n    status\n    failureReason\n    locale\n    checksLeft\n    sendsLeft\n    nextSendAt\n    createdAt\n    expiresAt\n    settledAt\n    clientToken\n    service {\n      id\n      name\n    }\n  }\n}"): typeof import('./graphql.ts').VerificationDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "subscription VerificationEvents($verificationId: ID!, $after: String) {\n  verificationEvents(verificationId: $verificationId, after: $after) {\n    ...Event\n  }\n}\n\nfragment Event on VerificationEvent {\n  __typename\n  cursor\n  version\n  occurredAt\n  mode\n  verification {\n    id\n    status\n    checksLeft\n    sendsLeft\n  }\n  ... on MessageQueued {\n    message {\n      ...EventMessage\n    }\n  }\n  ... on MessageSent {\n    message {\n      ...EventMessage\n    }\n  }\n  ... on MessageDelivered {\n    message {\n      ...EventMessage\n    }\n  }\n  ... on MessageUndelivered {\n    message {\n      ...EventMessage\n    }\n  }\n  ... on MessageFailed {\n    message {\n      ...EventMessage\n    }\n  }\n  ... on MessageExpired {\n    message {\n      ...EventMessage\n    }\n  }\n}\n\nfragment EventMessage on Message {\n  id\n  status\n  sender\n  segments\n}"): typeof import('./graphql.ts').VerificationEventsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query VerificationTrace($first: Int!, $after: String, $messages: Int!) {\n  verifications(first: $first, after: $after) {\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n    edges {\n      cursor\n      node {\n        id\n        mode\n        status\n        service {\n          name\n        }\n        messages(first: $messages) {\n          edges {\n            cursor\n            node {\n              ...MessageTrace\n            }\n          }\n        }\n      }\n    }\n  }\n}"): typeof import('./graphql.ts').VerificationTraceDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query Verifications($first: Int!, $after: String, $filter: VerificationFilter) {\n  verifications(first: $first, after: $after, filter: $filter) {\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n    nodes {\n      id\n      mode\n      to\n      status\n      createdAt\n      settledAt\n    }\n  }\n}"): typeof import('./graphql.ts').VerificationsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "subscription WebhookRequests($after: String) {\n  webhookRequests(after: $after) {\n    cursor\n    name\n    mode\n    verificationId\n    body\n  }\n}"): typeof import('./graphql.ts').WebhookRequestsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query WhoAmI {\n  viewer {\n    kind\n    mode\n    accountId\n    apiKeyId\n    permissions\n    expiresAt\n  }\n}"): typeof import('./graphql.ts').WhoAmIDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
