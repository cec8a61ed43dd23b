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
