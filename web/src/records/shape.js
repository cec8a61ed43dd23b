// What the JSON of posts, sheets and catalogues looks like: which members a list's entries may
// have besides those they have, and how a member is typed in. What is not known is kept.

// By the list's name: members to offer, in this order.
const KNOWN = {
  posts: { key: 'text', name: 'text', name_en: 'text', duties: 'texts', mandatory: 'flag' },
  duties: { key: 'text', name: 'text', name_en: 'text', mandatory: 'flag' },
  exclusions: { duties: 'texts', basis: 'text', mandatory: 'flag' },
  tasks: { key: 'text', name: 'text', weight: 'number', minutes: 'number', criteria: 'list', veto: 'list' },
  criteria: { key: 'text', name: 'text', points: 'number', rule: 'text', newTechnique: 'flag' },
  veto: { key: 'text', fact: 'text', kind: 'text' },
  volumes: { no: 'number', title: 'text', title_en: 'text', items: 'list' },
  items: { title: 'text', statement: 'text' },
  groups: { name: 'text', weight: 'number', items: 'pairs' },
};

/** Tell how a value is typed in: text, number, flag, texts, list, pairs, or json. */
export function kindOf(value) {
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number') return 'number';
  if (typeof value === 'boolean') return 'flag';
  if (!Array.isArray(value)) return 'json';
  if (value.length && value.every((one) => typeof one === 'string')) return 'texts';
  if (value.length && value.every((one) => Array.isArray(one) && one.length === 2)) return 'pairs';
  if (value.every((one) => one && typeof one === 'object' && !Array.isArray(one))) return 'list';
  return 'json';
}

/** The members of a list's entries, as pairs [name, kind]: those known for it, then others. */
export function membersOf(name, entries) {
  const found = new Map();
  const there = new Map(entries.flatMap((entry) => Object.entries(entry)).map(([member, value]) => [member, kindOf(value)]));
  for (const [member, kind] of Object.entries(KNOWN[name] ?? {})) {
    const actual = there.get(member);
    found.set(member, actual && !(actual === 'list' && kind !== 'list') ? actual : kind);
  }
  for (const [member, kind] of there) if (!found.has(member)) found.set(member, kind);
  return [...found];
}

/** What is typed for a value. */
export function written(kind, value) {
  if (value === undefined || value === null) return '';
  if (kind === 'texts') return value.join(', ');
  if (kind === 'pairs') return value.map((pair) => pair.join(' | ')).join('\n');
  if (kind === 'json') return JSON.stringify(value);
  return String(value);
}

/** The value of what was typed; undefined: none. */
export function valueOf(kind, text, before) {
  const plain = text.trim();
  if (plain === '') return typeof before === 'string' && kind === 'text' ? '' : undefined;
  if (kind === 'number') return numberOf(plain);
  if (kind === 'texts') return plain.split(/[,，、]/).map((one) => one.trim()).filter(Boolean);
  if (kind === 'pairs') return plain.split('\n').filter((line) => line.trim()).map(pairOf);
  if (kind === 'json') {
    try {
      return JSON.parse(plain);
    } catch {
      return plain;
    }
  }
  return text;
}

function numberOf(text) {
  return Number.isFinite(Number(text)) ? Number(text) : text;
}

function pairOf(line) {
  const at = line.lastIndexOf('|');
  return at < 0 ? [line.trim(), ''] : [line.slice(0, at).trim(), numberOf(line.slice(at + 1).trim())];
}
