// What can be set on a component, once for the panel beside the canvas and for the dialog.
// Texts are English here; `translate` turns them into the reader's language.

export const TYPES = {
  textfield: 'Text field', textarea: 'Text area', number: 'Number', datetime: 'Date time', select: 'Select', radio: 'Radio group',
  checkbox: 'Checkbox', checklist: 'Checkbox group', filepicker: 'File picker', group: 'Group', dynamiclist: 'Dynamic list',
  text: 'Text view', separator: 'Separator',
};
const INPUTS = ['textfield', 'textarea', 'number', 'datetime', 'select', 'radio', 'checkbox', 'checklist', 'filepicker'];
const CHOICES = ['select', 'radio', 'checklist'];
const LABELLED = [...INPUTS, 'group', 'dynamiclist'];

/** Whether our renderer draws this kind of component. */
export const isSupported = (field) => field.type === 'default' || Object.hasOwn(TYPES, field.type);
export const isInput = (field) => INPUTS.includes(field.type);

const without = (object) => {
  const kept = Object.entries(object).filter(([, value]) => value !== '' && value !== undefined && value !== null && value !== false);
  return kept.length ? Object.fromEntries(kept) : undefined;
};
const inside = (member, name) => ({
  get: (field) => field[member]?.[name] ?? '',
  set: (field, value) => ({ [member]: without({ ...field[member], [name]: value }) }),
});
const own = (name) => inside('properties', name);
const flag = (name) => ({
  get: (field) => [true, 'true'].includes(field.properties?.[name]),
  set: (field, value) => own(name).set(field, value ? 'true' : ''),
});
const whole = (name) => ({ get: (field) => field[name] ?? '', set: (_, value) => ({ [name]: value === '' ? undefined : value }) });
const number = ({ get, set }) => ({
  get: (field) => String(get(field)),
  set: (field, text) => set(field, text === '' ? undefined : Number.isFinite(Number(text)) ? Number(text) : text),
});
const of = (...types) => (field) => types.includes(field.type);
const labelMember = (field) => (field.type === 'datetime' ? (field.timeLabel && !field.dateLabel ? 'timeLabel' : 'dateLabel') : 'label');
export const labelOf = (field) => field[labelMember(field)] || (field.type === 'text' ? (field.text ?? '').slice(0, 60) : '');

/** `options` are pairs [value, English words]; `panel`: shown beside the canvas, which lacks it. */
export function specsOf(field, { bindings }) {
  return [...SPECS(bindings), ...(field.values ?? []).filter((one) => one && CHOICES.includes(field.type)).map(englishOption)]
    .filter((one) => one.fits(field));
}

const englishOption = ({ value, label }) => ({
  id: `values.${value}.en`, label: 'English of “{label}”', values: { label: label || value }, kind: 'text', panel: true, fits: () => true,
  ...own(`values.${value}.en`),
});

