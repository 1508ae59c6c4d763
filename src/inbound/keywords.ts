export type Keyword = 'opt_out' | 'opt_in' | 'help';

/**
 * The words by which a person ends, restores and asks about messages, as people of each language write
 * them. Data: add a language as one more member. A word stands for itself in capitals and small letters,
 * with and without its diacritics.
 */
export const KEYWORDS: Readonly<Record<string, Readonly<Record<Keyword, readonly string[]>>>> = {
  en: {
    opt_out: [
      'stop',
      'stop all',
      'stopall',
      'unsubscribe',
      'cancel',
      'end',
      'quit',
      'opt out',
      'optout',
      'revoke',
    ],
    opt_in: ['start', 'unstop', 'subscribe', 'opt in', 'optin', 'resume'],
    help: ['help', 'info'],
  },
  hr: {
    opt_out: ['odjava', 'odjavi', 'odjavi me', 'prekini', 'otkaži', 'stani'],
    opt_in: ['prijava', 'prijavi', 'prijavi me', 'nastavi'],
    help: ['pomoć', 'upute', 'info'],
  },
  de: {
    opt_out: ['stopp', 'stop', 'abmelden', 'abmeldung', 'abbestellen', 'kündigen', 'kuendigen'],
    opt_in: ['start', 'anmelden', 'anmeldung', 'fortsetzen'],
    help: ['hilfe', 'info'],
  },
  fr: {
    opt_out: ['arrêt', 'arrêter', 'stop', 'désabonner', 'désinscrire', 'désinscription', 'annuler'],
    opt_in: ['démarrer', 'reprendre', 'abonner', 'inscrire', 'inscription'],
    help: ['aide', 'info', 'infos'],
  },
  es: {
    opt_out: ['baja', 'alto', 'parar', 'detener', 'cancelar'],
    opt_in: ['alta', 'iniciar', 'empezar', 'reanudar', 'suscribir'],
    help: ['ayuda', 'info'],
  },
  it: {
    opt_out: ['stop', 'ferma', 'basta', 'annulla', 'disiscrivi', 'disiscrivimi', 'disattiva'],
    opt_in: ['inizia', 'riprendi', 'iscrivi', 'iscrivimi', 'attiva'],
    help: ['aiuto', 'info'],
  },
  pt: {
    opt_out: ['parar', 'pare', 'sair', 'cancelar', 'remover', 'descadastrar'],
    opt_in: ['iniciar', 'começar', 'voltar', 'retomar'],
    help: ['ajuda', 'info'],
  },
  pl: {
    opt_out: ['stop', 'wypisz', 'wypisz mnie', 'rezygnuję', 'rezygnacja', 'anuluj', 'koniec'],
    opt_in: ['start', 'zapisz', 'zapisz mnie', 'wznów'],
    help: ['pomoc', 'info'],
  },
  tr: {
    opt_out: ['dur', 'durdur', 'iptal', 'ret', 'çıkış', 'stop'],
    opt_in: ['başla', 'başlat', 'kabul', 'devam'],
    help: ['yardım', 'bilgi', 'info'],
  },
  nl: {
    opt_out: ['stop', 'stoppen', 'afmelden', 'uitschrijven', 'opzeggen'],
    opt_in: ['start', 'aanmelden', 'inschrijven', 'hervatten'],
    help: ['help', 'hulp', 'info'],
  },
  sr: {
    opt_out: ['стоп', 'одјава', 'одјави ме'],
    opt_in: ['старт', 'пријава', 'пријави ме'],
    help: ['помоћ', 'инфо'],
  },
  uk: {
    opt_out: ['стоп', 'відписатися', 'відписка'],
    opt_in: ['старт', 'підписатися', 'підписка'],
    help: ['допомога', 'довідка', 'інфо'],
  },
};

// Letters whose mark is no combining one, so that no normal form takes it off.
const PLAIN: Readonly<Record<string, string>> = { đ: 'd', ł: 'l', ı: 'i', ø: 'o', ß: 'ss', æ: 'ae', œ: 'oe' };

const BY_WORD: ReadonlyMap<string, Keyword> = new Map(
  Object.values(KEYWORDS).flatMap((meanings) =>
    Object.entries(meanings).flatMap(([keyword, words]) =>
      words.map((word) => [fold(word), keyword as Keyword] as const),
    ),
  ),
);

// The longest keyword is far shorter; what is longer need not be looked at.
const MAX_LENGTH = 100;

/**
 * What a message says as a keyword of any language: only when it is the whole message. Punctuation around
 * it, capitals, diacritics and the kind of spaces make no difference.
 */
export function readKeyword(text: string): Keyword | undefined {
  return text.length > MAX_LENGTH ? undefined : BY_WORD.get(fold(text));
}

function fold(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[\p{M}\p{Cf}]/gu, '')
    .replace(/[đłıøßæœ]/g, (letter) => PLAIN[letter]!)
    .replace(/^[\p{P}\p{S}\s]+|[\p{P}\p{S}\s]+$/gu, '')
    .replace(/[\s\p{Pd}]+/gu, ' ');
}
