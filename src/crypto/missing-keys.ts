import { isVaultKekId } from './transit/address.ts';

/** In one line: which key-encryption keys are missing, and what to do. */
export function missingKeyEncryptionKeys(ids: readonly string[]): string {
  const names = ids.map((id) => `"${id}"`).join(', ');
  const one = ids.length === 1;
  const remedies = [
    ...(ids.every(isVaultKekId)
      ? []
      : [`Put ${one ? 'it' : 'them'} back into OTPOST_KEYS, behind the first key.`]),
    ...(ids.some(isVaultKekId)
      ? [
          'OTPOST_KEYS has to name the Vault that has this key, at this path, and min_decryption_version there must not be above the version.',
        ]
      : []),
  ];
  return one
    ? `The key-encryption key ${names} is missing: stored data keys are wrapped under it. ${remedies.join(' ')}`
    : `The key-encryption keys ${names} are missing: stored data keys are wrapped under them. ${remedies.join(' ')}`;
}
