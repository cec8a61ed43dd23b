// When something is due, as people say it, and as the engine reads it.
export const MODES = [
  ['none', 'No time limit'],
  ['days', 'days after it begins'],
  ['workdays', 'working days after it begins'],
  ['before', 'working days before the exam'],
  ['after', 'working days after the exam'],
  ['written', 'FEEL expression'],
];

const DAYS = /^P(\d{1,4})D$/;
const CALL = /^=?\s*workday\(\s*(today\(\)|session\.exam_date)\s*,\s*(-?)(\d{1,4})\s*,\s*session\.calendar\s*\)$/;

/** Read {mode, count, text} from an attribute or a timer's text. */
export function readMoment(text) {
  const written = (text ?? '').trim();
  if (!written) return { mode: 'none', count: '', text: '' };
  const days = DAYS.exec(written);
  if (days) return { mode: 'days', count: days[1], text: written };
  const call = CALL.exec(written);
  if (!call) return { mode: 'written', count: '', text: written };
  if (call[1] === 'today()') return call[2] ? { mode: 'written', count: '', text: written } : { mode: 'workdays', count: call[3], text: written };
  return { mode: call[2] ? 'before' : 'after', count: call[3], text: written };
}

/** Write what the engine reads. */
export function writeMoment(mode, count, text = '') {
  if (mode === 'none') return '';
  if (mode === 'written') return text;
  if (mode === 'days') return `P${count}D`;
  const day = mode === 'workdays' ? 'today()' : 'session.exam_date';
  return `= workday(${day}, ${mode === 'before' ? '-' : ''}${count}, session.calendar)`;
}

/** The moment at which something is due, as an expression; null where days before it say nothing. */
export function dueExpression(text) {
  const { mode, count, text: written } = readMoment(text);
  if (mode === 'none') return null;
  if (mode === 'days') return `now() + duration("P${count}D")`;
  const expression = /^=\s*(?!duration\()(.+)$/s.exec(written)?.[1].trim();
  return expression ?? null;
}

const REMINDER = /^=\s*workday\((.+),\s*-(\d{1,4})\s*,\s*session\.calendar\s*\)$/s;

/** Write when to remind: so many working days before the exam, or before something is due. */
export function writeReminder(base, days, due) {
  return base === 'due' ? `= workday(${dueExpression(due)}, -${days}, session.calendar)` : writeMoment('before', days);
}

/** Read {base, days} of a timer that reminds of something due then; null when it is no such. */
export function readReminder(text, due) {
  const found = REMINDER.exec((text ?? '').trim());
  if (!found) return null;
  const from = found[1].trim();
  if (from === 'session.exam_date') return { base: 'exam', days: Number(found[2]) };
  return from === dueExpression(due) ? { base: 'due', days: Number(found[2]) } : null;
}
