// Diagrams as files: in, after a look at what they are, and out.
export const MOST_BYTES = 5_000_000;
export const MOST_ELEMENTS = 3000;
const MODEL = 'http://www.omg.org/spec/BPMN/20100524/MODEL';

/** Why a text cannot be drawn here, in the reader's words; null when it can. */
export function refusal(xml, translate) {
  if (new Blob([xml]).size > MOST_BYTES) return translate('The file is larger than {size} MB.', { size: MOST_BYTES / 1_000_000 });
  if (/<!DOCTYPE/i.test(xml)) return translate('The file has a DOCTYPE, which is refused.');
  const parsed = new DOMParser().parseFromString(xml, 'application/xml');
  const broken = parsed.querySelector('parsererror');
  if (broken) return translate('This is no diagram that can be opened: {message}', { message: broken.textContent.slice(0, 200) });
  const processes = parsed.getElementsByTagNameNS(MODEL, 'process');
  if (!processes.length) return translate('The file has no process.');
  const count = parsed.getElementsByTagNameNS(MODEL, '*').length;
  const drawn = [...processes].reduce((sum, one) => sum + [...one.querySelectorAll('[id]')].length, 0);
  return drawn > MOST_ELEMENTS ? translate('The diagram has {count} elements; at most {most} can be drawn here.', { count: drawn || count, most: MOST_ELEMENTS }) : null;
}

/** Whether the server should make a draft of it first: other expressions, makers or no drawing. */
export function isForeign(xml) {
  return /[$#]\{|xmlns:zeebe=|xmlns:(flowable|activiti|signavio)=/.test(xml) || !/BPMNShape/.test(xml);
}

/** Let the reader save a text as a file. */
export function download(name, content) {
  const address = URL.createObjectURL(new Blob([content], { type: 'application/xml' }));
  const link = Object.assign(document.createElement('a'), { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