const SPECS = (bindings) => [
  { id: 'jc:title', label: 'Title', kind: 'text', panel: true, fits: of('default'), ...whole('jc:title') },
  { id: 'jc:title.en', label: 'English title', kind: 'text', panel: true, fits: of('default'), ...whole('jc:title.en') },
  {
    id: 'label', label: 'Field label', kind: 'text', fits: of(...LABELLED),
    get: (field) => field[labelMember(field)] ?? '', set: (field, value) => ({ [labelMember(field)]: value }),
  },
  { id: 'label.en', label: 'English label', kind: 'text', panel: true, fits: of(...LABELLED), ...own('label.en') },
  { id: 'text', label: 'Text', kind: 'area', fits: of('text'), ...whole('text') },
  { id: 'text.en', label: 'English text', kind: 'area', panel: true, fits: of('text'), ...own('text.en') },
  { id: 'key', label: 'Key', kind: 'key', fits: (field) => isInput(field), ...whole('key') },
  { id: 'path', label: 'Key', kind: 'key', fits: of('dynamiclist'), ...whole('path') },
  { id: 'description', label: 'Field description', kind: 'area', fits: of(...INPUTS, 'dynamiclist'), ...whole('description') },
  { id: 'description.en', label: 'English description', kind: 'area', panel: true, fits: of(...INPUTS, 'dynamiclist'), ...own('description.en') },
  { id: 'required', label: 'Required', kind: 'check', fits: isInput, get: (f) => f.validate?.required === true, set: (f, v) => inside('validate', 'required').set(f, v) },
  { id: 'subtype', label: 'Subtype', kind: 'select', fits: of('datetime'), options: [['date', 'Date'], ['time', 'Time'], ['datetime', 'Date & Time']], ...whole('subtype') },
  { id: 'options', label: 'Options, one a line: value | Chinese | English', kind: 'area', fits: (f) => CHOICES.includes(f.type), get: optionLines, set: setOptions },
  { id: 'min', label: 'Minimum', kind: 'text', fits: of('number'), ...number(inside('validate', 'min')) },
  { id: 'max', label: 'Maximum', kind: 'text', fits: of('number'), ...number(inside('validate', 'max')) },
  { id: 'decimalDigits', label: 'Decimal digits', kind: 'text', fits: of('number'), ...number(whole('decimalDigits')) },
  { id: 'minLength', label: 'Minimum length', kind: 'text', fits: of('textfield', 'textarea'), ...number(inside('validate', 'minLength')) },
  { id: 'maxLength', label: 'Maximum length', kind: 'text', fits: of('textfield', 'textarea'), ...number(inside('validate', 'maxLength')) },
  {
    id: 'hide', label: 'Hide if (FEEL)', kind: 'text', fits: (field) => field.type !== 'default',
    get: (field) => (field.conditional?.hide ?? '').replace(/^=/, ''),
    set: (_, value) => ({ conditional: value.trim() ? { hide: `=${value.trim().replace(/^=/, '')}` } : undefined }),
  },
  {
    id: 'jc:check', label: 'Kind of check', kind: 'select', panel: true, fits: of('textfield'),
    options: [['', 'None'], ['cn-id', 'ID number'], ['phone', 'Phone'], ['email', 'Email']], ...own('jc:check'),
  },
  {
    id: 'jc:variable', label: 'Process variable', kind: 'check', panel: true, fits: (f) => (isInput(f) && f.type !== 'filepicker') || f.type === 'dynamiclist',
    get: (f) => Boolean(f.properties?.['jc:variable']), set: (f, v) => own('jc:variable').set(f, v ? 'true' : ''),
  },
  { id: 'jc:bind', label: 'Kept as', kind: 'select', panel: true, fits: isInput, options: [['', 'The answer only'], ...bindings.map((one) => [one, one])], ...own('jc:bind') },
  { id: 'jc:personal', label: 'Personal data', kind: 'check', panel: true, fits: (f) => isInput(f) || f.type === 'dynamiclist', ...flag('jc:personal') },
  { id: 'quick', label: 'Quick phrases, separated by |', kind: 'area', panel: true, fits: of('textarea'), ...own('quick') },
  { id: 'quick.en', label: 'English quick phrases', kind: 'area', panel: true, fits: of('textarea'), ...own('quick.en') },
  { id: 'jc:maxBytes', label: 'Largest file (bytes)', kind: 'text', panel: true, fits: of('filepicker'), ...own('jc:maxBytes') },
  { id: 'jc:minRows', label: 'Fewest rows', kind: 'text', panel: true, fits: of('dynamiclist'), ...own('jc:minRows') },
  { id: 'jc:maxRows', label: 'Most rows', kind: 'text', panel: true, fits: of('dynamiclist'), ...own('jc:maxRows') },
  { id: 'jc:layout', label: 'Drawn as', kind: 'select', panel: true, fits: of('dynamiclist'), options: [['', 'Cards'], ['table', 'Table']], ...own('jc:layout') },
];

function optionLines(field) {
  return (field.values ?? []).map((one) => {
    const english = field.properties?.[`values.${one.value}.en`] ?? '';
    return [one.value, one.label ?? '', english].join(' | ').replace(/( \| )+$/, '');
  }).join('\n');
}

function setOptions(field, text) {
  const lines = text.split('\n').map((line) => line.split('|').map((part) => part.trim())).filter(([value]) => value);
  const kept = Object.entries(field.properties ?? {}).filter(([name]) => !/^values\..*\.en$/.test(name));
  const english = lines.filter(([, , words]) => words).map(([value, , words]) => [`values.${value}.en`, words]);
  return { values: lines.map(([value, label]) => ({ label: label || value, value })), properties: without(Object.fromEntries([...kept, ...english])) };
}
