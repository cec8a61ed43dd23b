// Writing values as YAML: on one line where it fits, else in lines.
import { stringify } from 'yaml';

const WIDTH = 100;
const FLOW = { version: '1.1', collectionStyle: 'flow', flowCollectionPadding: false, lineWidth: 0, defaultStringType: 'PLAIN', doubleQuotedAsJSON: true };

/** A value as it stands after `key:` at an indent; what needs lines of its own begins with one. */
export function rendered(value, indent) {
  if (!isFilled(value)) return inline(value);
  const whole = inline(value);
  if (Array.isArray(value)) {
    if (value.some(isFilled)) return `\n${items(value, indent + 2)}`;
    return whole.length + indent + 12 <= WIDTH ? whole : folded(value, indent + 2);
  }
  return whole.length + indent + 12 <= WIDTH ? whole : `\n${members(value, indent + 2)}`;
}

/** An item of a list as it stands after its dash; `indent` is where its members stand. */
export function entryOf(value, indent, order = []) {
  if (!isMapping(value) || !isFilled(value)) return inline(value);
  const sorted = ordered(value, order);
  const whole = inline(sorted);
  if (indent > 2 && whole.length + indent <= 88) return whole;
  return members(sorted, indent).trimStart();
}

function items(values, indent) {
  return values.map((one) => `${indented(indent)}- ${entryOf(one, indent + 2)}`).join('\n');
}

function members(value, indent) {
  return Object.entries(value).map(([key, one]) => {
    const said = rendered(one, indent);
    return `${indented(indent)}${inline(key)}:${said.startsWith('\n') ? said : ` ${said}`}`;
  }).join('\n');
}

/** A long list of plain values, a few on each line. */
function folded(values, indent) {
  const lines = [[]];
  let length = indent;
  for (const one of values.map(inline)) {
    if (length + one.length + 2 > WIDTH && lines.at(-1).length) {
      lines.push([]);
      length = indent;
    }
    lines.at(-1).push(one);
    length += one.length + 2;
  }
  return `[${lines.map((line) => line.join(', ')).join(`,\n${indented(indent)}`)}]`;
}

function inline(value) {
  return stringify(value, FLOW).replace(/\n$/, '');
}

function ordered(value, order) {
  const rank = (key) => (order.includes(key) ? order.indexOf(key) : order.length);
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => rank(one) - rank(other)));
}

function isMapping(value) {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function isFilled(value) {
  return value !== null && typeof value === 'object' && Object.keys(value).length > 0;
}

function indented(count) {
  return ' '.repeat(Math.max(0, count));
}
